"""The valuation journal: differences between bills and receipts, rounding, and late costs outside sales, by reason."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.kinds import RENAMED_OUT
from transforms.entries.before_opening import ROLE as BEFORE_OPENING
from transforms.entries.cumulative import still_to_book
from transforms.entries.landed_costs import SOURCE_TABLE as ALLOCATIONS
from transforms.entries.sides import RULE_COLUMNS, month_key, write_sides
from transforms.periods import name_period
from transforms.renames import is_renamed
from transforms.rounding import round_money
from transforms.texts import fill

RECEIPTS = "core.receipt_lines"
TOPICS = {
    "rounding": "Rounding of bill lines",
    "exchange_difference": "Exchange difference between receipt and bill",
    "purchase_price_variance": "Bill differs from receipt",
    "purchase_return_variance": "Goods sent back at another value than the credit",
    BEFORE_OPENING: "Goods that came in before the opening stock was counted",
}
_CHANGE_ROLES = {"adjustment": "adjustment", "production": "production_clearing", "opening": "opening_difference"}
HALF_CENT = pl.lit("0.005").cast(pl.Decimal(28, 6))


def enter_valuation(
    matched: pl.LazyFrame,
    capitalised: pl.LazyFrame,
    ledger: pl.LazyFrame,
    facts: pl.LazyFrame,
    journaled_before: pl.LazyFrame,
    bookings: pl.LazyFrame,
    period: date,
    journal_date: date,
    earlier: pl.LazyFrame | None = None,
    billed_before: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Bring the stock account from bills and charges to the ledger's own value, one line for each reason.

    Args:
        matched: result of match_bills.
        capitalised: result of capitalise_charges.
        ledger: `move_id`, `ledger_amount`: stock value booked so far, this month included.
        facts: result of latest_facts.
        journaled_before: result of sum_journaled for earlier months.
        bookings: Bookings of the month, for late costs, transfers and opening stock that came to light late.
        period: first day of the month.
        journal_date: the cut-off.
        earlier: `move_id` of receipts and shares of the opening stock (find_goods_before_opening); None: no such.
        billed_before: `receipt_line_id` of what was billed before the month: its bill is coded to the stock account
            that the goods had then; None: nothing was.

    Returns:
        JournalEntries of one journal.
    """
    bills, shares = split_bill_differences(matched, ledger, earlier), split_share_rounding(capitalised, ledger, earlier)
    by_receipt = still_to_book(bills, journaled_before, RECEIPTS, list(TOPICS))
    by_share = still_to_book(shares, journaled_before, ALLOCATIONS, ["rounding", BEFORE_OPENING])
    differences = (
        pl.concat(
            [
                by_receipt.with_columns(fill("receipt:{}", "source_id").alias("move_id")),
                by_share.with_columns(fill("charge:{}", "source_id").alias("move_id")),
            ]
        )
        .join(facts, on="move_id", how="left", validate="m:1")
        .with_columns(pl.col("role").replace(TOPICS).alias("line_topic"))
    )
    head = _headed(period, journal_date)
    return pl.concat(
        [
            write_sides(
                differences.rename({"role": "other_role"}).with_columns(*head), "stock_on_hand", pl.col("other_role")
            ),
            write_sides(_enter_changes(bookings).with_columns(*head), "stock_on_hand", pl.col("other_role")),
            _enter_account_moves(bookings, head),
            _enter_renamed(bookings, billed_before, head),
        ]
    )


def split_bill_differences(
    matched: pl.LazyFrame, ledger: pl.LazyFrame, earlier: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """What stock should gain beside the bill, for every line that is received and billed, by reason.

    Up to half a cent a bill line is rounding; more is an exchange difference where the currency is foreign, else a
    variance. What the ledger's running totals put on the line beyond that is rounding too. Goods sent back leave at the
    ledger's own cost, which need not be what the supplier credits. Goods of the opening stock are billed a second time.

    Args:
        matched: result of match_bills.
        ledger: `move_id`, `ledger_amount`: stock value booked so far.
        earlier: `move_id` of receipts that are in the opening stock; None: there are none.

    Returns:
        `source_id` (receipt line), `role`, `wanted_amount` (Money). The reasons of a line sum to ledger less bills.
    """
    exact = pl.coalesce("received_cost", "ledger_amount") - pl.col("billed_amount")
    is_rounding = exact.abs() <= HALF_CENT * pl.col("bill_line_count")
    role = (
        pl.when(pl.col("kind") == "purchase_return")
        .then(pl.lit("purchase_return_variance"))
        .when("is_base_currency")
        .then(pl.lit("purchase_price_variance"))
        .otherwise(pl.lit("exchange_difference"))
    )
    named = (
        pl.when(pl.col("kind") == "purchase_return")
        .then(pl.col("ledger_amount") - pl.col("billed_amount"))
        .when(is_rounding)
        .then(pl.lit(0, MONEY))
        .otherwise(round_money(exact))
    )
    both = (
        matched.filter(pl.col("is_received") & pl.col("is_billed"))
        .with_columns(fill("receipt:{}", "receipt_line_id").alias("move_id"))
        .join(ledger, on="move_id", how="left", validate="1:1")
        .with_columns(pl.col("ledger_amount").fill_null(0))
        .with_columns(
            named.cast(MONEY).alias("named_amount"), role.alias("role"), pl.col("receipt_line_id").alias("source_id")
        )
        .with_columns(
            (pl.col("ledger_amount") - pl.col("billed_amount") - pl.col("named_amount"))
            .cast(MONEY)
            .alias("rounding_amount")
        )
    )
    parts = pl.concat(
        [
            both.select("source_id", "role", pl.col("named_amount").alias("wanted_amount")),
            both.select(
                "source_id", pl.lit("rounding").alias("role"), pl.col("rounding_amount").alias("wanted_amount")
            ),
        ]
    )
    return _name_earlier(parts, "receipt", earlier).filter(pl.col("wanted_amount") != 0)


def _name_earlier(parts: pl.LazyFrame, kind: str, earlier: pl.LazyFrame | None) -> pl.LazyFrame:
    """All that stock should gain beside a bill or charge of goods of the opening stock is one reason of its own."""
    if earlier is None:
        return parts
    known = earlier.select("move_id", pl.lit(value=True).alias("is_earlier"))
    return (
        parts.with_columns(fill(f"{kind}:{{}}", "source_id").alias("move_id"))
        .join(known, on="move_id", how="left", validate="m:1")
        .with_columns(pl.when("is_earlier").then(pl.lit(BEFORE_OPENING)).otherwise("role").alias("role"))
        .group_by("source_id", "role")
        .agg(pl.col("wanted_amount").sum().cast(MONEY))
    )


def split_share_rounding(
    capitalised: pl.LazyFrame, ledger: pl.LazyFrame, earlier: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """The cents between a landed share in the ledger, rounded by its pool, and in its journal, rounded by its charge.

    Args:
        capitalised: result of capitalise_charges.
        ledger: `move_id`, `ledger_amount`: stock value booked so far.
        earlier: `move_id` of shares on goods that are in the opening stock; None: there are none.

    Returns:
        `source_id` (charge_id:receipt_line_id), `role`, `wanted_amount` (Money).
    """
    parts = (
        capitalised.with_columns(fill("charge:{}", "source_id").alias("move_id"))
        .join(ledger, on="move_id", how="left", validate="1:1")
        .select(
            "source_id",
            pl.lit("rounding").alias("role"),
            (pl.col("ledger_amount").fill_null(0) - pl.col("capitalised_amount")).cast(MONEY).alias("wanted_amount"),
        )
    )
    return _name_earlier(parts, "charge", earlier).filter(pl.col("wanted_amount") != 0)


def _enter_changes(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """Corrections of earlier adjustments and production, and of opening stock, to the account of what they correct."""
    is_late = pl.col("is_late") & pl.col("document_kind").is_in(list(_CHANGE_ROLES))
    own = bookings.filter(~is_renamed())
    return own.filter(is_late | (pl.col("document_kind") == "opening")).select(
        pl.col("cost_amount").alias("amount"),
        pl.col("document_kind").replace(_CHANGE_ROLES).alias("other_role"),
        fill("Late cost of earlier months: {}", "document_kind").alias("line_topic"),
        pl.lit("close.bookings").alias("source_table"),
        pl.col("move_id").alias("source_id"),
        *RULE_COLUMNS, "reason",
    )  # fmt: skip


def _enter_account_moves(bookings: pl.LazyFrame, head: list[pl.Expr]) -> pl.LazyFrame:
    """Transfers between locations whose stock stands in different accounts."""
    moved = bookings.filter(pl.col("document_kind") == "transfer")
    into = moved.filter(pl.col("kind") == "transfer_in")
    out = moved.filter(pl.col("kind") == "transfer_out").select("document_id", "location", "stock_account_code")
    pairs = (
        into.join(out, on="document_id", how="inner", suffix="_from", validate="1:1")
        .filter(pl.col("stock_account_code").ne_missing(pl.col("stock_account_code_from")))
        .with_columns(
            pl.col("cost_amount").alias("amount"),
            pl.lit("Moved between stock accounts").alias("line_topic"),
            pl.lit("close.bookings").alias("source_table"),
            pl.col("move_id").alias("source_id"),
            *head,
        )
    )
    arrived = write_sides(pairs, "stock_on_hand", "cogs").filter(pl.col("role") == "stock_on_hand")
    left = write_sides(pairs.with_columns(pl.col("location_from").alias("location")), "cogs", "stock_on_hand")
    return pl.concat([arrived, left.filter(pl.col("role") == "stock_on_hand")])


def _enter_renamed(bookings: pl.LazyFrame, billed_before: pl.LazyFrame | None, head: list[pl.Expr]) -> pl.LazyFrame:
    """Goods that a new name, category or rule gives another stock account: what the old account has of them.

    Of a sale that is what COGS took from it; of a receipt without a bill nothing, since that will be coded anew.
    """
    of_sale = pl.col("document_kind").is_in(["sale", "credit_note"])
    without = bookings.filter(is_renamed() & (pl.col("document_kind") == "purchase"))
    if billed_before is not None:
        billed = billed_before.select(fill("receipt:{}", "receipt_line_id").alias("move_id"))
        without = without.join(billed, on="move_id", how="anti")
    rows = (
        bookings.filter(is_renamed())
        .join(without, on="move_id", how="anti")
        .filter(pl.col("stock_account_code").fill_null("").n_unique().over("move_id") > 1)
        .with_columns(
            pl.when(of_sale).then(-pl.col("recognised_amount")).otherwise("cost_amount").alias("amount"),
            pl.when(pl.col("kind") == RENAMED_OUT).then("stock_account_code").alias("left_account_code"),
            pl.lit("Moved between stock accounts").alias("line_topic"),
            pl.lit("close.bookings").alias("source_table"),
            pl.col("move_id").alias("source_id"),
            *head,
        )
    )
    return write_sides(rows, "stock_on_hand", "cogs").filter(pl.col("role") == "stock_on_hand")


def _headed(period: date, journal_date: date) -> list[pl.Expr]:
    return [
        pl.lit(month_key("VALUATION", period)).alias("journal_key"),
        pl.lit("valuation").alias("journal_kind"),
        pl.lit(journal_date).alias("journal_date"),
        pl.lit(name_period(period)).alias("journal_subject"),
    ]
