"""Every request of the document sync keeps to Xero's own specification: created, changed, voided, read back."""

from pathlib import Path

import httpx

from pipelines.load.xero_client import connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.warehouse import Warehouse
from schemas.sync import SYNC_KINDS
from tests.pipelines.load.closed_months import sandbox_settings
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.recorded_requests import Recorder
from tests.pipelines.sync.wanted_documents import contact, document, line, sync, want, want_one_of_each
from tests.pipelines.xero_specification import needs_specification


@needs_specification
def test_what_a_sync_sends_keeps_to_the_specification(tmp_path: Path, books: LocalBooks, warehouse: Warehouse) -> None:
    recorder = Recorder(httpx.HTTPTransport())
    scopes = sync_scopes(SYNC_KINDS)
    with connect(sandbox_settings(tmp_path, books.url), backoff=0.0, transport=recorder, scopes=scopes) as client:
        want_one_of_each(client, warehouse)
        assert sync(client, warehouse).is_complete
        changed = document("INV-2", line("230.00", "30.00"), mode="inclusive")
        want(warehouse, changed, contacts=[contact("C1", "Tramping Club")])
        sync(client, warehouse)

    sent = {(one.method, one.url.path.split("/")[3]) for one in recorder.requests if "/api.xro/" in one.url.path}
    assert sent >= {
        ("PUT", "Contacts"), ("PUT", "Invoices"), ("PUT", "CreditNotes"), ("PUT", "PurchaseOrders"),
        ("PUT", "Payments"), ("POST", "Invoices"),
    }  # fmt: skip
    assert recorder.problems() == []
