"""Measures plan and tie-out of a month with 300 k journal source lines, against scanning the tables they are about.

A month is written straight into a warehouse: sales in one COGS journal, receipts with their bills, and the same bills
as Xero shows them. The scan reads every row and column of the same tables into memory; Xero's own answers come without
a network. The month has to tie out at 0.00. Time is the processor's, of all threads, so that other programs on the
machine do not count. Figures go to `results/tie_out_lines.json`.

    python -m tests.benchmarks.tie_out_lines [--lines 300000] [--repeats 5]
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from pipelines.load.manual_journals import Line, ManualJournal
from pipelines.load.mirror_documents import DOCUMENTS, LOOK_BACK
from pipelines.load.plan import make_plan
from pipelines.load.terms import plan_terms
from pipelines.load.xero_client import XeroClient
from pipelines.settings import load_settings
from pipelines.steps.context import CloseContext, open_close
from pipelines.steps.tie_out import tie_out_month
from pipelines.warehouse import Warehouse, open_warehouse
from tests.benchmarks.measuring import ROOT, describe_machine

RESULTS = ROOT / "tests/benchmarks/results"
MOST = 3.0
"""Times a scan of the same tables that a plan or a tie-out may take (issue: plan, approve, apply, prove)."""

PERIOD, OPENING = date(2026, 10, 1), date(2026, 8, 31)
STOCK, COGS = "630", "310"
RECEIPTS_A_BILL, RECEIPT_COST = 10, Decimal("12.50")
SCANNED = (
    "close.bookings", "close.journals", "close.journal_lines", "close.journal_line_sources", "close.left_out",
    "core.products", "core.receipt_lines", "core.bill_lines", "core.charges", "core.currency_rates",
    "post.documents", "xero.manual_journals", "xero.foreign_journal_lines", "xero.document_lines",
)  # fmt: skip


class Books:
    """Xero as the month leaves it: nothing changed since it was mirrored, and a trial balance."""

    server_time = None

    def __init__(self, balance: Decimal) -> None:
        self._balance = balance

    def documents(self, *_: object) -> Iterator[dict[str, Any]]:
        """No document changed."""
        return iter(())

    def organisation(self) -> dict[str, Any]:
        """Its financial year ends with the calendar year."""
        return {"FinancialYearEndMonth": 12, "FinancialYearEndDay": 31}

    def trial_balance(self, day: date) -> dict[str, Any]:
        """The stock account; nothing before the month."""
        balance = self._balance if day >= PERIOD else Decimal("0.00")
        cells = [f"Stock on Hand ({STOCK})", "", "", f"{balance:.2f}", ""]
        head, *amounts = ({"Value": cell} for cell in cells)
        row = {"RowType": "Row", "Cells": [head | {"Attributes": [{"Id": "account", "Value": STOCK}]}, *amounts]}
        return {"Rows": [{"Rows": [row]}]}


def main() -> int:
    """Measure, write the results; 1 where the tie-out takes longer than it may."""
    options = argparse.ArgumentParser()
    options.add_argument("--lines", type=int, default=300_000)
    options.add_argument("--repeats", type=int, default=5)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), asked.lines, asked.repeats)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": describe_machine(), **figures}, indent=2)
    (RESULTS / "tie_out_lines.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 0 if max(figures["plan_to_scan"], figures["tie_out_to_scan"]) <= MOST else 1


def measure(folder: Path, line_count: int, repeats: int) -> dict[str, float]:
    """Run all three in turn and keep the best of each.

    Raises:
        AssertionError: the month does not tie out.
    """
    settings = load_settings(home=folder, mappings=ROOT / "mappings", organisation="BENCH")
    close = open_close(settings, PERIOD)
    sales = line_count // 2
    receipts = sales // 10
    scans, proofs, plans = [], [], []
    with open_warehouse(settings, publishes=False) as warehouse:
        write_month(warehouse, close, sales, receipts)
        client = cast("XeroClient", Books(receipts * RECEIPT_COST - sales))
        terms = plan_terms(settings, close.mappings)
        for _ in range(repeats):
            started = time.process_time()
            rows = sum(warehouse.read(table).height for table in SCANNED)
            scans.append(time.process_time() - started)
            started = time.process_time()
            result = tie_out_month(close, warehouse, client)
            proofs.append(time.process_time() - started)
            started = time.process_time()
            plan = make_plan(warehouse, terms, PERIOD)
            plans.append(time.process_time() - started)
        assert [one.journal_key for one in plan.documents] == ["COGS-2026-10"], plan.documents
        explained = result.accounts.filter(account_code=STOCK).to_dicts()[0]
        assert explained["unexplained_amount"] == 0, explained
        assert explained["explained_amount"] == 0, explained
    scan, proof, planning = min(scans), min(proofs), min(plans)
    return {
        "source_lines": line_count,
        "rows_scanned": rows,
        "scan_seconds": round(scan, 3),
        "tie_out_seconds": round(proof, 3),
        "plan_seconds": round(planning, 3),
        "tie_out_to_scan": round(proof / scan, 2),
        "plan_to_scan": round(planning / scan, 2),
    }


def write_month(warehouse: Warehouse, close: CloseContext, sales: int, receipts: int) -> None:
    """One COGS journal, receipts with their bills, and both as Xero shows them."""
    _write_ledger(warehouse, sales, receipts)
    _write_purchases(warehouse, receipts)
    _write_journal(warehouse, sales)
    _write_mirror(warehouse, close)


def _write_ledger(warehouse: Warehouse, sales: int, receipts: int) -> None:
    common = (
        "'Auckland' as location, date '2026-10-09' as moved_on, false as is_late, false as is_late_recognition, "
        f"false as is_provisional, date '{PERIOD}' as period, '{STOCK}' as stock_account_code"
    )
    warehouse.execute(
        f"insert into close.bookings by name select 'sale:' || i as move_id, 'sale' as kind, 'S' || i % 2000 as sku, "
        "date '2026-10-09' as recognised_on, 'sale' as document_kind, i::varchar as document_id, "
        "'SO-' || i as document_number, "
        "i::varchar as source_line_id, -1 as moved_quantity, -1.00 as cost_amount, 1.00 as recognised_amount, "
        f"{common} "
        f"from range({sales}) t(i)"
    )
    warehouse.execute(
        "insert into close.bookings by name select 'receipt:' || i as move_id, 'receipt' as kind, "
        f"'S' || i % 2000 as sku, "
        f"'purchase' as document_kind, (i // {RECEIPTS_A_BILL})::varchar as document_id, "
        f"'PO-' || i // {RECEIPTS_A_BILL} as document_number, i::varchar as source_line_id, 10 as moved_quantity, "
        f"{RECEIPT_COST} as cost_amount, 0 as recognised_amount, {common} from range({receipts}) t(i)"
    )


def _write_purchases(warehouse: Warehouse, receipts: int) -> None:
    warehouse.execute(
        "insert into core.products by name select 'S' || i as sku, 'Tents' as category, true as is_stocked "
        "from range(2000) t(i)"
    )
    bill = f"i // {RECEIPTS_A_BILL}"
    warehouse.execute(
        f"insert into core.receipt_lines by name select i::varchar as receipt_line_id, ({bill})::varchar as "
        f"purchase_id, "
        f"'PO-' || {bill} as purchase_number, 'receipt' as kind, 'Acme' as supplier, 'S' || i % 2000 as sku, "
        f"10 as quantity, date '2026-10-09' as received_date, 1.25 as unit_price, 'Auckland' as location "
        f"from range({receipts}) t(i)"
    )
    warehouse.execute(
        f"insert into core.bill_lines by name select i::varchar as bill_line_id, 'INV-' || {bill} as bill_number, "
        f"({bill})::varchar as purchase_id, i::varchar as receipt_line_id, 'Acme' as supplier, "
        f"date '2026-10-12' as bill_date, {RECEIPT_COST} as line_amount from range({receipts}) t(i)"
    )
    warehouse.execute(
        f"insert into xero.document_lines by name select 'x' || {bill} as document_id, i % {RECEIPTS_A_BILL} + 1 as "
        f"line_number, 'invoice' as document_kind, 'ACCPAY' as document_type, 'INV-' || {bill} as document_number, "
        f"'Acme' as contact_name, date '2026-10-12' as document_date, 'AUTHORISED' as document_status, 'NZD' as "
        f"currency_code, 1 as currency_rate, '{STOCK}' as account_code, '' as description, {RECEIPT_COST} as "
        f"foreign_amount, {RECEIPT_COST} as line_amount from range({receipts}) t(i)"
    )


def _write_journal(warehouse: Warehouse, sales: int) -> None:
    """The journal, its lines with a source row for each side of each sale, and the document in Xero."""
    key, day, total = "COGS-2026-10", date(2026, 10, 31), Decimal(f"{sales}.00")
    lines = (Line(COGS, total, "Cost of goods sold"), Line(STOCK, -total, "Cost of goods sold"))
    journal = ManualJournal(day, "POSTED", "Cost of goods sold", lines)
    warehouse.execute(
        "insert into close.journals values (?, ?, 'cogs', ?, 'October 2026', ?, 2)", [PERIOD, key, day, total]
    )
    for number, (line, role) in enumerate(zip(lines, ("cogs", "stock_on_hand"), strict=True), 1):
        warehouse.execute(
            "insert into close.journal_lines by name select ?::date as period, ? as journal_key, ? as line_number, "
            "? as role, ? as account_code, 'x' as description, ?::decimal(18, 2) as line_amount, ? as source_count",
            [PERIOD, key, number, role, line.account_code, line.line_amount, sales],
        )
        sign = 1 if line.line_amount > 0 else -1
        warehouse.execute(
            f"insert into close.journal_line_sources by name select ?::date as period, ? as journal_key, "
            f"{number} as line_number, '{role}' as role, 'close.bookings' as source_table, 'sale:' || i as source_id, "
            f"{sign}.00 as source_amount from range({sales}) t(i)",
            [PERIOD, key],
        )
    warehouse.execute(
        "insert into post.documents by name select 'BENCH-COGS-2026-10-v1' as tag, ? as journal_key, 1 as version, "
        "?::date as period, ?::date as journal_date, 'm1' as manual_journal_id, 'POSTED' as status, 'x' as narration, "
        "'h' as content_hash, ?::decimal(18, 2) as debit_amount, 'p' as plan_hash, now() as posted_at, 'h' as "
        "material_hash, ? as content_json",
        [key, PERIOD, day, total, journal.content_json()],
    )


def _write_mirror(warehouse: Warehouse, close: CloseContext) -> None:
    """What was mirrored, so that nothing has to be read again."""
    warehouse.execute(
        "insert into xero.organisation by name select 'o' as organisation_id, 'Bench' as name, 'NZD' as base_currency, "
        "now() as mirrored_at"
    )
    charges = {str(one.account) for one in close.mappings.landed_costs.charges.values()}
    for collection in DOCUMENTS:
        warehouse.execute(
            "insert into xero.reads values (?, 'o', ?, ?, now(), null)",
            [collection, OPENING - LOOK_BACK, " ".join(sorted({STOCK, *charges}))],
        )


if __name__ == "__main__":
    raise SystemExit(main())
