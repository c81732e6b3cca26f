"""Loads the compiled loop while something else is done: a second, and where it was never compiled half a minute."""

from collections.abc import Callable
from threading import Thread

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import KIND

COMPILING = "compiling the costing loop, once: about half a minute"

_ONE_MOVE = pl.Schema(
    {
        "row": pl.UInt32(),
        "move_id": pl.String(),
        "move_order": pl.UInt32(),
        "pool": pl.UInt32(),
        "kind": KIND,
        "quantity": pl.Int64(),
        "own_cost": pl.Int64(),
        "late_cost": pl.Int64(),
        "unit_cost": pl.Int64(),
        "cost_share": pl.Int128(),
        "source_row": pl.UInt32(),
        "source_pool": pl.UInt32(),
        "source_quantity": pl.Int64(),
        "document": pl.UInt32(),
        "is_absorbed": pl.Boolean(),
    }
)


def load_ahead(tell: Callable[[str], None]) -> Thread:
    """Begin to load the loop.

    Args:
        tell: is given COMPILING where the loop has to be compiled first.

    Returns:
        What loads it; whoever needs the loop meanwhile waits by itself.
    """
    loading = Thread(target=_load, args=(tell,), daemon=True)
    loading.start()
    return loading


def _load(tell: Callable[[str], None]) -> None:
    """Value one move, so that the loop is there."""
    from transforms.costing.kernel.compiling import on_compiling  # noqa: PLC0415 - numba takes a second to load
    from transforms.costing.kernel.settling import settle_separate  # noqa: PLC0415

    move = pl.DataFrame(
        {"row": [0], "move_id": ["1"], "move_order": [1], "pool": [0], "kind": ["receipt"], "quantity": [1]}
        | {"own_cost": [0], "late_cost": [0], "is_absorbed": [False]}
        | {name: [None] for name in ("unit_cost", "cost_share", "source_row", "source_pool")}
        | {"source_quantity": [None], "document": [None]},
        schema=_ONE_MOVE,
    )
    with on_compiling(lambda: tell(COMPILING)):
        settle_separate(move, CostingPolicy(), None, threads=1)
