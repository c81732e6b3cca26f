"""The order of moves: packed numbers sort as the keys themselves do, whatever ids, sequences and instants look like."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.policies import CostingMethod, CostingPolicy
from tests.transforms.costing.generated import ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing import show_order
from transforms.costing.moves.ordering import natural_order
from transforms.costing.moves.packed_order import order_by, pack_keys
from transforms.costing.moves.repeated_ids import find_repeated
from transforms.costing.moves.same_day import settle_levels

IDS = st.one_of(
    st.text(max_size=4),
    st.integers(0, 200).map(lambda number: f"line:{number}"),
    st.integers(0, 20).map(lambda number: f"{number:03}"),
    st.sampled_from(["a7", "ab", "a-7", "a+7", "", "é1", "e11", "Ω", "x" * 40, "x" * 39 + "y"]),
)
SEQUENCES = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([-(2**63), 2**63 - 1, 2**62, 10**12]))
METHODS: list[CostingMethod] = ["fifo", "periodic_average"]


@settings(max_examples=100, deadline=None)
@given(
    keys=st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from([0, 1, -5, 2**40, -(2**63), 2**63 - 1]), st.integers(0, 2**32 - 1), IDS
        ),
        max_size=30,
    )
)
def test_packed_keys_sort_as_the_keys_do(keys: list[tuple[int, int, int, str]]) -> None:
    schema = {"pool": pl.UInt32, "at": pl.Int64, "phase": pl.UInt32, "id": pl.String}
    frame = pl.DataFrame(keys, schema=schema, orient="row").with_row_index("row")
    expected = frame.sort("pool", "at", "phase", "id", "row")["row"]
    order = order_by([frame["pool"], frame["at"], frame["phase"]], [frame["id"]])
    assert order.to_list() == expected.to_list()


def test_keys_that_do_not_fit_one_word_are_left_for_ties() -> None:
    wide = pl.Series([0, 2**40], dtype=pl.Int64)
    assert pack_keys([pl.Series([7, 7]), wide]).rest == []
    assert [len(key) for key in pack_keys([wide, wide]).rest] == [2]


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), moves=ledgers())
def test_moves_stand_in_the_order_that_the_rule_gives(
    method: CostingMethod, data: st.DataObject, moves: list[Move]
) -> None:
    ids = data.draw(st.lists(IDS, min_size=len(moves), max_size=len(moves), unique=True))
    sequences = data.draw(st.lists(SEQUENCES, min_size=len(moves), max_size=len(moves)))
    renamed = dict(zip((move.move_id for move in moves), ids, strict=True))
    frame = frame_of(moves).with_columns(
        pl.col("move_id").replace_strict(renamed, return_dtype=pl.String),
        # a charge or a return would have to stand behind what it names
        source_move_id=pl.lit(None, dtype=pl.String),
        kind=pl.col("kind").replace({"landed_cost": "revaluation"}),
        sequence=pl.Series(sequences, dtype=pl.Int64),
    )
    # what comes in has left before
    latest = pl.col("sequence").fill_null(0).max().over("document_id")
    frame = frame.with_columns(sequence=pl.when(pl.col("kind") == "transfer_in").then(latest).otherwise("sequence"))
    shown = show_order(frame, CostingPolicy(method, "sku_location"))
    in_round = ["phase", "level", "side"]
    bucket = pl.col("moved_on").dt.truncate("1mo") if method == "periodic_average" else pl.col("moved_on")
    inside = [*in_round, "moved_on", "sequence"] if method == "periodic_average" else ["sequence", *in_round]
    told = frame.join(shown, on="move_id").with_columns(pl.col("sequence").fill_null(0), bucket=bucket)
    by_rule = told.sort("bucket", *inside, *natural_order("move_id"))
    assert shown["move_id"].to_list() == by_rule["move_id"].to_list()
    assert shown["move_order"].to_list() == list(range(1, len(moves) + 1))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=25).map(sorted)
)
def test_documents_of_a_day_stand_as_if_each_had_looked_for_the_first_that_can_go(
    sides: list[tuple[int, int, int, bool]],
) -> None:
    sides = sorted(sides, key=lambda side: side[0])
    schema = {"bucket": pl.Int64, "document": pl.Int64, "pool": pl.Int64, "is_in": pl.Boolean}
    frame = pl.DataFrame(sides, schema=schema, orient="row").with_row_index("row")
    expected = [level for bucket in (0, 1) for level in _levels([side[1:] for side in sides if side[0] == bucket])]
    assert settle_levels(frame)["level"].to_list() == expected


def _levels(sides: list[tuple[int, int, bool]]) -> Iterator[int]:
    """Look through all that wait for the first that no other one feeds, again and again."""
    waiting = list(dict.fromkeys(document for document, _, _ in sides))
    brought = {d: {pool for document, pool, is_in in sides if document == d and is_in} for d in waiting}
    taken = {d: {pool for document, pool, is_in in sides if document == d and not is_in} for d in waiting}
    level: dict[int, int] = {}
    while waiting:
        free = [d for d in waiting if not any(taken[d] & brought[other] for other in waiting if other != d)]
        chosen = (free or waiting)[0]
        waiting.remove(chosen)
        level[chosen] = len(level)
    return (level[document] for document, _, _ in sides)


@settings(max_examples=100, deadline=None)
@given(ids=st.lists(st.one_of(st.none(), st.text(max_size=2), st.sampled_from(["a", "b", "c"])), max_size=20))
def test_repeated_ids_are_found_also_where_hashes_collide(ids: list[str | None]) -> None:
    expected = [row for row, name in enumerate(ids) if name is not None and ids.count(name) > 1]
    series = pl.Series(ids, dtype=pl.String)
    assert find_repeated(series).to_list() == expected
    assert find_repeated(series, lambda texts: texts.str.len_bytes().cast(pl.UInt64)).to_list() == expected


def test_instants_order_the_moves_of_a_day() -> None:
    noon = datetime.fromisoformat("2026-09-01T12:00")
    frame = pl.DataFrame(
        {
            "move_id": ["late receipt", "sale", "early receipt", "at once"],
            "kind": ["receipt", "sale", "receipt", "receipt"],
            "sku": ["A"] * 4,
            "moved_on": [noon + timedelta(hours=1), noon, noon - timedelta(microseconds=1), noon],
            "quantity": [1, -1, 1, 1],
            "unit_cost": [3, None, 1, 2],
        }
    )
    for method in METHODS:
        expected = ["early receipt", "at once", "sale", "late receipt"]
        if method == "periodic_average":
            expected = ["early receipt", "at once", "late receipt", "sale"]
        assert show_order(frame, CostingPolicy(method))["move_id"].to_list() == expected
    dated = frame.with_columns(pl.col("moved_on").cast(pl.Date))
    assert show_order(dated, CostingPolicy())["move_id"].to_list()[-1] == "sale"


def test_dates_from_the_first_to_the_last_year_find_room() -> None:
    days = [date(2200, 12, 31), date(1900, 1, 1), date(1970, 1, 1)]
    frame = pl.DataFrame({"move_id": ["c", "a", "b"], "kind": "sale", "sku": "A", "moved_on": days, "quantity": -1})
    assert show_order(frame, CostingPolicy())["move_id"].to_list() == ["a", "b", "c"]
