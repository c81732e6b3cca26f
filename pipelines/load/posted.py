"""What Xero holds from us: what we posted, corrected and completed by what Xero itself shows."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.load.manual_journals import read_tag, tag_key
from pipelines.warehouse import Warehouse

LIVE = frozenset({"DRAFT", "POSTED", "ARCHIVED"})
"""Statuses in which a journal stands; ARCHIVED is a posted one that was archived in the UI (xero.md section 2)."""

_BEFORE_END = {"VOIDED": "POSTED", "DELETED": "DRAFT"}
_PERIOD_IN_KEY = re.compile(r"(?<!\d)(\d{4})-(0[1-9]|1[0-2])(?!\d)")


@dataclass(frozen=True)
class Standing:
    """One manual journal of ours in Xero."""

    tag: str
    journal_key: str
    version: int
    period: date
    journal_date: date
    status: str
    content_hash: str
    debit_amount: Decimal
    narration: str
    manual_journal_id: str

    @property
    def tag_key(self) -> str:
        """The journal's key as the tag has it; one that was found in Xero has no other."""
        return tag_key(self.journal_key)

    @property
    def is_live(self) -> bool:
        """Whether it stands, not voided or deleted."""
        return self.status in LIVE


@dataclass(frozen=True)
class PostedState:
    """All versions of all journals that Xero has or had for a period."""

    standings: tuple[Standing, ...]
    used_tags: frozenset[str]
    """Tags that may stand in Xero though no answer told so; like all others they are never used again."""

    def live(self, journal_key: str) -> list[Standing]:
        """The versions of a journal that stand, oldest first."""
        found = [one for one in self.standings if one.tag_key == tag_key(journal_key) and one.is_live]
        return sorted(found, key=lambda one: one.version)

    def next_version(self, journal_key: str) -> int:
        """The larger of what we and Xero know, plus one."""
        key = tag_key(journal_key)
        known = [one.version for one in self.standings if one.tag_key == key]
        used = [tag.version for text in self.used_tags if (tag := read_tag(text)) and tag.journal_key == key]
        return max([*known, *used], default=0) + 1


def read_posted(warehouse: Warehouse, organisation: str, period: date, before_plan: str | None = None) -> PostedState:
    """What Xero holds from us for a period, or held before a plan began to change it.

    A journal that stands in Xero and not in post.documents (a warehouse that was lost, an answer that never came)
    counts as posted; one that a person voided in Xero does not.

    Args:
        warehouse: post.documents, post.outbox and xero.manual_journals.
        organisation: prefix of our tags.
        period: first day of the month.
        before_plan: leave out what this plan did, so that a half-applied plan compares with the state it was made for.
    """
    own_tags = _sent_tags(warehouse, "plan_hash = ?", [before_plan]) if before_plan else frozenset[str]()
    mirrored = {row["manual_journal_id"]: row for row in warehouse.read("xero.manual_journals").to_dicts()}
    documents = warehouse.read("post.documents", "period = ?", [period]).to_dicts()
    known = [
        _as_shown(_undone(row, before_plan), mirrored, own_tags)
        for row in documents
        if before_plan is None or row["plan_hash"] != before_plan
    ]
    found = _found_in_xero(warehouse, organisation, period, mirrored.values(), own_tags)
    unanswered = "state in ('sending', 'unknown') and action = 'create' and plan_hash is distinct from ?"
    used = _sent_tags(warehouse, unanswered, [before_plan])
    ours = frozenset(tag for tag in used if (read := read_tag(tag)) and read.organisation == organisation)
    return PostedState(tuple(sorted([*known, *found], key=lambda one: one.tag)), ours)


def period_of(journal_key: str, journal_date: date) -> date:
    """The month that a journal belongs to: the one its key names, else that of its date."""
    match = _PERIOD_IN_KEY.search(journal_key)
    return date(int(match[1]), int(match[2]), 1) if match else journal_date.replace(day=1)


def standing_from_mirror(row: Mapping[str, Any]) -> Standing | None:
    """A row of xero.manual_journals as a standing journal."""
    tag = read_tag(row["narration"])
    if tag is None:
        return None
    return Standing(
        tag=str(tag),
        journal_key=tag.journal_key,
        version=tag.version,
        period=period_of(tag.journal_key, row["journal_date"]),
        journal_date=row["journal_date"],
        status=row["journal_status"],
        content_hash=row["content_hash"],
        debit_amount=row["debit_amount"],
        narration=row["narration"],
        manual_journal_id=row["manual_journal_id"],
    )


def _sent_tags(warehouse: Warehouse, where: str, parameters: list[str | None]) -> frozenset[str]:
    rows = warehouse.query(f"select distinct tag from post.outbox where attempts > 0 and {where}", parameters)
    return frozenset(rows["tag"].to_list())


def _undone(row: Mapping[str, Any], plan_hash: str | None) -> Standing:
    """A row of post.documents, before the plan ended it."""
    is_ended_by_it = plan_hash is not None and row["ended_by_plan"] == plan_hash
    status = _BEFORE_END.get(row["status"], row["status"]) if is_ended_by_it else row["status"]
    return Standing(**{name: row[name] for name in Standing.__dataclass_fields__ if name != "status"}, status=status)


def _as_shown(standing: Standing, mirrored: Mapping[str, Mapping[str, Any]], own_tags: frozenset[str]) -> Standing:
    """With the status that Xero shows, where a person changed it there.

    The mirror may be older than what we know, but nobody can bring a voided journal back, so a status that ended
    wins whoever says it.
    """
    shown = mirrored.get(standing.manual_journal_id)
    if shown is None or standing.tag in own_tags or not standing.is_live:
        return standing
    return replace(standing, status=shown["journal_status"])


def _found_in_xero(
    warehouse: Warehouse,
    organisation: str,
    period: date,
    mirrored: Iterable[Mapping[str, Any]],
    own_tags: frozenset[str],
) -> list[Standing]:
    """Journals with our tag that post.documents does not know."""
    known = set(warehouse.query("select tag from post.documents")["tag"].to_list())
    found: dict[str, Standing] = {}
    for row in mirrored:
        standing = standing_from_mirror(row)
        if standing is None or standing.period != period or not standing.tag.startswith(f"{organisation}-"):
            continue
        if standing.tag in known or standing.tag in own_tags:
            continue
        if standing.tag not in found or standing.is_live:
            found[standing.tag] = standing
    return list(found.values())
