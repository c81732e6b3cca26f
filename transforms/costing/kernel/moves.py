"""Settle the moves of one pool one after the other, as far as they wait for nothing: the loop itself."""

from transforms.costing.kernel.amounts import own_amount, unit_cost
from transforms.costing.kernel.books import bring
from transforms.costing.kernel.charges import absorb, charge, revalue
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.inflows import (
    begin_inflow,
    bring_in,
    cost_so_far,
    end_inflow,
    give_back,
    late_share,
    slot_of,
    take_in_piece,
    take_in_whole,
    unit_brought,
)
from transforms.costing.kernel.layout import (
    ACTION_BITS,
    BEYOND,
    BY_AVERAGE,
    CARRIES_TOO_MUCH,
    CHANGED_IN,
    CURSOR,
    DEBTS_ROOM,
    DEBTS_USED,
    DONE,
    END,
    FIRST_DEBT,
    FIRST_PIECE,
    FOR_GOOD,
    FREE_LAYER,
    GUESTS,
    HAS_OUTFLOWS,
    HAS_SLOTS,
    HEAD,
    IN_DOUBT,
    IS_LINK,
    IS_MADE,
    LAST_DEBT,
    LAYER_FIELDS,
    LAYERS,
    LAYERS_FREED,
    LAYERS_ROOM,
    LAYERS_USED,
    LINK,
    LINK_FIELDS,
    LINK_MOVE,
    LINK_POOL,
    MADE_BEFORE,
    NEEDS_DEBTS,
    NEEDS_LAYERS,
    NEEDS_PIECES,
    NEXT_LAYER,
    NO_ONE,
    NONE,
    ON_HAND,
    OWED,
    PIECE_FIELDS,
    PIECE_ROOM,
    PIECES,
    PIECES_ROOM,
    PIECES_USED,
    POOL_BEYOND,
    POOL_DOUBT,
    POOL_FIELDS,
    POOL_LINKS,
    POOL_START,
    PREVIOUS,
    TELL,
    TOLD_CENTS,
    TOLD_ERROR,
    TOLD_FRACTION,
    TOLD_UNITS,
    TURN,
    ZERO,
    Record,
    Table,
    Tables,
)
from transforms.costing.kernel.outflows import sell, sell_at_average, sell_from_first
from transforms.costing.kernel.papers import (
    begin_link,
    carry,
    count_pieces,
    finish_outflow,
    keep_own,
    piece_origin,
    split_off,
)
from transforms.costing.kernel.pointers import row
from transforms.costing.kernel.wide import signed
from transforms.costing.loop.linked_moves import (
    BRING,
    CHARGE,
    HAND_OVER,
    ISSUE,
    ISSUE_LAYER,
    RECEIVE,
    RETURN,
    REVALUE,
)

WAITS = -1
"""A pool stopped at a move that waits for another pool."""


@compiled
def begin_pool(pool: Record, layers: Table, flags: Table) -> None:
    """Put a pool back to its first move with nothing in it; what is known of its debts stays, and that it was in doubt.

    What a pass takes the wrong way can lead the next ones to another end, where nothing seems to be in doubt any more.
    """
    place = pool[HEAD] if pool[LAYERS] else -1
    while place >= 0:
        following = layers[place * LAYER_FIELDS + NEXT_LAYER]
        layers[place * LAYER_FIELDS + NEXT_LAYER] = flags[FREE_LAYER]
        flags[FREE_LAYER] = place
        flags[LAYERS_FREED] += 1
        place = following
    for field in range(ON_HAND, GUESTS + 1):
        pool[field] = 0
    for field in range(OWED + 1, POOL_DOUBT):
        pool[field] = 0
    pool[CURSOR], pool[LINK] = pool[POOL_START], pool[POOL_LINKS]
    pool[HEAD] = pool[LAST_DEBT] = pool[OWED] = -1
    if pool[POOL_BEYOND] != FOR_GOOD:
        pool[POOL_BEYOND] = 0


@compiled
def forget_debts(pool: Record) -> None:
    """Begin without debts and doubts of an earlier pass."""
    pool[FIRST_DEBT] = pool[LAST_DEBT] = -1
    pool[POOL_DOUBT] = 0


@compiled
def settle_pool(ledger: Tables, number: int) -> int:
    """Settle the moves of a pool from where it stands.

    Returns:
        DONE at the end, WAITS where its next move waits for another pool, or which table has to grow first.
    """
    pool, flags = row(ledger.pools, number * POOL_FIELDS), ledger.flags
    flags[IN_DOUBT] = flags[BEYOND] = 0
    found = settle_moves(ledger, pool, number)
    pool[POOL_DOUBT] |= flags[IN_DOUBT] | flags[BEYOND]
    pool[POOL_BEYOND] |= flags[BEYOND]
    return found


@compiled
def settle_moves(ledger: Tables, pool: Record, number: int) -> int:
    """The loop over the moves."""
    flags, end, by_average = ledger.flags, pool[END], ledger.flags[BY_AVERAGE]
    most_layers, most_debts = flags[LAYERS_ROOM], flags[DEBTS_ROOM]
    while pool[CURSOR] < end:
        move = pool[CURSOR]
        code = signed(ledger.action[move])
        action = code & ACTION_BITS
        if ledger.units[move] != 0 or action >= CHARGE:  # from CHARGE on, actions are about values
            if flags[LAYERS_USED] >= most_layers and flags[LAYERS_FREED] == 0:
                return NEEDS_LAYERS
            if flags[DEBTS_USED] >= most_debts:
                return NEEDS_DEBTS
            if action == ISSUE:
                if not (sell_at_average(ledger, pool, move) if by_average else sell_from_first(ledger, pool, move)):
                    sell(ledger, pool, number, move, NO_ONE, NO_ONE, (ZERO, ZERO, ZERO, ZERO))
            elif action == BRING:
                bring_in(ledger, pool, move)
            else:
                found = settle_rare(ledger, pool, number, move, code)
                if found != DONE:
                    return found
        pool[CURSOR] = move + 1
    return DONE


@compiled
def settle_rare(ledger: Tables, pool: Record, number: int, move: int, code: int) -> int:
    """Any other move."""
    action = code & ACTION_BITS
    if code & IS_LINK:
        return settle_link(ledger, pool, number, move, code)
    slot = slot_of(ledger, move)
    if action == RETURN:
        known = cost_so_far(ledger, slot, move) if slot >= 0 else (ZERO, ZERO, ZERO, ZERO)
        give_back(ledger, pool, move, known)
    elif action == ISSUE_LAYER:
        known = unit_brought(ledger, slot, move) if slot >= 0 else (ZERO, ZERO, ZERO, ZERO)
        sell(ledger, pool, number, move, NO_ONE, slot, known)
    elif action == CHARGE:
        charge(ledger, pool, move)
    elif action == REVALUE:
        revalue(ledger, pool, move)
    else:
        absorb(ledger, pool, number, move)
    return DONE


@compiled
def settle_link(ledger: Tables, pool: Record, number: int, move: int, code: int) -> int:
    """A move that waits for one of another pool, or that another pool waits for."""
    flags, links, action, link = ledger.flags, ledger.links, code & ACTION_BITS, pool[LINK]
    previous = links[link * LINK_FIELDS + PREVIOUS]
    if (
        previous >= 0
        and ledger.pools[(links[previous * LINK_FIELDS + LINK_POOL]) * POOL_FIELDS + CURSOR]
        <= links[previous * LINK_FIELDS + LINK_MOVE]
    ):
        return WAITS
    if action == HAND_OVER:
        if flags[PIECES_USED] + pool[LAYERS] + 3 > flags[PIECES_ROOM]:
            return NEEDS_PIECES
        hand_over(ledger, pool, number, move, link)
    elif action == RECEIVE:
        begin_link(links, link)
        spare = flags[LAYERS_ROOM] - flags[LAYERS_USED] + flags[LAYERS_FREED]
        if count_pieces(links, link, ledger.units[move]) + 1 > spare:
            return NEEDS_LAYERS
        receive(ledger, pool, move, link, code)
    elif action == TELL:
        tell(ledger, link, move)
    else:
        record = row(links, previous * LINK_FIELDS)
        known = (record[TOLD_CENTS], record[TOLD_FRACTION], record[TOLD_ERROR], record[TOLD_UNITS])
        if action == RETURN:
            give_back(ledger, pool, move, known)
        else:
            sell(ledger, pool, number, move, NO_ONE, slot_of(ledger, move), known)
    pool[LINK] = link + 1
    return DONE


@compiled
def hand_over(ledger: Tables, pool: Record, number: int, move: int, link: int) -> None:
    """An outflow whose cents go to a document, piece by piece."""
    links, flags, record = ledger.links, ledger.flags, row(ledger.links, link * LINK_FIELDS)
    room, first, count = record[PIECE_ROOM], record[FIRST_PIECE], record[PIECES]
    begin = flags[PIECES_USED]
    # written at the end first: what stood there before tells whether anything has changed
    record[FIRST_PIECE] = begin
    begin_link(links, link)
    sell(ledger, pool, number, move, link, NO_ONE, (ZERO, ZERO, ZERO, ZERO))
    pieces, made = ledger.pieces, record[PIECES]
    is_same = room > 0 and made == count
    for field in range(made * PIECE_FIELDS):
        if is_same and pieces[first * PIECE_FIELDS + field] != pieces[begin * PIECE_FIELDS + field]:
            is_same = False
    if made <= room:
        for field in range(made * PIECE_FIELDS):
            pieces[first * PIECE_FIELDS + field] = pieces[begin * PIECE_FIELDS + field]
        record[FIRST_PIECE] = first
    else:
        record[PIECE_ROOM] = made + 1
        flags[PIECES_USED] = begin + made + 1
    finish_outflow(links, pieces, link)
    if not is_same or is_changed(links, record[PREVIOUS], flags):
        record[CHANGED_IN] = flags[TURN]


@compiled
def is_changed(links: Table, link: int, flags: Table) -> bool:
    """Whether a move before this one has changed in this pass."""
    return link >= 0 and links[link * LINK_FIELDS + CHANGED_IN] == flags[TURN]


@compiled
def receive(ledger: Tables, pool: Record, move: int, link: int, code: int) -> None:
    """Goods that another move handed over; the link has the state of the document before."""
    flags, links, record = ledger.flags, ledger.links, row(ledger.links, link * LINK_FIELDS)
    if is_changed(links, record[PREVIOUS], flags):
        record[CHANGED_IN] = flags[TURN]
    is_made, is_priced = code & IS_MADE != 0, ledger.own[move] != NONE
    if not record[HAS_OUTFLOWS] and (is_priced or not is_made):
        bring_in(ledger, pool, move)
    elif not is_made:
        carry_in(ledger, pool, move, link)
    elif not record[HAS_OUTFLOWS]:
        ledger.problem[move] = MADE_BEFORE
    elif is_priced:
        cents, fraction, _ = own_amount(ledger, move)
        take_in_whole(ledger, pool, move, keep_own(links, link, cents, fraction, flags), ZERO, ZERO, NO_ONE)
    else:
        take_in_whole(ledger, pool, move, split_off(links, link, flags), ZERO, ZERO, NO_ONE)


@compiled
def carry_in(ledger: Tables, pool: Record, move: int, link: int) -> None:
    """What a transfer brings in, one piece for each that left."""
    flags, left, sum_cents = ledger.flags, ledger.units[move], 0
    slot = begin_inflow(ledger, move)
    units, cents = carry(ledger.links, ledger.pieces, link, left, flags)
    if units == left:
        take_in_whole(ledger, pool, move, cents, ZERO, ZERO, origin_brought(ledger, link))
        return
    while units:
        late_cents, late_fraction, late_error = late_share(ledger, move, units)
        take_in_piece(
            pool, ledger.layers, ledger.debts, ledger.slots, slot, origin_brought(ledger, link), units,
            cents + late_cents, late_fraction, late_error, flags,
        )  # fmt: skip
        sum_cents += cents
        left -= units
        if left == 0:
            break
        units, cents = carry(ledger.links, ledger.pieces, link, left, flags)
    if left:
        ledger.problem[move] = CARRIES_TOO_MUCH
        return
    ledger.cents[move] = bring(pool, sum_cents, ZERO, ZERO, flags)
    late_cents, late_fraction, late_error = late_share(ledger, move, ledger.units[move])
    end_inflow(ledger, slot, move, sum_cents + late_cents, late_fraction, late_error)
    units = ledger.units[move]
    ledger.unit_millionths[move] = unit_cost(sum_cents + late_cents, late_fraction, late_error, units, flags)


@compiled
def origin_brought(ledger: Tables, link: int) -> int:
    """The slot of the receipt whose layer a transfer has just brought a piece of; -1 where nobody names it."""
    return piece_origin(ledger.links, ledger.pieces, link) if ledger.flags[HAS_SLOTS] else -1


@compiled
def tell(ledger: Tables, link: int, move: int) -> None:
    """Say for a return in another pool what a sale has cost so far, or what a receipt has cost."""
    flags, record, slot = ledger.flags, row(ledger.links, link * LINK_FIELDS), slot_of(ledger, move)
    known = cost_so_far(ledger, slot, move)
    is_same = record[TOLD_CENTS] == known[0] and record[TOLD_FRACTION] == known[1]
    if not is_same or record[TOLD_ERROR] != known[2] or record[TOLD_UNITS] != known[3]:
        record[CHANGED_IN] = flags[TURN]
    record[TOLD_CENTS], record[TOLD_FRACTION], record[TOLD_ERROR], record[TOLD_UNITS] = known
