"""The received lines that no bill names are those that comparing every line with every bill gives."""

from datetime import date
from pathlib import Path

from pipelines.settings import Settings
from pipelines.steps.unbilled import find_unbilled
from pipelines.warehouse import Warehouse, open_warehouse

CUT_OFFS = [date(2026, month, 28) for month in range(5, 12)]

RECEIPTS = """
    insert into core.receipt_lines
      (receipt_line_id, purchase_id, purchase_number, kind, sku, quantity, received_date, unit_price, location)
    select 'R' || i, 'P' || i, 'PO-' || i, 'receipt', 'TENT', 1,
      if(i % 31 = 0, null, date '2026-05-01' + (i // 5)::int), 1, 'A'
    from range(600) numbers(i)
"""
"""Five a day; some have not come yet."""

BILLS = """
    insert into core.bill_lines (bill_line_id, bill_number, purchase_id, receipt_line_id, bill_date, line_amount)
    select 'B' || i || '/' || part, 'INV-' || i, 'P' || i, 'R' || i,
      date '2026-05-01' + (i // 5 + (i * 7 + part * 13) % 40 - 6)::int, 1
    from range(640) numbers(i), range(2) parts(part)
    where i % 11 <> 0 and (part = 0 or i % 3 = 0)
"""
"""A day may be billed whole, in part, by two bills, before its goods came, or not at all; some bills name no line."""


def _by_definition(warehouse: Warehouse, cut_off: date) -> list[str]:
    rows = warehouse.query(
        "select receipt_line_id from core.receipt_lines r where received_date <= $1 and not exists"
        " (from core.bill_lines b where b.receipt_line_id = r.receipt_line_id and b.bill_date <= $1)",
        [cut_off],
    )
    return sorted(rows["receipt_line_id"])


def _agrees(warehouse: Warehouse) -> bool:
    found = [sorted(find_unbilled(warehouse, day)["receipt_line_id"]) for day in CUT_OFFS]
    return found == [_by_definition(warehouse, day) for day in CUT_OFFS]


def test_they_are_those_that_no_bill_names_up_to_the_day(tmp_path: Path) -> None:
    with open_warehouse(Settings(home=tmp_path), publishes=False) as warehouse:
        assert find_unbilled(warehouse, CUT_OFFS[0]).is_empty()  # nothing was ever received
        warehouse.execute(RECEIPTS)
        assert _agrees(warehouse)
        warehouse.execute(BILLS)
        assert _agrees(warehouse)
        warehouse.write_to_file()
        assert _agrees(warehouse)


def test_a_bill_that_is_changed_by_hand_is_seen(tmp_path: Path) -> None:
    with open_warehouse(Settings(home=tmp_path), publishes=False) as warehouse:
        warehouse.execute(RECEIPTS)
        warehouse.execute(BILLS)
        warehouse.write_to_file()
        before = find_unbilled(warehouse, CUT_OFFS[2]).height
        warehouse.execute("delete from core.bill_lines where receipt_line_id = 'R7'")
        warehouse.execute("update core.bill_lines set bill_date = '2026-12-01' where receipt_line_id = 'R8'")
        assert _agrees(warehouse)
        assert find_unbilled(warehouse, CUT_OFFS[2]).height == before + 2
