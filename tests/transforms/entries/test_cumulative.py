"""What earlier months journaled is taken off what is wanted now."""

from decimal import Decimal

import polars as pl

from tests.transforms.builders import pick
from transforms.entries.cumulative import still_to_book, sum_journaled

MONEY = pl.Decimal(18, 2)
TABLE = "core.receipt_lines"


def wanted(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    names = ("source_id", "role", "wanted_amount")
    frame = pl.LazyFrame(list(rows), schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.col("wanted_amount").cast(MONEY))


def journaled(*rows: tuple[str, str, str, str]) -> pl.LazyFrame:
    names = ("source_table", "source_id", "role", "source_amount")
    frame = pl.LazyFrame(list(rows), schema=dict.fromkeys(names, pl.String), orient="row")
    return sum_journaled(frame.with_columns(pl.col("source_amount").cast(MONEY)))


def rest(now: pl.LazyFrame, before: pl.LazyFrame) -> list[tuple[object, ...]]:
    return sorted(pick(still_to_book(now, before, TABLE, ["rounding"]), "source_id", "role", "amount"))


def test_only_the_change_is_booked() -> None:
    # stock should have gained 0.05; rounding was credited with 0.02 in an earlier month: 0.03 is left
    assert rest(wanted(("1", "rounding", "0.05")), journaled((TABLE, "1", "rounding", "-0.02"))) == [
        ("1", "rounding", "0.03")
    ]


def test_what_is_booked_already_is_not_booked_again() -> None:
    assert rest(wanted(("1", "rounding", "0.05")), journaled((TABLE, "1", "rounding", "-0.05"))) == []


def test_what_is_no_longer_wanted_is_booked_back() -> None:
    assert rest(wanted(), journaled((TABLE, "1", "rounding", "-0.05"))) == [("1", "rounding", "-0.05")]


def test_several_months_add_up() -> None:
    before = journaled((TABLE, "1", "rounding", "-0.05"), (TABLE, "1", "rounding", "0.02"))
    assert pick(before, "journaled_amount") == [(str(Decimal("-0.03")),)]
    assert rest(wanted(("1", "rounding", "0.05")), before) == [("1", "rounding", "0.02")]


def test_other_tables_and_other_roles_do_not_count() -> None:
    before = journaled(("close.bookings", "1", "rounding", "-9"), (TABLE, "1", "cogs", "-9"))
    assert rest(wanted(("1", "rounding", "0.05")), before) == [("1", "rounding", "0.05")]
