"""`tieout sync` on the sample company's November: sent once, errors listed, and what people pay in Xero comes back."""

from decimal import Decimal

import pytest

from pipelines.load.xero_client import connect
from pipelines.load.xero_scopes import sync_scopes
from schemas.sync import SYNC_KINDS
from tests.sample_company import Company

PAID = '{"Payments":[{"Invoice":{"InvoiceID":"%s"},"Account":{"Code":"090"},"Date":"2026-11-06","Amount":%s}]}'


@pytest.mark.thorough
def test_the_documents_of_november_are_sent_once_and_paid_back_into_cin7_once(closed: Company) -> None:
    closed.edit_text("mappings/documents.yaml", 'from: "2026-09-01"', 'from: "2026-11-01"')
    closed.edit_text("mappings/documents.yaml", "pull: true", "pull: true, update_source: true")
    first = closed.tieout("sync", "--json")
    assert (first.exit_code, first.json["updated"], first.json["ended"]) == (0, 0, 0), first.message
    assert first.json["created"] > 0
    errors = closed.tieout("errors", "--json").json["open"]
    assert {(row["document_number"], row["error_code"]) for row in errors} == {
        ("7901", "currency")
    }  # AUD is off in Xero

    invoice = closed.query("from post.synced_documents where document_key = 'sales_invoice:SO41363'").to_dicts()[0]
    with connect(closed.settings, scopes=sync_scopes(SYNC_KINDS)) as client:
        body = (PAID % (invoice["xero_id"], invoice["due_amount"])).encode()
        client._write("PUT", "/Payments", body, "by a person", "Payments")
    again = closed.tieout("sync", "--json").json
    assert again["created"] + again["updated"] == 0
    back = closed.query("select document_id, amount, state from post.source_payments").rows()
    assert back == [("SO41363", invoice["due_amount"], "written")]
    assert closed.tieout("extract").exit_code == 0
    known = closed.query("select amount, is_from_accounting from core.payments where reference like 'XERO-%'").rows()
    assert known == [(invoice["due_amount"], True)]
    due = closed.query("select due_amount from core.document_balances where document_id = 'SO41363'").item()
    assert due == Decimal(0)
