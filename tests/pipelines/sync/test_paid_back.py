"""What was paid in Xero comes back into core, and into Cin7 where the settings say so: each payment once."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipelines.errors import Incomplete, UsageProblem
from pipelines.extract.cin7_client import connect_omni
from pipelines.load.mirror_rows import frame_of
from pipelines.settings import Settings
from pipelines.sync.paid_back import read_paid_back
from pipelines.sync.source_answers import Answer, CinSevenWriter
from pipelines.sync.source_writing import core_payment, omni_payment, write_payments
from pipelines.warehouse import Warehouse
from tests.data.trade_selects import read, select

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
LATER = "11111111-2222-3333-4444-555555555555"
OMNI = omni_payment("Pacific/Auckland")


def fill(warehouse: Warehouse, table: str, *rows: Mapping[str, object]) -> None:
    """Rows of a table; columns that are left out are null."""
    columns = warehouse.read(table, "false").columns
    warehouse.replace(table, frame_of(table, [dict.fromkeys(columns) | dict(row) for row in rows]))


def synced(key: str, kind: str, xero_id: str) -> dict[str, object]:
    return {
        "document_key": key, "kind": kind, "xero_id": xero_id, "xero_status": "AUTHORISED", "content_hash": "h",
        "content_json": "{}", "plan_hash": "p", "posted_at": NOW, "seen_at": NOW,
    }  # fmt: skip


def document(document_id: str, kind: str = "sales_invoice") -> dict[str, object]:
    return {
        "document_id": document_id,
        "kind": kind,
        "order_number": "SO-1",
        "tax_mode": "exclusive",
        "status": "approved",
    }


def in_xero(document_id: str, paid: str) -> dict[str, object]:
    return {
        "document_id": document_id, "resource": "Invoices", "document_type": "ACCREC", "document_number": "7001",
        "document_date": date(2026, 10, 1), "document_status": "AUTHORISED", "currency_code": "AUD",
        "currency_rate": Decimal("0.9165"), "net_amount": Decimal("100"), "tax_amount": Decimal("15"),
        "total_amount": Decimal("115"), "paid_amount": Decimal(paid), "credited_amount": Decimal(0),
        "due_amount": Decimal("115") - Decimal(paid), "shown_hash": "s", "line_ids": "",
    }  # fmt: skip


def payment(payment_id: str, document_id: str, amount: str, status: str = "AUTHORISED") -> dict[str, object]:
    return {
        "payment_id": payment_id, "document_id": document_id, "paid_on": date(2026, 10, 9), "amount": Decimal(amount),
        "currency_rate": Decimal("0.9165"), "account_code": "090", "reference": "DD", "payment_status": status,
        "is_reconciled": False,
    }  # fmt: skip


@pytest.fixture
def paid(warehouse: Warehouse) -> Warehouse:
    """An invoice of 115.00 AUD: 40.00 paid by us, 60.00 by the bank feed; a group whose payments stay in Xero."""
    fill(warehouse, "core.trade_documents", document("SO1"), document("CN9", "sales_credit"))
    fill(
        warehouse,
        "post.synced_documents",
        synced("sales_invoice:SO1", "sales_invoice", "X1"),
        synced("sales_credit:CN9", "sales_credit", "X9"),
        synced("sales_invoice:group:Store/2026-10-01", "sales_invoice", "X2"),
        synced("payment:5", "payment", "P-OURS"),
        synced("301", "contact", "C1"),
    )
    fill(warehouse, "xero.trade_documents", in_xero("X1", "100"), in_xero("X2", "5"))
    fill(warehouse, "xero.payments", payment("P-OURS", "X1", "40"), payment(LATER, "X1", "60"),
         payment("P-G", "X2", "5"), payment("P-VOID", "X1", "7", "DELETED"), payment("P-BACK", "X9", "3"))  # fmt: skip
    contact = {"contact_id": "301", "kind": "customer", "contact_name": "Guides", "is_active": True}
    fill(warehouse, "core.contacts", contact)
    theirs = {"contact_id": "C1", "contact_name": "Guides", "contact_status": "ACTIVE", "is_customer": True,
              "is_supplier": False, "receivable_amount": Decimal("15.50")}  # fmt: skip
    fill(warehouse, "xero.contacts", theirs)
    return warehouse


def test_update_paid_invoices_and_balances_what_was_paid_and_owed_in_xero_comes_back_into_core(paid: Warehouse) -> None:
    counts = read_paid_back(paid)
    assert counts == {"core.accounting_payments": 2, "core.document_balances": 1, "core.contact_balances": 1}
    rows = paid.read("core.accounting_payments").sort("xero_payment_id").to_dicts()
    assert [(row["xero_payment_id"], row["document_id"], row["kind"], row["amount"]) for row in rows] == [
        (LATER, "SO1", "payment", Decimal("60.00")),  # ours is none of them, nor one that was taken back
        ("P-BACK", "CN9", "refund", Decimal("3.00")),
    ]
    assert {row["currency_rate"] for row in rows} == {Decimal("1.09110747")}  # 1 / 0.9165
    (balance,) = paid.read("core.document_balances").to_dicts()
    assert (balance["document_id"], balance["paid_amount"], balance["due_amount"]) == ("SO1", Decimal(100), Decimal(15))
    assert paid.read("core.contact_balances").rows() == [("301", Decimal("15.50"), None)]


class Source:
    """A Cin7 in memory: takes payments, refuses them, or does not answer."""

    def __init__(self, *answers: Answer | Incomplete) -> None:
        self.answers = list(answers)
        self.bodies: list[tuple[str, Any]] = []

    @contextmanager
    def connect(self) -> Iterator["Source"]:
        yield self

    def write(self, resource: str, body: bytes) -> Answer:
        self.bodies.append((resource, json.loads(body)))
        answer = self.answers.pop(0) if self.answers else Answer(is_taken=True, payment_id="88")
        if isinstance(answer, Incomplete):
            raise answer
        return answer


def test_a_payment_is_written_into_omni_once_and_never_sent_back(paid: Warehouse) -> None:
    read_paid_back(paid)
    source = Source()
    done = write_payments(paid, source.connect, OMNI, clock=lambda: NOW)
    assert (done.written, done.refused, done.left_out) == (2, 0, 0)
    assert source.bodies[0] == ("Payments", [{
        "orderId": 1, "orderType": "SalesOrder", "paymentDate": "2026-10-08T11:00:00Z", "amount": 60.0,
        "method": "Xero", "transactionRef": f"XERO-{LATER}", "isAuthorized": True,
    }])  # fmt: skip
    assert write_payments(paid, source.connect, OMNI).sentence == "0 payments written into Cin7."
    assert len(source.bodies) == 2
    (back,) = select(read("omni"), "payments", payments=[{"id": 88, "amount": 60, "transactionRef": f"XERO-{LATER}"}])
    assert back["is_from_accounting"]


def test_a_request_without_an_answer_is_looked_for_before_it_is_sent_again(paid: Warehouse) -> None:
    read_paid_back(paid)
    silent = Source(Incomplete("no answer"))
    with pytest.raises(Incomplete):
        write_payments(paid, silent.connect, OMNI)
    states = dict(paid.read("post.source_payments").select("xero_payment_id", "state").rows())
    assert states == {LATER: "sending"}
    known = {"payment_id": "88", "kind": "payment", "paid_on": date(2026, 10, 9), "amount": Decimal(60),
             "reference": f"XERO-{LATER}", "is_from_accounting": True}  # fmt: skip
    fill(paid, "core.payments", known)  # the next extract shows that it had been taken
    source = Source()
    done = write_payments(paid, source.connect, OMNI)
    assert (done.found, done.written, len(source.bodies)) == (1, 1, 1)
    assert set(paid.read("post.source_payments")["state"]) == {"written"}
    fill(paid, "core.payments")
    assert write_payments(paid, source.connect, OMNI).written == 0


def test_a_refusal_is_kept_with_its_reason_and_not_repeated(paid: Warehouse) -> None:
    read_paid_back(paid)
    source = Source(Answer(is_taken=False, reason="Order is locked"))
    done = write_payments(paid, source.connect, OMNI)
    assert done.sentence == "1 payments written into Cin7. 1 refused: see post.source_payments."
    refused = paid.read("post.source_payments", "state = 'refused'").to_dicts()
    assert [row["reason"] for row in refused] == ["Order is locked"]
    assert write_payments(paid, source.connect, OMNI).written == 0


def test_core_takes_a_payment_of_an_invoice_by_its_task_and_none_of_bills() -> None:
    row = {"xero_payment_id": LATER, "document_id": "INVtask-1", "kind": "payment", "paid_on": date(2026, 10, 9),
           "amount": Decimal("60.00"), "currency_rate": None, "account_code": "090"}  # fmt: skip
    request = core_payment(row)
    assert request is not None
    assert (request.resource, json.loads(request.body)) == ("sale/payment", {
        "TaskID": "task-1", "Type": "Payment", "Reference": f"XERO-{LATER}", "Amount": 60.0,
        "DatePaid": "2026-10-09T00:00:00", "Account": "090", "CurrencyRate": 1.0,
    })  # fmt: skip
    assert core_payment(row | {"document_id": "BILLb1"}) is None
    assert OMNI(row | {"document_id": "SD1"}) is None


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '[{"index": 0, "id": 88, "success": true, "errors": []}]', Answer(is_taken=True, payment_id="88")),
        (
            200,
            '[{"Success": false, "Errors": ["Order not found"]}]',
            Answer(is_taken=False, reason='["Order not found"]'),
        ),
        (400, '{"message": "bad amount"}', Answer(is_taken=False, reason='{"message": "bad amount"}')),
        (429, "slow down", Incomplete),
        (502, "<html>", Incomplete),
        (200, "<html>", Incomplete),
        (403, "", UsageProblem),
    ],
)
def test_answers_of_omni_are_taken_refused_or_unknown_and_a_write_is_sent_once(
    tmp_path: Path, status: int, body: str, expected: Answer | type[Exception]
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, text=body)

    settings = Settings(home=tmp_path, omni_url="http://127.0.0.1:9", omni_username="u", omni_key="k")  # type: ignore[arg-type]
    with connect_omni(settings, transport=httpx.MockTransport(answer), backoff=0.0) as client:
        writer = CinSevenWriter(client)
        if isinstance(expected, Answer):
            assert writer.write("Payments", b"[]") == expected
        else:
            with pytest.raises(expected):
                writer.write("Payments", b"[]")
    assert [(one.method, one.url.path) for one in asked] == [("POST", "/api/v1/Payments")]
