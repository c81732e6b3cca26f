"""The rows of their own that standard costing adds: variances, and what a change of standard does to stock on hand.

Their ids say what they belong to, so they are the same in every run: `purchase_price_variance:MOVE` takes the variance
of that move out of stock, `standard_revaluation:DAY:SKU[:LOCATION]` revalues a pool at the start of that day (`%` and
`:` inside a code stand as `%25` and `%3A`).
"""

import polars as pl

from schemas.dtypes import QUANTITY
from schemas.kinds import STANDARD_KINDS
from schemas.policies import CostingPolicy
from transforms.costing.reporting import narrow, report

VARIANCE, REVALUATION = STANDARD_KINDS


def variance_id(move_id: pl.Expr) -> pl.Expr:
    """Id of the variance of a move."""
    return pl.concat_str(pl.lit(f"{VARIANCE}:"), move_id)


def revaluation_id(policy: CostingPolicy) -> pl.Expr:
    """Id of the revaluation of the pool of `sku` (and `location`) on `valid_from`."""
    codes = ["sku", "location"] if policy.pool == "sku_location" else ["sku"]
    return pl.concat_str(
        pl.lit(REVALUATION),
        pl.col("valid_from").dt.to_string("%Y-%m-%d"),
        *[_escaped(pl.col(code).fill_null("")) for code in codes],
        separator=":",
    )


def report_own_rows(own: pl.DataFrame) -> pl.DataFrame:
    """ValuedMoves of own rows.

    Args:
        own: `move_id`, `cents`.
    """
    nothing = {"unit_millionths": None, "provisional_cents": None, "is_provisional": False, "expensed_cents": 0}
    numbered = own.with_row_index("row").with_columns(pl.lit(value).alias(name) for name, value in nothing.items())
    return report(numbered.with_columns(kind=pl.lit(REVALUATION)), [narrow(numbered)])


def own_rows(moves: pl.DataFrame, valued: pl.DataFrame) -> pl.DataFrame:
    """The moves that standard costing added, to stand below the moves of the input.

    Args:
        moves: StockMoves, what was valued.
        valued: ValuedMoves of it: as many rows in the same order, then the own rows.

    Returns:
        One row per own row of `valued`, in its order, with the columns of `moves`: quantity 0, no cost of its own. A
        variance (`kind` purchase_price_variance) names its move in `source_move_id` and has that move's other columns;
        a revaluation (`standard_revaluation`) has the SKU and location of its pool and its day.
    """
    added = valued.slice(moves.height).select("move_id").with_row_index("own_row")
    is_variance = pl.col("move_id").str.starts_with(f"{VARIANCE}:")
    return (
        pl.concat(
            [_variances(moves, added.filter(is_variance)), _revaluations(moves, added.filter(~is_variance))],
            how="diagonal",
        )
        .sort("own_row")
        .select(_column(moves, name) for name in moves.columns)
    )


def _variances(moves: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Everything that their move has, but for its quantity and cost."""
    named = added.with_columns(
        source_move_id=pl.col("move_id").str.strip_prefix(f"{VARIANCE}:"), own_id="move_id", kind=pl.lit(VARIANCE)
    ).drop("move_id")
    others = [name for name in moves.columns if name not in ("kind", "source_move_id", *_OWN_COST)]
    joined = named.join(moves.select(others), left_on="source_move_id", right_on="move_id", how="left", validate="1:1")
    return joined.rename({"own_id": "move_id"})


def _revaluations(moves: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """What their id says."""
    parts = added.with_columns(part=pl.col("move_id").str.split(":"))
    location = pl.col("part").list.get(3, null_on_oob=True)
    return parts.select(
        "own_row",
        "move_id",
        kind=pl.lit(REVALUATION),
        moved_on=pl.col("part").list.get(1).str.to_date("%Y-%m-%d").cast(moves.schema["moved_on"]),
        sku=_unescaped(pl.col("part").list.get(2)).cast(moves.schema["sku"]),
        location=_unescaped(pl.when(location != "").then(location)).cast(moves.schema.get("location", pl.String)),
    )


_OWN_COST = ("quantity", "unit_cost", "amount", "cost_share")


def _column(moves: pl.DataFrame, name: str) -> pl.Expr:
    """A column as the input has it: quantity 0, no cost of its own."""
    if name == "quantity":
        return pl.lit(0).cast(QUANTITY).cast(moves.schema[name]).alias(name)
    value = pl.lit(None) if name in _OWN_COST else pl.col(name)
    return value.cast(moves.schema[name]).alias(name)


def _escaped(code: pl.Expr) -> pl.Expr:
    """A code without the separator."""
    return code.str.replace_all("%", "%25", literal=True).str.replace_all(":", "%3A", literal=True)


def _unescaped(code: pl.Expr) -> pl.Expr:
    """The code again."""
    return code.str.replace_all("%3A", ":", literal=True).str.replace_all("%25", "%", literal=True)
