"""What changes a value and no quantity: charges known from the start, charges that come later, revaluations."""

from transforms.costing.kernel.amounts import (
    extend,
    is_less,
    own_amount,
    plus,
    rounded,
    scale,
)
from transforms.costing.kernel.averages import add_value, average_value, set_value
from transforms.costing.kernel.books import add_out, bring, less
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.inflows import slot_of
from transforms.costing.kernel.layers import count_value, is_of, left_cost, price_anew, stock_value
from transforms.costing.kernel.layout import (
    BEYOND,
    BY_AVERAGE,
    CHARGED_CENTS,
    CHARGED_FRACTION,
    CHARGED_ROUNDED,
    HAS_UNIT_COST,
    HEAD,
    LAYER_FIELDS,
    LEFT,
    NEXT_LAYER,
    NONE,
    NOTHING_ON_HAND,
    ON_HAND,
    ONE_MORE,
    SHARE_BY_LAYER,
    WORTH_LESS,
    ZERO,
    Record,
    Table,
    Tables,
)
from transforms.costing.kernel.outflows import first_of, may_be_of
from transforms.costing.kernel.pointers import row
from transforms.costing.kernel.proportions import share_of


@compiled
def charge(ledger: Tables, pool: Record, move: int) -> None:
    """The value that a charge adds to its receipt, which has it in its layer already."""
    if ledger.own[move] != NONE:
        cents, fraction, error = own_amount(ledger, move)
        ledger.cents[move] = bring(pool, cents, fraction, error, ledger.flags)


@compiled
def absorb(ledger: Tables, pool: Record, number: int, move: int) -> None:
    """A charge that finds part of its receipt gone: what is left takes its share, the rest is expensed."""
    flags, received = ledger.flags, ledger.units[move]
    slot = slot_of(ledger, move)
    cents, fraction = ZERO, ZERO
    if ledger.own[move] != NONE:
        cents, fraction, _ = own_amount(ledger, move)
    own = first_of(ledger, pool, number, slot, move)
    in_own = count_left(pool, ledger.layers, own, slot)
    # a source outside the table has no layer here, but is known: its slot is -2
    left = in_own if flags[SHARE_BY_LAYER] and slot != -1 else min(pool[ON_HAND], received)
    taken_cents, taken_fraction, taken_error = ZERO, ZERO, ZERO
    if left:
        if flags[BY_AVERAGE]:
            taken_cents, taken_fraction, taken_error = absorb_average(pool, cents, fraction, left, received, flags)
        else:
            taken_cents, taken_fraction, taken_error = absorb_layers(
                ledger, pool, own, slot, in_own, cents, fraction, left, received
            )
    ledger.cents[move] = bring(pool, taken_cents, taken_fraction, taken_error, flags)
    pool[CHARGED_CENTS], pool[CHARGED_FRACTION] = plus(pool[CHARGED_CENTS], pool[CHARGED_FRACTION], cents, fraction)
    total = rounded(pool[CHARGED_CENTS], pool[CHARGED_FRACTION], 0, flags)
    ledger.expensed[move] = total - pool[CHARGED_ROUNDED] - ledger.cents[move]
    pool[CHARGED_ROUNDED] = total


@compiled
def count_left(pool: Record, layers: Table, place: int, slot: int) -> int:
    """Units in the layers of one inflow, from its first layer on."""
    units = 0
    while place >= 0 and may_be_of(pool, layers, place, slot):
        layer = row(layers, place * LAYER_FIELDS)
        if is_of(layer, slot):
            units += layer[LEFT]
        place = layer[NEXT_LAYER]
    return units


@compiled
def absorb_average(
    pool: Record, cents: int, fraction: int, left: int, received: int, flags: Table
) -> tuple[int, int, int]:
    """Average the share of a charge in; what stock took of it."""
    share_cents, share_fraction, share_error = scale(cents, fraction, 0, left, received, flags)
    if cents < 0:
        value_cents, value_fraction, value_error = average_value(pool, flags)
        if value_cents < 0:
            flags[BEYOND] = 1
        all_cents, all_fraction, all_error = less(ZERO, ZERO, ZERO, value_cents, value_fraction, value_error)
        if is_less(share_cents, share_fraction, share_error, all_cents, all_fraction, all_error, flags):
            add_out(pool, all_cents, all_fraction, all_error, flags)
            set_value(pool, ZERO, ZERO, ZERO, ZERO, ONE_MORE, flags)
            return all_cents, all_fraction, all_error
    add_out(pool, share_cents, share_fraction, share_error, flags)
    add_value(pool, 0, share_cents, share_fraction, share_error, flags)
    return share_cents, share_fraction, share_error


@compiled
def absorb_layers(
    ledger: Tables, pool: Record, own: int, slot: int, in_own: int,
    cents: int, fraction: int, left: int, received: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Spread the share of a charge by units over the layers of its receipt, or over all; what they took of it."""
    layers, flags = ledger.layers, ledger.flags
    place = own if in_own else pool[HEAD]
    all_units = in_own if in_own else pool[ON_HAND]
    taken_cents, taken_fraction, taken_error, is_whole = ZERO, ZERO, ZERO, True
    share = scale(cents, fraction, 0, left, received, flags)
    while place >= 0 and (in_own == 0 or may_be_of(pool, layers, place, slot)):
        layer = row(layers, place * LAYER_FIELDS)
        place = layer[NEXT_LAYER]
        if layer[LEFT] == 0 or (in_own and not is_of(layer, slot)):
            continue
        if all_units == left:  # one division instead of two
            more_cents, more_fraction, more_error = scale(cents, fraction, 0, layer[LEFT], received, flags)
        else:
            more_cents, more_fraction, more_error = scale(share[0], share[1], share[2], layer[LEFT], all_units, flags)
        left_cents, left_fraction, left_error = left_cost(layer, flags)
        if left_cents < 0:
            flags[BEYOND] = 1
        if cents < 0:
            all_cents, all_fraction, all_error = less(ZERO, ZERO, ZERO, left_cents, left_fraction, left_error)
            if is_less(more_cents, more_fraction, more_error, all_cents, all_fraction, all_error, flags):
                more_cents, more_fraction, more_error, is_whole = all_cents, all_fraction, all_error, False
                left_cents, left_fraction, left_error = ZERO, ZERO, ZERO
                price_anew(layer, ZERO, ZERO, ZERO, flags)
                taken_cents, taken_fraction = plus(taken_cents, taken_fraction, more_cents, more_fraction)
                taken_error += more_error
                continue
        taken_cents, taken_fraction = plus(taken_cents, taken_fraction, more_cents, more_fraction)
        taken_error += more_error
        left_cents, left_fraction = plus(left_cents, left_fraction, more_cents, more_fraction)
        price_anew(layer, left_cents, left_fraction, left_error + more_error, flags)
    count_value(pool, layers, flags)
    return share if is_whole else (taken_cents, taken_fraction, taken_error)


@compiled
def revalue(ledger: Tables, pool: Record, move: int) -> None:
    """Set a whole pool to a unit cost, or add an amount to it."""
    flags = ledger.flags
    if pool[ON_HAND] == 0:
        ledger.problem[move] = NOTHING_ON_HAND
        return
    by_average = flags[BY_AVERAGE]
    value_cents, value_fraction, value_error = average_value(pool, flags) if by_average else stock_value(pool)
    if ledger.own[move] != NONE:
        cents, fraction, error = own_amount(ledger, move)
        new_cents, new_fraction = plus(value_cents, value_fraction, cents, fraction)
        if is_less(new_cents, new_fraction, value_error, ZERO, ZERO, ZERO, flags):
            ledger.problem[move] = WORTH_LESS
            return
        if by_average:
            add_value(pool, 0, cents, fraction, 0, flags)
        else:
            spread_value(ledger.layers, pool, new_cents, new_fraction, value_error, flags)
    else:
        unit = unit_to_set(ledger, move)
        new_cents, new_fraction, _ = extend(pool[ON_HAND], unit, flags)
        cents, fraction, error = less(new_cents, new_fraction, 0, value_cents, value_fraction, value_error)
        if by_average:
            set_value(pool, new_cents, new_fraction, ZERO, ZERO, ONE_MORE, flags)
        else:
            set_unit_cost(ledger.layers, pool, unit, flags)
    if by_average:
        add_out(pool, cents, fraction, error, flags)
    ledger.cents[move] = bring(pool, cents, fraction, error, flags)


@compiled
def unit_to_set(ledger: Tables, move: int) -> int:
    """The unit cost, in millionths, that a revaluation sets."""
    unit: int = ledger.unit_cost[move] if ledger.flags[HAS_UNIT_COST] else NONE
    return 0 if unit == NONE else unit


@compiled
def set_unit_cost(layers: Table, pool: Record, unit: int, flags: Table) -> None:
    """Give every layer the same unit cost."""
    place = pool[HEAD]
    while place >= 0:
        layer = row(layers, place * LAYER_FIELDS)
        if layer[LEFT]:
            cents, fraction, error = extend(layer[LEFT], unit, flags)
            price_anew(layer, cents, fraction, error, flags)
        place = layer[NEXT_LAYER]
    count_value(pool, layers, flags)


@compiled
def spread_value(layers: Table, pool: Record, cents: int, fraction: int, error: int, flags: Table) -> None:
    """Give the layers another value together: each in proportion to its cost (its units, where all are worthless)."""
    old_cents, old_fraction, old_error = stock_value(pool)
    is_worthless = old_cents == 0 and old_fraction == 0 and old_error == 0
    place = pool[HEAD]
    while place >= 0:
        layer = row(layers, place * LAYER_FIELDS)
        if layer[LEFT]:
            if is_worthless:
                share = scale(cents, fraction, error, layer[LEFT], pool[ON_HAND], flags)
            else:
                part_cents, part_fraction, part_error = left_cost(layer, flags)
                share = share_of(
                    cents, fraction, error, part_cents, part_fraction, part_error,
                    old_cents, old_fraction, old_error, flags,
                )  # fmt: skip
            price_anew(layer, share[0], share[1], share[2], flags)
        place = layer[NEXT_LAYER]
    count_value(pool, layers, flags)
