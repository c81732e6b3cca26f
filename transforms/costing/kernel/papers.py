"""Documents: what an outflow handed over, and how far the inflows have carried it.

The state of a document is kept after each of its moves (links, in order of time), so that a pool can be settled again
without the others: what they handed over, and how far it was carried, still stands there. (The rules: `documents`.)
"""

import numpy as np

from transforms.costing.kernel.amounts import rounded
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
    AT_LINK,
    AT_PIECE,
    BEYOND,
    DOCUMENT_CENTS,
    DOCUMENT_HEAD,
    FIRST_PIECE,
    FOLLOWING,
    HAS_LEFTOVER,
    HAS_OUTFLOWS,
    IS_FINISHED,
    IS_LAST,
    KEPT_BACK,
    LINK_FIELDS,
    PIECE_CENTS,
    PIECE_COST,
    PIECE_FIELDS,
    PIECE_LEFT,
    PIECE_ORIGIN,
    PIECE_UNITS,
    PIECES,
    PREVIOUS,
    WEIGHT,
    WEIGHTS,
    Table,
)
from transforms.costing.kernel.pointers import row
from transforms.costing.kernel.wide import divide, multiply, signed


@compiled
def begin_link(links: Table, link: int) -> None:
    """Begin with the state that the move before left."""
    previous = links[link * LINK_FIELDS + PREVIOUS]
    if previous >= 0:
        for field in range(HAS_OUTFLOWS, PIECE_CENTS + 1):
            links[link * LINK_FIELDS + field] = links[previous * LINK_FIELDS + field]
    else:
        for field in range(HAS_OUTFLOWS, PIECE_CENTS + 1):
            links[link * LINK_FIELDS + field] = 0
        links[link * LINK_FIELDS + AT_LINK] = -1


@compiled
def finish_outflow(links: Table, pieces: Table, link: int) -> None:
    """Note what an outflow has handed over."""
    record = row(links, link * LINK_FIELDS)
    for place in range(record[FIRST_PIECE], record[FIRST_PIECE] + record[PIECES]):
        record[DOCUMENT_CENTS] += pieces[place * PIECE_FIELDS + PIECE_COST]
    record[HAS_OUTFLOWS] = 1
    record[HAS_LEFTOVER] = record[IS_FINISHED]


@compiled
def count_pieces(links: Table, link: int, units: int) -> int:
    """How many pieces a transfer will bring in at most."""
    at, place, left, count = (
        links[link * LINK_FIELDS + AT_LINK],
        links[link * LINK_FIELDS + AT_PIECE],
        links[link * LINK_FIELDS + PIECE_LEFT],
        0,
    )
    if at < 0:
        at, place = links[link * LINK_FIELDS + DOCUMENT_HEAD], -1
    count = 1 if left else 0
    while at >= 0 and at != link:
        count += links[at * LINK_FIELDS + PIECES] - place - 1
        at, place = links[at * LINK_FIELDS + FOLLOWING], -1
    return count


@compiled
def carry(links: Table, pieces: Table, link: int, units: int, flags: Table) -> tuple[int, int]:
    """Give on the next piece of what has left, at most some units; units and cents, none where nothing is left."""
    record = row(links, link * LINK_FIELDS)
    if record[PIECE_LEFT] == 0 and not next_piece(links, pieces, link):
        return 0, 0
    left, cents = record[PIECE_LEFT], record[PIECE_CENTS]
    if units >= left:
        record[PIECE_LEFT] = record[PIECE_CENTS] = 0
        return left, cents
    taken = nearest_share(cents, units, left, flags)
    record[PIECE_LEFT], record[PIECE_CENTS] = left - units, cents - taken
    return units, taken


@compiled
def next_piece(links: Table, pieces: Table, link: int) -> bool:
    """Go on to the next piece that left before this move."""
    record = row(links, link * LINK_FIELDS)
    at, place = record[AT_LINK], record[AT_PIECE] + 1
    if at < 0:
        at, place = record[DOCUMENT_HEAD], 0
    while at >= 0 and at != link and place >= links[at * LINK_FIELDS + PIECES]:
        at, place = links[at * LINK_FIELDS + FOLLOWING], 0
    if at < 0 or at == link:
        return False
    record[AT_LINK], record[AT_PIECE] = at, place
    piece = row(pieces, (links[at * LINK_FIELDS + FIRST_PIECE] + place) * PIECE_FIELDS)
    record[PIECE_LEFT], record[PIECE_CENTS] = piece[PIECE_UNITS], piece[PIECE_COST]
    return True


@compiled
def piece_origin(links: Table, pieces: Table, link: int) -> int:
    """The slot of the receipt whose layer the piece is part of that was given on last; -1 for nobody's."""
    record = row(links, link * LINK_FIELDS)
    first = links[record[AT_LINK] * LINK_FIELDS + FIRST_PIECE]
    origin: int = pieces[(first + record[AT_PIECE]) * PIECE_FIELDS + PIECE_ORIGIN]
    return origin


@compiled
def nearest_share(cents: int, weight: int, weights: int, flags: Table) -> int:
    """Cents times weight / weights, half up."""
    high, low = multiply(np.uint64(abs(cents)), np.uint64(weight))
    if high >= np.uint64(weights):
        flags[BEYOND] = 1
        return 0
    quotient, remainder = divide(high, low, np.uint64(weights))
    share, rest = signed(quotient), signed(remainder)
    if cents >= 0:
        return share + 1 if rest >= weights - rest else share
    return -(share + 1) if rest > weights - rest else -share


@compiled
def split_off(links: Table, link: int, flags: Table) -> int:
    """Give a product its share of the cents that are there beside by-products to come; the last one takes all those."""
    record = row(links, link * LINK_FIELDS)
    taken: int = max(record[DOCUMENT_CENTS] - record[KEPT_BACK], 0)
    if not record[IS_LAST]:
        taken = nearest_share(taken, record[WEIGHT], record[WEIGHTS], flags)
    record[DOCUMENT_CENTS] -= taken
    record[IS_FINISHED] = record[IS_LAST]
    return taken


@compiled
def keep_own(links: Table, link: int, cents: int, fraction: int, flags: Table) -> int:
    """Let a by-product with a cost of its own take that much away, as far as it is there."""
    own = rounded(cents, fraction, 0, flags)
    links[link * LINK_FIELDS + DOCUMENT_CENTS] -= min(own, links[link * LINK_FIELDS + DOCUMENT_CENTS])
    return own
