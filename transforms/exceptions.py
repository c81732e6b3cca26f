"""Finds the source rows that need a person's decision before a month can close."""

from datetime import date

import polars as pl

from schemas.closing import CloseExceptions
from schemas.dtypes import COST, MONEY, QUANTITY
from schemas.frames import dtypes_of
from transforms.core_tables import CoreTables
from transforms.currencies import cost_bills, cost_receipts
from transforms.rounding import round_money
from transforms.stock_moves import stated_cost
from transforms.texts import fill

_SCHEMA = dtypes_of(CloseExceptions)
_TABLE_OF_MOVE = fill("core.{}_lines", pl.col("document_kind").replace({"credit_note": "sale", "purchase": "receipt"}))
_LINES = {
    "sale_lines": ("sale_line_id", "sale_number", "moved_date", "moved_quantity"),
    "receipt_lines": ("receipt_line_id", "purchase_number", "received_date", "quantity"),
    "adjustment_lines": ("adjustment_line_id", "adjustment_number", "adjustment_date", "quantity"),
    "transfer_lines": ("transfer_line_id", "transfer_number", "dispatched_date", "quantity"),
    "production_lines": ("production_line_id", "production_number", "produced_date", "quantity"),
    "opening_stock": ("opening_id", "opening_id", "opening_date", "quantity"),
}
"""Key, number, physical date and quantity of each table that moves stock."""


def find_document_exceptions(
    core: CoreTables, charge_types: pl.DataFrame, base_currency: str, cut_off: date
) -> pl.LazyFrame:
    """Rows that cannot be valued: unknown SKU, no price, no currency rate, unknown kind of charge, a bill for nothing.

    Args:
        core: the source documents.
        charge_types: ChargeTypes: the kinds of landed charge that can be spread.
        base_currency: ISO 4217 code.
        cut_off: later documents are not looked at.

    Returns:
        CloseExceptions without period, is_blocking and correction_id (see settle_exceptions).
    """
    return pl.concat(
        [
            *[_unknown_skus(core, table) for table in _LINES],
            _unpriced_receipts(core),
            _missing_rates(core, base_currency),
            _orphan_bills(core),
            _unknown_charges(core, charge_types),
        ]
    ).filter(pl.col("happened_on").is_null() | (pl.col("happened_on") <= cut_off))


def find_cost_exceptions(moves: pl.LazyFrame, valued: pl.LazyFrame, period: date, cut_off: date) -> pl.LazyFrame:
    """Issues without a cost: of a product that was never received, or from stock that is below zero at the cut-off.

    Args:
        moves: StockMoves up to the cut-off.
        valued: ValuedMoves of the same rows.
        period: first day of the month; an issue of a product never received is listed in its own month.
        cut_off: last day that counts.

    Returns:
        CloseExceptions without period, is_blocking and correction_id.
    """
    ever_in = (
        moves.filter((pl.col("quantity") > 0) & ~pl.col("kind").is_in(["transfer_in", "sale_return"]))
        .select("sku", pl.lit(True).alias("has_inflow"))
        .unique()
    )
    open_issues = (
        moves.filter((pl.col("moved_on") <= cut_off) & (pl.col("quantity") < 0))
        .join(valued.filter("is_provisional"), on="move_id", how="inner", validate="1:1")
        .join(ever_in, on="sku", how="left", validate="m:1")
        .with_columns(
            pl.when("has_inflow")
            .then(pl.lit("negative_stock"))
            .otherwise(pl.lit("missing_cost"))
            .alias("exception_kind")
        )
        .filter((pl.col("exception_kind") == "negative_stock") | (pl.col("moved_on") >= period))
    )
    return _exception(
        open_issues,
        kind=pl.col("exception_kind"),
        table=_TABLE_OF_MOVE,
        key="source_line_id",
        number="document_number",
        subject=pl.col("sku"),
        quantity=pl.col("quantity"),
        amount=pl.col("cost_amount"),
        happened_on=pl.col("moved_on"),
    )


def describe_earlier(moves: pl.LazyFrame) -> pl.LazyFrame:
    """Documents of the time before the opening stock that came to light after the first month was closed.

    Args:
        moves: StockMoves that they would have made.

    Returns:
        CloseExceptions without period, is_blocking and correction_id; the subject is the document's number.
    """
    return _exception(
        moves,
        kind=pl.lit("before_opening"),
        table=_TABLE_OF_MOVE,
        key="move_id",
        number="document_number",
        subject=pl.col("document_number"),
        quantity=pl.col("quantity"),
        amount=stated_cost(),
        happened_on=pl.col("moved_on"),
    )


def describe_unstocked(stock: pl.LazyFrame) -> pl.LazyFrame:
    """Products that are stock no more, with stock in the books: a slip in the source would empty them without a word.

    Args:
        stock: `sku`, `closing_quantity`, `closing_value` of the month before, `closed_on`: its last day.

    Returns:
        CloseExceptions without period, is_blocking and correction_id; the subject is the SKU.
    """
    return _exception(
        stock,
        kind=pl.lit("unstocked"),
        table=pl.lit("core.products"),
        key="sku",
        number="sku",
        subject=pl.col("sku"),
        quantity=pl.col("closing_quantity"),
        amount=pl.col("closing_value"),
        happened_on=pl.col("closed_on"),
    )


def settle_exceptions(
    exceptions: pl.LazyFrame, corrections: pl.LazyFrame, listed_only: list[str], period: date
) -> pl.LazyFrame:
    """Decide for each exception whether it stops the close.

    Args:
        exceptions: rows of the find functions.
        corrections: `correction_id`, `accepts`, `subject`: what corrections.yaml accepts in this month.
        listed_only: kinds that never stop the close by policy.
        period: first day of the month.

    Returns:
        CloseExceptions.
    """
    accepted = corrections.group_by("accepts", "subject").agg(pl.col("correction_id").first())
    return (
        exceptions.join(
            accepted, left_on=["exception_kind", "subject"], right_on=["accepts", "subject"], how="left", validate="m:1"
        )
        .with_columns(
            pl.lit(period).alias("period"),
            (pl.col("correction_id").is_null() & ~pl.col("exception_kind").is_in(listed_only)).alias("is_blocking"),
        )
        .unique(["exception_kind", "source_table", "source_id"], keep="first", maintain_order=True)
        .sort("exception_kind", "source_table", "document_number", "source_id")
        .select(list(_SCHEMA))
    )


def _unknown_skus(core: CoreTables, table: str) -> pl.LazyFrame:
    key, number, day, quantity = _LINES[table]
    frame: pl.LazyFrame = getattr(core, table)
    rows = frame.join(core.products.select("sku"), on="sku", how="anti")
    live = rows.filter(pl.col("status") == "approved") if table == "sale_lines" else rows
    moved = live.filter(pl.col(day).is_not_null() & (pl.col(quantity) != 0))
    return _exception(
        moved,
        pl.lit("unknown_sku"),
        pl.lit(f"core.{table}"),
        key,
        number,
        pl.col("sku"),
        pl.col(quantity),
        None,
        pl.col(day),
    )


def _unpriced_receipts(core: CoreTables) -> pl.LazyFrame:
    rows = core.receipt_lines.join(core.stocked(), on="sku", how="semi").filter(
        pl.col("unit_price").is_null()
        & pl.col("cost_amount").is_null()
        & (pl.col("kind") == "receipt")
        & pl.col("received_date").is_not_null()
        & (pl.col("quantity") > 0)
    )
    return _exception(
        rows, pl.lit("unpriced_receipt"), pl.lit("core.receipt_lines"), "receipt_line_id", "purchase_number",
        pl.col("sku"), pl.col("quantity"), None, pl.col("received_date"),
    )  # fmt: skip


def _missing_rates(core: CoreTables, base_currency: str) -> pl.LazyFrame:
    stock_lines = core.receipt_lines.join(core.stocked(), on="sku", how="semi")
    moved = stock_lines.filter(pl.col("received_date").is_not_null() & (pl.col("quantity") > 0))
    received = cost_receipts(moved, core.currency_rates, base_currency).filter(pl.col("applied_rate").is_null())
    billed = core.bill_lines.join(stock_lines, on="receipt_line_id", how="semi")
    bills = cost_bills(billed, core.currency_rates, base_currency).filter(pl.col("applied_rate").is_null())
    return pl.concat(
        [
            _exception(
                received, pl.lit("missing_rate"), pl.lit("core.receipt_lines"), "receipt_line_id", "purchase_number",
                pl.col("currency_code"), pl.col("quantity"), None, pl.col("received_date"),
            ),
            _exception(
                bills, pl.lit("missing_rate"), pl.lit("core.bill_lines"), "bill_line_id", "bill_number",
                pl.col("currency_code"), None, None, pl.col("bill_date"),
            ),
        ]
    )  # fmt: skip


def _orphan_bills(core: CoreTables) -> pl.LazyFrame:
    rows = core.bill_lines.join(core.receipt_lines.select("receipt_line_id"), on="receipt_line_id", how="anti")
    return _exception(
        rows, pl.lit("missing_received_line"), pl.lit("core.bill_lines"), "bill_line_id", "bill_number",
        pl.col("receipt_line_id"), None, pl.col("line_amount"), pl.col("bill_date"),
    )  # fmt: skip


def _unknown_charges(core: CoreTables, charge_types: pl.DataFrame) -> pl.LazyFrame:
    """Nothing spreads a charge of a kind that landed_costs.yaml does not name."""
    rows = core.charges.join(charge_types.lazy(), on="charge_type", how="anti")
    return _exception(
        rows, pl.lit("unmapped_charge"), pl.lit("core.charges"), "charge_id", "purchase_number",
        pl.col("charge_type"), None, pl.col("charge_amount"), pl.col("charge_date"),
    )  # fmt: skip


def _exception(
    rows: pl.LazyFrame,
    kind: pl.Expr,
    table: pl.Expr,
    key: str,
    number: str,
    subject: pl.Expr,
    quantity: pl.Expr | None,
    amount: pl.Expr | None,
    happened_on: pl.Expr,
) -> pl.LazyFrame:
    """Rows in the shape of CloseExceptions, as far as a find function knows it, with `happened_on`."""
    has_sku = "sku" in rows.collect_schema().names()
    return rows.select(
        kind.cast(pl.String).alias("exception_kind"),
        table.cast(pl.String).alias("source_table"),
        pl.col(key).cast(pl.String).alias("source_id"),
        pl.col(number).cast(pl.String).alias("document_number"),
        (pl.col("sku") if has_sku else pl.lit(None, pl.String)).alias("sku"),
        subject.cast(pl.String).fill_null("(none)").alias("subject"),
        (quantity if quantity is not None else pl.lit(None)).cast(QUANTITY).alias("quantity"),
        (round_money(amount.cast(COST)) if amount is not None else pl.lit(None)).cast(MONEY).alias("amount"),
        happened_on.alias("happened_on"),
    )
