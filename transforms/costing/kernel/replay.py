"""Settles single pools again by the exact loop, with what documents brought them as the kernel left it.

A pool with a rounding in doubt needs no other one to be certain: what comes in over documents are whole cents, given
here by a pool of its own for each piece. Only a return from another pool asks for more than cents, so the pool of its
sale is settled with it. If the exact loop hands over the same cents as the kernel, everything else stands.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.policies import CostingPolicy
from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.kernel.frames import Columns
from transforms.costing.kernel.layout import (
    ACTION_BITS,
    CUT,
    CUT_AT_GUESS,
    DEBT_MOVE,
    DEBT_POOL,
    DEBTS_USED,
    DOCUMENT_CENTS,
    DOCUMENT_HEAD,
    FIRST_PIECE,
    FOLLOWING,
    HAS_OUTFLOWS,
    IS_HANDED_OVER,
    IS_MADE,
    LINK_MOVE,
    LINK_POOL,
    NOT_CUT,
    PIECES,
    PREVIOUS,
    TELL,
    Ledger,
)
from transforms.costing.loop.documents import HandedOver
from transforms.costing.loop.exact_moves import link_moves, to_frame
from transforms.costing.loop.linked_moves import ABSORB, BRING, HAND_OVER, ISSUE_LAYER, RECEIVE, LinkedMoves
from transforms.costing.loop.pool_books import to_cents
from transforms.costing.loop.pool_states import NO_LAYER, AveragedStock, Cost, LayeredStock, Piece, Stock
from transforms.costing.loop.settlement import Settlement, settle_until_stable

Cents = tuple[int, int, int]
"""Units with the cents they carry, and the slot of the receipt whose layer they are part of, or -1."""


@dataclass(frozen=True)
class Given:
    """What the kernel says of the documents of some moves, by their position."""

    brought: dict[int, list[Cents]]
    """Pieces of each move that came out of a document into which something had left."""
    handed: dict[int, list[Cents]]
    """Pieces of each move that left into a document."""
    cut_at_guess: set[int]
    """Moves that hand on their provisional cost, because a circle was cut there."""


def pools_to_replay(columns: Columns, doubtful: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pools in doubt, and those whose sales come back in them."""
    tellers = columns.moves.filter(pl.col("action") == TELL).select("pool", "told_to")
    asking = tellers.join(columns.moves.select(told_to="row", asks="pool"), on="told_to", how="inner")
    names = columns.moves["pool"].gather(columns.starts[:-1])
    found = set(names.gather(doubtful).to_list())
    while more := set(asking.filter(pl.col("asks").is_in(list(found)))["pool"].to_list()) - found:
        found |= more
    return np.flatnonzero(names.is_in(list(found)).to_numpy())


@dataclass(frozen=True)
class StandingMoves:
    """Moves of some pools that need no others: what documents bring them, other moves hand over."""

    moves: LinkedMoves
    places: list[int]
    """Where each move stands among them."""
    origins: dict[int, int]
    """Moves that bring a part of a layer, with what stands for its receipt (as in `moves.source`)."""


class ExactPools:
    """Some pools, ready for the exact loop."""

    def __init__(self, columns: Columns, pools: NDArray[np.int64], policy: CostingPolicy) -> None:
        """Take their moves.

        Args:
            columns: the moves of the kernel.
            pools: numbers of the pools (`pools_to_replay`).
            policy: method and pool.
        """
        names = columns.moves["pool"].gather(columns.starts[pools])
        chosen = columns.moves.filter(pl.col("pool").is_in(names.implode()) & (pl.col("action") != TELL))
        self._rows = columns.with_names(chosen.sort("move_order"))
        self._at = self._rows["at"].to_list()
        self._place_of = {at: place for place, at in enumerate(self._at)}
        self._pools = pools
        self._slot_at = dict(columns.sources.select("slot", "at").iter_rows()) if columns.sources.height else {}
        linked = link_moves(self._rows, policy, None)
        source = [_stand_for(*names) for names in zip(linked.action, linked.source, self._rows["slot"], strict=True)]
        self._moves = replace(linked, source=source, standard_cost=self._rows["standard_cost"].to_list())
        self._policy = policy
        self._asks_ages = policy.share_by == "layer" and ABSORB in self._moves.action

    def replay(self, ledger: Ledger) -> tuple[pl.DataFrame, NDArray[np.int64]]:
        """Settle them until nothing changes, with what documents brought them in the end.

        Args:
            ledger: the kernel's tables at the end.

        Returns:
            What the moves have cost, as the door gives it, and positions of moves into documents for which the kernel
            handed over other cents: nonempty where one of its guesses was wrong.

        Raises:
            MoveProblems: contradictions that only the exact loop could tell.
        """
        given = _given(ledger, self._pools)
        standing = with_given_documents(self._moves, self._at, given, self._slot_at)
        cut = self._cut(given, standing.places)
        settlement = settle_until_stable(lambda known, _: self._settlement(standing, known, cut))
        return self._found(settlement, standing.places), self._handed_otherwise(settlement, standing.places, given)

    def follow(self, ledger: Ledger, known: dict[int, Piece]) -> "FollowedPass":
        """Settle them once, with what documents brought them in one pass.

        Args:
            ledger: the kernel's tables after a pass.
            known: what covered owed units in the pass before (`FollowedPass.covered`).
        """
        given = _given(ledger, self._pools)
        standing = with_given_documents(self._moves, self._at, given, self._slot_at)
        places = standing.places
        settlement = self._settlement(
            standing, {places[move]: piece for move, piece in known.items()}, self._cut(given, places)
        )
        settlement.run()
        move_at = {place: move for move, place in enumerate(places)}
        return FollowedPass(
            covered={move_at[place]: piece for place, piece in settlement.covered.items()},
            found=self._found(settlement, places),
            is_same=not settlement.problems and not len(self._handed_otherwise(settlement, places, given)),
        )

    def _settlement(self, standing: StandingMoves, known: dict[int, Piece], cut: dict[int, Cost | None]) -> Settlement:
        return Settlement(standing.moves, self._new_stock, self._policy.share_by, known, cut, standing.origins)

    def _new_stock(self) -> Stock:
        if self._policy.has_layers:
            return LayeredStock()
        return AveragedStock(ages=LayeredStock() if self._asks_ages else None)

    def _cut(self, given: Given, places: list[int]) -> dict[int, Cost | None]:
        """Moves that hand on their provisional cost, by their place."""
        return dict.fromkeys(places[self._place_of[at]] for at in given.cut_at_guess)

    def _found(self, settlement: Settlement, places: list[int]) -> pl.DataFrame:
        found = to_frame(pl.Series(range(len(settlement.moves.action))), settlement.settled)[places]
        return found.with_columns(row=self._rows["row"])

    def _handed_otherwise(self, settlement: Settlement, places: list[int], given: Given) -> NDArray[np.int64]:
        """Positions of moves into documents for which the kernel handed over other cents."""
        document, documents = settlement.moves.document, settlement.documents
        # whose layer a piece is follows from the units: that is certain
        wrong = [
            at for at, pieces in given.handed.items()
            if [piece[:2] for piece in documents[document[places[self._place_of[at]]]].pieces]
            != [piece[:2] for piece in pieces]
        ]  # fmt: skip
        return np.array(wrong, dtype=np.int64)


@dataclass(frozen=True)
class FollowedPass:
    """What one pass of the exact loop over some pools has found."""

    covered: dict[int, Piece]
    """Units and exact cost of what covers each owed issue, by its place among the moves."""
    found: pl.DataFrame
    """What the moves cost, as the door gives it."""
    is_same: bool
    """Whether it handed over the cents that the kernel handed over in that pass."""


def _given(ledger: Ledger, pools: NDArray[np.int64]) -> Given:
    """What the documents of some pools brought them, and what they took."""
    brought, handed = {}, {}
    for link in np.flatnonzero(np.isin(ledger.links[:, LINK_POOL], pools)):
        record = ledger.links[link]
        move, previous = int(record[LINK_MOVE]), record[PREVIOUS]
        action = int(ledger.action[move]) & ACTION_BITS
        if action == HAND_OVER:
            pieces = ledger.pieces[record[FIRST_PIECE] : record[FIRST_PIECE] + record[PIECES]]
            handed[move] = [(int(units), int(cents), int(origin)) for units, cents, origin in pieces]
        elif action == RECEIVE and previous >= 0 and ledger.links[previous, HAS_OUTFLOWS]:
            brought[move] = _pieces(ledger, int(link))
    debts = ledger.debts[: ledger.flags[DEBTS_USED]]
    cut = debts[(debts[:, CUT] == CUT_AT_GUESS) & np.isin(debts[:, DEBT_POOL], pools), DEBT_MOVE]
    return Given(brought, handed, {int(move) for move in cut})


def _pieces(ledger: Ledger, link: int) -> list[Cents]:
    """What a move of a document brought in: for an assembly its cents, for a transfer each piece as it left."""
    move = int(ledger.links[link, LINK_MOVE])
    units = int(ledger.units[move])
    if ledger.action[move] & IS_MADE:
        before = ledger.links[ledger.links[link, PREVIOUS], DOCUMENT_CENTS]
        return [(units, int(before - ledger.links[link, DOCUMENT_CENTS]), NO_LAYER)]
    document, at = HandedOver(), int(ledger.links[link, DOCUMENT_HEAD])
    while at != link:
        record = ledger.links[at]
        if int(ledger.action[record[LINK_MOVE]]) & ACTION_BITS == HAND_OVER:
            for piece in ledger.pieces[record[FIRST_PIECE] : record[FIRST_PIECE] + record[PIECES]]:
                given, cents, origin = (int(value) for value in piece)
                document.hand_over(given, cents, -1, origin)
        else:
            document.carry(int(ledger.units[record[LINK_MOVE]]))
        at = int(record[FOLLOWING])
    return document.carry(units)


def _stand_for(action: int, source: int, slot: int | None) -> int:
    """What a move names: also the receipt of another pool, whose goods may have come here, by a number below zero."""
    return -2 - slot if action == ISSUE_LAYER and source < 0 and slot is not None else source


def with_given_documents(moves: LinkedMoves, at: list[int], given: Given, slot_at: dict[int, int]) -> StandingMoves:
    """Let each move of a document stand alone: before what comes in, moves bring and hand over what it brings.

    Args:
        moves: moves of some pools, in order.
        at: position of each in the kernel.
        given: what documents brought and took.
        slot_at: position in the kernel of the move that has a slot.
    """
    lists: dict[str, list[Any]] = {name.name: [] for name in fields(LinkedMoves)}
    names, places, slots = tuple(lists), list[int](), dict[int, int]()
    new_pool, document = max(moves.pool) + 1, 0
    for move, position in enumerate(at):
        values = {name: getattr(moves, name)[move] for name in names}
        is_in, is_out = values["action"] == RECEIVE, values["action"] == HAND_OVER
        if is_in or is_out:
            document += 1
            values["document"] = document
        if is_in:
            pieces = given.brought.get(position, [])
            if values["is_made"] and values["own_cost"] is not None and pieces:
                pieces = [(values["units"], to_cents(values["own_cost"]), NO_LAYER)]
            values["is_made"] = False
            for units, cents, slot in pieces:
                if slot != NO_LAYER:
                    slots[len(lists["action"])] = slot
                for action, own in ((BRING, cents * COST_OF_ONE_CENT), (HAND_OVER, None)):
                    _append(lists, _bare(values, action, new_pool, units, own, document))
                new_pool += 1
        places.append(len(lists["action"]))
        _append(lists, values)
    after = dict(enumerate(places))
    lists["source"] = [after.get(source, source) for source in lists["source"]]
    place_of = dict(zip(at, places, strict=True))
    origins = {place: place_of.get(slot_at[slot], -2 - slot) for place, slot in slots.items()}
    return StandingMoves(LinkedMoves(**lists), places, origins)


def _bare(values: dict[str, Any], action: int, pool: int, units: int, own: int | None, document: int) -> dict[str, Any]:
    """A move that only brings, or hands over, a piece."""
    bare = {"action": action, "pool": pool, "units": units, "own_cost": own, "late_cost": 0, "source": -1}
    return {**values, **bare, "document": document if action == HAND_OVER else -1}


def _append(lists: dict[str, list[Any]], values: dict[str, Any]) -> None:
    """Add one move."""
    for name, value in values.items():
        lists[name].append(value)


def is_cut_at_cost(ledger: Ledger) -> NDArray[np.int64]:
    """Moves that hand on what a circle has come to: a cost that only the kernel's passes know."""
    debts = ledger.debts[: ledger.flags[DEBTS_USED]]
    moves: NDArray[np.int64] = debts[(debts[:, CUT] != NOT_CUT) & (debts[:, CUT] != CUT_AT_GUESS), DEBT_MOVE]
    return moves


def handed_over_in_debt(ledger: Ledger) -> NDArray[np.int64]:
    """Moves into documents of units that were not there yet."""
    debts = ledger.debts[: ledger.flags[DEBTS_USED]]
    moves: NDArray[np.int64] = debts[debts[:, IS_HANDED_OVER] != 0, DEBT_MOVE]
    return moves
