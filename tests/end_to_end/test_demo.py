"""`tieout demo`, twice, as a person starts it: what stands on the screen, in the warehouse and in Xero's books."""

import json
import re
import shlex
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo import demo_folder, demo_settings
from pipelines.sandbox.xero.books import open_books
from pipelines.sandbox.xero.journal_store import list_journals_plainly
from pipelines.warehouse import open_published
from tests.golden_texts import GoldenTexts
from tests.made_once import MakeOnce
from tests.sample_company import BAR, await_end, copy_what_it_needs, start_tieout

MONTHS = ("September 2026", "October 2026")
STEPS = [
    "Extract documents", "Read Xero's settings", "Value stock moves", "Build journals", "Check exceptions and mappings",
    "Plan the changes in Xero", "Post to Xero", "Tie out to Xero", "Write the close pack",
]  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """Two runs of the demo in one home."""

    home: Path

    def kept(self, run: int) -> dict[str, Any]:
        """Exit code, both streams and Xero's journals after a run."""
        found: dict[str, Any] = json.loads((self.home / f"run-{run}.json").read_text(encoding="utf-8"))
        return found

    @property
    def screen(self) -> str:
        """What the first run printed."""
        return str(self.kept(1)["out"])


@pytest.fixture(scope="session")
def demo(made_once: MakeOnce) -> Demo:
    def make(home: Path) -> None:
        copy_what_it_needs(home, states_stock=True)
        for run in (1, 2):
            process = start_tieout("demo", folder=home, environment={"TIEOUT_HOME": str(home)})
            out, err = await_end(process, 300)
            books = open_books(demo_folder(home) / "books.sqlite")
            try:
                journals = list_journals_plainly(books)
            finally:
                books.close()
            kept = {"exit_code": process.returncode, "out": out, "err": err, "journals": journals}
            (home / f"run-{run}.json").write_text(json.dumps(kept), encoding="utf-8")

    return Demo(made_once("demo", make))


def test_both_runs_end_well(demo: Demo) -> None:
    runs = [demo.kept(1), demo.kept(2)]
    assert [run["exit_code"] for run in runs] == [0, 0], runs[0]["err"]


def test_nothing_but_a_bar_for_each_step_stands_on_the_error_stream(demo: Demo) -> None:
    for run in (1, 2):
        lines = [line for line in demo.kept(run)["err"].splitlines() if line.strip()]
        assert [line for line in lines if not BAR.search(line)] == []
        assert [line.split("  ")[0] for line in lines] == STEPS * 2


def test_the_months_read_as_they_should(demo: Demo, golden: GoldenTexts) -> None:
    golden.check("demo-2026-09.txt", month_of(demo.screen, MONTHS[0], MONTHS[1]))
    golden.check("demo-2026-10.txt", month_of(demo.screen, MONTHS[1], None))


def test_what_stands_around_the_months_reads_as_it_should(demo: Demo, golden: GoldenTexts) -> None:
    screen = demo.screen
    around = screen[: screen.index(f"{MONTHS[0]} ──")] + "...\n" + screen[screen.index("The warehouse: ") :]
    golden.check("demo.txt", around)


def test_the_second_run_says_that_nothing_is_left_to_post_and_posts_nothing(demo: Demo) -> None:
    first, second = demo.kept(1), demo.kept(2)
    assert "2026-09: 12 documents sent to Xero. It ties out." in first["out"]
    assert "2026-10: 13 documents sent to Xero. It ties out." in first["out"]
    assert len(re.findall(r"^2026-\d\d: nothing was left to post. It ties out.$", second["out"], re.MULTILINE)) == 2
    assert second["journals"] == first["journals"]
    assert len({journal["narration"].split()[0] for journal in first["journals"]}) == len(first["journals"]) == 25
    assert {journal["status"] for journal in first["journals"]} == {"POSTED"}
    months = [text[text.index(f"{MONTHS[0]} ──") :] for text in (first["out"], second["out"])]
    assert months[0] == months[1]


def test_the_screen_holds_every_journal_of_xero_line_by_line(demo: Demo) -> None:
    for journal in demo.kept(1)["journals"]:
        heading = f"{journal['narration'].split()[0]} · {journal['date']} · {journal['narration'].split(maxsplit=1)[1]}"
        block = demo.screen[demo.screen.index(heading) :].split("\nDEMO-")[0].split("\nInventory")[0]
        for line in journal["lines"]:
            amount = f"{abs(Decimal(line['amount'])):,.2f}"
            assert re.search(rf"\n {line['account_code']} .* {re.escape(amount)} ", block), (heading, line)


def test_the_two_things_to_look_at_can_be_typed_as_they_stand(demo: Demo) -> None:
    hints = re.findall(r"^\d\. .*?:\s+(\S.*)$", demo.screen, flags=re.MULTILINE)
    assert len(hints) == 3
    for hint, expected in zip(hints[:2], ("COGS-2026-10:1 · 310", "Months"), strict=True):
        arguments = shlex.split(hint)
        start = next(i for i, word in enumerate(arguments) if word in ("explain", "status"))
        done = start_tieout(*arguments[start:], folder=demo.home, environment={"TIEOUT_HOME": str(demo.home)})
        out, err = await_end(done, 60)
        assert (done.returncode, err) == (0, ""), hint
        assert out.startswith(expected)


def test_the_warehouse_is_where_the_screen_says_and_holds_what_it_shows(demo: Demo) -> None:
    with open_published(demo_settings(demo.home, "http://127.0.0.1:9", "http://127.0.0.1:9")) as warehouse:
        unexplained = warehouse.query("select period, amount from close.tie_outs where cause = 'unexplained'")
        assert {str(amount) for amount in unexplained["amount"]} == {"0.00"}
        runs = warehouse.query("select command, status from control.runs").rows()
    assert runs == [("flow close", "done")] * 4


def month_of(screen: str, month: str, following: str | None) -> str:
    """What stands under the heading of a month; Omni states its stock for the day on which it is asked."""
    end = screen.index(f"{following} ──") if following else screen.index("The warehouse: ")
    return re.sub(r"(stock on hand on )\d{4}-\d\d-\d\d", r"\1DAY", screen[screen.index(f"{month} ──") : end])
