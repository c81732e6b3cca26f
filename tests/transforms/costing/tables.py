"""Moves for tests: as readable tables, as records for the bookkeeper, and as frames for the engine."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.dtypes import COST, QUANTITY, UNIT_COST
from schemas.policies import CostingMethod, CostingPolicy, Pool
from tests.transforms.costing.naive import Move
from transforms.costing import value_moves

SCHEMA = pl.Schema(
    {
        "move_id": pl.String(),
        "kind": pl.String(),
        "moved_on": pl.Date(),
        "quantity": QUANTITY,
        "unit_cost": UNIT_COST,
        "amount": COST,
        "sku": pl.String(),
        "location": pl.String(),
        "source_move_id": pl.String(),
        "document_id": pl.String(),
        "cost_share": COST,
        "known_on": pl.Date(),
        "lot": pl.String(),
    }
)


def frame_of(moves: Iterable[Move]) -> pl.DataFrame:
    return pl.DataFrame([vars(move) for move in moves], schema=SCHEMA)


def costs(moves: Iterable[Move], method: CostingMethod, pool: Pool = "sku") -> dict[str, str]:
    """Cost of each move as text, by its id."""
    valued = value_moves(frame_of(moves), CostingPolicy(method, pool))
    return {move_id: str(cost) for move_id, cost in valued.select("move_id", "cost_amount").iter_rows()}


def read_table(text: str) -> tuple[list[Move], dict[str, str]]:
    """Read a table of moves: `day kind id quantity [at unit cost | for amount] [note ...] -> cost`.

    Notes are key=value: sku, location, lot, source, document, share, known. A day is one of September 2026, or
    month-day.
    """
    moves, expected = [], {}
    for line in text.strip().splitlines():
        left, _, cost = line.partition("->")
        day, kind, move_id, quantity, *rest = left.split()
        values = dict(note.split("=") for note in rest if "=" in note)
        price = [word for word in rest if "=" not in word]
        moves.append(
            Move(
                move_id,
                kind,
                _day(day),
                Decimal(quantity),
                unit_cost=Decimal(price[1]) if price[:1] == ["at"] else None,
                amount=Decimal(price[1]) if price[:1] == ["for"] else None,
                sku=values.get("sku", "A"),
                location=values.get("location", "Main"),
                source_move_id=values.get("source"),
                document_id=values.get("document"),
                cost_share=Decimal(values["share"]) if "share" in values else None,
                known_on=_day(values["known"]) if "known" in values else None,
                lot=values.get("lot"),
            )
        )
        if cost.strip():
            expected[move_id] = cost.strip()
    return moves, expected


def _day(text: str) -> date:
    """`5` or `10-5`."""
    month, _, day = text.rpartition("-")
    return date(2026, int(month or 9), int(day))


def assert_costs(text: str, method: CostingMethod, pool: Pool = "sku") -> None:
    """Every cost that the table gives is the cost that costing gives."""
    assert_costs_under(text, CostingPolicy(method, pool))


def assert_costs_under(text: str, policy: CostingPolicy) -> None:
    """The same under any policy; a second number behind the arrow is what the move adds to COGS."""
    moves, expected = read_table(text)
    valued = value_moves(frame_of(moves), policy)
    found = {
        move_id: amounts for move_id, *amounts in valued.select("move_id", "cost_amount", "cogs_amount").iter_rows()
    }
    shown = {
        move_id: " ".join(str(amount) for amount in found[move_id][: len(numbers.split())])
        for move_id, numbers in expected.items()
    }
    assert shown == {move_id: " ".join(numbers.split()) for move_id, numbers in expected.items()}
