"""Which month books what, by definition: every month values everything again, and books what is new."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from schemas.policies import CostingPolicy
from tests.transforms.costing.naive import INFLOWS, Move
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import value_moves
from transforms.costing.booking.booked_periods import booking_shifts
from transforms.costing.standard.rows import own_rows

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


def month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


Since = tuple[date, bool]
"""The month from which a move counts, and whether it came late in it."""


def counted_from(moves: list[Move], policy: CostingPolicy) -> dict[str, Since]:
    """From when each move counts."""
    by_id = {move.move_id: move for move in moves}
    if policy.late_cost == "restate":
        named = {m.move_id: m.source_move_id for m in moves if m.kind in CHARGES and m.source_move_id}
        return {m.move_id: (month(by_id[named.get(m.move_id, m.move_id)].moved_on), False) for m in moves}
    since = {move.move_id: (month(known(move)), comes_late(move, by_id, policy)) for move in moves}
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
            since[move.move_id] = max([since[move.move_id], *(since[m.move_id] for m in sent)])
    for move in moves:
        if move.source_move_id and move.kind in CHARGES | RETURNS:
            own = since[move.move_id]
            if move.kind in CHARGES:
                own = (max(own[0], month(by_id[move.source_move_id].moved_on)), own[1])
            since[move.move_id] = max(own, since[move.source_move_id])
    return since


def known(move: Move) -> date:
    return max(move.moved_on, move.known_on or move.moved_on)


def comes_late(move: Move, by_id: dict[str, Move], policy: CostingPolicy) -> bool:
    """A charge that was known after its receipt, or a row that was entered in a later month than its own."""
    if move.kind in CHARGES and move.source_move_id:
        own, source = known(move), known(by_id[move.source_move_id])
        return month(own) > month(source) if policy.method == "periodic_average" else own > source
    return month(known(move)) > month(move.moved_on)


def book_by_definition(
    moves: list[Move], policy: CostingPolicy, standard_costs: pl.DataFrame | None = None
) -> dict[tuple[date, str], Booked]:
    """What every month books of every move: the value as known at its end, less what earlier months booked.

    Of what was provisional, the true-up is what the month's own moves change, and late cost what its late facts add.
    """
    since = counted_from(moves, policy)
    kinds = {move.move_id: move.kind for move in moves}
    months = [min([*(first for first, _ in since.values()), *(month(move.moved_on) for move in moves)])]
    while months[-1] < max(first for first, _ in since.values()):
        months.append(month(month_end(months[-1]) + timedelta(days=1)))
    horizon = max(max(move.moved_on, move.known_on or move.moved_on) for move in moves)
    booked: dict[tuple[date, str], Booked] = {}
    so_far: defaultdict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    was_provisional: dict[str, bool] = {}
    for period in months:
        until = month_end(min(period, horizon))
        found, on_time = (
            value_known([m for m in moves if since[m.move_id] <= (period, late)], policy, standard_costs, until)
            if late or any(was_provisional.values())
            else {}
            for late in (True, False)
        )
        for move_id in {*found, *so_far}:
            cost, cogs, provisional = found.get(move_id, (Decimal(0), Decimal(0), False))
            new = Booked(cost - so_far[move_id][0], cogs - so_far[move_id][1])
            if was_provisional.get(move_id):
                new.true_up = new.cogs
                if move_id in on_time and not (on_time[move_id][2] and not provisional):
                    new.true_up = on_time[move_id][1] - so_far[move_id][1]
                new.late = new.cogs - new.true_up
            elif move_id in was_provisional or kinds.get(move_id) in CHARGES:
                new.late = new.cogs
            if new != Booked():
                booked[period, move_id] = new
            so_far[move_id], was_provisional[move_id] = (cost, cogs), provisional
    return booked


def value_known(
    moves: list[Move], policy: CostingPolicy, standard_costs: pl.DataFrame | None, until: date
) -> dict[str, tuple[Decimal, Decimal, bool]]:
    """Cost and COGS of each move, and whether it is provisional."""
    valued = value_moves(frame_of(moves), policy, standard_costs, until=until)
    rows = valued.select("move_id", "cost_amount", "cogs_amount", "is_provisional").iter_rows()
    return {move_id: (cost, cogs, provisional) for move_id, cost, cogs, provisional in rows}


def book_by_engine(
    moves: list[Move], policy: CostingPolicy, standard_costs: pl.DataFrame | None = None
) -> dict[tuple[date, str], Booked]:
    """What every month books of every move: its final cost in its own month, and the shifts."""
    frame = frame_of(moves)
    valued = value_moves(frame, policy, standard_costs)
    moved_on = pl.concat([frame, own_rows(frame, valued)])["moved_on"]
    found: defaultdict[tuple[date, str], Booked] = defaultdict(Booked)
    rows = valued.select("move_id", moved_on, "cost_amount", "cogs_amount")
    for move_id, day, cost, cogs in rows.iter_rows():
        found[month(day), move_id] = Booked(cost, cogs)
    for row, period, *amounts in booking_shifts(frame, valued, policy, standard_costs).iter_rows():
        cost, cogs, true_up, late = (Decimal(cents) / 100 for cents in amounts)
        own = found[period, valued["move_id"][row]]
        own.cost, own.cogs = own.cost + cost, own.cogs + cogs
        own.true_up, own.late = own.true_up + true_up, own.late + late
    return {key: value for key, value in found.items() if value != Booked()}


def show_bookings(table: str, policy: CostingPolicy) -> list[str]:
    """`month move cost`, and behind that what is not nothing of cogs, true-up and late cost; by month and input."""
    moves, _ = read_table(table)
    place = {move.move_id: at for at, move in enumerate(moves)}
    booked = book_by_engine(moves, policy)
    return [
        " ".join(
            [f"{period.month} {move_id} {found.cost:.2f}"]
            + [f"{name} {amount:.2f}" for name, amount in _named(found) if amount]
        )
        for (period, move_id), found in sorted(booked.items(), key=lambda item: (item[0][0], place[item[0][1]]))
    ]


def _named(found: Booked) -> list[tuple[str, Decimal]]:
    return [("cogs", found.cogs), ("true-up", found.true_up), ("late", found.late)]


def assert_bookings(table: str, policy: CostingPolicy, expected: str) -> None:
    """Every booking is in the expected table, and no other."""
    assert show_bookings(table, policy) == [" ".join(line.split()) for line in expected.strip().splitlines()]
