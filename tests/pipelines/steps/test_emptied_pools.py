"""A pool whose moves have vanished from the source: what comes into it later is not valued by what was there once."""

from datetime import date

import pytest

from pipelines.settings import Settings
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse
from tests.pipelines.steps.closing import close_of, fill
from tests.pipelines.steps.test_stock import assert_as_from_the_beginning
from tests.transforms.builders import Row

JUNE, JULY, AUGUST = ((date(2026, month, 1), date(2026, month, day)) for month, day in ((6, 30), (7, 31), (8, 31)))
FIRST: Row = {"receipt_line_id": "1", "received_date": "2026-06-02", "quantity": 1, "unit_price": 4}
SECOND: Row = {"receipt_line_id": "2", "received_date": "2026-07-02", "quantity": 5, "unit_price": 9}


@pytest.mark.parametrize(
    ("left", "cost"),
    [
        ([], "0.00"),  # nothing was ever there: no cost is known
        ([FIRST], "-8.00"),  # one of 4.00, and one more at the last known cost
    ],
)
def test_goods_that_were_never_there_lend_their_cost_to_nobody(
    settings: Settings, opened: Warehouse, left: list[Row], cost: str
) -> None:
    with opened.scratch():
        fill(opened, "products", {"sku": "TENT"})
        fill(opened, "receipt_lines", *left, SECOND if left else FIRST)
        for month in (JUNE, JULY) if left else (JUNE,):
            value_stock(close_of(settings, *month), opened)
        fill(opened, "receipt_lines", *left)
        value_stock(close_of(settings, *JULY), opened)
        fill(opened, "sale_lines", {"sale_line_id": "1", "moved_date": "2026-08-20", "moved_quantity": 2})
        august = close_of(settings, *AUGUST)
        value_stock(august, opened)
        assert_as_from_the_beginning(august, opened)
        (sold,) = opened.read("close.valued_moves", "move_id = 'sale:1'")["cost_amount"]
        assert str(sold) == cost
