"""Which transfer or assembly goes first when several of one day feed each other."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import groupby
from operator import itemgetter

import polars as pl

Side = tuple[int, int, bool]
"""Document, pool, and whether goods come in there."""

Turn = tuple[int, int, int]
"""Document, the place in its round after which its turn comes, and its place among those with the same turn."""

AFTER_ALL = 2**62
"""A turn behind every document that waits for none."""


def settle_levels(sides: pl.DataFrame) -> pl.DataFrame:
    """Number the handed-over documents of each round so that a document follows those which feed it.

    Of the documents that wait for no other the first in the input goes first. Loops (A to B and back on one day) are
    cut at the document that stands first in the input.

    Args:
        sides: `row`, `bucket`, `document`, `pool`, `is_in`; sorted by bucket and then in the order in which loops
        are cut.

    Returns:
        `row`, `level`: one row for each input row, in order.
    """
    rows = sides.select("row", "pool", "is_in", paper=_in_round("document"), round=pl.col("bucket").rle_id())
    papers = rows.select("round", "paper").unique("paper", maintain_order=True)
    placed = papers.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64))
    turns = placed.join(_turns(rows, placed), on="paper", how="left", validate="1:1").sort(
        "round", pl.coalesce("turn", "place"), pl.col("among").fill_null(-1)
    )
    first = pl.col("round").ne_missing(pl.col("round").shift(1))
    place = pl.int_range(pl.len(), dtype=pl.Int32)
    levels = turns.select("paper", level=place - pl.when(first).then(place).forward_fill())
    return rows.join(levels, on="paper", how="left", validate="m:1", maintain_order="left").select("row", "level")


def _in_round(name: str) -> pl.Expr:
    """A number that tells a document, or a pool, of one round; rows are sorted by rounds."""
    return pl.col("bucket").rle_id().cast(pl.UInt64) * 2**32 + pl.col(name).cast(pl.UInt64)


def _turns(rows: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """`paper`, `turn` and `among` of documents that may wait for others; those are few, as a rule.

    Only documents that touch a pool into which goods come and from which goods go in one round can wait, or let wait.
    """
    in_round = pl.col("round").cast(pl.UInt64) * 2**32 + pl.col("pool").cast(pl.UInt64)
    touched = rows.select("paper", "is_in", touched=in_round)
    taken = touched.filter(~pl.col("is_in")).select("touched")
    mixed = touched.filter("is_in").join(taken, on="touched", how="semi").select("touched").unique()
    meeting = touched.join(mixed, on="touched", how="semi").select("paper").unique()
    waiting = rows.join(meeting, on="paper", how="semi", maintain_order="left").join(
        placed.select("paper", "place"), on="paper", how="left", validate="m:1", maintain_order="left"
    )
    named = zip(*(waiting[name].to_list() for name in ("round", "paper", "pool", "is_in", "place")), strict=True)
    found = [turn for _, of_round in groupby(named, key=itemgetter(0)) for turn in _turns_of(list(of_round))]
    schema = {"paper": pl.UInt64, "turn": pl.Int64, "among": pl.Int64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _turns_of(rows: list[tuple[int, int, int, bool, int]]) -> Iterator[Turn]:
    """When documents of one round have their turn: at their own place, or as soon as nobody feeds them any more.

    Until the first loop is cut those that wait for none and stand before go before; behind a cut all of these are done.
    """
    places = {document: place for _, document, _, _, place in rows}
    order, cut_at = _in_order([(document, pool, is_in) for _, document, pool, is_in, _ in rows])
    turn = -1
    for among, document in enumerate(order):
        turn = max(turn, places[document]) if among < cut_at else AFTER_ALL
        yield document, turn, among


def _in_order(sides: list[Side]) -> tuple[list[int], int]:
    """Documents of one round, each after those that bring goods into a pool it takes from; where the first loop is cut.

    Args:
        sides: in the order in which loops are cut.

    Returns:
        The documents, and how many of them stand before the first that was cut.
    """
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
    order: list[int] = []
    cut_at = len(documents)
    while left:
        while first not in left:
            first += 1
        if not ready:
            cut_at = min(cut_at, len(order))
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
    return order, cut_at
