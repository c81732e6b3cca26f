"""Turns source documents into one row per signed change of stock, at its physical date."""

from datetime import date

import polars as pl

from schemas.dtypes import COST, QUANTITY, UNIT_COST
from schemas.frames import dtypes_of
from schemas.policies import RecognitionPolicy
from schemas.stock import StockMoves
from transforms.charge_carriers import list_carriers
from transforms.core_tables import CoreTables
from transforms.currencies import cost_receipts
from transforms.recognition import recognise_sales
from transforms.rounding import extend
from transforms.texts import fill

IN_TRANSIT = "In transit"
"""Where goods are that have left one location and not yet reached the other: they stay stock, without a journal."""

_SCHEMA = dtypes_of(StockMoves)


def stated_cost() -> pl.Expr:
    """What the source says that a stock move cost, signed as its quantity: in all, or by the unit; null: neither."""
    return pl.coalesce(pl.col("amount"), extend(pl.col("quantity"), pl.col("unit_cost")))


def build_stock_moves(
    core: CoreTables,
    allocations: pl.LazyFrame,
    policy: RecognitionPolicy,
    base_currency: str,
    as_of: date,
    standing_ids: pl.LazyFrame | None = None,
    begins_on: date | None = None,
) -> pl.LazyFrame:
    """Every stock move of stocked products up to a day, from all documents.

    Args:
        core: the source documents; quantities in stock units.
        allocations: LandedCostAllocations of the charges known on that day.
        policy: which sale lines count.
        base_currency: ISO 4217 code; receipts enter at the rate of their day (IAS 21.21).
        as_of: moves with a later physical date are left out; opening stock is there from the beginning.
        standing_ids: `move_id` of moves that stand beside these, where the documents are only some of all.
        begins_on: first day of the ledger: what moved before is in the opening stock; None: every day counts.

    Returns:
        StockMoves, one row per signed change. A receipt without a price or rate has neither unit_cost nor amount.
    """
    receipts = cost_receipts(core.receipt_lines, core.currency_rates, base_currency)
    documents = [
        _openings(core.opening_stock),
        _receipts(receipts, base_currency),
        _landed_costs(core.charges, allocations, list_carriers(core, receipts), begins_on),
        _sales(recognise_sales(core.sale_lines, policy), base_currency),
        _adjustments(core.adjustment_lines),
        _transfers(core.transfer_lines),
        _production(core.production_lines),
    ]
    moves = pl.concat([_conform(frame) for frame in documents])
    has_begun = pl.lit(value=True) if begins_on is None else pl.col("moved_on") >= begins_on
    is_in_time = ((pl.col("moved_on") <= as_of) & has_begun) | (pl.col("kind") == "opening")
    stocked = moves.join(core.stocked(), on="sku", how="semi").filter(is_in_time)
    own_ids = stocked.select("move_id")
    return _name_known_originals(stocked, own_ids if standing_ids is None else pl.concat([own_ids, standing_ids]))


def _name_known_originals(moves: pl.LazyFrame, known_ids: pl.LazyFrame) -> pl.LazyFrame:
    """A return names what it reverses only when that has moved; otherwise costing takes the current cost."""
    known = known_ids.select(pl.col("move_id").alias("source_move_id"), pl.lit(value=True).alias("is_known"))
    is_return = pl.col("kind").is_in(["sale_return", "purchase_return"])
    source = pl.when(~is_return | pl.col("is_known")).then("source_move_id").alias("source_move_id")
    return moves.join(known, on="source_move_id", how="left", validate="m:1").with_columns(source).drop("is_known")


def _conform(moves: pl.LazyFrame) -> pl.LazyFrame:
    """All columns of StockMoves in order; those that a document does not have are null."""
    given = set(moves.collect_schema().names())
    return moves.select(
        [
            pl.col(name).cast(dtype) if name in given else pl.lit(None, dtype).alias(name)
            for name, dtype in _SCHEMA.items()
        ]
    )


def _openings(openings: pl.LazyFrame) -> pl.LazyFrame:
    return openings.select(
        fill("opening:{}", "opening_id").alias("move_id"),
        pl.lit("opening").alias("kind"),
        "sku",
        "location",
        "lot",
        pl.col("opening_date").alias("moved_on"),
        "quantity",
        "unit_cost",
        pl.lit("opening").alias("document_kind"),
        pl.lit("opening stock").alias("document_id"),
        pl.lit("Opening stock").alias("document_number"),
        pl.col("opening_id").alias("source_line_id"),
    )


def _receipts(receipts: pl.LazyFrame, base_currency: str) -> pl.LazyFrame:
    """Base-currency receipts keep quantity and price; foreign ones, and lines with a total of their own, carry that."""
    is_return = pl.col("kind") == "purchase_return"
    keeps_price = pl.col("is_base_currency") & pl.col("cost_amount").is_null()
    return receipts.filter(pl.col("received_date").is_not_null() & (pl.col("quantity") > 0)).select(
        fill("receipt:{}", "receipt_line_id").alias("move_id"),
        "kind",
        "sku",
        "location",
        "lot",
        pl.col("received_date").alias("moved_on"),
        "known_on",
        pl.when(is_return).then(-pl.col("quantity")).otherwise("quantity").alias("quantity"),
        pl.when(keeps_price & ~is_return).then("unit_price").alias("unit_cost"),
        pl.when(~keeps_price & ~is_return).then("base_cost_amount").alias("amount"),
        pl.when(is_return).then(fill("receipt:{}", "returned_receipt_line_id")).alias("source_move_id"),
        pl.lit("purchase").alias("document_kind"),
        pl.col("purchase_id").alias("document_id"),
        pl.col("purchase_number").alias("document_number"),
        pl.col("receipt_line_id").alias("source_line_id"),
        pl.col("supplier").alias("party"),
        _document_currency(base_currency),
        "order_account",
    )


def _landed_costs(
    charges: pl.LazyFrame, allocations: pl.LazyFrame, carriers: pl.LazyFrame, begins_on: date | None
) -> pl.LazyFrame:
    """A share enters stock on the later of the charge's own date and the day its goods came in.

    Goods that came in before the ledger began are in the opening stock, at its cost: they take no share.
    """
    has_begun = pl.lit(value=True) if begins_on is None else pl.col("received_date") >= begins_on
    came = carriers.filter(has_begun).select("receipt_line_id", "location", "lot", "received_date", "inflow_id")
    return (
        allocations.filter("is_stocked")
        .join(charges, on="charge_id", how="inner", validate="m:1")
        .join(came, on="receipt_line_id", how="inner", validate="m:1")
        .select(
            fill("charge:{}:{}", "charge_id", "receipt_line_id").alias("move_id"),
            pl.lit("landed_cost").alias("kind"),
            "sku",
            "location",
            "lot",
            pl.max_horizontal("charge_date", "received_date").alias("moved_on"),
            pl.lit(0, QUANTITY).alias("quantity"),
            pl.col("allocated_amount").cast(COST).alias("amount"),
            pl.col("inflow_id").alias("source_move_id"),
            pl.lit("charge").alias("document_kind"),
            pl.col("charge_id").alias("document_id"),
            pl.col("purchase_number").alias("document_number"),
            pl.col("charge_id").alias("source_line_id"),
            pl.col("supplier").alias("party"),
            "charge_type",
        )
    )


def _sales(recognised: pl.LazyFrame, base_currency: str) -> pl.LazyFrame:
    """Dispatched lines leave stock, returned ones come back; a return names the sale that it reverses."""
    is_return = pl.col("kind") == "sale_return"
    moved = recognised.filter(pl.col("moved_date").is_not_null() & (pl.col("moved_quantity") > 0))
    return moved.select(
        fill("sale:{}", "sale_line_id").alias("move_id"),
        "kind",
        "sku",
        "location",
        "lot",
        pl.col("moved_date").alias("moved_on"),
        "known_on",
        "recognised_on",
        pl.when(is_return).then("moved_quantity").otherwise(-pl.col("moved_quantity")).alias("quantity"),
        pl.when(is_return).then(fill("sale:{}", "returned_sale_line_id")).alias("source_move_id"),
        pl.when(is_return).then(pl.lit("credit_note")).otherwise(pl.lit("sale")).alias("document_kind"),
        pl.col("sale_id").alias("document_id"),
        pl.col("sale_number").alias("document_number"),
        pl.col("sale_line_id").alias("source_line_id"),
        "channel",
        pl.col("customer").alias("party"),
        "customer_group",
        _document_currency(base_currency),
        "order_account",
    )


def _document_currency(base_currency: str) -> pl.Expr:
    """Currency of a sale or purchase, for mapping rules; one without a currency is in base currency."""
    return pl.coalesce("currency_code", pl.lit(base_currency or None, pl.String)).alias("currency_code")


def _adjustments(lines: pl.LazyFrame) -> pl.LazyFrame:
    found = pl.col("quantity") > 0
    return lines.filter(pl.col("quantity") != 0).select(
        fill("adjustment:{}", "adjustment_line_id").alias("move_id"),
        pl.when(found).then(pl.lit("adjustment_in")).otherwise(pl.lit("adjustment_out")).alias("kind"),
        "sku",
        "location",
        "lot",
        pl.col("adjustment_date").alias("moved_on"),
        "known_on",
        "quantity",
        pl.when(found).then("unit_cost").alias("unit_cost"),
        pl.lit("adjustment").alias("document_kind"),
        pl.col("adjustment_id").alias("document_id"),
        pl.col("adjustment_number").alias("document_number"),
        pl.col("adjustment_line_id").alias("source_line_id"),
        "reason",
        "order_account",
    )


def _transfers(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Out of one location and into the other; when they arrive later, through a location of its own in between."""
    sent = lines.filter(pl.col("dispatched_date").is_not_null() & (pl.col("quantity") > 0))
    on_arrival = sent.filter(pl.col("received_date") > pl.col("dispatched_date"))
    # an arrival that is dated before its dispatch counts as one of the same day
    is_direct = pl.col("received_date") <= pl.col("dispatched_date")
    landing = pl.when(is_direct).then("to_location").otherwise(pl.lit(IN_TRANSIT))
    legs = [
        (sent, "dispatch_out", pl.col("from_location"), "dispatched_date", -1),
        (sent, "dispatch_in", landing, "dispatched_date", 1),
        (on_arrival, "arrival_out", pl.lit(IN_TRANSIT), "received_date", -1),
        (on_arrival, "arrival_in", pl.col("to_location"), "received_date", 1),
    ]
    return pl.concat([_transfer_leg(*leg) for leg in legs])


def _transfer_leg(lines: pl.LazyFrame, leg: str, location: pl.Expr, day: str, sign: int) -> pl.LazyFrame:
    return lines.select(
        fill(f"{leg}:{{}}", "transfer_line_id").alias("move_id"),
        pl.lit("transfer_out" if sign < 0 else "transfer_in").alias("kind"),
        "sku",
        location.alias("location"),
        "lot",
        pl.col(day).alias("moved_on"),
        (pl.col("quantity") * sign).cast(QUANTITY).alias("quantity"),
        pl.lit("transfer").alias("document_kind"),
        # the two sides of one leg and line belong together, not all lines of the document
        fill("{}/{}/{}", "transfer_id", "transfer_line_id", pl.lit(leg.removesuffix("_out").removesuffix("_in"))).alias(
            "document_id"
        ),
        pl.col("transfer_number").alias("document_number"),
        pl.col("transfer_line_id").alias("source_line_id"),
    )


def _production(lines: pl.LazyFrame) -> pl.LazyFrame:
    """An output with a cost of its own is a receipt at standard cost; without one it takes its components' cost."""
    is_output = pl.col("kind") == "output"
    at_standard = is_output & pl.col("unit_cost").is_not_null()
    return lines.filter(pl.col("produced_date").is_not_null() & (pl.col("quantity") > 0)).select(
        fill("production:{}", "production_line_id").alias("move_id"),
        pl.when(at_standard)
        .then(pl.lit("receipt"))
        .when(is_output)
        .then(pl.lit("assembly_in"))
        .otherwise(pl.lit("assembly_out"))
        .alias("kind"),
        "sku",
        "location",
        "lot",
        pl.col("produced_date").alias("moved_on"),
        pl.when(is_output).then("quantity").otherwise(-pl.col("quantity")).alias("quantity"),
        pl.when(is_output).then("unit_cost").cast(UNIT_COST).alias("unit_cost"),
        pl.when(is_output & ~at_standard).then("cost_share").alias("cost_share"),
        pl.lit("production").alias("document_kind"),
        pl.col("production_id").alias("document_id"),
        pl.col("production_number").alias("document_number"),
        pl.col("production_line_id").alias("source_line_id"),
    )
