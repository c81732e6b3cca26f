"""Supplier bills against documents of Xero, each fault by itself, with figures that a pencil can follow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.dtypes import MONEY
from schemas.xero_documents import XeroDocumentLines
from transforms.tie_out.bill_differences import BillLine, SourceBill, XeroDocument, total_by_account
from transforms.tie_out.bill_matching import match_documents
from transforms.tie_out.bills import cause_of_bills, explain_bill
from transforms.tie_out.window import Window

DAY, LATER, OPENING, CUT_OFF = date(2026, 10, 9), date(2026, 11, 3), date(2026, 8, 31), date(2026, 10, 31)
WINDOW = Window(OPENING, CUT_OFF)
STOCK = frozenset({"630", "631"})
ONE = Decimal(1)


def money_lines(*pairs: tuple[str, str], rate: Decimal = ONE) -> tuple[BillLine, ...]:
    return tuple(
        BillLine(code, Decimal(amount), (Decimal(amount) / rate).quantize(Decimal("0.01"))) for code, amount in pairs
    )


BILL = SourceBill("INV-1", "Acme", DAY, "NZD", "PO-1", money_lines(("630", "60.00"), ("630", "40.00")))
FOUND = XeroDocument("x1", "bill", "INV-1", "", "Acme", DAY, "AUTHORISED", "NZD", ONE, BILL.lines)


def told(*documents: XeroDocument, bills: Sequence[SourceBill] = (BILL,)) -> dict[tuple[str, str], str]:
    """Account and cause -> amount, for bills and documents that are matched first."""
    found: dict[tuple[str, str], Decimal] = {}
    for bill, own in match_documents(bills, documents):
        for row in explain_bill(bill, own, STOCK, WINDOW):
            key = (str(row["account_code"]), str(row["cause"]))
            found[key] = found.get(key, Decimal(0)) + Decimal(str(row["amount"]))
    return {key: str(amount) for key, amount in found.items() if amount and key[0] in STOCK}


def test_a_bill_that_xero_has_is_no_cause_whatever_case_its_number_is_in() -> None:
    assert told(replace(FOUND, number=" inv-1 ", party="ACME")) == {}


def test_a_bill_that_stands_as_the_reference_of_a_document_is_found() -> None:
    assert told(replace(FOUND, number="", reference="INV-1", kind="bank transaction")) == {}


def test_a_bill_that_nobody_entered_is_missing() -> None:
    assert told() == {("630", "not_posted"): "-100.00"}


def test_a_bill_that_waits_for_approval_is_a_draft() -> None:
    assert told(replace(FOUND, status="SUBMITTED")) == {("630", "draft_in_xero"): "-100.00"}


def test_a_voided_bill_is_what_xero_lacks() -> None:
    assert told(replace(FOUND, status="VOIDED")) == {("630", "voided"): "-100.00"}


def test_a_voided_bill_that_was_entered_again_is_no_cause() -> None:
    assert told(replace(FOUND, status="VOIDED"), replace(FOUND, xero_id="x2")) == {}


def test_a_bill_that_is_entered_twice_is_twice_in_xero() -> None:
    assert told(FOUND, replace(FOUND, xero_id="x2")) == {("630", "duplicate"): "100.00"}


def test_two_documents_that_only_together_have_the_amount_are_one_bill() -> None:
    parts = [replace(FOUND, xero_id=f"x{at}", lines=(line,)) for at, line in enumerate(BILL.lines)]
    assert told(*parts) == {}


def test_an_edited_amount_is_the_difference() -> None:
    lines = money_lines(("630", "60.00"), ("630", "45.50"))
    assert told(replace(FOUND, lines=lines)) == {("630", "edited"): "5.50"}


def test_a_line_on_another_account_is_mapping_on_each_stock_account() -> None:
    assert told(replace(FOUND, lines=money_lines(("630", "60.00"), ("429", "40.00")))) == {("630", "mapping"): "-40.00"}
    assert told(replace(FOUND, lines=money_lines(("631", "100.00")))) == {
        ("630", "mapping"): "-100.00",
        ("631", "mapping"): "100.00",
    }


def test_a_bill_of_the_next_month_in_xero_is_a_matter_of_time() -> None:
    assert told(replace(FOUND, day=LATER)) == {("630", "billed_on_another_day"): "-100.00"}
    assert told(FOUND, bills=[replace(BILL, bill_date=LATER)]) == {("630", "billed_on_another_day"): "100.00"}


def test_a_bill_of_the_time_before_is_in_the_opening_balance() -> None:
    before = replace(BILL, bill_date=OPENING)
    assert told(bills=[before]) == {}
    assert told(replace(FOUND, day=OPENING, lines=money_lines(("630", "7.00"))), bills=[before]) == {}


def test_another_rate_is_currency_and_a_cent_of_it_is_rounding() -> None:
    # 100.00 US dollars at 0.50 are 200.00; at 0.40 they are 250.00
    dollars = replace(BILL, currency="USD", lines=money_lines(("630", "100.00"), rate=Decimal("0.5")))
    document = replace(FOUND, currency="USD", rate=Decimal("0.5"), lines=dollars.lines)
    assert told(document, bills=[dollars]) == {}
    dear = replace(document, rate=Decimal("0.4"), lines=money_lines(("630", "100.00"), rate=Decimal("0.4")))
    assert told(dear, bills=[dollars]) == {("630", "currency"): "50.00"}
    cent = replace(document, lines=(BillLine("630", Decimal("100.00"), Decimal("200.01")),))
    assert told(cent, bills=[dollars]) == {("630", "rounding"): "0.01"}


def test_a_bill_in_base_currency_that_was_in_dollars_is_currency_as_a_whole() -> None:
    dollars = replace(BILL, currency="USD", lines=money_lines(("630", "100.00"), rate=Decimal("0.5")))
    assert told(FOUND, bills=[dollars]) == {("630", "currency"): "-100.00"}


def test_the_same_number_of_another_supplier_is_not_the_bill() -> None:
    other = replace(BILL, number="INV-9", party="Bolt")
    assert told(replace(FOUND, party="Bolt"), bills=[BILL, other]) == {
        ("630", "not_posted"): "-200.00",
    }


def test_a_supplier_credit_is_never_taken_for_the_bill_of_its_number() -> None:
    credit = replace(FOUND, kind="supplier credit", lines=money_lines(("630", "-100.00")))
    assert told(credit) == {("630", "not_posted"): "-100.00"}


def test_bills_that_agree_are_settled_in_columns_and_the_others_one_by_one() -> None:
    expected = pl.DataFrame(
        [
            {"bill_number": number, "supplier": "Acme", "bill_date": DAY, "purchase_number": "PO-1",
             "currency_code": "NZD", "account_code": "630", "foreign_amount": Decimal(amount),
             "amount": Decimal(amount)}
            for number, amount in (("INV-1", "60.00"), ("INV-1", "40.00"), ("INV-2", "5.00"))
        ],
        schema_overrides={"foreign_amount": MONEY, "amount": MONEY},
    )  # fmt: skip
    kinds = {name: column.dtype.type for name, column in XeroDocumentLines.to_schema().columns.items()}
    documents = pl.DataFrame(
        [
            {"document_id": f"x-{number}", "line_number": 1, "document_kind": "invoice", "document_type": "ACCPAY",
             "document_number": number, "contact_name": "acme", "document_date": DAY, "document_status": "AUTHORISED",
             "account_code": "630", "description": "", "foreign_amount": Decimal(amount),
             "line_amount": Decimal(amount)}
            for number, amount in (("INV-1", "100.00"), ("INV-2", "5.50"))
        ],
        schema=kinds,
    )  # fmt: skip
    matched = cause_of_bills(expected, documents, STOCK, WINDOW, "NZD")
    assert matched.document_ids == {"x-INV-1", "x-INV-2"}
    assert [(row["cause"], row["document_number"], str(row["amount"])) for row in matched.causes.to_dicts()] == [
        ("edited", "INV-2", "0.50")
    ]


CENTS = st.integers(1, 900).map(lambda cents: Decimal(cents).scaleb(-2))
LINES = st.lists(st.builds(BillLine, st.sampled_from(["630", "631", "429"]), CENTS, CENTS), min_size=1, max_size=4).map(
    tuple
)
DOCUMENTS = st.builds(
    XeroDocument,
    xero_id=st.uuids().map(str),
    kind=st.just("bill"),
    number=st.just("INV-1"),
    reference=st.just(""),
    party=st.just("Acme"),
    day=st.sampled_from([DAY, LATER]),
    status=st.sampled_from(["AUTHORISED", "PAID", "DRAFT", "VOIDED"]),
    currency=st.sampled_from(["NZD", "USD"]),
    rate=st.sampled_from([ONE, Decimal("0.5")]),
    lines=LINES,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(LINES, st.sampled_from([DAY, LATER]), st.lists(DOCUMENTS, max_size=3))
def test_the_causes_are_always_what_stands_less_the_bill(
    lines: tuple[BillLine, ...], day: date, documents: list[XeroDocument]
) -> None:
    own = tuple(
        replace(line, account_code="630" if line.account_code == "429" else line.account_code) for line in lines
    )
    bill = replace(BILL, bill_date=day, lines=own)
    explained = {code: Decimal(0) for code in STOCK}
    for row in explain_bill(bill, documents, STOCK, WINDOW):
        if row["account_code"] in STOCK:
            explained[str(row["account_code"])] += Decimal(str(row["amount"]))
    for code in STOCK:
        stands = sum(
            (
                total_by_account(one.lines).get(code, (0, Decimal(0)))[1]
                for one in documents
                if one.is_standing and one.day <= CUT_OFF
            ),
            Decimal(0),
        )
        due = total_by_account(own).get(code, (0, Decimal(0)))[1] if day <= CUT_OFF else Decimal(0)
        assert explained[code] == stands - due
