"""Which transfer or assembly goes first when several of one day feed each other."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

import polars as pl

Side = tuple[int, int, bool]
"""Document, pool, and whether goods come in there."""


def settle_levels(sides: pl.DataFrame) -> pl.DataFrame:
    """Number the handed-over documents of each round so that a document follows those which feed it.

    Loops (A to B and back on one day) are cut at the document that stands first in the input.

    Args:
        sides: `row`, `bucket`, `document`, `pool`, `is_in`; sorted by bucket and then in the order in which loops
        are cut.

    Returns:
        `row`, `level`: one row for each input row.
    """
    levels: list[int] = []
    named = sides.select("bucket", "document", "pool", "is_in").iter_rows()
    for _, rows in groupby(named, key=itemgetter(0)):
        round_sides = [(document, pool, is_in) for _, document, pool, is_in in rows]
        level_of = {document: level for level, document in enumerate(_in_order(round_sides))}
        levels.extend(level_of[document] for document, _, _ in round_sides)
    return sides.select("row", level=pl.Series("level", levels, dtype=pl.Int32))


def _in_order(sides: Iterable[Side]) -> Iterable[int]:
    """Documents of one round, each after those that bring goods into a pool it takes from."""
    takes, brings = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    waiting: dict[int, None] = {}
    for document, pool, is_in in sides:
        waiting[document] = None
        (brings if is_in else takes)[pool].add(document)
    feeders = {document: set[int]() for document in waiting}
    for pool, takers in takes.items():
        for taker in takers:
            feeders[taker] |= brings[pool] - {taker}
    while waiting:
        ready = next((document for document in waiting if not feeders[document] & waiting.keys()), None)
        chosen = next(iter(waiting)) if ready is None else ready
        del waiting[chosen]
        yield chosen
