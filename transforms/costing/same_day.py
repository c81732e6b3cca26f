"""Which transfer or assembly goes first when several of one day feed each other."""

from collections import Counter, defaultdict
from heapq import heapify, heappop, heappush
from itertools import groupby
from operator import itemgetter

import polars as pl

Side = tuple[int, int, bool]
"""Document, pool, and whether goods come in there."""


def settle_levels(sides: pl.DataFrame) -> pl.DataFrame:
    """Number the handed-over documents of each round so that a document follows those which feed it.

    Of the documents that wait for no other the first in the input goes first. Loops (A to B and back on one day) are
    cut at the document that stands first in the input.

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


def _in_order(sides: list[Side]) -> list[int]:
    """Documents of one round, each after those that bring goods into a pool it takes from."""
    documents = list(dict.fromkeys(document for document, _, _ in sides))
    place = {document: at for at, document in enumerate(documents)}
    takes, brings, takers = (defaultdict[int, set[int]](set) for _ in range(3))
    for document, pool, is_in in sides:
        (brings if is_in else takes)[place[document]].add(pool)
        if not is_in:
            takers[pool].add(place[document])
    waiting_for = Counter(pool for pools in brings.values() for pool in pools)

    def is_ready(at: int) -> bool:
        return all(waiting_for[pool] == (pool in brings[at]) for pool in takes[at])

    ready = [at for at in range(len(documents)) if is_ready(at)]
    heapify(ready)
    left, first = set(range(len(documents))), 0
    order = []
    while left:
        while first not in left:
            first += 1
        at = heappop(ready) if ready else first
        if at not in left:
            continue
        left.remove(at)
        order.append(documents[at])
        for pool in brings[at]:
            waiting_for[pool] -= 1
            # who waits for nothing else can go when nobody, or only it itself, still brings goods into the pool
            for taker in takers[pool] if waiting_for[pool] <= 1 else ():
                if taker in left and is_ready(taker):
                    heappush(ready, taker)
    return order
