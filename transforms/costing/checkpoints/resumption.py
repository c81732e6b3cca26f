"""Which pools may go on from their closing layers, and which have to be valued again from their whole history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.checkpoints.continuing import pool_key
from transforms.costing.flows import hands_over, is_value_only

KEY = ["sku", "location", "lot"]


@dataclass(frozen=True)
class PriorMoves:
    """What the ledger up to the checkpoint says of the moves that are looked at."""

    documents: pl.DataFrame
    """StockMoves with a document that a later or a touched move shares."""
    sources: pl.DataFrame
    """StockMoves that touched moves name as their source, and later ones that ask for its history."""


def find_pools_from_history(
    touched: pl.DataFrame,
    recent: pl.DataFrame,
    prior: PriorMoves,
    pools: pl.DataFrame,
    policy: CostingPolicy,
    day: date,
) -> pl.DataFrame:
    """Name the pools whose closing layers cannot be gone on from.

    These are: pools with a change up to the day; pools that owe units or have a document under way; pools with a charge
    on an inflow up to the day, which re-prices what has left since; under averages pools that send goods back at the
    cost of such a receipt; both sides of a document that began before; and all pools that goods went to or came from,
    directly or not, because their costs follow.

    Args:
        touched: StockMoves that were changed, as they were and as they are.
        recent: StockMoves after the day.
        prior: what else is known of moves up to the day.
        pools: PoolCheckpoints.
        policy: method and pool.
        day: end of the closing state.

    Returns:
        `sku`, `location`, `lot`, each pool once, and `first_day`: no day before it can have changed, in any of the
        pools that are connected with it.
    """
    found = [
        touched.filter(pl.col("moved_on") <= day),
        ask_for_history(recent, policy),
        recent.filter(hands_over(policy)).join(prior.documents, on="document_id", how="semi"),
        *([recent.filter(is_value_only)] if policy.late_cost == "prospective" and not policy.has_layers else []),
        prior.documents,
        prior.sources,
    ]
    keys = [rows.select(*pool_key(policy), "moved_on") for rows in found]
    own = recent.select(*pool_key(policy), "moved_on")
    unfinished = own.join(pools.filter(~pl.col("is_resumable")), on=KEY, how="semi")
    dated = pl.concat([*keys, unfinished]).join(pools.select(*KEY, "component"), on=KEY, how="left", validate="m:1")
    every = with_connected(dated.select(KEY), pools).join(pools.select(*KEY, "component"), on=KEY, how="left")
    first = dated.drop_nulls("component").group_by("component").agg(first_day=pl.col("moved_on").min())
    return every.join(first, on="component", how="left", validate="m:1").select(*KEY, "first_day")


def ask_for_history(recent: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Recent moves that name an earlier move as their source and ask more of it than its layer.

    Args:
        recent: StockMoves after the checkpoint.
        policy: method and what returns to suppliers cost.
    """
    own_ids = recent.select(source_move_id="move_id")
    on_older = recent.drop_nulls("source_move_id").join(own_ids, on="source_move_id", how="anti")
    return on_older.filter(_needs_history(policy))


def find_starts(again: pl.DataFrame, pools: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Find the last states before anything has changed, for pools that cannot go on from their latest one.

    A state does when it belongs to a day before the first change, when it can be gone on from, and when no later
    valuation has looked at the days up to it again. Pools that are connected go back to the same checkpoint.

    Args:
        again: result of find_pools_from_history.
        pools: PoolCheckpoints.
        states: `sku`, `location`, `lot`, `checkpoint`, `state_day`, `is_resumable`, `valued_from` of all their states.

    Returns:
        `sku`, `location`, `lot`, `start_day` (the moves after it follow) and `checkpoint` (null: the pool held nothing
        then); pools without such a state are left out: their whole history is needed.
    """
    members = again.join(pools.select(*KEY, "component"), on=KEY, how="inner", validate="1:1")
    known = states.join(members, on=KEY, how="inner", validate="m:1")
    left = members.select("component", "first_day").unique().drop_nulls()
    found = [members.select(*KEY, start_day="first_day", checkpoint=pl.lit(None, pl.Int64)).clear()]
    candidates = known.select("checkpoint", "state_day").unique().sort("checkpoint", descending=True)
    for checkpoint, state_day in candidates.iter_rows():
        asked = left.filter(pl.col("first_day") > state_day).select("component")
        rows = known.join(asked, on="component", how="semi")
        is_later = pl.col("checkpoint") > checkpoint
        stale = rows.filter(is_later & (pl.col("valued_from").is_null() | (pl.col("valued_from") <= state_day)))
        standing = rows.filter(~is_later).sort("checkpoint").unique(KEY, keep="last", maintain_order=True)
        unfinished = standing.filter(~pl.col("is_resumable"))
        good = asked.join(pl.concat([stale, unfinished]), on="component", how="anti")
        left = left.join(good, on="component", how="anti")
        going = members.join(good, on="component", how="semi").select(*KEY, pl.lit(state_day).alias("start_day"))
        found.append(going.join(standing.select(*KEY, "checkpoint"), on=KEY, how="left", validate="1:1"))
        if left.is_empty():
            break
    return pl.concat(found)


def with_connected(keys: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """Add the pools that are connected with some pools.

    Args:
        keys: `sku`, `location`, `lot`.
        pools: PoolCheckpoints.
    """
    components = pools.join(keys, on=KEY, how="semi").select("component").unique()
    return pl.concat([keys, pools.join(components, on="component", how="semi").select(KEY)]).unique()


def _needs_history(policy: CostingPolicy) -> pl.Expr:
    """Moves that name an inflow before the checkpoint, and ask more of it than its layer."""
    at_receipt = (pl.col("kind") == "purchase_return") & (not policy.has_layers and policy.returns_at == "receipt")
    return is_value_only | at_receipt


def connect_pools(moves: pl.DataFrame, pools: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Number the pools of some moves so that pools between which goods went share their number.

    Args:
        moves: StockMoves, those that are named as source among them.
        pools: PoolCheckpoints as they stand.
        policy: method and pool.

    Returns:
        `sku`, `location`, `lot`, `component`: the pools of the moves, and every other pool whose number changes.
    """
    own = moves.select(pool_key(policy)).unique(maintain_order=True)
    first_free = (pools["component"].max() or 0) + 1 if pools.height else 1  # type: ignore[operator]
    known = own.join(pools.select(*KEY, "component"), on=KEY, how="left", validate="1:1", maintain_order="left")
    numbered = known.with_columns(pl.coalesce("component", pl.int_range(pl.len()) + first_free).alias("component"))
    merged = _merge(_links(moves, numbered, policy))
    others = pools.join(own, on=KEY, how="anti").filter(pl.col("component").is_in(list(merged)))
    both = pl.concat([numbered, others.select(*KEY, "component")])
    return both.with_columns(pl.col("component").replace(merged) if merged else pl.col("component"))


def _links(moves: pl.DataFrame, numbered: pl.DataFrame, policy: CostingPolicy) -> Iterable[tuple[int, int]]:
    """Pairs of components between which goods went."""
    keyed = moves.with_columns(pool_key(policy)).join(numbered, on=KEY, how="left", validate="m:1")
    handed = keyed.filter(hands_over(policy)).select("component", other=pl.col("component").first().over("document_id"))
    sources = keyed.select(source_move_id="move_id", other="component")
    returned = keyed.drop_nulls("source_move_id").join(sources, on="source_move_id", how="inner", validate="m:1")
    pairs = pl.concat([handed, returned.select("component", "other")])
    return pairs.filter(pl.col("component") != pl.col("other")).unique().iter_rows()


def _merge(links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """New numbers of the components that are joined: the lowest of each group."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while (above := parent.get(one, one)) != one:
            parent[one] = parent.get(above, above)
            one = above
        return one

    for one, other in links:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
        parent.setdefault(low, low)
    return {one: root(one) for one in parent}
