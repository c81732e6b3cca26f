"""What is taken out of rows of known kinds is what looking at every field finds, and nothing new slips past."""

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.api.drift import Drift
from pipelines.extract.api.fields import find
from pipelines.extract.api.known_rows import MOST_PARSERS, KnownRows
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Resource

ORDERS = Resource(
    "SalesOrders", ("id",), ("modifiedDate",), known_fields=frozenset({"id", "modifieddate", "status", "lineitems"}),
    enums={"status": ("approved",), "lineItems.stockControl": ("fifo",)},
)  # fmt: skip
NAMES = st.sampled_from(["id", "ID", "modifiedDate", "status", "Status", "lineItems", "stockControl", "a.b", '"', ""])
WORDS = st.sampled_from(["Approved", "approved", "HELD", " ", "FIFO", "é", "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
ROWS = st.dictionaries(NAMES, VALUES, max_size=4)


def _received(*rows: Mapping[str, object]) -> list[ReceivedRow]:
    return [ReceivedRow(json.dumps(row)) for row in rows]


def _take(known: KnownRows, drift: Drift, rows: Sequence[ReceivedRow]) -> dict[str, list[object]] | None:
    """As a page is read."""
    taken = known.take(rows)
    if taken is None:
        drift.look_at(rows, [str(place) for place in range(len(rows))])
        known.learn()
    return taken


@given(kinds=st.lists(ROWS, min_size=1, max_size=3), pages=st.data())
@settings(max_examples=200)
def test_rows_of_known_kinds_say_what_looking_at_every_field_finds(
    kinds: list[dict[str, object]], pages: st.DataObject
) -> None:
    """Pages repeat few kinds of rows, so most of them are taken; what is reported is the same either way."""
    drift, plain = Drift(ORDERS), Drift(ORDERS)
    known = KnownRows(drift.kinds, ("id", "modifiedDate"))
    for _ in range(4):
        rows = _received(*pages.draw(st.lists(st.sampled_from(kinds) | ROWS, min_size=1, max_size=3)))
        plain.look_at(rows, [str(place) for place in range(len(rows))])
        taken = _take(known, drift, rows)
        if taken is not None:
            assert taken == {name: [find(row.fields, name) for row in rows] for name in ("id", "modifiedDate")}
    assert drift.take_news() == plain.take_news()


ORDER = {"id": 1, "modifiedDate": None, "status": "Approved", "lineItems": [{"stockControl": "FIFO", "qty": 1.5}]}


def test_a_page_like_the_one_before_is_not_looked_at_again() -> None:
    drift = Drift(ORDERS)
    known = KnownRows(drift.kinds, ("id", "modifiedDate", "createdDate"))
    first, second = _received(ORDER), _received({**ORDER, "id": 2, "lineItems": []}, {"id": 3, "lineItems": None})
    assert _take(known, drift, first) is None
    assert _take(known, drift, second) == {"id": [2, 3], "modifiedDate": [None, None], "createdDate": [None, None]}


@pytest.mark.parametrize(
    ("change", "fields", "values"),
    [
        ({"colour": "red"}, ["colour"], []),
        ({"status": "Parked"}, [], [("status", "Parked")]),
        ({"status": {"code": 1}}, ["status.code"], []),
        ({"lineItems": [{"stockControl": "FIFO"}, {"bin": 1}]}, ["lineItems.bin"], []),
        ({"lineItems": {"stockControl": "Magic"}}, [], [("lineItems.stockControl", "Magic")]),
        ({"lineItems": [{"qty": {"value": 1}}]}, ["lineItems.qty.value"], []),
    ],
)
def test_whatever_is_new_is_seen(change: dict[str, object], fields: list[str], values: list[tuple[str, str]]) -> None:
    drift = Drift(ORDERS)
    known = KnownRows(drift.kinds, ("id",))
    _take(known, drift, _received(ORDER))
    drift.take_news()
    assert _take(known, drift, _received(ORDER, {**ORDER, **change})) is None
    news = drift.take_news()
    assert [path for path, _, _ in news.fields] == fields
    assert [(path, value) for path, value, _ in news.values] == values
    assert _take(known, drift, _received({**ORDER, **change})) == {"id": [1]}


def test_a_key_that_is_spelled_in_two_ways_is_looked_for_in_each_row() -> None:
    drift = Drift(ORDERS)
    known = KnownRows(drift.kinds, ("id",))
    for _ in range(2):
        assert _take(known, drift, _received({"id": 1}, {"ID": 2})) is None


def test_rows_of_ever_new_kinds_get_no_parser_each() -> None:
    drift = Drift(ORDERS)
    known = KnownRows(drift.kinds, ("id",))
    for number in range(MOST_PARSERS + 1):
        assert _take(known, drift, _received({"id": 1, f"field {number}": 1})) is None
    assert _take(known, drift, _received({"id": 1})) is None
    assert f"field {MOST_PARSERS}" in [path for path, _, _ in drift.take_news().fields]
