"""What the sender has to know of a kind of object in Xero: how it is sent, found again, and judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pipelines.load.batches import batch_body, cut_batches
from pipelines.load.lookups import find_documents
from pipelines.load.outbox import Action, OutboxDocument
from pipelines.load.verdicts import Element, Verdict, judge, judge_found, match_elements
from pipelines.load.xero_client import XeroClient


class Resource(Protocol):
    """One endpoint of Xero: manual journals here, those of the document sync in pipelines/sync/resources.py."""

    @property
    def name(self) -> str | None:
        """What post.outbox calls it; None: manual journals."""

    def batches(self, action: Action, documents: Sequence[OutboxDocument]) -> list[list[OutboxDocument]]:
        """Documents in their order, cut into requests."""

    def path(self, documents: Sequence[OutboxDocument]) -> str:
        """Path of one request under the API's base address."""

    def body(self, documents: Sequence[OutboxDocument]) -> str:
        """The exact text of one request."""

    def match(self, documents: Sequence[OutboxDocument], elements: Sequence[Element]) -> list[Element | None]:
        """The element of an answer that is about each document."""

    def judge(self, document: OutboxDocument, element: Element | None, now: datetime) -> Verdict:
        """A document with what an answer says of it."""

    def find(self, client: XeroClient, documents: Sequence[OutboxDocument]) -> Mapping[str, list[Element]]:
        """What Xero has of documents of which no answer told, by tag."""

    def judge_found(self, document: OutboxDocument, elements: Sequence[Element], now: datetime) -> Verdict | None:
        """A document that was looked up; None when it is not there, so that it can be sent."""


class ManualJournals:
    """Journals: several created in a request, one ended in a request."""

    name: str | None = None

    def batches(self, action: Action, documents: Sequence[OutboxDocument]) -> list[list[OutboxDocument]]:
        """At most 50 creations a request; each end alone, because POST reads one journal (xero.md section 2)."""
        return cut_batches(documents) if action == "create" else [[one] for one in documents]

    def path(self, documents: Sequence[OutboxDocument]) -> str:
        """The collection, or the journal that ends."""
        first = documents[0]
        return "/ManualJournals" + (f"/{first.manual_journal_id}" if first.action == "end" else "")

    def body(self, documents: Sequence[OutboxDocument]) -> str:
        """Journals in their envelope."""
        return batch_body(documents)

    def match(self, documents: Sequence[OutboxDocument], elements: Sequence[Element]) -> list[Element | None]:
        """By the narration."""
        return match_elements(documents, elements)

    def judge(self, document: OutboxDocument, element: Element | None, now: datetime) -> Verdict:
        """Created or ended."""
        return judge(document, element, now)

    def find(self, client: XeroClient, documents: Sequence[OutboxDocument]) -> Mapping[str, list[Element]]:
        """By the whole narration, then among what changed."""
        return find_documents(client, documents)

    def judge_found(self, document: OutboxDocument, elements: Sequence[Element], now: datetime) -> Verdict | None:
        """Of several under one narration the one with the smallest id."""
        return judge_found(document, elements, now)


JOURNALS = ManualJournals()
