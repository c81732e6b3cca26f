"""What Xero says about each document of a request: saved, refused, or saved with a warning (xero.md section 1.2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines.load.json_text import decode_json
from pipelines.load.manual_journals import ManualJournal, journal_from_xero
from pipelines.load.outbox import OutboxDocument
from pipelines.load.posted import LIVE
from pipelines.load.xero_answers import messages_of
from pipelines.load.xero_values import read_amount

Element = Mapping[str, Any]

_NO_ID = "00000000-0000-0000-0000-000000000000"
ENDED = frozenset({"VOIDED", "DELETED"})


@dataclass(frozen=True)
class Verdict:
    """A document with Xero's verdict, and what Xero showed of it with that."""

    document: OutboxDocument
    shown: ManualJournal | None = None
    element: Element | None = None
    """A document of the sync as Xero showed it."""


def match_elements(documents: Sequence[OutboxDocument], elements: Sequence[Element]) -> list[Element | None]:
    """The element of an answer that is about each document: the one with its narration, which no two documents share.

    That answers come in the order of the request is not documented (xero.md section 1), so the place only counts for
    an element that shows no narration.
    """
    by_narration = {element["Narration"]: element for element in elements if element.get("Narration")}
    is_complete = len(elements) == len(documents)
    found: list[Element | None] = []
    for place, document in enumerate(documents):
        element = by_narration.get(document.narration)
        if element is None and is_complete and not elements[place].get("Narration"):
            element = elements[place]
        found.append(element)
    return found


def judge(document: OutboxDocument, element: Element | None, now: datetime) -> Verdict:
    """A document with what Xero's answer says of it."""
    if document.action == "create":
        return Verdict(judge_created(document, element, now), _shown(element))
    return Verdict(judge_ended(document, element, now))


def judge_created(document: OutboxDocument, element: Element | None, now: datetime) -> OutboxDocument:
    """A document that was to be created, with Xero's verdict.

    A warning is a failure: Xero saves the journal without what it warns about, such as an account that it does not
    know (xero.md section 2). So is a journal that came back with other accounts or amounts, warning or not.
    """
    if element is None:
        return replace(document, state="unknown", reason="Xero's answer does not mention it")
    errors = messages_of(dict(element), "ValidationErrors")
    journal_id = id_of(element)
    if errors or has_word(element, "ERROR"):
        return replace(document, state="refused", answered_at=now, reason=joined(errors) or "refused without a reason")
    if journal_id is None:
        return replace(document, state="unknown", reason="Xero's answer has no id for it")
    warnings = messages_of(dict(element), "Warnings")
    flaw = joined(warnings) if warnings or has_word(element, "WARNING") else _saved_otherwise(document, element)
    if flaw is not None:
        reason = f"saved with a warning, and undone: {flaw or 'no reason given'}"
        return replace(document, state="refused", answered_at=now, manual_journal_id=journal_id, reason=reason)
    return replace(document, state="confirmed", answered_at=now, manual_journal_id=journal_id, reason=None)


def judge_ended(document: OutboxDocument, element: Element | None, now: datetime) -> OutboxDocument:
    """A document that was to be voided or deleted, with Xero's verdict."""
    if element is None:
        return replace(document, state="unknown", reason="Xero's answer does not mention it")
    errors = messages_of(dict(element), "ValidationErrors")
    if errors or has_word(element, "ERROR"):
        return replace(document, state="refused", answered_at=now, reason=joined(errors) or "refused without a reason")
    if element.get("Status") not in ENDED:
        return replace(document, state="unknown", reason=f"Xero shows it as {element.get('Status')}")
    return replace(document, state="confirmed", answered_at=now, reason=None)


def judge_found(document: OutboxDocument, elements: Sequence[Element], now: datetime) -> Verdict | None:
    """A document that was looked up in Xero; None when it is not there, so that it can be sent.

    Of several under one narration the one with the smallest id counts: whoever looks chooses the same. The others are
    found when everything is read back, and voided.
    """
    if document.action == "end":
        is_ended = bool(elements) and elements[0].get("Status") in ENDED
        return Verdict(judge_ended(document, elements[0], now)) if is_ended else None
    standing = sorted((one for one in elements if one.get("Status") in LIVE), key=lambda one: str(id_of(one)))
    if standing:
        return judge(document, standing[0], now)
    if elements:
        reason = f"a journal with this tag is {elements[0].get('Status')} in Xero: make a new plan, it gets a new tag"
        return Verdict(replace(document, state="refused", answered_at=now, reason=reason))
    return None


def _shown(element: Element | None) -> ManualJournal | None:
    """The journal, where the answer shows its lines and date."""
    return journal_from_xero(element) if element and element.get("JournalLines") and element.get("Date") else None


def _saved_otherwise(document: OutboxDocument, element: Element) -> str | None:
    """What Xero shows differently from what was sent, without a warning; None where it shows no lines."""
    shown = element.get("JournalLines") or []
    if not shown or any("AccountCode" not in line or "LineAmount" not in line for line in shown):
        return None
    sent = decode_json(document.body).get("JournalLines") or []
    before, after = (
        Counter((str(line["AccountCode"]), read_amount(line["LineAmount"])) for line in lines)
        for lines in (sent, shown)
    )
    if before == after:
        return None
    odd = [*(after - before), *(before - after)]
    code, amount = sorted(odd)[0]
    return f"Xero shows other lines than were sent, first account {code} with {amount:,.2f}"


def has_word(element: Element, status: str) -> bool:
    """Whether StatusAttributeString is this word: OK, WARNING or ERROR."""
    return str(element.get("StatusAttributeString") or "").upper() == status


def id_of(element: Element, field: str = "ManualJournalID") -> str | None:
    """Xero's id; None where it has none, which Xero writes as zeros."""
    found = element.get(field)
    return str(found) if found and found != _NO_ID else None


def joined(messages: Sequence[str]) -> str:
    """Messages in one line, each once."""
    return "; ".join(dict.fromkeys(messages))
