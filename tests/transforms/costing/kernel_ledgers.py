"""Ledgers for the compiled loop: all that the made-up ones hold, and revaluations, late charges and odd prices."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import strategies as st

from schemas.policies import CostingMethod, CostingPolicy, LateCost, Pool, ProspectiveShare, ReturnCost
from tests.transforms.costing.generated import DAYS, PLACES, PRICES, SKUS, UNITS, ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing.flows import is_transfer
from transforms.costing.moves.ordering import order_moves
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


def dense_ledger(size: int, seed: int) -> list[Move]:
    """Many moves of few SKUs in few places, often short of stock, so that goods go in circles before they are there."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    skus, places = [f"S{at}" for at in range(4)], [f"P{at}" for at in range(3)]
    moves: list[Move] = []
    for at in range(size):
        chance, sku, place = dice.random(), dice.choice(skus), dice.choice(places)
        day = date(2026, 1, 1) + timedelta(days=dice.randrange(120))
        named = dice.choice(moves) if moves else None
        if chance < 0.25:
            cost = Decimal(dice.randint(1, 9999)) / 1000 if dice.random() < 0.9 else None
            kind = dice.choice(["receipt", "receipt", "opening", "adjustment_in"])
            moves.append(Move(f"r{at}", kind, day, Decimal(dice.randint(1, 30)), cost, sku=sku, location=place))
        elif chance < 0.55:
            kind = dice.choice(["sale", "sale", "adjustment_out"])
            moves.append(Move(f"s{at}", kind, day, -Decimal(dice.randint(1, 12)), sku=sku, location=place))
        elif chance < 0.75 and named is not None:
            moves += _naming(dice, at, named, place)
        elif chance < 0.9:
            here, there = dice.sample(places, 2)
            sent = Move(f"t{at}o", "transfer_out", day, -Decimal(dice.randint(1, 15)), None, None, sku, here)
            sent = replace(sent, document_id=f"T{at}")
            arrived = day + timedelta(days=dice.choice([0, 0, 4]))
            came = replace(sent, move_id=f"t{at}i", kind="transfer_in", moved_on=arrived, location=there)
            moves += [sent, replace(came, quantity=-sent.quantity)]
        else:
            parts = dice.sample(skus, 3)
            for number, part in enumerate(parts):
                units, is_made = Decimal(dice.randint(1, 4)), number == 2
                kind = "assembly_in" if is_made else "assembly_out"
                made = Move(f"a{at}-{number}", kind, day, units if is_made else -units, None, None, part, place)
                moves.append(replace(made, document_id=f"M{at}"))
    return moves


def _naming(dice: random.Random, at: int, named: Move, place: str) -> list[Move]:
    """A return or a charge of another move, where that can have one."""
    day = named.moved_on + timedelta(days=dice.randrange(9))
    base = replace(named, unit_cost=None, amount=None, document_id=None, moved_on=day, source_move_id=named.move_id)
    if named.kind == "sale":
        units = Decimal(dice.randint(1, int(-named.quantity)))
        return [replace(base, move_id=f"b{at}", kind="sale_return", quantity=units, location=place)]
    if named.kind == "receipt" and dice.random() < 0.5:
        units = Decimal(dice.randint(1, int(named.quantity)))
        return [replace(base, move_id=f"p{at}", kind="purchase_return", quantity=-units, location=place)]
    if named.kind in {"receipt", "opening", "assembly_in", "transfer_in"}:
        amount = Decimal(dice.randint(-50, 999)) / 100
        return [replace(base, move_id=f"c{at}", kind="landed_cost", quantity=Decimal(0), amount=amount)]
    return []
