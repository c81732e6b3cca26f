"""An answer is cut into rows that keep their text, and what is no list of rows is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.api.fields import find_key
from pipelines.extract.api.json_rows import array_rows, envelope_rows
from pipelines.extract.api.shapes import Resource

AWKWARD = st.text('"\\\\{}[],:é\\n', max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | AWKWARD,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def test_a_row_keeps_the_digits_and_blanks_it_came_with() -> None:
    first, second = array_rows(' [ {"total": 1.10 } ,{"id": 12345678901234567890.123}\n] ')
    assert (first.text, second.text) == ('{"total": 1.10 }', '{"id": 12345678901234567890.123}')
    assert first.fields == {"total": 1.1}


def _as_parsed(digits: str) -> object:
    """A whole number as it is looked at: one of more than 64 bits as a float, while the text keeps its digits."""
    return int(digits) if -(2**63) <= int(digits) < 2**64 else float(digits)


@given(rows=st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=3), max_size=4))
@settings(max_examples=40)
def test_every_row_of_an_array_comes_back_in_order(rows: list[dict[str, object]]) -> None:
    for indent, is_ascii in ((None, True), (2, False)):
        answer = json.dumps(rows, indent=indent, ensure_ascii=is_ascii)
        cut = array_rows(answer if is_ascii else answer.encode("utf-8", "surrogatepass"))
        assert [json.loads(row.text) for row in cut] == rows
        assert [row.fields for row in cut] == json.loads(json.dumps(rows), parse_int=_as_parsed)


@pytest.mark.parametrize("text", ['[{"a": NaN}]', '[{"a": "\\ud800"}]', '[{"a": 1}] and more'])
def test_what_only_a_forgiving_parser_takes_is_cut_all_the_same(text: str) -> None:
    (row,) = array_rows(text)
    assert row.text == text[1 : text.index("}") + 1]


def test_a_key_keeps_digits_that_no_float_has() -> None:
    resource = Resource("SalesOrders", ("id",))
    rows = array_rows('[{"id": 123456789012345678901}, {"id": 123456789012345678902}]')
    keys = [find_key(resource, row, [row.fields["id"]]) for row in rows]
    assert keys == ["123456789012345678901", "123456789012345678902"]


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
