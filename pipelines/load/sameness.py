"""Whether a journal that stands in Xero is the wanted one, and what somebody changed in it."""

from dataclasses import replace

from pipelines.load.change_rules import ChangeRules
from pipelines.load.effects import Effect, effect_of
from pipelines.load.manual_journals import ManualJournal
from pipelines.load.posted import LIVE, Standing
from pipelines.load.wanted import WantedJournal

_SHOWN = 2


def is_same(wanted: WantedJournal, standing: Standing, rules: ChangeRules) -> bool:
    """Whether a journal needs no change: content, status and date are as they should be.

    A draft that somebody approved is as it should be; so is a journal that stands on another day because its own is
    locked. What Xero or a person did to the words of lines does not count, but the words that we want do.
    """
    return is_status_fine(wanted, standing, rules) and has_same_content(wanted, standing, rules)


def is_status_fine(wanted: WantedJournal, standing: Standing, rules: ChangeRules) -> bool:
    """Whether draft or posted is what it should be."""
    if standing.is_draft and wanted.journal.status != "DRAFT":
        return rules.when_locked == "draft" and rules.locks.is_locked(wanted.journal.journal_date)
    return True


def has_same_content(wanted: WantedJournal, standing: Standing, rules: ChangeRules) -> bool:
    """Whether date, lines and words are the wanted ones."""
    if standing.is_edited:
        return False
    journal = wanted.journal
    if rules.locks.is_locked(journal.journal_date):
        journal = replace(journal, journal_date=standing.journal_date)
    if standing.is_found:
        return standing.shown_hash == journal.material_hash() and standing.narration.partition(" ")[2] == journal.text
    return standing.content_hash in {replace(journal, status=status).content_hash() for status in LIVE}


def why_unchanged(wanted: WantedJournal, standing: Standing) -> str:
    """Why a journal stays, in words."""
    if standing.journal_date != wanted.journal.journal_date:
        return f"stands as it should, dated {standing.journal_date.isoformat()} because its own day is locked"
    if wanted.journal.status == "DRAFT" and not standing.is_draft:
        return "stands as it should; somebody approved it in Xero"
    return "stands as it should"


def why_replaced(wanted: WantedJournal, standing: Standing) -> str:
    """What is different, as far as totals and dates tell."""
    found = []
    if wanted.journal.journal_date != standing.journal_date:
        found.append(f"date {standing.journal_date.isoformat()} -> {wanted.journal.journal_date.isoformat()}")
    if wanted.journal.debit_amount != standing.debit_amount:
        found.append(f"total {standing.debit_amount:,.2f} -> {wanted.journal.debit_amount:,.2f}")
    if standing.is_draft and wanted.journal.status != "DRAFT":
        found.append("a draft, and POSTED is wanted")
    return "; ".join(found) or "same total, other lines or words"


def describe_edit(posted: ManualJournal, shown: ManualJournal) -> str:
    """What somebody changed in Xero: date, accounts, amounts, tracking or tax."""
    found = []
    if posted.journal_date != shown.journal_date:
        found.append(f"date {posted.journal_date.isoformat()} -> {shown.journal_date.isoformat()}")
    before, after = effect_of([posted]), effect_of([shown])
    places = [place for place in {**before, **after} if before.get(place) != after.get(place)]
    found += [_moved(place, before, after) for place in sorted(places)[:_SHOWN]]
    if len(places) > _SHOWN:
        found.append(f"{len(places) - _SHOWN} more")
    return f"somebody changed it in Xero: {'; '.join(found) or 'lines or tax types, at the same amounts'}"


def _moved(place: tuple[str, tuple[tuple[str, str], ...]], before: Effect, after: Effect) -> str:
    code, tracking = place
    where = " ".join([code, *(option for _, option in tracking)])
    return f"{where} {before.get(place, 0):,.2f} -> {after.get(place, 0):,.2f}"
