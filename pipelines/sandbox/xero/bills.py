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
from fractions import Fraction

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart
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
    known = {(row["reference"], row["bill_date"]): row["content_hash"] for row in books.rows("SELECT * FROM bills")}
    problems: list[Problem] = []
    bill_rows: list[dict[str, object]] = []
    line_rows: list[dict[str, object]] = []
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
        if not problems:
            bill_id = str(uuid.uuid4())
            bill_rows.append(_bill_row(bill, bill_id, content, chart))
            line_rows += _line_rows(bill, bill_id, chart)
    if problems:
        raise DataProblem("The bills were not booked.", problems)
    books.insert("bills", bill_rows)
    books.insert("bill_lines", line_rows)
    return BillsResult(len(bill_rows), len(bills) - len(bill_rows))


def to_base_cents(amount: Decimal, currency_rate: Decimal) -> int:
    """Cents of base currency for an amount in a bill's currency, half away from zero."""
    exact = abs(Fraction(amount) * 100 / Fraction(currency_rate))
    cents = int(exact + Fraction(1, 2))
    return cents if amount >= 0 else -cents


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


def _bill_row(bill: BillShape, bill_id: str, content: str, chart: Chart) -> dict[str, object]:
    """The header."""
    return {
        "bill_id": bill_id,
        "reference": bill.reference,
        "bill_date": bill.date.isoformat(),
        "contact": bill.contact,
        "currency_code": bill.currency_code or chart.organisation.base_currency,
        "currency_rate": str(bill.currency_rate or Decimal(1)),
        "content_hash": content,
    }


def _line_rows(bill: BillShape, bill_id: str, chart: Chart) -> list[dict[str, object]]:
    """The lines, each converted on its own."""
    rate = bill.currency_rate or Decimal(1)
    return [_line_row(line, bill_id, position, rate, chart) for position, line in enumerate(bill.lines)]


def _line_row(line: BillLineShape, bill_id: str, position: int, rate: Decimal, chart: Chart) -> dict[str, object]:
    """One line in its own currency and in base currency."""
    return {
        "bill_id": bill_id,
        "position": position,
        "account_id": chart.accounts[line.account_code].account_id,
        "foreign_cents": to_cents(line.amount),
        "cents": to_base_cents(line.amount, rate),
        "description": line.description,
    }


def _content_hash(bill: BillShape) -> str:
    """sha256 of a bill's content, amounts in one form."""
    lines = [[line.account_code, f"{line.amount:.2f}", line.description] for line in bill.lines]
    rate = f"{bill.currency_rate:.6f}" if bill.currency_rate else ""
    return hashlib.sha256(repr([bill.contact, bill.currency_code, rate, lines]).encode()).hexdigest()
