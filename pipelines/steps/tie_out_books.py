"""What the tie-out reads of our own books: wanted journals, what we posted of them, and what Xero shows of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.load.manual_journals import tag_key
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.posting_choices import ForeignJournal
from transforms.tie_out.journals import DOCUMENT_SCHEMA

_TAG = r"^([A-Za-z0-9]+)-(\S+)-v([1-9]\d*)$"


@dataclass(frozen=True)
class JournalBooks:
    """Our journals on both sides."""

    wanted: pl.DataFrame
    """`journal_key` (as tags have it), `journal_kind`, `journal_date`, `account_code`, `line_amount`."""
    documents: pl.DataFrame
    """DOCUMENT_SCHEMA."""
    posted_lines: pl.DataFrame
    """`xero_id`, `account_code`, `line_amount`."""
    shown_lines: pl.DataFrame
    """The same, as Xero shows them."""
    foreign: pl.DataFrame
    """XeroForeignJournalLines of others."""

    @property
    def shown_dates(self) -> dict[str, date]:
        """Accounting date that Xero shows, by its id."""
        return dict(self.documents.select("xero_id", "shown_on").iter_rows())


def read_books(close: CloseContext, warehouse: Warehouse) -> JournalBooks:
    """Our journals up to the month, wanted, posted and shown.

    Args:
        close: which month.
        warehouse: close.journals, close.journal_lines, post.documents, xero.manual_journals and
            xero.foreign_journal_lines, as they were mirrored last.
    """
    documents = _documents(warehouse, close.settings.organisation, close.mappings.close.decided_journals)
    ids = documents["xero_id"].to_list()
    posted = _lines(warehouse, "select manual_journal_id, content_json from post.documents", ids)
    shown = _lines(
        warehouse,
        "select manual_journal_id, coalesce(x.content_json, d.content_json) as content_json "
        "from post.documents d full join xero.manual_journals x using (manual_journal_id)",
        ids,
    )
    foreign = pl.concat([warehouse.read("xero.foreign_journal_lines"), _of_other_tools(warehouse, ids)])
    adopted = foreign.filter(pl.col("manual_journal_id").is_in(ids)).select(
        pl.col("manual_journal_id").alias("xero_id"), pl.col("account_code").fill_null(""), "line_amount"
    )
    return JournalBooks(
        wanted=_wanted(warehouse, close.period),
        documents=documents,
        posted_lines=pl.concat([posted, adopted]),
        shown_lines=pl.concat([shown, adopted.filter(~pl.col("xero_id").is_in(shown["xero_id"].to_list()))]),
        foreign=foreign.filter(~pl.col("manual_journal_id").is_in(ids)),
    )


def _wanted(warehouse: Warehouse, period: date) -> pl.DataFrame:
    lines = warehouse.query(
        """
        select l.journal_key, j.journal_kind, j.journal_date, l.account_code, l.line_amount
        from close.journal_lines l join close.journals j using (period, journal_key) where l.period <= ?
        """,
        [period],
    )
    keys = {key: tag_key(key) for key in lines["journal_key"].unique().to_list()}
    return lines.with_columns(pl.col("journal_key").replace_strict(keys, return_dtype=pl.String))


def _documents(warehouse: Warehouse, organisation: str, decisions: Sequence[ForeignJournal]) -> pl.DataFrame:
    """Our manual journals in Xero that we did not end ourselves, those that only Xero knows, and adopted ones."""
    known = warehouse.query(
        """
        select d.journal_key, d.tag, d.version, d.manual_journal_id as xero_id,
               coalesce(x.journal_status, f.journal_status, d.status) as status, d.journal_date as posted_on,
               coalesce(x.journal_date, f.journal_date, d.journal_date) as shown_on, true as is_known
        from post.documents d left join xero.manual_journals x using (manual_journal_id)
        left join (select distinct manual_journal_id, journal_status, journal_date from xero.foreign_journal_lines) f
          using (manual_journal_id)
        where d.status in ('POSTED', 'DRAFT')
        """
    )
    found = warehouse.query(
        """
        select tag, manual_journal_id as xero_id, journal_status as status, journal_date as posted_on,
               journal_date as shown_on
        from xero.manual_journals where manual_journal_id not in (select manual_journal_id from post.documents)
        """
    )
    return _shaped([*known.to_dicts(), *_found(found, organisation), *_adopted(warehouse, decisions)])


def _found(rows: pl.DataFrame, organisation: str) -> list[dict[str, object]]:
    """Journals under a tag of ours that no plan of this warehouse posted: a copy, or of a warehouse that was lost."""
    found = []
    for row in rows.iter_rows(named=True):
        match = re.match(_TAG, row["tag"])
        if match and match[1] == organisation:
            found.append(row | {"journal_key": match[2], "version": int(match[3]), "is_known": False})
    return found


def _adopted(warehouse: Warehouse, decisions: Sequence[ForeignJournal]) -> list[dict[str, object]]:
    """Journals of others that close.yaml takes for the first version of one of ours, until ours takes their place."""
    names = {one.journal: one.adopted_as for one in decisions if one.decision == "adopted" and one.adopted_as}
    rows = warehouse.query(
        """
        select distinct manual_journal_id as xero_id, narration, journal_status as status, journal_date as posted_on,
               journal_date as shown_on
        from xero.foreign_journal_lines where manual_journal_id not in (select manual_journal_id from post.documents)
        """
    )
    return [
        row | {"journal_key": key, "tag": row["narration"], "version": 0, "is_known": True}
        for row in rows.to_dicts()
        if (key := names.get(row["xero_id"]) or names.get(row["narration"]))
    ]


def _of_other_tools(warehouse: Warehouse, ids: list[str]) -> pl.DataFrame:
    """Journals under a tag that reads like ours and has another organisation's prefix, as those of others are kept."""
    return warehouse.query(
        """
        with others as (
          select * from xero.manual_journals
          where not list_contains(?, manual_journal_id)
            and manual_journal_id not in (select manual_journal_id from post.documents)
        ),
        lines as (
          select manual_journal_id, narration, journal_date, journal_status, updated_at,
                 unnest(json_extract(content_json, '$.lines[*]')) as line,
                 unnest(generate_series(1, line_count)) as line_number
          from others
        )
        select manual_journal_id, line_number, narration, journal_date, journal_status, line ->> 0 as account_code,
               coalesce(line ->> 2, '') as description, (line ->> 1)::decimal(18, 2) as line_amount, updated_at
        from lines
        """,
        [ids],
    )


def _shaped(rows: list[dict[str, object]]) -> pl.DataFrame:
    kept = [
        {name: row[name] for name in DOCUMENT_SCHEMA} | {"journal_key": tag_key(str(row["journal_key"]))}
        for row in rows
    ]
    return pl.DataFrame(kept, schema=dict(DOCUMENT_SCHEMA), orient="row")


def _lines(warehouse: Warehouse, contents: str, ids: list[str]) -> pl.DataFrame:
    """Account and amount of each line of a journal's content (pipelines.load.manual_journals.content_json)."""
    return warehouse.query(
        f"""
        with contents as ({contents}),
        lines as (
          select manual_journal_id as xero_id, unnest(json_extract(content_json, '$.lines[*]')) as line
          from contents where content_json is not null and list_contains(?, manual_journal_id)
        )
        select xero_id, line ->> 0 as account_code, (line ->> 1)::decimal(18, 2) as line_amount from lines
        """,
        [ids],
    )
