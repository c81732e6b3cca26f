"""One readable report of everything that is wrong with a frame."""

from decimal import Decimal

import pandera.polars as pa
import polars as pl
import pytest

from schemas.checking import SchemaViolation, check
from schemas.dtypes import Money


class Lines(pa.DataFrameModel):
    """One row per line of a small ledger."""

    line_id: str = pa.Field(unique=True, description="Key")
    account: str = pa.Field(isin=["630", "310"], description="Account")
    amount: Money = pa.Field(nullable=True, ne=0, description="Base currency")

    class Config:
        strict = True

    @pa.dataframe_check(error="the lines must sum to zero")
    @classmethod
    def _sum_to_zero(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select((pl.col("amount").sum() == 0).alias("balanced"))


GOOD = pl.DataFrame(
    {"line_id": ["1", "2"], "account": ["630", "310"], "amount": [Decimal("1.50"), Decimal("-1.50")]},
    schema_overrides={"amount": pl.Decimal(18, 2)},
)


def complaint(frame: pl.DataFrame | pl.LazyFrame) -> str:
    with pytest.raises(SchemaViolation) as caught:
        check(Lines, frame)
    return str(caught.value)


def test_a_frame_that_holds_comes_back_in_the_models_order() -> None:
    assert check(Lines, GOOD.select("amount", "line_id", "account")).equals(GOOD)


def test_a_lazy_frame_is_collected_so_that_values_are_checked() -> None:
    assert check(Lines, GOOD.lazy()).equals(GOOD)
    assert "isin" in complaint(GOOD.lazy().with_columns(account=pl.lit("999")))


def test_a_broken_value_rule_names_column_rule_rows_and_first_keys() -> None:
    found = complaint(GOOD.with_columns(account=pl.Series(["630", "999"])))
    assert found == (
        "Lines does not hold:\n"
        "Lines.account: rule broken: isin(['630', '310']) (1 row)\n"
        "    First: line_id=2 account=999"
    )


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = complaint(GOOD.with_columns(line_id=pl.lit("1"), account=pl.lit("999")))
    assert "Lines.line_id" in found
    assert "Lines.account" in found


def test_names_and_types_are_rules_too() -> None:
    assert "no_such" in complaint(GOOD.with_columns(no_such=pl.lit(1)))
    assert "amount" in complaint(GOOD.drop("amount"))
    assert "Decimal(precision=18, scale=4)" in complaint(GOOD.with_columns(pl.col("amount").cast(pl.Decimal(18, 4))))


def test_a_null_where_none_is_allowed_is_found() -> None:
    found = complaint(GOOD.with_columns(account=pl.lit(None, pl.String)))
    assert "Lines.account" in found
    assert "null" in found


def test_a_rule_about_the_whole_frame_is_said_in_its_own_words() -> None:
    assert "the lines must sum to zero" in complaint(GOOD.with_columns(amount=pl.lit(1).cast(pl.Decimal(18, 2))))


def test_an_empty_frame_holds() -> None:
    assert check(Lines, GOOD.clear()).is_empty()
