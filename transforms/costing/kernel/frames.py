"""From a frame of moves to the kernel's columns: whole numbers by pool and order, and who names whom."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.policies import CostingPolicy
from transforms.costing.kernel.layout import IS_LINK, IS_MADE, IS_RULE_PRICED, NONE, TELL
from transforms.costing.loop.actions import action_of, is_rule_priced, with_standard_cost
from transforms.costing.loop.linked_moves import ABSORB, HAND_OVER, ISSUE_LAYER, RECEIVE, RETURN

Whole = NDArray[np.int64]

TEN_BILLIONTHS = 10**8
MOST_CENTS = 4 * 10**18

NAMING = (RETURN, ISSUE_LAYER, ABSORB)
"""Actions that look at the move they name."""


@dataclass(frozen=True)
class Columns:
    """Moves by pool and order, and what the kernel reads of them; TELL rows stand between them."""

    moves: pl.DataFrame
    """`at` (position), `row`, `pool`, `move_order`, `action`, `units`, `slot`, `told_to` (row, of a TELL) and what else
    documents and returns need."""
    starts: Whole
    """First position of each pool, and the end of the last one."""
    action: NDArray[np.int8]
    units: Whole
    own: Whole
    own_rest: Whole
    late: Whole
    late_rest: Whole
    unit_cost: Whole
    standard: Whole
    slot: NDArray[np.int32]
    sources: pl.DataFrame
    """`slot`, `at`: the moves that others name."""
    names: pl.DataFrame
    """`row` and `move_id` of all moves, in any order: text is not sorted along."""

    def with_names(self, moves: pl.DataFrame) -> pl.DataFrame:
        """Some of `moves` with their `move_id`."""
        names = self.names.filter(pl.col("row").is_in(moves["row"].implode()))
        return moves.join(names, on="row", how="left", validate="1:1", maintain_order="left")


READ = (
    "row", "move_order", "pool", "kind", "quantity", "own_cost", "late_cost", "unit_cost", "cost_share", "source_row",
    "source_pool", "source_quantity", "document", "is_absorbed", "standard_cost",
)  # fmt: skip
"""What the kernel reads of a move."""

EMPTY = np.empty(0, dtype=np.int64)


def read_columns(
    rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None, names: pl.DataFrame | None = None
) -> Columns:
    """Read a frame of moves.

    Args:
        rows: moves as `dependent_pools` gets them, in order at least inside each pool.
        policy: method and pool.
        standard_costs: as there.
        names: `row` and `move_id` of moves that come without it.
    """
    names = rows.select("row", "move_id") if names is None else names
    numbers = sort_by_pool(with_standard_cost(rows, standard_costs).select(READ))
    moves = numbers.with_columns(action=action_of(policy))
    moves = _with_tellers(moves, by_average=not policy.has_layers).with_row_index("at")
    moves, sources = _with_slots(moves)
    own, own_rest = split(moves["own_cost"])
    late, late_rest = split(moves["late_cost"].fill_null(0))
    revalues = moves["unit_cost"].is_not_null() & moves["own_cost"].is_null()
    is_absorbed = pl.col("action") == ABSORB
    units = pl.when(is_absorbed).then(pl.col("source_quantity").abs().fill_null(0)).otherwise(pl.col("quantity").abs())
    has_late = bool(late.any() or late_rest.any())
    columns = Columns(
        moves=moves,
        starts=_starts(moves["pool"]),
        action=_codes(moves),
        units=_whole(moves.select(units).to_series()),
        own=own,
        own_rest=own_rest,
        late=late if has_late else EMPTY,
        late_rest=late_rest if has_late else EMPTY,
        unit_cost=_whole(moves["unit_cost"]) if revalues.any() else EMPTY,
        standard=EMPTY if standard_costs is None else _whole(moves["standard_cost"]),
        slot=moves["slot"].fill_null(-1).cast(pl.Int32).to_numpy() if sources.height else np.empty(0, dtype=np.int32),
        sources=sources,
        names=names,
    )
    for name in ("action", "units", "own", "own_rest", "late", "late_rest", "unit_cost", "standard", "slot"):
        # compiled code is made for one kind of array: what came without a copy cannot be written, so none can
        getattr(columns, name).flags.writeable = False
    return columns


def sort_by_pool(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort moves that are in order by pool; they stay in order inside each."""
    if rows["pool"].is_sorted():
        return rows
    place = pl.int_range(pl.len(), dtype=pl.UInt64)
    return rows[rows.select(pl.col("pool").cast(pl.UInt64) * 2**32 + place).to_series().arg_sort()]


def split(costs: pl.Series) -> tuple[Whole, Whole]:
    """Costs in ten-billionths; where 64 bits do not hold them, in cents and ten-billionths of a cent."""
    narrow = costs.cast(pl.Int64, strict=False)
    if narrow.null_count() == costs.null_count():
        return _whole(narrow), EMPTY
    return _whole((costs // TEN_BILLIONTHS).cast(pl.Int64)), _whole((costs % TEN_BILLIONTHS).cast(pl.Int64))


def _whole(numbers: pl.Series) -> Whole:
    """Whole numbers as an array, without a copy where there are no gaps."""
    return numbers.cast(pl.Int64).fill_null(NONE).to_numpy()


def _starts(pools: pl.Series) -> Whole:
    """First position of each pool in a sorted column, and its end."""
    numbers = pools.to_numpy()
    changes = np.flatnonzero(numbers[1:] != numbers[:-1]) + 1
    return np.concatenate(([0], changes, [len(numbers)])).astype(np.int64)


def _codes(moves: pl.DataFrame) -> NDArray[np.int8]:
    """Actions with their marks."""
    marks = (
        pl.when(is_rule_priced).then(IS_RULE_PRICED).otherwise(0)
        + pl.when(pl.col("kind") == "assembly_in").then(IS_MADE).otherwise(0)
        + pl.when(is_link).then(IS_LINK).otherwise(0)
    )
    return moves.select((pl.col("action") + marks.fill_null(0)).cast(pl.Int8)).to_series().to_numpy()


is_in_document = pl.col("action").is_in([RECEIVE, HAND_OVER]) & (pl.col("quantity") != 0)
"""A side of a document."""

is_link = is_in_document | (pl.col("action") == TELL) | pl.col("is_told")
"""Waits for a move of another pool, or one waits for it."""


def _with_tellers(moves: pl.DataFrame, by_average: bool) -> pl.DataFrame:
    """Add TELL rows to the pools of moves that a move of another pool looks at, and mark that one as told."""
    looks = (pl.col("action") == RETURN) | ((pl.col("action") == ISSUE_LAYER) & by_average)
    foreign = looks & (pl.col("source_pool") != pl.col("pool"))
    told = moves.filter(foreign).join(moves.select(source_row="row"), on="source_row", how="semi")
    marked = moves.with_columns(is_told=pl.lit(value=False), told_to=pl.lit(None, dtype=moves.schema["row"]))
    if told.is_empty():
        return marked
    tellers = told.select(
        "source_row", "move_order", pool="source_pool", told_to="row", action=pl.lit(TELL, dtype=moves.schema["action"])
    ).with_columns(quantity=pl.lit(0, dtype=moves.schema["quantity"]), is_told=pl.lit(value=False))
    marked = marked.with_columns(is_told=pl.col("row").is_in(told["row"].implode()))
    both = pl.concat([marked, tellers.cast({"pool": moves.schema["pool"]})], how="diagonal")
    return both[both.select(pl.col("pool").cast(pl.UInt64) * 2**32 + pl.col("move_order")).to_series().arg_sort()]


def _with_slots(moves: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the moves that others look at: `slot` of those and of the ones which look."""
    naming = moves.filter(pl.col("action").is_in([*NAMING, TELL]) & pl.col("source_row").is_not_null())
    if naming.is_empty():
        return moves.with_columns(slot=pl.lit(None, dtype=pl.Int32)), pl.DataFrame()
    named = naming.select(row="source_row").unique(maintain_order=True)
    sources = named.join(moves.select("row", "at", "pool"), on="row", how="inner", maintain_order="left")
    sources = sources.with_row_index("slot").with_columns(pl.col("slot").cast(pl.Int32))
    slots = pl.concat(
        [
            sources.select("at", "slot"),
            naming.select("at", row="source_row").join(sources.select("row", "slot"), on="row").select("at", "slot"),
        ]
    )
    return moves.join(slots, on="at", how="left", validate="1:1", maintain_order="left"), sources
