"""Reads a table of moves: each column that costing looks at in its exact type, or every problem of the file at once."""

from dataclasses import dataclass
from typing import NoReturn

import polars as pl

from pipelines.errors import DataProblem
from pipelines.value_table.checks import Check, Reading, flag, problems_of, unusable
from pipelines.value_table.columns import ADDED, DAYS, NUMBERS, REQUIRED, TEXTS, columns_that_count, pool_parts
from pipelines.value_table.days import read_days, without_midnights
from pipelines.value_table.exact_numbers import read_number
from pipelines.value_table.files import Table
from schemas.policies import CostingPolicy
from schemas.problems import Problem

CODES = ("sku", "location", "lot", "kind")
"""Columns in which the same texts come again and again: as categories they are numbers."""

OWN_TABLE = "core.stock_moves"
"""What the costing engine calls its input in messages."""


@dataclass(frozen=True)
class MovesTable:
    """A table of moves as it was read."""

    table: Table
    moves: pl.DataFrame
    """The columns that costing looks at, one row for each row of the file, in its order."""
    passed: pl.LazyFrame
    """Every column of the file; from CSV, numbers and dates in their types."""

    def problem(self, found: Problem) -> Problem:
        """A finding of the costing engine in words of the file."""
        where = self.table.name if found.where == OWN_TABLE else found.where
        if found.where.startswith(f"{OWN_TABLE}."):
            where = self.table.column(found.where.removeprefix(f"{OWN_TABLE}."))
        return Problem(where, found.found, found.fix, found.row_count, found.amount, found.examples)

    def refuse(self, problems: list[Problem]) -> NoReturn:
        """Stop: the table cannot be valued as it is."""
        raise DataProblem(f"{self.table.name} cannot be valued; nothing was written.", problems)


def read_moves(table: Table, policy: CostingPolicy, time_zone: str) -> MovesTable:
    """Read what costing looks at.

    Args:
        table: with the columns of the contract, in any order; other columns are left alone.
        policy: decides which columns count.
        time_zone: where zoned times become days.

    Raises:
        DataProblem: missing columns, columns that would be written twice, values that cannot be read exactly, and
        with these all that costing finds in the other rows.
    """
    present = table.rows.collect_schema()
    readings = {name: _reading(table, name, time_zone) for name in columns_that_count(policy) if name in present}
    flagged = _collect(table, _packed(readings))
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in pool_parts(policy) if name not in present]
    moves = without_midnights(flagged.select(list(readings))).with_columns(absent)
    read = MovesTable(table, moves, _passed(table, readings, time_zone))
    missing = [*table.missing(REQUIRED), *_clashes(table)]
    problems = missing + problems_of(table, _checks(readings), flagged)
    if missing:
        read.refuse(problems)
    if problems:
        read.refuse(problems + _problems_elsewhere(read, flagged, policy))
    return read


def _reading(table: Table, name: str, time_zone: str) -> Reading:
    """How a column of the contract is read."""
    dtype = table.rows.collect_schema()[name]
    if name in NUMBERS:
        number = read_number(name, dtype, NUMBERS[name])
        has_kinds = name == "quantity" and "kind" in table.rows.collect_schema()
        return _with_quantity(number) if has_kinds else number
    if name in DAYS:
        day = read_days(table, name, time_zone).day
        return day if name == "moved_on" else Reading(day.value.cast(pl.Date), day.checks)
    if name in TEXTS:
        text = _read_text(name, dtype)
        return _with_key(text) if name == "move_id" else text
    return _read_sequence(name, dtype)


def _with_key(text: Reading) -> Reading:
    """A move without an id is told by its row: it has no other name."""
    check = Check("move_id", "the value is missing", "Every move needs one.", text.value.is_null())
    return Reading(text.value, (*text.checks, check))


def _with_quantity(number: Reading) -> Reading:
    """Only a change of value may come without a quantity."""
    is_missing = pl.col("quantity").is_null() & ~pl.col("kind").cast(pl.String).is_in(("landed_cost", "revaluation"))
    check = Check("quantity", "the value is missing", "Only a change of value has no quantity.", is_missing)
    return Reading(number.value, (*number.checks, check))


def _read_text(name: str, dtype: pl.DataType) -> Reading:
    """Ids and codes as text, empty ones null; whole numbers are ids too, also where a program made floats of them."""
    column, wanted = pl.col(name), pl.String()
    if dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        is_broken = column.is_not_null() & (whole.is_null() | (whole.cast(dtype) != column))
        fix = "Write ids as text."
        return Reading(whole.cast(wanted), (Check(name, f"{dtype} is no id", fix, is_broken),))
    if dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null) or dtype.is_integer():
        text = column.cast(wanted)
        return Reading(text if dtype.is_integer() else text.replace("", None))
    return unusable(name, dtype, "text", wanted)


def _read_sequence(name: str, dtype: pl.DataType) -> Reading:
    """Whole numbers."""
    number = read_number(name, dtype, pl.Decimal(38, 0))
    value = number.value.cast(pl.Int64, strict=False)
    is_large = number.value.is_not_null() & value.is_null()
    return Reading(value, (*number.checks, Check(name, "the number is too large", "Count from 1.", is_large)))


def _packed(readings: dict[str, Reading]) -> dict[str, Reading]:
    """Codes as categories, which need a quarter of the room."""
    codes = {
        name: Reading(reading.value.cast(pl.Categorical(pl.Categories.random())), reading.checks)
        for name, reading in readings.items()
        if name in CODES
    }
    return readings | codes


def _checks(readings: dict[str, Reading]) -> list[Check]:
    return [check for reading in readings.values() for check in reading.checks]


def _collect(table: Table, readings: dict[str, Reading]) -> pl.DataFrame:
    """Values and flags in one pass over the file."""
    values = [reading.value.alias(name) for name, reading in readings.items()]
    flags = [check.is_broken.fill_null(value=False).alias(flag(at)) for at, check in enumerate(_checks(readings))]
    return table.rows.select(*values, *flags).collect(engine="streaming")


def _passed(table: Table, readings: dict[str, Reading], time_zone: str) -> pl.LazyFrame:
    """What stands beside the results: Parquet as it is, text in the types in which it was read."""
    if not table.is_text:
        return table.rows
    typed = [readings[name].value.alias(name) for name in (*NUMBERS, "sequence") if name in readings]
    days = [read_days(table, name, time_zone).written.alias(name) for name in DAYS if name in readings]
    return table.rows.with_columns(*typed, *days)


def _clashes(table: Table) -> list[Problem]:
    """Columns of the file that have the name of a result."""
    fix = "Rename it: the result would hold two columns of this name."
    found = "a column of this name is written beside the moves"
    return [Problem(table.column(name), found, fix) for name in ADDED if name in table.rows.collect_schema().names()]


def _problems_elsewhere(read: MovesTable, flagged: pl.DataFrame, policy: CostingPolicy) -> list[Problem]:
    """What is wrong in rows that have nothing to do with an unreadable one, so that one report holds it all."""
    from transforms.costing import MoveProblems, show_order  # noqa: PLC0415 - it loads while a sound file is read

    is_broken = pl.any_horizontal(pl.col(name) for name in flagged.columns if name not in read.moves.columns)
    broken = flagged.filter(is_broken)
    has = set(read.moves.columns)
    lost = broken["move_id"].drop_nulls().implode()
    concerns = [is_broken]
    concerns += [pl.col("source_move_id").is_in(lost)] if "source_move_id" in has else []
    if "document_id" in has:
        concerns.append(pl.col("document_id").is_in(broken["document_id"].drop_nulls().implode()))
    is_concerned = pl.any_horizontal(concern.fill_null(value=False) for concern in concerns)
    rows = read.moves.filter(~flagged.select(is_concerned).to_series())
    try:
        show_order(rows, policy)
    except MoveProblems as found:
        return [read.problem(problem) for problem in found.problems]
    return []
