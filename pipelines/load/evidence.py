"""Evidence on posted journals: the rows behind their lines as a CSV file, and a note which run and who approved.

Each is a row of the outbox and one request (xero.md section 2, Attachments and History). They go out after everything
that changes the ledger, never break a close, and are left out with a reason where the day's calls do not suffice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from pipelines.errors import TieoutError, XeroRefusal
from pipelines.load.approve import approvers_of
from pipelines.load.batches import idempotency_key
from pipelines.load.courier import Pause, deliver
from pipelines.load.mirror import Clock
from pipelines.load.outbox import Action, Outbox, OutboxDocument, OutboxRequest, State
from pipelines.load.plan_store import StoredPlan
from pipelines.load.xero_client import XeroClient, history_note
from pipelines.warehouse import Warehouse
from schemas.posting_choices import EvidenceScope

LARGEST = 10_000_000
"""Bytes of an attachment (xero.md section 2: 10 MB on the stricter of two pages)."""

RESERVE = 60
"""Calls of a day that evidence leaves for what matters more."""

MOST_REFUSALS = 3
"""Refusals in a row after which nothing more is tried: an app without the scope, a server without attachments."""

_MONTHLY = re.compile(r"[A-Z]+-\d{4}-\d{2}")
_ACTIONS: tuple[Action, ...] = ("attach", "note")


@dataclass(frozen=True)
class EvidenceTerms:
    """Which journals get evidence, and what their note tells."""

    scope: EvidenceScope
    run_id: str | None = None


def add_evidence(outbox: Outbox, warehouse: Warehouse, plan: StoredPlan, terms: EvidenceTerms) -> None:
    """Put an attachment and a note into the outbox for each journal of the plan that gets evidence.

    Args:
        outbox: the plan's outbox, filled with the journals; what is there already keeps its state.
        warehouse: close.journal_lines and close.journal_line_sources, for the file; post.approvals, for the note.
        plan: what is posted.
        terms: monthly, all or none.
    """
    chosen = [one for one in plan.changes if one.created_tag and _gets_evidence(one.journal_key, terms.scope)]
    note = history_note(_note(warehouse, plan, terms.run_id))
    added: list[OutboxDocument] = []
    last = max((one.position for one in outbox.all_documents()), default=0)
    for number, planned in enumerate(chosen, 1):
        created = outbox.get("create", str(planned.created_tag))
        if created is None:
            continue
        if outbox.get("attach", created.tag) is None:
            file = evidence_csv(warehouse, plan, planned.journal_key)
            added.append(_document(created, "attach", last + 2 * number, file))
        if outbox.get("note", created.tag) is None:
            added.append(_document(created, "note", last + 2 * number + 1, note))
    outbox.save(added)


def evidence_csv(warehouse: Warehouse, plan: StoredPlan, journal_key: str) -> str:
    """The rows behind the lines of a journal, as CSV: one row per source row, in base currency."""
    rows = warehouse.query(
        """
        select l.line_number, l.account_code, l.tracking_option_1, l.tracking_option_2, l.description, l.line_amount,
               s.source_table, s.source_id, s.source_amount
        from close.journal_lines l
        left join close.journal_line_sources s using (period, journal_key, line_number)
        where l.period = ? and l.journal_key = ? order by l.line_number, s.source_table, s.source_id
        """,
        [plan.period, journal_key],
    )
    return rows.write_csv()


def file_name(tag: str) -> str:
    """Name of the attachment of a journal, without what Xero refuses in one."""
    return re.sub(r'[<>:"/\\|?*+\s]', "_", f"{tag}.csv")


def _gets_evidence(journal_key: str, scope: EvidenceScope) -> bool:
    return scope == "all" or (scope == "monthly" and _MONTHLY.fullmatch(journal_key) is not None)


def _note(warehouse: Warehouse, plan: StoredPlan, run_id: str | None) -> str:
    names = approvers_of(warehouse, plan.plan_hash)
    approved = f"approved by {', '.join(names)}" if names else "no approval was asked for"
    run = f", run {run_id}" if run_id else ""
    return f"Posted by tieout, plan {plan.short_hash}{run}. Prepared by {plan.preparer}; {approved}."


def _document(created: OutboxDocument, action: Action, position: int, body: str) -> OutboxDocument:
    too_large = action == "attach" and len(body.encode()) > LARGEST
    reason = f"left out: the file is larger than the {LARGEST // 1_000_000} MB that Xero takes" if too_large else None
    return replace(
        created,
        action=action,
        position=position,
        body="" if too_large else body,
        state="refused" if too_large else "planned",
        attempts=0,
        manual_journal_id=None,
        idempotency_key=None,
        first_sent_at=None,
        answered_at=None,
        reason=reason,
    )


@dataclass
class EvidenceSender:
    """Sends attachments and notes one by one; what fails is told in the outbox and tried by the next `apply`."""

    client: XeroClient
    outbox: Outbox
    tenant: str
    clock: Clock
    pause: Pause

    def run(self) -> int:
        """Send what is missing for journals that stand; returns the number of requests that were to change something.

        Nothing is raised: a journal stands with or without its evidence.
        """
        count = refusals = 0
        for document in self._missing():
            if refusals == MOST_REFUSALS:
                break
            if self.client.calls_left_today <= RESERVE:
                self._leave_out(document, "left out: the day's limit of calls is nearly used up")
                continue
            try:
                if document.attempts and document.state != "refused" and self._is_there(document):
                    self.outbox.save([replace(document, state="confirmed", answered_at=self.clock(), reason=None)])
                    continue
                count += 1
                self._send(document)
                refusals = 0
            except XeroRefusal:
                refusals += 1
            except TieoutError as error:
                self._leave_out(document, f"left out: {error.summary.splitlines()[0]}")
                break
        return count

    def _missing(self) -> Sequence[OutboxDocument]:
        found = [one for action in _ACTIONS for one in self.outbox.documents(action)]
        # what Xero refused may have been put right since: an app that got the scope, an account that was opened
        open_ones = [one for one in found if one.state != "confirmed" and not _is_too_large(one)]
        journals = {one.tag: one for one in self.outbox.documents("create") if one.state == "confirmed"}
        return [
            replace(one, manual_journal_id=journals[one.tag].manual_journal_id)
            for one in sorted(open_ones, key=lambda one: one.position)
            if one.tag in journals
        ]

    def _is_there(self, document: OutboxDocument) -> bool:
        """Whether an earlier request, of which no answer told, did its work."""
        journal_id = str(document.manual_journal_id)
        if document.action == "attach":
            return any(one.get("FileName") == file_name(document.tag) for one in self.client.attachments(journal_id))
        return any(history_note(str(one.get("Details"))) == document.body for one in self.client.history(journal_id))

    def _send(self, document: OutboxDocument) -> None:
        counted = replace(document, attempts=document.attempts + 1)
        key = idempotency_key(self.tenant, self.outbox.plan_hash, [counted], counted.body)
        now = self.clock()
        sending = replace(counted, state="sending", idempotency_key=key, first_sent_at=now)
        request = OutboxRequest(key, self.outbox.plan_hash, document.action, _path(document), document.body, now)
        self.outbox.save([sending], request)
        delivery = deliver(self.client, request, may_have_left=False, clock=self.clock, pause=self.pause)
        answered = replace(request, outcome=delivery.outcome, answered_at=self.clock())
        if delivery.error is None:
            self.outbox.save([replace(sending, state="confirmed", answered_at=self.clock(), reason=None)], answered)
            return
        state: State = "refused" if isinstance(delivery.error, XeroRefusal) else "unknown"
        self.outbox.save([replace(sending, state=state, reason=f"left out: {delivery.outcome}")], answered)
        raise delivery.error

    def _leave_out(self, document: OutboxDocument, reason: str) -> None:
        current = self.outbox.get(document.action, document.tag) or document
        state: State = "unknown" if current.is_open else "planned"
        self.outbox.save([replace(current, state=state, reason=reason)])


def _is_too_large(document: OutboxDocument) -> bool:
    """Whether its file was left out, so that there are no bytes to send."""
    return document.action == "attach" and not document.body


def _path(document: OutboxDocument) -> str:
    base = f"/ManualJournals/{document.manual_journal_id}"
    return f"{base}/History" if document.action == "note" else f"{base}/Attachments/{quote(file_name(document.tag))}"
