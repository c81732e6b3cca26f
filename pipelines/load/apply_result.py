"""What one `apply` did: what it created and ended, what Xero refused, what still waits."""

from dataclasses import dataclass
from typing import Literal

from pipelines.errors import XeroRefusal
from pipelines.load.outbox import Outbox
from pipelines.load.plan_store import StoredPlan
from schemas.problems import Problem


@dataclass(frozen=True)
class Refusal:
    """One document that Xero refused, in Xero's words."""

    tag: str
    action: Literal["create", "end"]
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
    unchanged_count: int
    request_count: int
    """Requests that were to change something in Xero."""

    @property
    def is_complete(self) -> bool:
        """Whether Xero holds exactly what the plan wants."""
        return not self.refused and not self.waiting

    def raise_for_refusals(self) -> None:
        """Pass when nothing was refused.

        Raises:
            XeroRefusal: with every refused document and Xero's reason (exit 5); the others are posted.
        """
        if not self.refused:
            return
        count = len(self.refused)
        raise XeroRefusal(
            f"Xero refused {count} document{'s' if count != 1 else ''} of plan {self.plan_hash[:12]}; the others stand."
            "\n    Put right what Xero names, then apply the plan again: it sends only what is missing.",
            [Problem(one.tag, one.reason) for one in self.refused],
        )


def summarise(plan: StoredPlan, outbox: Outbox, before: frozenset[tuple[str, str]], request_count: int) -> ApplyResult:
    """The result of a run from where the outbox stands now.

    Args:
        plan: the plan.
        outbox: its outbox after the run.
        before: action and tag of what was confirmed before the run.
        request_count: requests that the run made.
    """
    documents = [*outbox.documents("create"), *outbox.documents("end")]
    done = [one for one in documents if one.state == "confirmed" and (one.action, one.tag) not in before]
    refused = [one for one in documents if one.state == "refused"]
    return ApplyResult(
        plan_hash=plan.plan_hash,
        created=tuple(one.tag for one in done if one.action == "create"),
        ended=tuple(one.tag for one in done if one.action == "end"),
        refused=tuple(Refusal(one.tag, one.action, one.reason or "") for one in refused),
        waiting=tuple(one.tag for one in outbox.documents("end") if one.state == "planned"),
        unchanged_count=plan.count("unchanged"),
        request_count=request_count,
    )
