"""What a period should hold in Xero: the closed month's journals as manual journals."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.errors import DataProblem
from pipelines.load.manual_journals import Line, ManualJournal, plain_text, tag_key
from pipelines.load.terms import PlanTerms
from pipelines.warehouse import Warehouse
from schemas.journals import JOURNAL_KINDS
from schemas.problems import Problem


@dataclass(frozen=True)
class WantedJournal:
    """One journal of a closed month, or one that brings another journal to what it should be."""

    journal_key: str
    journal_kind: str | None
    """None where it takes back a journal of a kind that nobody knows any more."""
    journal: ManualJournal

    @property
    def order(self) -> tuple[int, int, str]:
        """Place among the others: kinds as the design lists them, then keys, PO-9 before PO-10."""
        kind = JOURNAL_KINDS.index(self.journal_kind) if self.journal_kind else len(JOURNAL_KINDS)
        return kind, len(self.journal_key), self.journal_key


def read_wanted(warehouse: Warehouse, period: date, terms: PlanTerms) -> list[WantedJournal]:
    """The journals of a period, in the order of sending; the order of rows in the warehouse does not matter.

    Args:
        warehouse: close.journals and close.journal_lines, one row per journal and per line of the period.
        period: first day of the month.
        terms: status and cash basis of the documents.

    Raises:
        DataProblem: a journal without lines, lines without a journal, or two journals with the same tag (exit 3).
    """
    lines = _read_lines(warehouse, period)
    journals = warehouse.read("close.journals", "period = ?", [period]).to_dicts()
    keys = {str(row["journal_key"]) for row in journals}
    if keys != set(lines):
        odd = sorted(keys ^ set(lines))
        raise DataProblem(
            f"close.journals and close.journal_lines of {period:%Y-%m} differ in {len(odd)} journals, first {odd[0]}.\n"
            "    Close the month again."
        )
    _refuse_twins(keys)
    wanted = [_as_wanted(row, tuple(lines[str(row["journal_key"])]), terms) for row in journals]
    return sorted(wanted, key=lambda one: one.order)


def _refuse_twins(keys: set[str]) -> None:
    """Two documents whose numbers differ in spaces or quotation marks only would share a tag."""
    by_tag: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        by_tag[tag_key(key)].append(key)
    problems = [
        Problem(f"close.journals, {same[0]!r} and {same[1]!r}", f'both get the tag "{key}"', "Renumber one document.")
        for key, same in by_tag.items()
        if len(same) > 1
    ]
    if problems:
        raise DataProblem("Journals cannot be told apart in Xero: nothing was planned.", problems)


def _as_wanted(row: Mapping[str, object], lines: tuple[Line, ...], terms: PlanTerms) -> WantedJournal:
    journal_date = row["journal_date"]
    if not isinstance(journal_date, date):
        raise TypeError(f"journal_date is {type(journal_date).__name__}")
    journal = ManualJournal(
        journal_date=journal_date,
        status=terms.journal_status,
        text=plain_text(str(row["narration_text"])),
        lines=lines,
        show_on_cash_basis=terms.show_on_cash_basis,
    )
    return WantedJournal(str(row["journal_key"]), str(row["journal_kind"]), journal)


def _read_lines(warehouse: Warehouse, period: date) -> Mapping[str, list[Line]]:
    """The lines of each journal, in their order."""
    found: dict[str, list[Line]] = defaultdict(list)
    rows = warehouse.read("close.journal_lines", "period = ? order by journal_key, line_number", [period])
    for row in rows.iter_rows(named=True):
        pairs = ((row[f"tracking_category_{slot}"], row[f"tracking_option_{slot}"]) for slot in (1, 2))
        found[row["journal_key"]].append(
            Line(
                account_code=row["account_code"],
                line_amount=row["line_amount"],
                description=plain_text(row["description"]),
                tax_type=row["tax_type"],
                tracking=tuple((category, option) for category, option in pairs if category and option),
            )
        )
    return found
