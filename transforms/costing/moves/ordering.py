"""The order of moves: the one place that says which move comes first.

By day; inside a day by `sequence` (no sequence counts as 0); inside that by phase, as the numbers below stand; then
by move_id, shorter before longer, so that line 9 comes before line 10 without knowing what an id looks like. Under
the periodic average the phases run through the whole month before the day counts: every inflow of the month comes
before its outflows (IAS 2.27: the average "may be calculated on a periodic basis"). There a revaluation of a pool looks
at what is left at the month's end; in a month that ends without stock it changes the month's average instead, as
what came in does.

Transfers and assemblies of which both sides stand on one day are settled between the inflows and the outflows of
that day: what comes in has to leave first. If one document's goods feed another document of that day, it goes first
(`same_day`).
"""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.columns import attach
from transforms.costing.flows import is_inflow, is_outflow, is_transfer, is_value_only
from transforms.costing.moves.packed_order import order_by
from transforms.costing.moves.same_day import settle_levels

OPENING, RECEIPT, OTHER_INFLOW, REVALUED_BEFORE, HANDED_OVER, OUTFLOW, RETURNED_AT_ONCE, REVALUED = range(8)
"""Phases of a round. A return in the round of its sale follows it; a revaluation of a pool looks at what is left, but
for one in a month that ends without stock."""

NO_LEVEL = -1

ORDER_COLUMNS = ("pool", "bucket", "sequence", "phase", "level", "side", "moved_on", "move_id")
"""What the order looks at."""


def order_moves(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Sort moves into the order in which they are settled, and show it.

    Args:
        rows: moves as `links` leaves them.
        policy: whether a day or a month is one round of inflows and outflows.

    Returns:
        The same rows sorted, with `bucket` (the day or month), `phase`, `level` and `side` (inside handed-over
        documents), and `move_order`, counted from 1 over all pools.
    """
    phased = add_phases(rows, policy)
    return phased[find_order(phased, policy)].with_row_index("move_order", 1)


def add_phases(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add to moves what the order looks at: `bucket`, `phase`, `level` and `side`; rows stay where they are.

    Args:
        rows: moves as `links` leaves them, in input order.
        policy: whether a day or a month is one round of inflows and outflows.
    """
    by_month = policy.method == "periodic_average"
    levelled = add_levels(rows.with_columns(bucket=_bucket("moved_on", by_month)))
    phased = levelled.with_columns(phase=phase_of(by_month))
    sold_out = find_sold_out(levelled, policy) if by_month else pl.Series()
    if sold_out.is_empty():
        return phased
    is_sold_out = pl.col("row").is_in(sold_out.implode())
    return phased.with_columns(phase=pl.when(is_sold_out).then(pl.lit(REVALUED_BEFORE, pl.UInt8)).otherwise("phase"))


def find_order(phased: pl.DataFrame, policy: CostingPolicy, by_pool: bool = False) -> pl.Series:
    """Positions of moves in their order.

    Args:
        phased: what `add_phases` gives.
        policy: whether a day or a month is one round.
        by_pool: one pool after the other, instead of one order over all of them.
    """
    in_round = ["phase", "level", "side"]
    by_month = policy.method == "periodic_average"
    inside = [*in_round, "moved_on", "sequence"] if by_month else ["sequence", *in_round]
    names = ["pool"] * by_pool + ["bucket", *inside]
    move_id = phased["move_id"]
    return order_by([*(phased[name].to_physical() for name in names), move_id.str.len_bytes()], [move_id])


def natural_order(name: str) -> list[pl.Expr]:
    """Sort keys for ids: shorter before longer, then by text, so that 9 comes before 10 in `line:9` and `line:10`."""
    return [pl.col(name).str.len_bytes(), pl.col(name)]


def _bucket(name: str, by_month: bool) -> pl.Expr:
    """The day (or the instant, where moves have one), or the first day of the month."""
    return pl.col(name).dt.truncate("1mo") if by_month else pl.col(name)


def add_levels(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `level` and `side` for documents of which both sides stand in one bucket; level is -1 elsewhere."""
    columns = ["row", "move_id", "bucket", "moved_on", "sequence", "document", "pool"]
    sides = rows.filter(pl.col("document").is_not_null()).select(*columns, is_in=is_inflow)
    is_both = pl.col("is_in").any() & ~pl.col("is_in").all()
    same = sides.filter(is_both.over("document", "bucket"))
    in_time = same.sort("bucket", "moved_on", "sequence", *natural_order("move_id"))
    levelled = attach(rows, settle_levels(in_time).with_columns(side=in_time["is_in"].cast(pl.UInt8)))
    return levelled.with_columns(pl.col("level").fill_null(NO_LEVEL), pl.col("side").fill_null(0))


def find_sold_out(rows: pl.DataFrame, policy: CostingPolicy) -> pl.Series:
    """Revaluations of pools in months that end without stock: their rows."""
    changes = rows.filter((pl.col("kind") == "revaluation") & pl.col("source_row").is_null())
    if changes.is_empty():
        return changes["row"]
    stays = is_transfer if policy.pool == "sku" else pl.lit(value=False)
    moved = rows.filter(pl.col("pool").is_in(changes["pool"].unique().implode()) & ~stays)
    months = moved.group_by("pool", "bucket").agg(pl.col("quantity").sum()).sort("pool", "bucket")
    left = months.with_columns(left=pl.col("quantity").cum_sum().over("pool")).drop("quantity")
    return changes.join(left, on=["pool", "bucket"], how="inner", validate="m:1").filter(pl.col("left") <= 0)["row"]


def phase_of(by_month: bool) -> pl.Expr:
    """Where a kind of move stands in its round."""
    returned_at_once = (pl.col("kind") == "sale_return") & (pl.col("bucket") == _bucket("source_moved_on", by_month))
    names_receipt = is_value_only & pl.col("source_row").is_not_null()
    phase = (
        pl.when(pl.col("level") != NO_LEVEL)
        .then(HANDED_OVER)
        .when(pl.col("kind") == "opening")
        .then(OPENING)
        .when((pl.col("kind") == "receipt") | names_receipt)
        .then(RECEIPT)
        .when(returned_at_once)
        .then(RETURNED_AT_ONCE)
        .when(is_inflow)
        .then(OTHER_INFLOW)
        .when(is_outflow)
        .then(OUTFLOW)
        .otherwise(REVALUED)
    )
    return phase.cast(pl.UInt8)
