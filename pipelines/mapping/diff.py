"""Maps months that were closed by the present mappings and by others, and shows what moves: nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from mappings.mapping_set import Mappings
from pipelines.kept_months import read_entries
from pipelines.mapping.revisions import OtherMappings
from pipelines.reports.month import ReportTable, money, total_of
from pipelines.warehouse import Warehouse
from transforms.mapping_moves import map_twice, sum_accounts, sum_moves
from transforms.periods import format_period, next_period

TITLES = {"account": "Accounts", "tax_type": "Tax types", "tracking_1": "Tracking", "tracking_2": "Second tracking"}
NOT_SIMULATED = "Costing, recognition and the shares of charges are as the months were closed: {} not simulated."


@dataclass(frozen=True)
class MappingDiff:
    """What other mappings move in months that were closed."""

    against: str
    periods: tuple[date, ...]
    entry_count: int
    moves: pl.DataFrame
    """As `mapping_moves.sum_moves` says."""
    accounts: pl.DataFrame
    """As `mapping_moves.sum_accounts` says."""
    account_names: Mapping[str, str]
    notes: tuple[str, ...]
    """What the figures leave out."""

    @property
    def sentence(self) -> str:
        """What was compared, in words."""
        months = ", ".join(map(format_period, self.periods))
        return f"{months}: {self.entry_count:,} journal entries, by {self.against} and by the present mappings."


def compare_months(
    warehouse: Warehouse, present: Mappings, other: OtherMappings, first: date, last: date, entity: str | None
) -> MappingDiff:
    """Map the kept entries of months twice.

    Args:
        warehouse: close.journal_entries, and xero.accounts for the names.
        present: the mappings as they are: what is `after`.
        other: the mappings to compare with: what is `before`.
        first: first day of the first month.
        last: first day of the last month.
        entity: the organisation; rules of others are not in force.

    Raises:
        UsageProblem: no entries are kept of any of these months (exit 2).
    """
    entries = read_entries(warehouse, first, last)
    periods = tuple(entries["period"].unique().sort())
    mapped = pl.concat(
        [
            map_twice(
                entries.lazy().filter(pl.col("period") == period),
                other.mappings.tables(period, entity),
                present.tables(period, entity),
            )
            for period in periods
        ]
    ).collect()
    moves, accounts = pl.collect_all([sum_moves(mapped.lazy()), sum_accounts(mapped.lazy())])
    names = warehouse.query("select account_code, account_name from xero.accounts where account_code is not null")
    notes = (*_unkept(first, last, periods), *_not_simulated(present, other.mappings))
    return MappingDiff(other.name, periods, entries.height, moves, accounts, dict(names.rows()), notes)


def _unkept(first: date, last: date, periods: tuple[date, ...]) -> list[str]:
    """Months that were asked for and of which nothing is kept."""
    asked = [first]
    while asked[-1] < last:
        asked.append(next_period(asked[-1]))
    gone = [format_period(month) for month in asked if month not in periods]
    return [f"No entries are kept of {', '.join(gone)}: tieout plan PERIOD keeps them."] if gone else []


def _not_simulated(present: Mappings, other: Mappings) -> list[str]:
    """Differences that change the entries themselves, which are taken as they were."""
    spread = [
        {
            str(name): (charge.basis, charge.places, charge.remainder)
            for name, charge in one.landed_costs.charges.items()
        }
        for one in (present, other)
    ]
    changed = [
        words
        for words, differs in (
            ("close.yaml", present.close != other.close),
            ("how landed_costs.yaml spreads charges", spread[0] != spread[1]),
        )
        if differs
    ]
    return [NOT_SIMULATED.format(f"the change of {' and '.join(changed)} is")] if changed else []


def diff_tables(diff: MappingDiff) -> list[ReportTable]:
    """What moves between accounts, tax types and tracking options, and what that does to each account."""
    if diff.moves.is_empty():
        return [ReportTable("Nothing moves", (), (), note=" ".join([diff.sentence, *diff.notes]))]
    tables = [_moves_table(diff, target) for target in TITLES if target in diff.moves["target"]]
    if diff.accounts.height:
        tables.append(_accounts_table(diff))
    return tables


def _moves_table(diff: MappingDiff, target: str) -> ReportTable:
    shown = diff.moves.filter(target=target)
    rows = [
        (
            format_period(row["period"]),
            row["role"],
            _name(diff, target, row["before"]),
            _name(diff, target, row["after"]),
            f"{row['entry_count']:,}",
            money(row["amount"]),
        )
        for row in shown.to_dicts()
    ]
    columns = ("Month", "Role", "From", "To", "Entries", "Amount")
    note = " ".join([diff.sentence, *diff.notes]) if target == diff.moves["target"][0] else ""
    return ReportTable(
        f"{TITLES[target]}: what moves", columns, tuple(rows), frozenset({"Entries", "Amount"}), note=note
    )


def _name(diff: MappingDiff, target: str, value: str | None) -> str:
    """A target as people read it."""
    if target == "account" and value is not None:
        return f"{value} {diff.account_names.get(value, '')}".strip()
    return value or "no tax type" if target == "tax_type" else value or "no tracking"


def _accounts_table(diff: MappingDiff) -> ReportTable:
    rows = [
        (
            _name(diff, "account", row["account_code"]),
            money(row["before_amount"]),
            money(row["after_amount"]),
            money(row["change_amount"]),
        )
        for row in diff.accounts.to_dicts()
    ]
    amounts = ("before_amount", "after_amount", "change_amount")
    total = ("Total", *(money(total_of(diff.accounts[name])) for name in amounts))
    figures = ("Before", "After", "Change")
    return ReportTable(
        "Accounts: net effect", ("Account", *figures), (*rows, total), frozenset(figures), frozenset({len(rows)})
    )


def diff_facts(diff: MappingDiff) -> dict[str, object]:
    """The same for programs."""
    return {
        "against": diff.against,
        "periods": [format_period(period) for period in diff.periods],
        "entries": diff.entry_count,
        "moves": diff.moves.to_dicts(),
        "accounts": diff.accounts.to_dicts(),
        "notes": list(diff.notes),
    }
