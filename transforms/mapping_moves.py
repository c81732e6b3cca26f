"""What moves when months are mapped by other rules: entries whose account, tax type or tracking is not the same."""

import polars as pl

from schemas.dtypes import MONEY
from schemas.maps import MappingTables
from transforms.journals import map_entries
from transforms.texts import fill
from transforms.tracking_rules import SLOTS

NOTHING = "(none)"
"""What an entry has that no rule maps."""

TARGETS = ["account", "tax_type", *[f"tracking_{slot}" for slot in SLOTS]]


def map_twice(entries: pl.LazyFrame, before: MappingTables, after: MappingTables) -> pl.LazyFrame:
    """Map the entries of one month by two sets of rules.

    Args:
        entries: KeptEntries of one month.
        before: the rules in force in that month, as they were.
        after: as they are to be.

    Returns:
        One row per entry: `period`, `role`, `entry_amount` (base currency, debit positive), and for each of account,
        tax_type, tracking_1 and tracking_2 (as `Category: Option`) `..._before` and `..._after`; null where an entry
        carries none, `(none)` where no rule gives the one that it needs.
    """
    numbered = entries.with_row_index("entry")
    old, new = _targets(numbered, before, "before"), _targets(numbered, after, "after")
    return numbered.select("entry", "period", "role", "entry_amount").join(
        old.join(new, on="entry", validate="1:1"), on="entry", validate="1:1"
    )


def sum_moves(mapped: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what moves, by month, role, and where from and to.

    Args:
        mapped: result of `map_twice`, of any months.

    Returns:
        One row per `target` (account, tax_type, tracking_1, tracking_2), `period`, `role`, `before` and `after`:
        `entry_count`, and `amount` (base currency, debit positive), the largest amounts first within a month.
    """
    moves = [
        mapped.filter(pl.col(f"{target}_before").ne_missing(pl.col(f"{target}_after")))
        .group_by("period", "role", before=pl.col(f"{target}_before"), after=pl.col(f"{target}_after"))
        .agg(pl.len().cast(pl.Int64).alias("entry_count"), pl.col("entry_amount").sum().cast(MONEY).alias("amount"))
        .select(pl.lit(target).alias("target"), pl.all())
        .sort(
            "period", pl.col("amount").abs(), "role", "before", "after", descending=[False, True, False, False, False]
        )
        for target in TARGETS
    ]
    return pl.concat(moves)


def sum_accounts(mapped: pl.LazyFrame) -> pl.LazyFrame:
    """What the months book on each account by either set of rules.

    Args:
        mapped: result of `map_twice`, of any months.

    Returns:
        One row per account whose amount differs: `account_code`, `before_amount`, `after_amount`, `change_amount` (base
        currency, debit positive). The changes sum to zero: a mapping moves money and makes none.
    """
    sides = [
        mapped.group_by(account_code=pl.col(f"account_{side}")).agg(
            pl.col("entry_amount").sum().cast(MONEY).alias(f"{side}_amount")
        )
        for side in ("before", "after")
    ]
    nothing = pl.lit(0, MONEY)
    return (
        sides[0]
        .join(sides[1], on="account_code", how="full", coalesce=True, validate="1:1")
        .with_columns(pl.col("before_amount", "after_amount").fill_null(nothing))
        .with_columns((pl.col("after_amount") - pl.col("before_amount")).cast(MONEY).alias("change_amount"))
        .filter(pl.col("change_amount") != 0)
        .sort("account_code")
    )


def _targets(entries: pl.LazyFrame, maps: MappingTables, side: str) -> pl.LazyFrame:
    """Where each entry goes."""
    tracking = [
        pl.when(pl.col(f"tracking_category_{slot}").is_not_null())
        .then(fill("{}: {}", f"tracking_category_{slot}", pl.col(f"tracking_option_{slot}").fill_null(NOTHING)))
        .alias(f"tracking_{slot}_{side}")
        for slot in SLOTS
    ]
    return map_entries(entries, maps).select(
        "entry",
        pl.col("account_code").fill_null(NOTHING).alias(f"account_{side}"),
        pl.col("tax_type").alias(f"tax_type_{side}"),
        *tracking,
    )
