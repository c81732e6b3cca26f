"""Keys and sentences filled with values."""

import polars as pl
import pytest

from transforms.texts import fill


def test_places_are_filled_in_order_and_numbers_become_text() -> None:
    frame = pl.DataFrame({"charge": ["F1"], "line": [7]})
    assert frame.select(fill("charge:{}:{}!", "charge", pl.col("line"))).item() == "charge:F1:7!"


def test_a_missing_value_makes_the_whole_text_missing() -> None:
    frame = pl.DataFrame({"charge": [None]}, schema={"charge": pl.String})
    assert frame.select(fill("charge:{}", "charge")).item() is None


def test_a_frame_without_rows_gives_no_text() -> None:
    frame = pl.LazyFrame(schema={"charge": pl.String})
    assert frame.select(fill("charge:{}", "charge").alias("key")).collect(engine="streaming").is_empty()


def test_each_place_needs_a_value() -> None:
    with pytest.raises(ValueError, match=r"has 1 places for 2 values"):
        fill("a {} b", "x", "y")
