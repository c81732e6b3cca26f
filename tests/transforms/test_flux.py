"""Flux: the parts of a change are what their words say, and sum to it exactly."""

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.reporting import FluxLines, Margins
from tests.transforms.builders import Row, bookings, pick, table
from transforms.flux import explain_flux, sum_margins

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
COGS = ("cogs_volume_amount", "cogs_mix_amount", "cogs_cost_amount")
MARGIN = tuple(f"margin_{part}_amount" for part in ("price", "volume", "mix", "cost"))
NOTHING = {"revenue_amount": 0, "cogs_amount": 0, "late_cost_amount": 0, "quantity": 0}


def margins(*rows: Row) -> pl.DataFrame:
    shared = {"category": "Tents", "branch": "North", "channel": "Web", "sku": "TENT", **NOTHING}
    return table(Margins, *[{**shared, **row} for row in rows], period=OCTOBER)


def explain(now: pl.DataFrame, then: pl.DataFrame, amount: int = 1000, percent: int = 10) -> pl.DataFrame:
    months = (OCTOBER, SEPTEMBER)
    found = explain_flux(now.lazy(), then.lazy(), "last_month", months, Decimal(amount), Decimal(percent))
    return check(FluxLines, found)


def sold(units: int, revenue: int, cogs: int, **other: object) -> Row:
    return {"quantity": units, "revenue_amount": revenue, "cogs_amount": cogs, **other}


def test_price_volume_mix_and_cost_are_what_a_pencil_gives() -> None:
    then = margins(sold(10, 1000, 600), sold(10, 500, 200, sku="PEG"))
    now = margins(sold(18, 1890, 1170), sold(6, 300, 114, sku="PEG"))
    # units 20 -> 24, at then's average of 75 revenue and 40 cost a unit
    # volume: cost 4 * 40 = 160, margin 4 * 35 = 140
    # at then's prices now's units bring 18 * 100 + 6 * 50 = 2,100 and cost 18 * 60 + 6 * 20 = 1,200
    # mix: revenue 2,100 - 24 * 75 = 300, cost 1,200 - 24 * 40 = 240, margin 60
    # price: 1,890 + 300 - 2,100 = 90; cost: 1,170 + 114 - 1,200 = 84
    found = explain(now, then)
    assert pick(found, *COGS) == [("160.00", "240.00", "84.00")]
    assert pick(found, *MARGIN) == [("90.00", "140.00", "60.00", "-84.00")]
    assert pick(found, "base_cogs_amount", "cogs_amount") == [("800.00", "1284.00")]


def test_late_cost_is_cost_whatever_was_sold() -> None:
    then = margins(sold(5, 500, 300))
    now = margins(sold(5, 500, 300, late_cost_amount=25))
    found = explain(now, then)
    assert pick(found, *COGS, "cogs_amount") == [("0.00", "0.00", "25.00", "325.00")]
    assert pick(found, *MARGIN) == [("0.00", "0.00", "0.00", "-25.00")]


def test_a_line_that_is_new_or_gone_is_all_volume() -> None:
    found = explain(margins(sold(3, 90, 30, channel="Store")), margins(sold(4, 80, 40)))
    assert pick(found, "channel", *COGS, *MARGIN) == [
        ("Store", "30.00", "0.00", "0.00", "0.00", "60.00", "0.00", "0.00"),
        ("Web", "-40.00", "0.00", "0.00", "0.00", "-40.00", "0.00", "0.00"),
    ]


def test_a_product_that_was_not_sold_then_is_mix() -> None:
    then = margins(sold(10, 1000, 600))
    now = margins(sold(8, 800, 480), sold(2, 300, 200, sku="PEG"))
    # as many units as then: no volume; ten units at 100 and 60 would be 1,000 and 600, they are 1,100 and 680
    assert pick(explain(now, then), *COGS, *MARGIN) == [("0.00", "80.00", "0.00", "0.00", "0.00", "20.00", "0.00")]


def test_lines_above_both_thresholds_ask_for_a_comment() -> None:
    then = margins(sold(10, 30000, 20000), sold(1, 100, 50, channel="Store"), sold(1, 300000, 200000, channel="Shop"))
    now = margins(sold(10, 30000, 23000), sold(1, 100, 70, channel="Store"), sold(1, 300000, 203000, channel="Shop"))
    found = explain(now, then)  # 3,000 of 20,000; 20 of 50; 3,000 of 200,000
    assert dict(found.select("channel", "asks_comment").rows()) == {"Web": True, "Store": False, "Shop": False}


def test_lines_without_category_or_channel_meet_their_like() -> None:
    blank = {"category": None, "channel": None}
    assert explain(margins(sold(2, 20, 10, **blank)), margins(sold(1, 10, 5, **blank))).height == 1


LINE = st.tuples(
    st.sampled_from(["TENT", "PEG", "MAT"]),
    st.sampled_from(["Web", "Store"]),
    st.integers(-5, 40),
    st.integers(-500, 90000),
    st.integers(-500, 60000),
    st.integers(-90, 90),
)
MONTH = st.lists(LINE, max_size=6, unique_by=lambda line: line[:2])


@given(MONTH, MONTH)
@settings(max_examples=15)
def test_parts_sum_to_the_change_whatever_was_sold(
    now: list[tuple[object, ...]], then: list[tuple[object, ...]]
) -> None:
    def month(lines: list[tuple[object, ...]]) -> pl.DataFrame:
        return margins(
            *[
                {
                    "sku": sku, "channel": channel, "quantity": units, "revenue_amount": Decimal(str(revenue)) / 100,
                    "cogs_amount": Decimal(str(cogs)) / 100, "late_cost_amount": Decimal(str(late)) / 100,
                }
                for sku, channel, units, revenue, cogs, late in lines
            ]
        )  # fmt: skip

    found = explain(month(now), month(then))  # FluxLines checks every line
    for column, lines in (("cogs_amount", now), ("base_cogs_amount", then)):
        total = sum((Decimal(str(line[4])) + Decimal(str(line[5])) for line in lines), Decimal(0)) / 100
        assert found[column].sum() or Decimal(0) == total


def test_a_sale_counts_in_the_month_that_recognises_it_and_its_late_cost_later() -> None:
    booked = bookings(
        {"move_id": "sale:1", "recognised_on": "10-02", "recognised_amount": 60},
        {"move_id": "sale:2", "recognised_on": "09-30", "recognised_amount": 5, "is_late_recognition": True},
        {"move_id": "sale:3", "recognised_on": None, "moved_quantity": -1, "cost_amount": -60},
        {"move_id": "sale:4", "recognised_on": "10-03", "recognised_amount": 0, "sku": "GIFT"},
        {"move_id": "sale_return:5", "kind": "sale_return", "recognised_on": "10-05", "recognised_amount": -20},
        period=OCTOBER,
    )
    moved = pl.DataFrame({"move_id": ["sale:1", "sale:2", "sale:4", "sale_return:5"], "quantity": [-3, -9, -2, 1]})
    revenue = pl.DataFrame({"sale_line_id": ["1", "2", "3", "5"], "revenue_amount": [100, 900, 90, -30]})
    found = check(
        Margins,
        sum_margins(
            booked.lazy(),
            moved.with_columns(pl.col("quantity").cast(pl.Decimal(18, 4))).lazy(),
            revenue.with_columns(pl.col("revenue_amount").cast(pl.Decimal(18, 2))).lazy(),
            date(2026, 10, 31),
        ),
    )
    assert pick(found, "sku", "quantity", "revenue_amount", "cogs_amount", "late_cost_amount") == [
        ("GIFT", "2.0000", "0.00", "0.00", "0.00"),
        ("TENT", "2.0000", "70.00", "40.00", "5.00"),
    ]
