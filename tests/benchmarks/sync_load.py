"""What syncing a month of 20,000 orders takes, consolidated by day and channel: requests against the floor, seconds.

The floor is what the documents need at 50 and 3.5 MB a request (xero.md section 1.2), one after the other by kind, and
one read for each endpoint that has to be looked at. `python -m tests.benchmarks.sync_load [ORDERS]`; `make bench`.
"""

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.load.batches import MOST_BYTES, MOST_DOCUMENTS
from pipelines.load.mirror import mirror_xero
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.sandbox.xero import running_sandbox
from pipelines.steps.context import open_close
from pipelines.sync.apply import SyncMeans, apply_sync_plan
from pipelines.sync.books import SyncScope
from pipelines.sync.mirror import mirror_settings, mirror_state
from pipelines.sync.plan import make_sync_plan
from pipelines.sync.wanted import build_wanted
from pipelines.warehouse import Warehouse, open_warehouse
from schemas.frames import dtypes_of
from schemas.sync import SYNC_KINDS
from schemas.tables import TABLES
from tests.benchmarks.measuring import ROOT, describe_machine
from tests.pipelines.load.closed_months import sandbox_settings

ORDERS = 20_000
CHANNELS = ("Web", "Store", "Wholesale", "Marketplace")
RESULTS = ROOT / "tests/benchmarks/results"
TERMS = PlanTerms(organisation="ACME", code_hash="c")
OCTOBER = date(2026, 10, 1)
DOCUMENTS = """
from: "2026-10-01"
kinds: {contacts: {}, sales_invoices: {}, sales_credits: {}}
accounts: {revenue: "200"}
tax_types: {sales: {"15%": OUTPUT2}}
consolidate:
  - {channels: "*", by: day, contact: Shop sales}
"""


def main() -> None:
    """Measure and write `results/sync_load.json`."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), count)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": describe_machine(), **figures}, indent=2)
    (RESULTS / "sync_load.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Sync a month to a new Xero in a process of its own thread, then plan again."""
    home, log = folder / "home", folder / "requests.jsonl"
    shutil.copytree(ROOT / "mappings", home / "mappings", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (home / "mappings/documents.yaml").write_text(DOCUMENTS, encoding="utf-8")
    seconds: dict[str, float] = {}
    with running_sandbox(folder / "books.sqlite", log=log) as url:
        settings = sandbox_settings(home, url)
        with (
            open_warehouse(settings, publishes=False) as warehouse,
            connect(settings, scopes=sync_scopes(SYNC_KINDS)) as client,
        ):
            fill_orders(warehouse, count)
            scope = SyncScope(frozenset({"contact", "sales_invoice", "sales_credit"}), OCTOBER)
            started = time.perf_counter()
            for phase in ("plan", "apply", "again"):
                if phase != "apply":
                    mirror_xero(client, warehouse)
                    mirror_settings(client, warehouse)
                    mirror_state(client, warehouse, OCTOBER)
                    build_wanted(open_close(settings, OCTOBER, is_preview=True), warehouse)
                    plan = make_sync_plan(warehouse, scope, TERMS)
                else:
                    apply_sync_plan(SyncMeans(client, warehouse), plan.plan_hash, TERMS)
                seconds[phase] = round(time.perf_counter() - started, 1)
                started = time.perf_counter()
            assert not warehouse.query(
                "select 1 from post.planned_sync where action = 'new' and plan_hash = ?", [plan.plan_hash]
            ).height
            return _figures(warehouse, log, count, seconds)


def _figures(warehouse: Warehouse, log: Path, count: int, seconds: dict[str, float]) -> dict[str, Any]:
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    writes = Counter(
        str(one["path"]).rpartition("/")[2] for one in calls if one["method"] != "GET" and "2.0" in one["path"]
    )
    reads = Counter(one["method"] for one in calls)["GET"]
    sent = warehouse.read("post.outbox").select("resource", pl.col("body").str.len_bytes().alias("bytes"))
    floor = 0
    for _, rows in sent.group_by("resource"):
        floor += max(-(-rows.height // MOST_DOCUMENTS), -(-int(rows["bytes"].sum()) // MOST_BYTES))
    total = sum(writes.values())
    return {
        "orders": count,
        "documents": sent.height,
        "requests": dict(writes),
        "floor": floor,
        "ratio": round(total / floor, 3),
        "reads_of_plan_apply_and_second_plan": reads,
        "seconds": seconds,
    }


def fill_orders(warehouse: Warehouse, count: int) -> None:
    """Orders of one or two lines over the days of a month and four channels."""
    documents, lines = [], []
    for number in range(1, count + 1):
        key, day = f"SO{number}", date(2026, 10, 1 + number % 31)
        amounts = [Decimal(1000 + number % 977).scaleb(-2) for _ in range(1 + number % 2)]
        taxes = [(amount * 15 / 100).quantize(Decimal("0.01")) for amount in amounts]
        documents.append(_order(key, number, day, sum(amounts, Decimal(0)) + sum(taxes, Decimal(0))))
        lines += [_line(key, place, *pair) for place, pair in enumerate(zip(amounts, taxes, strict=True), 1)]
    people = [{"contact_id": "1", "kind": "customer", "contact_name": "Guest", "is_active": True}]
    for table, rows in {
        "core.contacts": people,
        "core.trade_documents": documents,
        "core.trade_lines": lines,
    }.items():
        dtypes = dtypes_of(TABLES[table])
        warehouse.replace(table, pl.DataFrame([dict.fromkeys(dtypes) | row for row in rows], schema=dtypes))


def _order(key: str, number: int, day: date, total: Decimal) -> dict[str, object]:
    return {
        "document_id": key,
        "kind": "sales_invoice",
        "document_number": str(number),
        "order_number": f"ORD-{number}",
        "contact_id": "1",
        "document_date": day,
        "due_date": day,
        "tax_mode": "exclusive",
        "status": "approved",
        "channel": CHANNELS[number % len(CHANNELS)],
        "total_amount": total,
        "moved_date": day,
    }


def _line(key: str, place: int, amount: Decimal, tax: Decimal) -> dict[str, object]:
    return {
        "line_id": f"{key}-{place}",
        "document_id": key,
        "position": place,
        "kind": "goods",
        "sku": f"SKU-{place}",
        "description": "Goods",
        "quantity": Decimal(1),
        "unit_price": amount,
        "discount_amount": Decimal(0),
        "line_amount": amount,
        "tax_amount": tax,
        "tax_rate": Decimal("0.15"),
        "tax_name": "15%",
    }


if __name__ == "__main__":
    main()
