"""Values a file of moves: read this first.

Four steps: read what costing looks at, value it, add up what each month booked, write the results. Problems of the file
stop it before anything is written.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.value_table.booked import find_shifts
from pipelines.value_table.columns import READ
from pipelines.value_table.files import open_table
from pipelines.value_table.ledger import keep_ledger
from pipelines.value_table.moves import read_moves
from pipelines.value_table.out_folder import replaced_together
from pipelines.value_table.parts import value_in_parts
from pipelines.value_table.periods import Periods, closing_stock
from pipelines.value_table.standard_costs import read_standard_costs
from pipelines.value_table.totals import Totals, add_up
from pipelines.value_table.valued_rows import beside_input
from schemas.policies import CostingPolicy
from transforms.costing import MoveProblems
from transforms.costing.kernel.ahead import load_ahead
from transforms.costing.moves.known_rows import known_moves
from transforms.costing.routing import needs_loop
from transforms.costing.standard.rows import own_rows

VALUED_MOVES, CLOSING_STOCK, PERIODS = "valued_moves.parquet", "closing_stock.parquet", "periods.parquet"
FILES = (VALUED_MOVES, CLOSING_STOCK, PERIODS)
COMPRESSION: Literal["snappy"] = "snappy"
"""Every reader of Parquet knows it, and writing takes a quarter less time than with better ones."""


RunStep = Callable[[str, Callable[[], None]], None]


@dataclass(frozen=True)
class CostRequest:
    """What `tieout cost` was asked for."""

    moves: Path
    policy: CostingPolicy
    standard_costs: Path | None = None
    as_known_on: date | None = None
    """Only what was known at the end of this day counts."""
    time_zone: str = "UTC"
    """Where zoned times become days."""
    out: Path | None = None
    """None: nothing is written."""


class CostRun:
    """One run of the command: its steps, and what each leaves for the next."""

    def __init__(self, request: CostRequest, tell: Callable[[str], None] = lambda what: None) -> None:
        """Take what was asked for, and whom to tell what takes long."""
        self.request, self._tell = request, tell
        self.seconds: dict[str, float] = {}
        self._standard_costs: pl.DataFrame | None = None
        self._known: pl.Series | None = None

    def value_file(self, run_step: RunStep) -> Totals:
        """Carry out the steps.

        Args:
            run_step: does the work of a step and shows its name.

        Raises:
            UsageProblem: no such file, or another kind of file.
            DataProblem: the file cannot be valued as it is.
            Incomplete: the results could not be written.
        """
        self._run(run_step, "read", "Read the moves", self.read)
        self._run(run_step, "value", "Value them", self.value)
        with self._results() as results:
            self._run(run_step, "book", "Add up months", self.book)
            if results is not None:
                self._run(run_step, "write", "Write the results", lambda: self.write(results))
        self.seconds["total"] = round(sum(self.seconds.values()), 3)
        return self.totals

    def _run(self, run_step: RunStep, key: str, name: str, work: Callable[[], None]) -> None:
        """Carry out a step and take its time."""
        started = time.perf_counter()
        run_step(name, work)
        self.seconds[key] = round(time.perf_counter() - started, 3)

    def read(self) -> None:
        """The columns that costing looks at, and which rows were known on the day that was asked for."""
        request = self.request
        if request.standard_costs is not None:
            self._standard_costs = read_standard_costs(request.standard_costs, request.time_zone)
        self._read = read_moves(open_table(request.moves, READ), request.policy, request.time_zone)
        self._moves = self._read.moves
        if request.as_known_on is not None and self._moves.height:
            self._known = known_moves(self._moves, request.as_known_on)
            self._moves = self._moves.filter(self._known)
        if "kind" in self._moves.columns and needs_loop(self._moves["kind"], request.policy):
            load_ahead(self._tell)

    def value(self) -> None:
        """What each move cost."""
        try:
            self._valued = value_in_parts(self._moves, self.request.policy, self._standard_costs)
        except MoveProblems as found:
            self._read.refuse([self._read.problem(problem) for problem in found.problems])

    @contextmanager
    def _results(self) -> Iterator["Results | None"]:
        """The folder of the results, into which the rows begin to flow at once: months are added up meanwhile."""
        if self.request.out is None:
            yield None
            return
        rows = beside_input(self._read, self._valued, self._moves.height, self._known)
        with replaced_together(self.request.out, FILES) as folder, ThreadPoolExecutor(1) as writer:
            path = folder / VALUED_MOVES
            yield Results(folder, writer.submit(lambda: rows.sink_parquet(path, compression=COMPRESSION)))

    def book(self) -> None:
        """What each month booked."""
        policy = self.request.policy
        shifts = find_shifts(self._moves, self._valued, policy, self._standard_costs)
        moves = self._moves
        if self._valued.height > moves.height:
            moves = pl.concat([moves, own_rows(moves, self._valued)])
        self._ledger = keep_ledger(moves, self._valued, shifts, policy)
        self.totals = add_up(self._ledger, self._valued, self._read.moves.height - self._moves.height)

    def write(self, results: "Results") -> None:
        """Stock and months; then wait for the rows."""
        closing_stock(self._ledger).write_parquet(results.folder / CLOSING_STOCK, compression=COMPRESSION)
        months = Periods(self._ledger, self.request.policy).rows()
        months.sink_parquet(results.folder / PERIODS, compression=COMPRESSION)
        results.rows.result()


@dataclass(frozen=True)
class Results:
    """Results while they are written."""

    folder: Path
    rows: "Future[None]"
    """Every move with its cost, on its way into the folder."""
