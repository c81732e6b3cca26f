"""Our journals on the accounts of the tie-out: what is wanted up to the cut-off against what stands in Xero."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import polars as pl

from transforms.tie_out.journal_versions import Lines, Version, WantedJournal, explain_journal
from transforms.tie_out.steps import cause_frame

STATES = {"POSTED": "standing", "ARCHIVED": "standing", "DRAFT": "draft", "VOIDED": "ended", "DELETED": "ended"}
"""What a status of a manual journal means for the trial balance (xero.md section 2, Transitions)."""

DOCUMENT_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "journal_key": pl.String,
    "tag": pl.String,
    "version": pl.Int64,
    "xero_id": pl.String,
    "status": pl.String,
    "posted_on": pl.Date,
    "shown_on": pl.Date,
    "is_known": pl.Boolean,
}
"""Our manual journals in Xero, one row each: key as its tag has it, and both accounting dates."""


def cause_of_journals(
    wanted: pl.DataFrame,
    documents: pl.DataFrame,
    posted_lines: pl.DataFrame,
    shown_lines: pl.DataFrame,
    accounts: frozenset[str],
    cut_off: date,
) -> pl.DataFrame:
    """Every difference between our journals as wanted and as they stand in Xero.

    Args:
        wanted: `journal_key` (as the tag has it), `journal_kind`, `journal_date`, `account_code`, `line_amount` (Money,
            base currency, debit positive): lines of all months up to this one.
        documents: see DOCUMENT_SCHEMA; versions that we ended ourselves are left out.
        posted_lines: `xero_id`, `account_code`, `line_amount` as we posted them.
        shown_lines: the same as Xero shows them now.
        accounts: the accounts of the tie-out.
        cut_off: last day of the trial balance.

    Returns:
        Rows of causes. Journals whose sums on these accounts are as wanted, in documents as posted, give none.
    """
    keys = _keys_that_differ(wanted, documents, shown_lines, accounts, cut_off)
    if not keys:
        return cause_frame([])
    rows = [
        row
        for journal in _journals(keys, wanted, documents, posted_lines, shown_lines)
        for row in explain_journal(journal, cut_off)
        if row["account_code"] in accounts
    ]
    return cause_frame(rows)


def _keys_that_differ(
    wanted: pl.DataFrame, documents: pl.DataFrame, shown: pl.DataFrame, accounts: frozenset[str], cut_off: date
) -> list[str]:
    """Journals whose sum on an account of the tie-out is not what is wanted there; most journals end here."""
    status = pl.col("status").replace_strict(STATES, default="ended", return_dtype=pl.String)
    counted = (
        documents.filter((status == "standing") & (pl.col("shown_on") <= cut_off))
        .join(shown, on="xero_id", how="inner")
        .select("journal_key", "account_code", pl.col("line_amount").alias("amount"))
    )
    expected = wanted.filter(pl.col("journal_date") <= cut_off).select(
        "journal_key", "account_code", (-pl.col("line_amount")).alias("amount")
    )
    differing = (
        pl.concat([counted, expected])
        .filter(pl.col("account_code").is_in(list(accounts)))
        .group_by("journal_key", "account_code")
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") != 0)
    )
    return differing["journal_key"].unique().sort().to_list()


def _journals(
    keys: list[str],
    wanted: pl.DataFrame,
    documents: pl.DataFrame,
    posted_lines: pl.DataFrame,
    shown_lines: pl.DataFrame,
) -> list[WantedJournal]:
    """The journals of these keys with their versions."""
    own = documents.filter(pl.col("journal_key").is_in(keys)).sort("version", "posted_on", "tag", "xero_id")
    ids = own["xero_id"].to_list()
    posted, shown = _lines_by_id(posted_lines, ids), _lines_by_id(shown_lines, ids)
    versions: dict[str, list[Version]] = defaultdict(list)
    for row in own.iter_rows(named=True):
        lines = shown.get(row["xero_id"], ())
        versions[row["journal_key"]].append(
            Version(
                tag=row["tag"],
                xero_id=row["xero_id"],
                state=STATES.get(row["status"], "ended"),
                posted_on=row["posted_on"],
                shown_on=row["shown_on"],
                posted=posted.get(row["xero_id"], lines),
                shown=lines,
                is_known=row["is_known"],
            )
        )
    heads, lines_of = _wanted(wanted.filter(pl.col("journal_key").is_in(keys)))
    return [
        WantedJournal(key, kind, day, lines_of.get(key, ()), tuple(versions[key]))
        for key in keys
        for kind, day in [heads.get(key, ("", None))]
    ]


def _wanted(wanted: pl.DataFrame) -> tuple[dict[str, tuple[str, date | None]], dict[str, Lines]]:
    """Kind and date, and lines, by key."""
    heads: dict[str, tuple[str, date | None]] = {}
    lines: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in wanted.iter_rows(named=True):
        heads[row["journal_key"]] = (row["journal_kind"], row["journal_date"])
        lines[row["journal_key"]].append((row["account_code"], row["line_amount"]))
    return heads, {key: tuple(found) for key, found in lines.items()}


def _lines_by_id(lines: pl.DataFrame, ids: list[str]) -> dict[str, Lines]:
    """Account and amount of each line, by Xero's id."""
    found: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for xero_id, code, amount in (
        lines.filter(pl.col("xero_id").is_in(ids)).select("xero_id", "account_code", "line_amount").iter_rows()
    ):
        found[xero_id].append((code, amount))
    return {xero_id: tuple(rows) for xero_id, rows in found.items()}
