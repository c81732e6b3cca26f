"""Finds documents in Xero of which no answer told: by the whole narration, then among what changed last."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.load.outbox import OutboxDocument
from pipelines.load.verdicts import Element
from pipelines.load.xero_client import XeroClient

AT_ONCE = 10
"""Narrations in one filter: the address of a request stays below 4,000 characters or so."""

_OVERLAP = timedelta(minutes=5)
"""How far before the first sending changes are read: two clocks never agree."""


def find_documents(client: XeroClient, documents: Sequence[OutboxDocument]) -> dict[str, list[Element]]:
    """What Xero has of some documents, by tag; those of which it has nothing are left out.

    Created ones are looked up by their whole narration, the one filter that Xero optimises (xero.md section 1.1), ten
    in a request. What that does not find is looked for among all that changed since it was sent: a filter's index may
    lag behind what was saved (xero.md section 14, 5). Ended ones are read by their id, one in a request.

    Raises:
        the errors of `XeroClient`.
    """
    created = [one for one in documents if one.action == "create"]
    found = _by_narration(client, created)
    missing = [one for one in created if one.narration not in found]
    if missing:
        found |= _by_change(client, missing)
    by_tag = {one.tag: found[one.narration] for one in created if one.narration in found}
    ended = [one for one in documents if one.action == "end"]
    return by_tag | {one.tag: [client.manual_journal(str(one.manual_journal_id))] for one in ended}


def _by_narration(client: XeroClient, documents: Sequence[OutboxDocument]) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = defaultdict(list)
    narrations = {one.narration for one in documents}
    for start in range(0, len(documents), AT_ONCE):
        batch = documents[start : start + AT_ONCE]
        where = " OR ".join(f'Narration=="{one.narration}"' for one in batch)
        for element in client.manual_journals(where):
            if element.get("Narration") in narrations:
                found[element["Narration"]].append(element)
    return dict(found)


def _by_change(client: XeroClient, documents: Sequence[OutboxDocument]) -> dict[str, list[Element]]:
    sent = [one.first_sent_at for one in documents if one.first_sent_at is not None]
    if not sent:
        return {}
    narrations = {one.narration for one in documents}
    since: datetime = min(sent) - _OVERLAP
    found: dict[str, list[Element]] = defaultdict(list)
    for element in client.manual_journals(modified_since=since):
        if element.get("Narration") in narrations:
            found[element["Narration"]].append(element)
    return dict(found)
