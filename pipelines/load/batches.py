"""Cuts documents into requests that Xero takes, each under a key of its own (xero.md sections 1.2 and 9)."""

from collections.abc import Sequence
from hashlib import sha256

from pipelines.load.outbox import OutboxDocument

MOST_DOCUMENTS = 50
MOST_BYTES = 3_500_000
_ENVELOPE = '{"%s":[%s]}'
_ENVELOPE_BYTES = 40
"""More than the envelope of any collection takes."""


def cut_batches(documents: Sequence[OutboxDocument]) -> list[list[OutboxDocument]]:
    """Documents in their order, at most 50 and 3.5 MB a request; a larger document goes alone."""
    batches: list[list[OutboxDocument]] = []
    size = 0
    for document in documents:
        added = len(document.body.encode()) + 1
        if not batches or len(batches[-1]) == MOST_DOCUMENTS or size + added > MOST_BYTES - _ENVELOPE_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(document)
        size += added
    return batches


def batch_body(documents: Sequence[OutboxDocument], collection: str = "ManualJournals") -> str:
    """The exact text of a request."""
    return _ENVELOPE % (collection, ",".join(document.body for document in documents))


def idempotency_key(tenant: str, plan_hash: str, documents: Sequence[OutboxDocument], body: str) -> str:
    """The key of one request: a hash of organisation, plan, tags, attempts and body, 64 characters.

    Xero scopes keys to the app and not to the organisation, so the organisation is in it; it keeps errors under a key,
    so each attempt has another one; and it refuses a key that comes back with another body, so the body is in it too.
    """
    parts = [tenant, plan_hash, *(f"{one.action} {one.tag} {one.attempts}" for one in documents), body]
    return sha256("\n".join(parts).encode()).hexdigest()
