"""JSON with exact decimals."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.load.json_text import canonical_json, decode_json, encode_json, encode_texts

MONEY = st.decimals(min_value=-(10**15), max_value=10**15, places=2)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | MONEY,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(MONEY)
def test_an_amount_is_written_with_its_own_digits_and_read_back(amount: Decimal) -> None:
    text = encode_json({"LineAmount": amount})

    assert text == f'{{"LineAmount":{amount}}}'
    assert decode_json(text)["LineAmount"] == amount


@given(VALUES)
def test_what_is_written_is_json(value: object) -> None:
    json.loads(encode_json(value))


@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=10))
def test_texts_are_written_alike_by_the_quick_way(value: object) -> None:
    assert encode_texts(value) == encode_json(value)


@given(st.dictionaries(st.text(), MONEY))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, Decimal]) -> None:
    backwards = dict(reversed(value.items()))

    assert canonical_json(value) == canonical_json(backwards)


def test_canonical_json_writes_decimals_as_text_and_dates_as_iso() -> None:
    assert canonical_json({"b": Decimal("1.10"), "a": date(2026, 10, 31)}) == '{"a":"2026-10-31","b":"1.10"}'


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="float cannot be written as exact JSON"):
        encode_json({"LineAmount": 1.1})
