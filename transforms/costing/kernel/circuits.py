"""Finds pools whose goods come back to them although they handed them on before they had them.

In such a circuit what a pool hands on is found by passing its cost round until nothing changes, and a cost that was
taken the wrong way where a rounding is in doubt can go round for ever and look settled.
"""

import numpy as np
import rustworkx
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
    in_doubt, in_debt, found = set(doubtful.tolist()), set(owing.tolist()), list[int]()
    if not in_doubt or not in_debt:
        return np.array(found, dtype=np.int64)
    graph: rustworkx.PyDiGraph[int, None] = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(count))
    graph.add_edges_from_no_data(_edges(links, count))
    for circuit in rustworkx.strongly_connected_components(graph):
        is_round = len(circuit) > 1 or graph.has_edge(circuit[0], circuit[0])
        if is_round and not in_doubt.isdisjoint(circuit) and not in_debt.isdisjoint(circuit):
            found += circuit
    return np.array(sorted(found), dtype=np.int64)


def _edges(links: Whole, count: int) -> list[tuple[int, int]]:
    """From each side of a document to the next one, and from a sale to its return; each pair of pools once."""
    first = links[links[:, FOLLOWING] >= 0]
    pairs = np.unique(first[:, LINK_POOL] * count + links[first[:, FOLLOWING], LINK_POOL])
    return list(zip((pairs // count).tolist(), (pairs % count).tolist(), strict=True))
