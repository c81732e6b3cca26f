"""Costing and freight allocation against AdventureWorks' truth, which other programs computed."""

from functools import cache

import polars as pl
import pytest

from schemas.policies import CostingMethod, CostingPolicy
from tests.reference_data import ADVENTUREWORKS, needs_adventureworks
from tests.transforms.costing import adventureworks as aw
from transforms.costing import value_moves
from transforms.landed_costs import allocate_charges

pytestmark = needs_adventureworks

METHODS: dict[CostingMethod, str] = {
    "fifo": "fifo",
    "moving_average": "wac_moving",
    "periodic_average": "wac_periodic",
}
SCOPES = [("purchased", "po_price"), ("purchased", "landed"), ("made", "standard")]


@cache
def allocated(basis: str) -> pl.DataFrame:
    """Freight of every complete purchase order, spread over its stocked lines."""
    lines = aw.purchases().with_columns(purchase_id=pl.col("PurchaseOrderID").cast(pl.String))
    line_id, sku = pl.col("PurchaseOrderDetailID").cast(pl.String), pl.col("ProductID").cast(pl.String)
    stocked = pl.col("StockedQty").cast(pl.Decimal(28, 6))
    receipts = lines.select(
        "purchase_id",
        receipt_line_id=line_id,
        sku=sku,
        kind=pl.lit("receipt"),
        quantity=pl.col("StockedQty"),
        received_date="moved_on",
    )
    charges = lines.unique("purchase_id").select(
        "purchase_id",
        charge_id="purchase_id",
        charge_type=pl.lit("freight"),
        charge_amount="Freight",
        spread_by=pl.lit(None, pl.String),
    )
    nothing = pl.lit(None, pl.Decimal(18, 4))
    products = receipts.select("sku").unique().with_columns(is_stocked=True, weight=nothing, volume=nothing)
    charge_types = pl.DataFrame({"charge_type": ["freight"], "basis": [basis], "places": [4], "remainder": ["largest"]})
    values = lines.select(receipt_line_id=line_id, amount=stocked * pl.col("UnitPrice").cast(pl.Decimal(28, 6)))
    tables = (charges, receipts, products, charge_types, values)
    return allocate_charges(*(table.lazy() for table in tables)).collect()


@cache
def moves(scope: str, basis: str) -> pl.DataFrame:
    """All moves of the scope's products."""
    products = truth(scope, basis, "fifo")["ProductID"].unique()
    inflows = aw.made_goods() if scope == "made" else aw.purchase_receipts()
    parts = [inflows, aw.sales(), *([aw.freight(allocated("value"))] if basis == "landed" else [])]
    return pl.concat(parts).filter(pl.col("sku").is_in(products.implode()))


@cache
def truth(scope: str, basis: str, method: str) -> pl.DataFrame:
    """Rows of the expected file."""
    which = {"scope": scope, "basis": basis, "method": method}
    return expected_by_month().filter(pl.col(column) == value for column, value in which.items())


@cache
def expected_by_month() -> pl.DataFrame:
    return aw.expected("cogs_by_product_month.csv")


def cumulative_cents(column: str) -> pl.Expr:
    """Running total by product, rounded to cents."""
    return pl.col(column).fill_null(0).cum_sum().over("sku", order_by="month").round(2, mode="half_away_from_zero")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("scope", "basis"), SCOPES)
def test_cumulative_cost_of_every_product_and_month_is_the_truth(scope: str, basis: str, method: CostingMethod) -> None:
    ledger = moves(scope, basis)
    valued = value_moves(ledger, CostingPolicy(method)).drop("move_id")
    found = (
        ledger.hstack(valued)
        .group_by("sku", month=pl.col("moved_on").dt.strftime("%Y-%m"))
        .agg(found_cogs=pl.col("cogs_amount").sum(), found_value=pl.col("cost_amount").sum())
    )
    wanted = truth(scope, basis, METHODS[method]).rename({"ProductID": "sku"})
    # months without a move stand in the truth only: a month in ours only would be a difference
    both = wanted.join(found, on=["sku", "month"], how="full", coalesce=True, validate="1:1").with_columns(
        wanted_value=pl.col("receipts_value") - pl.col("cogs")
    )
    compared = both.select(
        "sku",
        "month",
        wanted=cumulative_cents("cogs"),
        found=cumulative_cents("found_cogs"),
        received=cumulative_cents("receipts_value"),
        on_hand=cumulative_cents("found_value"),
    )
    is_same = (pl.col("wanted") == pl.col("found")) & (pl.col("on_hand") == pl.col("received") - pl.col("wanted"))
    different = compared.filter(~is_same)
    assert different.is_empty(), different


@pytest.mark.parametrize("method", ["fifo", "moving_average"])
@pytest.mark.parametrize(("scope", "basis"), SCOPES)
def test_the_cost_of_every_sales_line_is_the_truth_to_a_cent(scope: str, basis: str, method: CostingMethod) -> None:
    ledger = moves(scope, basis)
    lines = pl.read_parquet(ADVENTUREWORKS / "expected" / "cogs_by_sales_line.parquet").select(
        "scope", "basis", "method", "cogs", move_id=pl.format("sale:{}", "SalesOrderDetailID")
    )
    wanted = lines.filter(pl.col("scope") == scope, pl.col("basis") == basis, pl.col("method") == METHODS[method])
    found = value_moves(ledger, CostingPolicy(method)).filter(pl.col("move_id").str.starts_with("sale:"))
    both = wanted.join(found, on="move_id", how="full", coalesce=True, validate="1:1")
    # cents are differences of rounded totals, so a line may carry a cent of its neighbours, and never two
    away = (pl.col("cogs") - pl.col("cogs_amount")).abs()
    assert both.filter(away.is_null() | (away >= pl.lit("0.01").cast(pl.Decimal(18, 6)))).is_empty()


@pytest.mark.parametrize(("basis", "column"), [("value", "freight_by_value"), ("quantity", "freight_by_qty")])
def test_freight_of_every_purchase_line_is_the_truth(basis: str, column: str) -> None:
    wanted = aw.expected("po_landed_cost.csv").select(receipt_line_id="PurchaseOrderDetailID", wanted=pl.col(column))
    both = wanted.join(allocated(basis), on="receipt_line_id", how="full", coalesce=True, validate="1:1")
    assert both.height == 8169
    assert both.filter(pl.col("wanted").ne_missing(pl.col("allocated_amount"))).is_empty()
