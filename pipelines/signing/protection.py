"""Keeps a signed month as it was signed: nothing of it is posted before somebody reopens it, with a reason."""

from datetime import date, datetime
from typing import Any

from pipelines.errors import ApprovalNeeded
from pipelines.load.latest_plans import is_computed
from pipelines.load.plan_store import StoredPlan
from pipelines.signing.reopening import standing_sign_offs
from pipelines.signing.signed_rows import changed_rows, describe_change, document_of
from pipelines.signing.state_files import holds_state
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from transforms.periods import format_period, next_period

EXAMPLES = 3


def is_frozen(warehouse: Warehouse, period: date) -> bool:
    """Whether the month, or a later one that rests on it, is signed and was not reopened."""
    return not standing_sign_offs(warehouse, period).is_empty()


def signed_note(warehouse: Warehouse, period: date, *, has_changes: bool) -> str:
    """What a plan or preview says of a month that is signed; empty where it is open.

    Args:
        warehouse: post.sign_offs and post.reopenings.
        period: first day of the month.
        has_changes: whether something would be posted.
    """
    signed = standing_sign_offs(warehouse, period).to_dicts()
    if not signed:
        return ""
    month = format_period(period)
    if not has_changes:
        return f"{month} is signed: {_who(signed[0], period)}."
    return (
        f"{month} is signed: {_who(signed[0], period)}. This shows what a reopening would post; none of it is kept.\n"
        f"    Post the change in {_next_open(signed)}, where it is caught up, or reopen the month: "
        f'tieout plan {month} --reopen "why"'
    )


def stop_on_signed_month(warehouse: Warehouse, plan: StoredPlan) -> None:
    """Let a plan pass that changes nothing, is posted already, or is for a month that is not signed or was reopened.

    Args:
        warehouse: post.sign_offs, post.reopenings, post.signed_rows and core.*.
        plan: what would be posted.

    Raises:
        ApprovalNeeded: with the sign-offs, the source rows that changed since, and the ways on (exit 4).
    """
    is_posted = plan.status == "applied"
    signed = standing_sign_offs(warehouse, plan.period).to_dicts() if plan.changes and not is_posted else []
    if not signed:
        return
    month = format_period(plan.period)
    raise ApprovalNeeded(
        f"{month} is signed: {_who(signed[0], plan.period)}. Nothing was posted.",
        [
            *_changed_rows(warehouse, signed[0]),
            Problem(
                f"plan of {month}",
                f"would change {len(plan.changes)} journal{'s' if len(plan.changes) != 1 else ''} of a signed month",
                f"{_catch_up(warehouse, plan.period, signed)}\n"
                f'    Or reopen {month} and post the change there: tieout close {month} --reopen "why" --as NAME',
                examples=tuple(f"{one.label} ({one.action})" for one in plan.changes[:EXAMPLES]),
            ),
        ],
    )  # fmt: skip


def _catch_up(warehouse: Warehouse, period: date, signed: list[dict[str, Any]]) -> str:
    """How the signed month stays as it is: by the next one, where its figures are here."""
    month = format_period(period)
    if is_computed(warehouse, period):
        return f"Close {_next_open(signed)}: it books the change as a catch-up, and {month} stays as it was signed."
    return (
        f"The figures of {month} as signed are not in this warehouse: put back a backup made after the sign-off, and "
        f"{_next_open(signed)} books the change as a catch-up."
    )


def _changed_rows(warehouse: Warehouse, signed: dict[str, Any]) -> list[Problem]:
    """The source rows that are not what they were when they were signed, the first ones by name."""
    if not holds_state(warehouse, signed["sign_off"], signed["inputs_hash"], signed["cut_off"]):
        return []
    changes = changed_rows(warehouse, signed["sign_off"], signed["cut_off"])
    month = format_period(signed["period"])
    if not changes:
        return []
    return [
        Problem(
            "source rows",
            f"{len(changes):,} changed since {signed['signed_by']} signed {month}",
            f"See each with its effect on COGS and stock: tieout diff {month}",
            examples=tuple(
                f"{one.core_table} {one.row_key} ({' '.join([document_of(one), describe_change(one)]).strip()})"
                for one in changes[:EXAMPLES]
            ),
        )
    ]


def _who(row: dict[str, Any], period: date) -> str:
    when: datetime = row["signed_at"]
    of = "" if row["period"] == period else f", with {format_period(row['period'])}, which rests on it"
    return f"{row['signed_by']} on {when:%Y-%m-%d %H:%M} UTC{of}"


def _next_open(signed: list[dict[str, Any]]) -> str:
    """The first month after all that are signed."""
    return format_period(next_period(max(row["period"] for row in signed)))
