"""FIFO layers: a list of records for each pool, oldest first (IAS 2.27).

What leaves a layer is counted by the total that has left it, cost * units gone / units: so a layer that has gone as a
whole leaves no error behind, however many issues shared it. Under averages the same lists, without costs, tell the ages
of units where a charge asks how many of its receipt are left.
"""

from transforms.costing.kernel.amounts import kept, lasting_unit_cost, minus, plus, scale
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
    COST_CENTS,
    COST_ERROR,
    COST_FRACTION,
    FREE_LAYER,
    GONE_CENTS,
    GONE_ERROR,
    GONE_FRACTION,
    GUESTS,
    HEAD,
    LAST_CENTS,
    LAST_ERROR,
    LAST_FRACTION,
    LAST_UNITS,
    LAYER_FIELDS,
    LAYER_ORIGIN,
    LAYER_SLOT,
    LAYERS,
    LAYERS_FREED,
    LAYERS_USED,
    LEFT,
    NEXT_LAYER,
    ON_HAND,
    OUT_CENTS,
    OUT_ERROR,
    OUT_FRACTION,
    SLOT_FIELDS,
    SLOT_LAYER,
    TAIL,
    UNIT,
    UNITS,
    VALUE_ABOVE,
    VALUE_BELOW,
    VALUE_CENTS,
    VALUE_FRACTION,
    Record,
    Table,
)
from transforms.costing.kernel.pointers import row


@compiled
def append_layer(pool: Record, layers: Table, slots: Table, slot: int, origin: int, units: int, flags: Table) -> int:
    """Put a layer without cost at the end of the queue; the caller made sure that there is room.

    `slot` is that of the inflow, `origin` that of the receipt whose layer a transfer brought; the same elsewhere.
    """
    place: int = flags[FREE_LAYER]
    if place >= 0:
        flags[FREE_LAYER] = layers[place * LAYER_FIELDS + NEXT_LAYER]
        flags[LAYERS_FREED] -= 1
    else:
        place = flags[LAYERS_USED]
        flags[LAYERS_USED] += 1
    layer = row(layers, place * LAYER_FIELDS)
    layer[UNITS] = layer[LEFT] = units
    layer[COST_CENTS] = layer[COST_FRACTION] = layer[COST_ERROR] = 0
    layer[GONE_CENTS] = layer[GONE_FRACTION] = layer[GONE_ERROR] = 0
    layer[UNIT] = 0
    layer[LAYER_SLOT], layer[LAYER_ORIGIN] = slot, origin
    layer[NEXT_LAYER] = -1
    if pool[HEAD] < 0:
        pool[HEAD] = place
    else:
        layers[pool[TAIL] * LAYER_FIELDS + NEXT_LAYER] = place
    pool[TAIL] = place
    pool[LAYERS] += 1
    if origin != slot:
        pool[GUESTS] += 1
    if slot >= 0 and slots[slot * SLOT_FIELDS + SLOT_LAYER] < 0:
        slots[slot * SLOT_FIELDS + SLOT_LAYER] = place
    return place


@compiled
def add_layer(
    pool: Record, layers: Table, slots: Table, slot: int, origin: int, units: int,
    cents: int, fraction: int, error: int, unit: int, flags: Table,
) -> None:  # fmt: skip
    """Bring in units with their cost; the last known cost is the caller's."""
    layer = row(layers, (append_layer(pool, layers, slots, slot, origin, units, flags)) * LAYER_FIELDS)
    layer[COST_CENTS], layer[COST_FRACTION], layer[COST_ERROR] = cents, fraction, error
    layer[UNIT] = unit
    pool[ON_HAND] += units
    pool[VALUE_CENTS], pool[VALUE_FRACTION] = plus(pool[VALUE_CENTS], pool[VALUE_FRACTION], cents, fraction)
    pool[VALUE_ABOVE] += error


@compiled
def drop_heads(pool: Record, layers: Table, slots: Table, flags: Table) -> None:
    """Forget the layers at the front that have gone."""
    while pool[HEAD] >= 0 and layers[pool[HEAD] * LAYER_FIELDS + LEFT] == 0:
        place = pool[HEAD]
        following, slot = layers[place * LAYER_FIELDS + NEXT_LAYER], layers[place * LAYER_FIELDS + LAYER_SLOT]
        if slot >= 0 and slots[slot * SLOT_FIELDS + SLOT_LAYER] == place:
            same = following >= 0 and layers[following * LAYER_FIELDS + LAYER_SLOT] == slot
            slots[slot * SLOT_FIELDS + SLOT_LAYER] = following if same else -1
        pool[HEAD] = following
        pool[LAYERS] -= 1
        if layers[place * LAYER_FIELDS + LAYER_ORIGIN] != slot:
            pool[GUESTS] -= 1
        layers[place * LAYER_FIELDS + NEXT_LAYER] = flags[FREE_LAYER]
        flags[FREE_LAYER] = place
        flags[LAYERS_FREED] += 1


@compiled
def is_of(layer: Record, slot: int) -> bool:
    """Whether a layer is that of an inflow, or has been before it was transferred."""
    is_own: bool = layer[LAYER_ORIGIN] == slot or layer[LAYER_SLOT] == slot
    return is_own


@compiled
def take_of(pool: Record, layer: Record, units: int, flags: Table) -> None:
    """Take units out of one layer, and their cost out of stock."""
    left = layer[LEFT] - units
    if left:
        cents, fraction, error = scale(
            layer[COST_CENTS], layer[COST_FRACTION], layer[COST_ERROR], layer[UNITS] - left, layer[UNITS], flags
        )
    else:
        cents, fraction, error = layer[COST_CENTS], layer[COST_FRACTION], layer[COST_ERROR]
    more_cents, more_fraction = minus(cents, fraction, layer[GONE_CENTS], layer[GONE_FRACTION])
    pool[OUT_CENTS], pool[OUT_FRACTION] = plus(pool[OUT_CENTS], pool[OUT_FRACTION], more_cents, more_fraction)
    pool[OUT_ERROR] += error - layer[GONE_ERROR]
    kept(pool[OUT_CENTS], pool[OUT_ERROR], flags)
    pool[VALUE_CENTS], pool[VALUE_FRACTION] = minus(pool[VALUE_CENTS], pool[VALUE_FRACTION], more_cents, more_fraction)
    pool[VALUE_BELOW] += (error if left else 0) - layer[GONE_ERROR]
    pool[VALUE_ABOVE] -= 0 if left else layer[COST_ERROR]
    layer[GONE_CENTS], layer[GONE_FRACTION], layer[GONE_ERROR] = cents, fraction, error
    layer[LEFT] = left
    pool[ON_HAND] -= units


@compiled
def left_cost(layer: Record, flags: Table) -> tuple[int, int, int]:
    """Cost of what is left of a layer."""
    return scale(layer[COST_CENTS], layer[COST_FRACTION], layer[COST_ERROR], layer[LEFT], layer[UNITS], flags)


@compiled
def stock_value(pool: Record) -> tuple[int, int, int]:
    """What the layers on hand cost together."""
    cents, fraction = minus(pool[VALUE_CENTS], pool[VALUE_FRACTION], 0, pool[VALUE_BELOW])
    return cents, fraction, pool[VALUE_BELOW] + pool[VALUE_ABOVE]


@compiled
def price_anew(layer: Record, cents: int, fraction: int, error: int, flags: Table) -> None:
    """Give what is left of a layer another cost; what has left keeps its own."""
    layer[UNITS] = layer[LEFT]
    layer[COST_CENTS], layer[COST_FRACTION], layer[COST_ERROR] = cents, fraction, error
    layer[GONE_CENTS] = layer[GONE_FRACTION] = layer[GONE_ERROR] = 0
    layer[UNIT] = lasting_unit_cost(cents, fraction, error, layer[LEFT], flags)


@compiled
def count_value(pool: Record, layers: Table, flags: Table) -> None:
    """Count stock value and last known cost again, after layers were given other costs."""
    pool[VALUE_CENTS] = pool[VALUE_FRACTION] = pool[VALUE_BELOW] = pool[VALUE_ABOVE] = 0
    place = pool[HEAD]
    while place >= 0:
        layer = row(layers, place * LAYER_FIELDS)
        if layer[LEFT]:
            cents, fraction = minus(layer[COST_CENTS], layer[COST_FRACTION], layer[GONE_CENTS], layer[GONE_FRACTION])
            pool[VALUE_CENTS], pool[VALUE_FRACTION] = plus(pool[VALUE_CENTS], pool[VALUE_FRACTION], cents, fraction)
            pool[VALUE_BELOW] += layer[GONE_ERROR]
            pool[VALUE_ABOVE] += layer[COST_ERROR]
            pool[LAST_CENTS], pool[LAST_FRACTION], pool[LAST_ERROR] = left_cost(layer, flags)
            pool[LAST_UNITS] = layer[LEFT]
        place = layer[NEXT_LAYER]
    kept(pool[VALUE_CENTS], pool[VALUE_BELOW] + pool[VALUE_ABOVE], flags)
