"""Payments of invoices and refunds of credit notes (xero.md section 4): made and deleted, never changed."""

import uuid
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart
from pipelines.sandbox.xero.document_lines import to_base_cents
from pipelines.sandbox.xero.history import record
from pipelines.sandbox.xero.journal_rules import check_lock_dates
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.settlements import base_share, open_cents, refresh_status
from pipelines.sandbox.xero.wire import ZERO_ID, json_amount, text_amount, to_cents, xero_date, xero_instant
from pipelines.sandbox.xero.writing import Element, Findings, Outcome

PAYMENT_TYPES = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT",
}
_ROWS = (
    "SELECT p.*, d.kind, d.type, d.number, d.currency_code, d.contact_id, a.code AS account_code,"
    " a.name AS account_name"
    " FROM payments p JOIN documents d USING (document_id) JOIN accounts a ON a.account_id = p.account_id"
)


def create_payment(books: Books, chart: Chart, fields: Fields) -> Outcome:
    """Pay an invoice, or refund a credit note, in the currency of the document.

    Args:
        books: the books, inside a transaction.
        chart: accounts, lock dates and today.
        fields: the payment as sent.
    """
    findings = Findings()
    document = _document(books, fields, findings)
    account = _account(chart, fields, findings)
    day = fields.date("Date") or chart.today
    check_lock_dates(day, chart, findings)
    cents = _cents(fields.number("Amount"), findings)
    rate = _rate(fields, document, findings)
    if document is not None and cents > open_cents(books, document):
        findings.refuse(words.PAYMENT_TOO_LARGE)
    if findings.errors or document is None or account is None:
        return Outcome({**fields.sent, "PaymentID": ZERO_ID}, findings)
    payment_id = str(uuid.uuid4())
    row = {
        "payment_id": payment_id,
        "document_id": document["document_id"],
        "account_id": account.account_id,
        "payment_date": day.isoformat(),
        "cents": cents,
        "base_cents": base_share(books, document, cents),
        "bank_cents": _bank_cents(books, document, cents, rate),
        "currency_rate": str(rate),
        "reference": fields.text("Reference"),
        "is_reconciled": fields.boolean("IsReconciled") or False,
        "status": "AUTHORISED",
        "updated_at": books.now_ms(),
    }
    books.insert("payments", [row])
    refresh_status(books, document["document_id"])
    record(books, payment_id, "Created")
    record(books, document["document_id"], "Payment Received", f"Payment of {text_amount(cents)}")
    return Outcome(show_payments(books, [payment_id])[0], findings)


def delete_payment(books: Books, chart: Chart, payment_id: str, fields: Fields) -> Outcome:
    """Take a payment back: `{"Status": "DELETED"}` is all that can be done to one.

    Raises:
        Refusal: 404, no such payment.
    """
    row = books.row("SELECT * FROM payments WHERE payment_id = ?", [payment_id])
    if row is None:
        raise not_found()
    findings = Findings()
    if fields.text("Status") != "DELETED" or row["status"] == "DELETED":
        findings.refuse(words.PAYMENT_FIXED)
    if row["is_reconciled"]:
        findings.refuse(words.PAYMENT_RECONCILED)
    check_lock_dates(chart.today.fromisoformat(row["payment_date"]), chart, findings)
    if findings.errors:
        return Outcome({**fields.sent, "PaymentID": payment_id}, findings)
    books.execute(
        "UPDATE payments SET status = 'DELETED', updated_at = ? WHERE payment_id = ?", [books.now_ms(), payment_id]
    )
    refresh_status(books, row["document_id"])
    record(books, payment_id, "Deleted")
    return Outcome(show_payments(books, [payment_id])[0], findings)


def show_payments(books: Books, payment_ids: list[str]) -> list[Element]:
    """Payments as Xero shows them, in the order of the identifiers."""
    marks = ", ".join("?" for _ in payment_ids)
    rows = {row["payment_id"]: row for row in books.rows(f"{_ROWS} WHERE p.payment_id IN ({marks})", payment_ids)}
    return [_show(rows[payment_id]) for payment_id in payment_ids]


def _document(books: Books, fields: Fields, findings: Findings) -> Row | None:
    """The one document that is paid, by identifier or number."""
    found: list[Row] = []
    for name, id_field, number_field in (
        ("Invoice", "InvoiceID", "InvoiceNumber"),
        ("CreditNote", "CreditNoteID", "CreditNoteNumber"),
    ):
        sent = fields.child(name)
        key = sent.guid(id_field) if sent else None
        number = (sent.text(number_field) if sent else None) or fields.text(number_field)
        row = books.row(
            "SELECT * FROM documents WHERE kind = ? AND (document_id = ? OR (? IS NULL AND number = ?))"
            " ORDER BY status = 'AUTHORISED' DESC, updated_at",
            [name, key, key, number],
        )
        found += [row] if row is not None else []
    if len(found) != 1:
        findings.refuse(words.PAYMENT_DOCUMENT)
        return None
    if found[0]["status"] not in ("AUTHORISED", "PAID"):
        findings.refuse(words.PAYMENT_NOT_OPEN)
    return found[0]


def _account(chart: Chart, fields: Fields, findings: Findings) -> Account | None:
    """Where the money goes or comes from."""
    sent = fields.child("Account")
    code = (sent.text("Code") if sent else None) or fields.text("Code")
    account = chart.account(code or None, sent.guid("AccountID") if sent else None)
    if account is None or account.status != "ACTIVE" or not (account.type == "BANK" or account.enable_payments):
        findings.refuse(words.PAYMENT_ACCOUNT)
        return None
    return account


def _cents(amount: Decimal | None, findings: Findings) -> int:
    """Cents of the amount paid."""
    try:
        cents = to_cents(amount or Decimal(0))
    except ValueError:
        cents = 0
    if cents <= 0:
        findings.refuse(words.PAYMENT_AMOUNT)
    return cents


def _rate(fields: Fields, document: Row | None, findings: Findings) -> Decimal:
    """The rate of the day of payment; left out, that of the document."""
    known = Decimal(document["currency_rate"]) if document is not None else Decimal(1)
    rate = fields.number("CurrencyRate")
    if rate is None or known == 1:
        return known
    if not Decimal("0.000001") <= rate < 10**12 or rate != round(rate, 6):
        findings.refuse(words.RATE_INVALID)
        return known
    return rate


def _bank_cents(books: Books, document: Row, cents: int, rate: Decimal) -> int:
    """Base currency at the rate of the payment; at the document's own rate the two are one, and nothing is gained."""
    if rate == Decimal(document["currency_rate"]):
        return base_share(books, document, cents)
    return to_base_cents(cents, rate)


def _show(row: Row) -> Element:
    """One payment in Xero's names."""
    name = row["kind"]
    document = {
        f"{name}ID": row["document_id"],
        f"{name}Number": row["number"] or "",
        "Type": row["type"],
        "CurrencyCode": row["currency_code"],
        "HasErrors": False,
        "Contact": {"ContactID": row["contact_id"], "HasValidationErrors": False},
    }
    return {
        "PaymentID": row["payment_id"],
        "Date": xero_date(row["payment_date"]),
        "Amount": json_amount(row["cents"]),
        "BankAmount": json_amount(row["bank_cents"]),
        "CurrencyRate": float(row["currency_rate"]),
        "PaymentType": PAYMENT_TYPES[row["type"]],
        "Status": row["status"],
        "Reference": row["reference"] or "",
        "IsReconciled": bool(row["is_reconciled"]),
        "Account": {"AccountID": row["account_id"], "Code": row["account_code"], "Name": row["account_name"]},
        name: document,
        "HasAccount": True,
        "HasValidationErrors": False,
        "UpdatedDateUTC": xero_instant(row["updated_at"]),
    }
