"""The month's journals as Xero's manual journal import wants them, for people without API access.

Format (help.xero.com, "Import manual journals"): CSV with the template's headings, rows of one journal share narration
and date (dd/mm/yyyy), tax rates by their full name, debits positive, at most 300 lines a file. Imported journals are
drafts in Xero until somebody posts them.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.load.manual_journals import plain_text, tag_of
from pipelines.warehouse import Warehouse
from schemas.journals import JOURNAL_KINDS

MOST_LINES = 300
"""Lines of one file."""

HEADINGS = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2",
)  # fmt: skip

NO_TAX = "NONE"
NO_TAX_NAMES = {"AU": "BAS Excluded", "NZ": "No GST", "GB": "No VAT", "US": "Tax Exempt (0%)"}
"""What a line without tax is called where Xero's tax rates were never read, by country."""


@dataclass(frozen=True)
class ImportLine:
    """One row of a file."""

    narration: str
    journal_date: date
    description: str
    account_code: str
    tax_rate: str
    amount: Decimal
    tracking: tuple[str, str, str, str]

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        return (
            self.narration,
            f"{self.journal_date:%d/%m/%Y}",
            self.description,
            self.account_code,
            self.tax_rate,
            f"{self.amount:f}",
            *self.tracking,
        )


def import_files(warehouse: Warehouse, period: date, organisation: str, most: int = MOST_LINES) -> list[str]:
    """The text of each file, with the journals that Xero does not hold yet; none where it holds all of them.

    Args:
        warehouse: close.journals and their lines, post.documents, xero.tax_rates.
        period: first day of the month.
        organisation: prefix of the tags.
        most: lines of one file.
    """
    journals = _read_journals(warehouse, period, organisation)
    return [_as_csv(lines) for lines in _fill_files(journals, most)]


def split_journal(lines: Sequence[ImportLine], most: int) -> list[list[ImportLine]]:
    """A journal with more lines than a file takes, as several that each balance.

    What a part lacks is carried on the account of the journal's largest credit, and taken back by the next part: over
    all parts it is 0.00 there, and every account gets what the one journal would have given it.
    """
    if len(lines) <= most:
        return [list(lines)]
    carrier = min(lines, key=lambda line: line.amount)
    size = most - 2
    chunks = [lines[start : start + size] for start in range(0, len(lines), size)]
    carried = Decimal("0.00")
    parts = []
    for number, chunk in enumerate(chunks, start=1):
        narration = f"{lines[0].narration} (part {number} of {len(chunks)})"
        rows = [_renamed(line, narration, line.description, line.amount) for line in chunk]
        if carried:
            rows.append(_renamed(carrier, narration, "Carried over from the part before", carried))
        rest = sum((row.amount for row in rows), Decimal("0.00"))
        if rest:
            rows.append(_renamed(carrier, narration, "Carried over to the next part", -rest))
        carried = rest
        parts.append(rows)
    return parts


def _renamed(line: ImportLine, narration: str, description: str, amount: Decimal) -> ImportLine:
    return ImportLine(
        narration, line.journal_date, description, line.account_code, line.tax_rate, amount, line.tracking
    )


def _fill_files(journals: Sequence[Sequence[ImportLine]], most: int) -> Iterator[list[ImportLine]]:
    """Whole journals, as many as a file takes."""
    file: list[ImportLine] = []
    for journal in journals:
        for part in split_journal(journal, most):
            if file and len(file) + len(part) > most:
                yield file
                file = []
            file = [*file, *part]
    if file:
        yield file


def _read_journals(warehouse: Warehouse, period: date, organisation: str) -> list[list[ImportLine]]:
    rows = warehouse.query(
        """
        select j.journal_key, j.journal_date, j.narration_text, l.description, l.account_code, l.line_amount,
          coalesce(l.tax_type, $3) as tax_type, t.tax_name,
          coalesce(l.tracking_category_1, '') as name_1, coalesce(l.tracking_option_1, '') as option_1,
          coalesce(l.tracking_category_2, '') as name_2, coalesce(l.tracking_option_2, '') as option_2,
          coalesce((select max(version) from post.documents d where d.journal_key = j.journal_key), 0) + 1 as version
        from close.journals j join close.journal_lines l using (period, journal_key)
        left join xero.tax_rates t on t.tax_type = coalesce(l.tax_type, $3)
        where j.period = $1 and j.journal_key not in (
          select journal_key from post.documents where status in ('POSTED', 'DRAFT')
        )
        order by list_position($2, j.journal_kind), j.journal_date, j.journal_key, l.line_number
        """,
        [period, JOURNAL_KINDS, NO_TAX],
    ).to_dicts()
    no_tax = _no_tax_name(warehouse)
    journals: dict[str, list[ImportLine]] = {}
    for row in rows:
        tag = tag_of(organisation, row["journal_key"], row["version"])
        line = ImportLine(
            narration=f"{tag} {plain_text(row['narration_text'])}",
            journal_date=row["journal_date"],
            description=plain_text(row["description"]),
            account_code=row["account_code"],
            tax_rate=row["tax_name"] or (no_tax if row["tax_type"] == NO_TAX else row["tax_type"]),
            amount=row["line_amount"],
            tracking=(row["name_1"], row["option_1"], row["name_2"], row["option_2"]),
        )
        journals.setdefault(row["journal_key"], []).append(line)
    return list(journals.values())


def _no_tax_name(warehouse: Warehouse) -> str:
    countries = warehouse.read("xero.organisation")["country_code"].to_list()
    return NO_TAX_NAMES.get(str(countries[0]) if countries else "", "Tax Exempt")


def _as_csv(lines: Sequence[ImportLine]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(line.cells() for line in lines)
    return text.getvalue()
