"""Puts journal lines beside the mapping tables and Xero's chart, so that a model can say which line may not be."""

from dataclasses import dataclass

import polars as pl

from schemas.maps import MappingTables
from transforms.account_rules import with_lent_roles
from transforms.tracking_rules import SLOTS


@dataclass(frozen=True)
class XeroTables:
    """What Xero has, as far as lines need it."""

    fitting: pl.DataFrame
    """`role`, `account_code`: active accounts whose type fits the role."""
    taxed: pl.DataFrame
    """`account_code`, `tax_type`: active tax types that the account's class may carry."""
    options: pl.DataFrame
    """`tracking_category`, `tracking_option`: active ones."""


def describe_lines(lines: pl.DataFrame, maps: MappingTables, xero: XeroTables) -> pl.DataFrame:
    """Say of each line whether mappings and Xero agree with it.

    Args:
        lines: JournalLines of a month.
        maps: the rules that are in force in that month.
        xero: pairs that Xero takes.

    Returns:
        MappedLines, one row per line, as they were; nothing is left out.
    """
    accounts = with_lent_roles(maps.accounts).select("role", "account_code").unique()
    any_role = maps.taxes.filter(pl.col("role").is_null())["tax_type"].implode()
    by_role = maps.taxes.filter(pl.col("role").is_not_null()).select("role", "tax_type").unique()
    no_tax = pl.col("tax_type").is_null()
    tracked = pl.col("role").is_in(list(maps.tracked_roles))
    slots = [_slot_holds(maps.tracking.filter(slot=slot), slot, tracked) for slot in SLOTS]
    known = lines.with_row_index("row")
    return (
        known.pipe(_flag, accounts, ["role", "account_code"], "is_account_mapped")
        .pipe(_flag, xero.fitting, ["role", "account_code"], "is_account_fit")
        .pipe(_flag, by_role, ["role", "tax_type"], "is_tax_of_role")
        .pipe(_flag, xero.taxed, ["account_code", "tax_type"], "is_tax_of_account")
        .pipe(_flag_options, xero.options)
        .with_columns(
            is_tax_mapped=no_tax | pl.col("is_tax_of_role") | pl.col("tax_type").is_in(any_role).fill_null(value=False),
            is_tax_allowed=no_tax | pl.col("is_tax_of_account"),
            is_tracking_mapped=pl.all_horizontal(slots),
        )
        .sort("row")
        .drop("row", "is_tax_of_role", "is_tax_of_account")
    )


def _flag(lines: pl.DataFrame, pairs: pl.DataFrame, keys: list[str], name: str) -> pl.DataFrame:
    """Whether a line's values are among the pairs."""
    marked = pairs.select(keys).unique().with_columns(pl.lit(value=True).alias(name))
    return lines.join(marked, on=keys, how="left", validate="m:1").with_columns(pl.col(name).fill_null(value=False))


def _flag_options(lines: pl.DataFrame, options: pl.DataFrame) -> pl.DataFrame:
    """Whether Xero has what both slots hold; an empty slot holds nothing wrong."""
    for slot in SLOTS:
        names = {"tracking_category": f"tracking_category_{slot}", "tracking_option": f"tracking_option_{slot}"}
        lines = _flag(lines, options.rename(names), list(names.values()), f"is_known_{slot}")
    empty = [
        pl.col(f"tracking_category_{slot}").is_null() & pl.col(f"tracking_option_{slot}").is_null() for slot in SLOTS
    ]
    known = [empty[place] | pl.col(f"is_known_{slot}") for place, slot in enumerate(SLOTS)]
    return lines.with_columns(is_tracking_known=pl.all_horizontal(known)).drop(f"is_known_{slot}" for slot in SLOTS)


def _slot_holds(rules: pl.DataFrame, slot: int, tracked: pl.Expr) -> pl.Expr:
    """Whether a slot holds what its rules can give to a tracked role, and nothing on other lines."""
    category, option = pl.col(f"tracking_category_{slot}"), pl.col(f"tracking_option_{slot}")
    is_empty = category.is_null() & option.is_null()
    if rules.is_empty():
        return is_empty
    given = (category == rules["tracking_category"][0]) & option.is_in(rules["tracking_option"].unique().implode())
    return pl.when(tracked).then(given.fill_null(value=False)).otherwise(is_empty)
