"""Closing states as tables and back: exact costs are text, whole numbers or fractions of ten-billionths."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice

import polars as pl

from schemas.checkpoints import CheckpointLayers, CheckpointPools
from schemas.dtypes import MONEY, QUANTITY
from schemas.frames import dtypes_of
from transforms.costing.checkpoints.continuing import PoolKey, PoolState, read_cost, write_cost
from transforms.costing.loop.pool_books import to_cents
from transforms.costing.loop.pool_states import Cost

_POOLS = dtypes_of(CheckpointPools)
_LAYERS = dtypes_of(CheckpointLayers)
_KEY = ["sku", "location", "lot"]


def write_states(
    states: Mapping[PoolKey, PoolState], unfinished: Iterable[PoolKey], checkpoint: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """States of pools as rows.

    Args:
        states: pools that something can go on from.
        unfinished: pools that only their history tells.
        checkpoint: its number.

    Returns:
        CheckpointPools, as if all of their days had been valued, and CheckpointLayers; an unfinished pool has no
        layers.
    """
    known = [(*key, True, state) for key, state in states.items()]
    rows = known + [(*key, False, PoolState()) for key in unfinished]
    pools = {
        "sku": [row[0] for row in rows],
        "location": [row[1] for row in rows],
        "lot": [row[2] for row in rows],
        "is_resumable": [row[3] for row in rows],
        "quantity": _decimals([row[4].on_hand for row in rows], QUANTITY),
        "stock_value": _decimals([to_cents(row[4].value) for row in rows], MONEY),
        "average_cost": [write_cost(row[4].average) if row[4].average else None for row in rows],
        "last_unit_cost": [None if row[4].last_unit is None else write_cost(row[4].last_unit) for row in rows],
        "brought_cost": [write_cost(row[4].brought) for row in rows],
        "issued_cost": [write_cost(row[4].issued) for row in rows],
        "charged_cost": [write_cost(row[4].charged) for row in rows],
    }
    frame = pl.DataFrame(pools, schema_overrides={name: _POOLS[name] for name in pools}, strict=False)
    own = frame.with_columns(checkpoint=pl.lit(checkpoint, pl.Int64), valued_from=pl.lit(None, pl.Date))
    return own.select(list(_POOLS)), _write_layers(states, checkpoint)


def _write_layers(states: Mapping[PoolKey, PoolState], checkpoint: int) -> pl.DataFrame:
    held = {key: state.layers for key, state in states.items() if state.layers}
    sizes = [(*key, len(layers)) for key, layers in held.items()]
    keys = pl.DataFrame(sizes, schema=dict.fromkeys(_KEY, pl.String) | {"size": pl.Int64}, orient="row")
    numbered = keys.with_columns(layer_number=pl.int_ranges(1, pl.col("size") + 1)).explode("layer_number")
    every = [layer for layers in held.values() for layer in layers]
    columns = {
        "quantity": _decimals([units for units, _, _ in every], QUANTITY),
        "layer_cost": [write_cost(cost) for _, cost, _ in every],
        "origin_move_id": [origin for _, _, origin in every],
    }
    frame = pl.DataFrame(columns, schema_overrides={name: _LAYERS[name] for name in columns}, strict=False)
    both = numbered.hstack(frame).with_columns(checkpoint=pl.lit(checkpoint, pl.Int64))
    return both.select(pl.col(name).cast(dtype) for name, dtype in _LAYERS.items())


def _decimals(whole: Iterable[int], dtype: pl.Decimal) -> pl.Series:
    """Whole numbers in units of a decimal's last place."""
    numbers = pl.Series(list(whole), dtype=pl.Int64).cast(pl.Decimal(38, 0))
    return numbers * pl.Series([Decimal(1).scaleb(-dtype.scale)], dtype=pl.Decimal(38, dtype.scale))


def read_states(pools: pl.DataFrame, layers: pl.DataFrame) -> dict[PoolKey, PoolState]:
    """The states that write_states wrote.

    Args:
        pools: CheckpointPools, the row that holds for each pool.
        layers: CheckpointLayers of those rows.
    """
    ordered = layers.sort(*_KEY, "layer_number")
    every = zip(_whole(ordered["quantity"]), _costs(ordered["layer_cost"]), ordered["origin_move_id"], strict=True)
    sizes = ordered.group_by(_KEY, maintain_order=True).len()
    by_pool = {(sku, location, lot): tuple(islice(every, size)) for sku, location, lot, size in sizes.iter_rows()}
    states = {}
    for row, on_hand in zip(pools.iter_rows(named=True), _whole(pools["quantity"]), strict=True):
        key = (row["sku"], row["location"], row["lot"])
        last = row["last_unit_cost"]
        states[key] = PoolState(
            on_hand,
            by_pool.get(key, ()),
            Fraction(row["average_cost"] or 0),
            None if last is None else read_cost(last),
            *(read_cost(row[f"{name}_cost"]) for name in ("brought", "issued", "charged")),
        )
    return states


def _costs(texts: pl.Series) -> Iterable[Cost]:
    """What write_cost wrote; whole numbers, which most are, all at once."""
    whole = texts.cast(pl.Int64, strict=False)
    return (read_cost(text) if number is None else number for number, text in zip(whole, texts, strict=True))


def _whole(decimals: pl.Series) -> list[int]:
    """A decimal column in units of its last place."""
    return decimals.to_physical().to_list()


def read_issue_costs(sales: pl.DataFrame) -> dict[str, Cost]:
    """Exact costs of sales.

    Args:
        sales: `move_id`, `quantity`, `unit_cost_applied`, `exact_cost`.

    Returns:
        Ten-billionths by move_id.
    """
    units, unit_costs = _whole(sales["quantity"].abs()), _whole(sales["unit_cost_applied"].fill_null(0))
    return {
        move_id: read_cost(exact) if exact is not None else unit * size
        for move_id, exact, unit, size in zip(sales["move_id"], sales["exact_cost"], unit_costs, units, strict=True)
    }
