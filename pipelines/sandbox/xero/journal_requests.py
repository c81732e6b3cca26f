"""Manual journals as a client sends them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.sandbox.xero.request_fields import Fields, read_elements

LINE_AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")


@dataclass(frozen=True)
class TrackingRequest:
    """A category and option by name, by identifier, or both."""

    category: str | None
    option: str | None
    category_id: str | None
    option_id: str | None


@dataclass(frozen=True)
class LineRequest:
    """A journal line as sent; read-only fields (TaxAmount, IsBlank) are ignored."""

    line_amount: Decimal | None
    account_code: str | None
    account_id: str | None
    description: str | None
    tax_type: str | None
    tracking: tuple[TrackingRequest, ...]


@dataclass(frozen=True)
class JournalRequest:
    """A manual journal as sent: None is a field that was left out, and keeps its value in an update."""

    journal_id: str | None
    narration: str | None
    journal_date: date | None
    status: str | None
    line_amount_types: str | None
    lines: tuple[LineRequest, ...] | None
    url: str | None
    show_on_cash_basis: bool | None
    sent: Mapping[str, object] = field(repr=False)
    """The element itself, to be echoed in a refusal."""


def read_journals(body: bytes) -> list[JournalRequest]:
    """Manual journals of a body; unknown and read-only fields are ignored.

    Raises:
        Refusal: 400 ErrorNumber 14, a body that cannot be read.
    """
    return [_journal(fields) for fields in read_elements(body, "ManualJournals", "ManualJournal")]


def read_tracking(line: Fields) -> tuple[TrackingRequest, ...]:
    """The tracking options of a line, of a journal or of any other document."""
    return tuple(
        TrackingRequest(
            category=sent.text("Name"),
            option=sent.text("Option"),
            category_id=sent.guid("TrackingCategoryID"),
            option_id=sent.guid("TrackingOptionID"),
        )
        for sent in line.children("Tracking", "TrackingCategory") or ()
    )


def _journal(fields: Fields) -> JournalRequest:
    """One element."""
    lines = fields.children("JournalLines", "JournalLine")
    return JournalRequest(
        journal_id=fields.guid("ManualJournalID"),
        narration=fields.text("Narration"),
        journal_date=fields.date("Date"),
        status=fields.text("Status"),
        line_amount_types=fields.word("LineAmountTypes", LINE_AMOUNT_TYPES, "LineAmountType"),
        lines=None if lines is None else tuple(_line(line) for line in lines),
        url=fields.text("Url"),
        show_on_cash_basis=fields.boolean("ShowOnCashBasisReports"),
        sent=fields.sent,
    )


def _line(fields: Fields) -> LineRequest:
    """One journal line."""
    return LineRequest(
        line_amount=fields.number("LineAmount"),
        account_code=fields.text("AccountCode") or None,
        account_id=fields.guid("AccountID"),
        description=fields.text("Description"),
        tax_type=fields.text("TaxType") or None,
        tracking=read_tracking(fields),
    )
