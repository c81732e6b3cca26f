"""Sends the outbox of a plan: settles what is open, then sends what is missing, one request after the other.

Why nothing is posted twice. A request that got no answer goes out again with the same bytes and key while Xero
remembers the key, which answers it from memory. When a fault was answered (Xero keeps that answer under the key), or
the key is too old, the documents are looked up, then looked up again after a quiet period that is counted from the last
sending, and only what is missing both times goes out under a fresh key. That is safe as long as Xero ends a request
within the quiet period; how long it may take is documented nowhere (xero.md section 9). So whatever was sent is read
back at the end, and by every later plan: a journal that came later still is voided at once, and said so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pipelines.errors import Incomplete, TieoutError
from pipelines.hosts import is_loopback
from pipelines.load.batches import idempotency_key
from pipelines.load.courier import KEY_LIFE, Delivery, Pause, deliver
from pipelines.load.mirror import Clock
from pipelines.load.outbox import Action, Outbox, OutboxDocument, OutboxRequest, State
from pipelines.load.resources import JOURNALS, Resource
from pipelines.load.verdicts import Element, Verdict
from pipelines.load.xero_answers import RequestRefused, ServerFailed
from pipelines.load.xero_client import XeroClient

QUIET_SECONDS = 60.0
"""Between the last sending of a request and the look-up that decides that it did nothing. Xero's own time-out is not
documented; our client gives up after 60 s, and a request that lives longer is found when everything is read back."""

LOCAL_QUIET_SECONDS = 5.0
"""The same for a server on this machine: nothing between it and us keeps a request."""

ROUNDS = 2
"""Times that one `apply` sends a document under a new key after a fault of Xero's."""

MOST_FAILURES = 3
"""Requests that fail in a row before the others wait for the next round."""

MOST_APART = timedelta(seconds=30)
"""What a request may have been sent after now, as two readings of the server's clock tell it; more is a clock that was
wrong, so that nobody knows how old its key is."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Record = Callable[[Sequence[Verdict]], None]
"""Told the documents that Xero has judged, in the same transaction that keeps the verdict."""


def quiet_seconds(url: str) -> float:
    """How long a request to this server may still do its work after it was sent last."""
    return LOCAL_QUIET_SECONDS if is_loopback(url) else QUIET_SECONDS


@dataclass
class Sender:
    """Brings documents of one resource to Xero; what it knows is on disk before and after each request."""

    client: XeroClient
    outbox: Outbox
    tenant: str
    clock: Clock
    pause: Pause
    record: Record
    resource: Resource = JOURNALS
    seen_tags: frozenset[str] = frozenset()
    """Tags that Xero shows now, read after the last request of another run."""
    notify: Callable[[], None] = lambda: None
    quiet_seconds: float = QUIET_SECONDS
    request_count: int = 0
    _quiet_until: datetime = field(default=_LONG_AGO)
    _failures: int = 0

    def run(self, action: Action, tags: frozenset[str]) -> None:
        """Settle the open requests of an action, then send what is missing.

        Args:
            action: create, update or end.
            tags: the documents to send; open requests are settled in any case.

        Raises:
            Incomplete, XeroRefusal, UsageProblem: a call failed as a whole; the outbox says where each document stands.
        """
        for request, documents in self.outbox.open_requests(action, self.resource.name):
            self._settle(request, [one for one in documents if one.is_open])
        self._clear_up(action)
        self._retry_refused(action, tags)
        for _ in range(ROUNDS):
            missing = self._planned(action, tags)
            if not missing:
                return
            self._adopt([one for one in missing if self._is_doubtful(one)])
            self._failures = 0
            for batch in self.resource.batches(action, self._planned(action, tags)):
                if self._failures < MOST_FAILURES:
                    self._send_new(batch)
            self._clear_up(action)
        if left := self._planned(action, tags):
            raise Incomplete(
                f"Xero failed on {len(left)} documents, first {left[0].tag}: {left[0].reason}\n"
                "    Run the same command again later; what was sent is looked up first."
            )

    def _documents(self, action: Action) -> list[OutboxDocument]:
        return self.outbox.documents(action, self.resource.name)

    def _planned(self, action: Action, tags: frozenset[str]) -> list[OutboxDocument]:
        return [one for one in self._documents(action) if one.state == "planned" and one.tag in tags]

    def _retry_refused(self, action: Action, tags: frozenset[str]) -> None:
        """A refused document gets another chance in each run: somebody may have put right what Xero complained of."""
        refused = [one for one in self._documents(action) if one.state == "refused" and one.tag in tags]
        self.outbox.save([replace(one, state="planned") for one in refused if not one.is_flawed])

    def _settle(self, request: OutboxRequest, documents: list[OutboxDocument]) -> None:
        """Find out what became of a request of an earlier run: while Xero knows its key, by sending it again.

        A key under which Xero answered a fault would only give the same fault again.
        """
        age = self.clock() - request.first_sent_at
        if request.answered_at is None and -MOST_APART < age <= KEY_LIFE:
            self._send(request, documents, may_have_left=True)
            return
        last_sent = request.answered_at or min(self.clock(), request.first_sent_at + KEY_LIFE)
        self._wait_for(last_sent)

    def _send_new(self, documents: Sequence[OutboxDocument]) -> None:
        """Send documents as one request under a fresh key."""
        now = self.clock()
        counted = [replace(one, attempts=one.attempts + 1) for one in documents]
        body, path = self.resource.body(counted), self.resource.path(counted)
        key = idempotency_key(self.tenant, self.outbox.plan_hash, counted, body)
        request = OutboxRequest(key, self.outbox.plan_hash, counted[0].action, path, body, first_sent_at=now)
        marked = [replace(one, state="sending", idempotency_key=key, first_sent_at=now) for one in counted]
        self.outbox.save(marked, request)
        self._send(request, marked, may_have_left=False)

    def _send(self, request: OutboxRequest, documents: list[OutboxDocument], *, may_have_left: bool) -> None:
        self.request_count += 1
        delivery = deliver(self.client, request, may_have_left=may_have_left, clock=self.clock, pause=self.pause)
        answered = replace(request, outcome=delivery.outcome, answered_at=self._answered_at(delivery))
        if delivery.elements is not None:
            self._failures = 0
            self._keep(documents, self.resource.match(documents, delivery.elements), answered)
        elif delivery.error is not None:
            self._fail(documents, delivery, delivery.error, answered)

    def _answered_at(self, delivery: Delivery) -> datetime | None:
        """When an answer came; None where none did, so that the key may be used again."""
        return None if delivery.is_unanswered else self.clock()

    def _keep(
        self, documents: Sequence[OutboxDocument], elements: Sequence[Element | None], request: OutboxRequest
    ) -> None:
        """Record what Xero says about each document."""
        judged = [
            self.resource.judge(one, element, self.clock()) for one, element in zip(documents, elements, strict=True)
        ]
        self._save(judged, request)
        if any(one.document.is_open for one in judged):
            self._wait_for(self.clock())

    def _fail(
        self, documents: list[OutboxDocument], delivery: Delivery, error: TieoutError, request: OutboxRequest
    ) -> None:
        """Record that a request failed as a whole; go on where that is safe."""
        if isinstance(error, RequestRefused):
            self._refuse(documents, error, request)
            return
        state: State = "planned" if delivery.is_without_effect else "unknown"
        failed = [replace(one, state=state, reason=delivery.outcome) for one in documents]
        self.outbox.save(failed, request)
        if not isinstance(error, ServerFailed):
            raise error
        self._failures += 1
        self._wait_for(self.clock())
        self._adopt(failed)

    def _refuse(self, documents: list[OutboxDocument], error: RequestRefused, request: OutboxRequest) -> None:
        """A whole request was refused: one bad document must not hold up the others, so each goes alone."""
        if len(documents) == 1:
            now = self.clock()
            self.outbox.save([replace(documents[0], state="refused", reason=error.summary, answered_at=now)], request)
            return
        alone = [replace(one, state="planned", reason=error.summary) for one in documents]
        self.outbox.save(alone, request)
        for document in alone:
            self._send_new([document])

    def _is_doubtful(self, document: OutboxDocument) -> bool:
        """Whether a document that is about to be sent may be in Xero already."""
        return document.tag in self.seen_tags if document.action == "create" else document.attempts > 0

    def _wait_for(self, last_sent: datetime) -> None:
        """Nothing is held for lost before a request that was sent then is certainly over."""
        self._quiet_until = max(self._quiet_until, last_sent + timedelta(seconds=self.quiet_seconds))

    def _clear_up(self, action: Action) -> None:
        """Look for documents of unknown outcome, wait, look again; what is still not there may be sent again."""
        missing = self._adopt([one for one in self._documents(action) if one.is_open])
        if not missing:
            return
        left = (self._quiet_until - self.clock()).total_seconds()
        if left > 0:
            self.pause(min(left, self.quiet_seconds))
        missing = self._adopt(missing)
        self.outbox.save([replace(one, state="planned") for one in missing])

    def _adopt(self, documents: Sequence[OutboxDocument]) -> list[OutboxDocument]:
        """Take over what Xero has of these documents; returns the others."""
        if not documents:
            return []
        found = self.resource.find(self.client, documents)
        judged = [(one, self.resource.judge_found(one, found.get(one.tag, []), self.clock())) for one in documents]
        if adopted := [verdict for _, verdict in judged if verdict is not None]:
            self._save(adopted, None)
        return [one for one, verdict in judged if verdict is None]

    def _save(self, judged: Sequence[Verdict], request: OutboxRequest | None) -> None:
        with self.outbox.transaction():
            self.outbox.save([one.document for one in judged], request)
            self.record(judged)
        self.notify()
