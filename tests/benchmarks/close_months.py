"""Does a close cost in proportion to its month? The same month after one month of history and after many.

Run: python -m tests.benchmarks.close_months [--moves 100000] [--months 24]. It prints a Markdown table
and keeps it in results/.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from pipelines.settings import Settings, load_settings
from pipelines.steps.context import CloseContext, load_mappings
from pipelines.steps.journals import build_month
from pipelines.steps.reporting import report_month
from pipelines.steps.source_days import digest_core
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse, open_warehouse
from pipelines.warehouse.copies import publish
from tests.benchmarks.long_history import Company, fill_core
from tests.sample_company import ROOT
from transforms.periods import last_day, previous_period

T = TypeVar("T")

RESULT = ROOT / "tests/benchmarks/results/close_months.md"

TIMES = 3
"""The last month is closed so often, and forgotten again; the quickest counts."""


@dataclass(frozen=True)
class Cost:
    """Seconds of one step: on the clock, and of all processors."""

    clock: float
    processor: float


@dataclass(frozen=True)
class Closed:
    """What closing the last month took."""

    value: Cost
    build: Cost
    report: Cost
    late_value: Cost
    """Valuing it with one late freight bill for an order of the month before."""
    old_value: Cost
    """The same for the first order of all."""
    publish: Cost
    """The copy of the warehouse for readers."""
    moves: int
    """Moves that were valued."""
    late_moves: int
    old_moves: int

    @property
    def whole(self) -> Cost:
        """All steps."""
        steps = (self.value, self.build, self.report, self.publish)
        return Cost(sum(step.clock for step in steps), sum(step.processor for step in steps))


def main() -> None:
    """Close, compare and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--moves", type=int, default=100_000, help="stock moves a month")
    arguments.add_argument("--months", type=int, default=24, help="months of history")
    given = arguments.parse_args()
    short, long = (close_last(Company(given.moves, given.moves // 50, months + 1)) for months in (1, given.months))
    told = as_markdown(short, long, given)
    print(told)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(f"{told}\n", encoding="utf-8")


def close_last(company: Company) -> Closed:
    """Close every month of a company but the last; close that several times over."""
    with _home(company) as settings:
        with open_warehouse(settings, publishes=False) as warehouse:
            measured = _close_and_measure(settings, warehouse, company)
        published = _quickest([_timed(lambda: publish(settings.warehouse))[0] for _ in range(TIMES)])
    return replace(measured, publish=published)


def _close_and_measure(settings: Settings, warehouse: Warehouse, company: Company) -> Closed:
    months = company.every_month
    fill_core(warehouse, company, months)
    digest_core(warehouse)  # as an extract leaves it
    for month in months[:-1]:
        close = _close_of(settings, company, months.index(month))
        value_stock(close, warehouse)
        build_month(close, warehouse)
        report_month(close, warehouse)
        print(f"{month:%Y-%m} is closed", flush=True)
    return _measure(_close_of(settings, company, -1), warehouse)


def _measure(close: CloseContext, warehouse: Warehouse) -> Closed:
    steps: dict[str, list[Cost]] = {name: [] for name in ("value", "build", "report", "late_value", "old_value")}
    moves: dict[str, int] = {}

    def value(name: str) -> None:
        cost, valued = _timed(lambda: value_stock(close, warehouse))
        steps[name].append(cost)
        moves[name] = valued.move_count

    for _ in range(TIMES):
        with warehouse.scratch():
            value("value")
            steps["build"].append(_timed(lambda: build_month(close, warehouse))[0])
            steps["report"].append(_timed(lambda: report_month(close, warehouse))[0])
        for name, since in (("late_value", previous_period(close.period)), ("old_value", date.min)):
            with warehouse.scratch():
                _bill_freight_late(warehouse, since)
                value(name)
    quickest = {name: _quickest(costs) for name, costs in steps.items()}
    return Closed(
        **quickest,
        publish=Cost(0, 0),
        moves=moves["value"],
        late_moves=moves["late_value"],
        old_moves=moves["old_value"],
    )


def _bill_freight_late(warehouse: Warehouse, since: date) -> None:
    """One freight bill, dated in the last month, for the first purchase order since a day."""
    warehouse.execute(
        """insert into core.charges by name
           select 'LATE' as charge_id, purchase_id, purchase_number, 'freight' as charge_type, 99 as charge_amount,
             (select max(received_date) from core.receipt_lines) as charge_date
           from core.receipt_lines where received_date >= ? order by received_date, purchase_id limit 1""",
        [since],
    )


def _timed(work: Callable[[], T]) -> tuple[Cost, T]:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return Cost(time.perf_counter() - clock, time.process_time() - processor), result


def _quickest(costs: list[Cost]) -> Cost:
    return Cost(min(cost.clock for cost in costs), min(cost.processor for cost in costs))


def _close_of(settings: Settings, company: Company, at: int) -> CloseContext:
    month = company.every_month[at]
    return CloseContext(settings, load_mappings(settings), month, last_day(month))


@contextmanager
def _home(company: Company) -> Iterator[Settings]:
    """A folder with the sample's mappings and an empty warehouse, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "mappings", home / "mappings", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        file = home / "mappings/close.yaml"
        text = file.read_text(encoding="utf-8").replace("first_period: 2026-09", f"first_period: {company.first:%Y-%m}")
        file.write_text(text, encoding="utf-8")
        yield load_settings(home=home, warehouse=home / "warehouse.duckdb", mappings=home / "mappings")


def as_markdown(short: Closed, long: Closed, given: argparse.Namespace) -> str:
    """A row for each step: seconds of processor time after one month and after many, and their ratio."""
    rows = [
        ("costing (value step)", short.value, long.value),
        ("journals, roll-forward, exceptions", short.build, long.build),
        ("margins, flux, ages, open receipts", short.report, long.report),
        ("copy for readers", short.publish, long.publish),
        ("**whole close without extract and posting**", short.whole, long.whole),
        ("costing, with a late cost of an order of last month", short.late_value, long.late_value),
        ("costing, with a late cost of the oldest order", short.old_value, long.old_value),
    ]
    lines = [
        f"| step | 1 month of history, s | {given.months} months, s | ratio | ratio on the clock |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {name} | {one.processor:.2f} | {many.processor:.2f} | {many.processor / one.processor:.2f} "
            f"| {many.clock / one.clock:.2f} |"
            for name, one, many in rows
        ),
        "",
        f"A month of {given.moves:,} moves, FIFO by SKU; processor seconds, {os.cpu_count()} cores. Moves valued: "
        f"{long.moves:,} of {given.moves * (given.months + 1):,}; with a late cost of last month {long.late_moves:,}, "
        f"of the oldest order {long.old_moves:,}. Costing with a late cost of last month against costing without: "
        f"{long.late_value.processor / long.value.processor:.2f} after {given.months} months.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
