"""One journal and its versions in Xero: which were edited, voided, left as drafts, stand twice or late, or are missing.

Only journals whose sums differ come here, a handful a month, so this is plain Python.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations

Lines = tuple[tuple[str, Decimal], ...]
"""Account code and amount, base currency, debit positive."""

Finding = dict[str, object]
"""A row of a cause."""

_WORDS = {"draft": "draft_in_xero", "ended": "voided"}


@dataclass(frozen=True)
class Version:
    """One manual journal of ours in Xero."""

    tag: str
    xero_id: str
    state: str
    """standing, draft or ended (voided or deleted by somebody)."""
    posted_on: date
    """Accounting date that we gave it."""
    shown_on: date
    """Accounting date that Xero shows."""
    posted: Lines
    shown: Lines
    is_known: bool = True
    """Whether we posted it; otherwise it was found in Xero under our tag."""


@dataclass(frozen=True)
class WantedJournal:
    """A journal as a close wants it, with the versions of it in Xero, oldest first."""

    key: str
    kind: str
    journal_date: date | None
    """None: nothing is wanted any more."""
    lines: Lines
    versions: tuple[Version, ...] = field(default=())


def explain_journal(journal: WantedJournal, cut_off: date) -> list[Finding]:
    """Why Xero's accounts differ from the journal as wanted, up to a day.

    Args:
        journal: what is wanted, and its versions in Xero.
        cut_off: last day of the trial balance.

    Returns:
        Rows of causes on every account of the journal. By account they sum to what stands in Xero up to the day, less
        what is wanted up to the day.
    """
    if journal.journal_date is None or journal.journal_date > cut_off:
        return _unwanted(journal, cut_off)
    chosen, twice = _choose(journal)
    found = [row for version in chosen for row in _of_version(version, cut_off)]
    found += [row for version in twice for row in _rows(version, "duplicate", version.shown, cut_off, "stands beside")]
    return found + _rest(journal, chosen)


def _unwanted(journal: WantedJournal, cut_off: date) -> list[Finding]:
    """What stands though nothing of the journal belongs before the cut-off."""
    found: list[Finding] = []
    for version in journal.versions:
        if version.state != "standing":
            continue
        is_moved = journal.journal_date is not None and version.posted_on > cut_off
        cause, note = (
            ("edited", f"dated {version.posted_on} by us") if is_moved else ("change_not_posted", "not wanted")
        )
        found += _rows(version, cause, version.shown, cut_off, note)
    return found


def _choose(journal: WantedJournal) -> tuple[list[Version], list[Version]]:
    """The versions that together are the journal as we posted it, and those that stand beside them.

    Whatever we posted last is preferred; a version that somebody ended counts only where the others are too little.
    """
    standing = [one for one in journal.versions if one.state == "standing"]
    others = [one for one in reversed(journal.versions) if one.state != "standing"]
    wanted = sum_lines(journal.lines)
    for chosen, twice in _choices(standing, others):
        if sum_lines(line for one in chosen for line in one.posted) == wanted:
            return chosen, twice
    copies = _copies(standing)
    kept = [one for one in standing if one not in copies]
    return (kept or others[:1]), copies


def _choices(standing: Sequence[Version], others: Sequence[Version]) -> Iterator[tuple[list[Version], list[Version]]]:
    """Ways to read the versions, the plainest first."""
    yield list(standing), []
    for other in others:
        yield [*standing, other], []
    for count in range(1, min(len(standing), 3) + 1):
        for left in combinations(standing[::-1], count):
            rest = [one for one in standing if one not in left]
            yield rest, list(left)
            for other in others:
                yield [*rest, other], list(left)


def _copies(standing: Sequence[Version]) -> list[Version]:
    """Journals found in Xero under our tag that repeat one which we posted."""
    ours = {tuple(sorted(one.posted)) for one in standing if one.is_known}
    return [one for one in standing if not one.is_known and tuple(sorted(one.posted)) in ours]


def _of_version(version: Version, cut_off: date) -> list[Finding]:
    """What is different about one version that belongs to the journal."""
    negative = tuple((code, -amount) for code, amount in version.posted)
    if version.state != "standing":
        note = "waits for somebody to post it" if version.state == "draft" else "ended in Xero"
        return _rows(version, _WORDS[version.state], negative, None, note)
    if version.posted_on > cut_off:
        late = _rows(version, "posted_later", negative, None, f"dated {version.posted_on}")
        return late + _rows(version, "edited", version.shown, cut_off, f"dated {version.posted_on} by us")
    if version.shown_on > cut_off:
        return _rows(version, "edited", negative, None, f"now dated {version.shown_on}")
    return _rows(version, "edited", version.shown + negative, None, "lines changed in Xero")


def _rest(journal: WantedJournal, chosen: Sequence[Version]) -> list[Finding]:
    """What was wanted and never posted, or posted to another account than wanted now."""
    posted = [line for one in chosen for line in one.posted]
    if not chosen:
        cause = "landed_cost_in_clearing" if journal.kind == "landed_cost" else "not_posted"
        return _journal_rows(journal, None, cause, [(code, -amount) for code, amount in journal.lines], "no document")
    moved, changed = split_moved(posted, journal.lines)
    first = chosen[0]
    return [
        *_journal_rows(journal, first, "mapping", moved, "posted before the mapping changed"),
        *_journal_rows(journal, first, "change_not_posted", changed, "close the month again to post the change"),
    ]


def split_moved(found: Sequence[tuple[str, Decimal]], wanted: Sequence[tuple[str, Decimal]]) -> tuple[Lines, Lines]:
    """Differences of lines: those of lines that stand on another account, and all others.

    Args:
        found: account and amount of each line as it is.
        wanted: the same as it should be.

    Returns:
        Two lists of account and amount, found less wanted.
    """
    extra = Counter(found) - Counter(wanted)
    lacking = Counter(wanted) - Counter(found)
    moved: list[tuple[str, Decimal]] = []
    for code, amount in list(lacking.elements()):
        match = next((one for one in extra if one[1] == amount and extra[one] > 0 and one[0] != code), None)
        if match is not None:
            moved += [match, (code, -amount)]
            extra[match] -= 1
            lacking[(code, amount)] -= 1
    changed = [*extra.elements(), *((code, -amount) for code, amount in lacking.elements())]
    return tuple(moved), tuple(changed)


def sum_lines(lines: Iterator[tuple[str, Decimal]] | Lines) -> dict[str, Decimal]:
    """Sum of the lines by account, without accounts that sum to nothing."""
    total: dict[str, Decimal] = {}
    for code, amount in lines:
        total[code] = total.get(code, Decimal(0)) + amount
    return {code: amount for code, amount in total.items() if amount}


def _rows(version: Version, cause: str, lines: Lines, cut_off: date | None, note: str) -> list[Finding]:
    """Rows of a cause for a version; with a cut-off only where Xero shows it up to that day."""
    if cut_off is not None and version.shown_on > cut_off:
        return []
    return [
        finding(code, cause, amount, "journal", version.tag, version.shown_on, version.xero_id, note)
        for code, amount in sum_lines(lines).items()
    ]


def _journal_rows(
    journal: WantedJournal, version: Version | None, cause: str, lines: Sequence[tuple[str, Decimal]], note: str
) -> list[Finding]:
    """Rows of a cause for the journal as a whole."""
    number, xero_id = (version.tag, version.xero_id) if version else (journal.key, None)
    return [
        finding(code, cause, amount, "journal", number, journal.journal_date, xero_id, note)
        for code, amount in sum_lines(tuple(lines)).items()
    ]


def finding(
    account_code: str,
    cause: str,
    amount: Decimal,
    kind: str,
    number: str,
    day: date | None,
    xero_id: str | None,
    note: str,
) -> Finding:
    """A row of a cause."""
    values: Mapping[str, object] = {
        "account_code": account_code,
        "cause": cause,
        "amount": amount,
        "document_kind": kind,
        "document_number": number,
        "document_date": day,
        "xero_id": xero_id,
        "note": note,
    }
    return dict(values)
