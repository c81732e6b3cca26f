"""Carriers' bills on clearing accounts against landed charges, each fault by itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.transforms.builders import accounts, core, pick
from transforms.tie_out.bill_differences import BillLine, XeroDocument
from transforms.tie_out.charges import SourceCharge, XeroLine, expected_charges, explain_charge, match_charges
from transforms.tie_out.window import Window

DAY, LATER, OPENING, CUT_OFF = date(2026, 10, 3), date(2026, 11, 2), date(2026, 8, 31), date(2026, 10, 31)
WINDOW = Window(OPENING, CUT_OFF)
ACCOUNTS = frozenset({"425", "426"})
CHARGE = SourceCharge("LC-07", "PO-307", None, "Longwake", DAY, "425", Decimal("107.70"))


def line(
    words: str = "freight PO-307", amount: str = "107.70", code: str = "425", xero_id: str = "x1", **head: object
) -> XeroLine:
    own = BillLine(code, Decimal(amount), Decimal(amount), words, 1)
    document = XeroDocument(xero_id, "bill", "F-1", "", "Longwake", DAY, "AUTHORISED", "NZD", Decimal(1), (own,))
    return XeroLine(replace(document, **head), 1, code, Decimal(amount), frozenset(words.casefold().split()))  # type: ignore[arg-type]


def told(*lines: XeroLine, charge: SourceCharge = CHARGE) -> list[tuple[object, object, str]]:
    """Account, cause and amount of the one charge."""
    ((_, found),) = match_charges([charge], lines, ACCOUNTS)
    return [
        (row["account_code"], row["cause"], str(row["amount"]))
        for row in explain_charge(charge, found, WINDOW)
        if row["amount"]
    ]


def test_a_carriers_bill_that_names_the_order_is_the_charge() -> None:
    assert told(line()) == []


def test_a_carriers_bill_that_names_nothing_is_found_by_supplier_and_amount() -> None:
    assert told(line("October")) == []
    assert told(line("October", party="Somebody")) == [("425", "not_posted", "-107.70")]


def test_a_charge_without_a_bill_is_missing() -> None:
    assert told() == [("425", "not_posted", "-107.70")]


def test_another_amount_is_an_edit() -> None:
    assert told(line(amount="110.00")) == [("425", "edited", "2.30")]


def test_another_amount_in_dollars_is_the_rate() -> None:
    assert told(line(amount="110.00", rate=Decimal("0.6"), currency="USD")) == [("425", "currency", "2.30")]


def test_a_bill_on_another_account_is_mapping_on_both() -> None:
    assert told(line(code="426")) == [("425", "mapping", "-107.70"), ("426", "mapping", "107.70")]


def test_drafts_and_voided_bills_are_what_xero_lacks() -> None:
    assert told(line(status="SUBMITTED")) == [("425", "draft_in_xero", "-107.70")]
    assert told(line(status="VOIDED")) == [("425", "voided", "-107.70")]


def test_a_bill_of_the_other_side_of_the_cut_off_is_a_matter_of_time() -> None:
    assert told(line(day=LATER)) == [("425", "billed_on_another_day", "-107.70")]
    assert told(line(), charge=replace(CHARGE, day=LATER)) == [("425", "billed_on_another_day", "107.70")]
    assert told(line(day=OPENING), charge=replace(CHARGE, day=OPENING)) == []


def test_two_charges_of_one_order_take_the_bills_of_their_amounts() -> None:
    second = replace(CHARGE, charge_id="LC-08", amount=Decimal("9.00"))
    bills = [line(amount="9.00", xero_id="x2"), line()]
    pairs = match_charges([CHARGE, second], bills, ACCOUNTS)
    assert [(charge.charge_id, found and found.document.xero_id) for charge, found in pairs] == [
        ("LC-07", "x1"),
        ("LC-08", "x2"),
    ]


def test_a_charge_stands_on_the_account_of_its_kind_in_cents() -> None:
    rules = accounts({"role": "landed_cost_clearing", "charge_type": ["freight"], "account_code": "425"})
    charges = core(charges=[{"charge_id": "1", "charge_amount": "10.005", "charge_date": "10-03"}]).charges
    assert pick(expected_charges(charges, rules), "account_code", "amount") == [("425", "10.01")]
