"""Turns entries into balanced journal lines: accounts and tracking by the mappings, one line for each combination."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.journals import JOURNAL_KINDS, ROLES, JournalEntries, JournalLines, JournalLineSources, Journals
from schemas.maps import RULE_ATTRIBUTES, MappingTables
from transforms.account_rules import resolve_accounts
from transforms.tracking_rules import TRACKING_COLUMNS, resolve_tracking

KIND_WORDS = {
    "cogs": "Cost of goods sold",
    "landed_cost": "Landed cost of purchase order",
    "adjustment": "Stock adjustment",
    "production": "Production",
    "valuation": "Stock valuation",
}
_LINE_KEYS = ["role", "account_code", "tax_type", *TRACKING_COLUMNS, "line_topic"]
_HEAD = ["journal_key", "journal_kind", "journal_date", "journal_subject"]


@dataclass(frozen=True)
class BuiltJournals:
    """The journals of a month: headers, lines, the source rows of each line, and entries that no rule maps."""

    journals: pl.DataFrame
    """Journals."""
    lines: pl.DataFrame
    """JournalLines."""
    sources: pl.DataFrame
    """JournalLineSources."""
    unmapped: pl.DataFrame
    """Entries without an account or tracking option: the columns of JournalEntries, `missing` (account or the tracking
    category) and the attribute values that decide."""


def build_journals(entries: pl.LazyFrame, maps: MappingTables, period: date) -> BuiltJournals:
    """Sum entries into lines, by journal, role, account, tax type, tracking and topic.

    Args:
        entries: JournalEntries of the month, base currency, debit positive.
        maps: AccountRules, TaxRules, TrackingRules.
        period: first day of the month.

    Returns:
        BuiltJournals. The amounts of a line's sources sum to the line, the lines of a journal to zero. A combination
        that sums to zero gives no line, a journal without lines is left out. Unmapped entries are in no line.
    """
    mapped = _map_entries(entries, maps).collect()
    needs_map = mapped["account_code"].is_null() | mapped["untracked"].is_not_null()
    missing = pl.when(pl.col("account_code").is_null()).then(pl.lit("account")).otherwise("untracked").alias("missing")
    good = mapped.filter(~needs_map)
    lines = _sum_lines(good, period)
    sources = good.lazy().join(
        lines.lazy().select("journal_key", "line_number", *_LINE_KEYS),
        on=["journal_key", *_LINE_KEYS],
        how="inner",
        validate="m:1",
        nulls_equal=True,
    )
    return BuiltJournals(
        journals=_head_journals(good, lines, period),
        lines=lines.select(list(JournalLines.to_schema().columns)),
        sources=_sum_sources(sources, period).collect(),
        unmapped=mapped.filter(needs_map)
        .with_columns(missing)
        .select([*JournalEntries.to_schema().columns, "missing"]),
    )


def _map_entries(entries: pl.LazyFrame, maps: MappingTables) -> pl.LazyFrame:
    """Entries with account, tax type and tracking."""
    attributes = [pl.col(name).cast(pl.String) for name in RULE_ATTRIBUTES]
    taxes = maps.taxes.lazy().select("role", "tax_type")
    accounted = resolve_accounts(entries.with_columns(attributes), maps.accounts.lazy())
    taxed = accounted.join(taxes, on="role", how="left", validate="m:1")
    return resolve_tracking(taxed, maps.tracking, maps.tracked_roles)


def _sum_lines(entries: pl.DataFrame, period: date) -> pl.DataFrame:
    """One row per line, numbered in the order of roles, debits before credits; with `line_topic` for the sources."""
    role_order = pl.col("role").replace_strict(ROLES, range(len(ROLES)), return_dtype=pl.Int64)
    is_credit = pl.col("line_amount") < 0
    return (
        entries.group_by(["journal_key", *_LINE_KEYS])
        .agg(
            pl.col("entry_amount").sum().cast(MONEY).alias("line_amount"), pl.len().cast(pl.Int64).alias("source_count")
        )
        .filter(pl.col("line_amount") != 0)
        .sort("journal_key", is_credit, role_order, *_LINE_KEYS, nulls_last=True)
        .with_columns(
            pl.lit(period).alias("period"),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("journal_key").alias("line_number"),
            _describe_line().alias("description"),
        )
    )


def _describe_line() -> pl.Expr:
    """The topic, and the tracking options that set the line apart."""
    return pl.concat_str(["line_topic", "tracking_option_1", "tracking_option_2"], separator=" · ", ignore_nulls=True)


def _sum_sources(sources: pl.LazyFrame, period: date) -> pl.LazyFrame:
    return (
        sources.group_by("journal_key", "line_number", "source_table", "source_id")
        .agg(pl.col("entry_amount").sum().cast(MONEY).alias("source_amount"))
        .with_columns(pl.lit(period).alias("period"))
        .sort("journal_key", "line_number", "source_table", "source_id")
        .select(list(JournalLineSources.to_schema().columns))
    )


def _head_journals(entries: pl.DataFrame, lines: pl.DataFrame, period: date) -> pl.DataFrame:
    """One row per journal that has lines."""
    totals = lines.group_by("journal_key").agg(
        pl.col("line_amount").filter(pl.col("line_amount") > 0).sum().cast(MONEY).alias("debit_amount"),
        pl.len().cast(pl.Int64).alias("line_count"),
    )
    kind_order = pl.col("journal_kind").replace_strict(JOURNAL_KINDS, range(len(JOURNAL_KINDS)), return_dtype=pl.Int64)
    words = pl.col("journal_kind").replace_strict(KIND_WORDS, return_dtype=pl.String)
    return (
        entries.select(_HEAD)
        .unique()
        .join(totals, on="journal_key", how="inner", validate="1:1")
        .with_columns(
            pl.lit(period).alias("period"), pl.format("{}, {}", words, "journal_subject").alias("narration_text")
        )
        .sort(kind_order, "journal_date", "journal_key")
        .select(list(Journals.to_schema().columns))
    )
