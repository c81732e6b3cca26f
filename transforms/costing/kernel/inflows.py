"""What comes in: at its own cost, at the current one, or at the cost with which it left."""

from transforms.costing.kernel.amounts import kept, lasting_unit_cost, late_amount, own_amount, plus, scale
from transforms.costing.kernel.averages import add_value
from transforms.costing.kernel.books import KnownCost, add_out, at_cost, bring, known_cost
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layers import add_layer, append_layer
from transforms.costing.kernel.layout import (
    ACTION_BITS,
    ASKS_AGES,
    BY_AVERAGE,
    COVER_CENTS,
    COVER_ERROR,
    COVER_FRACTION,
    COVER_UNITS,
    DEBT_FIELDS,
    DEBT_LEFT,
    GUESS_CENTS,
    GUESS_ERROR,
    GUESS_FRACTION,
    GUESS_UNITS,
    HAS_LATE,
    HAS_SLOTS,
    IS_RULE_PRICED,
    LAST_CENTS,
    LAST_DEBT,
    LAST_ERROR,
    LAST_FRACTION,
    LAST_UNITS,
    NEXT_DEBT,
    NO_ONE,
    NONE,
    OWED,
    SHORT,
    SLOT_CENTS,
    SLOT_DEBT,
    SLOT_ERROR,
    SLOT_FIELDS,
    SLOT_FRACTION,
    SLOT_LAYER,
    SLOT_MOVE,
    SLOT_UNITS,
    THERE_CENTS,
    THERE_ERROR,
    THERE_FRACTION,
    Record,
    Table,
    Tables,
)
from transforms.costing.kernel.pointers import row
from transforms.costing.kernel.wide import signed
from transforms.costing.loop.linked_moves import RETURN


@compiled
def bring_in(ledger: Tables, pool: Record, move: int) -> None:
    """An inflow at its own cost, else at the current cost of its pool."""
    flags = ledger.flags
    if ledger.own[move] != NONE:
        cents, fraction, error = own_amount(ledger, move)
        take_in_whole(ledger, pool, move, cents, fraction, error, NO_ONE)
        return
    known = known_cost(pool, ledger.standard, move, flags)
    cents, fraction, error = at_cost(known, ledger.units[move], flags)
    take_in_whole(ledger, pool, move, cents, fraction, error, NO_ONE)
    is_known_by_rule = known[3] > 0 and ledger.action[move] & IS_RULE_PRICED != 0
    ledger.is_provisional[move] = 0 if is_known_by_rule else 1
    ledger.provisional[move] = NONE if is_known_by_rule else ledger.cents[move]


@compiled
def give_back(ledger: Tables, pool: Record, move: int, known: KnownCost) -> None:
    """Goods that come back at the cost they left with."""
    cents, fraction, error = at_cost(known, ledger.units[move], ledger.flags)
    take_in_whole(ledger, pool, move, cents, fraction, error, NO_ONE)


@compiled
def cost_so_far(ledger: Tables, slot: int, before: int) -> KnownCost:
    """Cost of an issue and its units, what it still owes at its provisional cost; nothing if it comes later."""
    record = row(ledger.slots, slot * SLOT_FIELDS)
    if record[SLOT_MOVE] < 0 or record[SLOT_MOVE] >= before:
        return 0, 0, 0, 0
    units = record[SLOT_UNITS]
    if record[SLOT_DEBT] < 0:
        return record[SLOT_CENTS], record[SLOT_FRACTION], record[SLOT_ERROR], units
    debt = row(ledger.debts, record[SLOT_DEBT] * DEBT_FIELDS)
    cents, fraction = plus(debt[THERE_CENTS], debt[THERE_FRACTION], debt[COVER_CENTS], debt[COVER_FRACTION])
    guess = (debt[GUESS_CENTS], debt[GUESS_FRACTION], debt[GUESS_ERROR], debt[GUESS_UNITS])
    more_cents, more_fraction, more_error = at_cost(guess, debt[SHORT] - debt[COVER_UNITS], ledger.flags)
    cents, fraction = plus(cents, fraction, more_cents, more_fraction)
    error = debt[THERE_ERROR] + debt[COVER_ERROR] + more_error
    return cents, fraction, kept(cents, error, ledger.flags), units


@compiled
def unit_brought(ledger: Tables, slot: int, before: int) -> KnownCost:
    """Cost of an inflow with all its charges, and its units; nothing if it comes later."""
    record = row(ledger.slots, slot * SLOT_FIELDS)
    if record[SLOT_MOVE] < 0 or record[SLOT_MOVE] >= before:
        return 0, 0, 0, 0
    return record[SLOT_CENTS], record[SLOT_FRACTION], record[SLOT_ERROR], record[SLOT_UNITS]


@compiled
def late_share(ledger: Tables, move: int, units: int) -> tuple[int, int, int]:
    """The part of an inflow's late costs that falls on some of its units."""
    if not ledger.flags[HAS_LATE]:
        return 0, 0, 0
    cents, fraction, error = late_amount(ledger, move)
    return scale(cents, fraction, error, units, ledger.units[move], ledger.flags)


@compiled
def take_in_whole(ledger: Tables, pool: Record, move: int, cents: int, fraction: int, error: int, origin: int) -> None:
    """Bring in a move's units at one cost: cover what is owed, put the rest into stock, and book the cents.

    `origin` is the slot of the receipt whose layer a transfer brings, else -1.
    """
    units = ledger.units[move]
    ledger.cents[move] = bring(pool, cents, fraction, error, ledger.flags)
    if ledger.flags[HAS_LATE]:
        late_cents, late_fraction, _ = late_share(ledger, move, units)
        cents, fraction = plus(cents, fraction, late_cents, late_fraction)
    slot = begin_inflow(ledger, move)
    unit = take_in_piece(
        pool, ledger.layers, ledger.debts, ledger.slots, slot, origin, units, cents, fraction, error, ledger.flags
    )
    end_inflow(ledger, slot, move, cents, fraction, error)
    ledger.unit_millionths[move] = unit


@compiled
def slot_of(ledger: Tables, move: int) -> int:
    """The slot of a move that others name, or of the move that it names; -1 where there is none."""
    return signed(ledger.slot[move]) if ledger.flags[HAS_SLOTS] else -1


@compiled
def begin_inflow(ledger: Tables, move: int) -> int:
    """The slot of an inflow that others name, without layers yet; -1 where none does.

    The slot of a return is that of its sale, which other returns will ask.
    """
    slot = slot_of(ledger, move)
    if signed(ledger.action[move]) & ACTION_BITS == RETURN:
        return -1
    if slot >= 0:
        ledger.slots[slot * SLOT_FIELDS + SLOT_LAYER] = -1
    return slot


@compiled
def end_inflow(ledger: Tables, slot: int, move: int, cents: int, fraction: int, error: int) -> None:
    """Keep what an inflow has cost with its charges, for those who name it."""
    if slot >= 0:
        record = row(ledger.slots, slot * SLOT_FIELDS)
        record[SLOT_MOVE], record[SLOT_UNITS], record[SLOT_DEBT] = move, ledger.units[move], -1
        record[SLOT_CENTS], record[SLOT_FRACTION], record[SLOT_ERROR] = cents, fraction, error


@compiled
def take_in_piece(
    pool: Record, layers: Table, debts: Table, slots: Table, slot: int, origin: int, units: int,
    cents: int, fraction: int, error: int, flags: Table,
) -> int:  # fmt: skip
    """Units of one cost: cover what is owed, put the rest into stock; their unit cost in millionths."""
    unit = lasting_unit_cost(cents, fraction, error, units, flags)
    left, left_cents, left_fraction, left_error = units, cents, fraction, error
    if pool[OWED] >= 0:
        left = cover(pool, debts, units, cents, fraction, error, flags)
        left_cents, left_fraction, left_error = scale(cents, fraction, error, left, units, flags)
    if left == 0:
        pool[LAST_CENTS], pool[LAST_FRACTION], pool[LAST_ERROR], pool[LAST_UNITS] = cents, fraction, error, units
    elif flags[BY_AVERAGE]:
        add_out(pool, left_cents, left_fraction, left_error, flags)
        add_value(pool, left, left_cents, left_fraction, left_error, flags)
        if flags[ASKS_AGES]:
            append_layer(pool, layers, slots, slot, slot, left, flags)
    else:
        pool[LAST_CENTS], pool[LAST_FRACTION], pool[LAST_ERROR], pool[LAST_UNITS] = cents, fraction, error, units
        origin = slot if origin < 0 else origin
        add_layer(pool, layers, slots, slot, origin, left, left_cents, left_fraction, left_error, unit, flags)
    return unit


@compiled
def cover(pool: Record, debts: Table, units: int, cents: int, fraction: int, error: int, flags: Table) -> int:
    """Give units of an inflow to the issues that wait for them, oldest first; the units that are left over."""
    left = units
    while pool[OWED] >= 0 and left:
        debt = row(debts, pool[OWED] * DEBT_FIELDS)
        given = min(debt[DEBT_LEFT], left)
        more_cents, more_fraction, more_error = scale(cents, fraction, error, given, units, flags)
        debt[COVER_UNITS] += given
        debt[COVER_CENTS], debt[COVER_FRACTION] = plus(
            debt[COVER_CENTS], debt[COVER_FRACTION], more_cents, more_fraction
        )
        debt[COVER_ERROR] += more_error
        kept(debt[COVER_CENTS], debt[COVER_ERROR], flags)
        debt[DEBT_LEFT] -= given
        left -= given
        if debt[DEBT_LEFT] == 0:
            # behind the last one stand debts of the pass before, which are not owed yet
            pool[OWED] = -1 if pool[OWED] == pool[LAST_DEBT] else debt[NEXT_DEBT]
    return left
