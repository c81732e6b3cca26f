"""AdventureWorks' factory through `tieout cost`: bills of materials and work orders, against their computed truth."""

from datetime import date
from decimal import Decimal

import polars as pl

from tests.pipelines.value_table.desk import Desk
from tests.reference_data import needs_adventureworks
from tests.transforms.costing import adventureworks as aw

pytestmark = needs_adventureworks

LAST = date(2012, 8, 1)
"""Fourteen months: 6,000 work orders, and the change of all standards on 30 May 2012."""

FIRST_WEEKS = date(2011, 7, 1)
"""Enough for goods through all levels of the bills. Parts are used before they are made: all of them are owed."""


def cents(column: str) -> pl.Expr:
    """Running total by product, rounded: cents are differences of rounded totals."""
    return pl.col(column).fill_null(0).cum_sum().over("sku", order_by="month").round(2, mode="half_away_from_zero")


def of_months(periods: pl.DataFrame, *amounts: pl.Expr) -> pl.DataFrame:
    return periods.filter(pl.col("period") < LAST).select("sku", *amounts, month=pl.col("period").dt.strftime("%Y-%m"))


def differences(found: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Products and months in which what was found is not what was wanted."""
    months = wanted.filter(pl.col("month") < LAST.strftime("%Y-%m"))
    both = found.join(months, on=["sku", "month"], how="full", coalesce=True, validate="1:1")
    compared = both.select("sku", "month", found=cents("found"), wanted=cents("wanted"))
    return compared.filter(pl.col("found") != pl.col("wanted"))


def test_a_factory_at_standard_uses_and_makes_what_its_orders_and_bills_say(desk: Desk) -> None:
    moves, costs = desk.folder / "moves.parquet", desk.folder / "costs.parquet"
    aw.production(LAST).write_parquet(moves)
    aw.standards().write_parquet(costs)
    assert desk.cost(moves, "--standard-costs", costs, method="standard").exit_code == 0
    periods = desk.result("periods")
    used = aw.expected("component_usage_by_month.csv").select("month", sku="ComponentID", wanted="qty")
    found = of_months(periods, (0 - pl.col("assembly_out_quantity")).alias("found"))
    assert differences(found, used).is_empty()
    produced = aw.expected("production_by_month.csv")
    made = produced.select("month", sku="ProductID", wanted="stocked_qty")
    assert differences(of_months(periods, pl.col("assembly_in_quantity").alias("found")), made).is_empty()
    # a product comes in at what its components had cost; the variance takes it to its standard
    at_standard = pl.col("assembly_in_value") + pl.col("purchase_price_variance_value")
    value = produced.select("month", sku="ProductID", wanted="stocked_value_standard")
    different = differences(of_months(periods, at_standard.alias("found")), value)
    # from the change of standard on, what comes in and its revaluation share the cents of one running total
    is_a_cent = (pl.col("found") - pl.col("wanted")).abs() <= pl.lit(Decimal("0.01"))
    assert different.filter((pl.col("month") < "2012-05") | ~is_a_cent).is_empty()


def test_a_factory_at_actual_cost_loses_no_cent_on_the_way_through_its_bills(desk: Desk) -> None:
    orders = aw.production(FIRST_WEEKS)
    bought = opening_of_parts(orders)
    path = desk.folder / "moves.parquet"
    pl.concat([bought, orders], how="diagonal").write_parquet(path)
    assert desk.cost(path).exit_code == 0
    valued = desk.result("valued_moves")
    by_order = valued.filter(pl.col("kind") != "opening").group_by("document_id")
    sums = by_order.agg(pl.col("cost_amount").sum(), is_made=(pl.col("kind") == "assembly_in").any())
    assert sums.filter((pl.col("cost_amount") != 0) & pl.col("is_made")).is_empty()
    paid = bought.select((pl.col("quantity") * pl.col("unit_cost")).sum()).item()
    assert desk.result("closing_stock")["value"].sum() == paid
    # made of made parts of made parts: some cost has come up through three orders
    assert valued.filter((pl.col("kind") == "assembly_in") & (pl.col("sku") == "749"))["cost_amount"].sum() > 0


def opening_of_parts(orders: pl.DataFrame) -> pl.DataFrame:
    """As much of every part that is not made as the orders use, at the price of its first vendor."""
    used = orders.filter(pl.col("kind") == "assembly_out").group_by("sku").agg(quantity=0 - pl.col("quantity").sum())
    made = orders.filter(pl.col("kind") == "assembly_in").select("sku")
    vendors = aw.table("Purchasing.ProductVendor").sort("BusinessEntityID").unique("ProductID", keep="first")
    prices = vendors.select(sku=pl.col("ProductID").cast(pl.String), unit_cost=pl.col("StandardPrice"))
    return (
        used.join(made, on="sku", how="anti")
        .join(prices, on="sku", how="left", validate="1:1")
        .select(
            move_id=pl.format("open:{}", "sku"),
            kind=pl.lit("opening"),
            sku="sku",
            moved_on=pl.lit(date(2011, 4, 30)),
            quantity="quantity",
            unit_cost=pl.col("unit_cost").fill_null(0).cast(pl.Decimal(18, 6)),
        )
    )
