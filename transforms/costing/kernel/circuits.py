"""Finds pools whose goods come back to them although they handed them on before they had them.

In such a circuit what a pool hands on is found by passing its cost round until nothing changes, and a cost that was
taken the wrong way where a rounding is in doubt can go round for ever and look settled.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from transforms.costing.kernel.frames import Whole
from transforms.costing.kernel.layout import FOLLOWING, LINK_POOL

Pools = NDArray[np.int64]


def find_circuits(links: Whole, doubtful: Pools, owing: Pools, count: int) -> Pools:
    """Pools that lie in one circuit with a pool in doubt and one that handed over units which it owed.

    Args:
        links: records of the sides of documents and of returns (`links.build_links`).
        doubtful: numbers of pools with a rounding in doubt.
        owing: numbers of pools that handed over units before they had them.
        count: how many pools there are.
    """
    sender, receiver = _edges(links, count)
    near = np.ones(count, dtype=bool)
    for pools in (doubtful, owing):
        near &= _reach(sender, receiver, pools, count) & _reach(receiver, sender, pools, count)
    inside = near[sender] & near[receiver]
    following: dict[int, list[int]] = {}
    for one, other in zip(sender[inside].tolist(), receiver[inside].tolist(), strict=True):
        following.setdefault(one, []).append(other)
    in_doubt, in_debt, found = set(doubtful.tolist()), set(owing.tolist()), list[int]()
    for circuit in _circuits(following):
        if not in_doubt.isdisjoint(circuit) and not in_debt.isdisjoint(circuit):
            found += circuit
    return np.array(sorted(found), dtype=np.int64)


def _edges(links: Whole, count: int) -> tuple[Pools, Pools]:
    """From each side of a document to the next one, and from a sale to its return; each pair of pools once."""
    first = links[links[:, FOLLOWING] >= 0]
    pairs = np.unique(first[:, LINK_POOL] * count + links[first[:, FOLLOWING], LINK_POOL])
    return pairs // count, pairs % count


def _reach(sender: Pools, receiver: Pools, pools: Pools, count: int) -> NDArray[np.bool_]:
    """Which pools can be reached from some, themselves among them."""
    found = np.zeros(count, dtype=bool)
    found[pools] = True
    reached = -1
    while reached != (reached := int(found.sum())):
        found[receiver[found[sender]]] = True
    return found


def _circuits(following: dict[int, list[int]]) -> Iterator[list[int]]:
    """Strongly connected pools, by Tarjan's algorithm without recursion; one alone only where it hands on to itself."""
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    standing: dict[int, None] = {}
    for root in list(following):
        if root in number:
            continue
        open_pools = [(root, iter(following[root]))]
        number[root] = lowest[root] = len(number)
        standing[root] = None
        while open_pools:
            pool, coming = open_pools[-1]
            for other in coming:
                if other not in number:
                    number[other] = lowest[other] = len(number)
                    standing[other] = None
                    open_pools.append((other, iter(following.get(other, ()))))
                    break
                if other in standing:
                    lowest[pool] = min(lowest[pool], number[other])
            else:
                open_pools.pop()
                if open_pools:
                    above = open_pools[-1][0]
                    lowest[above] = min(lowest[above], lowest[pool])
                if lowest[pool] == number[pool]:
                    circuit: list[int] = []
                    while not circuit or circuit[-1] != pool:
                        circuit.append(standing.popitem()[0])
                    if len(circuit) > 1 or pool in following.get(pool, ()):
                        yield circuit
