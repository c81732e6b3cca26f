"""Where each month stands, and what makes a cron job complain."""

from datetime import UTC, datetime

import pytest

from pipelines.errors import Incomplete
from pipelines.settings import Settings
from pipelines.status import raise_if_stale, read_status, status_tables
from tests.sample_company import OCTOBER, SEPTEMBER, Company, no_waiting

EARLY_NOVEMBER = datetime(2026, 11, 5, 9, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 11, 9, tzinfo=UTC)


def test_two_closed_months_are_shown_and_nothing_is_late(closed_settings: Settings) -> None:
    status = read_status(closed_settings, EARLY_NOVEMBER)
    months, milestones, runs = status_tables(status)
    assert [row[:5] for row in months.rows] == [
        ("2026-09", "applied", "12", "35,404.31", "0.00"),
        ("2026-10", "applied", "13", "45,613.82", "0.00"),
    ]
    assert [(row[0], bool(row[4]), bool(row[5]), row[6]) for row in milestones.rows] == [
        ("2026-09", True, True, ""),  # posted and tied out, and nobody has signed
        ("2026-10", True, True, ""),
    ]
    assert [row[:3] for row in runs.rows] == [("close", "2026-10", "done"), ("close", "2026-09", "done")]
    assert status.late_reasons == ()
    raise_if_stale(status)


def test_a_month_that_ended_long_ago_is_late_for_a_cron_job(closed_settings: Settings) -> None:
    in_time = read_status(closed_settings, datetime(2026, 12, 10, 9, tzinfo=UTC))
    assert in_time.late_reasons == ()  # the 10th in UTC is the 10th in Auckland too, and ten days are allowed
    late = read_status(closed_settings, DECEMBER)
    assert late.late_reasons == ("2026-11 is late: it ended 11 days ago and is not closed. Run: tieout close 2026-11",)
    with pytest.raises(Incomplete) as caught:
        raise_if_stale(late)
    assert caught.value.exit_code == 7


@pytest.mark.thorough
def test_a_run_that_failed_makes_the_status_stale(opened: Company) -> None:
    never = opened.tieout("status", "--fail-if-stale")
    assert never.exit_code == 7
    assert "2026-09 is late" in never.message

    opened.edit_text("mappings/accounts.yaml", 'cogs: "310"', 'cogs: "3100"')
    assert opened.tieout("close", SEPTEMBER).exit_code == 3
    failed = opened.tieout("status", "--fail-if-stale")
    assert failed.exit_code == 7
    assert "The last run (close, " in failed.message
    assert "ended as failed: 2026-09 cannot close yet. Nothing was posted." in failed.message

    opened.edit_text("mappings/accounts.yaml", 'cogs: "3100"', 'cogs: "310"')
    for month in (SEPTEMBER, OCTOBER):
        assert opened.tieout("close", month).exit_code == 0
    shown = opened.tieout("status")
    assert shown.exit_code == 0
    assert "failed" in shown.out  # the run of long ago stays in the list


@pytest.mark.thorough
def test_what_xero_refused_stays_in_sight_until_it_is_posted(opened: Company) -> None:
    opened.books.change("faults", name="html", on="writes")
    with no_waiting():
        assert opened.tieout("close", SEPTEMBER).exit_code == 7
    shown = opened.tieout("status")
    assert "Not confirmed by Xero" in shown.out
    first = next(line for line in shown.out.splitlines() if "DEMO-COGS-2026-09-v1" in line)
    assert first.split()[:4] == ["DEMO-COGS-2026-09-v1", "not", "posted", "PUT"]
    assert opened.tieout("status", "--fail-if-stale").exit_code == 7

    opened.books.end_faults()
    assert opened.tieout("close", SEPTEMBER).exit_code == 0
    assert "Not confirmed" not in opened.tieout("status").out


def test_without_a_warehouse_the_status_says_how_to_make_one(opened: Company) -> None:
    stopped = opened.tieout("status", TIEOUT_WAREHOUSE=str(opened.home / "none.duckdb"))
    assert (stopped.exit_code, stopped.message) == (
        3,
        "There is no warehouse to read yet: HOME/none.read.duckdb does not exist.\n"
        "    Run `tieout close PERIOD` or `tieout extract` first, or set TIEOUT_WAREHOUSE.",
    )
