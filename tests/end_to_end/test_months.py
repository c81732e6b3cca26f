"""Months that have not ended, come too early, are empty or locked: the right month closes, in the right order, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

import pytest

from tests.sample_company import OCTOBER, SEPTEMBER, Company, Outcome

MID_SEPTEMBER = date(2026, 9, 15)
JOURNALS_OF_SEPTEMBER = 12


@contextmanager
def today(day: date) -> Iterator[None]:
    """A command that runs on another day."""
    with patch("pipelines.steps.context.today_in", lambda *_: day):
        yield


def test_a_month_under_way_closes_only_up_to_a_day(untouched: Company) -> None:
    with today(MID_SEPTEMBER):
        stopped = untouched.tieout("close", SEPTEMBER)
    assert (stopped.exit_code, stopped.out, untouched.books.journals()) == (2, "", [])
    assert stopped.message == (
        "2026-09 has not ended: today is 2026-09-15 in the organisation's time zone.\n"
        "    To post what has happened so far, run: tieout close 2026-09 --to 2026-09-15\n"
        "    To see it without posting, run: tieout preview 2026-09"
    )


@pytest.mark.thorough
def test_what_is_posted_up_to_a_day_is_dated_that_day_and_replaced_by_the_next_run(opened: Company) -> None:
    with today(MID_SEPTEMBER):
        partial = opened.tieout("close", SEPTEMBER, "--to", "2026-09-15")
    assert partial.exit_code == 0, partial.message
    (cogs,) = [one for one in opened.books.journals() if "-COGS-" in one["narration"]]
    assert (cogs["narration"].split()[0], cogs["date"]) == ("DEMO-COGS-2026-09-v1", "2026-09-15")

    early = opened.tieout("close", OCTOBER)
    assert early.exit_code == 3
    assert early.message == (
        "2026-10 builds on the months before it, from 2026-09 (close.first_period). Nothing was posted.\n"
        "period 2026-09: is posted up to 2026-09-15 only\n"
        "    Close it first: tieout close 2026-09"
    )

    whole = opened.tieout("close", SEPTEMBER)
    assert whole.exit_code == 0, whole.message
    statuses = opened.books.statuses()
    for kind in ("COGS", "PRODUCTION", "VALUATION"):
        assert statuses[f"DEMO-{kind}-2026-09-v1"] == "VOIDED"
        assert statuses[f"DEMO-{kind}-2026-09-v2"] == "POSTED"
    dates = {one["narration"].split()[0]: one["date"] for one in opened.books.journals()}
    assert dates["DEMO-COGS-2026-09-v2"] == "2026-09-30"
    assert len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER

    again = opened.tieout("close", SEPTEMBER)
    assert again.exit_code == 0
    assert "Nothing is left to post" in again.out
    assert opened.books.statuses() == statuses

    gone = opened.tieout("explain", "DEMO-COGS-2026-09-v1")
    assert (gone.exit_code, gone.message) == (
        2,
        "DEMO-COGS-2026-09-v1 is voided in Xero, and its source rows are not kept.\n"
        "    DEMO-COGS-2026-09-v2 stands in its place: tieout explain DEMO-COGS-2026-09-v2",
    )


def test_a_preview_always_runs_and_keeps_nothing(opened: Company) -> None:
    before = _figures(opened)
    with today(MID_SEPTEMBER):
        of_this_month = opened.tieout("preview", SEPTEMBER)
        of_a_month_to_come = opened.tieout("preview", "2026-12")
        after_an_open_month = opened.tieout("preview", OCTOBER)
    for preview in (of_this_month, of_a_month_to_come, after_an_open_month):
        assert preview.exit_code == 0, preview.message
        assert "Inventory roll-forward" in preview.out
    assert "COGS-2026-09 · 2026-09-15 · Cost of goods sold" in of_this_month.out
    assert "Tie-out" not in of_this_month.out
    assert opened.books.journals() == []
    assert _figures(opened) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2026-11"], "2026-11 has not begun: today is 2026-09-15 in the organisation's time zone."),
        (
            ["2026-11", "--to", "2026-11-03"],
            "--to 2026-11-03 has not come yet: today is 2026-09-15 in the organisation's time zone.",
        ),
        (
            ["2026-09", "--to", "2026-09-20"],
            "--to 2026-09-20 has not come yet: today is 2026-09-15 in the organisation's time zone.",
        ),
        (
            ["2026-09", "--to", "2026-10-02"],
            "--to 2026-10-02 lies outside 2026-09. Name a day from 2026-09-01 to 2026-09-30.",
        ),
        (["2026-09", "--to", "soon"], "--to soon is not a day: write YYYY-MM-DD, such as 2026-10-15."),
        (["2026-13"], "'2026-13' is not a month: write YYYY-MM, such as 2026-10."),
        (["september"], "'september' is not a month: write YYYY-MM, such as 2026-10."),
    ],
)
def test_a_day_or_month_that_cannot_be_meant_is_told(untouched: Company, arguments: list[str], message: str) -> None:
    with today(MID_SEPTEMBER):
        stopped = untouched.tieout("close", *arguments)
    assert (stopped.exit_code, stopped.message, untouched.books.journals()) == (2, message, [])


def test_a_month_waits_for_the_months_before_it(untouched: Company) -> None:
    early = untouched.tieout("close", OCTOBER)
    assert (early.exit_code, untouched.books.journals()) == (3, [])
    assert early.message == (
        "2026-10 builds on the months before it, from 2026-09 (close.first_period). Nothing was posted.\n"
        "period 2026-09: is not posted\n"
        "    Close it first: tieout close 2026-09"
    )
    too_early = untouched.tieout("close", "2026-08")
    assert too_early.exit_code == 3
    assert too_early.message == (
        "2026-08 cannot be closed.\n"
        "HOME/mappings/close.yaml: close.first_period is 2026-09\n"
        "    Close 2026-09 or a later month, or set first_period to the month after Xero's opening balance."
    )


def test_a_month_at_or_before_xeros_lock_date_posts_nothing(opened: Company) -> None:
    opened.books.change("lock-date", lock_date="2026-09-30")
    stopped = opened.tieout("close", SEPTEMBER)
    assert (stopped.exit_code, stopped.out, opened.books.journals()) == (5, "", [])
    assert stopped.message == (
        "A lock date in Xero stands in the way: nothing was sent.\n"
        "Xero period lock date 2026-09-30: refuses 12 documents dated 2026-09-04 to 2026-09-30\n"
        "    Ask whoever closed the books to move the lock date back in Xero (Accounting, Advanced, Lock dates), "
        "apply this plan again, and lock the month afterwards.\n"
        "    First: DEMO-COGS-2026-09-v1, DEMO-LANDED-2026-09-PO-301-v1, DEMO-LANDED-2026-09-PO-302-v1"
    )
    opened.books.change("lock-date", lock_date=None)
    applied = opened.tieout("apply", "latest")
    assert applied.exit_code == 0, applied.message
    assert len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER


def test_a_locked_month_that_did_not_change_can_be_closed_again(closed: Company) -> None:
    closed.books.change("lock-date", lock_date="2026-10-31")
    again = closed.tieout("close", OCTOBER)
    assert again.exit_code == 0, again.message
    assert again.out.endswith("Nothing is left to post: Xero holds this month as it should. It ties out.\n")


@pytest.mark.thorough
def test_an_empty_month_closes_with_nothing_to_post_and_ties_out(closed: Company) -> None:
    before = closed.books.statuses()
    with today(date(2027, 1, 5)):
        for month in ("2026-11", "2026-12"):
            empty = closed.tieout("close", month)
            assert empty.exit_code == 0, empty.message
            assert empty.out.endswith("Nothing is left to post: Xero holds this month as it should. It ties out.\n")
    assert closed.books.statuses() == before
    assert _value_of(empty, "Opening") == _value_of(empty, "Closing") == "106,131.61"


def _value_of(outcome: Outcome, row: str) -> str:
    """Value in a row of the roll-forward."""
    (line,) = [line for line in outcome.out.splitlines() if line.strip().startswith(row)]
    return line.split()[-1]


def _figures(company: Company) -> list[tuple[object, ...]]:
    """What the warehouse holds of the close."""
    found = company.query(
        "select 'bookings', count(*) from close.bookings union all select 'journals', count(*) from close.journals "
        "union all select 'plans', count(*) from post.plans"
    )
    return sorted(found.rows())
