"""Ledgers for the compiled loop: all that the made-up ones hold, and revaluations, late charges and odd prices."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import polars as pl
from hypothesis import strategies as st

from schemas.policies import CostingMethod, CostingPolicy, LateCost, Pool, ProspectiveShare, ReturnCost
from tests.transforms.costing.generated import DAYS, PLACES, PRICES, SKUS, UNITS, ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing.flows import is_transfer
from transforms.costing.ordering import order_moves
from transforms.costing.valuation import _read

METHODS: list[CostingMethod] = ["fifo", "moving_average", "periodic_average", "specific"]
POOLS: list[Pool] = ["sku", "sku_location"]
LATE: list[LateCost] = ["restate", "prospective"]
SHARES: list[ProspectiveShare | None] = [None, "layer", "on_hand"]
RETURNS: list[ReturnCost | None] = [None, "receipt", "current"]

POLICIES = st.builds(
    CostingPolicy,
    method=st.sampled_from(METHODS),
    pool=st.sampled_from(POOLS),
    late_cost=st.sampled_from(LATE),
    prospective_share=st.sampled_from(SHARES),
    purchase_return=st.sampled_from(RETURNS),
)


@st.composite
def revaluations(draw: st.DrawFn, number: int) -> Move:
    adds = draw(st.booleans())
    price = draw(PRICES)
    return Move(
        f"v{number}",
        "revaluation",
        draw(DAYS),
        unit_cost=None if adds else price,
        amount=price - 3 if adds else None,
        sku=draw(SKUS),
        location=draw(PLACES),
    )


@st.composite
def late_charges(draw: st.DrawFn, moves: list[Move]) -> list[Move]:
    """Freight, discounts and revaluations of single receipts, early and late."""
    named = [move for move in moves if move.kind in {"receipt", "opening", "assembly_in", "transfer_in"}]
    chosen = [move for move in named if draw(st.integers(0, 2)) == 0]
    return [
        Move(
            f"{move.move_id}-late{at}",
            draw(st.sampled_from(["landed_cost", "revaluation"])),
            move.moved_on + timedelta(days=draw(st.integers(-2, 15))),
            amount=draw(PRICES) - draw(st.sampled_from([0, 0, 1])),
            sku=move.sku,
            location=move.location,
            source_move_id=move.move_id,
        )
        for at, move in enumerate(chosen)
    ]


@st.composite
def wild_ledgers(draw: st.DrawFn) -> list[Move]:
    """Everything at once; some contradict themselves, and then both loops say so."""
    moves = draw(ledgers())
    moves += draw(late_charges(moves))
    moves += [draw(revaluations(number)) for number in range(draw(st.sampled_from([0, 0, 1, 2])))]
    moves += [
        Move(f"x{number}", "sale", draw(DAYS), -Decimal(draw(UNITS)), sku=draw(SKUS), location=draw(PLACES))
        for number in range(draw(st.integers(0, 4)))
    ]
    unit = draw(st.sampled_from(["1", "1", "0.0001", "0.3333"]))
    return [replace(move, quantity=move.quantity * Decimal(unit)) for move in moves]


def rows_of(moves: list[Move] | pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Moves as the door gets them: all pools, in one order."""
    frame = moves if isinstance(moves, pl.DataFrame) else frame_of(moves)
    rows = order_moves(_read(frame, policy), policy)
    return rows.filter(~is_transfer) if policy.pool == "sku" else rows
