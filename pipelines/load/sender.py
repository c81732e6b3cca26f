"""Sends the outbox of a plan: settles what is open, then sends what is missing, one request after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipelines.errors import Incomplete, TieoutError
from pipelines.load.batches import batch_body, cut_batches, idempotency_key
from pipelines.load.courier import KEY_LIFE, Delivery, Pause, deliver
from pipelines.load.mirror import Clock
from pipelines.load.outbox import Action, Outbox, OutboxDocument, OutboxRequest, State
from pipelines.load.verdicts import Element, judge_created, judge_ended, judge_found, match_elements
from pipelines.load.xero_answers import RequestRefused, ServerFailed
from pipelines.load.xero_client import XeroClient

QUIET_SECONDS = 10.0
"""Between two look-ups: a first request may still be on its way and commit late."""

ROUNDS = 2
"""Times that one `apply` sends a document under a new key after a fault of Xero's."""

Record = Callable[[Sequence[OutboxDocument]], None]
"""Told the documents that Xero has judged, in the same transaction that keeps the verdict."""


@dataclass
class Sender:
    """Brings documents of one action to Xero; what it knows is on disk before and after each request."""

    client: XeroClient
    outbox: Outbox
    tenant: str
    clock: Clock
    pause: Pause
    record: Record
    seen_tags: frozenset[str] = frozenset()
    """Tags that Xero shows now, read after the last request of another run."""
    notify: Callable[[], None] = lambda: None
    request_count: int = 0

    def run(self, action: Action, tags: frozenset[str]) -> None:
        """Settle the open requests of an action, then send what is missing.

        Args:
            action: create or end.
            tags: the documents to send; open requests are settled in any case.

        Raises:
            Incomplete, XeroRefusal, UsageProblem: a call failed as a whole; the outbox says where each document stands.
        """
        for request, documents in self.outbox.open_requests(action):
            self._settle(request, documents)
        self._retry_refused(action, tags)
        for _ in range(ROUNDS):
            missing = self._planned(action, tags)
            if not missing:
                return
            self._adopt([one for one in missing if self._is_doubtful(one)])
            for batch in self._batches(action, self._planned(action, tags)):
                self._send_new(batch)
        if left := self._planned(action, tags):
            raise Incomplete(
                f"Xero failed on {len(left)} documents, first {left[0].tag}: {left[0].reason}\n"
                "    Run the same command again later; what was sent is looked up first."
            )

    def _planned(self, action: Action, tags: frozenset[str]) -> list[OutboxDocument]:
        return [one for one in self.outbox.documents(action) if one.state == "planned" and one.tag in tags]

    def _batches(self, action: Action, documents: Sequence[OutboxDocument]) -> list[list[OutboxDocument]]:
        return cut_batches(documents) if action == "create" else [[one] for one in documents]

    def _retry_refused(self, action: Action, tags: frozenset[str]) -> None:
        """A refused document gets another chance in each run: somebody may have put right what Xero complained of."""
        refused = [one for one in self.outbox.documents(action) if one.state == "refused" and one.tag in tags]
        self.outbox.save([replace(one, state="planned") for one in refused if not one.is_flawed])

    def _settle(self, request: OutboxRequest, documents: list[OutboxDocument]) -> None:
        """Find out what became of a request that has no answer."""
        if self.clock() - request.first_sent_at <= KEY_LIFE:
            self._send(request, documents, may_have_left=True)
        else:
            self._look_up_lost(documents)

    def _send_new(self, documents: Sequence[OutboxDocument]) -> None:
        """Send documents as one request under a fresh key."""
        now = self.clock()
        counted = [replace(one, attempts=one.attempts + 1) for one in documents]
        body = batch_body(counted)
        key = idempotency_key(self.tenant, self.outbox.plan_hash, counted, body)
        first = counted[0]
        path = "/ManualJournals" + (f"/{first.manual_journal_id}" if first.action == "end" else "")
        request = OutboxRequest(key, self.outbox.plan_hash, first.action, path, body, first_sent_at=now)
        marked = [replace(one, state="sending", idempotency_key=key, first_sent_at=now) for one in counted]
        self.outbox.save(marked, request)
        self._send(request, marked, may_have_left=False)

    def _send(self, request: OutboxRequest, documents: list[OutboxDocument], *, may_have_left: bool) -> None:
        self.request_count += 1
        delivery = deliver(self.client, request, may_have_left=may_have_left, clock=self.clock, pause=self.pause)
        answered = replace(request, outcome=delivery.outcome, answered_at=self.clock())
        if delivery.elements is not None:
            self._keep(documents, match_elements(documents, delivery.elements), answered)
        elif delivery.error is not None:
            self._fail(documents, delivery, delivery.error, answered)

    def _keep(
        self, documents: Sequence[OutboxDocument], elements: Sequence[Element | None], request: OutboxRequest
    ) -> None:
        """Record what Xero says about each document."""
        judge = judge_created if request.action == "create" else judge_ended
        judged = [judge(one, element, self.clock()) for one, element in zip(documents, elements, strict=True)]
        self._save(judged, request)
        if lost := [one for one in judged if one.is_open]:
            self._look_up_lost(lost)

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
        self._look_up_lost(failed)

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

    def _look_up_lost(self, documents: Sequence[OutboxDocument]) -> None:
        """Look for documents of unknown outcome, wait, look again; what is still not there may be sent again."""
        missing = self._adopt(documents)
        if missing:
            self.pause(QUIET_SECONDS)
            missing = self._adopt(missing)
        self.outbox.save([replace(one, state="planned") for one in missing])

    def _adopt(self, documents: Sequence[OutboxDocument]) -> list[OutboxDocument]:
        """Take over what Xero has of these documents; returns the others."""
        missing = []
        for document in documents:
            judged = judge_found(document, self._find(document), self.clock())
            if judged is None:
                missing.append(document)
            else:
                self._save([judged], None)
        return missing

    def _find(self, document: OutboxDocument) -> list[Element]:
        if document.action == "create":
            return list(self.client.find_by_narration(document.narration))
        return [self.client.manual_journal(str(document.manual_journal_id))]

    def _save(self, judged: Sequence[OutboxDocument], request: OutboxRequest | None) -> None:
        with self.outbox.transaction():
            self.outbox.save(judged, request)
            self.record(judged)
        self.notify()
