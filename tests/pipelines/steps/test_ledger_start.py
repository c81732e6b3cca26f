"""Opening stock in the middle of a history: what moved before the first month is in it, and not on top of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.errors import DataProblem
from pipelines.reports.month import left_out_table
from pipelines.settings import Settings
from pipelines.steps.context import CloseContext
from pipelines.steps.journals import build_month
from pipelines.steps.reporting import report_month
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse
from tests.pipelines.steps.closing import close_of, fill
from tests.transforms.builders import Row

JUNE, JULY = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 7, 31))
DOCUMENTS: dict[str, list[Row]] = {
    "products": [{"sku": "TENT"}, {"sku": "LAMP"}],
    "receipt_lines": [
        {"receipt_line_id": "R1", "received_date": "2026-03-02", "quantity": 100, "unit_price": 10},
        {"receipt_line_id": "R2", "received_date": "2026-05-20", "quantity": 20, "unit_price": 11, "purchase_id": "2"},
        {"receipt_line_id": "R3", "received_date": "2026-06-05", "quantity": 5, "unit_price": 12, "purchase_id": "3"},
        {"receipt_line_id": "L1", "received_date": "2026-03-02", "quantity": 9, "unit_price": 3, "sku": "LAMP"}
        | {"purchase_id": "4"},
    ],
    "bill_lines": [
        {"bill_line_id": "R1", "bill_date": "2026-03-05", "line_amount": 1000},
        {"bill_line_id": "R2", "bill_date": "2026-06-08", "line_amount": 220, "purchase_id": "2"},
        {"bill_line_id": "R3", "bill_date": "2026-06-09", "line_amount": 60, "purchase_id": "3"},
    ],
    "sale_lines": [
        {"sale_line_id": "S1", "moved_date": "2026-04-01", "moved_quantity": 70},
        {"sale_line_id": "S2", "moved_date": "2026-05-30", "moved_quantity": 8, "invoice_date": "2026-06-02"},
        {"sale_line_id": "S3", "moved_date": "2026-06-10", "moved_quantity": 4},
        {"sale_line_id": "S4", "moved_date": "2026-06-12", "moved_quantity": 1, "kind": "sale_return"}
        | {"returned_sale_line_id": "S1"},
    ],
    "transfer_lines": [
        {"transfer_line_id": "T1", "dispatched_date": "2026-05-29", "received_date": "2026-06-03", "quantity": 6},
    ],
}
OPENING: list[Row] = [
    {"opening_id": "1", "quantity": 36, "unit_cost": 10, "opening_date": "2026-05-31"},
    {"opening_id": "2", "quantity": 6, "unit_cost": 10, "opening_date": "2026-05-31", "location": "In transit"},
]


@pytest.fixture
def warehouse(opened: Warehouse) -> Iterator[Warehouse]:
    """Documents since March, 42 tents counted at the end of May; nothing of a test stays."""
    with opened.scratch():
        for name, rows in (DOCUMENTS | {"opening_stock": OPENING}).items():
            fill(opened, name, *rows)
        yield opened


def close(settings: Settings, warehouse: Warehouse, month: tuple[date, date]) -> CloseContext:
    one = close_of(settings, *month)
    value_stock(one, warehouse)
    build_month(one, warehouse)
    report_month(one, warehouse)
    return one


def rolled(warehouse: Warehouse, month: date, sku: str = "TENT") -> tuple[object, ...]:
    columns = "opening_quantity, receipts_quantity, sales_quantity, returns_quantity, closing_quantity, closing_value"
    found = warehouse.query(f"select {columns} from close.roll_forward where period = ? and sku = ?", [month, sku])
    return tuple(Decimal(one) for one in found.row(0)) if found.height else ()


def test_the_opening_is_what_was_counted_and_not_the_history_beside_it(
    settings: Settings, warehouse: Warehouse
) -> None:
    close(settings, warehouse, JUNE)
    # 42 counted + 5 received - 4 sold + 1 back = 44; 42 x 10 + 5 x 12 - 4 x 10 = 440.00. The returned tent was sold
    # before the opening: it comes back at the present cost, 440.00 / 43 = 10.23. The transfer of May ends in June.
    assert rolled(warehouse, JUNE[0]) == (42, 5, -4, 1, 44, Decimal("450.23"))
    assert rolled(warehouse, JUNE[0], "LAMP") == ()  # history, but no row in the opening: none was there
    places = warehouse.query("select location, sum(quantity)::int as n from core.stock_moves group by 1 order by 1")
    assert places.rows() == [("Auckland", 38), ("In transit", 0), ("Wellington", 6)]


def test_without_opening_stock_every_document_counts_as_before(settings: Settings, warehouse: Warehouse) -> None:
    fill(warehouse, "opening_stock")
    close(settings, warehouse, JUNE)
    # 100 + 20 - 70 - 8 = 42 at the beginning of June
    assert rolled(warehouse, JUNE[0])[:5] == (42, 5, -4, 1, 44)


def test_history_comes_on_top_of_an_older_opening_where_close_yaml_says_so(
    settings: Settings, warehouse: Warehouse
) -> None:
    one = close_of(settings, *JUNE)
    file = replace(one.mappings.close, close=replace(one.mappings.close.close, moves_before_first_period="counted"))
    one = replace(one, mappings=replace(one.mappings, close=file))
    value_stock(one, warehouse)
    build_month(one, warehouse)
    assert rolled(warehouse, JUNE[0])[0] == 42 + 42


def test_what_moved_before_the_opening_is_listed_once_with_its_reason(settings: Settings, warehouse: Warehouse) -> None:
    one = close(settings, warehouse, JUNE)
    listed = warehouse.query(
        "select move_id, category, reason, quantity::int, goods_amount::varchar from close.left_out"
        " where period = ? and category like '%before_opening' order by move_id",
        [JUNE[0]],
    ).rows()
    moved = "moved on {}, before the opening stock was counted"
    sold = "dispatched on 2026-05-30, before the opening stock was counted"
    assert listed == [
        ("dispatch_in:T1", "before_opening", moved.format("2026-05-29"), 6, "-61.40"),
        ("dispatch_out:T1", "before_opening", moved.format("2026-05-29"), 6, "61.40"),
        ("receipt:L1", "before_opening", moved.format("2026-03-02"), 9, "-27.00"),
        ("receipt:R1", "before_opening", moved.format("2026-03-02"), 100, "-1000.00"),
        ("receipt:R2", "before_opening", moved.format("2026-05-20"), 20, "-220.00"),
        # 450.23 / 44 tents x 70, and x 8: what such goods cost now
        ("sale:S1", "before_opening", moved.format("2026-04-01"), 70, "716.28"),
        ("sale:S2", "dispatched_before_opening", sold, 8, "81.86"),
    ]
    shown = left_out_table(warehouse, one.period)
    why = "moved from 2026-03-02 on, before the opening stock was counted (close.left_out)"
    assert shown.rows[1][:4] == ("5 documents", "6 moves", "before opening", why)
    close(settings, warehouse, JULY)
    later = "select * from close.left_out where period = ? and category like '%before_opening'"
    assert warehouse.query(later, [JULY[0]]).is_empty()


def test_a_bill_of_goods_that_were_counted_goes_against_the_opening_difference(
    settings: Settings, warehouse: Warehouse
) -> None:
    close(settings, warehouse, JUNE)
    lines = warehouse.query(
        """
        select source_table, source_id, role, sum(source_amount)::varchar as amount from close.journal_line_sources
        where period = ? and journal_key like 'VALUATION%' group by all order by all
        """,
        [JUNE[0]],
    ).rows()
    # Xero's stock account takes the bill of 220.00 in June; the 20 tents came in May and are in the opening
    assert lines == [
        ("core.receipt_lines", "R2", "opening_difference", "220.00"),
        ("core.receipt_lines", "R2", "stock_on_hand", "-220.00"),
    ]


def test_freight_on_goods_that_were_counted_is_no_stock(settings: Settings, warehouse: Warehouse) -> None:
    fill(warehouse, "charges", {"charge_id": "F", "charge_date": "2026-06-20", "charge_amount": 40, "purchase_id": "2"})
    close(settings, warehouse, JUNE)
    assert rolled(warehouse, JUNE[0])[-1] == Decimal("450.23")
    on_stock = warehouse.query(
        "select journal_key, sum(source_amount)::varchar as amount from close.journal_line_sources"
        " where period = ? and role = 'stock_on_hand' and source_id like 'F%' group by 1 order by 1",
        [JUNE[0]],
    )
    assert on_stock["amount"].to_list() == ["40.00", "-40.00"]  # the charge's journal, and the valuation's


def test_a_document_dated_back_before_the_opening_stops_the_next_month(
    settings: Settings, warehouse: Warehouse
) -> None:
    close(settings, warehouse, JUNE)
    late: Row = {"receipt_line_id": "R9", "received_date": "2026-05-28", "quantity": 7, "unit_price": 10}
    fill(warehouse, "receipt_lines", *DOCUMENTS["receipt_lines"], late | {"purchase_id": "9"})
    close(settings, warehouse, JULY)
    found = warehouse.read("close.exceptions", "exception_kind = 'before_opening'")
    columns = ("period", "subject", "quantity", "amount", "is_blocking")
    assert found.select(columns).rows() == [(JULY[0], "PO-9", Decimal(7), Decimal("70.00"), True)]
    assert rolled(warehouse, JULY[0])[0] == 44


def test_a_close_that_goes_on_leaves_what_one_from_the_beginning_leaves(
    settings: Settings, warehouse: Warehouse
) -> None:
    fill(warehouse, "opening_stock")
    close(settings, warehouse, JUNE)
    fill(warehouse, "opening_stock", *OPENING)  # the opening is found after the first close
    arrival: Row = {"transfer_line_id": "T2", "dispatched_date": "2026-05-30", "received_date": "2026-07-03"}
    fill(warehouse, "transfer_lines", *DOCUMENTS["transfer_lines"], arrival | {"quantity": 2})
    value_stock(close_of(settings, *JULY), warehouse)
    went_on = warehouse.read("core.stock_moves"), warehouse.read("close.valued_moves")
    value_stock(close_of(settings, *JULY), warehouse, rebuild=True)
    again = warehouse.read("core.stock_moves"), warehouse.read("close.valued_moves")
    for one, other in zip(went_on, again, strict=True):
        assert_frame_equal(one, other, check_row_order=False)
    assert went_on[0].filter(pl.col("moved_on") < JUNE[0], pl.col("kind") != "opening").is_empty()


JOB: Row = {"production_id": "7", "kind": "output", "sku": "LAMP", "quantity": 2, "produced_date": "2026-06-05"}
USED: Row = {"production_id": "7", "kind": "component", "quantity": 1}


@pytest.mark.parametrize("days", [["2026-05-30"], ["2026-05-30", "2026-06-05"]])
def test_a_job_over_the_opening_day_needs_the_cost_of_what_it_made(
    settings: Settings, warehouse: Warehouse, days: list[str]
) -> None:
    used = [USED | {"production_line_id": f"C{day}", "produced_date": day} for day in days]
    fill(warehouse, "production_lines", JOB | {"production_line_id": "P1"}, *used)
    with pytest.raises(DataProblem) as stopped:
        close(settings, warehouse, JUNE)
    (problem,) = stopped.value.problems
    assert str(problem) == (
        "core.production_lines: components left before 2026-06-01, and what was made of them came in after it: in the"
        " opening stock is neither, and nothing says what the product costs (1 row)\n"
        "    Give the output a unit_cost (select production_lines of the source's YAML): what the accounts hold as work"
        " in progress for the job, for one unit. It comes in at that, against the account of production_clearing. Or"
        " date the components on 2026-06-01 or later, and count them in the opening stock.\n"
        "    First: JOB-7 (LAMP)"
    )


def test_what_a_job_over_the_opening_day_made_comes_in_at_its_own_cost_against_work_in_progress(
    settings: Settings, warehouse: Warehouse
) -> None:
    used = USED | {"production_line_id": "C1", "produced_date": "2026-05-30"}
    fill(warehouse, "production_lines", JOB | {"production_line_id": "P1", "unit_cost": "12.50"}, used)
    close(settings, warehouse, JUNE)
    made = "select cost_amount::varchar from close.bookings where move_id = 'production:P1' and period = ?"
    assert warehouse.query(made, [JUNE[0]]).rows() == [("25.00",)]
    lines = warehouse.query(
        "select line_amount::varchar from close.journal_lines where period = ? and journal_key like '%PRODUCTION%'"
        " order by 1",
        [JUNE[0]],
    )
    assert lines.rows() == [("-25.00",), ("25.00",)]
