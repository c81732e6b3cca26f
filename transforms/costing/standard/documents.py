"""What transfers and assemblies hand over at standard cost: the cents that left, split over what comes in."""

import polars as pl

from schemas.problems import Problem
from transforms.costing.flows import is_inflow
from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.plain.running_totals import divide_half_up, to_cents
from transforms.costing.problems import MoveProblems


def add_handed_over(rows: pl.DataFrame, outflows: pl.DataFrame) -> pl.DataFrame:
    """Add `handed_over`: what the other side of a document gives an inflow, ten-billionths of whole cents.

    A transfer splits the cents that left by units, an assembly those of its components by `cost_share` (by units where
    no product has one); a by-product with a cost of its own takes that first (IAS 2.14). The split is by running
    totals, so nothing is lost between the lines. At standard nothing waits for anything: the days do not matter.

    Args:
        rows: moves of all pools in order, with `document`.
        outflows: `document`, `quantity` and `cents` (not positive) of everything that leaves.

    Returns:
        The same rows; null where nothing was handed over.

    Raises:
        MoveProblems: a transfer that brings in more than has left.
    """
    sent = (
        outflows.filter(pl.col("document").is_not_null())
        .group_by("document")
        .agg(
            sent_cents=0 - pl.col("cents").cast(pl.Int128).sum(),
            sent_units=0 - pl.col("quantity").cast(pl.Int128).sum(),
        )
    )
    coming = rows.filter(is_inflow & pl.col("document").is_not_null() & (pl.col("quantity") != 0))
    linked = coming.join(sent, on="document", how="inner", validate="m:1").sort("document", "move_order")
    made = linked.filter(pl.col("kind") == "assembly_in")
    moved = linked.filter(pl.col("kind") == "transfer_in")
    _check(moved)
    split = [_split(moved.with_columns(weight=_units(), all_weights="sent_units")), *_split_assemblies(made)]
    given = pl.concat(split).select("row", handed_over=pl.col("share_cents") * COST_OF_ONE_CENT)
    return rows.join(given, on="row", how="left", validate="1:1", maintain_order="left")


def _split_assemblies(made: pl.DataFrame) -> list[pl.DataFrame]:
    """By-products at their own cost, the rest by shares."""
    has_own = pl.col("own_cost").is_not_null()
    own = made.filter(has_own).select("row", "document", share_cents=to_cents(pl.col("own_cost")).cast(pl.Int128))
    taken = own.group_by("document").agg(taken=pl.col("share_cents").sum())
    has_shares = (pl.col("cost_share").fill_null(0) != 0).any().over("document")
    weight = pl.when(has_shares).then(pl.col("cost_share").fill_null(0).cast(pl.Int128)).otherwise(_units())
    products = made.filter(~has_own).join(taken, on="document", how="left", validate="m:1").with_columns(weight=weight)
    left = pl.max_horizontal(pl.col("sent_cents") - pl.col("taken").fill_null(0), pl.lit(0, dtype=pl.Int128))
    weighed = products.with_columns(all_weights=pl.col("weight").sum().over("document"), sent_cents=left)
    return [own.select("row", "share_cents"), _split(weighed)]


def _split(lines: pl.DataFrame) -> pl.DataFrame:
    """`row`, `share_cents`: what each line moves the running total of its document by."""
    upto = pl.col("weight").cum_sum().over("document")
    total = divide_half_up(pl.col("sent_cents") * upto, pl.col("all_weights"))
    counted = lines.with_columns(total=total)
    before = pl.col("total").shift(1).over("document").fill_null(0)
    return counted.select("row", share_cents=pl.col("total") - before)


def _units() -> pl.Expr:
    """Units as a weight."""
    return pl.col("quantity").cast(pl.Int128)


def _check(moved: pl.DataFrame) -> None:
    """A transfer cannot bring in more than has left."""
    came = moved.group_by("document", "sent_units").agg(came=_units().sum(), move_id=pl.col("move_id").last())
    over = came.filter(pl.col("came") > pl.col("sent_units")).sort("move_id")
    if over.height:
        raise MoveProblems(
            [
                Problem(
                    f"core.stock_moves, move {move_id}",
                    "a transfer brings in more than has left",
                    "Look at the dates and quantities of its document in the source.",
                    row_count=1,
                    examples=(move_id,),
                )
                for move_id in over["move_id"]
            ]
        )
