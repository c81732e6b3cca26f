"""Standard costs: one per SKU from a day on, checked, and laid beside the moves of their days."""

from datetime import date

import polars as pl

from schemas.dtypes import UNIT_COST
from schemas.problems import Problem
from transforms.costing.problems import MoveProblems

TABLE = "standard costs"
FROM_THE_START = date(1, 1, 1)
MOST_UNIT_COST = 10**10 * 10**6
"""Cost of one unit, in millionths."""


def read_standard_costs(standard_costs: pl.DataFrame) -> pl.DataFrame:
    """Read standard costs as whole numbers.

    Args:
        standard_costs: `sku`, `unit_cost` (base currency for one unit) and, if costs change, `valid_from` (date;
        null: from the start).

    Returns:
        `sku`, `valid_from`, `standard_cost` (whole millionths), sorted by day.

    Raises:
        MoveProblems: a column or value that is missing, a cost that is negative, beyond the limit or not exact, two
        costs of one SKU from the same day.
    """
    missing = [name for name in ("sku", "unit_cost") if name not in standard_costs.columns]
    if missing:
        needs = "Standard costs need sku and unit_cost, and valid_from where they change."
        raise MoveProblems([Problem(f"{TABLE}.{name}", "the column is missing", needs) for name in missing])
    if not (standard_costs.schema["unit_cost"].is_decimal() or standard_costs.schema["unit_cost"].is_integer()):
        found = f"{standard_costs.schema['unit_cost']} cannot hold a number exactly"
        raise MoveProblems([Problem(f"{TABLE}.unit_cost", found, "Cast it to Decimal.")])
    since = pl.col("valid_from").cast(pl.Date) if "valid_from" in standard_costs.columns else pl.lit(None)
    costs = standard_costs.select(
        pl.col("sku").cast(pl.String),
        valid_from=since.fill_null(FROM_THE_START).cast(pl.Date),
        given=pl.col("unit_cost"),
        kept=pl.col("unit_cost").cast(UNIT_COST, strict=False),
    )
    _check(costs)
    whole = pl.col("kept").to_physical().cast(pl.Int128)
    return costs.select("sku", "valid_from", standard_cost=whole).sort("valid_from", "sku")


def add_standard_cost(rows: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Add `standard_cost` in millionths: the latest one that is valid on the day, null where there is none.

    Args:
        rows: with `sku` and `moved_on`.
        costs: as `read_standard_costs` leaves them.

    Returns:
        The same rows in the same order.
    """
    numbered = rows.with_row_index("place_before").sort("moved_on", maintain_order=True)
    dated = numbered.join_asof(costs, left_on="moved_on", right_on="valid_from", by="sku", check_sortedness=False)
    return dated.sort("place_before").drop("place_before", "valid_from", strict=False)


def last_standard_day(moves: pl.DataFrame) -> date | None:
    """The last day on which a change of standard counts: the end of the month of the last move, or of the last entry.

    Args:
        moves: StockMoves, those too that stay in their pool.
    """
    days = [pl.col(name).cast(pl.Date).max() for name in ("moved_on", "known_on") if name in moves.columns]
    last: date | None = moves.select(pl.max_horizontal(days).dt.month_end()).item()
    return last


def _check(costs: pl.DataFrame) -> None:
    """Every rule at once."""
    rules = [
        ("sku", "the SKU is missing", "Name it.", pl.col("sku").is_null()),
        ("unit_cost", "the cost is missing", "Give one, or leave the row out.", pl.col("given").is_null()),
        ("unit_cost", "a unit costs less than nothing", "Unit costs are 0 or more.", pl.col("kept") < 0),
        (
            "unit_cost",
            "the number does not fit 18 digits with 6 places",
            "Round it in the source.",
            pl.col("given").is_not_null() & (pl.col("kept").is_null() | (pl.col("kept") != pl.col("given"))),
        ),
        (
            "unit_cost",
            "a unit costs more than 10,000,000,000",
            "Look at its currency and its unit.",
            pl.col("kept").to_physical().cast(pl.Int128) > MOST_UNIT_COST,
        ),
        (
            "valid_from",
            "a SKU has several costs from the same day",
            "One row for a SKU and day.",
            pl.struct("sku", "valid_from").is_duplicated(),
        ),
    ]
    broken = [(name, found, fix, costs.filter(rule)["sku"].to_list()) for name, found, fix, rule in rules]
    problems = [
        Problem(f"{TABLE}.{name}", found, fix, row_count=len(skus), examples=tuple(str(sku) for sku in skus[:3]))
        for name, found, fix, skus in broken
        if skus
    ]
    if problems:
        raise MoveProblems(problems)
