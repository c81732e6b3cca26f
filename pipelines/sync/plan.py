"""Makes the plan of documents: what Xero should hold of the source's documents, less what it holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipelines.load.json_text import canonical_json, decode_json, sha256_of
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.load.plan_lines import PlanLine, save_lines
from pipelines.load.plan_store import StoredPlan, save_plan
from pipelines.load.terms import PlanTerms
from pipelines.sync.books import Books, Row, SyncScope, read_books
from pipelines.sync.decide_documents import DocumentSteps
from pipelines.sync.decide_settlements import SettlementSteps
from pipelines.sync.elements import Wanted, needed_keys
from pipelines.sync.entries import ControlAccounts, Entry, document_entries, payment_entries, read_control_accounts
from pipelines.sync.kinds import STAGE_OF, XERO_KINDS
from pipelines.sync.steps import OWN_CODES, Obstacle, Step
from pipelines.sync.twins import find_twins
from pipelines.warehouse import Warehouse

SETTLEMENTS = ("payment", "allocation")


@dataclass(frozen=True)
class ComputedSync:
    """A plan of documents as the tables give it now."""

    plan_hash: str
    canonical_json: str
    steps: tuple[Step, ...]
    books: Books

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps for which something is sent."""
        return tuple(one for one in self.steps if one.is_change)


def compute_sync_plan(
    warehouse: Warehouse, scope: SyncScope, terms: PlanTerms, before_plan: str | None = None
) -> ComputedSync:
    """The plan that follows from the tables as they are; nothing is written.

    Args:
        warehouse: sync.*, post.* and xero.*.
        scope: which documents.
        terms: organisation and code.
        before_plan: what this plan has begun counts as it decided: the state before it.
    """
    books = read_books(warehouse, scope, OWN_CODES)
    begun = _read_begun(warehouse, before_plan) if before_plan else {}
    steps = sorted(_decide(warehouse, books, scope, begun, before_plan), key=lambda one: (*one.shown_order, one.key))
    canonical = canonical_json(
        {
            "what": "documents",
            "organisation": terms.organisation,
            "code": terms.code_hash,
            "kinds": sorted(scope.kinds),
            "from": scope.first_date.isoformat(),
            "to": scope.to.isoformat() if scope.to else None,
            "steps": [_covered(one) for one in steps],
        }
    )
    return ComputedSync(sha256_of(canonical), canonical, tuple(steps), books)


def make_sync_plan(
    warehouse: Warehouse,
    scope: SyncScope,
    terms: PlanTerms,
    clock: Clock = utc_now,
    preparer_name: str | None = None,
) -> StoredPlan:
    """Compute and keep the plan of documents: one row of post.plans, one of post.planned_sync per document.

    The same inputs give the same hash. A plan that was interrupted while an answer was open is used again as long as
    nothing else changed, so that `apply` can ask Xero about what it sent.
    """
    for unsettled in _unsettled(warehouse):
        computed = compute_sync_plan(warehouse, scope, terms, before_plan=unsettled)
        if computed.plan_hash == unsettled:
            break
    else:
        computed = compute_sync_plan(warehouse, scope, terms)
    counts = Counter(one.action for one in computed.steps)
    counts = Counter({**counts, "unchanged": counts["unchanged"] + counts["adopted"], "replaced": counts["changed"]})
    rows = [_row(computed.plan_hash, place, one) for place, one in enumerate(computed.steps, 1)]
    lines = list(_lines(computed, read_control_accounts(warehouse)))
    with warehouse.transaction():
        save_lines(warehouse, computed.plan_hash, lines)
        planned = frame_of("post.planned_sync", rows)
        warehouse.replace("post.planned_sync", planned, "plan_hash = ?", [computed.plan_hash])
        return save_plan(
            warehouse,
            computed.plan_hash,
            computed.canonical_json,
            [],
            None,
            scope.to,
            clock(),
            preparer_name,
            counts,
        )


def scope_of(plan: StoredPlan, creates_contacts: bool) -> SyncScope:
    """The scope that a plan was made with."""
    covered = decode_json(plan.canonical_json)
    to = covered["to"]
    return SyncScope(
        frozenset(covered["kinds"]),
        date.fromisoformat(covered["from"]),
        date.fromisoformat(to) if to else None,
        creates_contacts,
    )


def _decide(
    warehouse: Warehouse, books: Books, scope: SyncScope, begun: Mapping[str, Row], before_plan: str | None
) -> Iterator[Step]:
    """Every step: contacts and items, documents, what is no longer wanted, settlements, second copies."""
    documents = DocumentSteps(books, scope)
    decided: dict[str, Step] = {}
    for wanted in books.wanted.values():
        if wanted.kind in SETTLEMENTS:
            continue
        step = _as_begun(wanted, begun) or _decide_one(documents, wanted, decided)
        if step is not None:
            decided[wanted.key] = step
    for posted in _no_longer_wanted(books, scope):
        if posted["kind"] not in SETTLEMENTS:
            decided[posted["document_key"]] = documents.unwanted(posted)
    for key, row in begun.items():
        if row["action"] == "voided" and key not in books.wanted:
            decided[key] = _restored(row, None)
    settlements = SettlementSteps(books, decided)
    settled: list[Step] = []
    for wanted in books.wanted.values():
        if wanted.kind in SETTLEMENTS:
            decide = settlements.payment if wanted.kind == "payment" else settlements.allocation
            settled.append(_as_begun(wanted, begun) or decide(wanted))
    for posted in _no_longer_wanted(books, scope):
        if posted["kind"] in SETTLEMENTS and posted["document_key"] not in begun:
            step = settlements.unwanted(posted)
            settled += [step] if step is not None else []
    yield from decided.values()
    yield from settled
    yield from find_twins(warehouse, books, before_plan)


def _decide_one(documents: DocumentSteps, wanted: Wanted, decided: Mapping[str, Step]) -> Step | None:
    if wanted.kind == "contact":
        return documents.contact(wanted)
    if wanted.kind == "item":
        return documents.item(wanted)
    step = documents.document(wanted)
    if step is None or step.action not in {"new", "changed"}:
        return step
    contact = decided.get(wanted.needs[0])
    if contact is not None and contact.obstacle is None:
        return step
    reason = contact.reason if contact else "its contact is not among the contacts of the sync"
    obstacle = Obstacle("waiting_for_contact", f"its contact waits: {reason}", contact_fix(contact))
    return replace(step, action="blocked", reason=obstacle.reason, obstacle=obstacle)


def contact_fix(contact: Step | None) -> str:
    """What to do about a document whose contact waits."""
    found = contact.obstacle.next_step if contact and contact.obstacle else None
    return found or "See the contact in tieout errors"


def _no_longer_wanted(books: Books, scope: SyncScope) -> Iterator[Row]:
    """What we put into Xero, of a kind and day of the scope, that is not wanted and that no error holds back."""
    for key, posted in books.posted.items():
        is_held = key in books.wanted or key in books.errors or posted["kind"] in {"contact", "item"}
        is_meant = books.has_source and scope.holds(posted["kind"], posted["document_date"])
        if is_meant and not is_held and posted["ended_at"] is None:
            yield posted


def _read_begun(warehouse: Warehouse, plan_hash: str) -> Mapping[str, Row]:
    """The rows of a plan that it has begun to carry out: a request left for them, or they were taken over."""
    rows = warehouse.query(
        "select * from post.planned_sync where plan_hash = $1 and (document_key in "
        "(select tag from post.outbox where plan_hash = $1 and attempts > 0) or document_key in "
        "(select document_key from post.synced_documents where plan_hash = $1))",
        [plan_hash],
    )
    return {row["document_key"]: row for row in rows.to_dicts()}


def _as_begun(wanted: Wanted, begun: Mapping[str, Row]) -> Step | None:
    """The step as the plan decided it, if what is wanted is still the same."""
    row = begun.get(wanted.key)
    if row is None or (row["content_hash"] != wanted.content_hash and row["action"] != "voided"):
        return None
    return _restored(row, wanted)


def _restored(row: Row, wanted: Wanted | None) -> Step:
    return Step(
        row["document_key"],
        row["kind"],
        row["action"],
        row["reason"],
        number=row["xero_number"],
        day=row["document_date"],
        currency=row["currency_code"],
        total=row["total_amount"],
        old_total=row["old_total_amount"],
        content_hash=row["content_hash"],
        before_hash=row["before_hash"],
        wanted=wanted,
    )


def _covered(step: Step) -> Sequence[object]:
    """What the hash covers of a step."""
    status = step.wanted.status if step.wanted and step.action in {"new", "changed"} else ""
    code = step.obstacle.code if step.obstacle else None
    return [step.kind, step.key, step.action, step.content_hash, step.before_hash, code, status]


def _row(plan_hash: str, position: int, step: Step) -> Mapping[str, object]:
    obstacle = step.obstacle
    return {
        "plan_hash": plan_hash,
        "position": position,
        "document_key": step.key,
        "kind": step.kind,
        "action": step.action,
        "xero_number": step.number,
        "document_date": step.day,
        "currency_code": step.currency,
        "total_amount": step.total,
        "old_total_amount": step.old_total,
        "content_hash": step.content_hash,
        "before_hash": step.before_hash,
        "error_code": obstacle.code if obstacle else None,
        "reason": step.reason,
        "next_step": obstacle.next_step if obstacle else None,
    }


def _unsettled(warehouse: Warehouse) -> list[str]:
    """Plans of documents with a request whose outcome is not known, the latest first."""
    found = warehouse.query(
        "select plan_hash from post.plans where period is null and plan_hash in "
        "(select plan_hash from post.outbox where state in ('sending', 'unknown')) order by planned_at desc"
    )
    return [str(one) for one in found["plan_hash"].to_list()]


def _lines(computed: ComputedSync, control: ControlAccounts) -> Iterator[PlanLine]:
    """What the plan books, before and after, in base currency: line by line where a document changes."""
    for position, step in enumerate(computed.steps, 1):
        if not step.is_change or step.kind in {"contact", "item", "allocation"}:
            continue
        posted = computed.books.posted.get(step.key)
        before_content = decode_json(posted["content_json"]) if posted and posted["ended_at"] is None else None
        after_content = step.wanted.content if step.wanted and step.action != "voided" else None
        old = _entries(computed, step.kind, before_content, control) if before_content else []
        new = _entries(computed, step.kind, after_content, control) if after_content else []
        is_detailed = step.action == "changed"
        before, after = _sums(old, is_detailed=is_detailed), _sums(new, is_detailed=is_detailed)
        for place in dict.fromkeys([*after, *before]):
            amounts = before.get(place, Decimal("0.00")), after.get(place, Decimal("0.00"))
            if amounts[0] != amounts[1]:
                label = str(step.number or step.key)
                yield PlanLine(position, label, *place, *amounts, "new" if step.action == "new" else step.reason)


def _entries(computed: ComputedSync, kind: str, content: Row, control: ControlAccounts) -> list[Entry]:
    if kind != "payment":
        return document_entries(kind, content, control)
    key = needed_keys(content)[0]
    document = computed.books.wanted.get(key) or computed.books.posted.get(key)
    paid_kind = document.kind if isinstance(document, Wanted) else str((document or {}).get("kind", "sales_invoice"))
    return payment_entries(content, XERO_KINDS[paid_kind].is_sale, control)


def _sums(entries: Iterable[Entry], *, is_detailed: bool) -> Mapping[tuple[str, str, str], Decimal]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: Decimal("0.00"))
    for one in entries:
        sums[one.account_code, one.tracking, one.description if is_detailed else ""] += one.amount
    return sums


def in_order_of_sending(steps: Iterable[Step]) -> list[Step]:
    """Steps by stage, then by key."""
    return sorted(steps, key=lambda one: (STAGE_OF[one.kind], one.key))
