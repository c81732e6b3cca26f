"""Checkpoints: what they hold, that they stay, and that a close does not go on under other policies."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.errors import DataProblem
from pipelines.reports.restatements import restatement_table
from pipelines.settings import Settings
from pipelines.steps.journals import build_month
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse
from schemas.policies import Pool
from schemas.tables import SOURCE_TABLES
from tests.pipelines.steps.closing import close_of, fill
from tests.transforms.builders import table

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
END_OF_JUNE, END_OF_JULY, END_OF_AUGUST = date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)

BOOKED = (
    "select move_id, sum(moved_quantity), sum(cost_amount), sum(recognised_amount) from close.bookings"
    " group by move_id order by all"
)
"""What all months together have booked of each move."""

LAYERS = "select origin_move_id, quantity, layer_cost from close.checkpoint_layers where checkpoint = ? order by all"


@pytest.fixture
def warehouse(opened: Warehouse) -> Iterator[Warehouse]:
    """Ten tents at 10.00, ten at 12.00 in June; four sold in June, eight in July. Nothing of a test stays."""
    with opened.scratch():
        rows: dict[str, list[dict[str, object]]] = {
            "products": [{"sku": "TENT"}, {"sku": "LAMP"}],
            "receipt_lines": [
                {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10},
                {"receipt_line_id": "R2", "received_date": "2026-06-09", "quantity": 10, "unit_price": 12},
                {"receipt_line_id": "L1", "received_date": "2026-06-09", "quantity": 5, "unit_price": 3, "sku": "LAMP"}
                | {"purchase_id": "2"},
            ],
            "sale_lines": [
                {"sale_line_id": "S1", "moved_date": "2026-06-20", "moved_quantity": 4},
                {"sale_line_id": "S2", "moved_date": "2026-07-20", "moved_quantity": 8},
            ],
        }
        for name, lines in rows.items():
            fill(opened, name, *lines)
        yield opened


def test_the_closing_layers_are_what_is_left_of_each_receipt(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)
    value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)

    june, july = (warehouse.query(LAYERS, [number]).rows() for number in (1, 2))
    # 6 of 10 tents at 10.00 are left, exactly 60.00; in July 8 go: those 6 and 2 of the other layer
    assert june == [
        ("receipt:L1", Decimal("5.0000"), str(15 * 10**10)),
        ("receipt:R1", Decimal("6.0000"), str(60 * 10**10)),
        ("receipt:R2", Decimal("10.0000"), str(120 * 10**10)),
    ]
    assert july == [("receipt:R2", Decimal("8.0000"), str(96 * 10**10))]  # nothing happened to the lamps


def test_a_month_values_its_own_moves_and_nothing_else(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)

    done = value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)

    assert (done.move_count, done.pool_count) == (1, 0)


def test_a_late_cost_values_its_pool_from_the_beginning_and_no_other(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)
    freight = {"charge_id": "F1", "charge_date": "2026-07-05", "charge_amount": 20}
    fill(warehouse, "charges", freight)

    done = value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)

    assert (done.move_count, done.pool_count) == (6, 1)  # two receipts, two sales, two shares; not the lamps


@pytest.mark.thorough
def test_a_late_cost_values_its_pool_from_the_last_layers_before_its_receipt(
    settings: Settings, warehouse: Warehouse
) -> None:
    receipt = {"receipt_line_id": "R3", "received_date": "2026-07-25", "quantity": 10, "unit_price": 14}
    receipts = warehouse.read("core.receipt_lines")
    july = table(SOURCE_TABLES["core.receipt_lines"], receipt | {"purchase_id": "3"})
    warehouse.replace("core.receipt_lines", pl.concat([receipts, july]))
    for month, end in ((JUNE, END_OF_JUNE), (JULY, END_OF_JULY)):
        value_stock(close_of(settings, month, end), warehouse)
    of_july = {"charge_id": "F3", "charge_date": "2026-08-05", "charge_amount": 20, "purchase_id": "3"}
    of_june = {"charge_id": "F1", "charge_date": "2026-08-06", "charge_amount": 20}
    also_of_july = of_july | {"charge_id": "F4"}
    counts = []
    for number in (1, 2, 3):
        charges = table(SOURCE_TABLES["core.charges"], *[of_july, also_of_july, of_june][:number])
        warehouse.replace("core.charges", charges)
        done = value_stock(close_of(settings, AUGUST, END_OF_AUGUST), warehouse)
        counts.append((done.move_count, done.pool_count))

    # June's layers hold what July needs: sale, receipt and share; the second share finds July's layers overtaken
    assert counts[:2] == [(3, 1), (4, 1)]
    assert counts[2] == (9, 1)  # June's order has two lines, so it needs all three receipts, both sales and four shares
    last = warehouse.query(
        "select checkpoint, valued_from from close.checkpoint_pools where checkpoint in (4, 5) order by 1"
    )
    assert last.rows() == [(4, JULY), (5, None)]


def test_closing_again_without_a_change_values_nothing_and_leaves_the_checkpoint(
    settings: Settings, warehouse: Warehouse
) -> None:
    close = close_of(settings, JUNE, END_OF_JUNE)
    value_stock(close, warehouse)
    value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)
    booked = warehouse.read("close.bookings")

    done = value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)

    assert (done.move_count, warehouse.read("close.checkpoints").height) == (0, 2)
    assert_frame_equal(warehouse.read("close.bookings"), booked, check_row_order=False)


@pytest.mark.parametrize(("period", "end"), [(JULY, END_OF_JULY), (AUGUST, END_OF_AUGUST)])
def test_a_document_that_vanished_and_came_back_before_a_month_was_done_is_booked_once(
    settings: Settings, warehouse: Warehouse, period: date, end: date
) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)
    value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)
    booked = warehouse.query(BOOKED).rows()
    sales = warehouse.read("core.sale_lines")

    warehouse.replace("core.sale_lines", sales.filter(pl.col("sale_line_id") != "S1"))
    value_stock(close_of(settings, AUGUST, END_OF_AUGUST), warehouse)
    assert warehouse.query(BOOKED).rows() != booked  # four tents came back in August
    warehouse.replace("core.sale_lines", sales)
    for month, last in dict.fromkeys([(period, end), (AUGUST, END_OF_AUGUST)]):
        value_stock(close_of(settings, month, last), warehouse)

    assert warehouse.query(BOOKED).rows() == booked


def test_a_month_after_one_that_was_closed_again_does_not_book_what_stands_between_them_twice(
    settings: Settings, warehouse: Warehouse
) -> None:
    for period, end in ((JUNE, END_OF_JUNE), (JULY, END_OF_JULY), (JUNE, END_OF_JUNE)):
        value_stock(close_of(settings, period, end), warehouse)
    booked = warehouse.query(BOOKED).rows()

    # July has sold eight tents, and is not done again
    value_stock(close_of(settings, AUGUST, END_OF_AUGUST), warehouse)

    assert warehouse.query(BOOKED).rows() == booked


def test_a_product_that_is_stock_no_more_stops_the_close_while_the_books_have_stock_of_it(
    settings: Settings, warehouse: Warehouse
) -> None:
    def month(period: date, end: date) -> list[tuple[object, ...]]:
        close = close_of(settings, period, end)
        value_stock(close, warehouse)
        build_month(close, warehouse)
        found = "select subject, quantity, amount, is_blocking from close.exceptions where exception_kind = 'unstocked'"
        return warehouse.query(f"{found} and period = ?", [period]).rows()

    assert month(JUNE, END_OF_JUNE) == []
    unstocked: list[dict[str, object]] = [{"sku": "TENT"}, {"sku": "LAMP", "is_stocked": False}]
    warehouse.replace("core.products", table(SOURCE_TABLES["core.products"], *unstocked))

    # five lamps at 3.00 came in June; July would book them back as if they had never come
    assert month(JULY, END_OF_JULY) == [("LAMP", Decimal("5.0000"), Decimal("15.00"), True)]
    assert month(AUGUST, END_OF_AUGUST) == []


def test_a_restated_checkpoint_stands_beside_the_one_that_was_closed(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)
    value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)
    before = warehouse.query(LAYERS, [2])
    warehouse.execute("update core.receipt_lines set unit_price = 13 where receipt_line_id = 'R2'")

    value_stock(close_of(settings, JULY, END_OF_JULY), warehouse)

    versions = warehouse.query("select period, version from close.checkpoints order by checkpoint").rows()
    assert versions == [(JUNE, 1), (JULY, 1), (JULY, 2)]
    assert_frame_equal(warehouse.query(LAYERS, [2]), before)
    assert warehouse.query(LAYERS, [3]).rows() == [("receipt:R2", Decimal("8.0000"), str(104 * 10**10))]


def test_by_specific_cost_a_unit_costs_what_its_own_batch_cost_and_the_month_foots(
    settings: Settings, warehouse: Warehouse
) -> None:
    receipts = [
        {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10, "lot": "A"},
        {"receipt_line_id": "R2", "received_date": "2026-06-09", "quantity": 10, "unit_price": 12, "lot": "B"},
    ]
    sales = [
        {"sale_line_id": "S1", "moved_date": "2026-06-20", "moved_quantity": 4, "lot": "B"},
        {"sale_line_id": "S2", "moved_date": "2026-07-20", "moved_quantity": 6, "lot": "B"},
        {"sale_line_id": "S3", "moved_date": "2026-07-21", "moved_quantity": 1, "lot": "A"},
    ]
    opening = {"opening_id": "O", "opening_date": "2026-05-31", "quantity": 2, "unit_cost": 9, "lot": "A"}
    charge = {"charge_id": "F", "charge_date": "2026-06-10", "charge_amount": 22}  # 10.00 on A, 12.00 on B, by value
    for name, rows in {
        "receipt_lines": receipts,
        "sale_lines": sales,
        "opening_stock": [opening],
        "charges": [charge],
    }.items():
        fill(warehouse, name, *rows)
    for month, end in ((JUNE, END_OF_JUNE), (JULY, END_OF_JULY)):
        close = close_of(settings, month, end, "specific")
        done = value_stock(close, warehouse)
        build_month(close, warehouse)

    # B cost 12.00 and 1.20 of freight: 4 and 6 units of it; the unit of A that goes first is the oldest one, at 9.00
    cogs = warehouse.query(
        "select source_line_id, recognised_amount from close.bookings where kind = 'sale' order by 1"
    )
    assert cogs.rows() == [("S1", Decimal("52.80")), ("S2", Decimal("79.20")), ("S3", Decimal("9.00"))]
    rolled = warehouse.query(
        "select period, opening_value, receipts_value, landed_cost_value, sales_value, closing_quantity, closing_value"
        " from close.roll_forward order by 1"
    )
    assert [[str(one) for one in row] for row in rolled.rows()] == [
        ["2026-06-01", "18.00", "220.00", "22.00", "-52.80", "18.0000", "207.20"],
        ["2026-07-01", "207.20", "0.00", "0.00", "-88.20", "11.0000", "119.00"],
    ]
    held = warehouse.query(
        "select lot, quantity, stock_value from close.checkpoint_pools where checkpoint = 2 order by 1"
    )
    assert held.rows() == [("A", Decimal(11), Decimal("119.00")), ("B", Decimal(0), Decimal("0.00"))]
    assert (done.move_count, done.pool_count) == (2, 0)


def test_another_method_stops_the_close_and_says_what_to_do(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)

    with pytest.raises(DataProblem) as stopped:
        value_stock(close_of(settings, JULY, END_OF_JULY, "moving_average"), warehouse)

    assert stopped.value.exit_code == 3
    text = str(stopped.value).replace(str(Path(settings.mappings)), "mappings")
    assert "close.costing.method is moving_average, and 2026-06 was closed with fifo" in text
    assert "`tieout preview 2026-07 --rebuild`" in text


def test_a_rebuild_takes_the_new_method_and_reports_what_it_restates(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)

    done = value_stock(close_of(settings, JULY, END_OF_JULY, "moving_average"), warehouse, rebuild=True)

    # June's four tents cost 40.00 under FIFO, 4 x 11.00 on average: 4.00 less stock
    assert done.restated.rows() == [(JUNE, "TENT", Decimal("180.00"), Decimal("176.00"), Decimal("-4.00"))]
    shown = restatement_table(done.restated)
    assert shown.rows == (("2026-06", "TENT", "180.00", "176.00", "-4.00"), ("Total", "", "180.00", "176.00", "-4.00"))
    late = warehouse.query("select recognised_amount from close.bookings where period = ? and is_late", [JULY])
    assert late.rows() == [(Decimal("4.00"),)]


def test_a_rebuild_of_what_stands_restates_nothing(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE), warehouse)

    done = value_stock(close_of(settings, JULY, END_OF_JULY), warehouse, rebuild=True)

    assert done.restated.is_empty()
    assert restatement_table(done.restated).note == "Valued again: nothing changed."


def test_a_changed_price_follows_its_goods_to_the_place_where_they_went(
    settings: Settings, warehouse: Warehouse
) -> None:
    sent = {"transfer_line_id": "T1", "quantity": 6, "dispatched_date": "2026-06-25", "received_date": "2026-06-25"}
    fill(warehouse, "transfer_lines", sent)
    value_stock(close_of(settings, JUNE, END_OF_JUNE, pool="sku_location"), warehouse)
    warehouse.execute("update core.receipt_lines set unit_price = 11 where receipt_line_id = 'R1'")

    done = value_stock(close_of(settings, JULY, END_OF_JULY, pool="sku_location"), warehouse)

    # the six tents in Wellington are those of R1: 6 x 11.00, though nothing of July happened there
    layers = "select origin_move_id, layer_cost from close.checkpoint_layers where checkpoint = 2 and location = ?"
    assert warehouse.query(layers, ["Wellington"]).rows() == [("receipt:R1", str(66 * 10**10))]
    assert done.pool_count == 2


def test_goods_that_were_moved_in_one_month_go_back_at_the_cost_of_their_receipt_in_the_next(
    settings: Settings, warehouse: Warehouse
) -> None:
    sent = {"transfer_line_id": "T1", "quantity": 8, "dispatched_date": "2026-06-25", "received_date": "2026-06-25"}
    fill(warehouse, "transfer_lines", sent)
    value_stock(close_of(settings, JUNE, END_OF_JUNE, pool="sku_location"), warehouse)
    back = {"receipt_line_id": "B", "kind": "purchase_return", "returned_receipt_line_id": "R2", "quantity": 1}
    back |= {"received_date": "2026-07-05", "location": "Wellington"}
    receipts = warehouse.read("core.receipt_lines")
    warehouse.replace("core.receipt_lines", pl.concat([receipts, table(SOURCE_TABLES["core.receipt_lines"], back)]))

    done = value_stock(close_of(settings, JULY, END_OF_JULY, pool="sku_location"), warehouse)

    # Wellington got the 6 tents that were left at 10.00 and 2 at 12.00, of which one goes back
    layers = (
        "select origin_move_id, quantity from close.checkpoint_layers where checkpoint = ? and location = ? order by 1"
    )
    june, july = (warehouse.query(layers, [number, "Wellington"]).rows() for number in (1, 2))
    assert june == [("receipt:R1", Decimal(6)), ("receipt:R2", Decimal(2))]
    assert july == [("receipt:R1", Decimal(6)), ("receipt:R2", Decimal(1))]
    cost = warehouse.query("select cost_amount from close.valued_moves where move_id = 'receipt:B'").item()
    assert cost == Decimal("-12.00")
    assert (done.move_count, done.pool_count) == (2, 0)  # the return and the sale of July, nothing of June


def test_layers_by_location_of_a_release_that_lost_their_receipts_are_not_gone_on_from(
    settings: Settings, warehouse: Warehouse
) -> None:
    value_stock(close_of(settings, JUNE, END_OF_JUNE, pool="sku_location"), warehouse)
    warehouse.execute("update close.checkpoints set costing_version = 1")

    with pytest.raises(DataProblem, match="the costing engine's version is 2, and 2026-06 was closed with 1"):
        value_stock(close_of(settings, JULY, END_OF_JULY, pool="sku_location"), warehouse)

    done = value_stock(close_of(settings, JULY, END_OF_JULY, pool="sku_location"), warehouse, rebuild=True)
    assert done.restated.is_empty()


@pytest.mark.parametrize("pool", ["sku", "sku_location"])
def test_a_pool_of_which_every_document_vanished_holds_nothing_that_goes_on(
    settings: Settings, warehouse: Warehouse, pool: Pool
) -> None:
    counted = {"adjustment_line_id": "A", "sku": "LAMP", "quantity": 3, "unit_cost": 7, "adjustment_date": "2026-06-05"}
    fill(warehouse, "adjustment_lines", counted)
    lamps = pl.col("sku") == "LAMP"
    warehouse.replace("core.receipt_lines", warehouse.read("core.receipt_lines").filter(~lamps))
    value_stock(close_of(settings, JUNE, END_OF_JUNE, pool=pool), warehouse)
    warehouse.execute("delete from core.adjustment_lines")
    value_stock(close_of(settings, JULY, END_OF_JULY, pool=pool), warehouse)
    again = counted | {"adjustment_line_id": "B", "quantity": 2, "unit_cost": 5, "adjustment_date": "2026-08-05"}
    fill(warehouse, "adjustment_lines", again)

    value_stock(close_of(settings, AUGUST, END_OF_AUGUST, pool=pool), warehouse)

    held = "select quantity, stock_value from close.checkpoint_pools where sku = 'LAMP' order by checkpoint"
    assert warehouse.query(held).rows() == [
        (Decimal(3), Decimal("21.00")), (Decimal(0), Decimal("0.00")), (Decimal(2), Decimal("10.00")),
    ]  # fmt: skip
