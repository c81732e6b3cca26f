"""The outbox: every document that a plan sends and every request, committed before it leaves (design.md)."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.load.mirror_rows import frame_of
from pipelines.warehouse import Warehouse

Action = Literal["create", "update", "end", "attach", "note"]
State = Literal["planned", "sending", "confirmed", "refused", "unknown"]


@dataclass(frozen=True)
class OutboxDocument:
    """A row of post.outbox."""

    plan_hash: str
    action: Action
    tag: str
    position: int
    manual_journal_id: str | None
    narration: str
    content_hash: str
    body: str
    state: State = "planned"
    attempts: int = 0
    idempotency_key: str | None = None
    first_sent_at: datetime | None = None
    answered_at: datetime | None = None
    reason: str | None = None
    resource: str | None = None
    """Endpoint of a document of the sync; None: a manual journal."""

    @property
    def is_open(self) -> bool:
        """Whether a request went out for it and its outcome is not known."""
        return self.state in {"sending", "unknown"}

    @property
    def is_flawed(self) -> bool:
        """Whether Xero saved it with a warning: it was created, does not count, and is undone."""
        return self.action == "create" and self.state == "refused" and self.manual_journal_id is not None


@dataclass(frozen=True)
class OutboxRequest:
    """A row of post.requests."""

    idempotency_key: str
    plan_hash: str
    action: Action
    path: str
    body: str
    first_sent_at: datetime
    answered_at: datetime | None = None
    outcome: str | None = None


_STATE = ("manual_journal_id", "state", "attempts", "idempotency_key", "first_sent_at", "answered_at", "reason")
"""What changes in a row's life; everything else is written once."""


class Outbox:
    """The documents of one plan; every change is on disk before the method returns."""

    def __init__(self, warehouse: Warehouse, plan_hash: str) -> None:
        self._warehouse = warehouse
        self.plan_hash = plan_hash
        rows = warehouse.read("post.outbox", "plan_hash = ? order by position", [plan_hash]).to_dicts()
        self._documents = {(row["action"], row["tag"]): OutboxDocument(**row) for row in rows}

    def documents(self, action: Action, resource: str | None = None) -> list[OutboxDocument]:
        """Documents of a resource with an action, in the order of sending."""
        found = (one for one in self._documents.values() if one.action == action and one.resource == resource)
        return sorted(found, key=lambda one: one.position)

    def everything(self) -> list[OutboxDocument]:
        """Documents of every resource and action, in the order of sending."""
        return sorted(self._documents.values(), key=lambda one: one.position)

    def all_documents(self) -> list[OutboxDocument]:
        """Documents to create, then documents to end; evidence and notes are not among them."""
        return [*self.documents("create"), *self.documents("end")]

    def get(self, action: Action, tag: str) -> OutboxDocument | None:
        """The document with an action and a tag."""
        return self._documents.get((action, tag))

    def save(self, documents: Sequence[OutboxDocument], request: OutboxRequest | None = None) -> None:
        """Write documents, and the request they are part of, in one transaction.

        A document that is known gets its new state only: its bytes are written once, however often its state changes.

        Raises:
            ValueError: the bytes of a document that is known differ; they never may, because they may have left.
        """
        if not documents:
            return
        new = [one for one in documents if (one.action, one.tag) not in self._documents]
        with self._warehouse.transaction():
            if new:
                self._warehouse.append("post.outbox", frame_of("post.outbox", map(asdict, new)))
            self._change([one for one in documents if self._is_changed(one)])
            if request is not None:
                self._save_request(request)
        self._documents |= {(one.action, one.tag): one for one in documents}

    def _is_changed(self, document: OutboxDocument) -> bool:
        known = self._documents.get((document.action, document.tag))
        if known is not None and known.body != document.body:
            raise ValueError(f"the bytes of {document.action} {document.tag} changed")
        return known is not None and known != document

    def _change(self, documents: Sequence[OutboxDocument]) -> None:
        """Bring the states of known documents to disk."""
        if not documents:
            return
        frame = frame_of("post.outbox", map(asdict, documents)).select("action", "tag", *_STATE)
        columns = ", ".join(f"{name} = changed.{name}" for name in _STATE)
        with self._warehouse.offering("changed", frame):
            self._warehouse.execute(
                f"update post.outbox o set {columns} from changed "
                "where o.plan_hash = ? and o.action = changed.action and o.tag = changed.tag",
                [self.plan_hash],
            )

    def _save_request(self, request: OutboxRequest) -> None:
        """A request is written with its bytes before it leaves; what became of it is added."""
        if request.outcome is None:
            self._warehouse.replace(
                "post.requests",
                frame_of("post.requests", [asdict(request)]),
                "idempotency_key = ?",
                [request.idempotency_key],
            )
            return
        self._warehouse.execute(
            "update post.requests set outcome = ?, answered_at = ? where idempotency_key = ?",
            [request.outcome, request.answered_at, request.idempotency_key],
        )

    def transaction(self) -> AbstractContextManager[None]:
        """Everything that is written inside is on disk together."""
        return self._warehouse.transaction()

    def open_requests(
        self, action: Action, resource: str | None = None
    ) -> list[tuple[OutboxRequest, list[OutboxDocument]]]:
        """Requests of a resource whose outcome is not known, each with its documents, oldest first."""
        documents = self.documents(action, resource)
        keys = dict.fromkeys(one.idempotency_key for one in documents if one.is_open)
        rows = self._warehouse.read(
            "post.requests", "list_contains(?, idempotency_key) order by first_sent_at", [[key for key in keys if key]]
        )
        requests = map(_as_request, rows.to_dicts())
        return [
            (request, [one for one in documents if one.idempotency_key == request.idempotency_key])
            for request in requests
        ]


def _as_request(row: Mapping[str, Any]) -> OutboxRequest:
    return OutboxRequest(**row)
