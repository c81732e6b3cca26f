"""What follows reading: values the moves, adds up what each month booked, and writes the results."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.value_table.booked import find_shifts
from pipelines.value_table.ledger import keep_ledger
from pipelines.value_table.moves import MovesTable
from pipelines.value_table.out_folder import replaced_together, write_parquet
from pipelines.value_table.parts import value_in_parts
from pipelines.value_table.periods import Periods, closing_stock
from pipelines.value_table.request import CLOSING_STOCK, FILES, PERIODS, VALUED_MOVES, CostRequest
from pipelines.value_table.totals import Totals, add_up
from pipelines.value_table.valued_rows import beside_input
from transforms.costing import MoveProblems
from transforms.costing.kernel.ahead import load_ahead
from transforms.costing.moves.known_rows import known_moves
from transforms.costing.routing import needs_loop
from transforms.costing.standard.rows import own_rows


class Valuing:
    """The steps after reading, and what each leaves for the next."""

    def __init__(
        self,
        request: CostRequest,
        read: MovesTable,
        standard_costs: pl.DataFrame | None,
        tell: Callable[[str], None],
    ) -> None:
        """Take the table, and find out which of its rows were known on the day that was asked for."""
        self._request, self._read, self._standard_costs = request, read, standard_costs
        self._moves, self._known = read.moves, None
        if request.as_known_on is not None and self._moves.height:
            self._known = known_moves(self._moves, request.as_known_on)
            self._moves = self._moves.filter(self._known)
        if "kind" in self._moves.columns and needs_loop(self._moves["kind"], request.policy):
            load_ahead(tell)

    def value(self) -> None:
        """What each move cost."""
        try:
            self._valued = value_in_parts(self._moves, self._request.policy, self._standard_costs)
        except MoveProblems as found:
            self._read.refuse([self._read.problem(problem) for problem in found.problems])

    @contextmanager
    def results(self) -> Iterator["Results | None"]:
        """The folder of the results, into which the rows begin to flow at once: months are added up meanwhile."""
        if self._request.out is None:
            yield None
            return
        rows = beside_input(self._read, self._valued, self._moves.height, self._known)
        with replaced_together(self._request.out, FILES) as folder, ThreadPoolExecutor(1) as writer:
            yield Results(folder, writer.submit(write_parquet, rows, folder / VALUED_MOVES))

    def book(self) -> Totals:
        """What each month booked."""
        policy = self._request.policy
        shifts = find_shifts(self._moves, self._valued, policy, self._standard_costs)
        moves = self._moves
        if self._valued.height > moves.height:
            moves = pl.concat([moves, own_rows(moves, self._valued)])
        self._ledger = keep_ledger(moves, self._valued, shifts, policy)
        return add_up(self._ledger, self._valued, self._read.moves.height - self._moves.height)

    def write(self, results: "Results") -> None:
        """Stock and months; then wait for the rows, which are those of the file that was valued or none."""
        write_parquet(closing_stock(self._ledger).lazy(), results.folder / CLOSING_STOCK)
        write_parquet(Periods(self._ledger, self._request.policy).rows(), results.folder / PERIODS)
        failed = results.rows.exception()
        self._read.table.refuse_change()
        if failed is not None:
            raise failed


@dataclass(frozen=True)
class Results:
    """Results while they are written."""

    folder: Path
    rows: "Future[None]"
    """Every move with its cost, on its way into the folder."""
