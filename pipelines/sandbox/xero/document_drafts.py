"""What a document is to be: what was sent of it, over what it was, or over Xero's defaults (xero.md section 3)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart
from pipelines.sandbox.xero.contacts import contact_for_document
from pipelines.sandbox.xero.document_kinds import Kind
from pipelines.sandbox.xero.document_requests import DocumentRequest
from pipelines.sandbox.xero.writing import Findings

DAY_RATES = {"AUD": "0.9", "EUR": "0.5", "GBP": "0.45", "USD": "0.6"}
"""Stands in for the day's rate that Xero takes where CurrencyRate is left out: made up, and the same every day."""


@dataclass(frozen=True)
class Draft:
    """The header of a document, complete."""

    type: str
    status: str
    contact_id: str | None
    document_date: date
    due_date: date | None
    line_amount_types: str
    currency_code: str
    currency_rate: Decimal
    bank_account_id: str | None


def draft_document(
    books: Books, chart: Chart, kind: Kind, request: DocumentRequest, before: Row | None, findings: Findings
) -> Draft:
    """What was sent over what it was, or over Xero's defaults.

    Args:
        books: the books, inside a transaction: a contact that is known by its name only may be made.
        chart: currencies, accounts and today.
        kind: which of the four kinds.
        request: the document as sent.
        before: the document as it was; none for a new one.
        findings: what is wrong is added here.
    """
    type_ = request.type or (before["type"] if before else kind.types[0] if len(kind.types) == 1 else "")
    if type_ not in kind.types or (before is not None and type_ != before["type"]):
        findings.refuse(words.unknown_word("Type", type_) if type_ else words.TYPE_MISSING)
    currency = request.currency_code or (before["currency_code"] if before else chart.organisation.base_currency)
    if currency not in (chart.organisation.base_currency, *chart.currencies):
        findings.refuse(words.currency_not_subscribed(currency))
    if request.contact is None and before is not None:
        contact_id = before["contact_id"]
    elif request.contact is None and kind.name == "BankTransaction":
        contact_id = None
    else:
        contact_id = contact_for_document(books, request.contact, findings)
    return Draft(
        type=type_,
        status=request.status or (before["status"] if before else kind.default_status),
        contact_id=contact_id,
        document_date=request.document_date
        or (day_of_books(before["document_date"]) if before else None)
        or chart.today,
        due_date=request.due_date or day_of_books(before["due_date"] if before else None),
        line_amount_types=request.line_amount_types or (before["line_amount_types"] if before else "Exclusive"),
        currency_code=currency,
        currency_rate=_rate(chart, request, before, currency, findings),
        bank_account_id=_bank_account(chart, kind, request, before, findings),
    )


def _rate(chart: Chart, request: DocumentRequest, before: Row | None, currency: str, findings: Findings) -> Decimal:
    """Units of the document's currency for one of base currency: at most 6 decimals."""
    if currency == chart.organisation.base_currency:
        return Decimal(1)
    rate = request.currency_rate
    if rate is None:
        is_kept = before is not None and before["currency_code"] == currency
        return Decimal(before["currency_rate"] if before is not None and is_kept else DAY_RATES.get(currency, "1"))
    if not Decimal("0.000001") <= rate < 10**12 or rate != round(rate, 6):
        findings.refuse(words.RATE_INVALID)
        return Decimal(1)
    return rate


def _bank_account(
    chart: Chart, kind: Kind, request: DocumentRequest, before: Row | None, findings: Findings
) -> str | None:
    """The bank account of a bank transaction."""
    if kind.name != "BankTransaction":
        return None
    sent = request.bank_account
    if sent is None and before is not None:
        return str(before["bank_account_id"])
    account = chart.account(sent.text("Code") or None, sent.guid("AccountID")) if sent else None
    if account is None or account.type != "BANK" or account.status != "ACTIVE":
        findings.refuse(words.BANK_ACCOUNT_MISSING)
        return None
    return account.account_id


def day_of_books(text: str | None) -> date | None:
    """A date of the books."""
    return date.fromisoformat(text) if text else None
