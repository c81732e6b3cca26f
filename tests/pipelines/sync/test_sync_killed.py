"""A real process that applies a plan of documents is killed with SIGKILL: the next one ends what it began, once."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.load.xero_client import XeroClient
from pipelines.settings import Settings
from pipelines.sync.apply import apply_sync_plan
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.sync.standing_books import standing_books
from tests.pipelines.sync.wanted_documents import (
    TERMS,
    actions,
    allocation,
    contact,
    document,
    line,
    means,
    payment,
    plan_documents,
    sync,
    want,
)

CHECKOUT = Path(__file__).parents[3]
PEOPLE = [contact("C1", "Tramping Club"), contact("S1", "Tent Maker")]
SUPPLIER = {"contact_key": "S1"}


def want_before(warehouse: Warehouse) -> None:
    """An invoice, a bill and a payment of each."""
    want(
        warehouse,
        document("INV-1", line("100.00", "15.00")),
        document("A-1 | PO-1", line("50.00", "7.50", "630", "INPUT2"), kind="bill", **SUPPLIER),
        document("INV-3", line("10.00", "1.50")),
        contacts=PEOPLE,
        payments=[payment("1", "sales_invoice:INV-3", "2.00")],
    )


def want_after(warehouse: Warehouse) -> None:
    """One changes, one ends, new ones come, with a credit, its allocation, and payments, of which one changed."""
    want(
        warehouse,
        document("INV-1", line("90.00", "13.50")),
        document("INV-2", line("40.00", "6.00"), contact_key="C2"),
        document("INV-3", line("10.00", "1.50")),
        document("A-2 | PO-2", line("60.00", "9.00", "630", "INPUT2"), kind="bill", **SUPPLIER),
        document("A-3 | PO-3", line("70.00", "10.50", "630", "INPUT2"), kind="bill", **SUPPLIER),
        document("PO-9", line("30.00", "4.50", "630", "INPUT2"), kind="purchase_order", **SUPPLIER),
        document("CN-1", line("20.00", "3.00"), kind="sales_credit"),
        contacts=[*PEOPLE, contact("C2", "Hut Wardens")],
        payments=[
            payment("1", "sales_invoice:INV-3", "3.00"),
            payment("2", "sales_invoice:INV-2", "11.00"),
            payment("3", "bill:A-2 | PO-2", "12.00"),
        ],
        allocations=[allocation("sales_credit:CN-1", "sales_invoice:INV-1", "23.00")],
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")
@pytest.mark.parametrize(("step", "count", "minutes"), [("after request", 6, 10)])
def test_what_a_kill_interrupts_is_ended_once(
    tmp_path: Path,
    warehouse_file: Path,
    client: XeroClient,
    books: LocalBooks,
    step: str,
    count: int,
    minutes: int,
) -> None:
    settings = Settings(home=tmp_path, warehouse=warehouse_file)
    with open_warehouse(settings, publishes=False) as warehouse:
        want_before(warehouse)
        sync(client, warehouse)
        want_after(warehouse)
        plan = plan_documents(client, warehouse)

    killed = subprocess.run(
        [
            *(sys.executable, "-m", "tests.pipelines.sync.killed_sync"),
            *(str(tmp_path), books.url, plan.plan_hash, step, str(count)),
        ],
        cwd=CHECKOUT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    with open_warehouse(settings, publishes=False) as warehouse:
        later = replace(means(client, warehouse), clock=lambda: datetime.now(UTC) + timedelta(minutes=minutes))
        assert apply_sync_plan(later, plan.plan_hash, TERMS).is_complete
        standing = standing_books(client)
        assert [one[:5] for one in standing["Invoices"]] == [
            ("A-2 | PO-2", "ACCPAY", "AUTHORISED", "69.0", "57.0"),
            ("A-3 | PO-3", "ACCPAY", "AUTHORISED", "80.5", "80.5"),
            ("INV-1", "ACCREC", "AUTHORISED", "103.5", "80.5"),
            ("INV-2", "ACCREC", "AUTHORISED", "46.0", "35.0"),
            ("INV-3", "ACCREC", "AUTHORISED", "11.5", "8.5"),
        ]
        again = actions(warehouse, plan_documents(client, warehouse))
        assert set(again.values()) == {"unchanged"}
