"""Which pools hand goods round in a circle that holds a doubt and a debt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.costing.kernel.circuits import find_circuits
from transforms.costing.kernel.layout import FOLLOWING, LINK_FIELDS, LINK_POOL

Edge = tuple[int, int]


def found(edges: list[Edge], doubtful: set[int], owing: set[int], count: int) -> set[int]:
    """Each edge is a document of two sides."""
    links = np.zeros((2 * len(edges), LINK_FIELDS), dtype=np.int64)
    links[:, FOLLOWING] = -1
    for at, (sender, receiver) in enumerate(edges):
        links[2 * at : 2 * at + 2, LINK_POOL] = sender, receiver
        links[2 * at, FOLLOWING] = 2 * at + 1
    return set(find_circuits(links, np.array(sorted(doubtful), int), np.array(sorted(owing), int), count).tolist())


@pytest.mark.parametrize(
    ("edges", "doubtful", "owing", "circuits"),
    [
        ([(0, 1), (1, 0)], {0}, {1}, {0, 1}),
        ([(0, 1), (1, 0)], {0}, set(), set()),
        ([(0, 1), (1, 2)], {0}, {2}, set()),
        ([(0, 0)], {0}, {0}, {0}),
        ([(0, 1), (1, 0), (1, 2), (2, 3), (3, 2)], {0}, {3}, set()),
        ([(0, 1), (1, 2), (2, 3), (3, 0)], {1}, {3}, {0, 1, 2, 3}),
    ],
)
def test_a_circuit_needs_a_doubt_and_a_debt(
    edges: list[Edge], doubtful: set[int], owing: set[int], circuits: set[int]
) -> None:
    assert found(edges, doubtful, owing, 4) == circuits


@given(
    edges=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20),
    doubtful=st.sets(st.integers(0, 7), max_size=3),
    owing=st.sets(st.integers(0, 7), max_size=3),
)
def test_circuits_are_what_following_every_edge_finds(edges: list[Edge], doubtful: set[int], owing: set[int]) -> None:
    reached = {pool: {pool} for pool in range(8)}
    for _ in range(8):
        for sender, receiver in edges:
            for pools in reached.values():
                pools.update({receiver} if sender in pools else ())
    together = {pool: {other for other in reached[pool] if pool in reached[other]} for pool in range(8)}
    expected = {
        pool for pool, circuit in together.items()
        if circuit & doubtful and circuit & owing and (len(circuit) > 1 or (pool, pool) in edges)
    }  # fmt: skip
    assert found(edges, doubtful, owing, 8) == expected
