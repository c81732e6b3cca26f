"""Says which mapping rules decide a combination of values, or a line of a journal, and which ones they keep out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from mappings.wording import did_you_mean, quote
from pipelines.errors import UsageProblem
from pipelines.explain import split_reference
from pipelines.kept_months import read_entries
from pipelines.tagged_journals import find_journal
from pipelines.warehouse import Warehouse
from schemas.dtypes import MONEY
from schemas.journals import ROLES
from schemas.maps import RULE_ATTRIBUTES, MappingTables
from transforms.journals import with_parties
from transforms.rule_lists import matching_rules
from transforms.rule_use import RuleList, match_entries, rule_lists


@dataclass(frozen=True)
class Rule:
    """One rule as it stands in the files."""

    defined_at: str
    """file:line:column."""
    asks: str
    """Its conditions in words."""
    gives: str
    level: str
    """Level of precedence on which it is tried."""


@dataclass(frozen=True)
class Decision:
    """What one list of rules says of entries that the same rules match."""

    list_name: str
    category: str | None
    """Xero tracking category."""
    is_asked: bool
    """False: entries of this role carry no tracking, so the list is not asked."""
    rules: tuple[Rule, ...]
    """All rules that match in the order in which they are tried: the first decides, the others are shadowed."""
    entry_count: int
    amount: Decimal | None
    """Sum of the entries in base currency; None for a combination without entries."""

    @property
    def outcome(self) -> str | None:
        """What the first rule gives; None where none matches."""
        return self.rules[0].gives if self.rules else None


def explain_combination(maps: MappingTables, values: dict[str, str]) -> list[Decision]:
    """Decide a combination of values by each list of rules.

    Args:
        maps: the rules that are in force.
        values: `role`, and whatever attributes of RuleConditions an entry is meant to have. A customer or a supplier
            is its `party` too.

    Returns:
        One decision for each list: account, tax type, and each tracking category.

    Raises:
        UsageProblem: no such role (exit 2).
    """
    if values["role"] not in ROLES:
        raise UsageProblem(f"There is no role {quote(values['role'])}. {did_you_mean(values['role'], ROLES)}")
    return _decide(entries_of([values]), maps)


def entries_of(rows: Sequence[Mapping[str, str]]) -> pl.DataFrame:
    """Entries that have what is said of them, in order: text columns `role` and all attributes, `entry_amount` null.

    A customer or a supplier is the party too; a party is one of the two where the kind of journal is said.
    """
    names = ["role", *RULE_ATTRIBUTES]
    known = [_with_parties(row) for row in rows]
    frame = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in known], schema=dict.fromkeys(names, pl.String)
    )
    return frame.with_columns(pl.lit(None, MONEY).alias("entry_amount"))


def _with_parties(row: Mapping[str, str]) -> dict[str, str]:
    party = row.get("party") or row.get("customer") or row.get("supplier")
    if party is None:
        return dict(row)
    kind = row.get("journal_kind")
    side = {} if kind is None else {"customer" if kind == "cogs" else "supplier": party}
    return {"party": party, **side, **row}


def explain_line(warehouse: Warehouse, maps: MappingTables, reference: str) -> tuple[str, list[Decision]]:
    """Decide the entries of a journal line by the rules as they are now.

    Args:
        warehouse: close.journal_entries and close.journal_line_sources.
        maps: the rules that are in force in the line's month.
        reference: TAG:LINE, the tag as in Xero's narration or a part of it.

    Returns:
        The line in words and its decisions; entries that other rules match have decisions of their own.

    Raises:
        UsageProblem: no such journal or line, or no entries are kept of its month (exit 2).
    """
    journal_key, period, number = find_line(warehouse, reference)
    lines = warehouse.query(
        "select * from close.journal_lines where period = ? and journal_key = ? order by line_number",
        [period, journal_key],
    ).to_dicts()
    line = next((row for row in lines if row["line_number"] == number), None)
    if line is None:
        raise UsageProblem(f"{journal_key} has no line {number}. It has the lines 1 to {len(lines)}.")
    kept = read_entries(warehouse, period, period).filter(
        pl.col("journal_key") == journal_key, pl.col("role") == line["role"]
    )
    sources = warehouse.read(
        "close.journal_line_sources",
        "period = ? and journal_key = ? and line_number = ?",
        [period, journal_key, number],
    )
    entries = kept.join(sources, on=["source_table", "source_id", "role"], how="semi")
    words = f"{journal_key}:{number} · {line['account_code']} · {line['description']}"
    return words, _decide(with_parties(entries.lazy()).collect(), maps)


def find_line(warehouse: Warehouse, reference: str) -> tuple[str, date, int]:
    """Key, period and line number that TAG:LINE names.

    Raises:
        UsageProblem: no such journal, or no line is named (exit 2).
    """
    tag, line = split_reference(reference.strip())
    if not line:
        raise UsageProblem(f"{reference} names no line. Write TAG:LINE, such as {reference}:1")
    journal_key, period = find_journal(warehouse, tag)
    return journal_key, period, int(line)


def _decide(entries: pl.DataFrame, maps: MappingTables) -> list[Decision]:
    """The decisions of every list, the largest amounts first; entries of one role."""
    role = str(entries["role"][0])
    found: list[Decision] = []
    for one in rule_lists(maps):
        if not one.serves(role):
            found.append(Decision(one.name, one.category, False, (), entries.height, None))
            continue
        groups = _group(match_entries(entries.lazy(), one).collect())
        for positions, row in zip(matching_rules(groups), groups.to_dicts(), strict=True):
            rules = tuple(describe_rule(one, position, maps, role) for position in positions)
            found.append(Decision(one.name, one.category, True, rules, row["entry_count"], row["amount"]))
    return found


def _group(matched: pl.DataFrame) -> pl.DataFrame:
    """Entries that the same rules match, together."""
    words = [name for name in matched.columns if name.startswith("matching_")]
    amount = pl.when(pl.col("entry_amount").count() > 0).then(pl.col("entry_amount").sum()).alias("amount")
    grouped = matched.group_by(words).agg(pl.len().cast(pl.Int64).alias("entry_count"), amount)
    return grouped.sort(pl.col("amount").abs(), *words, descending=[True, *[False for _ in words]], nulls_last=True)


def describe_rule(one: RuleList, position: int, maps: MappingTables, role: str) -> Rule:
    """A rule of a list, in words; one that another role lends to the role of the entry says so.

    Args:
        one: the list.
        position: of the rule, in the order in which they are tried.
        maps: the rules as they are written.
        role: of the entry.
    """
    row = one.rules.row(position, named=True)
    defined_at = str(row["defined_at"])
    lenders = maps.accounts.filter(defined_at=defined_at)["role"]
    lender = str(lenders[0]) if len(lenders) else role
    lent = f", as {role} has none that matches" if one.name == "account" and lender != role else ""
    asked = {name: row[name] for name in one.attributes if row[name] is not None} | ({"role": [lender]} if lent else {})
    return Rule(defined_at, describe_conditions(asked) + lent, str(row[one.outcome]), str(row["level"]))


def describe_conditions(asked: dict[str, list[str]]) -> str:
    """`role cogs, sku A or B*`; a rule without conditions takes whatever is left."""
    return ", ".join(f"{name} {' or '.join(values)}" for name, values in asked.items()) or "anything"
