"""An answer is cut into rows that keep their text, and what is no list of rows is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.api.json_rows import array_rows, envelope_rows

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def test_a_row_keeps_the_digits_and_blanks_it_came_with() -> None:
    first, second = array_rows(' [ {"total": 1.10 } ,{"id": 12345678901234567890.123}\n] ')
    assert (first.text, second.text) == ('{"total": 1.10 }', '{"id": 12345678901234567890.123}')
    assert first.fields == {"total": 1.1}


@given(rows=st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=3), max_size=4))
@settings(max_examples=40)
def test_every_row_of_an_array_comes_back_in_order(rows: list[dict[str, object]]) -> None:
    for indent in (None, 2):
        cut = array_rows(json.dumps(rows, indent=indent))
        assert [row.fields for row in cut] == rows
        assert [json.loads(row.text) for row in cut] == rows


def test_an_envelope_gives_its_list_and_what_stands_beside_it() -> None:
    beside, rows = envelope_rows('{"Total": 2, "x": {"SaleList": 1}, "SaleList": [{"a": 1.0}], "Page": 1}', "salelist")
    assert beside == {"Total": 2, "x": {"SaleList": 1}, "Page": 1}
    assert [row.text for row in rows] == ['{"a": 1.0}']


def test_a_list_under_another_name_is_found() -> None:
    """cin7.md section 2.2: the stocktakes come back as StockAdjustmentList."""
    assert envelope_rows('{"StockAdjustmentList": [{"a": 1}]}', "StockTakeList")[1][0].fields == {"a": 1}


@pytest.mark.parametrize("text", ["", "<html></html>", "{}", "[1]", "[{} {}]", "[{}", '[{"a":1}', '["x"]', "null"])
def test_what_is_no_list_of_rows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        array_rows(text)


@pytest.mark.parametrize("text", ["[]", '{"Total": 1}', "<html>", "null", '{"a": [1]}'])
def test_what_is_no_envelope_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        envelope_rows(text)
