"""Values a file of moves: read this first.

Four steps: read what costing looks at, value it, add up what each month booked, write the results. Problems of the file
stop it before anything is written.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING

from pipelines.value_table.columns import READ
from pipelines.value_table.files import open_table
from pipelines.value_table.moves import read_moves
from pipelines.value_table.request import CostRequest
from pipelines.value_table.standard_costs import read_standard_costs

if TYPE_CHECKING:
    from pipelines.value_table.totals import Totals
    from pipelines.value_table.valuing import Valuing

RunStep = Callable[[str, Callable[[], None]], None]

ENGINE = "pipelines.value_table.valuing"
"""All that follows reading: with NumPy and the costing engine it takes as long to load as a million moves to read."""


class CostRun:
    """One run of the command: its steps, and what each leaves for the next."""

    _valuing: "Valuing"
    _totals: "Totals"

    def __init__(self, request: CostRequest, tell: Callable[[str], None] = lambda what: None) -> None:
        """Take what was asked for, and whom to tell what takes long."""
        self.request, self._tell = request, tell
        self.seconds: dict[str, float] = {}

    def value_file(self, run_step: RunStep) -> "Totals":
        """Carry out the steps.

        Args:
            run_step: does the work of a step and shows its name.

        Raises:
            UsageProblem: no such file, or another kind of file.
            DataProblem: the file cannot be valued as it is.
            Incomplete: the results could not be written.
        """
        self._run(run_step, "read", "Read the moves", self._read)
        valuing = self._valuing
        self._run(run_step, "value", "Value them", valuing.value)
        with valuing.results() as results:
            self._run(run_step, "book", "Add up months", self._book)
            if results is not None:
                self._run(run_step, "write", "Write the results", lambda: valuing.write(results))
        self.seconds["total"] = round(sum(self.seconds.values()), 3)
        return self._totals

    def _run(self, run_step: RunStep, key: str, name: str, work: Callable[[], None]) -> None:
        """Carry out a step and take its time."""
        started = time.perf_counter()
        run_step(name, work)
        self.seconds[key] = round(time.perf_counter() - started, 3)

    def _read(self) -> None:
        """The columns that costing looks at; what values them loads meanwhile."""
        request, standard_costs = self.request, None
        with ThreadPoolExecutor(1) as beside:
            loading = beside.submit(import_module, ENGINE)
            if request.standard_costs is not None:
                standard_costs = read_standard_costs(request.standard_costs, request.time_zone)
            read = read_moves(open_table(request.moves, READ), request.policy, request.time_zone)
            self._valuing = loading.result().Valuing(request, read, standard_costs, self._tell)

    def _book(self) -> None:
        """What each month booked, and its totals."""
        self._totals = self._valuing.book()
