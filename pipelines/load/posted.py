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
_MIRRORED = (
    "manual_journal_id, tag, narration, journal_date, journal_status, content_hash, debit_amount, material_hash, "
    "updated_at"
)


@dataclass(frozen=True)
class Standing:
    """One manual journal of ours in Xero."""

    tag: str
    """Unique; a second journal under the same tag, which should not be, is told apart by +2 behind it."""
    journal_key: str
    version: int
    period: date
    journal_date: date
    """As Xero shows it."""
    status: str
    content_hash: str
    debit_amount: Decimal
    narration: str
    manual_journal_id: str
    journal_kind: str | None = None
    material_hash: str | None = None
    """Of what Xero showed at first; None where an earlier release posted it."""
    shown_hash: str | None = None
    """The same of what Xero shows now; None where it is not mirrored."""
    is_found: bool = False
    """Whether no plan of this warehouse posted it."""

    @property
    def tag_key(self) -> str:
        """The journal's key as the tag has it; one that was found in Xero has no other."""
        return tag_key(self.journal_key)

    @property
    def is_live(self) -> bool:
        """Whether it stands, not voided or deleted."""
        return self.status in LIVE

    @property
    def is_draft(self) -> bool:
        """Whether it waits for somebody to post it."""
        return self.status == "DRAFT"

    @property
    def is_edited(self) -> bool:
        """Whether somebody changed date, accounts, amounts, tax or tracking in Xero since we posted it."""
        return None not in {self.material_hash, self.shown_hash} and self.material_hash != self.shown_hash

    @property
    def is_twin(self) -> bool:
        """Whether another journal stands, or stood, under the same tag."""
        return "+" in self.tag

    @property
    def place(self) -> tuple[int, int, str]:
        """Order among the versions of a journal."""
        return self.version, len(self.tag), self.tag


@dataclass(frozen=True)
class PostedState:
    """All versions of all journals that Xero has or had for a period."""

    standings: tuple[Standing, ...]
    used_tags: frozenset[str]
    """Tags that may stand in Xero though no answer told so; like all others they are never used again."""

    def live(self, journal_key: str) -> list[Standing]:
        """The versions of a journal that stand, oldest first."""
        found = [one for one in self.standings if one.tag_key == tag_key(journal_key) and one.is_live]
        return sorted(found, key=lambda one: one.place)

    def next_version(self, journal_key: str) -> int:
        """The larger of what we and Xero know, plus one."""
        key = tag_key(journal_key)
        known = [one.version for one in self.standings if one.tag_key == key]
        used = [tag.version for text in self.used_tags if (tag := read_tag(text)) and tag.journal_key == key]
        return max([*known, *used], default=0) + 1


def read_posted(
    warehouse: Warehouse,
    organisation: str,
    period: date,
    before_plan: str | None = None,
    adopted: Mapping[str, str] | None = None,
) -> PostedState:
    """What Xero holds from us for a period, or held before a plan began to change it.

    A journal that stands in Xero and not in post.documents (a warehouse that was lost, an answer that never came)
    counts as posted; one that a person voided in Xero does not.

    Args:
        warehouse: post.documents, post.outbox, xero.manual_journals and xero.foreign_journal_lines.
        organisation: prefix of our tags.
        period: first day of the month.
        before_plan: leave out what this plan did, so that a half-applied plan compares with the state it was made for.
        adopted: journals of others that count as ours: key of the journal by Xero's id.
    """
    own_tags = _sent_tags(warehouse, "plan_hash = ?", [before_plan]) if before_plan else frozenset[str]()
    mirror = warehouse.query(f"select {_MIRRORED} from xero.manual_journals").to_dicts()
    mirrored = {str(row["manual_journal_id"]): row for row in mirror}
    documents = warehouse.query("select * exclude (content_json) from post.documents where period = ?", [period])
    known = [
        _as_shown(_undone(row, before_plan), mirrored, own_tags)
        for row in documents.to_dicts()
        if before_plan is None or row["plan_hash"] != before_plan
    ]
    found = _found_in_xero(warehouse, organisation, period, mirrored.values(), own_tags)
    taken_over = _adopted(warehouse, organisation, period, adopted or {}, {one.manual_journal_id for one in known})
    unanswered = "state in ('sending', 'unknown') and action = 'create' and plan_hash is distinct from ?"
    used = _sent_tags(warehouse, unanswered, [before_plan])
    ours = frozenset(tag for tag in used if (read := read_tag(tag)) and read.organisation == organisation)
    return PostedState(tuple(sorted([*known, *found, *taken_over], key=lambda one: one.tag)), ours)


def period_of(journal_key: str, journal_date: date) -> date:
    """The month that a journal belongs to: the one its key names, else that of its date."""
    match = _PERIOD_IN_KEY.search(journal_key)
    return date(int(match[1]), int(match[2]), 1) if match else journal_date.replace(day=1)


def standing_from_mirror(row: Mapping[str, Any], label: str | None = None) -> Standing | None:
    """A row of xero.manual_journals as a standing journal; `label` where its tag is taken by another one."""
    tag = read_tag(row["tag"])
    if tag is None:
        return None
    return Standing(
        tag=label or str(tag),
        journal_key=tag.journal_key,
        version=tag.version,
        period=period_of(tag.journal_key, row["journal_date"]),
        journal_date=row["journal_date"],
        status=row["journal_status"],
        content_hash=row["content_hash"],
        debit_amount=row["debit_amount"],
        narration=row["narration"],
        manual_journal_id=row["manual_journal_id"],
        material_hash=row["material_hash"],
        shown_hash=row["material_hash"],
        is_found=True,
    )


def _sent_tags(warehouse: Warehouse, where: str, parameters: list[str | None]) -> frozenset[str]:
    rows = warehouse.query(
        f"select distinct tag from post.outbox where action in ('create', 'end') and attempts > 0 and {where}",
        parameters,
    )
    return frozenset(rows["tag"].to_list())


def _undone(row: Mapping[str, Any], plan_hash: str | None) -> Standing:
    """A row of post.documents, before the plan ended it."""
    is_ended_by_it = plan_hash is not None and row["ended_by_plan"] == plan_hash
    status = _BEFORE_END.get(row["status"], row["status"]) if is_ended_by_it else row["status"]
    names = [name for name in Standing.__dataclass_fields__ if name in row and name != "status"]
    return Standing(**{name: row[name] for name in names}, status=status)


def _as_shown(standing: Standing, mirrored: Mapping[str, Mapping[str, Any]], own_tags: frozenset[str]) -> Standing:
    """With status, date and lines as Xero shows them, where a person changed them there.

    The mirror may be older than what we know, but nobody can bring a voided journal back, so a status that ended
    wins whoever says it.
    """
    shown = mirrored.get(standing.manual_journal_id)
    if shown is None or not standing.is_live:
        return standing
    seen = replace(standing, journal_date=shown["journal_date"], shown_hash=shown["material_hash"])
    return seen if standing.tag in own_tags else replace(seen, status=shown["journal_status"])


def _found_in_xero(
    warehouse: Warehouse,
    organisation: str,
    period: date,
    mirrored: Iterable[Mapping[str, Any]],
    own_tags: frozenset[str],
) -> list[Standing]:
    """Journals with our tag that post.documents does not know: of a warehouse that was lost, of a request that came
    late, or of another warehouse. One under a tag that is taken gets +2 behind its own."""
    known = warehouse.query("select tag, manual_journal_id from post.documents")
    ids, taken = set(known["manual_journal_id"].to_list()), set(known["tag"].to_list())
    found: dict[str, Standing] = {}
    for row in sorted(mirrored, key=lambda row: (row["journal_status"] not in LIVE, row["manual_journal_id"])):
        standing = standing_from_mirror(row)
        if standing is None or standing.period != period or not standing.tag.startswith(f"{organisation}-"):
            continue
        if standing.manual_journal_id in ids or standing.tag in own_tags:
            continue
        is_second = standing.tag in taken or standing.tag in found
        if is_second and not standing.is_live:
            continue
        label = twin_label(standing.tag, {*taken, *found}) if is_second else standing.tag
        found[label] = replace(standing, tag=label)
    return list(found.values())


def twin_label(tag: str, taken: Iterable[str]) -> str:
    """What a second journal under a tag is called here: the tag with +2 behind it, or the next number that is free."""
    used = set(taken)
    number = 2
    while f"{tag}+{number}" in used:
        number += 1
    return f"{tag}+{number}"


def _adopted(
    warehouse: Warehouse, organisation: str, period: date, adopted: Mapping[str, str], known: set[str]
) -> list[Standing]:
    """Journals of others that corrections.yaml takes over, as version 0 of the journal that they stand for."""
    wanted = {
        journal_id: key
        for journal_id, key in adopted.items()
        if journal_id not in known and period_of(key, date.min) in {period, date.min}
    }
    rows = warehouse.query(
        """
        select manual_journal_id, any_value(narration) as narration, any_value(journal_date) as journal_date,
               any_value(journal_status) as status,
               coalesce(sum(line_amount) filter (line_amount > 0), 0)::decimal(18, 2) as debit_amount
        from xero.foreign_journal_lines where list_contains(?, manual_journal_id) group by all
        order by journal_date, manual_journal_id
        """,
        [list(wanted)],
    )
    found: dict[str, Standing] = {}
    for row in rows.to_dicts():
        key = wanted[row["manual_journal_id"]]
        if period_of(key, row["journal_date"]) != period:
            continue
        tag = f"{organisation}-{tag_key(key)}-v0"
        label = twin_label(tag, found) if tag in found else tag
        found[label] = Standing(
            tag=label,
            journal_key=key,
            version=0,
            period=period,
            content_hash="",
            **row,
            is_found=True,
        )
    return list(found.values())
