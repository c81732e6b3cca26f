"""A machine whose clock is wrong when something is sent, or when it is looked for: nothing is sent twice."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import Incomplete
from pipelines.load.xero_client import XeroClient
from pipelines.sync.apply import apply_sync_plan
from pipelines.warehouse import Warehouse
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.sync.standing_books import standing_books
from tests.pipelines.sync.wanted_documents import TERMS, document, line, means, payment, plan_documents, sync, want

BILL = document("A-1 | PO-1", line("50.00", "7.50", "630", "INPUT2"), kind="bill")
HOUR = timedelta(hours=1)


def by_a_clock(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """This machine's clock is ahead, or behind; the server's is right."""
    monkeypatch.setattr("pipelines.load.xero_client.utc_now", lambda: datetime.now(UTC) + ahead, raising=False)


@pytest.mark.parametrize(
    ("sent", "looked_for"), [(HOUR, timedelta()), (timedelta(), -HOUR), (HOUR, HOUR), (-HOUR, -HOUR)]
)
def test_a_payment_whose_answer_was_lost_is_not_sent_again(
    client: XeroClient,
    warehouse: Warehouse,
    books: LocalBooks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sent: timedelta,
    looked_for: timedelta,
) -> None:
    want(warehouse, BILL)
    sync(client, warehouse)
    want(warehouse, BILL, payments=[payment("1", "bill:A-1 | PO-1", "10.00")])
    plan = plan_documents(client, warehouse)
    ready = means(client, warehouse)

    by_a_clock(monkeypatch, sent)
    books.change("faults", name="late_commit", requests=10_000)
    with pytest.raises(Incomplete):
        apply_sync_plan(replace(ready, clock=lambda: datetime.now(UTC) + sent), plan.plan_hash, TERMS)
    books.end_faults()
    books.change("late-commits")
    forget_keys(tmp_path / "books.sqlite")
    writes = len(books.writes())

    by_a_clock(monkeypatch, looked_for)
    minutes = timedelta(minutes=10)
    assert apply_sync_plan(
        replace(ready, clock=lambda: datetime.now(UTC) + looked_for + minutes), plan.plan_hash, TERMS
    ).is_complete
    assert len(books.writes()) == writes
    assert standing_books(client)["payments"] == [("CIN7-PAY-1", "10.0")]


def forget_keys(file: Path) -> None:
    """Six minutes later Xero knows no key any more."""
    with sqlite3.connect(file) as found:
        found.execute("delete from answered_requests")
