"""Reads manual journals from a request body; what JSON cannot convert refuses the whole body, as in Xero."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.answers import post_data_invalid
from pipelines.sandbox.xero.wire import parse_date, read_decimal

LINE_AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")
Fields = dict[str, object]
"""A JSON object with lower-case keys: Xero matches keys in any case."""


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
    """Manual journals of `{"ManualJournals": [...]}`, of one object in the envelope, or of a bare object.

    Raises:
        Refusal: 400 ErrorNumber 14 for anything that is no such JSON.
    """
    content = _read_object(body)
    elements = next((value for key, value in content.items() if key.lower() == "manualjournals"), content)
    if isinstance(elements, dict):
        elements = [elements]
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise post_data_invalid(words.conversion_failed("ManualJournals", "ManualJournal[]", "ManualJournals"))
    return [_journal(element, f"ManualJournals[{index}]") for index, element in enumerate(elements)]


def _read_object(body: bytes) -> dict[str, object]:
    """The JSON object of a body, its numbers exact."""
    try:
        content = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise post_data_invalid(f"The request body is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise post_data_invalid("The request body is not a JSON object.")
    return content


def _refuse_constant(name: str) -> object:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is not JSON")


def _journal(sent: dict[str, object], path: str) -> JournalRequest:
    """One element; unknown and read-only fields are ignored."""
    fields = _fields(sent)
    lines = fields.get("journallines")
    if lines is not None and not isinstance(lines, list):
        raise post_data_invalid(words.conversion_failed("JournalLines", "JournalLine[]", f"{path}.JournalLines"))
    return JournalRequest(
        journal_id=_guid(fields, "ManualJournalID", path),
        narration=_text(fields, "Narration", path),
        journal_date=_date(fields, "Date", path),
        status=_text(fields, "Status", path),
        line_amount_types=_line_amount_types(fields, path),
        lines=None if lines is None else _lines(lines, path),
        url=_text(fields, "Url", path),
        show_on_cash_basis=_boolean(fields, "ShowOnCashBasisReports", path),
        sent=sent,
    )


def _lines(lines: list[object], path: str) -> tuple[LineRequest, ...]:
    """All lines of a journal."""
    return tuple(_line(line, f"{path}.JournalLines[{index}]") for index, line in enumerate(lines))


def _line(sent: object, path: str) -> LineRequest:
    """One journal line."""
    if not isinstance(sent, dict):
        raise post_data_invalid(words.conversion_failed(sent, "JournalLine", path))
    fields = _fields(sent)
    tracking = fields.get("tracking") or []
    if not isinstance(tracking, list) or not all(isinstance(item, dict) for item in tracking):
        raise post_data_invalid(words.conversion_failed("Tracking", "TrackingCategory[]", f"{path}.Tracking"))
    return LineRequest(
        line_amount=_amount(fields, "LineAmount", path),
        account_code=_text(fields, "AccountCode", path) or None,
        account_id=_guid(fields, "AccountID", path),
        description=_text(fields, "Description", path),
        tax_type=_text(fields, "TaxType", path) or None,
        tracking=tuple(_tracking(_fields(item), f"{path}.Tracking[{index}]") for index, item in enumerate(tracking)),
    )


def _tracking(fields: Fields, path: str) -> TrackingRequest:
    """One tracking category with its option."""
    return TrackingRequest(
        category=_text(fields, "Name", path),
        option=_text(fields, "Option", path),
        category_id=_guid(fields, "TrackingCategoryID", path),
        option_id=_guid(fields, "TrackingOptionID", path),
    )


def _fields(sent: dict[str, object]) -> Fields:
    """The object with lower-case keys."""
    return {key.lower(): value for key, value in sent.items()}


def _text(fields: Fields, name: str, path: str) -> str | None:
    """Text; a number stands for its digits, as Json.NET reads it."""
    value = fields.get(name.lower())
    if value is None or (isinstance(value, str) and _is_text(value)):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise post_data_invalid(words.conversion_failed(type(value).__name__, "String", f"{path}.{name}"))


def _is_text(value: str) -> bool:
    """JSON may hold half of a surrogate pair, which is no character and cannot be kept."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _guid(fields: Fields, name: str, path: str) -> str | None:
    """Identifier in lower case; the zero identifier stands for none."""
    text = _text(fields, name, path)
    if not text:
        return None
    try:
        identifier = uuid.UUID(text)
    except ValueError as error:
        raise post_data_invalid(words.conversion_failed(text, "Guid", f"{path}.{name}")) from error
    return str(identifier) if identifier.int else None


def _date(fields: Fields, name: str, path: str) -> date | None:
    """Calendar date in one of the forms that Xero takes."""
    text = _text(fields, name, path)
    try:
        return parse_date(text) if text else None
    except (ValueError, OverflowError) as error:
        raise post_data_invalid(words.conversion_failed(text, "DateTime", f"{path}.{name}")) from error


def _amount(fields: Fields, name: str, path: str) -> Decimal | None:
    """Exact number, or text that holds one."""
    value = fields.get(name.lower())
    try:
        return None if value is None else read_decimal(value)
    except ValueError as error:
        raise post_data_invalid(words.conversion_failed(value, "Decimal", f"{path}.{name}")) from error


def _boolean(fields: Fields, name: str, path: str) -> bool | None:
    """Boolean, or the word for it in any case."""
    value = fields.get(name.lower())
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value is None or isinstance(value, bool):
        return value
    raise post_data_invalid(words.conversion_failed(value, "Boolean", f"{path}.{name}"))


def _line_amount_types(fields: Fields, path: str) -> str | None:
    """One of three words, in exactly this case."""
    text = _text(fields, "LineAmountTypes", path)
    if text is None or text in LINE_AMOUNT_TYPES:
        return text
    raise post_data_invalid(words.conversion_failed(text, "LineAmountType", f"{path}.LineAmountTypes"))
