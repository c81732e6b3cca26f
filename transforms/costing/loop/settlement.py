"""The loop that settles moves which depend on each other, one after the other in their order.

What a transfer or an assembly hands over are whole cents, so that what comes in is to the cent what went out. Units
that leave before they are there are owed: inflows cover them, oldest first, and the issue's cost is what covered
it. Because that is known only later, the loop runs again with what it has learned until nothing changes: once where
no stock is short.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import partial

from schemas.policies import ProspectiveShare
from schemas.problems import Problem
from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.loop.circles import Circles
from transforms.costing.loop.documents import Cents, HandedOver, weigh_outputs
from transforms.costing.loop.linked_moves import (
    ABSORB,
    BRING,
    CHARGE,
    HAND_OVER,
    ISSUE,
    ISSUE_LAYER,
    RECEIVE,
    RETURN,
    REVALUE,
    LinkedMoves,
    SettledMoves,
)
from transforms.costing.loop.pool_books import PoolBook, divide, to_cents
from transforms.costing.loop.pool_states import (
    NO_LAYER,
    AveragedStock,
    Cost,
    LayeredStock,
    Piece,
    Stock,
    Taken,
    divide_cost,
    shorten,
)
from transforms.costing.problems import MoveProblems, contradiction, gather_problems


def settle_moves(moves: LinkedMoves, by_average: bool, share_by: ProspectiveShare = "layer") -> SettledMoves:
    """Cost every move.

    Args:
        moves: in order, over all pools.
        by_average: weighted average instead of FIFO.
        share_by: how much of its receipt a charge that comes later (ABSORB) finds on hand.

    Returns:
        Signed cents, unit costs and what is provisional.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    asks_ages = by_average and share_by == "layer" and ABSORB in moves.action
    new_stock = partial(_new_average, asks_ages) if by_average else LayeredStock
    return settle_until_stable(lambda known, cut: Settlement(moves, new_stock, share_by, known, cut)).settled


def settle_until_stable(begin: Callable[[dict[int, Piece], dict[int, Cost | None]], "Settlement"]) -> "Settlement":
    """Settle again with what was learned about units that were owed, until nothing changes.

    Args:
        begin: makes a settlement that has not run, from what covered each owed issue and where circles were cut.

    Returns:
        The last settlement, which has run.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    known: dict[int, Piece] = {}
    circles = Circles()
    while True:
        settlement = begin(known, circles.cut)
        settlement.run()
        if settlement.problems:
            raise MoveProblems(gather_problems(settlement.problems))
        if settlement.covered == known:
            return settlement
        action = settlement.moves.action
        handing_over = {move: piece for move, piece in settlement.covered.items() if action[move] == HAND_OVER}
        if circles.watch(handing_over, known):
            settlement.correct(known)
            return settlement
        known = settlement.covered


def _new_average(asks_ages: bool) -> AveragedStock:
    """An empty pool at average cost."""
    return AveragedStock(ages=LayeredStock() if asks_ages else None)


class Settlement:
    """One pass over the moves, with what earlier passes learned about the units that were owed."""

    def __init__(
        self,
        moves: LinkedMoves,
        new_stock: Callable[[], Stock],
        share_by: ProspectiveShare,
        known: dict[int, Piece],
        cut: dict[int, Cost | None],
        origins: Mapping[int, int] | None = None,
    ) -> None:
        self.moves = moves
        self.origins = origins or {}
        """Inflows that bring layers of others: what stands for the receipt, as in `moves.source`."""
        self.share_by = share_by
        self.known = known
        self.cut = cut
        self.covered: dict[int, Piece] = {}
        self.problems: list[Problem] = []
        self.books: defaultdict[int, PoolBook] = defaultdict(lambda: PoolBook(new_stock()))
        self.documents: defaultdict[int, HandedOver] = defaultdict(HandedOver)
        self.weights = weigh_outputs(moves.document, moves.units, moves.own_cost, moves.cost_share, moves.is_made)
        self.exact_cost: dict[int, Cost] = {}
        self.unit_brought: dict[int, Cost] = {}
        self.debts: dict[int, tuple[Cost, int, Cost]] = {}
        size = len(moves.action)
        self.settled = SettledMoves([0] * size, [None] * size, [None] * size, [False] * size, [0] * size)

    def run(self) -> None:
        """Settle the moves one after the other."""
        self.settle(range(len(self.moves.action)))
        self.find_leftovers()

    def settle(self, moves: Iterable[int]) -> None:
        """Settle some of the moves, in the order in which they are given."""
        actions: dict[int, Callable[[int], None]] = {
            BRING: self._bring,
            RETURN: self._return,
            RECEIVE: self._receive,
            ISSUE: self._sell,
            ISSUE_LAYER: self._sell,
            HAND_OVER: self._hand_over,
            CHARGE: self._charge,
            REVALUE: self._revalue,
            ABSORB: self._absorb,
        }
        action, units = self.moves.action, self.moves.units
        for move in moves:
            if units[move] or action[move] in (CHARGE, REVALUE, ABSORB):
                actions[action[move]](move)

    def correct(self, known: dict[int, Piece]) -> None:
        """Let issues that were owed cost what covered them, where this pass took something else for it."""
        for move, (_, cost) in self.covered.items():
            _, taken = known.get(move, (0, 0))
            self.settled.cents[move] -= self.books[self.moves.pool[move]].issue(cost - taken)

    def find_leftovers(self) -> None:
        """Report assemblies of which a component leaves after everything was made."""
        self.problems += [
            self._problem(document.last_move, "components leave after the last product of their assembly has come in")
            for document in self.documents.values()
            if document.has_leftover
        ]

    def _bring(self, move: int) -> None:
        """An inflow at its own cost, else at the current cost of its pool."""
        moves, own = self.moves, self.moves.own_cost[move]
        if own is not None:
            self._take_in(move, [(moves.units[move], own, self.origins.get(move, NO_LAYER))])
            return
        unit = self._known_unit_cost(move)
        self.settled.is_provisional[move] = unit is None or not moves.is_rule_priced[move]
        self._take_in(move, [(moves.units[move], shorten(Fraction(unit or 0) * moves.units[move]), NO_LAYER)])
        if self.settled.is_provisional[move]:
            self.settled.provisional_cents[move] = self.settled.cents[move]

    def _return(self, move: int) -> None:
        """Goods that come back at the cost they left with, as it is known when they come back."""
        sale = self.moves.source[move]
        unit = Fraction(self._cost_so_far(sale)) / max(self.moves.units[sale], 1)
        self._take_in(move, [(self.moves.units[move], shorten(unit * self.moves.units[move]), NO_LAYER)])

    def _cost_so_far(self, issue: int) -> Cost:
        """Cost of an issue, what it still owes at its provisional cost."""
        if issue not in self.debts:
            return self.exact_cost.get(issue, 0)
        cost_there, short, unit = self.debts[issue]
        covered_units, covered_cost = self.covered.get(issue, (0, 0))
        return cost_there + covered_cost + unit * (short - covered_units)

    def _receive(self, move: int) -> None:
        """Goods that another move handed over."""
        moves, document = self.moves, self.documents[self.moves.document[move]]
        if not document.has_outflows and (moves.own_cost[move] is not None or not moves.is_made[move]):
            self._bring(move)
            return
        pieces = self._made(move, document) if moves.is_made[move] else document.carry(moves.units[move])
        if sum(units for units, *_ in pieces) < moves.units[move]:
            made, moved = "an assembly comes in before its components leave", "a transfer brings in more than has left"
            self.problems.append(self._problem(move, made if moves.is_made[move] else moved))
            return
        self._take_in(move, [(units, cents * COST_OF_ONE_CENT, origin) for units, cents, origin in pieces])

    def _made(self, move: int, document: HandedOver) -> list[Cents]:
        """What an assembly's product takes of its components' cents; a by-product keeps its own cost (IAS 2.14)."""
        own, units = self.moves.own_cost[move], self.moves.units[move]
        if not document.has_outflows:
            return []
        cents = document.split_off(self.weights[move]) if own is None else document.keep_own(to_cents(own))
        return [(units, cents, NO_LAYER)]

    def _take_in(self, move: int, pieces: list[Taken]) -> None:
        """Cover what is owed, put the rest into stock, and book the cents."""
        book, late, units = self.books[self.moves.pool[move]], self.moves.late_cost[move], self.moves.units[move]
        self.settled.cents[move] = book.bring(sum((cost for _, cost, _ in pieces), start=0))
        total: Cost = 0
        for piece_units, piece_cost, origin in pieces:
            cost = shorten(piece_cost + Fraction(late * piece_units, units)) if late else piece_cost
            total += cost
            left, left_cost = self._cover(book, piece_units, cost)
            if left:
                book.stock.add(left, left_cost, move, move if origin == NO_LAYER else origin)
            else:
                book.stock.last_unit = divide_cost(cost, piece_units)
        self.unit_brought[move] = divide_cost(total, units)
        self.settled.unit_millionths[move] = divide(total.numerator, total.denominator * units)

    def _cover(self, book: PoolBook, units: int, cost: Cost) -> Piece:
        """Give units of an inflow to the issues that wait for them; what is left over."""
        while book.owed and units:
            issue, owed = book.owed[0]
            given = min(owed, units)
            given_cost = shorten(Fraction(cost) * given / units)
            had_units, had_cost = self.covered.get(issue, (0, 0))
            self.covered[issue] = had_units + given, shorten(had_cost + given_cost)
            units, cost = units - given, shorten(cost - given_cost)
            book.owed[0][1] -= given
            if not book.owed[0][1]:
                book.owed.popleft()
        return units, cost

    def _sell(self, move: int) -> None:
        """An outflow that leaves the ledger."""
        self._issue(move)

    def _issue(self, move: int) -> list[Taken]:
        """An outflow; units that are not there cost what will cover them, as far as that is known."""
        moves, book = self.moves, self.books[self.moves.pool[move]]
        there = min(moves.units[move], book.stock.on_hand)
        pieces = self._take_own(move, book, there) if moves.action[move] == ISSUE_LAYER else book.stock.take(there)
        short = moves.units[move] - there
        if short:
            pieces += self._owe(move, book, short, sum((cost for _, cost, _ in pieces), start=0))
        cost: Cost = shorten(sum((cost for _, cost, _ in pieces), start=0))
        self.exact_cost[move] = cost
        self.settled.cents[move] = -book.issue(cost)
        self.settled.unit_millionths[move] = divide(cost.numerator, cost.denominator * moves.units[move])
        return pieces

    def _take_own(self, move: int, book: PoolBook, units: int) -> list[Taken]:
        """Units that go back to where they came from, out of their own layer or at their own cost."""
        source = self.moves.source[move]
        return book.stock.take_from(source, units, self.unit_brought.get(source, book.unit_cost() or 0))

    def _owe(self, move: int, book: PoolBook, short: int, cost_there: Cost) -> list[Taken]:
        """Units that leave before they are there: provisional at the last known cost, final when they are covered."""
        unit = self._known_unit_cost(move) or 0
        covered_units, covered_cost = self.known.get(move, (0, 0))
        uncovered = short - covered_units
        provisional = shorten(cost_there + Fraction(unit) * short)
        self.settled.provisional_cents[move] = to_cents(book.issued) - to_cents(book.issued + provisional)
        self.settled.is_provisional[move] = uncovered > 0
        book.owed.append([move, short])
        self.debts[move] = cost_there, short, unit
        pieces = [(covered_units, covered_cost), (uncovered, shorten(Fraction(unit) * uncovered))]
        return [(units, cost, NO_LAYER) for units, cost in pieces if units]

    def _hand_over(self, move: int) -> None:
        """An outflow whose cents go to a document, piece by piece."""
        book = self.books[self.moves.pool[move]]
        issued, before = book.issued, to_cents(book.issued)
        document = self.documents[self.moves.document[move]]
        pieces = self._issue(move)
        _, short, unit = self.debts.get(move, (0, 0, 0))
        there = self.moves.units[move] - (short if move in self.cut else 0)
        for units, cost, origin in pieces:
            if there <= 0:
                break
            issued += cost
            document.hand_over(units, to_cents(issued) - before, move, origin)
            before, there = to_cents(issued), there - units
        if move in self.cut:
            document.hand_over(short, to_cents(self._cut_cost(move, short, unit)), move, NO_LAYER)

    def _cut_cost(self, move: int, short: int, unit: Cost) -> Cost:
        """What units that were owed hand on where a circle was cut."""
        come_to = self.cut[move]
        covered = 0 if come_to is None else self.known[move][0]
        return (come_to or 0) + unit * (short - covered)

    def _charge(self, move: int) -> None:
        """The value that a landed cost or a revaluation adds to its receipt, which has it in its layer already."""
        self.settled.cents[move] = self.books[self.moves.pool[move]].bring(self.moves.own_cost[move] or 0)

    def _revalue(self, move: int) -> None:
        """Set a whole pool to a unit cost, or add an amount to it."""
        moves, book = self.moves, self.books[self.moves.pool[move]]
        stock, unit = book.stock, moves.unit_cost[move]
        if not stock.on_hand:
            self.problems.append(self._problem(move, "a revaluation finds nothing on hand"))
            return
        before, added = stock.value, moves.own_cost[move]
        if added is None:
            stock.set_unit_cost(unit or 0)
        elif before + added < 0:
            self.problems.append(self._problem(move, "a revaluation takes more than the stock is worth"))
            return
        else:
            stock.revalue(before + added)
        self.settled.cents[move] = book.bring(shorten(Fraction(stock.value - before)))

    def _absorb(self, move: int) -> None:
        """A charge that finds part of its receipt gone: what is left takes its share, the rest is expensed at once.

        What a transfer inside its pool brought has no layer of its own: as many units as are on hand take their share.
        """
        moves, book = self.moves, self.books[self.moves.pool[move]]
        source, received, charge = moves.source[move], moves.source_units[move], moves.own_cost[move] or 0
        by_layer = self.share_by == "layer" and source >= 0
        left = book.stock.count_left(source) if by_layer else min(book.stock.on_hand, received)
        taken = book.stock.absorb(shorten(Fraction(charge * left, received)), source) if left else 0
        self.settled.cents[move] = book.bring(taken)
        self.settled.expensed_cents[move] = book.charge(charge) - self.settled.cents[move]

    def _known_unit_cost(self, move: int) -> Cost | None:
        """The ladder: current cost, last known cost, standard cost, none."""
        current = self.books[self.moves.pool[move]].unit_cost()
        return current if current is not None else self.moves.standard_cost[move]

    def _problem(self, move: int, found: str) -> Problem:
        """A contradiction that only the order of moves shows."""
        return contradiction(self.moves.move_id[move], found)
