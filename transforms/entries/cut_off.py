"""The cut-off journals: what one book has at the end of a month and the other has not, reversed on day 1 of the next.

They make Xero's stock account equal the stock ledger at the cut-off (goods that have come are a liability, IAS 37.11),
and their reversals let bills and invoices book as they always do. Transfers on their way between own
locations stay stock and need none.
"""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.policies import CutOffPolicy
from transforms.entries.cumulative import latest_facts
from transforms.entries.sides import no_entries, write_sides
from transforms.periods import name_period
from transforms.texts import fill

KIND = "cut_off"
REVERSAL = "-REVERSAL"
"""What the key of a reversal ends with."""


def enter_cut_off(
    matched: pl.LazyFrame,
    all_bookings: pl.LazyFrame,
    left_out: pl.LazyFrame,
    products: pl.LazyFrame,
    policy: CutOffPolicy,
    period: date,
    cut_off: date,
) -> pl.LazyFrame:
    """The journals that the settings ask for, each with its reversal.

    Args:
        matched: result of match_bills at the cut-off.
        all_bookings: Bookings up to the month.
        left_out: LeftOut of the month.
        products: Products, for category and brand.
        policy: which journals are written.
        period: first day of the month.
        cut_off: last day that counts, the date of the journals.

    Returns:
        JournalEntries: CUTOFF-2026-10-RECEIVED (debit stock, credit goods received not invoiced), CUTOFF-2026-10-BILLED
        (debit goods in transit, credit stock), CUTOFF-2026-10-SHIPPED (debit shipped not invoiced or COGS, credit
        stock), and the reversal of each, dated day 1 of the next month.
    """
    parts: list[pl.LazyFrame] = [no_entries()]
    if policy.received_not_billed:
        rows = _received_not_billed(matched, all_bookings)
        parts += _both_ways(rows, "RECEIVED", "received, not billed", period, cut_off)
    if policy.billed_not_received:
        rows = _billed_not_received(matched, products)
        parts += _both_ways(rows, "BILLED", "billed, not received", period, cut_off)
    if policy.shipped_not_invoiced != "off":
        role = "shipped_not_invoiced" if policy.shipped_not_invoiced == "clearing" else "cogs"
        rows = _shipped_not_invoiced(left_out, all_bookings).with_columns(pl.lit(role).alias("debit_role"))
        parts += _both_ways(rows, "SHIPPED", "shipped, not invoiced", period, cut_off)
    return pl.concat(parts)


def first_of_next(period: date) -> date:
    """Day 1 of the month after a month."""
    return date(period.year + period.month // 12, period.month % 12 + 1, 1)


def _both_ways(rows: pl.LazyFrame, key: str, words: str, period: date, cut_off: date) -> list[pl.LazyFrame]:
    """The journal at the cut-off, and what takes it back."""
    month = f"{period:%Y-%m}"
    head = rows.with_columns(
        pl.lit(KIND).alias("journal_kind"), pl.lit(f"{words[0].upper()}{words[1:]}").alias("line_topic")
    )
    there = head.with_columns(
        pl.lit(f"CUTOFF-{month}-{key}").alias("journal_key"),
        pl.lit(cut_off).alias("journal_date"),
        pl.lit(f"{words}, {name_period(period)}").alias("journal_subject"),
    )
    back = head.with_columns(
        pl.lit(f"CUTOFF-{month}-{key}{REVERSAL}").alias("journal_key"),
        pl.lit(first_of_next(period)).alias("journal_date"),
        pl.lit(f"reversal of {words}, {name_period(period)}").alias("journal_subject"),
        (-pl.col("amount")).alias("amount"),
    )
    return [write_sides(one, pl.col("debit_role"), pl.col("credit_role")) for one in (there, back)]


def _received_not_billed(matched: pl.LazyFrame, all_bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What the ledger has of goods without a bill; goods sent back without a credit are negative."""
    waiting = matched.filter(pl.col("is_received") & ~pl.col("is_billed")).select(
        fill("receipt:{}", "receipt_line_id").alias("move_id")
    )
    return _of_moves(waiting, all_bookings, pl.col("cost_amount").sum()).with_columns(
        pl.lit("stock_on_hand").alias("debit_role"), pl.lit("goods_received_not_invoiced").alias("credit_role")
    )


def _shipped_not_invoiced(left_out: pl.LazyFrame, all_bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What Xero still has of goods that have left without an invoice."""
    waiting = left_out.filter(pl.col("category") == "dispatched_not_recognised").select("move_id")
    above = -pl.col("cost_amount").sum() - pl.col("recognised_amount").sum()
    return _of_moves(waiting, all_bookings, above).with_columns(pl.lit("stock_on_hand").alias("credit_role"))


def _of_moves(waiting: pl.LazyFrame, all_bookings: pl.LazyFrame, amount: pl.Expr) -> pl.LazyFrame:
    """An amount for each move, with what mapping rules ask for."""
    booked = all_bookings.join(waiting, on="move_id", how="semi")
    sums = booked.group_by("move_id").agg(amount.cast(MONEY).alias("amount"))
    return (
        sums.join(latest_facts(booked), on="move_id", how="left", validate="1:1")
        .with_columns(pl.lit("close.bookings").alias("source_table"), pl.col("move_id").alias("source_id"))
        .drop("charge_type")
    )


def _billed_not_received(matched: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """Bills of goods that have not come, on the account that the bill is coded to."""
    return (
        matched.filter(pl.col("is_billed") & ~pl.col("is_received"))
        .join(products.select("sku", "category", "brand"), on="sku", how="left", validate="m:1")
        .select(
            pl.col("billed_amount").alias("amount"),
            pl.lit("core.receipt_lines").alias("source_table"),
            pl.col("receipt_line_id").alias("source_id"),
            "sku", "category", "brand", "location",
            pl.col("supplier").alias("party"),
            pl.lit("goods_in_transit").alias("debit_role"),
            pl.lit("stock_on_hand").alias("credit_role"),
        )
    )  # fmt: skip
