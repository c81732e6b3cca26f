"""Spread landed charges over the lines of their purchase order, transfer or job; the shares sum to the charge."""

import polars as pl

from schemas.dtypes import COST, QUANTITY
from schemas.stock import LandedCostAllocations
from transforms.costing.moves.ordering import natural_order

COST_PLACES = 6
LINE = ["charge_id", "receipt_line_id"]


def allocate_charges(
    charges: pl.LazyFrame,
    receipts: pl.LazyFrame,
    products: pl.LazyFrame,
    charge_types: pl.LazyFrame,
    base_costs: pl.LazyFrame,
) -> pl.LazyFrame:
    """Give every received line its share of the charges on its purchase order (IAS 2.11).

    A share is charge * weight / all weights, rounded half away from zero to the places that the charge type asks for;
    what rounding leaves over goes to the line with the largest weight, or to the last one. Lines stand in the order of
    their ids, shorter ids first; of equal weights the first is the largest. Where all weights are nothing (free goods,
    no weights in the product master) the charge is spread by quantity instead, and the row says so. Exact for purchase
    orders up to 10^12 in base currency.

    Args:
        charges: Charges, amounts in base currency; a credit is negative. `spread_by` counts before the charge type.
        receipts: ReceiptLines, or the like of them that list_carriers gives; only lines of kind receipt, with a
            received date and a quantity, take a share.
        products: Products, for weight and volume (no value is 0) and for whether the line is stock.
        charge_types: ChargeTypes; a charge whose type is not there gives no row.
        base_costs: `receipt_line_id`, `amount`: cost of the line in base currency, the basis `value`.

    Returns:
        LandedCostAllocations, one row per charge and line; the shares of a charge sum to it exactly. A charge without
        any received line gives no row.
    """
    lines = _weighted_lines(receipts, products, base_costs)
    spread = (
        charges.join(charge_types, on="charge_type", how="inner", validate="m:1")
        .with_columns(pl.coalesce("spread_by", "basis").alias("basis"))
        .join(lines, on="purchase_id", how="inner", validate="m:m")
    )
    shared = _with_remainder(_with_weights(spread).with_columns(share=_rounded_share()))
    return shared.select(
        *LINE,
        "sku",
        "is_stocked",
        "basis",
        basis_amount=_from_millionths("weight_millionths"),
        allocated_amount=_from_millionths("allocated"),
    ).select(list(LandedCostAllocations.to_schema().columns))


def _weighted_lines(receipts: pl.LazyFrame, products: pl.LazyFrame, base_costs: pl.LazyFrame) -> pl.LazyFrame:
    """Received lines with what they weigh on every basis, six places each."""
    is_received = (pl.col("kind") == "receipt") & (pl.col("quantity") > 0) & pl.col("received_date").is_not_null()
    details = products.select("sku", "is_stocked", unit_weight="weight", unit_volume="volume")
    return (
        receipts.filter(is_received)
        .select("purchase_id", "receipt_line_id", "sku", "quantity")
        .join(details, on="sku", how="left", validate="m:1")
        .join(base_costs.select("receipt_line_id", "amount"), on="receipt_line_id", how="left", validate="1:1")
        .with_columns(
            is_stocked=pl.col("is_stocked").fill_null(value=True),
            by_value=_millionths(pl.col("amount")),
            by_quantity=_millionths(pl.col("quantity")),
            by_weight=_measure(pl.col("unit_weight")),
            by_volume=_measure(pl.col("unit_volume")),
            by_equal=pl.lit(10**COST_PLACES, dtype=pl.Int128),
        )
        .drop("amount", "unit_weight", "unit_volume", "quantity")
    )


def _with_weights(spread: pl.LazyFrame) -> pl.LazyFrame:
    """Add `weight_millionths` by the charge's basis, and `all_weights`; sorted so that lines stand in order."""
    named = pl.coalesce(
        pl.when(pl.col("basis") == name).then(f"by_{name}")
        for name in ("value", "quantity", "weight", "volume", "equal")
    )
    is_weightless = named.sum().over("charge_id") == 0
    return (
        spread.sort("charge_id", *natural_order("receipt_line_id"))
        .with_columns(
            weight_millionths=pl.when(is_weightless).then("by_quantity").otherwise(named),
            basis=pl.when(is_weightless).then(pl.lit("quantity")).otherwise("basis"),
            charge=_millionths(pl.col("charge_amount")),
        )
        .with_columns(all_weights=pl.col("weight_millionths").sum().over("charge_id"))
    )


def _rounded_share() -> pl.Expr:
    """Share of the charge in millionths, rounded half away from zero to the charge type's places.

    The charge is split into whole multiples of all weights and a rest, so that no product leaves 128 bits.
    """
    size, weight, weights = pl.col("charge").abs(), pl.col("weight_millionths"), pl.col("all_weights")
    steps = {places: 10 ** (COST_PLACES - places) for places in range(COST_PLACES + 1)}
    step = pl.col("places").replace_strict(steps, return_dtype=pl.Int128)
    twice = size // weights * weight * 2 + size % weights * weight * 2 // weights
    rounded = (twice + step) // (step * 2) * step
    return pl.when(pl.col("charge") < 0).then(0 - rounded).otherwise(rounded)


def _with_remainder(shared: pl.LazyFrame) -> pl.LazyFrame:
    """Add `allocated`: the share, and on one line of each charge what rounding left over."""
    line = pl.int_range(pl.len()).over("charge_id")
    largest = pl.col("weight_millionths").arg_max().over("charge_id")
    last = pl.len().over("charge_id") - 1
    takes_rest = line == pl.when(pl.col("remainder") == "largest").then(largest).otherwise(last)
    rest = pl.col("charge") - pl.col("share").sum().over("charge_id")
    return shared.with_columns(allocated=pl.col("share") + pl.when(takes_rest).then(rest).otherwise(0))


def _millionths(amount: pl.Expr) -> pl.Expr:
    """A decimal as whole millionths; no value is 0."""
    return amount.fill_null(0).cast(COST).to_physical().cast(pl.Int128)


def _measure(of_one: pl.Expr) -> pl.Expr:
    """Weight or volume of a line as whole millionths."""
    ten_thousandths = [measure.cast(QUANTITY).to_physical().cast(pl.Int128) for measure in (pl.col("quantity"), of_one)]
    product: pl.Expr = ten_thousandths[0] * ten_thousandths[1]
    return (product // 100).fill_null(0)


def _from_millionths(name: str) -> pl.Expr:
    """Whole millionths as Cost."""
    whole = pl.col(name).cast(pl.Decimal(38, COST_PLACES))
    return (whole / pl.lit(10**COST_PLACES)).cast(COST)
