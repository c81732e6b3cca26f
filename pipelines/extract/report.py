"""What an extract did: inputs landed or unchanged, and for each core table what it got and what was left out."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class InputReport:
    """One input."""

    name: str
    row_count: int
    is_landed: bool
    """False: what was read equals what was there, and nothing was written."""
    pages: int = 0
    """Calls that an API answered for it."""
    deleted_count: int = 0
    """Rows that the source does not have any more."""


@dataclass(frozen=True)
class TableReport:
    """One core table."""

    name: str
    """With schema: `core.sale_lines`."""
    is_given: bool
    """False: the YAML has no select for it, so it is empty."""
    row_count: int
    rejected_count: int
    """Rows of the select that were refused; raw.rejected_rows says why."""
    null_columns: tuple[str, ...]
    """Columns that the select leaves out, filled with null."""
    rounded: tuple[str, ...]
    """`column=rows` for values of more places than the table keeps."""


@dataclass(frozen=True)
class ExtractReport:
    """What one extract did."""

    source_name: str
    run_id: str
    """The run that filled the core tables: an earlier one where nothing changed."""
    is_unchanged: bool
    """Whether no input, YAML or model changed since the core tables were filled."""
    inputs: tuple[InputReport, ...]
    tables: tuple[TableReport, ...]
    seconds: float
    assumptions: tuple[str, ...] = ()
    """What the source's YAML assumes where nobody documents it, a sentence each."""
    drift: tuple[str, ...] = ()
    """Fields and values that nobody documents, a sentence each."""
    calls: tuple[tuple[str, int, int | None], ...] = ()
    """Server, calls made, and calls left today where that has a limit."""
    refusals: tuple[str, ...] = ()
    """Why source rows were refused, a sentence a rule."""

    @property
    def rejected_count(self) -> int:
        """Source rows refused, over all tables."""
        return sum(table.rejected_count for table in self.tables)

    @property
    def empty_tables(self) -> tuple[str, ...]:
        """Core tables that the YAML does not give."""
        return tuple(table.name for table in self.tables if not table.is_given)

    def table(self, name: str) -> TableReport:
        """The report of one core table, such as `core.products`."""
        return next(table for table in self.tables if table.name == name)

    @property
    def call_lines(self) -> list[str]:
        """Calls made and left, and deleted rows."""
        lines = [
            f"{server}: {made:,} call{'' if made == 1 else 's'}"
            + (f", {left:,} left today" if left is not None else "")
            for server, made, left in self.calls
        ]
        gone = [f"{one.name} {one.deleted_count:,}" for one in self.inputs if one.deleted_count]
        return lines + ([f"Deleted at the source: {', '.join(gone)}"] if gone else [])

    def lines(self) -> list[str]:
        """The report for a terminal, a fact a line."""
        landed = [f"{one.name} {one.row_count:,}" for one in self.inputs if one.is_landed]
        unchanged = len(self.inputs) - len(landed)
        first = f"Source {self.source_name}: " + (f"landed {', '.join(landed)}" if landed else "nothing new")
        lines = [first + (f"; {unchanged} unchanged" if unchanged and landed else "")]
        lines += ["; ".join(_facts(table)) for table in self.tables if table.is_given]
        if self.empty_tables:
            lines.append(f"No select, so empty: {', '.join(self.empty_tables)}")
        lines += [*self.refusals, *self.call_lines, *self.drift]
        lines += [f"Assumed: {assumption}" for assumption in self.assumptions]
        return lines


def _facts(table: TableReport) -> Iterable[str]:
    """What one core table got, and what was left out."""
    yield f"{table.name}: {table.row_count:,} row{'' if table.row_count == 1 else 's'}"
    if table.rejected_count:
        yield f"{table.rejected_count:,} refused (raw.rejected_rows)"
    if table.rounded:
        yield f"rounded {', '.join(table.rounded)}"
    if table.null_columns:
        yield f"null: {', '.join(table.null_columns)}"
