"""Closing states as tables and back: exact costs are text, whole numbers or fractions of ten-billionths."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import polars as pl

from schemas.checkpoints import CheckpointLayers, CheckpointPools
from schemas.dtypes import MONEY, QUANTITY
from schemas.frames import dtypes_of
from transforms.costing.checkpoints.continuing import PoolKey, PoolState, read_cost, write_cost
from transforms.costing.loop.pool_books import to_cents
from transforms.costing.loop.pool_states import Cost

_POOLS = dtypes_of(CheckpointPools)
_LAYERS = dtypes_of(CheckpointLayers)
_UNITS = 10**4
"""Ten-thousandths in a stock unit."""


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
    rows = [
        (*key, number, origin, units, write_cost(cost))
        for key, state in states.items()
        for number, (units, cost, origin) in enumerate(state.layers, 1)
    ]
    names = ["sku", "location", "lot", "layer_number", "origin_move_id", "quantity", "layer_cost"]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    frame = pl.DataFrame(
        {name: _decimals(values, QUANTITY) if name == "quantity" else list(values) for name, values in columns.items()},
        schema_overrides={name: _LAYERS[name] for name in names},
        strict=False,
    )
    return frame.with_columns(checkpoint=pl.lit(checkpoint, pl.Int64)).select(list(_LAYERS))


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
    by_pool: dict[PoolKey, list[tuple[int, Cost, str]]] = {}
    ordered = layers.sort("sku", "location", "lot", "layer_number")
    units = _whole(ordered["quantity"])
    for (sku, location, lot, origin, cost), size in zip(
        ordered.select("sku", "location", "lot", "origin_move_id", "layer_cost").iter_rows(), units, strict=True
    ):
        by_pool.setdefault((sku, location, lot), []).append((size, read_cost(cost), origin))
    states = {}
    for row, on_hand in zip(pools.iter_rows(named=True), _whole(pools["quantity"]), strict=True):
        key = (row["sku"], row["location"], row["lot"])
        last = row["last_unit_cost"]
        states[key] = PoolState(
            on_hand,
            tuple(by_pool.get(key, ())),
            Fraction(row["average_cost"] or 0),
            None if last is None else read_cost(last),
            *(read_cost(row[f"{name}_cost"]) for name in ("brought", "issued", "charged")),
        )
    return states


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
