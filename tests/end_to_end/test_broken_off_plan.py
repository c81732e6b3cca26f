"""A posted month is computed again and the run stops: the next month does not build on what nobody planned."""

import pytest

from tests.sample_company import OCTOBER, SEPTEMBER, Company


def stop_a_plan_of_september(company: Company) -> None:
    """A sale of September is edited, and what an adjustment was for is not known for a while."""
    company.edit_rows("SalesOrders", "SO-1001", lambda row: row["lineItems"][0].update(qty=2, qtyShipped=2))
    company.edit_rows("Adjustments", "ADJ-41", lambda row: row.update(adjustmentReason="Eaten by mice"))
    stopped = company.tieout("plan", SEPTEMBER)
    assert (stopped.exit_code, stopped.message.splitlines()[0]) == (3, "2026-09 cannot close yet. Nothing was posted.")
    company.edit_rows("Adjustments", "ADJ-41", lambda row: row.update(adjustmentReason="Damaged in transit"))


def test_the_next_month_waits_until_the_month_before_is_planned_again(closed: Company) -> None:
    stop_a_plan_of_september(closed)
    before = len(closed.books.journals())
    refused = closed.tieout("close", OCTOBER)
    assert refused.message == (
        "2026-10 builds on the months before it, from 2026-09 (close.first_period). Nothing was posted.\n"
        "period 2026-09: was computed again by a run that ended without a plan: "
        "2026-09 cannot close yet. Nothing was posted.\n"
        "    Close it first: tieout close 2026-09"
    )
    assert (refused.exit_code, len(closed.books.journals())) == (3, before)


@pytest.mark.thorough
def test_both_months_tie_out_once_they_are_closed_in_order(closed: Company) -> None:
    stop_a_plan_of_september(closed)
    for month in (SEPTEMBER, OCTOBER):
        outcome = closed.tieout("close", month)
        assert outcome.exit_code == 0, outcome.message


@pytest.mark.thorough
def test_a_run_that_stopped_before_it_changed_anything_stands_in_nobodys_way(closed: Company) -> None:
    closed.edit_rows("Adjustments", "ADJ-41", lambda row: row.update(adjustmentReason="Eaten by mice"))
    assert closed.tieout("plan", SEPTEMBER, TIEOUT_OMNI_KEY="wrong").exit_code == 2
    closed.edit_rows("Adjustments", "ADJ-41", lambda row: row.update(adjustmentReason="Damaged in transit"))
    outcome = closed.tieout("close", OCTOBER)
    assert outcome.exit_code == 0, outcome.message
