"""The feed of the general ledger, /Journals: a journal for each posting, numbered in order (xero.md section 8).

Xero keeps this feed from most apps; `--fault journals_refused` does too. A number here is the place in the order of
dates and identifiers, so it moves when an older document is posted: enough to read the ledger, not to follow it.
"""

import uuid
from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart
from pipelines.sandbox.xero.wire import json_amount, xero_date, xero_instant
from pipelines.sandbox.xero.writing import Element

PAGE = 100
SOURCE_TYPES = {
    "OPENING": "MANJOURNAL",
    "SPEND": "CASHPAID",
    "RECEIVE": "CASHREC",
    "ACCRECCREDITPAYMENT": "ARCREDITPAYMENT",
    "ACCPAYCREDITPAYMENT": "APCREDITPAYMENT",
}
"""Where the ledger's own name of a source differs from Xero's."""


def show_feed(books: Books, chart: Chart, offset: int, *, cash_basis: bool, since: int) -> list[Element]:
    """At most 100 journals after a number.

    Args:
        books: the books.
        chart: the accounts.
        offset: the JournalNumber after which to start.
        cash_basis: leave out what is not paid.
        since: milliseconds; the ledger does not know when it was written, so a feed is empty after now.
    """
    if since > books.now_ms():
        return []
    rows = books.rows("SELECT * FROM ledger WHERE on_cash_basis OR NOT ? ORDER BY entry_date, source_id", [cash_basis])
    accounts = {account.account_id: account for account in chart.accounts.values()}
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["entry_date"], row["source_type"], row["source_id"] or ""), []).append(row)
    numbered = list(enumerate(groups.items(), start=1))[max(0, offset) : max(0, offset) + PAGE]
    return [_show(number, key, lines, accounts, books.now_ms()) for number, (key, lines) in numbered]


def _show(
    number: int, key: tuple[str, str, str], lines: list[Row], accounts: dict[str, Account], now_ms: int
) -> Element:
    """One journal; debits positive."""
    day, source_type, source_id = key
    journal_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{day} {source_type} {source_id}")
    shown: Element = {
        "JournalID": str(journal_id),
        "JournalDate": xero_date(day),
        "JournalNumber": number,
        "CreatedDateUTC": xero_instant(now_ms),
        "SourceType": SOURCE_TYPES.get(source_type, source_type).replace("CREDITCREDIT", "CREDIT"),
        "JournalLines": [
            _show_line(journal_id, position, line, accounts[line["account_id"]])
            for position, line in enumerate(lines)
            if line["account_id"] in accounts
        ],
    }
    return {**shown, "SourceID": source_id} if source_id else shown


def _show_line(journal_id: uuid.UUID, position: int, line: Row, account: Account) -> Element:
    """One line, on one account."""
    return {
        "JournalLineID": str(uuid.uuid5(journal_id, str(position))),
        "AccountID": account.account_id,
        "AccountCode": account.code,
        "AccountType": account.type,
        "AccountName": account.name,
        "NetAmount": json_amount(line["cents"]),
        "GrossAmount": json_amount(line["cents"]),
        "TaxAmount": 0.0,
        "TrackingCategories": [],
    }
