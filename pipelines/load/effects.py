"""What journals do to the ledger: amounts by account and tracking, their sum, and the journal that makes up a gap."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipelines.load.manual_journals import Line, ManualJournal

Place = tuple[str, tuple[tuple[str, str], ...]]
"""Account code, and tracking options in order of category. Tax is no part of it: these journals carry none."""

Effect = Mapping[Place, Decimal]
"""Amount at each place in base currency, debit positive; no zeros."""

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Gap:
    """What has to be added to some journals so that together they do what is wanted."""

    amounts: Effect

    @property
    def is_nothing(self) -> bool:
        """Whether they do already."""
        return not self.amounts

    @property
    def debit_amount(self) -> Decimal:
        """Sum of the debits, in base currency."""
        return debits_of(self.amounts)


def place_of(line: Line) -> Place:
    """Where a line books."""
    return line.account_code, tuple(sorted(line.tracking))


def effect_of(journals: Iterable[ManualJournal]) -> Effect:
    """What journals do together."""
    sums: dict[Place, Decimal] = defaultdict(lambda: NOTHING)
    for journal in journals:
        for line in journal.lines:
            sums[place_of(line)] += line.line_amount
    return {place: amount for place, amount in sums.items() if amount}


def debits_of(effect: Effect) -> Decimal:
    """Sum of the debits of an effect, in base currency."""
    return sum((amount for amount in effect.values() if amount > 0), NOTHING)


def gap_between(wanted: Effect, posted: Effect) -> Gap:
    """Wanted less posted."""
    places = [*wanted, *(place for place in posted if place not in wanted)]
    amounts = {place: wanted.get(place, NOTHING) - posted.get(place, NOTHING) for place in places}
    return Gap({place: amount for place, amount in amounts.items() if amount})


def difference_journal(
    gap: Gap, wanted: ManualJournal | None, posted: Iterable[ManualJournal], day: date, status: str, words: str
) -> ManualJournal:
    """The journal that books a gap: one line for each place, debits first.

    Args:
        gap: what is to be booked; not nothing.
        wanted: the journal as it should be; None where none is wanted. It gives text, tax types and words of lines.
        posted: the journals that stand; they give what the wanted one does not have.
        day: accounting date.
        status: POSTED or DRAFT.
        words: what the journal is, after the text: "difference to v1".
    """
    known = [*([wanted] if wanted else []), *posted]
    model = known[0]
    lines = {place_of(line): line for journal in reversed(known) for line in journal.lines}
    booked = [_line(lines[place], amount, words) for place, amount in gap.amounts.items()]
    return replace(
        model,
        journal_date=day,
        status=status,
        text=f"{plain_subject(model.text)} ({words})",
        lines=tuple(sorted(booked, key=lambda line: line.line_amount < 0)),
    )


def reversal_of(journal: ManualJournal, day: date, status: str, words: str) -> ManualJournal:
    """The journal that takes another one back, line by line."""
    lines = tuple(replace(line, line_amount=-line.line_amount) for line in journal.lines)
    text = f"{plain_subject(journal.text)} ({words})"
    return replace(journal, journal_date=day, status=status, text=text, lines=lines)


def plain_subject(text: str) -> str:
    """A text without what an earlier reversal or difference put behind it."""
    for word in (" (difference to ", " (reversal of "):
        text = text.partition(word)[0]
    return text


def _line(model: Line, amount: Decimal, words: str) -> Line:
    return replace(model, line_amount=amount, description=f"{plain_subject(model.description)} ({words})".strip())
