"""What holds for every table of moves: the three files agree with each other, with costing, and with what was known."""

import calendar
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.value_table.columns import ADDED, POOL, pool_parts
from pipelines.value_table.parts import value_in_parts
from pipelines.value_table.request import CLOSING_STOCK, PERIODS, VALUED_MOVES, CostRequest
from pipelines.value_table.run import CostRun
from pipelines.value_table.totals import Totals
from schemas.kinds import MOVE_KINDS
from schemas.policies import CostingPolicy
from tests.pipelines.value_table.desk import total
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from tests.transforms.costing.test_booked_periods import months_of_moves
from transforms.costing import value_moves

POLICIES = st.builds(
    CostingPolicy,
    method=st.sampled_from(["fifo", "moving_average", "periodic_average", "specific"]),
    pool=st.sampled_from(["sku", "sku_location"]),
    late_cost=st.sampled_from(["catch_up", "restate", "prospective"]),
)
OTHER_KINDS = [kind for kind in MOVE_KINDS if kind != "opening"]
"""Opening moves stand in the opening of their month."""

LEDGERS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def valued(moves: pl.DataFrame, policy: CostingPolicy, day: date | None = None) -> Iterator[tuple[Totals, Path]]:
    """A table through the command's run, from Parquet to Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "moves.parquet", Path(folder) / "out"
        moves.write_parquet(table)
        run = CostRun(CostRequest(table, policy, as_known_on=day, out=out))
        yield run.value_file(lambda _, work: work()), out


@LEDGERS
@given(moves=months_of_moves(), policy=POLICIES)
def test_every_row_stands_there_in_order_with_what_costing_says(moves: list[Move], policy: CostingPolicy) -> None:
    frame = frame_of(moves).with_columns(note=pl.lit("kept").cast(pl.Categorical), number=pl.int_range(pl.len()) / 7)
    with valued(frame, policy) as (_, out):
        found = pl.read_parquet(out / VALUED_MOVES)
    assert found.select(frame.columns).equals(frame)
    assert found.select(frame.columns).schema == frame.schema
    assert found.select("move_id", *ADDED).equals(value_moves(frame, policy))


@LEDGERS
@given(moves=months_of_moves(), policy=POLICIES)
def test_the_three_files_agree_to_the_cent(moves: list[Move], policy: CostingPolicy) -> None:
    with valued(frame_of(moves), policy) as (totals, out):
        rows, stock, months = (pl.read_parquet(out / name) for name in (VALUED_MOVES, CLOSING_STOCK, PERIODS))
    for kind in OTHER_KINDS:
        of_kind = rows.filter(pl.col("kind") == kind)
        assert total(months[f"{kind}_value"]) == total(of_kind["cost_amount"])
        assert total(months[f"{kind}_quantity"]) == total(of_kind["quantity"])
    assert total(months["cogs_amount"]) == total(rows["cogs_amount"]) == totals.cogs_total
    assert total(stock["value"]) == total(rows["cost_amount"]) == totals.closing_value
    assert total(stock["quantity"]) == total(rows["quantity"]) == totals.closing_quantity
    assert totals.moves == len(moves)
    assert totals.provisional_value == total(rows.filter("is_provisional")["cost_amount"])


@LEDGERS
@given(moves=months_of_moves(), policy=POLICIES)
def test_opening_and_all_kinds_are_closing_and_the_next_opening(moves: list[Move], policy: CostingPolicy) -> None:
    with valued(frame_of(moves), policy) as (_, out):
        rows, stock, months = (pl.read_parquet(out / name) for name in (VALUED_MOVES, CLOSING_STOCK, PERIODS))
    opened = {tuple(row[:3]) for row in rows.filter(pl.col("kind") == "opening").select(_pool(policy)).rows()}
    before: dict[tuple[str | None, ...], tuple[Decimal, Decimal]] = {}
    for row in months.iter_rows(named=True):
        pool = tuple(row[name] for name in POOL)
        opening = row["opening_quantity"], row["opening_value"]
        if pool not in opened:
            assert opening == before.get(pool, (Decimal(0), Decimal(0)))
        before[pool] = tuple(
            row[f"opening_{one}"] + total(row[f"{kind}_{one}"] for kind in OTHER_KINDS) for one in ("quantity", "value")
        )
        assert before[pool] == (row["closing_quantity"], row["closing_value"])
    on_hand = {tuple(row[:3]): row[3:] for row in stock.rows() if any(row[3:])}
    assert {pool: end for pool, end in before.items() if any(end)} == on_hand


@LEDGERS
@given(
    moves=months_of_moves(),
    policy=POLICIES.filter(lambda policy: policy.late_cost != "restate"),
    months=st.integers(0, 5),
)
def test_a_month_closes_with_what_was_known_at_its_end(moves: list[Move], policy: CostingPolicy, months: int) -> None:
    year, month = divmod(2026 * 12 + 8 + months, 12)
    last = date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    with valued(frame_of(moves), policy) as (_, out):
        booked = pl.read_parquet(out / PERIODS).filter(pl.col("period") <= last)
    with valued(frame_of(moves), policy, last) as (then, out):
        known = pl.read_parquet(out / VALUED_MOVES)
    assert total(booked["cogs_amount"]) == then.cogs_total
    for kind in OTHER_KINDS:
        of_kind = known.filter((pl.col("kind") == kind) & pl.col("cost_amount").is_not_null())
        assert total(booked[f"{kind}_value"]) == total(of_kind["cost_amount"])
        assert total(booked[f"{kind}_quantity"]) == total(of_kind["quantity"])


@LEDGERS
@given(moves=months_of_moves(), policy=POLICIES, size=st.integers(1, 9))
def test_a_table_is_valued_in_parts_as_it_is_in_whole(moves: list[Move], policy: CostingPolicy, size: int) -> None:
    apart = [move for move in moves if not move.move_id.startswith("M")]
    for frame in (frame_of(moves), frame_of(apart)):
        if frame.height:
            assert value_in_parts(frame, policy, rows_at_once=size).equals(value_moves(frame, policy))


def _pool(policy: CostingPolicy) -> list[pl.Expr]:
    """The pool of a row as the results show it."""
    parts = pool_parts(policy)
    return [(pl.col(name) if name in parts else pl.lit(None)).alias(name) for name in POOL]
