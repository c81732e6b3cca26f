"""When something became known that changes what earlier months should have booked.

A month learns in two stages: from its own moves, and from what came late (charges after their receipt, rows of an
earlier month). Twice the number of the month stands for the first stage, one more for the second: so a correction can
be split into what the covering receipt brought and what late costs added to it.
"""

from dataclasses import dataclass

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import VALUE_KINDS, is_inflow, is_transfer, is_value_only
from transforms.costing.moves.known_rows import find_rows, known_since, raise_to_needed
from transforms.costing.moves.links import assign_pools

TEXTS = ("move_id", "kind", "sku", "location", "lot", "document_id", "source_move_id")


def number_month(day: pl.Expr) -> pl.Expr:
    """Months counted from the year 0."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


def first_day(month: pl.Expr) -> pl.Expr:
    """First day of a numbered month."""
    return pl.date(month // 12, month % 12 + 1, 1)


def may_be_late(moves: pl.DataFrame, valued: pl.DataFrame) -> bool:
    """Whether anything at all can be booked elsewhere than in its own month: a look at a few columns.

    Args:
        moves: StockMoves.
        valued: ValuedMoves of them.
    """
    moved, known = pl.col("moved_on").cast(pl.Date), known_since(moves)
    kinds = moves["kind"].unique().cast(pl.String)
    has_links = kinds.is_in([*VALUE_KINDS, "assembly_in"]).any()
    is_provisional = valued["provisional_amount"].null_count() < valued.height
    return has_links or is_provisional or bool(moves.select((moved < pl.lit(known)).any()).item())


def date_rows(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Say in which month each row counts for the first time.

    Args:
        moves: StockMoves.
        policy: under `restate` a row counts in its own month, and a charge in that of the receipt that it names; else
            both not before they were known.

    Returns:
        `row`, `pool`, the texts that costing reads, `quantity`, `moved_month`, `counts_from` (months as numbers),
        `stage` (twice that month, and one more for what came late), and of the receipt that a charge names
        `source_month` and `source_pool`: one row for each move, in order.
    """
    texts = [(pl.col(name) if name in moves.columns else pl.lit(None)).cast(pl.String).alias(name) for name in TEXTS]
    # a transfer inside a pool moves nothing
    stays = is_transfer if policy.pool == "sku" else pl.lit(value=False)
    rows = moves.select(
        *texts,
        quantity=pl.when(stays).then(None).otherwise("quantity").fill_null(0),
        moved_month=number_month(pl.col("moved_on").cast(pl.Date)),
        known=pl.max_horizontal(pl.col("moved_on").cast(pl.Date), pl.lit(known_since(moves))),
    ).with_row_index("row")
    # no location or lot is one location or lot, as `links` has it
    rows = _with_source(assign_pools(rows.with_columns(pl.col("location", "lot").fill_null("")), policy))
    return _with_stage(rows, moves, policy).drop("known", "source_known")


def _with_stage(rows: pl.DataFrame, moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `counts_from` and `stage`."""
    if policy.late_cost == "restate":
        month = pl.coalesce("source_month", "moved_month")
        return rows.with_columns(counts_from=month, stage=2 * month)
    entered = number_month(pl.col("known"))
    month, is_late = pl.max_horizontal("source_month", entered), entered > pl.col("moved_month")
    comes_late = pl.coalesce(_follows_receipt(policy), is_late).cast(pl.Int32)
    stage = rows.select(stage=2 * month + comes_late).to_series()
    if (stage // 2 > rows["moved_month"]).any():
        stage = raise_to_needed(moves, stage)
    return rows.with_columns(counts_from=stage // 2, stage=stage)


def _follows_receipt(policy: CostingPolicy) -> pl.Expr:
    """A charge that was known after the receipt that it names; the periodic average knows all of a month at once."""
    known, source = pl.col("known"), pl.col("source_known")
    if policy.method == "periodic_average":
        known, source = known.dt.truncate("1mo"), source.dt.truncate("1mo")
    return known > source


def _reprices(policy: CostingPolicy) -> bool:
    """Whether a charge that comes later counts as if it had been known from the start."""
    return policy.late_cost != "prospective" and policy.method != "standard"


def _with_source(rows: pl.DataFrame) -> pl.DataFrame:
    """Add to charges the month of the receipt that they name, and when it was known."""
    charges = rows.filter(is_value_only & pl.col("source_move_id").is_not_null()).select("row", "source_move_id")
    if charges.is_empty():
        nothing = {"source_month": pl.Int32, "source_known": pl.Date, "source_pool": pl.UInt32}
        return rows.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in nothing.items())
    columns = {"source_month": "moved_month", "source_known": "known", "source_pool": "pool"}
    sources = find_rows(rows, charges["source_move_id"], **columns)
    found = charges.join(sources, on="source_move_id", how="inner").drop("source_move_id")
    return rows.join(found, on="row", how="left", validate="1:1", maintain_order="left")


def _changes_earlier(policy: CostingPolicy) -> pl.Expr:
    """A charge that comes to a receipt of an earlier month, and re-prices it from the start."""
    if not _reprices(policy):
        return pl.lit(value=False)
    return (pl.col("counts_from") > pl.col("source_month")).fill_null(value=False)


def _split_outputs(rows: pl.DataFrame) -> pl.DataFrame:
    """Products of assemblies that come in over several months: each later one takes a share from those before."""
    made = rows.filter((pl.col("kind") == "assembly_in") & pl.col("document_id").is_not_null())
    since = pl.col("counts_from").min().over("document_id")
    return made.with_columns(since=since).filter(pl.col("counts_from") > pl.col("since"))


@dataclass(frozen=True)
class LateFacts:
    """What was learned about earlier months, and when."""

    learned: pl.DataFrame
    """`pool`, `stage` before which something was not known, `since` (first month that it can change), each pool and
    stage once. An even stage is a month that learned about earlier ones, an odd one tells its late facts apart."""
    loose: pl.Series
    """Pools that were short at some time, or in which rows came late: what comes in can change what had left before."""
    owing: pl.Series
    """Pools with moves that may be provisional at the end of a month."""


def find_late_facts(rows: pl.DataFrame, was_short: pl.Series, policy: CostingPolicy) -> LateFacts:
    """Say in which months each pool learned something about months before; cheap, over the whole table.

    Args:
        rows: dated rows.
        was_short: whether each was provisional at some time.
        policy: which charges change earlier months.
    """
    is_late = pl.col("counts_from") > pl.col("moved_month")
    loose = rows.filter(is_late | pl.lit(was_short))["pool"].unique()
    first = 2 * pl.col("counts_from")
    facts = [
        *_of_pools(rows.filter(is_late | _changes_earlier(policy)).with_columns(stage=first)),
        *_of_pools(rows.filter(pl.col("stage") % 2 == 1)),
        _split_outputs(rows).select("pool", stage=first, since="since"),
        _months_brought_forward(rows),
    ]
    owing = loose.clear()
    if policy.method != "standard":
        of_loose = rows.filter(pl.col("pool").is_in(loose.implode()))
        balances = _balances(of_loose)
        facts.append(balances.filter(pl.col("has_inflow") & (pl.col("opening") < 0)).select(_FACT))
        owing = balances.filter(pl.col("closing") < 0)["pool"].unique()
        unknown = of_loose.filter((pl.col("kind") == "sale_return") & pl.col("source_move_id").is_null())
        owing = pl.concat([owing, unknown["pool"]]).unique()
    both = pl.concat([part.select(pl.col(_FACT).cast(pl.Int64)) for part in facts])
    return LateFacts(both.group_by("pool", "stage").agg(pl.col("since").min()).sort("stage", "pool"), loose, owing)


_FACT = ["pool", "stage", "since"]


def _of_pools(late: pl.DataFrame) -> list[pl.DataFrame]:
    """Late rows as facts of their pool, and of that of the receipt which a charge names."""
    dated = late.with_columns(since=pl.min_horizontal("moved_month", "source_month"))
    of_source = dated.filter(pl.col("source_pool").is_not_null()).with_columns(pool="source_pool")
    return [dated.select(_FACT), of_source.select(_FACT)]


def _months_brought_forward(rows: pl.DataFrame) -> pl.DataFrame:
    """Months up to its own in which a charge that counts from the start stands: its cents follow its pool's total."""
    early = rows.filter(pl.col("counts_from") < pl.col("moved_month"))
    months = pl.int_ranges(pl.col("counts_from") + 1, pl.col("moved_month") + 1, dtype=pl.Int32)
    each = early.select("pool", month=months, since="moved_month").explode("month").drop_nulls()
    return each.select("pool", stage=2 * pl.col("month"), since="since")


def _balances(rows: pl.DataFrame) -> pl.DataFrame:
    """Units of pools at both ends of each month with a row; `stage` and `since` of the month."""
    by_month = (
        rows.group_by("pool", "counts_from")
        .agg(pl.col("quantity").sum(), has_inflow=(is_inflow & (pl.col("quantity") > 0)).any())
        .sort("pool", "counts_from")
    )
    closing = pl.col("quantity").cum_sum().over("pool")
    return by_month.select(
        "pool",
        "has_inflow",
        stage=2 * pl.col("counts_from"),
        since="counts_from",
        opening=closing - pl.col("quantity"),
        closing=closing,
    )
