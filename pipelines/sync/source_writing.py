"""Writes payments of the accounts into Cin7, each once: off unless documents.yaml says payments.update_source.

Every request is a row of post.source_payments before it leaves. A request without an answer is looked for in what the
next extract brings, by its reference, and only sent again when it is not there.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.sync.source_answers import Answer
from pipelines.warehouse import Warehouse

REFERENCE = "XERO-"
"""Begins the reference of a payment that came from Xero: the selects of omni.yaml and core.yaml know it by that."""


Tell = Callable[[int, int, str], None]
"""Told how many of how many are done, and of what."""


def _tell_nobody(done: int, total: int, what: str) -> None:
    """Nobody watches."""


class PaymentWriter(Protocol):
    """A connection to the source that takes payments."""

    def write(self, resource: str, body: bytes) -> Answer:
        """Send one payment and read the answer.

        Raises:
            Incomplete: no answer came (exit 7).
        """
        ...


@dataclass(frozen=True)
class Written:
    """What became of the payments of the accounts."""

    written: int = 0
    refused: int = 0
    found: int = 0
    """Written by an earlier run whose answer was lost."""
    left_out: int = 0
    """Of documents that the source's API takes no payments for."""

    @property
    def sentence(self) -> str:
        """What was done, in words."""
        said = f"{self.written + self.found:,} payments written into Cin7."
        refused = f" {self.refused:,} refused: see post.source_payments." if self.refused else ""
        return said + refused + (f" {self.left_out:,} left out: Cin7's API takes none there." if self.left_out else "")


@dataclass(frozen=True)
class Request:
    """One payment as the source takes it."""

    resource: str
    body: bytes


Shape = Callable[[Mapping[str, Any]], Request | None]
"""A row of core.accounting_payments as a request; None where the source takes no payments for its document."""


def omni_payment(zone: str, *, shifts_days: bool = True) -> Shape:
    """How Omni takes a payment: POST Payments, an array of one (cin7.md sections 1.1, 1.8); a day is an instant."""

    def shape(row: Mapping[str, Any]) -> Request | None:
        kinds = {"SO": "SalesOrder", "PB": "PurchaseOrder", "CN": "CreditNote"}
        prefix, order_id = row["document_id"][:2], row["document_id"][2:]
        if prefix not in kinds or not order_id.isdigit():
            return None
        payment = {
            "orderId": int(order_id),
            "orderType": kinds[prefix],
            "paymentDate": _instant(row["paid_on"], zone if shifts_days else "UTC"),
            "amount": _number(row["amount"]),
            "method": "Xero",
            "transactionRef": reference_of(row),
            "isAuthorized": True,
        }
        return Request("Payments", _json([payment]))

    return shape


def core_payment(row: Mapping[str, Any]) -> Request | None:
    """How Core takes a payment of a sale's invoice: POST sale/payment with the invoice's task; days stay days."""
    if not row["document_id"].startswith("INV") or row["kind"] != "payment":
        return None
    payment = {
        "TaskID": row["document_id"].removeprefix("INV"),
        "Type": "Payment",
        "Reference": reference_of(row),
        "Amount": _number(row["amount"]),
        "DatePaid": f"{row['paid_on'].isoformat()}T00:00:00",
        "Account": row["account_code"],
        "CurrencyRate": _number(row["currency_rate"] or Decimal(1)),
    }
    return Request("sale/payment", _json(payment))


def reference_of(row: Mapping[str, Any]) -> str:
    """Reference that the payment is found again by."""
    return f"{REFERENCE}{row['xero_payment_id']}"


def write_payments(
    warehouse: Warehouse,
    connect: Callable[[], AbstractContextManager[PaymentWriter]],
    shape: Shape,
    tell: Tell = _tell_nobody,
    clock: Clock = utc_now,
) -> Written:
    """Write every payment of core.accounting_payments into the source that is not there yet.

    Args:
        warehouse: core.accounting_payments and core.payments as extracted just now; post.source_payments is kept.
        connect: opens the connection; not called where there is nothing to write.
        shape: how the source takes a payment.
        tell: told about each one.
        clock: gives the present moment.

    Raises:
        Incomplete: the source gave no answer; the next run goes on (exit 7).
    """
    found = _settle_found(warehouse, clock())
    waiting = warehouse.query(
        """
        from core.accounting_payments p
        where not exists (
          select 1 from post.source_payments w
          where w.xero_payment_id = p.xero_payment_id and w.state in ('written', 'refused')
        ) and not exists (select 1 from core.payments c where c.reference = ? || p.xero_payment_id)
        order by p.paid_on, p.xero_payment_id
        """,
        [REFERENCE],
    ).to_dicts()
    shaped = [(row, shape(row)) for row in waiting]
    due = [(row, request) for row, request in shaped if request is not None]
    if not due:
        return Written(found=found, left_out=len(shaped))
    states: list[str] = []
    with connect() as writer:
        for done, (row, request) in enumerate(due):
            tell(done, len(due), "payments into Cin7")
            states.append(_write_one(warehouse, writer, row, request, clock))
    return Written(states.count("written"), states.count("refused"), found, len(shaped) - len(due))


def _settle_found(warehouse: Warehouse, now: datetime) -> int:
    """Requests without an answer whose payment the extract has brought: they were written."""
    lost = warehouse.query(
        """
        select w.xero_payment_id, c.payment_id
        from post.source_payments w join core.payments c on c.reference = ? || w.xero_payment_id
        where w.state = 'sending'
        qualify row_number() over (partition by w.xero_payment_id order by c.payment_id) = 1
        """,
        [REFERENCE],
    ).to_dicts()
    for row in lost:
        _settle(warehouse, row["xero_payment_id"], Answer(is_taken=True, payment_id=row["payment_id"]), now)
    return len(lost)


def _write_one(
    warehouse: Warehouse, writer: PaymentWriter, row: Mapping[str, Any], request: Request, clock: Clock
) -> str:
    """Note the request, send it, note the answer."""
    key = row["xero_payment_id"]
    note = {
        "xero_payment_id": key,
        "document_id": row["document_id"],
        "paid_on": row["paid_on"],
        "amount": row["amount"],
        "resource": request.resource,
        "body": request.body.decode(),
        "state": "sending",
        "source_payment_id": None,
        "reason": None,
        "first_sent_at": clock(),
        "settled_at": None,
    }
    frame = frame_of("post.source_payments", [note])
    warehouse.replace("post.source_payments", frame, "xero_payment_id = ?", [key])  # committed before it leaves
    answer = writer.write(request.resource, request.body)
    return _settle(warehouse, key, answer, clock())


def _settle(warehouse: Warehouse, key: str, answer: Answer, now: datetime) -> str:
    state = "written" if answer.is_taken else "refused"
    warehouse.execute(
        "update post.source_payments set state = ?, source_payment_id = ?, reason = ?, settled_at = ?"
        " where xero_payment_id = ?",
        [state, answer.payment_id, answer.reason, now, key],
    )
    return state


def _number(amount: Decimal) -> float:
    """A JSON number: its shortest text has the digits of the decimal, which has 15 or fewer."""
    return float(amount)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _instant(day: date, zone: str) -> str:
    """The instant at which a day begins in a time zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
