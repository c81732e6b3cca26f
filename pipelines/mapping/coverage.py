"""Maps a closed month's entries by the rules as they are now: what no rule covers, and rules that decide nothing."""

import json
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from mappings.mapping_set import Mappings
from pipelines.mapping.explain import describe_conditions
from schemas.maps import RULE_ATTRIBUTES, MappingTables
from schemas.problems import Problem
from transforms.journals import map_entries, with_parties
from transforms.periods import format_period
from transforms.rule_use import RuleList, count_use, rule_lists
from transforms.tracking_rules import NO_VALUE

OWN_LISTS = {"adjustment": "reason", "landed_cost_clearing": "charge_type"}
"""Roles whose accounts have a file of their own, and what they are looked up by there."""


@dataclass(frozen=True)
class IdleRule:
    """A rule that decided no entry of the month."""

    list_name: str
    category: str | None
    """Xero tracking category."""
    defined_at: str
    """file:line:column."""
    asks: str
    gives: str
    state: str
    """dead: it matched nothing; shadowed: what it matched, rules before it decided."""
    why: str = ""
    """Why it can match nothing at all."""


@dataclass(frozen=True)
class Coverage:
    """How the rules as they are now cover a month that was closed."""

    period: date
    entry_count: int
    mapped_count: int
    gaps: tuple[Problem, ...]
    """Entries without an account or a tracking option, by value, with the YAML to add."""
    idle_rules: tuple[IdleRule, ...]

    @property
    def sentence(self) -> str:
        """How much is covered, in words."""
        share = "every one" if self.mapped_count == self.entry_count else f"{self.mapped_count:,}"
        return f"Coverage of {format_period(self.period)}: {share} of {self.entry_count:,} journal entries is mapped."


def measure_coverage(entries: pl.DataFrame, mappings: Mappings, folder: Path, entity: str | None) -> Coverage:
    """Map one month's entries by the present rules.

    Args:
        entries: KeptEntries of one month.
        mappings: the files as they are now.
        folder: where they lie, for the messages.
        entity: the organisation; rules of others are not in force.

    Returns:
        The gaps, each with its number of entries and the money on them (base currency, without sign), and the rules
        with conditions that decided nothing, in the order of the lists.
    """
    period = entries["period"][0]
    maps = mappings.tables(period, entity)
    mapped = map_entries(entries.lazy(), maps).collect()
    missing = mapped.filter(pl.col("missing").is_not_null())
    gaps = tuple(_gap(row, mappings, folder) for row in _by_value(missing).to_dicts())
    return Coverage(period, mapped.height, mapped.height - missing.height, gaps, tuple(_idle_rules(entries, maps)))


def _by_value(missing: pl.DataFrame) -> pl.DataFrame:
    """One row per value without a rule."""
    own = [pl.when(pl.col("role") == role).then(name) for role, name in OWN_LISTS.items()]
    value = pl.when(pl.col("missing") == "account").then(pl.coalesce(own)).otherwise("missing_value")
    is_account = pl.col("missing") == "account"
    return (
        missing.with_columns(value.alias("value"), pl.when(is_account).then("role").alias("of_role"))
        .group_by("missing", "of_role", "value")
        .agg(
            pl.len().alias("row_count"),
            pl.col("entry_amount").abs().sum().alias("amount"),
            pl.col("journal_subject").unique().sort().head(3).alias("examples"),
        )
        .sort("missing", "of_role", "value", nulls_last=True)
    )


def _gap(row: dict[str, Any], mappings: Mappings, folder: Path) -> Problem:
    """A value without a rule, and what to write."""
    if row["missing"] == "account":
        file, found, fix = _without_account(row["of_role"], row["value"])
    else:
        file, found, fix = _without_option(row["missing"], row["value"], mappings)
    return Problem(str(folder / file), found, fix, row["row_count"], row["amount"], tuple(row["examples"]))


def _without_account(role: str, value: str | None) -> tuple[str, str, str]:
    """File, finding and fix."""
    if role not in OWN_LISTS:
        return "accounts.yaml", f"role {role} has no account", f'Add under accounts:  {role}: "..."'
    if value is None:
        words = OWN_LISTS[role].replace("_", " ")
        kinds = f"[{role.removesuffix('_clearing')}, valuation]"
        rule = f'- {{role: {role}, journal_kind: {kinds}, account: "..."}}'
        return "accounts.yaml", f"{role} entries without {words} have no account", f"Add under rules:  {rule}"
    if role == "adjustment":
        return (
            "adjustments.yaml",
            f"reason {_text(value)} has no account",
            (f'Add under reasons:  {_text(value)}: {{account: "..."}}'),
        )
    return (
        "landed_costs.yaml",
        f"charge {_text(value)} has no account",
        (f'Add under charges:  {_text(value)}: {{account: "...", basis: value}}'),
    )


def _without_option(name: str, value: str, mappings: Mappings) -> tuple[str, str, str]:
    """File, finding and fix of an entry without a tracking option."""
    category = next(one for one in mappings.tracking.categories if one.name == name)
    asked = [one for rule in category.rules for one in rule.asked]
    by: str = category.by or [*asked, RULE_ATTRIBUTES[0]][0]
    if value == NO_VALUE:
        found = f"tracked entries without {by} have no option of category {_text(name)}"
        return "tracking.yaml", found, f'Add to category {_text(name)}:  otherwise: "..."'
    found = f"{by} {_text(value)} has no option of category {_text(name)}"
    if category.by is None:
        return (
            "tracking.yaml",
            found,
            f'Add to category {_text(name)} under rules:  - {{{by}: {_text(value)}, option: "..."}}',
        )
    return "tracking.yaml", found, f'Add to category {_text(name)} under options:  {_text(value)}: "..."'


def _text(value: str) -> str:
    """A value as YAML takes it in double quotes."""
    return json.dumps(value, ensure_ascii=False)


def _idle_rules(entries: pl.DataFrame, maps: MappingTables) -> list[IdleRule]:
    """Rules with a condition that decided nothing; the account of a role that is not needed this month is no news."""
    known = with_parties(entries.lazy()).collect()
    filled = {name for name in known.columns if known[name].null_count() < known.height}
    return [
        _idle(one, row, filled)
        for one in rule_lists(maps)
        for row in count_use(known.lazy(), one).to_dicts()
        if row["decided_count"] == 0 and any(row[name] is not None for name in RULE_ATTRIBUTES)
    ]


def _idle(one: RuleList, row: dict[str, Any], filled: Set[str]) -> IdleRule:
    asked = {name: row[name] for name in one.attributes if row[name] is not None}
    unknown = [name for name in asked if name not in filled]
    return IdleRule(
        list_name=one.name,
        category=one.category,
        defined_at=row["defined_at"],
        asks=describe_conditions(asked),
        gives=row[one.outcome],
        state="shadowed" if row["has_matched"] else "dead",
        why=f"no entry of the month has {' or '.join(unknown)}" if unknown else "",
    )
