"""What came twice, of a late request or of a lost warehouse: one counts, nothing is sent again, and it is said so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import ApprovalNeeded, Incomplete
from pipelines.load.approve import PlanWaits, record_approval
from pipelines.load.json_text import encode_json
from pipelines.load.outbox import OutboxDocument
from pipelines.load.xero_client import XeroClient
from pipelines.settings import Settings
from pipelines.sync.apply import apply_sync_plan
from pipelines.sync.resources import SyncResource
from pipelines.warehouse import Warehouse, open_warehouse
from schemas.posting_choices import ApprovalLimit, ApprovalRules
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


def _want(warehouse: Warehouse) -> None:
    want(
        warehouse,
        document("A-1 | PO-1", line("50.00", "7.50", "630", "INPUT2"), kind="bill"),
        document("SCN-1 | PO-1", line("5.00", "0.75", "630", "INPUT2"), kind="supplier_credit"),
        contacts=[contact("C1", "Tent Maker")],
        payments=[payment("1", "bill:A-1 | PO-1", "10.00")],
        allocations=[allocation("supplier_credit:SCN-1 | PO-1", "bill:A-1 | PO-1", "5.75")],
    )


def test_a_bill_that_comes_late_after_it_was_sent_again_is_voided(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    want(warehouse)
    sync(client, warehouse)
    want(warehouse, document("A-1 | PO-1", line("50.00", "7.50", "630", "INPUT2"), kind="bill"))
    plan = plan_documents(client, warehouse)
    ready = means(client, warehouse)
    books.change("faults", name="late_commit", requests=10_000)
    with pytest.raises(Incomplete):
        apply_sync_plan(ready, plan.plan_hash, TERMS)
    books.end_faults()
    later = replace(ready, clock=lambda: datetime.now(UTC) + timedelta(minutes=10))
    assert apply_sync_plan(later, plan.plan_hash, TERMS).is_complete
    assert len(standing_books(client)["Invoices"]) == 1

    books.change("late-commits")
    found = actions(warehouse, plan_documents(client, warehouse))
    assert found["bill:A-1 | PO-1+2"] == "voided"
    assert sync(client, warehouse).ended == ("bill:A-1 | PO-1+2",)

    assert len(standing_books(client)["Invoices"]) == 1
    assert sync(client, warehouse).sent_count == 0


def test_another_warehouse_takes_over_what_stands_in_xero(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, tmp_path: Path
) -> None:
    _want(warehouse)
    sync(client, warehouse)
    standing, sent = standing_books(client), len(books.writes())

    (tmp_path / "new").mkdir()
    with open_warehouse(Settings(home=tmp_path / "new"), publishes=False) as fresh:
        _want(fresh)
        known = next(one for one in client.documents("Contacts") if one["Name"] == "Tent Maker")
        matched = contact("C1", "Tent Maker", matched_by="contact_number", xero_contact_id=known["ContactID"])
        fresh.execute("update sync.contacts set xero_contact_id = ?", [matched["xero_contact_id"]])
        assert set(actions(fresh, plan_documents(client, fresh)).values()) == {"adopted"}
        assert sync(client, fresh).sent_count == 0
        assert set(actions(fresh, plan_documents(client, fresh)).values()) == {"unchanged"}

    assert standing_books(client) == standing
    assert len(books.writes()) == sent


def test_a_plan_that_is_not_what_would_be_sent_now_sends_nothing(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    plan = plan_documents(client, warehouse)
    want(warehouse, document("INV-1", line("90.00", "13.50")))

    with pytest.raises(ApprovalNeeded, match="is not what would be posted now"):
        apply_sync_plan(means(client, warehouse), plan.plan_hash, TERMS)
    assert books.writes() == []


def test_documents_above_a_limit_wait_for_who_may_approve_them(client: XeroClient, warehouse: Warehouse) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    rules = ApprovalRules(differs=False, limits=(ApprovalLimit(Decimal("114.99"), ("Ana Lopez",)),))
    terms = replace(TERMS, needs_approval=True, approval=rules)
    plan = plan_documents(client, warehouse)

    for name in (None, "Bo Chen"):
        if name:
            record_approval(warehouse, plan.plan_hash, name, rules=rules)
        with pytest.raises(PlanWaits, match="of documents waits for approval"):
            apply_sync_plan(means(client, warehouse), plan.plan_hash, terms)
    record_approval(warehouse, plan.plan_hash, "Ana Lopez", rules=rules)
    assert apply_sync_plan(means(client, warehouse), plan.plan_hash, terms).is_complete


def test_what_xero_saves_without_an_account_is_refused_and_a_warning_about_the_rate_is_not() -> None:
    sent = {
        "Type": "ACCREC", "InvoiceNumber": "INV-1", "Date": "2026-10-05", "CurrencyCode": "NZD",
        "LineAmountTypes": "NoTax", "LineItems": [{"AccountCode": "200", "LineAmount": Decimal("5.00")}],
    }  # fmt: skip
    row = OutboxDocument("p", "create", "k", 1, None, "ACCREC inv-1", "h", encode_json(sent), resource="Invoices")
    shown = {**sent, "InvoiceID": "i", "Warnings": [{"Message": "The currency rate is unusual"}]}
    resource = SyncResource("Invoices")

    assert resource.judge(row, shown, datetime.now(UTC)).document.state == "confirmed"
    dropped = {**shown, "LineItems": [{"LineAmount": 5}], "Warnings": [{"Message": "Account 200 has been removed"}]}
    judged = resource.judge(row, dropped, datetime.now(UTC)).document
    assert (judged.state, judged.manual_journal_id) == ("refused", "i")
    assert "saved with a warning, and undone" in str(judged.reason)
