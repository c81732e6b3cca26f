"""Which moves belong together: pools, a charge and its receipt, a return and its sale, the two sides of a transfer."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_inflow, is_priced, is_transfer, is_value_only

POOL_SEPARATOR = "\x1f"
"""Stands between the parts of a pool's key; no code of a person holds it."""


def assign_pools(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `pool`, a number for the moves that share their cost: a SKU, or a SKU at one location, or one of its lots."""
    parts = ["sku"]
    parts += ["location"] if policy.pool == "sku_location" else []
    parts += ["lot"] if policy.method == "specific" else []
    key = pl.concat_str([pl.col(part).fill_null("") for part in parts], separator=POOL_SEPARATOR)
    return rows.with_columns(pool=key.cast(pl.Categorical).to_physical())


def link_sources(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `source_row` and its kind, pool, moved_on and quantity as `source_...`: what `source_move_id` names."""
    named = rows.filter(pl.col("source_move_id").is_not_null()).select("row", "source_move_id")
    sources = rows.select(
        source_move_id="move_id",
        source_row="row",
        source_kind="kind",
        source_pool="pool",
        source_moved_on="moved_on",
        source_quantity="quantity",
    ).filter(pl.col("source_move_id").is_in(named["source_move_id"].implode()))
    # a duplicate move_id is reported by validation; the join must not multiply rows before that
    found = named.join(sources.unique("source_move_id", keep="first"), on="source_move_id", how="inner", validate="m:1")
    return rows.join(found.drop("source_move_id"), on="row", how="left", validate="1:1", maintain_order="left")


def link_documents(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `document`, a number for the two sides of a transfer or assembly that hand value over; null elsewhere.

    A transfer hands over within a document, SKU and lot, an assembly within a document. An assembly whose outputs all
    bring a cost of their own (standard cost) hands nothing over: its components leave as plain outflows. A transfer
    inside a pool hands nothing over either.
    """
    is_made = pl.col("kind") == "assembly_in"
    rolled_up = rows.filter(is_made & ~is_priced)["document_id"].unique().implode()
    assembly = pl.col("kind").is_in(("assembly_out", "assembly_in")) & pl.col("document_id").is_in(rolled_up)
    transfer = is_transfer & (policy.pool == "sku_location")
    key = pl.concat_str(
        pl.when(assembly).then(pl.lit("assembly")).otherwise(pl.lit("transfer")),
        pl.col("document_id").fill_null(""),
        *(pl.when(transfer).then(pl.col(name).fill_null("")).otherwise(pl.lit("")) for name in ("sku", "lot")),
        separator=POOL_SEPARATOR,
    )
    return rows.with_columns(document=pl.when(assembly | transfer).then(key).cast(pl.Categorical).to_physical())


def add_late_costs(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add `layer_cost`: what an inflow costs with all charges that name it, as if known from the start.

    IAS 2.10 and 2.11 make freight and duties part of the cost of purchase, whenever their bill comes. The charge's
    own row keeps its `own_cost`: it carries the inflow of value at its own date.

    `is_absorbed` says which charges are not known from the start, but find at their date what is left: under
    `prospective` those of a later day (a later month, under the periodic average) than their receipt, and always those
    that name a transfer inside one pool, because that brings no layer.
    """
    is_charge = is_value_only & pl.col("source_row").is_not_null()
    in_pool = (pl.col("source_kind") == "transfer_in") & (policy.pool == "sku")
    is_late = _round("moved_on", policy) > _round("source_moved_on", policy)
    rows = rows.with_columns(
        is_absorbed=(is_charge & (in_pool | (is_late & (policy.late_cost == "prospective")))).fill_null(value=False)
    )
    known_at_once = rows.filter(is_charge & ~pl.col("is_absorbed"))
    charges = known_at_once.group_by("source_row").agg(late_cost=pl.col("own_cost").sum())
    return rows.join(
        charges, left_on="row", right_on="source_row", how="left", validate="1:1", maintain_order="left"
    ).with_columns(
        late_cost=pl.col("late_cost").fill_null(0),
        layer_cost=pl.when(is_inflow).then(pl.col("own_cost") + pl.col("late_cost").fill_null(0)),
    )


def _round(name: str, policy: CostingPolicy) -> pl.Expr:
    """The day, or under the periodic average the month, in which all costs count as known at once."""
    return pl.col(name).dt.truncate("1mo") if policy.method == "periodic_average" else pl.col(name)
