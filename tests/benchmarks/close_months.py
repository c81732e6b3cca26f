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
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipelines.settings import Settings, load_settings
from pipelines.steps.context import CloseContext, load_mappings
from pipelines.steps.journals import build_month
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse, open_warehouse
from tests.benchmarks.long_history import Company, fill_core
from tests.sample_company import ROOT
from transforms.periods import last_day

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
    late_value: Cost
    """Valuing it with one late freight bill on an old receipt."""
    moves: int
    late_moves: int

    @property
    def whole(self) -> Cost:
        """Both steps."""
        return Cost(self.value.clock + self.build.clock, self.value.processor + self.build.processor)


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
    with _home(company) as settings, open_warehouse(settings, publishes=False) as warehouse:
        months = company.every_month
        fill_core(warehouse, company, months)
        for month in months[:-1]:
            close = _close_of(settings, company, months.index(month))
            value_stock(close, warehouse)
            build_month(close, warehouse)
            print(f"{month:%Y-%m} is closed", flush=True)
        last = _close_of(settings, company, -1)
        return _measure(last, warehouse)


def _measure(close: CloseContext, warehouse: Warehouse) -> Closed:
    values, builds, lates, moves, late_moves = [], [], [], 0, 0
    for _ in range(TIMES):
        with warehouse.scratch():
            cost, valued = _timed(lambda: value_stock(close, warehouse))
            values.append(cost)
            builds.append(_timed(lambda: build_month(close, warehouse))[0])
            moves = valued.move_count
        with warehouse.scratch():
            _bill_freight_late(warehouse)
            cost, valued = _timed(lambda: value_stock(close, warehouse))
            lates.append(cost)
            late_moves = valued.move_count
    return Closed(_quickest(values), _quickest(builds), _quickest(lates), moves, late_moves)


def _bill_freight_late(warehouse: Warehouse) -> None:
    """One freight bill, dated in the last month, for the first purchase order of all."""
    warehouse.execute(
        """insert into core.charges by name
           select 'LATE' as charge_id, purchase_id, purchase_number, 'freight' as charge_type, 99 as charge_amount,
             (select max(received_date) from core.receipt_lines) as charge_date
           from core.receipt_lines order by received_date, purchase_id limit 1"""
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
        ("costing, with one late cost on the oldest order", short.late_value, long.late_value),
        ("journals, roll-forward, exceptions", short.build, long.build),
        ("whole close without extract and posting", short.whole, long.whole),
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
        f"{long.moves:,} of {given.moves * (given.months + 1):,}; with the late cost {long.late_moves:,}.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
