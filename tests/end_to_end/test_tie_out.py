"""What is in Xero and not from the source does not tie out: exit 6, with both balances."""

import re

from tests.sample_company import OCTOBER, SEPTEMBER, Company


def test_a_bill_that_the_source_does_not_know_is_unexplained(closed: Company) -> None:
    before = closed.books.statuses()
    closed.books.change(
        "bills",
        date="2026-10-20",
        contact="Somebody",
        reference="INV-STRAY",
        lines=[{"account_code": "630", "amount": "123.45", "description": "Coded to stock by mistake"}],
    )
    for command in ("tie-out", "close"):
        stopped = closed.tieout(command, OCTOBER)
        assert (stopped.exit_code, stopped.out) == (6, "")
        assert stopped.message == (
            "2026-10 does not tie out.\n"
            "account 630: Xero holds 98,248.86, the stock ledger and its documents explain 98,125.41 (123.45)\n"
            "    Look in Xero for bills, journals or payments on this account that the source does not have, or "
            "that it has on another day."
        )
    assert closed.books.statuses() == before
    assert closed.tieout("tie-out", SEPTEMBER).exit_code == 0

    closed.books.change(
        "bills",
        date="2026-10-20",
        contact="Somebody",
        reference="INV-STRAY-CREDIT",
        lines=[{"account_code": "630", "amount": "-123.45", "description": "Coded to stock by mistake"}],
    )
    repaired = closed.tieout("tie-out", OCTOBER)
    assert repaired.exit_code == 0, repaired.message
    assert "Unexplained" in repaired.out


def test_a_journal_that_somebody_voided_in_xero_is_posted_again_under_a_new_tag(closed: Company) -> None:
    closed.void_in_xero("DEMO-ADJUSTMENT-2026-10-ADJ-46-v1")
    looked = closed.tieout("tie-out", OCTOBER)
    assert looked.exit_code == 0, looked.message
    assert re.search("630 +Journals that are not posted +1 +124.79 ", looked.out), looked.out
    again = closed.tieout("close", OCTOBER)
    assert again.exit_code == 0, again.message
    statuses = closed.books.statuses()
    assert statuses["DEMO-ADJUSTMENT-2026-10-ADJ-46-v1"] == "VOIDED"
    assert statuses["DEMO-ADJUSTMENT-2026-10-ADJ-46-v2"] == "POSTED"
