"""Plans in the warehouse: kept, found by hash prefix or as the latest, and shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.errors import UsageProblem
from pipelines.load.mirror_rows import frame_of
from pipelines.load.person import current_host, current_login
from pipelines.load.planned import PlannedDocument
from pipelines.warehouse import Warehouse
from schemas.posting import PLAN_ACTIONS

SHORTEST_PREFIX = 4

NO_PERIOD = date.min
"""Stands for the period of a plan of documents, which post.plans leaves empty."""


@dataclass(frozen=True)
class StoredPlan:
    """A plan as post.plans and post.plan_documents hold it."""

    plan_hash: str
    period: date
    to_date: date | None
    status: str
    created_at: datetime
    prepared_by: str
    prepared_on: str
    canonical_json: str
    documents: tuple[PlannedDocument, ...]
    preparer_name: str | None = None
    """Name that the preparer gave, beside the login."""

    @property
    def preparer(self) -> str:
        """What people call the preparer: the name that was given, or the login."""
        return self.preparer_name or self.prepared_by

    @property
    def is_of_documents(self) -> bool:
        """Whether it is a plan of the document sync, which has no period."""
        return self.period == NO_PERIOD

    @property
    def title(self) -> str:
        """What it is about, for sentences: its month, or the documents."""
        return "documents" if self.is_of_documents else f"{self.period:%Y-%m}"

    @property
    def short_hash(self) -> str:
        """Enough of the hash for a person to type."""
        return self.plan_hash[:12]

    @property
    def changes(self) -> tuple[PlannedDocument, ...]:
        """The documents for which something is sent."""
        return tuple(one for one in self.documents if one.is_change)

    @property
    def blocked(self) -> tuple[PlannedDocument, ...]:
        """The changes that a lock date stood in the way of when it was planned."""
        return tuple(one for one in self.documents if one.blocked_by)

    def count(self, action: str) -> int:
        """How many documents have an action."""
        return sum(one.action == action for one in self.documents)


@dataclass(frozen=True)
class SummaryRow:
    """One line of a plan for a person to read; amounts in base currency."""

    action: str
    journal_key: str
    tag: str
    journal_date: date
    debit_amount: Decimal | None
    old_debit_amount: Decimal | None
    reason: str


def plan_summary(plan: StoredPlan) -> tuple[SummaryRow, ...]:
    """The plan as a person reads it: changes before what stays, in the order of sending; blocked ones say by what."""
    rows = sorted(plan.documents, key=lambda one: PLAN_ACTIONS.index(one.action))
    return tuple(
        SummaryRow(
            action="blocked" if one.blocked_by else one.action,
            journal_key=one.journal_key,
            tag=one.label,
            journal_date=one.journal_date,
            debit_amount=one.debit_amount,
            old_debit_amount=one.old_debit_amount,
            reason=f"{one.blocked_by}: {one.action}, {one.reason}" if one.blocked_by else one.reason,
        )
        for one in rows
    )


def save_plan(
    warehouse: Warehouse,
    plan_hash: str,
    canonical_json: str,
    documents: Sequence[PlannedDocument],
    period: date | None,
    to_date: date | None,
    now: datetime,
    preparer_name: str | None = None,
    counts: Mapping[str, int] | None = None,
) -> StoredPlan:
    """Keep a plan: one row of post.plans, one of post.plan_documents per document; a known hash keeps its history.

    A plan of documents has no period; its rows stand in post.planned_sync, and `counts` says how many do what.

    The preparer is who made it first; a name that was not given then can be given by the same login later.
    """
    known = warehouse.read("post.plans", "plan_hash = ?", [plan_hash]).to_dicts()
    kept = known[0] if known else _first_made(now)
    if kept.get("preparer_name") is None and kept["prepared_by"] == current_login():
        kept = {**kept, "preparer_name": preparer_name}
    if counts is None:
        counts = Counter[str](one.action for one in documents) + Counter(
            blocked=sum(one.blocked_by is not None for one in documents)
        )
    row = {
        **kept,
        "plan_hash": plan_hash,
        "period": period,
        "to_date": to_date,
        "planned_at": now,
        **{f"{action}_count": counts.get(action, 0) for action in (*PLAN_ACTIONS, "blocked")},
        "canonical_json": canonical_json,
    }
    rows = [_document_row(plan_hash, position, one) for position, one in enumerate(documents, 1)]
    with warehouse.transaction():
        warehouse.replace("post.plans", frame_of("post.plans", [row]), "plan_hash = ?", [plan_hash])
        frame = frame_of("post.plan_documents", rows)
        warehouse.replace("post.plan_documents", frame, "plan_hash = ?", [plan_hash])
    return read_plan(warehouse, plan_hash)


def find_plan(warehouse: Warehouse, reference: str) -> str:
    """The hash that a person means: `latest`, or at least four characters of it.

    Raises:
        UsageProblem: no plan, or more than one (exit 2).
    """
    if reference == "latest":
        found = warehouse.query("select plan_hash from post.plans order by planned_at desc limit 1")
    else:
        found = warehouse.query("select plan_hash from post.plans where starts_with(plan_hash, ?)", [reference.lower()])
    hashes = found["plan_hash"].to_list()
    if len(hashes) == 1 and (reference == "latest" or len(reference) >= SHORTEST_PREFIX):
        return str(hashes[0])
    if hashes:
        raise UsageProblem(
            f"{len(hashes)} plan{'s' if len(hashes) != 1 else ''} begin with {reference!r}: "
            f"{', '.join(sorted(text[:12] for text in hashes)[:3])}. Give at least {SHORTEST_PREFIX} characters."
        )
    raise UsageProblem(f"There is no plan {reference!r}. Make one with `tieout plan PERIOD`.")


def read_plan(warehouse: Warehouse, plan_hash: str) -> StoredPlan:
    """A plan by its whole hash.

    Raises:
        UsageProblem: there is none (exit 2).
    """
    rows = warehouse.read("post.plans", "plan_hash = ?", [plan_hash]).to_dicts()
    if not rows:
        raise UsageProblem(f"There is no plan {plan_hash[:12]!r}. Make one with `tieout plan PERIOD`.")
    documents = warehouse.read("post.plan_documents", "plan_hash = ? order by position", [plan_hash]).to_dicts()
    names = [name for name in StoredPlan.__dataclass_fields__ if name != "documents"]
    row = {**rows[0], "period": rows[0]["period"] or NO_PERIOD}
    return StoredPlan(**{name: row[name] for name in names}, documents=tuple(map(_as_document, documents)))


def set_status(warehouse: Warehouse, plan_hash: str, status: str) -> None:
    """Say where a plan stands."""
    warehouse.execute("update post.plans set status = ? where plan_hash = ?", [status, plan_hash])


def read_unsettled(warehouse: Warehouse, period: date) -> list[str]:
    """Plans of a period with a request whose outcome is not known, the latest first."""
    found = warehouse.query(
        "select plan_hash from post.plans where period = ? and plan_hash in "
        "(select plan_hash from post.outbox where state in ('sending', 'unknown') and action in ('create', 'end')) "
        "order by planned_at desc",
        [period],
    )
    return [str(plan_hash) for plan_hash in found["plan_hash"].to_list()]


def _first_made(now: datetime) -> dict[str, Any]:
    return {
        "status": "planned",
        "created_at": now,
        "prepared_by": current_login(),
        "prepared_on": current_host(),
        "preparer_name": None,
    }


def _document_row(plan_hash: str, position: int, document: PlannedDocument) -> dict[str, object]:
    fields = {name: getattr(document, name) for name in PlannedDocument.__dataclass_fields__}
    return {"plan_hash": plan_hash, "position": position, **fields}


def _as_document(row: dict[str, Any]) -> PlannedDocument:
    return PlannedDocument(**{name: row[name] for name in PlannedDocument.__dataclass_fields__})
