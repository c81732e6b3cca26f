"""Stock is aged alike whether all that ever came in is read or only what can still be there."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from pipelines.settings import Settings
from pipelines.steps.reporting import read_inflows
from pipelines.warehouse import open_warehouse
from schemas.dtypes import MONEY, QUANTITY
from transforms.stock_ages import INFLOWS, age_stock

CUT_OFF = date(2026, 9, 30)

MOVES = """
    insert into core.stock_moves by name
    select 'M' || i as move_id, ['receipt', 'sale', 'sale_return', 'adjustment_in', 'opening'][1 + i % 5] as kind,
      'SKU-' || i % 9 as sku, date '2026-10-20' - (i * 37 % 700)::int as moved_on,
      if(kind = 'sale', -3, 1 + i % 4) as quantity,
      'purchase' as document_kind, 'D' as document_id, 'D' as document_number, 'L' || i as source_line_id
    from range(900) numbers(i)
"""
"""Nearly two years, up to some days after the cut-off: an opening layer counts whatever its day."""


def test_the_bands_are_those_of_all_inflows(tmp_path: Path) -> None:
    # from what came in lately up to more than ever came in; SKU-2 stands on two accounts, SKU-8 is below zero
    held = [(f"SKU-{sku}", "630", 8 * 3**sku // 4) for sku in range(8)] + [("SKU-2", "631", 900), ("SKU-8", "630", -5)]
    closing = pl.DataFrame(
        [(date(2026, 9, 1), account, sku, Decimal(units), Decimal(units * 7)) for sku, account, units in held],
        schema={
            "period": pl.Date,
            "account_code": pl.String,
            "sku": pl.String,
            "closing_quantity": QUANTITY,
            "closing_value": MONEY,
        },
        orient="row",
    )
    products = pl.LazyFrame({"sku": [f"SKU-{sku}" for sku in range(9)], "category": list("ABCDEFGHI")})
    with open_warehouse(Settings(home=tmp_path), publishes=False) as warehouse:
        warehouse.execute(MOVES)
        every = warehouse.query(
            f"select sku, moved_on, quantity::decimal(38, 4) as quantity from core.stock_moves"
            f" where kind in {INFLOWS} and (moved_on <= ? or kind = 'opening')",
            [CUT_OFF],
        )
        read = read_inflows(warehouse, closing, CUT_OFF)
    assert 0 < read.height < every.height
    by_definition = age_stock(closing.lazy(), every.lazy(), products, CUT_OFF).collect()
    assert set(by_definition["age_band"]) >= {"0-30", "61-90", "181-365", "over 365", "no receipt"}
    assert_frame_equal(age_stock(closing.lazy(), read.lazy(), products, CUT_OFF).collect(), by_definition)
