"""One fault of each kind in Xero's books, all in one month: the causes are what was done, nothing is unexplained."""

from decimal import Decimal

import polars as pl

from schemas.dtypes import MONEY
from tests.end_to_end.xero_accountants import Accountants, accountants_of, changed_lines, line
from tests.sample_company import OCTOBER, Company

FAULTS = {
    ("630", "foreign"): "404.90",  # journals 250.00, -5.05, bill 123.45, spent 77.00, sold -12.00, credited -28.50
    ("630", "edited"): "10.79",  # adjustment of -124.79 made -99.00: 25.79; a bill's line lowered by 15.00
    ("630", "voided"): "-5170.43",  # landed cost 107.70, and bill INV-9107 of 5,062.73
    ("630", "draft_in_xero"): "12.54",  # an adjustment of -12.54 is a draft again
    ("630", "duplicate"): "-189.08",  # an adjustment of -189.08 stands twice
    ("630", "mapping"): "-1276.30",  # a bill's line is coded to 429
    ("630", "billed_on_another_day"): "-10583.21",  # bill INV-9111 is dated in November
    ("630", "currency"): "317.78",  # bill INV-9108 at 0.5803 for 0.5903 US dollars
    ("425", "foreign"): "33.00",
    ("425", "edited"): "2.30",  # a carrier's bill of 107.70 made 110.00
    ("425", "voided"): "107.70",  # the landed cost journal would have emptied it
}


def test_all_faults_together_are_told_apart_to_the_cent(closed: Company) -> None:
    before = balances(closed)
    with accountants_of(closed) as people:
        enter_strangers(closed, people)
        change_journals(closed)
        change_bills(people)
    after = closed.tieout("tie-out", OCTOBER)
    assert after.exit_code == 0, after.message

    steps = closed.query("from close.tie_outs where period = date '2026-10-01' and amount <> 0")
    found = {(row["account_code"], row["cause"]): str(row["amount"]) for row in steps.to_dicts()}
    assert {key: found.get(key) for key in FAULTS} == FAULTS
    assert not [key for key in found if key[1] == "unexplained"]
    moved = {code: Decimal(amount) - Decimal(before[code]) for code, amount in balances(closed).items()}
    assert moved == {
        code: sum((Decimal(amount) for (account, _), amount in FAULTS.items() if account == code), Decimal(0))
        for code in ("630", "425")
    }
    check_documents(closed)
    days = closed.query(
        "select account_code, first_difference_on from close.tie_out_accounts where period = '2026-10-01'"
    )
    assert {code: str(day) for code, day in days.rows()} == {"425": "2026-10-03", "426": "None", "630": "2026-10-02"}


def balances(company: Company) -> dict[str, str]:
    """Xero's balances at the cut-off."""
    return {code: company.books.balance(code, "2026-10-31") for code in ("630", "425")}


def check_documents(company: Company) -> None:
    """The documents of each cause sum to it, and those of others have Xero's id."""
    documents = company.query("from close.tie_out_documents where period = date '2026-10-01'")
    keys = ["account_code", "cause"]
    sums = documents.group_by(keys).agg(pl.col("amount").sum().cast(MONEY).alias("documents"))
    causes = company.query("from close.tie_outs where period = date '2026-10-01' and document_count > 0")
    assert sums.join(causes, on=keys).filter(pl.col("documents") != pl.col("amount")).is_empty()
    assert sums.height == causes.height
    strangers = documents.filter(cause="foreign", account_code="630")
    assert strangers["xero_id"].null_count() == 0
    assert sorted(zip(strangers["document_kind"], map(str, strangers["amount"]), strict=True)) == [
        ("bank transaction", "77.00"),
        ("bill", "123.45"),
        ("invoice", "-12.00"),
        ("manual journal", "-5.05"),
        ("manual journal", "250.00"),
        ("supplier credit", "-28.50"),
    ]


def enter_strangers(company: Company, people: Accountants) -> None:
    """Somebody else's entries on the stock account, and one on freight clearing."""
    company.books.change(
        "journals/enter",
        narration="Stock true-up by the accountant",
        date="2026-10-17",
        lines=[{"account_code": "630", "amount": "250.00"}, {"account_code": "310", "amount": "-250.00"}],
    )
    company.books.change(
        "journals/enter",
        narration="OTHER-COGS-2026-10-v1 Another tool of another prefix",
        date="2026-10-18",
        lines=[{"account_code": "310", "amount": "5.05"}, {"account_code": "630", "amount": "-5.05"}],
    )
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


def change_journals(company: Company) -> None:
    """What people do to our own journals."""
    books = company.books
    books.change(
        "journals/edit",
        journal="DEMO-ADJUSTMENT-2026-10-ADJ-46-v1",
        lines=[{"account_code": "429", "amount": "99.00"}, {"account_code": "630", "amount": "-99.00"}],
    )
    books.change("journals/void", journal="DEMO-LANDED-2026-10-PO-307-v1")
    books.change("journals/unapprove", journal="DEMO-ADJUSTMENT-2026-10-ADJ-51-v1")
    books.change(
        "journals/enter",
        narration=books.narration("DEMO-ADJUSTMENT-2026-10-ADJ-47-v1"),
        date="2026-10-15",
        lines=[{"account_code": "431", "amount": "189.08"}, {"account_code": "630", "amount": "-189.08"}],
    )


def change_bills(people: Accountants) -> None:
    """What people do to suppliers' bills."""
    edited = people.find("Invoices", "INV-9109")
    people.edit("Invoices", "INV-9109", LineItems=changed_lines(edited, {0: {"UnitAmount": 1843.50}}))
    recoded = people.find("Invoices", "INV-9110")
    people.edit("Invoices", "INV-9110", LineItems=changed_lines(recoded, {2: {"AccountCode": "429"}}))
    people.edit("Invoices", "INV-9108", CurrencyRate=0.5803)
    people.edit("Invoices", "INV-9107", Status="VOIDED")
    people.edit("Invoices", "INV-9111", Date="2026-11-02", DueDate="2026-11-20")
    freight = people.find("Invoices", "freight LC-07")
    people.edit("Invoices", "freight LC-07", LineItems=changed_lines(freight, {0: {"UnitAmount": 110.00}}))
