"""What goes out: from the oldest layers or at the average, from its own layer, or before it is there."""

from transforms.costing.kernel.amounts import is_less, kept, minus, plus, rounded, scale, unit_cost
from transforms.costing.kernel.averages import average_unit, average_value, exact_share, set_value, take_average
from transforms.costing.kernel.books import KnownCost, add_out, at_cost, issue, known_cost, less, total_out
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layers import drop_heads, is_of, take_of
from transforms.costing.kernel.layout import (
    ASKS_AGES,
    AVERAGE_BY,
    AVERAGE_CENTS,
    AVERAGE_ERROR,
    AVERAGE_FRACTION,
    AVERAGE_OVER,
    AVERAGE_UNITS,
    BY_AVERAGE,
    COST_CENTS,
    COST_ERROR,
    COST_FRACTION,
    COVER_CENTS,
    COVER_ERROR,
    COVER_FRACTION,
    COVER_UNITS,
    CUT,
    CUT_AT_COST,
    CUT_CENTS,
    CUT_ERROR,
    CUT_FRACTION,
    DEBT_FIELDS,
    DEBT_LEFT,
    DEBT_MOVE,
    DEBT_POOL,
    DEBTS_USED,
    FIRST_DEBT,
    FIRST_PIECE,
    GUESS_CENTS,
    GUESS_ERROR,
    GUESS_FRACTION,
    GUESS_UNITS,
    GUESTS,
    HAS_SLOTS,
    HEAD,
    IS_HANDED_OVER,
    KNOWN_CENTS,
    KNOWN_ERROR,
    KNOWN_FRACTION,
    KNOWN_UNITS,
    LAST_DEBT,
    LAYER_FIELDS,
    LAYER_ORIGIN,
    LAYER_SLOT,
    LEFT,
    LINK_FIELDS,
    NEXT_DEBT,
    NEXT_LAYER,
    NO_ONE,
    NOT_CUT,
    ON_HAND,
    ONE_MORE,
    OUT_ROUNDED,
    OWED,
    PIECE_COST,
    PIECE_FIELDS,
    PIECE_ORIGIN,
    PIECE_UNITS,
    PIECES,
    SHORT,
    SLOT_CENTS,
    SLOT_DEBT,
    SLOT_ERROR,
    SLOT_FIELDS,
    SLOT_FRACTION,
    SLOT_LAYER,
    SLOT_MOVE,
    SLOT_POOL,
    SLOT_UNITS,
    THERE_CENTS,
    THERE_ERROR,
    THERE_FRACTION,
    UNIT,
    UNITS,
    ZERO,
    Record,
    Table,
    Tables,
)
from transforms.costing.kernel.pointers import row
from transforms.costing.kernel.wide import signed


@compiled
def sell_from_first(ledger: Tables, pool: Record, move: int) -> bool:
    """The usual outflow: out of one layer, for nobody who asks later. False where it is another one."""
    units, head = ledger.units[move], pool[HEAD]
    if head < 0 or (ledger.flags[HAS_SLOTS] and ledger.slot[move] >= 0):
        return False
    layer = row(ledger.layers, head * LAYER_FIELDS)
    if layer[LEFT] < units:
        return False
    ledger.unit_millionths[move] = layer[UNIT]
    take_of(pool, layer, units, ledger.flags)
    if layer[LEFT] == 0:
        drop_heads(pool, ledger.layers, ledger.slots, ledger.flags)
    ledger.cents[move] = -issue(pool, ledger.flags)
    return True


@compiled
def sell_at_average(ledger: Tables, pool: Record, move: int) -> bool:
    """The usual outflow under averages. False where it is another one."""
    units, flags = ledger.units[move], ledger.flags
    if pool[ON_HAND] < units or flags[ASKS_AGES] or (ledger.flags[HAS_SLOTS] and ledger.slot[move] >= 0):
        return False
    ledger.unit_millionths[move] = average_unit(pool, flags)
    take_average(pool, units, flags)
    ledger.cents[move] = -issue(pool, flags)
    return True


@compiled
def sell(ledger: Tables, pool: Record, number: int, move: int, link: int, source: int, told: KnownCost) -> None:
    """Any outflow.

    Args:
        ledger: all tables.
        pool: the record of its pool.
        number: the number of its pool.
        move: the outflow.
        link: its record among the links if it hands over to a document, else -1.
        source: the slot of its receipt if it goes back to it, else -1.
        told: under averages, what the receipt has cost, and its units.
    """
    flags, units = ledger.flags, ledger.units[move]
    before = pool[OUT_ROUNDED]
    there = min(units, pool[ON_HAND])
    if link >= 0:
        ledger.links[link * LINK_FIELDS + PIECES] = 0
    if not flags[BY_AVERAGE]:
        cents, fraction, error = take_layers(ledger, pool, number, there, source, move, link)
    elif source != NO_ONE:
        cents, fraction, error = take_own_average(ledger, pool, number, there, source, move, told)
    else:
        cents, fraction, error = take_any_average(ledger, pool, there, link)
    debt = -1
    if there < units:
        debt = owe(ledger, pool, number, move, units - there, cents, fraction, error, before)
        cents, fraction, error = add_owed(ledger, pool, debt, link, cents, fraction, error)
    issue(pool, flags)
    ledger.cents[move] = before - pool[OUT_ROUNDED]
    ledger.unit_millionths[move] = unit_cost(cents, fraction, error, units, flags)
    if ledger.flags[HAS_SLOTS] and ledger.slot[move] >= 0 and source == NO_ONE:
        record = row(ledger.slots, (signed(ledger.slot[move])) * SLOT_FIELDS)
        record[SLOT_MOVE], record[SLOT_UNITS], record[SLOT_DEBT] = move, units, debt
        record[SLOT_CENTS], record[SLOT_FRACTION], record[SLOT_ERROR] = cents, fraction, error


@compiled
def hand_piece(ledger: Tables, pool: Record, link: int, units: int, origin: int) -> None:
    """Give units and the cents since the last call to the document of an outflow, with the slot of their receipt."""
    record = row(ledger.links, link * LINK_FIELDS)
    piece = row(ledger.pieces, (record[FIRST_PIECE] + record[PIECES]) * PIECE_FIELDS)
    piece[PIECE_UNITS], piece[PIECE_COST], piece[PIECE_ORIGIN] = units, issue(pool, ledger.flags), origin
    record[PIECES] += 1


@compiled
def take_layers(
    ledger: Tables, pool: Record, number: int, units: int, source: int, move: int, link: int
) -> tuple[int, int, int]:
    """Take units out of the layers of one inflow, as far as they are there, then from the front; what they cost."""
    cents, fraction, error = ZERO, ZERO, ZERO
    layers, flags = ledger.layers, ledger.flags
    place = first_of(ledger, pool, number, source, move)
    while place >= 0 and units and may_be_of(pool, layers, place, source):
        layer = row(layers, place * LAYER_FIELDS)
        if layer[LEFT] and is_of(layer, source):
            taken = min(units, layer[LEFT])
            cents, fraction, error = take_piece(ledger, pool, layer, taken, link, cents, fraction, error)
            units -= taken
        place = layer[NEXT_LAYER]
    drop_heads(pool, layers, ledger.slots, flags)
    while units:
        layer = row(layers, pool[HEAD] * LAYER_FIELDS)
        taken = min(units, layer[LEFT])
        cents, fraction, error = take_piece(ledger, pool, layer, taken, link, cents, fraction, error)
        units -= taken
        drop_heads(pool, layers, ledger.slots, flags)
    return cents, fraction, kept(cents, error, flags)


@compiled
def own_layer(ledger: Tables, number: int, source: int, before: int) -> int:
    """The first layer of an inflow that is named, in the same pool; -1 where there is none."""
    if source < 0:
        return -1
    record = row(ledger.slots, source * SLOT_FIELDS)
    if record[SLOT_POOL] != number or record[SLOT_MOVE] < 0 or record[SLOT_MOVE] >= before:
        return -1
    place: int = record[SLOT_LAYER]
    return place


@compiled
def first_of(ledger: Tables, pool: Record, number: int, source: int, before: int) -> int:
    """Where to begin to look for the layers of an inflow; -1 where there are none.

    What stayed where it came in lies together, behind its first layer. Guests can lie anywhere.
    """
    if source >= 0 and pool[GUESTS]:
        head: int = pool[HEAD]
        return head
    return own_layer(ledger, number, source, before)


@compiled
def may_be_of(pool: Record, layers: Table, place: int, source: int) -> bool:
    """Whether to go on looking, from `first_of` on."""
    goes_on: bool = pool[GUESTS] != 0 or layers[place * LAYER_FIELDS + LAYER_SLOT] == source
    return goes_on


@compiled
def take_piece(
    ledger: Tables, pool: Record, layer: Record, units: int, link: int, cents: int, fraction: int, error: int
) -> tuple[int, int, int]:
    """Take units of one layer and add their cost to what was taken already."""
    flags = ledger.flags
    more_cents, more_fraction, more_error = scale(
        layer[COST_CENTS], layer[COST_FRACTION], layer[COST_ERROR], units, layer[UNITS], flags
    )
    take_of(pool, layer, units, flags)
    if link >= 0:
        hand_piece(ledger, pool, link, units, layer[LAYER_ORIGIN])
    cents, fraction = plus(cents, fraction, more_cents, more_fraction)
    return cents, fraction, error + more_error


@compiled
def take_ages(ledger: Tables, pool: Record, number: int, units: int, source: int, move: int) -> None:
    """Take units out of the ages of an averaged pool."""
    layers = ledger.layers
    place = own_layer(ledger, number, source, move)
    while place >= 0 and units and layers[place * LAYER_FIELDS + LAYER_SLOT] == source:
        taken = min(units, layers[place * LAYER_FIELDS + LEFT])
        layers[place * LAYER_FIELDS + LEFT] -= taken
        units -= taken
        place = layers[place * LAYER_FIELDS + NEXT_LAYER]
    drop_heads(pool, layers, ledger.slots, ledger.flags)
    while units:
        taken = min(units, layers[pool[HEAD] * LAYER_FIELDS + LEFT])
        layers[pool[HEAD] * LAYER_FIELDS + LEFT] -= taken
        units -= taken
        drop_heads(pool, layers, ledger.slots, ledger.flags)


@compiled
def take_any_average(ledger: Tables, pool: Record, units: int, link: int) -> tuple[int, int, int]:
    """Take units out at the average; what they cost."""
    if units == 0:
        return 0, 0, 0
    flags = ledger.flags
    error = pool[AVERAGE_ERROR] + (1 if pool[AVERAGE_OVER] else 0)
    cost = scale(pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], error, units, pool[AVERAGE_UNITS], flags)
    if pool[AVERAGE_OVER]:
        cents, fraction, over, by = exact_share(
            pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], pool[AVERAGE_OVER], pool[AVERAGE_BY],
            units, pool[AVERAGE_UNITS],
        )  # fmt: skip
        if by:
            cost = (cents, fraction, 1 if over else 0)
    take_average(pool, units, flags)
    if flags[ASKS_AGES]:
        take_ages(ledger, pool, NO_ONE, units, NO_ONE, NO_ONE)
    if link >= 0:
        hand_piece(ledger, pool, link, units, NO_ONE)
    return cost


@compiled
def take_own_average(
    ledger: Tables, pool: Record, number: int, units: int, source: int, move: int, told: KnownCost
) -> tuple[int, int, int]:
    """Take units out at the cost of their receipt, as far as the pool is worth that; the last ones take all of it."""
    if units == 0:
        return 0, 0, 0
    flags = ledger.flags
    value_cents, value_fraction, value_error = average_value(pool, flags)
    if told[3] == 0:
        told = known_cost(pool, ledger.standard, move, flags)
    cents, fraction, error = value_cents, value_fraction, value_error
    if units < pool[ON_HAND]:
        cents, fraction, error = at_cost(told, units, flags)
        if is_less(value_cents, value_fraction, value_error, cents, fraction, error, flags):
            cents, fraction, error = value_cents, value_fraction, value_error
            left_cents, left_fraction, left_error, over, by = ZERO, ZERO, ZERO, ZERO, ONE_MORE
        else:
            left_cents, left_fraction, left_error, over, by = value_less(pool, cents, fraction, error, flags)
        pool[ON_HAND] -= units
        set_value(pool, left_cents, left_fraction, left_error, over, by, flags)
    else:
        take_average(pool, units, flags)
    if flags[ASKS_AGES]:
        take_ages(ledger, pool, number, units, source, move)
    return cents, fraction, error


@compiled
def value_less(pool: Record, cents: int, fraction: int, error: int, flags: Table) -> tuple[int, int, int, int, int]:
    """The value of an averaged pool less an amount, exact where both are."""
    if error == 0 and pool[AVERAGE_ERROR] == 0:
        old_cents, old_fraction, over, by = exact_share(
            pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], pool[AVERAGE_OVER], pool[AVERAGE_BY],
            pool[ON_HAND], pool[AVERAGE_UNITS],
        )  # fmt: skip
        if by:
            left_cents, left_fraction = minus(old_cents, old_fraction, cents, fraction)
            return left_cents, left_fraction, 0, over, by
    old_cents, old_fraction, old_error = average_value(pool, flags)
    left_cents, left_fraction, left_error = less(old_cents, old_fraction, old_error, cents, fraction, error)
    return left_cents, left_fraction, left_error, 0, 1


@compiled
def owe(
    ledger: Tables, pool: Record, number: int, move: int, short: int,
    cents: int, fraction: int, error: int, before: int,
) -> int:  # fmt: skip
    """Units that leave before they are there: provisional at the last known cost."""
    flags = ledger.flags
    place: int = pool[FIRST_DEBT] if pool[LAST_DEBT] < 0 else ledger.debts[pool[LAST_DEBT] * DEBT_FIELDS + NEXT_DEBT]
    if place < 0:
        place = flags[DEBTS_USED]
        flags[DEBTS_USED] += 1
        for field in range(DEBT_FIELDS):
            ledger.debts[place * DEBT_FIELDS + field] = 0
        ledger.debts[place * DEBT_FIELDS + DEBT_MOVE], ledger.debts[place * DEBT_FIELDS + DEBT_POOL] = move, number
        ledger.debts[place * DEBT_FIELDS + SHORT], ledger.debts[place * DEBT_FIELDS + NEXT_DEBT] = short, -1
        if pool[LAST_DEBT] < 0:
            pool[FIRST_DEBT] = place
        else:
            ledger.debts[pool[LAST_DEBT] * DEBT_FIELDS + NEXT_DEBT] = place
    pool[LAST_DEBT] = place
    if pool[OWED] < 0:
        pool[OWED] = place
    debt = row(ledger.debts, place * DEBT_FIELDS)
    debt[DEBT_LEFT] = short
    debt[COVER_UNITS] = debt[COVER_CENTS] = debt[COVER_FRACTION] = debt[COVER_ERROR] = 0
    debt[THERE_CENTS], debt[THERE_FRACTION], debt[THERE_ERROR] = cents, fraction, error
    guess = known_cost(pool, ledger.standard, move, flags)
    debt[GUESS_CENTS], debt[GUESS_FRACTION], debt[GUESS_ERROR], debt[GUESS_UNITS] = guess
    out_cents, out_fraction, out_error = total_out(pool, flags)
    more_cents, more_fraction, more_error = at_cost(guess, short, flags)
    out_cents, out_fraction = plus(out_cents, out_fraction, more_cents, more_fraction)
    kept(out_cents, out_error + more_error, flags)
    ledger.provisional[move] = before - rounded(out_cents, out_fraction, out_error + more_error, flags)
    ledger.is_provisional[move] = 1 if debt[KNOWN_UNITS] < short else 0
    return place


@compiled
def add_owed(
    ledger: Tables, pool: Record, place: int, link: int, cents: int, fraction: int, error: int
) -> tuple[int, int, int]:
    """The cost of units that were owed: what covered them, as far as that is known from the pass before."""
    flags, debt = ledger.flags, row(ledger.debts, place * DEBT_FIELDS)
    is_handed = link >= 0 and debt[CUT] == NOT_CUT
    if debt[KNOWN_UNITS]:
        add_out(pool, debt[KNOWN_CENTS], debt[KNOWN_FRACTION], debt[KNOWN_ERROR], flags)
        cents, fraction = plus(cents, fraction, debt[KNOWN_CENTS], debt[KNOWN_FRACTION])
        error += debt[KNOWN_ERROR]
        if is_handed:
            hand_piece(ledger, pool, link, debt[KNOWN_UNITS], NO_ONE)
    guess = (debt[GUESS_CENTS], debt[GUESS_FRACTION], debt[GUESS_ERROR], debt[GUESS_UNITS])
    uncovered = debt[SHORT] - debt[KNOWN_UNITS]
    if uncovered:
        more_cents, more_fraction, more_error = at_cost(guess, uncovered, flags)
        add_out(pool, more_cents, more_fraction, more_error, flags)
        cents, fraction = plus(cents, fraction, more_cents, more_fraction)
        error += more_error
        if is_handed:
            hand_piece(ledger, pool, link, uncovered, NO_ONE)
    if link >= 0:
        debt[IS_HANDED_OVER] = 1
        if not is_handed:
            hand_cut_piece(ledger, link, debt, guess)
    return cents, fraction, kept(cents, error, flags)


@compiled
def hand_cut_piece(ledger: Tables, link: int, debt: Record, guess: KnownCost) -> None:
    """Hand on a fixed cost for units that were owed, where a circle was cut."""
    flags, uncovered = ledger.flags, debt[SHORT]
    cents, fraction, error = ZERO, ZERO, ZERO
    if debt[CUT] == CUT_AT_COST:
        cents, fraction, error = debt[CUT_CENTS], debt[CUT_FRACTION], debt[CUT_ERROR]
        uncovered -= debt[KNOWN_UNITS]
    more_cents, more_fraction, more_error = at_cost(guess, uncovered, flags)
    cents, fraction = plus(cents, fraction, more_cents, more_fraction)
    record = row(ledger.links, link * LINK_FIELDS)
    piece = row(ledger.pieces, (record[FIRST_PIECE] + record[PIECES]) * PIECE_FIELDS)
    piece[PIECE_UNITS], piece[PIECE_ORIGIN] = debt[SHORT], NO_ONE
    piece[PIECE_COST] = rounded(cents, fraction, kept(cents, error + more_error, flags), flags)
    record[PIECES] += 1
