"""How rules are used: for each list of rules, which one decided each entry, and which ones matched it too."""

from dataclasses import dataclass

import polars as pl

from schemas.maps import RULE_ATTRIBUTES, MappingTables
from transforms.account_rules import CONDITIONS, as_conditions, with_lent_roles
from transforms.rule_lists import WORD_BITS, match
from transforms.tracking_rules import SLOTS


@dataclass(frozen=True)
class RuleList:
    """One list of rules in the order in which they are tried: of those that match, the first decides."""

    name: str
    """account, tax_type, tracking_1 or tracking_2."""
    category: str | None
    """Xero tracking category of a tracking list."""
    rules: pl.DataFrame
    """AccountRules, TaxRules or TrackingRules; `role`, where there is one, as a condition like any other."""
    attributes: list[str]
    """Columns of conditions."""
    outcome: str
    """Column of what a rule gives."""
    roles: tuple[str, ...] | None
    """Roles of the entries that the list is for; None: all."""

    def serves(self, role: str) -> bool:
        """Whether entries of a role are decided by this list."""
        return self.roles is None or role in self.roles


def rule_lists(maps: MappingTables) -> list[RuleList]:
    """The lists that decide an entry: account, tax type, and each tracking category.

    Args:
        maps: AccountRules, TaxRules, TrackingRules, and the roles that carry tracking options.
    """
    accounts = RuleList(
        "account", None, as_conditions(with_lent_roles(maps.accounts)), CONDITIONS, "account_code", None
    )
    taxes = RuleList("tax_type", None, as_conditions(maps.taxes.sort("rule_order")), CONDITIONS, "tax_type", None)
    tracking = [
        RuleList(
            f"tracking_{slot}",
            str(rules["tracking_category"][0]),
            rules,
            RULE_ATTRIBUTES,
            "tracking_option",
            maps.tracked_roles,
        )
        for slot in SLOTS
        if not (rules := maps.tracking.filter(slot=slot).sort("rule_order")).is_empty()
    ]
    return [accounts, taxes, *tracking]


def match_entries(entries: pl.LazyFrame, one: RuleList) -> pl.LazyFrame:
    """The entries that a list is for, with the rule that decides and bits of all rules that match.

    Args:
        entries: JournalEntries with `customer` and `supplier`, or any rows with `role` and attributes.
        one: the list.

    Returns:
        As `rule_lists.match` says: the rows, `rule_index` (null: no rule matches), `matching_0`, `matching_1`, ...
    """
    served = entries if one.roles is None else entries.filter(pl.col("role").is_in(list(one.roles)))
    return match(served, one.rules, one.attributes)


def count_use(entries: pl.LazyFrame, one: RuleList) -> pl.DataFrame:
    """How often each rule of a list decided, and whether it ever matched.

    Args:
        entries: as for `match_entries`.
        one: the list.

    Returns:
        One row per place in the files that has a rule, in the order in which rules are tried: `defined_at`, the
        columns of conditions, the outcome, `decided_count` (entries) and `has_matched`. A rule that serves another
        role too (late cost takes the accounts of COGS) is one row.
    """
    words = range(max(1, -(-one.rules.height // WORD_BITS)))
    matched = match_entries(entries, one)
    decided, seen = pl.collect_all(
        [
            matched.group_by("rule_index").agg(pl.len().cast(pl.Int64).alias("decided_count")),
            matched.select(pl.col(f"matching_{word}").bitwise_or() for word in words),
        ]
    )
    bits = [value or 0 for value in (seen.row(0) if seen.height else [0] * len(words))]
    flags = [bool(bits[place // WORD_BITS] >> place % WORD_BITS & 1) for place in range(one.rules.height)]
    return (
        one.rules.with_row_index("rule_index")
        .with_columns(pl.col("rule_index").cast(pl.Int64), pl.Series("has_matched", flags, dtype=pl.Boolean))
        .join(decided, on="rule_index", how="left", validate="1:1", maintain_order="left")
        .group_by("defined_at", maintain_order=True)
        .agg(
            pl.col(*one.attributes, one.outcome).first(),
            pl.col("decided_count").fill_null(0).sum(),
            pl.col("has_matched").any(),
        )
    )
