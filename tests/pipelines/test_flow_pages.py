"""What a finance person reads beside a flow run."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.demo import demo_settings
from pipelines.errors import DataProblem, DoesNotTieOut
from pipelines.flow_pages import BUILD, PROVE, TITLES, RunFacts, write_pages
from pipelines.month_end import close_month, preview_month
from pipelines.warehouse import open_published
from schemas.problems import Problem

OCTOBER = date(2026, 10, 1)
STEPS = ("Extract documents", "Read Xero's settings", "Value stock moves", BUILD, "Check exceptions and mappings")
GAP = Problem(
    "core.adjustment_lines", 'reason "Lost" has no\naccount', "Add it to\n    mappings", 2, Decimal("27.42"), ("A-1",)
)


class Listing:
    """Stands for a run and notes the names of the steps."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.close = SimpleNamespace(settings=SimpleNamespace(pack_after_close=True))

    def step(self, name: str, _work: object, *, is_safe_to_retry: bool = False) -> None:
        self.names.append(name)

    def keep_nothing(self) -> None:
        """A preview."""

    def keep_nothing_if(self, _holds: object) -> None:
        """A plan of a signed month."""


def names_of(steps: object) -> list[str]:
    listing = Listing()
    steps(listing)  # type: ignore[operator]
    return listing.names


@pytest.fixture(scope="module")
def pages(closed_home: Path) -> dict[str, str]:
    """Pages of October, closed."""
    settings = demo_settings(closed_home, "http://127.0.0.1:9", "http://127.0.0.1:9")
    facts = RunFacts(
        "DEMO", OCTOBER, "2026-10: 13 documents sent to Xero. It ties out.", (BUILD, PROVE), (BUILD, PROVE)
    )
    with open_published(settings) as warehouse:
        return write_pages(facts, warehouse)


def test_the_steps_that_pages_wait_for_are_steps_of_the_close() -> None:
    assert {BUILD, PROVE} <= set(names_of(close_month))
    assert BUILD in names_of(preview_month)


def test_every_page_says_whose_month_it_is_and_what_was_done(pages: dict[str, str]) -> None:
    assert list(pages) == list(TITLES)
    for key, text in pages.items():
        heading, _, verdict = text.split("\n")[:3]
        assert heading == f"## DEMO, October 2026: {TITLES[key]}"
        assert verdict == "2026-10: 13 documents sent to Xero. It ties out."


def test_journals_stand_in_debit_and_credit_columns(pages: dict[str, str]) -> None:
    assert "### DEMO-COGS-2026-10-v1 · 2026-10-31 · Cost of goods sold, October 2026" in pages["journals"]
    assert "| Account | Description | Debit | Credit |" in pages["journals"]
    assert "| 630 Stock on Hand | Late cost of earlier months |  | 74.08 |" in pages["journals"]


def test_the_roll_forward_ends_with_the_closing_stock(pages: dict[str, str]) -> None:
    assert pages["roll-forward"].splitlines()[-1].startswith("| **Closing** | **1,882** | **106,131.61** |")


def test_the_tie_out_ends_with_what_nobody_explains(pages: dict[str, str]) -> None:
    assert "| **630** | **Unexplained** |  | **0.00** |" in pages["tie-out"]


def test_the_status_says_who_did_what_and_when(pages: dict[str, str]) -> None:
    assert "| Month | Extracted | Planned | Approved | Posted | Tied out | Signed |" in pages["status"]
    assert [line[:9] for line in pages["status"].splitlines() if line.startswith("| 20")] == ["| 2026-09", "| 2026-10"]


def test_what_was_left_out_stands_with_its_reason_and_value(pages: dict[str, str]) -> None:
    assert "### Left out of COGS, October 2026" in pages["exceptions"]
    assert "| SO-1105 | PCK-COVER | excluded by rule |" in pages["exceptions"]


def test_a_run_that_stops_at_the_gate_says_what_stands_in_the_way_one_line_each(closed_home: Path) -> None:
    error = DataProblem("2026-10 cannot close yet. Nothing was posted.", [GAP])
    facts = RunFacts("DEMO", OCTOBER, error.summary, STEPS, STEPS[:-1], error=error)
    settings = demo_settings(closed_home, "http://127.0.0.1:9", "http://127.0.0.1:9")
    with open_published(settings) as warehouse:
        pages = write_pages(facts, warehouse)

    opening = '**The run stopped at "Check exceptions and mappings".** 2026-10 cannot close yet. Nothing was posted.'
    assert all(text.split("\n")[2] == opening for text in pages.values())
    assert (
        '| core.adjustment_lines | reason "Lost" has no account | 2 | 27.42 | Add it to mappings | A-1 |'
        in pages["exceptions"].splitlines()
    )
    assert "### DEMO-COGS-2026-10-v1" in pages["journals"]  # the journals of this run were built, so they are shown
    assert pages["tie-out"].endswith("The run did not get this far. What an earlier run found is stored with that run.")


def test_figures_of_an_earlier_run_are_never_shown_as_those_of_this_one(closed_home: Path) -> None:
    facts = RunFacts("DEMO", OCTOBER, "No answer.", STEPS[:1], (), error=RuntimeError("No answer."))
    settings = demo_settings(closed_home, "http://127.0.0.1:9", "http://127.0.0.1:9")
    with open_published(settings) as warehouse:
        pages = write_pages(facts, warehouse)
    assert not [text for text in pages.values() if "|" in text]


def test_a_difference_to_xero_is_shown_with_the_way_there(closed_home: Path) -> None:
    error = DoesNotTieOut("2026-10 does not tie out.", [Problem("account 630", "10.00 is not explained")])
    facts = RunFacts("DEMO", OCTOBER, error.summary, (BUILD, PROVE), (BUILD,), error=error)
    settings = demo_settings(closed_home, "http://127.0.0.1:9", "http://127.0.0.1:9")
    with open_published(settings) as warehouse:
        pages = write_pages(facts, warehouse)
    assert "Balance in Xero's trial balance" in pages["tie-out"]


def test_a_run_that_stops_before_the_warehouse_is_open_still_tells_its_problems() -> None:
    error = DataProblem("The mappings do not hold. Nothing was posted.", [GAP])
    pages = write_pages(RunFacts("DEMO", OCTOBER, error.summary, error=error), None)
    assert "**The run stopped before its first step.** The mappings do not hold." in pages["journals"]
    assert "What stands in the way" in pages["exceptions"]


def test_a_preview_says_that_it_does_not_look_at_balances() -> None:
    pages = write_pages(RunFacts("DEMO", OCTOBER, "2026-10: previewed up to 2026-10-31.", (BUILD,), (BUILD,)), None)
    assert pages["tie-out"].endswith("A preview does not look at Xero's balances.")
