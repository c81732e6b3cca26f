"""How a column is read: its value as an expression, and what makes a row unreadable."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.value_table.files import Table
from schemas.problems import Problem

EXAMPLES = 3


@dataclass(frozen=True)
class Check:
    """One rule about the values of a column, as an expression that is true where it is broken."""

    column: str
    found: str
    fix: str
    is_broken: pl.Expr


@dataclass(frozen=True)
class Reading:
    """The value of a column in the type that costing uses; it is null where a check is broken."""

    value: pl.Expr
    checks: tuple[Check, ...] = ()


def unusable(name: str, dtype: pl.DataType, wanted: str, as_type: pl.DataType) -> Reading:
    """A column of a type that can never hold what is wanted: each of its values is a problem."""
    check = Check(name, f"{dtype} is no {wanted}", "Write it in another type.", pl.col(name).is_not_null())
    return Reading(pl.when(pl.col(name).is_null()).then(pl.lit(None, dtype=as_type)), (check,))


def flag(number: int) -> str:
    """The column that says where a check is broken."""
    return f"\x1fbroken {number}"


def problems_of(table: Table, checks: Sequence[Check], flagged: pl.DataFrame) -> list[Problem]:
    """A problem for each check that is broken, with its count and first keys.

    Args:
        table: where the rows come from.
        checks: in the order of their flags.
        flagged: the rows of the table with one flag for each check.
    """
    if not checks:
        return []
    counts = flagged.select(pl.col(flag(number)).sum() for number in range(len(checks))).row(0)
    return [
        Problem(table.column(check.column), check.found, check.fix, count, examples=_examples(table, flagged, number))
        for number, (check, count) in enumerate(zip(checks, counts, strict=True))
        if count
    ]


def _examples(table: Table, flagged: pl.DataFrame, number: int) -> tuple[str, ...]:
    """First keys; rows without one are counted from 1, the header of a CSV file left out."""
    rows = flagged.with_row_index("\x1frow").filter(pl.col(flag(number))).head(EXAMPLES)
    keys = rows["move_id"].to_list() if "move_id" in rows.columns else [None] * rows.height
    return tuple(
        str(key) if key is not None else f"row {row + 1}"
        for key, row in zip(keys, rows["\x1frow"].to_list(), strict=True)
    )
