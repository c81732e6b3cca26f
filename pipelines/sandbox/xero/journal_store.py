"""Manual journals and their lines in the books, and how Xero shows them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.journal_requests import LineRequest, TrackingRequest
from pipelines.sandbox.xero.journal_rules import BookedLine
from pipelines.sandbox.xero.wire import json_amount, text_amount, xero_date, xero_instant

Element = dict[str, object]
# CROSS JOIN keeps SQLite from reading every line of the books to find a few.
_JOURNALS = (
    "SELECT j.*, EXISTS (SELECT 1 FROM attachments a WHERE a.document_id = j.journal_id) AS has_attachments"
    " FROM json_each(?) w CROSS JOIN manual_journals j ON j.journal_id = w.value ORDER BY w.key"
)
_LINES = (
    "SELECT l.*, a.code AS account_code FROM json_each(?) w CROSS JOIN journal_lines l ON l.journal_id = w.value"
    " LEFT JOIN accounts a USING (account_id) ORDER BY w.key, l.position"
)


def insert_lines(books: Books, journal_id: str, lines: Sequence[BookedLine]) -> None:
    """Keep the lines of a journal, in their order."""
    books.insert("journal_lines", [_line_row(journal_id, position, line) for position, line in enumerate(lines)])


def replace_lines(books: Books, journal_id: str, lines: Sequence[BookedLine]) -> None:
    """Keep other lines instead of those that a journal had."""
    books.execute("DELETE FROM journal_lines WHERE journal_id = ?", [journal_id])
    insert_lines(books, journal_id, lines)


def read_lines_as_sent(books: Books, journal_id: str) -> tuple[LineRequest, ...]:
    """The lines of a journal in the form in which a client sends them, to be checked again."""
    return tuple(_as_sent(row) for row in books.rows(_LINES, [json.dumps([journal_id])]))


def show_journals(books: Books, journal_ids: Sequence[str], *, with_lines: bool = True) -> list[Element]:
    """Journals as Xero shows them, in the order of the identifiers; a list without pages leaves the lines empty."""
    wanted = json.dumps(list(journal_ids))
    rows = books.rows(_JOURNALS, [wanted])
    lines: dict[str, list[Element]] = {row["journal_id"]: [] for row in rows}
    for line in books.rows(_LINES, [wanted]) if with_lines else ():
        lines[line["journal_id"]].append(_show_line(line))
    return [_show_journal(row, lines[row["journal_id"]]) for row in rows]


def list_journals_plainly(books: Books) -> list[Element]:
    """Every journal with its lines for a test to read: dates and amounts as text, in order of date and narration."""
    rows = books.rows("SELECT * FROM manual_journals ORDER BY journal_date, narration, journal_id")
    lines: dict[str, list[Element]] = {row["journal_id"]: [] for row in rows}
    for line in books.rows(_LINES, [json.dumps(list(lines))]):
        lines[line["journal_id"]].append(
            {
                "account_code": line["account_code"],
                "amount": text_amount(line["line_cents"]),
                "tax_amount": text_amount(line["tax_cents"]),
                "tax_type": line["tax_type"],
                "description": line["description"],
                "tracking": {item["Name"]: item["Option"] for item in json.loads(line["tracking"])},
            }
        )
    return [
        {
            "journal_id": row["journal_id"],
            "narration": row["narration"],
            "date": row["journal_date"],
            "status": row["status"],
            "show_on_cash_basis": bool(row["show_on_cash_basis"]),
            "lines": lines[row["journal_id"]],
        }
        for row in rows
    ]


def _line_row(journal_id: str, position: int, line: BookedLine) -> dict[str, object]:
    """A line as a row of the books."""
    tracking = [
        {
            "Name": option.category,
            "Option": option.option,
            "TrackingCategoryID": option.category_id,
            "TrackingOptionID": option.option_id,
        }
        for option in line.tracking
    ]
    return {
        "journal_id": journal_id,
        "position": position,
        "account_id": line.account.account_id if line.account else None,
        "line_cents": line.line_cents,
        "tax_cents": line.tax_cents,
        "net_cents": line.net_cents,
        "tax_type": line.tax_type,
        "description": line.description,
        "tracking": json.dumps(tracking),
    }


def _as_sent(row: Row) -> LineRequest:
    """A kept line as a client would send it."""
    tracking = tuple(
        TrackingRequest(item["Name"], item["Option"], item["TrackingCategoryID"], item["TrackingOptionID"])
        for item in json.loads(row["tracking"])
    )
    amount = Decimal(row["line_cents"]).scaleb(-2)
    return LineRequest(amount, row["account_code"], row["account_id"], row["description"], row["tax_type"], tracking)


def _show_journal(row: Row, lines: list[Element]) -> Element:
    """The header in Xero's names."""
    shown: Element = {
        "Date": xero_date(row["journal_date"]),
        "Status": row["status"],
        "LineAmountTypes": row["line_amount_types"],
        "UpdatedDateUTC": xero_instant(row["updated_at"]),
        "ManualJournalID": row["journal_id"],
        "Narration": row["narration"],
        "JournalLines": lines,
        "ShowOnCashBasisReports": bool(row["show_on_cash_basis"]),
        "HasAttachments": bool(row["has_attachments"]),
    }
    return {**shown, "Url": row["url"]} if row["url"] else shown


def _show_line(row: Row) -> Element:
    """A line in Xero's names; a line that lost its account shows none."""
    account = {"AccountCode": row["account_code"], "AccountID": row["account_id"]} if row["account_id"] else {}
    return {
        "Description": row["description"] or "",
        "TaxType": row["tax_type"],
        "TaxAmount": json_amount(row["tax_cents"]),
        "LineAmount": json_amount(row["line_cents"]),
        **account,
        "Tracking": json.loads(row["tracking"]),
        "IsBlank": False,
    }
