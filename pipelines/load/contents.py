"""The lines of journals that stand in Xero, as Xero shows them: for sums, differences and reversals."""

from collections import defaultdict
from collections.abc import Iterable

from pipelines.errors import DataProblem
from pipelines.load.manual_journals import Line, ManualJournal, journal_from_content
from pipelines.load.posted import Standing
from pipelines.warehouse import Warehouse


def read_contents(warehouse: Warehouse, standings: Iterable[Standing]) -> dict[str, ManualJournal]:
    """The content of journals, by tag.

    Args:
        warehouse: xero.manual_journals; post.documents for a journal that is not mirrored yet, and
            xero.foreign_journal_lines for one of others that was adopted.
        standings: the journals.

    Raises:
        DataProblem: a journal is in none of them (exit 3).
    """
    wanted = {one.manual_journal_id: one.tag for one in standings}
    rows = warehouse.query(
        """
        select manual_journal_id, coalesce(x.content_json, d.content_json) as content_json
        from xero.manual_journals x full join post.documents d using (manual_journal_id)
        where list_contains(?, manual_journal_id)
        """,
        [list(wanted)],
    )
    found = {
        wanted[row["manual_journal_id"]]: journal_from_content(row["content_json"])
        for row in rows.to_dicts()
        if row["content_json"]
    }
    left = {journal_id: tag for journal_id, tag in wanted.items() if tag not in found}
    found |= _foreign(warehouse, left)
    missing = sorted(set(wanted.values()) - set(found))
    if missing:
        raise DataProblem(
            f"The lines of {missing[0]}, which stands in Xero, are not known here ({len(missing)} such journals).\n"
            "    Read them again: tieout plan PERIOD"
        )
    return found


def read_first_contents(warehouse: Warehouse, standings: Iterable[Standing]) -> dict[str, ManualJournal]:
    """The content of journals as Xero showed it when they were posted, by tag; without those of which it is not known.

    Args:
        warehouse: post.documents.
        standings: the journals.
    """
    tags = [one.tag for one in standings]
    rows = warehouse.query(
        "select tag, content_json from post.documents where list_contains(?, tag) and content_json is not null", [tags]
    )
    return {tag: journal_from_content(content) for tag, content in rows.iter_rows()}


def _foreign(warehouse: Warehouse, wanted: dict[str, str]) -> dict[str, ManualJournal]:
    """Journals of others, which are kept without tax and tracking."""
    if not wanted:
        return {}
    lines: dict[str, list[Line]] = defaultdict(list)
    heads: dict[str, ManualJournal] = {}
    rows = warehouse.read(
        "xero.foreign_journal_lines",
        "list_contains(?, manual_journal_id) order by manual_journal_id, line_number",
        [list(wanted)],
    )
    for row in rows.iter_rows(named=True):
        tag = wanted[row["manual_journal_id"]]
        lines[tag].append(Line(row["account_code"] or "", row["line_amount"], row["description"]))
        heads[tag] = ManualJournal(row["journal_date"], row["journal_status"], row["narration"], tuple(lines[tag]))
    return heads
