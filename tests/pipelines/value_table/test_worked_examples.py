"""Small tables through the command, to be checked with a pencil: what each move cost and what each month booked."""

import polars as pl
import pytest

from tests.pipelines.value_table.desk import Desk, costs, rows_of


def test_fifo_takes_the_oldest_layer_first(desk: Desk) -> None:
    # 12 of 20 sold: 10 at 2.50 and 2 at 3.00 = 31.00; 8 at 3.00 stay
    valued = desk.valued("""
        move_id sku moved_on   kind    quantity unit_cost
        r1      A   2026-09-01 receipt 10       2.50
        r2      A   2026-09-03 receipt 10       3
        s1      A   2026-10-05 sale    -12      .
    """)
    assert costs(valued, "cost_amount", "unit_cost_applied", "cogs_amount") == {
        "r1": "25.00 2.500000 0.00",
        "r2": "30.00 3.000000 0.00",
        "s1": "-31.00 2.583333 31.00",
    }
    assert desk.result("closing_stock").rows() == [("A", None, None, *_decimals("8.0000", "24.00"))]
    assert rows_of(desk.result("periods")) == [
        {
            "period": "2026-09", "sku": "A", "closing_quantity": "20.0000", "closing_value": "55.00",
            "receipt_quantity": "20.0000", "receipt_value": "55.00",
        },
        {
            "period": "2026-10", "sku": "A", "opening_quantity": "20.0000", "opening_value": "55.00",
            "closing_quantity": "8.0000", "closing_value": "24.00", "sale_quantity": "-12.0000",
            "sale_value": "-31.00", "cogs_amount": "31.00",
        },
    ]  # fmt: skip


def _decimals(*texts: str) -> tuple[object, ...]:
    return tuple(
        pl.Series(texts).str.to_decimal(scale=len(text.partition(".")[2]))[at] for at, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("method", "cost"),
    [
        ("fifo", "-31.00"),  # 10 x 2.50 + 2 x 3.00
        ("moving_average", "-33.00"),  # 12 x 55.00 / 20
        ("periodic_average", "-34.00"),  # the receipt of the 20th counts for the whole month: 12 x 85.00 / 30
    ],
)
def test_each_method_has_its_own_cost(desk: Desk, method: str, cost: str) -> None:
    valued = desk.valued(
        """
        move_id sku moved_on   kind    quantity unit_cost
        r1      A   2026-09-01 receipt 10       2.50
        r2      A   2026-09-03 receipt 10       3
        s1      A   2026-09-05 sale    -12      .
        r3      A   2026-09-20 receipt 10       3
        """,
        method=method,
    )
    assert costs(valued)["s1"] == cost


def test_stock_that_was_short_is_trued_up_in_the_month_of_the_receipt(desk: Desk) -> None:
    # 5 sold with none left go at the last known 2.00; the receipt covers them at 3.00: 5.00 more, in October
    valued = desk.valued("""
        move_id sku moved_on   kind    quantity unit_cost
        r1      A   2026-09-01 receipt 1        2
        s1      A   2026-09-02 sale    -1       .
        s2      A   2026-09-03 sale    -5       .
        r2      A   2026-10-04 receipt 10       3
    """)
    assert costs(valued, "cost_amount", "provisional_amount", "is_provisional", "cogs_amount")["s2"] == (
        "-15.00 -10.00 False 15.00"
    )
    september, october = rows_of(desk.result("periods"))
    assert (september["cogs_amount"], september["closing_value"]) == ("12.00", "-10.00")
    assert (october["cogs_amount"], october["true_up_amount"], october["closing_value"]) == ("5.00", "5.00", "15.00")
    assert (october["receipt_value"], october["sale_value"]) == ("30.00", "-5.00")


LATE = """
    move_id sku moved_on   kind        quantity unit_cost amount source_move_id
    r1      A   2026-09-01 receipt     10       2.00      .      .
    s1      A   2026-09-15 sale        -6       .         .      .
    f1      A   2026-10-03 landed_cost .        .         5.00   r1
"""


def test_a_late_cost_is_booked_when_it_is_known(desk: Desk) -> None:
    # 5.00 of freight on 10 units: the 6 that are sold take 3.00
    valued = desk.valued(LATE, "--late-cost", "catch_up")
    assert costs(valued, "cost_amount", "cogs_amount") == {"r1": "20.00 0.00", "s1": "-15.00 15.00", "f1": "5.00 0.00"}
    september, october = rows_of(desk.result("periods"))
    assert (september["cogs_amount"], september["closing_value"]) == ("12.00", "8.00")
    assert (october["cogs_amount"], october["late_cost_amount"], october["closing_value"]) == ("3.00", "3.00", "10.00")


def test_restated_months_know_the_late_cost_from_the_start(desk: Desk) -> None:
    desk.valued(LATE, "--late-cost", "restate")
    september, october = rows_of(desk.result("periods"))
    assert (september["cogs_amount"], september["landed_cost_value"], september["closing_value"]) == (
        "15.00",
        "5.00",
        "10.00",
    )
    assert "cogs_amount" not in october
    assert october["closing_value"] == "10.00"


def test_a_prospective_cost_leaves_earlier_moves_alone(desk: Desk) -> None:
    # 4 of 10 units are left: 2.00 goes into stock, 3.00 into COGS, both in October
    valued = desk.valued(LATE, "--late-cost", "prospective")
    assert costs(valued, "cost_amount", "cogs_amount") == {"r1": "20.00 0.00", "s1": "-12.00 12.00", "f1": "2.00 3.00"}
    september, october = rows_of(desk.result("periods"))
    assert (september["cogs_amount"], september["closing_value"]) == ("12.00", "8.00")
    assert (october["cogs_amount"], october["late_cost_amount"], october["closing_value"]) == ("3.00", "3.00", "10.00")


TRANSFER = """
    move_id sku location moved_on   kind         quantity unit_cost document_id
    r1      A   North    2026-09-01 receipt      10       2.00      .
    t1      A   North    2026-09-05 transfer_out -4       .         T1
    t2      A   South    2026-10-05 transfer_in  4        .         T1
    s1      A   South    2026-10-06 sale         -1       .         .
"""


def test_a_transfer_between_pools_carries_its_cost(desk: Desk) -> None:
    valued = desk.valued(TRANSFER, "--pool", "sku_location")
    assert costs(valued) == {"r1": "20.00", "t1": "-8.00", "t2": "8.00", "s1": "-2.00"}
    assert desk.result("closing_stock").select("location", "value").rows() == [
        ("North", *_decimals("12.00")),
        ("South", *_decimals("6.00")),
    ]


def test_a_transfer_inside_a_pool_shows_units_and_no_value(desk: Desk) -> None:
    valued = desk.valued(TRANSFER)
    assert costs(valued) == {"r1": "20.00", "t1": "0.00", "t2": "0.00", "s1": "-2.00"}
    september, october = rows_of(desk.result("periods"))
    assert (september["transfer_out_quantity"], "transfer_out_value" in september) == ("-4.0000", False)
    assert (september["closing_quantity"], september["closing_value"]) == ("6.0000", "20.00")
    assert (october["closing_quantity"], october["closing_value"]) == ("9.0000", "18.00")


def test_specific_cost_keeps_lots_apart(desk: Desk) -> None:
    valued = desk.valued(
        """
        move_id sku lot moved_on   kind    quantity unit_cost
        r1      A   L1  2026-09-01 receipt 1        100
        r2      A   L2  2026-09-02 receipt 1        150
        s1      A   L2  2026-09-03 sale    -1       .
        """,
        method="specific",
    )
    assert costs(valued)["s1"] == "-150.00"
    assert desk.result("closing_stock").select("sku", "location", "lot").rows() == [
        ("A", None, "L1"),
        ("A", None, "L2"),
    ]


def test_standard_cost_adds_rows_of_its_own(desk: Desk) -> None:
    # 10 bought at 2.30 against a standard of 2.00: 3.00 of variance; from October 2.50: 6 on hand gain 3.00
    table = desk.write("""
        note move_id sku moved_on   kind    quantity unit_cost
        x    r1      A   2026-09-01 receipt 10       2.30
        y    s1      A   2026-09-05 sale    -4       .
        z    s2      A   2026-10-05 sale    -1       .
    """)
    standards = desk.write("sku unit_cost valid_from\nA 2.00 .\nA 2.50 2026-10-01", "standards.csv")
    outcome = desk.cost(table, "--standard-costs", standards, method="standard")
    assert outcome.exit_code == 0, outcome.message
    valued = desk.result("valued_moves")
    assert costs(valued.head(3)) == {"r1": "23.00", "s1": "-8.00", "s2": "-2.50"}
    assert valued.tail(2).select("note", "move_id", "sku", "moved_on", "kind", "cost_amount").cast(
        pl.String
    ).rows() == [
        (None, "standard_revaluation:2026-10-01:A", "A", "2026-10-01", "standard_revaluation", "3.00"),
        ("x", "purchase_price_variance:r1", "A", "2026-09-01", "purchase_price_variance", "-3.00"),
    ]
    september, october = rows_of(desk.result("periods"))
    assert (september["purchase_price_variance_value"], september["closing_value"]) == ("-3.00", "12.00")
    assert (october["standard_revaluation_value"], october["closing_value"]) == ("3.00", "12.50")


def test_a_time_decides_the_order_inside_a_day_and_a_zoned_one_its_day(desk: Desk) -> None:
    table = """
        move_id sku moved_on            kind    quantity unit_cost
        s1      A   2026-09-30T22:30:00 sale    -1       .
        r1      A   2026-09-30T23:00:00 receipt 2        3
        r0      A   2026-09-30T22:00:00 receipt 1        2
    """
    assert costs(desk.valued(table))["s1"] == "-2.00"
    assert rows_of(desk.result("periods"))[0]["period"] == "2026-09"
    zoned = desk.valued(table.replace(":00 ", ":00Z "), "--time-zone", "Pacific/Auckland")
    assert zoned["moved_on"].dt.date().unique().to_list() == [pl.Series(["2026-10-01"]).str.to_date()[0]]
    assert [row["period"] for row in rows_of(desk.result("periods"))] == ["2026-10"]


def test_what_was_not_known_on_a_day_stays_without_a_cost(desk: Desk) -> None:
    table = """
        move_id sku moved_on   known_on   kind    quantity unit_cost
        r1      A   2026-09-01 .          receipt 10       2
        s1      A   2026-09-05 2026-09-05 sale    -3       .
        r2      A   2026-08-01 2026-10-02 receipt 3        1
    """
    then = desk.valued(table, "--as-known-on", "2026-09-30")
    assert costs(then, "cost_amount", "is_provisional", "cogs_amount") == {
        "r1": "20.00 False 0.00", "s1": "-6.00 False 6.00", "r2": "- - -",
    }  # fmt: skip
    assert [row["period"] for row in rows_of(desk.result("periods"))] == ["2026-09"]
    assert desk.result("closing_stock")["quantity"].to_list() == list(_decimals("7.0000"))
    # what is known today: the three that were entered late are the oldest
    assert costs(desk.valued(table))["s1"] == "-3.00"
    september, october = rows_of(desk.result("periods"))
    assert (september["closing_quantity"], september["closing_value"]) == ("7.0000", "14.00")
    assert (october["receipt_quantity"], october["receipt_value"], october["late_cost_amount"]) == (
        "3.0000", "3.00", "-3.00",
    )  # fmt: skip
    assert (october["closing_quantity"], october["closing_value"]) == ("10.0000", "20.00")
