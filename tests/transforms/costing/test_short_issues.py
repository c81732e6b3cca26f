"""Units that leave before they are there, valued by whole columns: as the exact loop, and as a bookkeeper, has it."""

import os

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.policies import CostingPolicy
from tests.transforms.costing.kernel_ledgers import rows_of
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import value_moves
from transforms.costing.loop.exact_moves import settle_exactly
from transforms.costing.plain.plain_pools import PLAIN_COLUMNS, settle_plain_pools

EXAMPLES = settings(max_examples=2000 if os.environ.get("CHAOS") == "all" else 60, suppress_health_check=[*HealthCheck])

SHORT = """
    9-1  sale    s1 -2
    9-2  receipt r1  3 at 4.00
    9-3  sale    s2 -4
    9-4  receipt r2  2 at 5.005
    9-5  sale    s3 -3
"""
"""Sold before anything is known, then 3 more than there are of r1, then 3 of which nothing covers all."""


def test_what_covers_an_issue_is_its_cost_and_the_last_known_cost_is_what_it_was_thought_to_cost() -> None:
    valued = value_moves(frame_of(read_table(SHORT)[0]), CostingPolicy())
    found = valued.select(pl.col("cost_amount", "provisional_amount", "is_provisional").cast(pl.String)).rows()
    assert found == [
        # 2 of r1 cover it; when it left no cost was known
        ("-8.00", "0.00", "false"),
        ("12.00", None, "false"),
        # 1 of r1 and 2 of r2 cover it, 1 is never covered: 4.00 + 10.01 + 4.00; it was thought to cost 4 at 4.00
        ("-18.01", "-16.00", "true"),
        ("10.01", None, "false"),
        # nothing covers it: 3 at 5.005, the last known cost, on top of 26.01
        ("-15.02", "-15.02", "true"),
    ]


@st.composite
def short_ledgers(draw: st.DrawFn) -> str:
    """Receipts and sales of some pools in any order."""
    lines = []
    for number in range(draw(st.integers(1, 14))):
        day, sku = draw(st.integers(1, 9)), draw(st.sampled_from("AB"))
        units = draw(st.sampled_from(["1", "2", "3", "7", "0.0001", "2.5"]))
        if draw(st.booleans()):
            price = draw(st.sampled_from(["0", "1", "0.333333", "2.675", "1000000.01"]))
            lines.append(f"9-{day} receipt m{number} {units} at {price} sku={sku}")
        else:
            lines.append(f"9-{day} sale m{number} -{units} sku={sku}")
    return "\n".join(lines)


@EXAMPLES
@given(table=short_ledgers())
def test_columns_find_what_the_exact_loop_finds(table: str) -> None:
    moves: list[Move] = read_table(table)[0]
    policy = CostingPolicy()
    rows = rows_of(moves, policy).sort("pool", "move_order")
    exact = settle_exactly(rows, policy, None)
    found = settle_plain_pools(rows.select(PLAIN_COLUMNS), policy)
    assert_frame_equal(found.cast(exact.schema).sort("row"), exact.sort("row"))
