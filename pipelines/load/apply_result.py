"""What one `apply` did: what it created and ended, what Xero refused, what still waits."""

from dataclasses import dataclass

from pipelines.errors import ApprovalNeeded, XeroRefusal
from pipelines.load.outbox import Action, Outbox
from pipelines.load.plan_store import StoredPlan
from pipelines.load.read_back import ReadBack
from schemas.problems import Problem


@dataclass(frozen=True)
class Refusal:
    """One document that Xero refused, in Xero's words."""

    tag: str
    action: Action
    reason: str


@dataclass(frozen=True)
class ApplyResult:
    """What one `apply` did."""

    plan_hash: str
    created: tuple[str, ...]
    """Tags of the journals that this run created, or found created."""
    ended: tuple[str, ...]
    """Tags of the journals that this run voided, or deleted as drafts."""
    refused: tuple[Refusal, ...]
    waiting: tuple[str, ...]
    """Tags that still stand because the version that replaces them was refused."""
    doubled: tuple[str, ...]
    """Tags that still stand beside the version that replaced them, because Xero refused the void."""
    twins: tuple[str, ...]
    """Second journals under a tag of ours, which came late or from elsewhere, and were voided."""
    strangers: tuple[str, ...]
    """Tags with our prefix that another warehouse posted meanwhile."""
    evidence: tuple[str, ...]
    """Tags that this run attached evidence to, or wrote a note on."""
    left_out: tuple[str, ...]
    """Evidence that did not go out, and why."""
    unchanged_count: int
    request_count: int
    """Requests that were to change something in Xero."""

    @property
    def is_complete(self) -> bool:
        """Whether Xero holds exactly what the plan wants."""
        return not self.refused and not self.waiting

    def raise_for_refusals(self) -> None:
        """Pass when nothing was refused, and nobody else posts for this organisation.

        Raises:
            XeroRefusal: with every refused document and Xero's reason (exit 5); the others are posted.
            ApprovalNeeded: another warehouse posts too (exit 4); what was planned is posted.
        """
        if self.refused:
            count = len(self.refused)
            raise XeroRefusal(
                f"Xero refused {count} document{'s' if count != 1 else ''} of plan {self.plan_hash[:12]}; the others "
                "stand.\n    Put right what Xero names, then apply the plan again: it sends only what is missing.",
                [self._problem(one) for one in self.refused],
            )
        if self.strangers:
            raise ApprovalNeeded(
                f"Another warehouse posts for this organisation: {len(self.strangers)} journals came while this plan "
                f"was applied, first {self.strangers[0]}.\n    What was planned here is posted. Close with one "
                "warehouse only; then plan the month again, which shows what stands twice."
            )

    def _problem(self, refusal: Refusal) -> Problem:
        if refusal.action == "end" and refusal.tag in self.doubled:
            return Problem(
                refusal.tag,
                f"still stands beside the version that replaced it, so the ledger holds both: {refusal.reason}",
                "Plan the month again: where a lock date is the cause, it posts the reversal on day 1 of the earliest "
                "open month.",
            )
        return Problem(refusal.tag, refusal.reason)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know though nothing failed, a sentence each."""
        twins = [
            f"{tag.partition('+')[0]} stood twice, because a request came late or another warehouse posted it: the "
            "second one was voided."
            for tag in self.twins
        ]
        return (*twins, *self.left_out)


def nothing_sent(plan: StoredPlan) -> ApplyResult:
    """Of a plan that changes nothing."""
    return ApplyResult(plan.plan_hash, (), (), (), (), (), (), (), (), (), plan.count("unchanged"), 0)


def summarise(
    plan: StoredPlan,
    outbox: Outbox,
    before: frozenset[tuple[str, str]],
    request_count: int,
    found: ReadBack | None = None,
) -> ApplyResult:
    """The result of a run from where the outbox stands now.

    Args:
        plan: the plan.
        outbox: its outbox after the run.
        before: action and tag of what was confirmed before the run.
        request_count: requests that the run made to change something.
        found: what was there that should not be.
    """
    documents = outbox.all_documents()
    evidence = [*outbox.documents("attach"), *outbox.documents("note")]
    done = [one for one in [*documents, *evidence] if one.state == "confirmed" and (one.action, one.tag) not in before]
    refused = [one for one in documents if one.state == "refused"]
    replaced = {one.ended_tag for one in plan.changes if one.created_tag and one.ended_tag}
    found = found or ReadBack()
    return ApplyResult(
        plan_hash=plan.plan_hash,
        created=tuple(one.tag for one in done if one.action == "create"),
        ended=tuple(one.tag for one in done if one.action == "end"),
        refused=tuple(Refusal(one.tag, one.action, one.reason or "") for one in refused),
        waiting=tuple(one.tag for one in outbox.documents("end") if one.state == "planned"),
        doubled=tuple(one.tag for one in refused if one.action == "end" and one.tag in replaced),
        twins=tuple(one.tag for one in found.twins),
        strangers=found.strangers,
        evidence=tuple(dict.fromkeys(one.tag for one in done if one.action in {"attach", "note"})),
        left_out=tuple(
            f"{_WORDS[one.action]} of {one.tag}: {one.reason}" for one in evidence if one.state != "confirmed"
        ),
        unchanged_count=plan.count("unchanged"),
        request_count=request_count,
    )


_WORDS = {"attach": "Evidence", "note": "History note"}
