"""AdventureWorks' moves by the rules of its README, straight from the reference files."""

from datetime import date

import polars as pl

from schemas.dtypes import COST, QUANTITY, UNIT_COST
from tests.reference_data import ADVENTUREWORKS

NO_COST = {
    "unit_cost": pl.lit(None, UNIT_COST),
    "amount": pl.lit(None, COST),
    "source_move_id": pl.lit(None, pl.String),
}


def table(name: str) -> pl.DataFrame:
    return pl.read_parquet(ADVENTUREWORKS / f"{name}.parquet")


def expected(name: str) -> pl.DataFrame:
    """A file of the truth, numbers as decimals."""
    text = pl.read_csv(ADVENTUREWORKS / "expected" / name, infer_schema=False)
    numbers = ("qty", "value", "cogs", "cost", "price", "freight", "sold")
    decimal = [column for column in text.columns if any(part in column for part in numbers)]
    return text.with_columns(pl.col(decimal).cast(pl.Decimal(38, 8)))


def sales() -> pl.DataFrame:
    """Rule 1: every sales line, on its header's ship date."""
    shipped = table("Sales.SalesOrderHeader").select("SalesOrderID", moved_on=pl.col("ShipDate").dt.date())
    lines = table("Sales.SalesOrderDetail").join(shipped, on="SalesOrderID", how="left", validate="m:1")
    return lines.select(
        move_id=pl.format("sale:{}", "SalesOrderDetailID"),
        kind=pl.lit("sale"),
        sku=pl.col("ProductID").cast(pl.String),
        moved_on="moved_on",
        quantity=-pl.col("OrderQty").cast(QUANTITY),
        **NO_COST,
    )


def purchases() -> pl.DataFrame:
    """Rule 2: lines of complete orders with something stocked, with their purchase order."""
    complete = table("Purchasing.PurchaseOrderHeader").filter(pl.col("Status") == 4)
    lines = table("Purchasing.PurchaseOrderDetail").filter(pl.col("StockedQty") > 0)
    headers = complete.select("PurchaseOrderID", "Freight", moved_on=pl.col("ShipDate").dt.date())
    return lines.join(headers, on="PurchaseOrderID", how="inner", validate="m:1")


def purchase_receipts() -> pl.DataFrame:
    """Rule 2, basis po_price."""
    return purchases().select(
        move_id=pl.format("receipt:{}", "PurchaseOrderDetailID"),
        kind=pl.lit("receipt"),
        sku=pl.col("ProductID").cast(pl.String),
        moved_on="moved_on",
        quantity=pl.col("StockedQty").cast(QUANTITY),
        **{**NO_COST, "unit_cost": pl.col("UnitPrice").cast(UNIT_COST)},
    )


def freight(allocations: pl.DataFrame) -> pl.DataFrame:
    """Rule 3: the shares of freight as landed costs of their receipts, on the day of the receipt."""
    receipts = purchase_receipts().select(source_move_id="move_id", sku="sku", moved_on="moved_on")
    shares = allocations.with_columns(source_move_id=pl.format("receipt:{}", "receipt_line_id")).drop("sku")
    return shares.join(receipts, on="source_move_id", how="inner", validate="1:1").select(
        move_id=pl.format("charge:{}", "receipt_line_id"),
        kind=pl.lit("landed_cost"),
        sku="sku",
        moved_on="moved_on",
        quantity=pl.lit(0).cast(QUANTITY),
        unit_cost=pl.lit(None, UNIT_COST),
        amount=pl.col("allocated_amount"),
        source_move_id="source_move_id",
    )


def made_goods() -> pl.DataFrame:
    """Rules 4 and 5: work orders at the standard cost of their day, and the opening stock."""
    history = table("Production.ProductCostHistory").select(
        "ProductID", since=pl.col("StartDate").dt.date(), unit_cost=pl.col("StandardCost").cast(UNIT_COST)
    )
    first = history.sort("since").group_by("ProductID").agg(first_cost=pl.col("unit_cost").first())
    orders = (
        table("Production.WorkOrder")
        .filter(pl.col("StockedQty") > 0)
        .with_columns(moved_on=pl.col("EndDate").dt.date())
    )
    valued = orders.sort("moved_on").join_asof(
        history.sort("since"), left_on="moved_on", right_on="since", by="ProductID", check_sortedness=False
    )
    made = valued.join(first, on="ProductID", how="inner", validate="m:1").select(
        move_id=pl.format("made:{}", "WorkOrderID"),
        kind=pl.lit("assembly_in"),
        sku=pl.col("ProductID").cast(pl.String),
        moved_on="moved_on",
        quantity=pl.col("StockedQty").cast(QUANTITY),
        **{**NO_COST, "unit_cost": pl.coalesce("unit_cost", "first_cost")},
    )
    opening = expected("opening_stock_made.csv").select(
        move_id=pl.format("open:{}", "ProductID"),
        kind=pl.lit("opening"),
        sku="ProductID",
        moved_on=pl.col("date").str.to_date(),
        quantity=pl.col("qty").cast(QUANTITY),
        **{**NO_COST, "unit_cost": pl.col("unit_cost").cast(UNIT_COST)},
    )
    return pl.concat([opening, made])


def production(until: date) -> pl.DataFrame:
    """Work orders started before a day, through their bill of materials.

    Components leave on the order's first day, as many as the bill of that day says for the ordered quantity (scrap has
    eaten them too); what was stocked comes in on its last day, and costs what its components did.
    """
    orders = table("Production.WorkOrder").filter(pl.col("StartDate").dt.date() < until)
    bill = table("Production.BillOfMaterials").select(
        "BillOfMaterialsID",
        "ComponentID",
        "PerAssemblyQty",
        ProductID="ProductAssemblyID",
        since="StartDate",
        to="EndDate",
    )
    is_valid = (pl.col("since") <= pl.col("StartDate")) & (pl.col("to") >= pl.col("StartDate")).fill_null(value=True)
    used = orders.join(bill, on="ProductID", how="inner", validate="m:m").filter(is_valid)
    components = used.select(
        move_id=pl.format("used:{}:{}", "WorkOrderID", "BillOfMaterialsID"),
        kind=pl.lit("assembly_out"),
        sku=pl.col("ComponentID").cast(pl.String),
        moved_on=pl.col("StartDate").dt.date(),
        quantity=-(pl.col("OrderQty").cast(QUANTITY) * pl.col("PerAssemblyQty")).cast(QUANTITY),
        document_id=pl.col("WorkOrderID").cast(pl.String),
    )
    made = orders.select(
        move_id=pl.format("made:{}", "WorkOrderID"),
        kind=pl.lit("assembly_in"),
        sku=pl.col("ProductID").cast(pl.String),
        moved_on=pl.col("EndDate").dt.date(),
        quantity=pl.col("StockedQty").cast(QUANTITY),
        document_id=pl.col("WorkOrderID").cast(pl.String),
    )
    return pl.concat([components, made])


def standards() -> pl.DataFrame:
    """Standard costs as rule 4 reads them: the first one counts from the start; what has none costs nothing."""
    history = table("Production.ProductCostHistory").sort("ProductID", "StartDate")
    is_first = pl.col("StartDate") == pl.col("StartDate").min().over("ProductID")
    known = history.select(
        sku=pl.col("ProductID").cast(pl.String),
        unit_cost=pl.col("StandardCost").cast(UNIT_COST),
        valid_from=pl.when(~is_first).then(pl.col("StartDate").dt.date()),
    )
    others = table("Production.Product").select(sku=pl.col("ProductID").cast(pl.String))
    without = others.join(known, on="sku", how="anti").with_columns(
        unit_cost=pl.lit(0).cast(UNIT_COST), valid_from=pl.lit(None, pl.Date)
    )
    return pl.concat([known, without])
