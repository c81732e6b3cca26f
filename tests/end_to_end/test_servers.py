"""Xero or Cin7 that cannot be reached, refuses, or answers HTML; and two runs at the same time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import pytest

from tests.sample_company import ROOT, SEPTEMBER, Company, Outcome, no_waiting

JOURNALS_OF_SEPTEMBER = 12
NOWHERE = "http://127.0.0.1:9"

HOLDER = """
import sys
from pathlib import Path
from pipelines.warehouse.lock import hold
sys.argv = ["tieout", "close", "2026-09"]
with hold(Path(sys.stdin.readline().strip()), wait=0):
    print("held", flush=True)
    sys.stdin.readline()
"""
"""A process that has the warehouse until it is told to let go."""


def close(company: Company, **environment: str) -> Outcome:
    return company.tieout("close", SEPTEMBER, **environment)


def assert_it_closes(company: Company) -> None:
    """The same command again does the whole month, each journal once."""
    outcome = close(company)
    assert outcome.exit_code == 0, outcome.message
    assert len(company.books.statuses()) == len(company.books.standing()) == JOURNALS_OF_SEPTEMBER


def test_xero_that_is_down_is_told_and_costs_nothing(opened: Company) -> None:
    with no_waiting():
        stopped = close(opened, TIEOUT_XERO_URL=NOWHERE, TIEOUT_XERO_TOKEN_URL=f"{NOWHERE}/connect/token")
    assert (stopped.exit_code, stopped.out) == (7, "")
    assert "Xero's token server cannot be reached at http://127.0.0.1:9" in stopped.message
    assert "run the same command again" in stopped.message
    assert_it_closes(opened)


def test_cin7_that_is_down_is_told_and_costs_nothing(opened: Company) -> None:
    with no_waiting():
        stopped = close(opened, TIEOUT_OMNI_URL=NOWHERE)
    assert (stopped.exit_code, stopped.out, opened.books.journals()) == (7, "", [])
    assert stopped.message.startswith("Cin7 Omni at http://127.0.0.1:9/api/v1/ cannot be reached")
    assert stopped.message.endswith("Run the same command again: it goes on where it stopped.")
    assert_it_closes(opened)


@pytest.mark.parametrize("asked", ["reads", pytest.param("tokens", marks=pytest.mark.thorough)])
def test_html_instead_of_an_answer_is_told_and_costs_nothing(opened: Company, asked: str) -> None:
    opened.books.change("faults", name="html", on=asked)
    with no_waiting():
        stopped = close(opened)
    assert (stopped.exit_code, stopped.out, opened.books.journals()) == (7, "", [])
    assert "502" in stopped.message
    assert "run the same command again" in stopped.message.lower()
    assert "<html" not in stopped.message.lower()
    opened.books.end_faults()
    assert_it_closes(opened)


@pytest.mark.thorough
def test_html_after_journals_were_sent_ends_incomplete_and_the_next_run_posts_each_once(opened: Company) -> None:
    opened.books.change("faults", name="html", on="writes")
    with no_waiting():
        stopped = close(opened)
    assert (stopped.exit_code, stopped.out) == (7, "")
    assert stopped.message.startswith("Xero failed on 12 documents, first DEMO-COGS-2026-09-v1: PUT http://127.0.0.1:")
    assert stopped.message.endswith("Run the same command again later; what was sent is looked up first.")
    opened.books.end_faults()
    assert_it_closes(opened)


@pytest.mark.thorough  # tests/pipelines/load has the same without a whole close
def test_an_answer_that_is_lost_after_xero_has_posted_leaves_no_journal_twice(opened: Company) -> None:
    opened.books.change("faults", name="drop_after_commit", on="writes", times=1)
    with no_waiting():
        outcome = close(opened)
    assert outcome.exit_code == 0, outcome.message
    assert len(opened.books.statuses()) == JOURNALS_OF_SEPTEMBER
    again = close(opened)
    assert (again.exit_code, len(opened.books.statuses())) == (0, JOURNALS_OF_SEPTEMBER)


def test_a_second_run_on_the_same_warehouse_gives_way_and_names_the_first(opened: Company) -> None:
    with holding(opened) as process_id:
        stopped = close_with_wait(opened, "0.2")
        assert (stopped.exit_code, stopped.out, opened.books.journals()) == (7, "", [])
        first, second = stopped.message.splitlines()
        assert first.startswith(
            f"The warehouse HOME/data/demo/warehouse.duckdb is busy: tieout close 2026-09 (process {process_id} on "
        )
        assert first.endswith("is writing to it. Waited 0.2 s.")
        assert second == ("    Run the command again when that has ended, or give it more time with --wait SECONDS.")
        looking = opened.tieout("status")
        assert looking.exit_code == 0, looking.message
    assert_it_closes(opened)


@pytest.mark.thorough
def test_two_runs_that_start_together_both_end_well_and_post_each_journal_once(opened: Company) -> None:
    processes = [opened.start("close", SEPTEMBER) for _ in range(2)]
    ends = [(process.communicate(timeout=120), process.returncode) for process in processes]
    assert [code for _, code in ends] == [0, 0], ends
    said = sorted("Nothing is left to post" in out for (out, _), _ in ends)
    assert said == [False, True]
    assert len(opened.books.statuses()) == len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER


def close_with_wait(company: Company, seconds: str) -> Outcome:
    return company.tieout("close", SEPTEMBER, "--wait", seconds)


@contextmanager
def holding(company: Company) -> Iterator[int]:
    """Another process has the warehouse while the block runs; its number."""
    command = [sys.executable, "-c", HOLDER]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(f"{company.settings.warehouse}\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.stdin.write("\n")
