"""What Xero's opening balance holds: bills and charges not to be booked again, and what it holds otherwise."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.maps import RULE_ATTRIBUTES
from schemas.policies import OpeningDifference
from transforms.account_rules import resolve_accounts
from transforms.entries.landed_costs import ROLE
from transforms.entries.landed_costs import SOURCE_TABLE as ALLOCATIONS
from transforms.entries.sides import month_key, no_entries, write_sides
from transforms.entries.valuation import RECEIPTS, split_bill_differences, split_share_rounding
from transforms.periods import name_period
from transforms.rule_lists import is_pattern

OPENING_TABLE = "xero.trial_balance"
"""Where an opening difference comes from; its key is the account's code."""


def settled_by_opening(
    matched: pl.LazyFrame, capitalised: pl.LazyFrame, ledger: pl.LazyFrame, earlier: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """Differences and charges of the time before the first month, as if journals had booked them.

    Args:
        matched: result of match_bills on the day before the first month.
        capitalised: result of capitalise_charges on that day.
        ledger: `move_id`, `ledger_amount`: stock value booked before the first month.
        earlier: `move_id` of receipts and shares of the opening stock (find_goods_before_opening).

    Returns:
        The columns of sum_journaled, one row per source row and role.
    """
    charged = capitalised.select("source_id", pl.lit(ROLE).alias("role"), wanted_amount="capitalised_amount")
    parts = [
        (RECEIPTS, split_bill_differences(matched, ledger, earlier)),
        (ALLOCATIONS, split_share_rounding(capitalised, ledger, earlier)),
        (ALLOCATIONS, charged),
    ]
    return pl.concat(
        [
            rows.select(
                pl.lit(table).alias("source_table"),
                "source_id",
                "role",
                (-pl.col("wanted_amount")).alias("journaled_amount"),
            )
            for table, rows in parts
        ]
    )


def enter_opening_differences(
    differences: Sequence[OpeningDifference], account_rules: pl.DataFrame, period: date, journal_date: date
) -> pl.LazyFrame:
    """Bring Xero's opening balance to the opening stock: debit stock on hand, credit the opening difference.

    Args:
        differences: what was approved, base currency.
        account_rules: AccountRules, for what goods of a stock account have.
        period: first day of the first month, whose valuation journal takes them.
        journal_date: the cut-off.

    Returns:
        JournalEntries: both sides of each difference that is not 0.00.
    """
    rows = [
        {**facts_of(one.account_code, account_rules), "source_id": one.account_code, "amount": one.amount}
        for one in differences
    ]
    if not rows:
        return no_entries()
    facts = dict.fromkeys(["sku", "category", "brand", "location", "source_id"], pl.String)
    frame = pl.DataFrame(rows, schema={**facts, "amount": MONEY}, orient="row")
    return write_sides(
        frame.lazy().with_columns(
            pl.lit(month_key("VALUATION", period)).alias("journal_key"),
            pl.lit("valuation").alias("journal_kind"),
            pl.lit(journal_date).alias("journal_date"),
            pl.lit(name_period(period)).alias("journal_subject"),
            pl.lit("Opening difference").alias("line_topic"),
            pl.lit(OPENING_TABLE).alias("source_table"),
        ),
        "stock_on_hand",
        "opening_difference",
    )


def facts_of(account_code: str, account_rules: pl.DataFrame) -> dict[str, str]:
    """What goods of a stock account have, by the rule that gives it: nothing for the account of all others.

    Args:
        account_code: a stock account.
        account_rules: AccountRules.
    """
    own = account_rules.filter(role="stock_on_hand", account_code=account_code).sort("rule_order")
    for rule in own.to_dicts():
        asked = {name: rule[name][0] for name in RULE_ATTRIBUTES if rule[name]}
        if not any(is_pattern(value) for value in asked.values()) and _leads_to(account_code, asked, account_rules):
            return asked
    return {}


def is_reachable(account_code: str, account_rules: pl.DataFrame) -> bool:
    """Whether an entry can be made to which the rules give this stock account."""
    return _leads_to(account_code, facts_of(account_code, account_rules), account_rules)


def _leads_to(account_code: str, facts: dict[str, str], account_rules: pl.DataFrame) -> bool:
    row = pl.LazyFrame({"role": ["stock_on_hand"], **{name: [value] for name, value in facts.items()}})
    found = resolve_accounts(row, account_rules).select("account_code").collect()
    return bool(found["account_code"].item() == account_code)
