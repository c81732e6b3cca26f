"""The canonical text that a plan's hash covers, and what differs between two of them."""

from collections.abc import Sequence
from datetime import date

from pipelines.load.json_text import canonical_json, decode_json, sha256_of
from pipelines.load.planned import Step
from pipelines.load.posted import PostedState, Standing
from pipelines.load.terms import PlanTerms
from pipelines.load.wanted import WantedJournal, read_wanted
from pipelines.warehouse import Warehouse
from schemas.stock import Bookings

FORMAT = 1

_WORDS = {
    "bookings": "the values behind the journals (close.bookings)",
    "mappings": "the mappings",
    "code": "the version of tieout",
    "terms": "organisation, status or cash basis of the documents",
    "wanted": "the journals of the month",
    "posted": "what stands in Xero",
    "actions": "what is to be done",
}


def canonical_plan(
    period: date,
    to_date: date | None,
    terms: PlanTerms,
    bookings_hash: str,
    wanted: Sequence[WantedJournal],
    posted: PostedState,
    steps: Sequence[Step],
) -> str:
    """Everything that decides a plan, in one form: rows sorted by key, decimals as text, no run ids or times.

    Xero's own ids and the lock dates stay outside: the first differ between two organisations with the same books, and
    the second are judged again when the plan is applied.
    """
    hashes = frozenset(one.journal.content_hash() for one in wanted)
    return canonical_json(
        {
            "format": FORMAT,
            "period": period,
            "to_date": to_date,
            "terms": [terms.organisation, terms.journal_status, terms.show_on_cash_basis],
            "mappings": terms.mappings_hash,
            "code": terms.code_hash,
            "bookings": bookings_hash,
            "wanted": sorted([one.journal_key, one.journal.content_hash()] for one in wanted),
            "posted": sorted(_posted(one) for one in posted.standings),
            "actions": sorted(_action(one, hashes) for one in steps),
        }
    )


def _posted(standing: Standing) -> list[str]:
    """One journal that stands; with what Xero shows, where somebody changed it there."""
    edit = [str(standing.shown_hash)] if standing.is_edited else []
    return [standing.tag, standing.status, standing.content_hash, *edit]


def _action(step: Step, wanted: frozenset[str]) -> list[str]:
    """One thing to be done; with its content, where that is no wanted journal but a difference, or on another day."""
    content = step.journal.content_hash() if step.journal else ""
    document = step.document
    return [
        document.action,
        document.tag or "",
        document.old_tag or "",
        *([content] if content and content not in wanted else []),
    ]


def hash_bookings(warehouse: Warehouse, period: date) -> str:
    """sha256 over the period's rows of close.bookings: the business columns behind its journals.

    A row is a line of text, its fields kept apart by characters that no document has; the lines are sorted. DuckDB
    writes them, because that takes half the time of a CSV.
    """
    names = ["move_id", *sorted(set(Bookings.to_schema().columns) - {"move_id"})]
    fields = ", ".join(f"coalesce({name}::varchar, chr(30))" for name in names)
    rows = warehouse.query(
        f"select concat_ws(chr(31), {fields}) as line from close.bookings where period = ?", [period]
    )
    return sha256_of("\n".join([" ".join(names), *rows["line"].sort().str.join("\n").to_list()]))


def is_made_of(canonical: str, warehouse: Warehouse, period: date, terms: PlanTerms) -> bool:
    """Whether a plan was made of the values and journals that the tables hold of its month.

    Args:
        canonical: canonical_json of the plan.
        warehouse: close.bookings, close.journals and their lines.
        period: first day of the month.
        terms: organisation, status, mappings and code.
    """
    plan = decode_json(canonical)
    if plan["bookings"] != hash_bookings(warehouse, period):
        return False
    wanted = sorted([one.journal_key, one.journal.content_hash()] for one in read_wanted(warehouse, period, terms))
    return bool(plan["wanted"] == wanted)


def differences(before: str, after: str) -> list[str]:
    """What differs between two canonical plans, in words, with the first keys."""
    old, new = decode_json(before), decode_json(after)
    return [_describe(name, old.get(name), new.get(name)) for name in _WORDS if old.get(name) != new.get(name)]


def _describe(name: str, old: object, new: object) -> str:
    words = _WORDS[name]
    if name not in {"wanted", "posted"} or not isinstance(old, list) or not isinstance(new, list):
        return words
    changed = sorted({row[0] for row in [*old, *new] if row not in old or row not in new})
    return f"{words}: {', '.join(changed[:3])}" + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
