"""The columns of a core table as its model declares them: type, rules and key, ready to be asked of foreign rows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas.documents import TOTAL_OF_LINE
from schemas.tables import SOURCE_TABLES


@dataclass(frozen=True)
class Rule:
    """A limit on a column's values."""

    words: str
    """The rule as a person reads it."""
    condition: str
    """The rule as SQL, with {} for the column; true where it holds."""
    reads: frozenset[str] = frozenset()
    """Other columns that it asks for; a select that leaves one out is not asked."""


@dataclass(frozen=True)
class CoreColumn:
    """One column of a core table."""

    name: str
    dtype: pl.DataType
    is_required: bool
    description: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class CoreTable:
    """A core table that a source may fill."""

    name: str
    """With schema: `core.products`."""
    columns: tuple[CoreColumn, ...]
    keys: tuple[tuple[str, ...], ...]
    """Columns whose values no two rows share."""

    @property
    def column_names(self) -> list[str]:
        """Names in the model's order."""
        return [column.name for column in self.columns]


def _text(value: object) -> str:
    """A value as an SQL literal."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


_RULES: dict[str, Callable[[dict[str, Any]], Rule]] = {
    "isin": lambda given: Rule(
        f"must be one of {', '.join(map(str, given['allowed_values']))}",
        # no list: DuckDB joins every row with one of five values or more
        f"({' or '.join(f'{{0}} = {_text(value)}' for value in given['allowed_values'])})",
    ),
    "greater_than_or_equal_to": lambda given: Rule(
        f"must be {given['min_value']} or more", f"{{}} >= {given['min_value']}"
    ),
    "greater_than": lambda given: Rule(f"must be more than {given['min_value']}", f"{{}} > {given['min_value']}"),
    "less_than_or_equal_to": lambda given: Rule(
        f"must be {given['max_value']} or less", f"{{}} <= {given['max_value']}"
    ),
    "less_than": lambda given: Rule(f"must be less than {given['max_value']}", f"{{}} < {given['max_value']}"),
}
"""pandera's checks that foreign rows are asked for. A check without an entry here stops the import of this table."""
_ROW_RULES = {
    TOTAL_OF_LINE: (
        "cost_amount",
        Rule(
            TOTAL_OF_LINE,
            "abs({} - quantity * unit_price) <= 0.02 + quantity * 0.000002",
            frozenset({"quantity", "unit_price"}),
        ),
    ),
}
"""The same for checks of a whole row, by their words: the column that is named when a row breaks it, and the rule."""


@cache
def core_table(name: str) -> CoreTable:
    """The declared columns, rules and keys of a core table, from its model in schemas/documents.py."""
    schema = SOURCE_TABLES[name].to_schema()
    row_rules = [_ROW_RULES[str(check.error)] for check in schema.checks]
    columns = tuple(
        _column(column_name, column, [rule for name, rule in row_rules if name == column_name])
        for column_name, column in schema.columns.items()
    )
    single = [(column_name,) for column_name, column in schema.columns.items() if column.unique]
    joint = [tuple(schema.unique)] if schema.unique else []
    return CoreTable(name, columns, (*single, *joint))


def _column(name: str, column: pa.Column, row_rules: list[Rule]) -> CoreColumn:
    rules = (*(_RULES[str(check.name)](check.statistics) for check in column.checks), *row_rules)
    dtype = column.dtype.type
    return CoreColumn(
        name, dtype if isinstance(dtype, pl.DataType) else dtype(), not column.nullable, column.description or "", rules
    )
