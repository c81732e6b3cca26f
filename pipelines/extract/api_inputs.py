"""The inputs of a source that come from APIs: brought up to date, and then given to the selects."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from pipelines.errors import DataProblem, UsageProblem
from pipelines.extract.api.raw_versions import RawVersions, Stamp
from pipelines.extract.api.reading import ApiInputSpec, ReadInput, read_inputs
from pipelines.extract.api.reading_together import Tell
from pipelines.extract.api.shapes import Api
from pipelines.extract.api.spelling import spell_rows
from pipelines.extract.api.wishes import Wish
from pipelines.extract.connections import known_resources
from pipelines.extract.received import find_connection_problem
from pipelines.extract.source_shapes import ApiInput, Source
from pipelines.warehouse import Warehouse
from pipelines.warehouse.arrow import StreamedQuery
from schemas.problems import Problem


@dataclass(frozen=True)
class ApiInputs:
    """The API inputs of a source."""

    source: Source
    warehouse: Warehouse

    @property
    def definitions(self) -> dict[str, ApiInput]:
        """By name."""
        return {str(name): one for name, one in self.source.inputs.items() if isinstance(one, ApiInput)}

    def read(self, apis: Mapping[str, Api], wish: Wish, stamp: Stamp, tell: Tell) -> dict[str, ReadInput]:
        """Bring them up to date.

        Raises:
            UsageProblem: an API without connection (exit 2). DataProblem, Incomplete: as `read_inputs` does.
        """
        problems = [
            problem for name, one in self.definitions.items() if (problem := find_connection_problem(name, one, apis))
        ]
        if problems:
            raise UsageProblem("A source cannot be reached.", problems)
        specs = [
            ApiInputSpec(name, one.api, one.resource, str(one.defined_at), one.optional)
            for name, one in self.definitions.items()
        ]
        if not specs:
            return {}
        return read_inputs(self.source.name, specs, apis, self.warehouse, wish, stamp, tell)

    def stand(self) -> dict[str, ReadInput]:
        """What is there of them, without any call.

        Raises:
            DataProblem: an input that was never read to its end (exit 3).
        """
        found = {
            row["input_name"]: ReadInput(row["input_name"], 0, 0, 0, False, row["row_count"], row["landed_version"])
            for row in self.warehouse.read("control.api_inputs", "source_name = ?", [self.source.name]).rows(named=True)
        }
        fix = "Run `tieout extract` without --offline once; it reads the server."
        problems = [
            Problem(str(one.defined_at), f"the input {name} was never read from {one.api}", fix)
            for name, one in self.definitions.items() if name not in found and not one.optional
        ]  # fmt: skip
        if problems:
            raise DataProblem(f"The source {self.source.name} cannot be typed without its servers.", problems)
        return {name: found.get(name) or ReadInput(name, 0, 0, 0, False, 0, 0) for name in self.definitions}

    @contextmanager
    def rows(self, apis: Mapping[str, Api]) -> Iterator[dict[str, pl.DataFrame | StreamedQuery]]:
        """One column `row` with the JSON of each current row, by input; streamed out of the warehouse.

        Field names that came in another case than documented are spelled as documented: for those inputs the rows are
        read into memory.
        """
        with self.warehouse.streaming() as query:
            yield {name: self._rows(name, one, apis, query) for name, one in self.definitions.items()}

    def _rows(
        self, name: str, definition: ApiInput, apis: Mapping[str, Api], query: Callable[[str, pl.Schema], StreamedQuery]
    ) -> pl.DataFrame | StreamedQuery:
        view = RawVersions(self.source.name, name, self.warehouse).view
        sql = f"select row::varchar as row from {view}"
        misspelled = self.warehouse.query(
            "select count(*) from control.source_fields where source_name = $1 and input_name = $2 and not is_spelled",
            [self.source.name, name],
        ).item()
        if not misspelled:
            return query(sql, pl.Schema({"row": pl.String}))
        resources = apis[definition.api].resources if definition.api in apis else known_resources(definition.api)
        return spell_rows(self.warehouse.query(sql), resources[definition.resource])
