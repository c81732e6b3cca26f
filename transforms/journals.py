"""Turns entries into balanced journal lines: accounts and tracking by the mappings, one line for each combination."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.journals import JOURNAL_KINDS, ROLES, JournalEntries, JournalLines, JournalLineSources, Journals
from schemas.maps import MappingTables
from transforms.account_rules import resolve_accounts, resolve_tax_types
from transforms.texts import fill
from transforms.tracking_rules import TRACKING_COLUMNS, resolve_tracking

KIND_WORDS = {
    "cogs": "Cost of goods sold, ",
    "landed_cost": "Landed cost of purchase order ",
    "adjustment": "Stock adjustment ",
    "production": "Production, ",
    "valuation": "Stock valuation, ",
    "cut_off": "Cut-off, ",
}
"""How a narration begins, up to the journal's subject."""

_LINE_KEYS = ["role", "account_code", "tax_type", *TRACKING_COLUMNS, "line_topic"]
_HEAD = ["journal_key", "journal_kind", "journal_date", "journal_subject"]
_SOURCE = ["journal_key", "source_table", "source_id"]


@dataclass(frozen=True)
class BuiltJournals:
    """The journals of a month: headers, lines, the source rows of each line, and entries that no rule maps."""

    journals: pl.LazyFrame
    """Journals."""
    lines: pl.LazyFrame
    """JournalLines."""
    sources: pl.LazyFrame
    """JournalLineSources."""
    unmapped: pl.LazyFrame
    """Entries without an account or tracking option: the columns of JournalEntries, `missing` (account, or the tracking
    category) and `missing_value` (what the tracking option is chosen by)."""


def build_journals(entries: pl.LazyFrame, maps: MappingTables, period: date) -> BuiltJournals:
    """Sum entries into lines, by journal, role, account, tax type, tracking and topic.

    Args:
        entries: JournalEntries of the month, base currency, debit positive.
        maps: AccountRules, TaxRules, TrackingRules.
        period: first day of the month.

    Returns:
        BuiltJournals. The amounts of a line's sources sum to the line, the lines of a journal to zero. Rows that cancel
        out give no line, but stay among the sources with line number 0; a journal without lines is left out. A source
        row with an unmapped side is in no line with either side.
    """
    mapped = map_entries(entries, maps)
    has_gap = pl.col("missing").is_not_null()
    good = mapped.filter(~has_gap.any().over(_SOURCE))
    numbered = _sum_lines(good, period)
    return BuiltJournals(
        journals=_head_journals(good, numbered, period),
        lines=numbered.filter(pl.col("line_number") > 0).select(list(JournalLines.to_schema().columns)),
        sources=_sum_sources(good, numbered, period),
        unmapped=mapped.filter(has_gap).select(*JournalEntries.to_schema().columns, "missing", "missing_value"),
    )


def map_entries(entries: pl.LazyFrame, maps: MappingTables) -> pl.LazyFrame:
    """Give entries their account, tax type and tracking, as the rules in force say.

    Args:
        entries: JournalEntries, or kept ones.
        maps: AccountRules, TaxRules, TrackingRules.

    Returns:
        The same rows and columns, plus `customer`, `supplier`, `currency`, `account_code`, `tax_type`, the four
        tracking columns, and what no rule gives: `missing` (account, or the tracking category; else null) and
        `missing_value`.
    """
    accounted = resolve_accounts(with_parties(entries), maps.accounts).with_columns(
        account_code=pl.coalesce("left_account_code", "account_code")
    )
    taxed = resolve_tax_types(accounted, maps.taxes)
    no_account = pl.col("account_code").is_null()
    return resolve_tracking(taxed, maps.tracking, maps.tracked_roles).with_columns(
        pl.when(no_account).then(pl.lit("account")).otherwise("untracked_category").alias("missing"),
        pl.when(~no_account).then("untracked_value").alias("missing_value"),
    )


def with_parties(entries: pl.LazyFrame) -> pl.LazyFrame:
    """Add `customer` and `supplier` (who the party of an entry is follows from its journal), and `currency`."""
    is_sale = pl.col("journal_kind") == "cogs"
    return entries.with_columns(
        currency="currency_code",
        customer=pl.when(is_sale).then("party").cast(pl.String),
        supplier=pl.when(~is_sale).then("party").cast(pl.String),
    )


def _sum_lines(entries: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """One row per line, debits before credits in the order of roles; number 0 where the rows cancel out."""
    role_order = pl.col("role").replace_strict(ROLES, range(len(ROLES)), return_dtype=pl.Int64)
    is_line = pl.col("line_amount") != 0
    number = is_line.cast(pl.Int64).cum_sum().over("journal_key")
    return (
        entries.group_by(["journal_key", *_LINE_KEYS])
        .agg(
            pl.col("entry_amount").sum().cast(MONEY).alias("line_amount"),
            pl.struct("source_table", "source_id").n_unique().cast(pl.Int64).alias("source_count"),
        )
        .sort("journal_key", pl.col("line_amount") < 0, role_order, *_LINE_KEYS, nulls_last=True)
        .with_columns(
            pl.lit(period).alias("period"),
            pl.when(is_line).then(number).otherwise(0).alias("line_number"),
            _describe_line().alias("description"),
        )
    )


def _describe_line() -> pl.Expr:
    """The topic, and the tracking options that set the line apart."""
    return pl.concat_str(["line_topic", "tracking_option_1", "tracking_option_2"], separator=" · ", ignore_nulls=True)


def _sum_sources(entries: pl.LazyFrame, numbered: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """One row per line and source row; both sides of a source row can meet in one line."""
    keys = ["journal_key", *_LINE_KEYS]
    return (
        entries.join(numbered.select(*keys, "line_number"), on=keys, how="inner", validate="m:1", nulls_equal=True)
        .group_by("journal_key", "line_number", "role", "source_table", "source_id")
        .agg(pl.col("entry_amount").sum().cast(MONEY).alias("source_amount"))
        .with_columns(pl.lit(period).alias("period"))
        .sort("journal_key", "line_number", "role", "source_table", "source_id")
        .select(list(JournalLineSources.to_schema().columns))
    )


def _head_journals(entries: pl.LazyFrame, numbered: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """One row per journal that has lines."""
    totals = (
        numbered.filter(pl.col("line_number") > 0)
        .group_by("journal_key")
        .agg(
            pl.col("line_amount").filter(pl.col("line_amount") > 0).sum().cast(MONEY).alias("debit_amount"),
            pl.len().cast(pl.Int64).alias("line_count"),
        )
    )
    kind_order = pl.col("journal_kind").replace_strict(JOURNAL_KINDS, range(len(JOURNAL_KINDS)), return_dtype=pl.Int64)
    words = pl.col("journal_kind").replace_strict(KIND_WORDS, return_dtype=pl.String)
    return (
        entries.select(_HEAD)
        .unique()
        .join(totals, on="journal_key", how="inner", validate="1:1")
        .with_columns(pl.lit(period).alias("period"), fill("{}{}", words, "journal_subject").alias("narration_text"))
        .sort(kind_order, "journal_date", "journal_key")
        .select(list(Journals.to_schema().columns))
    )
