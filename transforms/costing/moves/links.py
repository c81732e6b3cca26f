"""Which moves belong together: pools, a charge and its receipt, a return and its sale, the two sides of a transfer."""

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.columns import attach
from transforms.costing.flows import is_priced, is_transfer, is_value_only
from transforms.costing.integers import FITS_64_BITS

POOL_SEPARATOR = "\x1f"
"""Stands between the parts of a document's key; no code of a person holds it."""

LARGEST_TABLE = 2**27
"""Combinations of codes that are numbered through a table of all of them; more are sorted."""

SOURCE_COLUMNS = {
    "source_row": "row",
    "source_kind": "kind",
    "source_pool": "pool",
    "source_moved_on": "moved_on",
    "source_sequence": "sequence",
    "source_quantity": "quantity",
}
"""What is told of the move that `source_move_id` names."""


def assign_pools(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `pool`, a number for the moves that share their cost: a SKU, or a SKU at one location, or one of its lots.

    Pools are numbered from 0 without gaps.
    """
    parts = ["sku"]
    parts += ["location"] if policy.pool == "sku_location" else []
    parts += ["lot"] if policy.method == "specific" else []
    pool, *others = (_number(rows[part]) for part in parts)
    for other in others:
        pool = _combine(pool, other)
    return rows.with_columns(pool=pool)


def _number(texts: pl.Series) -> pl.Series:
    """Numbers from 0 without gaps, equal for equal texts; no text counts as an empty one."""
    if isinstance(texts.dtype, pl.Categorical):
        return _without_gaps(texts.to_physical(), empty=pl.Series([""], dtype=texts.dtype).to_physical())
    return texts.cast(pl.String).fill_null("").cast(pl.Categorical(pl.Categories.random())).to_physical()


def _without_gaps(codes: pl.Series, empty: pl.Series) -> pl.Series:
    """Codes of categories numbered anew, as some of them may not occur in these rows."""
    codes = (codes.fill_null(empty.item()) if codes.null_count() else codes).cast(pl.UInt32)
    if codes.is_empty():
        return codes
    numbers = codes.to_numpy()
    occurs = np.zeros(int(numbers.max()) + 1, dtype=np.uint32)
    occurs[numbers] = 1
    return codes if occurs.all() else pl.Series((np.cumsum(occurs, dtype=np.uint32) - np.uint32(1))[numbers])


def _combine(one: pl.Series, other: pl.Series) -> pl.Series:
    """Numbers from 0 without gaps for the pairs of two numbers."""
    if one.is_empty():
        return one
    others = int(other.to_numpy().max()) + 1
    pairs = one.to_numpy().astype(np.uint64) * np.uint64(others) + other.to_numpy()
    possible = (int(one.to_numpy().max()) + 1) * others
    if possible > LARGEST_TABLE:
        return pl.Series(pairs).rank("dense") - 1
    numbers = np.zeros(possible, dtype=np.uint32)
    numbers[pairs] = 1
    numbers = np.cumsum(numbers, dtype=np.uint32) - np.uint32(1)
    return pl.Series(numbers[pairs])


def link_sources(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `source_row` and its kind, pool, day, sequence and quantity (SOURCE_COLUMNS): what `source_move_id` names.

    Few rows name another, and only the rows that they name are looked up: by the hash of their id, then by the id.
    """
    named = rows.select("row", "source_move_id").drop_nulls()
    hashes = named["source_move_id"].hash().unique()
    candidates = rows.filter(pl.col("move_id").hash().is_in(hashes.implode())) if named.height else rows.clear()
    sources = candidates.select(source_move_id="move_id", **{name: pl.col(of) for name, of in SOURCE_COLUMNS.items()})
    # a duplicate move_id is reported by validation; the join must not multiply rows before that
    first = sources.unique("source_move_id", keep="first")
    return attach(rows, named.join(first, on="source_move_id", how="inner", validate="m:1").drop("source_move_id"))


def link_documents(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `document`, a number for the two sides of a transfer or assembly that hand value over; null elsewhere.

    A transfer hands over within a document, SKU and lot, an assembly within a document. An assembly whose outputs all
    bring a cost of their own (standard cost) hands nothing over: its components leave as plain outflows. A transfer
    inside a pool hands nothing over either.
    """
    is_made, is_assembly = pl.col("kind") == "assembly_in", pl.col("kind").is_in(("assembly_out", "assembly_in"))
    columns = ["row", "kind", "document_id", "sku", "lot", "own_cost"]
    sides = rows.filter(is_assembly | (is_transfer & (policy.pool == "sku_location"))).select(columns)
    rolled_up = sides.filter(is_made & ~is_priced)["document_id"].unique().implode()
    handing_over = sides.filter(is_transfer | pl.col("document_id").is_in(rolled_up))
    key = pl.concat_str(
        pl.when(is_transfer).then(pl.lit("transfer")).otherwise(pl.lit("assembly")),
        pl.col("document_id").cast(pl.String).fill_null(""),
        *(
            pl.when(is_transfer).then(pl.col(name).cast(pl.String).fill_null("")).otherwise(pl.lit(""))
            for name in ("sku", "lot")
        ),
        separator=POOL_SEPARATOR,
    )
    return attach(
        rows, handing_over.select("row", document=key.cast(pl.Categorical(pl.Categories.random())).to_physical())
    )


def add_late_costs(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `late_cost`: what all charges that name an inflow add to its cost, as if known from the start.

    IAS 2.10 and 2.11 make freight and duties part of the cost of purchase, whenever their bill comes. The charge's
    own row keeps its `own_cost`: it carries the inflow of value at its own date.

    `is_absorbed` says which charges are not known from the start, but find at their date what is left: under
    `prospective` those of a later day (a later time, where moves have one; a later month, under the periodic average)
    than their receipt, and always those that name a transfer inside one pool, because that brings no layer.
    """
    is_charge = is_value_only & pl.col("source_row").is_not_null()
    in_pool = (pl.col("source_kind") == "transfer_in") & (policy.pool == "sku")
    is_late = _round("moved_on", policy) > _round("source_moved_on", policy)
    rows = rows.with_columns(
        is_absorbed=(is_charge & (in_pool | (is_late & (policy.late_cost == "prospective")))).fill_null(value=False)
    )
    known_at_once = rows.filter(is_charge & ~pl.col("is_absorbed"))
    charges = known_at_once.group_by(row="source_row").agg(late_cost=pl.col("own_cost").cast(pl.Int128).sum())
    return attach(rows, _in_few_bits(charges, rows["own_cost"])).with_columns(pl.col("late_cost").fill_null(0))


def _in_few_bits(charges: pl.DataFrame, own_cost: pl.Series) -> pl.DataFrame:
    """Late costs in 64 bits where these hold every inflow with its charges: most tables have few charges, or none."""
    most = sum(
        abs(end)
        for costs in (charges["late_cost"], own_cost)
        for end in (costs.min(), costs.max())
        if isinstance(end, int)
    )
    return charges.cast({"late_cost": pl.Int64}) if most < FITS_64_BITS else charges


def _round(name: str, policy: CostingPolicy) -> pl.Expr:
    """The day, or under the periodic average the month, in which all costs count as known at once."""
    return pl.col(name).dt.truncate("1mo") if policy.method == "periodic_average" else pl.col(name)
