"""Supplier bills as accounts staff or a document sync enter them: lines to their accounts, the sum to payables.

CurrencyRate has Xero's meaning: units of the bill's currency for one unit of base currency, at most 6 decimals (xero.md
section 3). So a line in base currency is its amount divided by the rate, rounded to cents half away from zero, and
payables take the sum of the rounded lines. Bills carry no tax here: recoverable tax is never cost (design, Journals).
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart
from pipelines.sandbox.xero.contacts import contact_named
from pipelines.sandbox.xero.document_lines import to_base_cents
from pipelines.sandbox.xero.history import PERSON, record
from pipelines.sandbox.xero.journal_rules import check_lock_dates
from pipelines.sandbox.xero.refusal_words import account_archived, account_not_valid
from pipelines.sandbox.xero.shapes import BillLineShape, BillShape
from pipelines.sandbox.xero.wire import to_cents
from pipelines.sandbox.xero.writing import Findings
from schemas.problems import Problem


@dataclass(frozen=True)
class BillsResult:
    """How many bills were booked now, and how many were there already."""

    added: int
    unchanged: int


def add_bills(books: Books, chart: Chart, bills: Sequence[BillShape]) -> BillsResult:
    """Book supplier bills that the books do not hold yet: all, or none where one is refused.

    Args:
        books: the books, inside a transaction.
        chart: accounts, base currency and lock dates.
        bills: amounts in the currency of each bill.

    Raises:
        DataProblem: unknown, archived or closed account, foreign currency without a rate, lock date, or a bill with
            the same reference and date that has another content; all problems at once.
    """
    rows = books.rows("SELECT * FROM documents WHERE content_hash IS NOT NULL")
    known = {(row["number"], row["document_date"]): row["content_hash"] for row in rows}
    problems: list[Problem] = []
    added: list[tuple[BillShape, str]] = []
    for bill in bills:
        key, content = (bill.reference, bill.date.isoformat()), _content_hash(bill)
        where = f"bill {bill.reference} of {bill.date}"
        if key in known:
            if known[key] != content:
                fix = "A bill is known by its reference and date; give a changed bill another reference."
                problems.append(Problem(where, "is in the books already, with another content", fix))
            continue
        known[key] = content
        problems += [Problem(where, message) for message in _check_bill(bill, chart)]
        added.append((bill, content))
    if problems:
        raise DataProblem("The bills were not booked.", problems)
    for bill, content in added:
        _book(books, chart, bill, content)
    return BillsResult(len(added), len(bills) - len(added))


def _check_bill(bill: BillShape, chart: Chart) -> list[str]:
    """What stands against booking a bill."""
    findings = Findings()
    check_lock_dates(bill.date, chart, findings)
    for line in bill.lines:
        account = chart.accounts.get(line.account_code)
        if account is None or _is_closed_to_bills(account):
            findings.refuse(account_not_valid(line.account_code))
        elif account.status != "ACTIVE":
            findings.refuse(account_archived(line.account_code))
    base = chart.organisation.base_currency
    if bill.currency_code not in (None, base) and bill.currency_rate is None:
        findings.refuse(f"the currency {bill.currency_code} needs a currency_rate: {bill.currency_code} for one {base}")
    if bill.currency_code in (None, base) and bill.currency_rate not in (None, Decimal(1)):
        findings.refuse(f"the currency_rate {bill.currency_rate} cannot be: the bill is in base currency")
    return findings.errors


def _is_closed_to_bills(account: Account) -> bool:
    """Bills cannot be coded to the accounts that Xero books the other side of documents to."""
    return account.system_account in ("DEBTORS", "CREDITORS") or account.type == "BANK"


def _book(books: Books, chart: Chart, bill: BillShape, content: str) -> None:
    """Header and lines; what sums to less than nothing is a credit note, its lines the other way round."""
    total = sum(to_cents(line.amount) for line in bill.lines)
    sign = -1 if total < 0 else 1
    kind, type_ = ("CreditNote", "ACCPAYCREDIT") if sign < 0 else ("Invoice", "ACCPAY")
    rate, base = bill.currency_rate or Decimal(1), chart.organisation.base_currency
    currency, document_id = bill.currency_code or base, str(uuid.uuid4())
    if currency != base:
        books.execute("INSERT OR IGNORE INTO currencies VALUES (?, ?)", [currency, currency])
    lines = [_line_row(line, document_id, position, sign, rate, chart) for position, line in enumerate(bill.lines)]
    header = {
        "document_id": document_id,
        "kind": kind,
        "type": type_,
        "number": bill.reference,
        "contact_id": contact_named(books, bill.contact),
        "document_date": bill.date.isoformat(),
        "due_date": bill.date.isoformat(),
        "status": "AUTHORISED" if total else "PAID",
        "line_amount_types": "NoTax",
        "currency_code": currency,
        "currency_rate": str(rate),
        "total_cents": sign * total,
        "tax_cents": 0,
        "base_total_cents": sum(line["base_net_cents"] for line in lines),
        "details": "{}",
        "content_hash": content,
        "updated_at": books.now_ms(),
    }
    books.insert("documents", [header])
    books.insert("document_lines", lines)
    record(books, document_id, "Created", user=PERSON)


def _line_row(
    line: BillLineShape, document_id: str, position: int, sign: int, rate: Decimal, chart: Chart
) -> dict[str, Any]:
    """One line in its own currency and in base currency."""
    cents = sign * to_cents(line.amount)
    return {
        "line_id": str(uuid.uuid4()),
        "document_id": document_id,
        "position": position,
        "description": line.description,
        "quantity": "1",
        "unit_amount": str(Decimal(cents).scaleb(-2)),
        "account_id": chart.accounts[line.account_code].account_id,
        "tax_type": "NONE",
        "tracking": "[]",
        "line_cents": cents,
        "tax_cents": 0,
        "base_net_cents": to_base_cents(cents, rate),
        "base_tax_cents": 0,
    }


def _content_hash(bill: BillShape) -> str:
    """sha256 of a bill's content, amounts in one form."""
    lines = [[line.account_code, f"{line.amount:.2f}", line.description] for line in bill.lines]
    rate = f"{bill.currency_rate:.6f}" if bill.currency_rate else ""
    return hashlib.sha256(repr([bill.contact, bill.currency_code, rate, lines]).encode()).hexdigest()
