"""Whether a table of moves can be valued: all that is wrong at once, each with its count and first keys."""

import polars as pl

from schemas.problems import Problem
from transforms.costing.integers import DECIMAL_COLUMNS
from transforms.costing.problems import MoveProblems
from transforms.costing.rules import REQUIRED_COLUMNS, Rule, all_rules

TABLE = "core.stock_moves"

MOST_UNITS = 10.0**12 * 10**4
"""Units that may pass through a pool, in ten-thousandths: they fit 64 bits."""

MOST_VALUE = 10.0**15 * 10**10
"""Value that may pass through a pool, in ten-billionths: its cents fit the 18 digits of Money."""


def check_columns(moves: pl.DataFrame) -> None:
    """Check that all columns are there and that every number is exact.

    Args:
        moves: StockMoves.

    Raises:
        MoveProblems: a missing column, a float, or a number with more digits than costing keeps.
    """
    needs = f"Costing needs {', '.join(REQUIRED_COLUMNS)}."
    missing = [name for name in REQUIRED_COLUMNS if name not in moves.columns]
    decimals = [name for name in DECIMAL_COLUMNS if name in moves.columns]
    floats = [name for name in decimals if not _is_exact(moves.schema[name])]
    problems = [Problem(f"{TABLE}.{name}", "the column is missing", needs) for name in missing]
    problems += [
        Problem(f"{TABLE}.{name}", f"{moves.schema[name]} cannot hold a number exactly", "Cast it to Decimal.")
        for name in floats
    ]
    _raise_any(problems or [problem for name in decimals for problem in _precision(moves, name)])


def check_moves(rows: pl.DataFrame) -> None:
    """Check every rule about moves, and that their totals stay in reach of whole numbers.

    Args:
        rows: moves as `links` leaves them.

    Raises:
        MoveProblems: every rule that is broken.
    """
    rules = all_rules(rows)
    counts = rows.select(rule.is_broken.sum().alias(str(at)) for at, rule in enumerate(rules)).row(0)
    _raise_any([_broken(rows, rule) for rule, count in zip(rules, counts, strict=True) if count])
    _raise_any(_beyond_limits(rows))


def _raise_any(problems: list[Problem]) -> None:
    """Raise if there is a problem."""
    if problems:
        raise MoveProblems(problems)


def _is_exact(dtype: pl.DataType) -> bool:
    """Whether a column holds decimals, whole numbers or nothing."""
    return dtype.is_decimal() or dtype.is_integer() or dtype == pl.Null


def _precision(moves: pl.DataFrame, name: str) -> list[Problem]:
    """A problem where a number has more places, or more digits, than costing keeps."""
    dtype = DECIMAL_COLUMNS[name]
    if moves.schema[name] == dtype:
        return []
    kept = pl.col(name).cast(dtype, strict=False)
    lost = moves.filter(pl.col(name).is_not_null() & (kept.is_null() | (kept != pl.col(name))))
    found = f"the number does not fit {dtype.precision} digits with {dtype.scale} places"
    return [_problem(f"{TABLE}.{name}", found, "Round it in the source.", lost)] if lost.height else []


def _beyond_limits(rows: pl.DataFrame) -> list[Problem]:
    """Pools through which more passes than whole numbers can hold; a float is enough to see that."""
    units = pl.col("quantity").cast(pl.Float64).abs().sum()
    costs = [pl.col(name).fill_null(0).cast(pl.Float64).abs() for name in ("own_cost", "late_cost")]
    pools = rows.group_by("pool").agg(pl.col("move_id").first(), units=units, value=(costs[0] + costs[1]).sum())
    limits = (("units", MOST_UNITS, "10^12 units"), ("value", MOST_VALUE, "10^15 of base currency"))
    return [
        _problem(TABLE, f"more than {words} pass through one pool", "Look for a wrong quantity or cost.", over)
        for column, most, words in limits
        if (over := pools.filter(pl.col(column) > most)).height
    ]


def _broken(rows: pl.DataFrame, rule: Rule) -> Problem:
    """One broken rule with its first rows."""
    return _problem(f"{TABLE}.{rule.column}", rule.found, rule.fix, rows.filter(rule.is_broken))


def _problem(where: str, found: str, fix: str, rows: pl.DataFrame) -> Problem:
    """A problem with its row count and first keys."""
    examples = tuple(str(move_id) for move_id in rows["move_id"].head(3)) if "move_id" in rows.columns else ()
    return Problem(where, found, fix, row_count=rows.height, examples=examples)
