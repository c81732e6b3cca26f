"""Reads back what was sent: a second journal under a tag of ours, and journals that another warehouse posted.

Two warehouses that post for one organisation cannot see each other before they have posted. So after all creations
the journals are read again: two under one tag are told apart by Xero's id, the smaller one counts for whoever looks,
and the other one is voided. A journal of a late request (sender.py) ends in the same way.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines.load.contents import read_contents
from pipelines.load.outbox import Outbox
from pipelines.load.posted import LIVE, Standing, standing_from_mirror, twin_label
from pipelines.load.recording import FOUND, write_documents
from pipelines.warehouse import Warehouse

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ReadBack:
    """What should not be there."""

    twins: tuple[Standing, ...] = ()
    """Second journals under tags of this plan, equal to the first: to be voided."""
    strangers: tuple[str, ...] = ()
    """Tags of journals with our prefix that came since the run began and that this warehouse did not send."""


def mirrored_ids(warehouse: Warehouse) -> frozenset[str]:
    """Xero's ids of the journals with a tag that are mirrored now."""
    return frozenset(warehouse.query("select manual_journal_id from xero.manual_journals")["manual_journal_id"])


def read_back(
    warehouse: Warehouse, outbox: Outbox, organisation: str, before: frozenset[str], now: datetime
) -> ReadBack:
    """Compare the mirror, which was just refreshed, with what the outbox sent.

    Args:
        warehouse: xero.manual_journals; post.documents gets a row for each twin.
        outbox: the plan's outbox; where a smaller id counts, its row gets that.
        organisation: prefix of our tags.
        before: ids that were mirrored before anything was sent.
        now: the present moment.
    """
    rows = warehouse.query(
        "select * exclude (content_json) from xero.manual_journals where starts_with(tag, ?) and "
        "list_contains(?, journal_status) order by tag, manual_journal_id",
        [f"{organisation}-", sorted(LIVE)],
    )
    by_tag: dict[str, list[Row]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        by_tag[row["tag"]].append(row)
    sent = {one.tag for one in outbox.documents("create") if one.state == "confirmed"}
    twins = [twin for tag in sent if len(by_tag[tag]) > 1 for twin in _settle(warehouse, outbox, by_tag[tag], now)]
    known = set(warehouse.query("select manual_journal_id from post.documents")["manual_journal_id"].to_list())
    strangers = [row["tag"] for row in rows.iter_rows(named=True) if row["manual_journal_id"] not in before | known]
    return ReadBack(tuple(sorted(twins, key=lambda one: one.tag)), tuple(dict.fromkeys(strangers)))


def _settle(warehouse: Warehouse, outbox: Outbox, rows: Sequence[Row], now: datetime) -> list[Standing]:
    """Let the smallest id count, and note the others down as twins; journals of other content are no twins."""
    tag = str(rows[0]["tag"])
    ours = outbox.get("create", tag)
    if ours is None or ours.manual_journal_id not in {row["manual_journal_id"] for row in rows}:
        return []
    content = next(row["material_hash"] for row in rows if row["manual_journal_id"] == ours.manual_journal_id)
    equal = [row for row in rows if row["material_hash"] == content]
    kept, *others = equal
    known = set(warehouse.query("select manual_journal_id from post.documents where tag <> ?", [tag]).to_series())
    new = [row for row in others if row["manual_journal_id"] not in known]
    twins = list(_label(warehouse, tag, new))
    with warehouse.transaction():
        if kept["manual_journal_id"] != ours.manual_journal_id:
            outbox.save([replace(ours, manual_journal_id=kept["manual_journal_id"])])
            warehouse.execute(
                "update post.documents set manual_journal_id = ? where tag = ?", [kept["manual_journal_id"], tag]
            )
        _note_down(warehouse, twins, now)
    return twins


def _label(warehouse: Warehouse, tag: str, rows: Iterable[Row]) -> Iterable[Standing]:
    taken = set(warehouse.query("select tag from post.documents where starts_with(tag, ?)", [tag])["tag"].to_list())
    for row in rows:
        label = twin_label(tag, taken)
        taken.add(label)
        standing = standing_from_mirror(row, label)
        if standing is not None:
            yield standing


def _note_down(warehouse: Warehouse, twins: Sequence[Standing], now: datetime) -> None:
    """Rows of post.documents, so that the twins are known when they are voided and ever after."""
    if not twins:
        return
    contents = read_contents(warehouse, twins)
    first = warehouse.query(
        "select tag, journal_key, journal_kind, period from post.documents where list_contains(?, tag)",
        [[one.tag.partition("+")[0] for one in twins]],
    )
    models = {row["tag"]: row for row in first.to_dicts()}
    rows = [
        {
            **{name: models[one.tag.partition("+")[0]][name] for name in ("journal_key", "journal_kind", "period")},
            "tag": one.tag,
            "version": one.version,
            "journal_date": one.journal_date,
            "manual_journal_id": one.manual_journal_id,
            "status": "POSTED" if one.status == "ARCHIVED" else one.status,
            "narration": one.narration,
            "content_hash": one.content_hash,
            "debit_amount": one.debit_amount,
            "plan_hash": FOUND,
            "posted_at": now,
            "material_hash": contents[one.tag].material_hash(),
            "content_json": contents[one.tag].content_json(),
        }
        for one in twins
    ]
    write_documents(warehouse, rows)
