"""Looks up stock moves among those of all months: by their ids, by their pools, by what ties them to others."""

from datetime import date, timedelta

import polars as pl

from pipelines.warehouse import Warehouse
from schemas.policies import CostingPolicy
from transforms.costing.checkpoints.resumption import PriorMoves, ask_for_history
from transforms.move_changes import HANDED_OVER, MoveChanges

RECENT = timedelta(days=92)
"""How far back a look-up goes at first."""


def find_moves(warehouse: Warehouse, ids: pl.DataFrame, day: date) -> pl.DataFrame:
    """Moves up to a day by their ids: most are named soon after they were made, so the last months are asked first.

    Args:
        warehouse: holds core.stock_moves.
        ids: `move_id`; one that is not there gives no row.
        day: last day of moves that count.

    Returns:
        StockMoves.
    """
    found = warehouse.query("from core.stock_moves limit 0")
    latest = warehouse.query("select max(moved_on) from core.stock_moves where moved_on <= ?", [day]).item()
    if latest is None:
        return found
    recent = max(latest - RECENT, date.min + RECENT)
    for days in ("moved_on > $1 and moved_on <= $2", "moved_on <= $1"):
        left = ids.join(found, on="move_id", how="anti")
        if left.is_empty():
            break
        given = [recent, day] if "$2" in days else [recent]
        found = pl.concat([found, warehouse.find("core.stock_moves", "move_id", left, days, given)])
    return found


def read_pools(warehouse: Warehouse, keys: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Moves of some pools.

    Args:
        warehouse: holds core.stock_moves.
        keys: `sku`, `location`, `lot`, empty where the pool does not look at it; and `start_day`: the moves after it,
            all where it is null.
        policy: what makes a pool.

    Returns:
        StockMoves.
    """
    if keys.is_empty():
        return warehouse.query("from core.stock_moves limit 0")
    location = "and coalesce(m.location, '') = k.location" if policy.pool == "sku_location" else ""
    lot = "and coalesce(m.lot, '') = k.lot" if policy.method == "specific" else ""
    after = "and coalesce(m.moved_on > k.start_day, true)"
    earliest = date.min if keys["start_day"].null_count() else keys["start_day"].min()
    with warehouse.offering("wanted_pools", keys):
        pools = f"core.stock_moves m semi join wanted_pools k on m.sku = k.sku {location} {lot} {after}"
        found = f"select m.rowid from {pools} where m.moved_on >= $1"
        return warehouse.query(f"from core.stock_moves where rowid in ({found}) and moved_on >= $1", [earliest])


def find_prior_moves(
    policy: CostingPolicy, warehouse: Warehouse, changes: MoveChanges, recent: pl.DataFrame, day: date
) -> PriorMoves:
    """What of the moves up to the checkpoint is tied to changed and recent ones.

    Args:
        policy: method and pool.
        warehouse: holds core.stock_moves.
        changes: what changed since the checkpoint.
        recent: StockMoves after it.
        day: end of its state.
    """
    hands_over = pl.col("kind").is_in(HANDED_OVER if policy.pool == "sku_location" else HANDED_OVER[2:])
    both = pl.concat([changes.touched, recent]).filter(hands_over)
    named = changes.touched.filter(pl.col("moved_on") <= day).select(move_id="source_move_id").drop_nulls()
    asked = ask_for_history(recent, policy).select(move_id="source_move_id")
    sources = find_moves(warehouse, pl.concat([named, asked]).unique(), date.max)
    is_prior = (pl.col("moved_on") <= day) | pl.col("move_id").is_in(named["move_id"].implode())
    with warehouse.offering("shared_documents", both.select("document_id").unique()):
        documents = warehouse.query(
            "from core.stock_moves where moved_on <= ? and document_kind in ('transfer', 'production')"
            " and document_id in (from shared_documents)",
            [day],
        )
    return PriorMoves(documents.filter(hands_over), sources.filter(is_prior))
