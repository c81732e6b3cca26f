"""A manual journal as we mean it: its tag, its narration, its content hash and the object that Xero gets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from pipelines.errors import DataProblem
from pipelines.load.json_text import canonical_json, decode_json, encode_json, encode_texts, quoted, sha256_of
from pipelines.load.xero_values import read_amount, read_date

LINE_AMOUNT_TYPES = "NoTax"
"""Stock and COGS lines carry no tax (design.md, "Journals")."""

LONGEST_NARRATION = 500
"""Xero documents no limit; longer ones are not proved to survive (xero.md section 2)."""

_TAG = re.compile(r"(?P<organisation>[A-Za-z0-9]+)-(?P<journal_key>\S+)-v(?P<version>[1-9]\d*)")


@dataclass(frozen=True)
class Tag:
    """What finds a journal again: organisation, journal and version, such as ACME-COGS-2026-10-v1."""

    organisation: str
    journal_key: str
    """As `tag_key` writes it."""
    version: int

    def __str__(self) -> str:
        return f"{self.organisation}-{self.journal_key}-v{self.version}"


def tag_of(organisation: str, journal_key: str, version: int) -> Tag:
    """The tag of a version of a journal."""
    return Tag(organisation, tag_key(journal_key), version)


def tag_key(journal_key: str) -> str:
    """A journal's key as it stands in its tag: without spaces and quotation marks that a document number may have."""
    return plain_text(journal_key).replace(" ", "_")


def read_tag(narration: str) -> Tag | None:
    """The tag that opens a narration; None where it opens with another word."""
    words = narration.split(maxsplit=1)
    match = _TAG.fullmatch(words[0]) if words else None
    return Tag(match["organisation"], match["journal_key"], int(match["version"])) if match else None


@dataclass(frozen=True)
class Line:
    """One line of a journal: base currency, debit positive, 2 places."""

    account_code: str
    line_amount: Decimal
    description: str
    tax_type: str | None = None
    tracking: tuple[tuple[str, str], ...] = ()
    """Category and option, at most two."""


@dataclass(frozen=True)
class ManualJournal:
    """One journal with everything that Xero is told about it, but for the tag."""

    journal_date: date
    status: str
    text: str
    """The narration without its tag."""
    lines: tuple[Line, ...]
    show_on_cash_basis: bool = False
    line_amount_types: str = LINE_AMOUNT_TYPES

    @property
    def debit_amount(self) -> Decimal:
        """Sum of the debits, in base currency."""
        return sum((line.line_amount for line in self.lines if line.line_amount > 0), Decimal("0.00"))

    def content_json(self) -> str:
        """Everything but the tag, in one form; `journal_from_content` reads it again.

        It is canonical JSON: the keys stand in their order, and amounts are text.
        """
        return encode_texts(
            {
                "date": self.journal_date.isoformat(),
                "line_amount_types": self.line_amount_types,
                "lines": [_hashed(line) for line in self.lines],
                "show_on_cash_basis": self.show_on_cash_basis,
                "status": self.status,
                "text": self.text,
            }
        )

    def content_hash(self) -> str:
        """sha256 over everything but the tag: two versions with the same hash are the same journal."""
        return self._content_hash

    @cached_property
    def _content_hash(self) -> str:
        """Made once: a plan asks for it several times, and a month has many lines."""
        return sha256_of(self.content_json())

    def material_hash(self) -> str:
        """sha256 over what the ledger is about: date, accounts, amounts, tax and tracking, in any order of lines.

        Status and words are left out: a journal that somebody approved, or whose words Xero or a person changed, books
        the same.
        """
        lines = sorted(
            f"[{quoted(line.account_code)},{line.line_amount:f},{_marks(line.tax_type, line.tracking)}]"
            for line in self.lines
        )
        return sha256_of(canonical_json([self.journal_date, self.line_amount_types, lines]))

    def element(self, tag: Tag) -> str:
        """The JSON object for Xero; it holds nothing that differs between two runs."""
        head = encode_json(
            {
                "Narration": narration(tag, self.text),
                "Date": self.journal_date,  # plain YYYY-MM-DD: anything else may shift by a day (xero.md section 1)
                "Status": self.status,
                "LineAmountTypes": self.line_amount_types,
                "ShowOnCashBasisReports": self.show_on_cash_basis,
            }
        )
        return f'{head[:-1]},"JournalLines":[{",".join(map(_sent, self.lines))}]}}'


def narration(tag: Tag, text: str) -> str:
    """The header text: the tag, then the words.

    Raises:
        DataProblem: it is longer than Xero is known to keep (exit 3).
    """
    found = f"{tag} {text}".strip()
    if len(found) > LONGEST_NARRATION:
        raise DataProblem(
            f"The narration of {tag} has {len(found)} characters, {LONGEST_NARRATION} are allowed.\n"
            "    It names the document that it is about: shorten that name in the source."
        )
    return found


def plain_text(text: str) -> str:
    """Words that survive Xero and a search for them: one line, single spaces, no quotation mark or backslash.

    A journal is looked up with `Narration=="…"` (xero.md section 2), where a quotation mark would end the text.
    """
    return " ".join(text.replace('"', "'").replace("\\", "/").split())


def journal_from_xero(element: Mapping[str, Any]) -> ManualJournal:
    """A journal as Xero shows it, so that its content can be compared with ours.

    Xero fills in NONE where a NoTax line was sent without a tax type; both mean the same here.
    """
    shown = str(element.get("Narration") or "")
    words = shown.split(maxsplit=1)
    text = (words[1] if len(words) > 1 else "") if read_tag(shown) else shown
    return ManualJournal(
        journal_date=read_date(element.get("Date")) or date.min,
        status=str(element.get("Status") or ""),
        text=text,
        lines=tuple(_line_from_xero(line) for line in element.get("JournalLines") or []),
        show_on_cash_basis=bool(element.get("ShowOnCashBasisReports", True)),
        line_amount_types=str(element.get("LineAmountTypes") or LINE_AMOUNT_TYPES),
    )


def journal_from_content(text: str) -> ManualJournal:
    """The journal that `ManualJournal.content_json` wrote down."""
    content = decode_json(text)
    return ManualJournal(
        journal_date=date.fromisoformat(content["date"]),
        status=content["status"],
        text=content["text"],
        lines=tuple(
            Line(code, Decimal(amount), words, tax_type, tuple((name, option) for name, option in tracking))
            for code, amount, words, tax_type, tracking in content["lines"]
        ),
        show_on_cash_basis=content["show_on_cash_basis"],
        line_amount_types=content["line_amount_types"],
    )


def _line_from_xero(line: Mapping[str, Any]) -> Line:
    return Line(
        account_code=str(line.get("AccountCode") or ""),
        line_amount=read_amount(line.get("LineAmount")),
        description=str(line.get("Description") or ""),
        tax_type=line.get("TaxType") or None,
        tracking=tuple((str(entry.get("Name")), str(entry.get("Option"))) for entry in line.get("Tracking") or []),
    )


def _hashed(line: Line) -> Sequence[object]:
    tax_type = None if line.tax_type == "NONE" else line.tax_type
    amount = format(line.line_amount, "f")
    return [line.account_code, amount, line.description, tax_type, [list(pair) for pair in line.tracking]]


@cache
def _marks(tax_type: str | None, tracking: tuple[tuple[str, str], ...]) -> str:
    """Tax and tracking, as JSON without its brackets; Xero may show options in another order than they were sent."""
    return encode_texts([None if tax_type == "NONE" else tax_type, sorted(tracking)])[1:-1]


def _sent(line: Line) -> str:
    """A line as JSON; written out here because `encode_json` asks every value, and a month has many lines."""
    marks = _sent_marks(line.tax_type, line.tracking)
    code, words = quoted(line.account_code), quoted(line.description)
    return f'{{"LineAmount":{line.line_amount:f},"AccountCode":{code},"Description":{words}{marks}}}'


@cache
def _sent_marks(tax_type: str | None, tracking: tuple[tuple[str, str], ...]) -> str:
    tax = f',"TaxType":{quoted(tax_type)}' if tax_type else ""
    options = encode_texts([{"Name": name, "Option": option} for name, option in tracking])
    return f'{tax},"Tracking":{options}' if tracking else tax
