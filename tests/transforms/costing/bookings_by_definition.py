"""Which month books what, by definition: every month values everything again, and books what is new."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.policies import CostingPolicy
from tests.transforms.costing.naive import INFLOWS, Move
from tests.transforms.costing.tables import frame_of
from transforms.costing import value_moves

CHARGES = {"landed_cost", "revaluation"}
RETURNS = {"sale_return", "purchase_return"}


@dataclass
class Booked:
    """What a month books of a move."""

    cost: Decimal = Decimal(0)
    cogs: Decimal = Decimal(0)
    true_up: Decimal = Decimal(0)
    late: Decimal = Decimal(0)


def month(day: date) -> date:
    return day.replace(day=1)


def counted_from(moves: list[Move], late_cost: str) -> dict[str, date]:
    """The month from which each move counts."""
    by_id = {move.move_id: move for move in moves}
    if late_cost == "restate":
        named = {m.move_id: m.source_move_id for m in moves if m.kind in CHARGES and m.source_move_id}
        return {m.move_id: month(by_id[named.get(m.move_id, m.move_id)].moved_on) for m in moves}
    since = {move.move_id: max(month(move.moved_on), month(move.known_on or move.moved_on)) for move in moves}
    for move in moves:
        if move.document_id and move.kind in INFLOWS:
            is_transfer = move.kind == "transfer_in"
            sent = [
                m
                for m in moves
                if m.document_id == move.document_id
                and m.kind == ("transfer_out" if is_transfer else "assembly_out")
                and (not is_transfer or (m.sku, m.lot) == (move.sku, move.lot))
            ]
            since[move.move_id] = max(since[move.move_id], *(since[m.move_id] for m in sent), date.min)
    for move in moves:
        if move.source_move_id and move.kind in CHARGES | RETURNS:
            needed = max(since[move.source_move_id], month(by_id[move.source_move_id].moved_on))
            since[move.move_id] = max(since[move.move_id], needed)
    return since


def book_by_definition(
    moves: list[Move], policy: CostingPolicy, standard_costs: pl.DataFrame | None = None
) -> dict[tuple[date, str], Booked]:
    """What every month books of every move: the value as known at its end, less what earlier months booked."""
    since = counted_from(moves, policy.late_cost)
    kinds = {move.move_id: move.kind for move in moves}
    months = {*since.values(), *(month(move.moved_on) for move in moves)}
    booked: dict[tuple[date, str], Booked] = {}
    so_far: defaultdict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    was_provisional: dict[str, bool] = {}
    for period in sorted(months):
        last_day = date(period.year + period.month // 12, period.month % 12 + 1, 1)
        frame = frame_of(move for move in moves if since[move.move_id] <= period)
        valued = value_moves(frame, policy, standard_costs, until=date.fromordinal(last_day.toordinal() - 1))
        found = {
            move_id: (cost, cogs, provisional)
            for move_id, cost, cogs, provisional in valued.select(
                "move_id", "cost_amount", "cogs_amount", "is_provisional"
            ).iter_rows()
        }
        for move_id in {*found, *so_far}:
            cost, cogs, provisional = found.get(move_id, (Decimal(0), Decimal(0), False))
            new = Booked(cost - so_far[move_id][0], cogs - so_far[move_id][1])
            if move_id in was_provisional:
                new.true_up, new.late = (new.cogs, Decimal(0)) if was_provisional[move_id] else (Decimal(0), new.cogs)
            elif kinds.get(move_id) in CHARGES:
                new.late = new.cogs
            if new != Booked():
                booked[period, move_id] = new
            so_far[move_id], was_provisional[move_id] = (cost, cogs), provisional
    return booked
