"""Values a file of moves: read this first.

Four steps: read what costing looks at, value it, add up what each month booked, write the results. Problems of the file
stop it before anything is written.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from transforms.costing.known_rows import known_moves
from transforms.costing.standard_rows import own_rows

VALUED_MOVES, CLOSING_STOCK, PERIODS = "valued_moves.parquet", "closing_stock.parquet", "periods.parquet"
FILES = (VALUED_MOVES, CLOSING_STOCK, PERIODS)
COMPRESSION: Literal["snappy"] = "snappy"
"""Every reader of Parquet knows it, and writing takes a quarter less time than with better ones."""


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

    def __init__(self, request: CostRequest) -> None:
        self.request = request
        self.seconds: dict[str, float] = {}
        self._standard_costs: pl.DataFrame | None = None
        self._known: pl.Series | None = None

    def value_file(self, run_step: Callable[[str, Callable[[], None]], None]) -> Totals:
        """Carry out the steps.

        Args:
            run_step: does the work of a step and shows its name.

        Raises:
            UsageProblem: no such file, or another kind of file.
            DataProblem: the file cannot be valued as it is.
            Incomplete: the results could not be written.
        """
        steps = [
            ("read", "Read the moves", self.read),
            ("value", "Value them", self.value),
            ("book", "Add up months", self.book),
        ]
        steps += [("write", "Write the results", self.write)] if self.request.out is not None else []
        for key, name, work in steps:
            started = time.perf_counter()
            run_step(name, work)
            self.seconds[key] = round(time.perf_counter() - started, 3)
        self.seconds["total"] = round(sum(self.seconds.values()), 3)
        return self.totals

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

    def value(self) -> None:
        """What each move cost."""
        try:
            self._valued = value_in_parts(self._moves, self.request.policy, self._standard_costs)
        except MoveProblems as found:
            self._read.refuse([self._read.problem(problem) for problem in found.problems])

    def book(self) -> None:
        """What each month booked."""
        policy = self.request.policy
        shifts = find_shifts(self._moves, self._valued, policy, self._standard_costs)
        moves = self._moves
        if self._valued.height > moves.height:
            moves = pl.concat([moves, own_rows(moves, self._valued)])
        self._ledger = keep_ledger(moves, self._valued, shifts, policy)
        unknown = self._read.moves.height - self._moves.height
        self.totals = add_up(self._ledger, self._valued, unknown)
        self._count = self._moves.height
        # what was read is not needed any more, and needs more room than anything else
        self._moves = self._moves.clear()
        self._read = replace(self._read, moves=self._read.moves.clear())

    def write(self) -> None:
        """All three files, or none."""
        if self.request.out is None:
            return
        rows = beside_input(self._read, self._valued, self._count, self._known)
        with replaced_together(self.request.out, FILES) as folder:
            rows.sink_parquet(folder / VALUED_MOVES, compression=COMPRESSION)
            closing_stock(self._ledger).write_parquet(folder / CLOSING_STOCK, compression=COMPRESSION)
            Periods(self._ledger, self.request.policy).rows().sink_parquet(folder / PERIODS, compression=COMPRESSION)
