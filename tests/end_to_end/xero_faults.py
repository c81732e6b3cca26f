"""One fault for each cause of a variance, as people make them in Xero's books, and what each does by account."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal

import polars as pl

from tests.end_to_end.xero_accountants import Accountants, changed_lines, line
from tests.sample_company import Company

Cause = tuple[str, str]
"""Account and cause."""

Fault = tuple[Callable[[Company, Accountants], object], Mapping[Cause, str]]


def read_causes(steps: pl.DataFrame) -> dict[Cause, Decimal]:
    """Steps that are causes, or unexplained."""
    totals = ["stock_ledger", "expected_in_xero", "xero_balance"]
    shown = steps.filter(~pl.col("cause").is_in(totals) & (pl.col("amount") != 0))
    return {(row["account_code"], row["cause"]): row["amount"] for row in shown.to_dicts()}


def changes(before: Mapping[Cause, Decimal], after: Mapping[Cause, Decimal]) -> dict[Cause, str]:
    """What came and went, by cause."""
    nothing = Decimal("0.00")
    found = {key: after.get(key, nothing) - before.get(key, nothing) for key in {**before, **after}}
    return {key: str(amount) for key, amount in found.items() if amount}


def total(faults: list[Fault]) -> dict[Cause, Decimal]:
    """All faults by cause."""
    found: dict[Cause, Decimal] = {}
    for _, expected in faults:
        for key, amount in expected.items():
            found[key] = found.get(key, Decimal("0.00")) + Decimal(amount)
    return found


def balances(company: Company) -> dict[str, str]:
    """Xero's balances at the cut-off."""
    return {code: company.books.balance(code, "2026-10-31") for code in ("630", "425")}


def journal(company: Company, narration: str, amount: str) -> None:
    """Somebody else's journal on stock and COGS."""
    company.books.change(
        "journals/enter",
        narration=narration,
        date="2026-10-17",
        lines=[{"account_code": "630", "amount": amount}, {"account_code": "310", "amount": f"{-Decimal(amount)}"}],
    )


def enter_documents(company: Company, people: Accountants) -> None:
    """A bill, money spent, an invoice, a supplier's credit and a payment, all coded to stock by somebody."""
    company.books.change(
        "bills",
        date="2026-10-20", contact="Somebody", reference="INV-STRAY",
        lines=[{"account_code": "630", "amount": "123.45"}, {"account_code": "425", "amount": "33.00"}],
    )  # fmt: skip
    spent = {"Type": "SPEND", "Date": "2026-10-21", "Contact": {"Name": "Corner shop"}, "BankAccount": {"Code": "090"}}
    people.enter("BankTransactions", **spent, LineItems=[line("630", "77.00")])
    sold = {"Type": "ACCREC", "Date": "2026-10-22", "DueDate": "2026-11-22", "Contact": {"Name": "Walk-in"}}
    people.enter("Invoices", **sold, LineItems=[line("630", "12.00")])
    credit = {"Type": "ACCPAYCREDIT", "Date": "2026-10-23", "Contact": {"Name": "Somebody"}, "CreditNoteNumber": "CR-1"}
    people.enter("CreditNotes", **credit, LineItems=[line("630", "28.50")])
    paid = people.enter("Invoices", **sold, LineItems=[line("200", "80.00", "Tent pegs")])
    people.pay(paid["InvoiceNumber"], "630", "80.00", "2026-10-24")


def edit_journal(company: Company, _: Accountants) -> None:
    company.books.change(
        "journals/edit",
        journal="DEMO-ADJUSTMENT-2026-10-ADJ-46-v1",
        lines=[{"account_code": "429", "amount": "99.00"}, {"account_code": "630", "amount": "-99.00"}],
    )


def copy_journal(company: Company, _: Accountants) -> None:
    company.books.change(
        "journals/enter",
        narration=company.books.narration("DEMO-ADJUSTMENT-2026-10-ADJ-47-v1"),
        date="2026-10-15",
        lines=[{"account_code": "431", "amount": "189.08"}, {"account_code": "630", "amount": "-189.08"}],
    )


def edit_bill(number: str, at: int, **fields: object) -> Callable[[Company, Accountants], None]:
    """Change a line of a bill."""

    def change(_: Company, people: Accountants) -> None:
        found = people.find("Invoices", number)
        people.edit("Invoices", number, LineItems=changed_lines(found, {at: fields}))

    return change


def turn(number: str, **fields: object) -> Callable[[Company, Accountants], object]:
    """Change the head of a bill."""
    return lambda _, people: people.edit("Invoices", number, **fields)


FAULTS: list[Fault] = [
    (lambda books, _: journal(books, "Stock true-up by the accountant", "250.00"), {("630", "foreign"): "250.00"}),
    (lambda books, _: journal(books, "OTHER-COGS-2026-10-v1 Another tool", "-5.05"), {("630", "foreign"): "-5.05"}),
    # bill 123.45, spent 77.00, sold -12.00, credited -28.50, paid 80.00
    (enter_documents, {("630", "foreign"): "239.95", ("425", "foreign"): "33.00"}),
    (edit_journal, {("630", "edited"): "25.79"}),  # -124.79 made -99.00
    (
        lambda company, _: company.books.change("journals/void", journal="DEMO-LANDED-2026-10-PO-307-v1"),
        {("630", "voided"): "-107.70", ("425", "voided"): "107.70"},
    ),
    (
        lambda company, _: company.books.change("journals/unapprove", journal="DEMO-ADJUSTMENT-2026-10-ADJ-51-v1"),
        {("630", "draft_in_xero"): "12.54"},
    ),
    (copy_journal, {("630", "duplicate"): "-189.08"}),
    (edit_bill("INV-9109", 0, UnitAmount=1843.50), {("630", "edited"): "-15.00"}),
    (edit_bill("INV-9110", 2, AccountCode="429"), {("630", "mapping"): "-1276.30"}),
    (turn("INV-9108", CurrencyRate=0.5803), {("630", "currency"): "317.78"}),  # for 0.5903
    (turn("INV-9104", CurrencyRate=0.589901), {("630", "rounding"): "-0.02"}),  # for 0.589900
    (turn("INV-9107", Status="VOIDED"), {("630", "voided"): "-5062.73"}),
    (turn("INV-9111", Date="2026-11-02", DueDate="2026-11-20"), {("630", "billed_on_another_day"): "-10583.21"}),
    (edit_bill("freight LC-07", 0, UnitAmount=110.00), {("425", "edited"): "2.30"}),  # for 107.70
]


def change_the_source(company: Company) -> None:
    """What the next plan wants and nobody posts: freight for PO-310, a pot fewer sold, two socks lost."""
    charges = "data/sample/files/landed_costs.csv"
    row = "LC-99,PO-310,freight,2026-10-27,300.00,Longwake Freight\n"
    company.rewrite(charges, (company.home / charges).read_text(encoding="utf-8") + row)
    company.edit_rows("SalesOrders", "SO-1337", lambda order: order["lineItems"][0].update({"qty": 2, "qtyShipped": 2}))
    file = company.home / "data/sample/omni/Adjustments.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    lost = rows[-1]["lineItems"][0] | {"id": 199902, "transactionId": 699}
    file.write_text(json.dumps([*rows, rows[-1] | {"id": 699, "reference": "ADJ-99", "lineItems": [lost]}]))


NOT_POSTED = {
    ("630", "landed_cost_in_clearing"): "-300.00",
    ("630", "change_not_posted"): "-17.69",
    ("630", "not_posted"): "12.54",
    ("425", "landed_cost_in_clearing"): "300.00",
    ("425", "not_posted"): "-300.00",
}
"""The carrier's bill is missing too, so the clearing account holds nothing of it."""
