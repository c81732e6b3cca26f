"""Writes what stands in the way of documents into sync.errors for `tieout errors`; what was put right leaves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pipelines.load.mirror_rows import frame_of
from pipelines.load.outbox import Outbox
from pipelines.sync.steps import OWN_CODES, Obstacle, Step
from pipelines.warehouse import Warehouse

Row = Mapping[str, Any]


def keep_problems(
    warehouse: Warehouse,
    problems: Iterable[tuple[Step, Obstacle]],
    owners: Mapping[str, str],
    now: datetime,
    *,
    keeps_refused: bool = False,
) -> None:
    """Replace the rows of sync.errors that plans and their posting write.

    A problem that was there before keeps when it was first seen, and who set it aside until when.

    Args:
        warehouse: sync.errors.
        problems: what stands in the way of which step.
        owners: person by error code, kind, or `default`, of documents.yaml.
        now: the present moment.
        keeps_refused: what Xero refused stays: a plan alone does not know whether it would be refused again.
    """
    known = {(row["document_key"], row["error_code"]): row for row in warehouse.read("sync.errors").to_dicts()}
    rows = {
        (step.key, obstacle.code): _row(step, obstacle, owners, known.get((step.key, obstacle.code)), now)
        for step, obstacle in problems
        if (step.key, "ambiguous_contact") not in known
    }
    frame = frame_of("sync.errors", rows.values())
    codes = sorted(OWN_CODES - {"refused"} if keeps_refused else OWN_CODES)
    stale = "list_contains(?, error_code)"
    if keeps_refused:  # what is refused for the same document again has its new row
        keys = [key for key, code in rows if code == "refused"]
        warehouse.execute(
            "delete from sync.errors where error_code = 'refused' and list_contains(?, document_key)", [keys]
        )
    warehouse.replace("sync.errors", frame, stale, [codes])


def planned_problems(steps: Iterable[Step]) -> list[tuple[Step, Obstacle]]:
    """What stands in the way of a plan's steps."""
    return [(one, one.obstacle) for one in steps if one.obstacle is not None]


def refused_problems(outbox: Outbox, steps: Mapping[str, Step]) -> list[tuple[Step, Obstacle]]:
    """What Xero refused, in its words."""
    return [
        (
            steps[one.tag],
            Obstacle(
                "refused",
                f"Xero refused it: {one.reason}" if not one.is_flawed else str(one.reason),
                "Put right what Xero names, in the source, the mappings or in Xero, and sync again",
            ),
        )
        for one in outbox.everything()
        if one.state == "refused" and one.tag in steps
    ]


def _row(step: Step, obstacle: Obstacle, owners: Mapping[str, str], known: Row | None, now: datetime) -> Row:
    owner = owners.get(obstacle.code) or owners.get(step.kind) or owners.get("default")
    return {
        "document_key": step.key,
        "kind": step.kind,
        "document_number": step.number,
        "error_code": obstacle.code,
        "reason": obstacle.reason,
        "next_step": obstacle.next_step,
        "owner": owner,
        "amount": step.total if step.total is not None else step.old_total,
        "currency_code": step.currency,
        "document_date": step.day,
        "first_seen_at": known["first_seen_at"] if known else now,
        "skip_reason": known["skip_reason"] if known else None,
        "skipped_until": known["skipped_until"] if known else None,
    }
