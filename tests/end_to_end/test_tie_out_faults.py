"""One fault of each kind in Xero's books, all in one month: the causes are what was done, nothing is unexplained."""

from decimal import Decimal

import polars as pl

from schemas.dtypes import MONEY
from tests.end_to_end.xero_accountants import accountants_of
from tests.end_to_end.xero_faults import FAULTS, NOT_POSTED, balances, change_the_source, changes, read_causes, total
from tests.sample_company import OCTOBER, Company

DONE = total(FAULTS)


def test_all_faults_together_are_told_apart_to_the_cent(closed: Company) -> None:
    before, start = balances(closed), causes_of(closed)
    with accountants_of(closed) as people:
        for inject, _ in FAULTS:
            inject(closed, people)
    change_the_source(closed)
    planned = closed.tieout("plan", OCTOBER)
    assert planned.exit_code == 0, planned.message
    after = closed.tieout("tie-out", OCTOBER)
    assert after.exit_code == 0, after.message

    assert changes(start, causes_of(closed)) == {key: str(amount) for key, amount in DONE.items()} | NOT_POSTED
    moved = {code: Decimal(amount) - Decimal(before[code]) for code, amount in balances(closed).items()}
    assert moved == {code: sum(amount for (account, _), amount in DONE.items() if account == code) for code in moved}
    check_documents(closed)
    days = closed.query(
        "select account_code, first_difference_on from close.tie_out_accounts where period = '2026-10-01'"
    )
    assert {code: str(day) for code, day in days.rows()} == {"425": "2026-10-03", "426": "None", "630": "2026-09-23"}


def causes_of(company: Company) -> dict[tuple[str, str], Decimal]:
    """The causes of October as they were found last; an amount that is unexplained is among them."""
    return read_causes(company.query("from close.tie_outs where period = date '2026-10-01'"))


def check_documents(company: Company) -> None:
    """The documents of each cause sum to it, and those of others have Xero's id."""
    documents = company.query("from close.tie_out_documents where period = date '2026-10-01'")
    keys = ["account_code", "cause"]
    by_cause = documents.group_by(keys).agg(pl.col("amount").sum().cast(MONEY).alias("documents"))
    causes = company.query("from close.tie_outs where period = date '2026-10-01' and document_count > 0")
    assert by_cause.join(causes, on=keys).filter(pl.col("documents") != pl.col("amount")).is_empty()
    assert by_cause.height == causes.height
    strangers = documents.filter(cause="foreign", account_code="630")
    assert strangers["xero_id"].null_count() == 0
    assert sorted(zip(strangers["document_kind"], map(str, strangers["amount"]), strict=True)) == [
        ("bank transaction", "77.00"),
        ("bill", "123.45"),
        ("invoice", "-12.00"),
        ("manual journal", "-5.05"),
        ("manual journal", "250.00"),
        ("payment", "80.00"),
        ("supplier credit", "-28.50"),
    ]
