"""The words that may stand in mappings/documents.yaml, each kind of value declared once."""

from mappings.kinds import Choice, Text, words_of
from schemas.sync_policy import (
    DOCUMENT_ROLES,
    KINDS_SENT,
    GroupRate,
    GroupSpan,
    MatchLevel,
    SyncStatus,
    TermType,
)

SYNC_STATUS = Choice[SyncStatus](words_of(SyncStatus))
TERM_TYPE = Choice[TermType](words_of(TermType))
GROUP_SPAN = Choice[GroupSpan](words_of(GroupSpan))
GROUP_RATE = Choice[GroupRate](words_of(GroupRate))
LEVEL = Choice[MatchLevel](words_of(MatchLevel))
LINE_ROLE = Choice[str](DOCUMENT_ROLES)
KIND_SENT = Choice[str](tuple(KINDS_SENT))
GROUP_KIND = Choice[str](("sales_invoices", "sales_credits"))
NUMBER_PREFIX = Text("^[A-Za-z0-9._/ -]{1,20}$", "at most 20 letters, digits and . _ / -")
CONTACT_CHOICE = Text("^(new|[0-9A-Fa-f-]{36})$", "Xero's id of the contact, or new")
