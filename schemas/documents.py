"""The documents that a source gives: sales, receipts, bills, charges, counts. Grain and meaning of each `core` table.

A source YAML fills these tables with one `select` each. Quantities are stock units, dates are calendar days in the
company's own time zone, and amounts say which currency they are in.
"""

from decimal import Decimal

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Cost, Money, Quantity, Rate, UnitCost

TOTAL_OF_LINE = "must be quantity x unit_price, but for rounding: 0.02 for the line and 0.000002 for each unit"
"""The rule that a received line's own total is that of its units, and not another line's or one with tax."""


class Products(pa.DataFrameModel):
    """One row per stock keeping unit."""

    sku: str = pa.Field(unique=True, description="Stock keeping unit, the code that every document line carries")
    product_name: str = pa.Field(nullable=True, description="Name as people read it")
    category: str = pa.Field(nullable=True, description="Product category; mappings may choose accounts by it")
    is_stocked: bool = pa.Field(
        description="Whether the product is valued as stock; false for services and expensed parts"
    )
    weight: Quantity = pa.Field(
        nullable=True, ge=0, description="Weight of one stock unit, for charges spread by weight"
    )
    volume: Quantity = pa.Field(
        nullable=True, ge=0, description="Volume of one stock unit, for charges spread by volume"
    )
    brand: str = pa.Field(nullable=True, description="Brand or make; mappings may choose accounts by it")

    class Config:
        strict = True


class SaleLines(pa.DataFrameModel):
    """One row per line of a sales order or of a customer's credit note."""

    sale_line_id: str = pa.Field(unique=True, description="The source's id of the line")
    sale_id: str = pa.Field(description="The source's id of the order or credit note")
    sale_number: str = pa.Field(description="Number that people use")
    kind: str = pa.Field(isin=["sale", "sale_return"], description="sale, or sale_return for goods that came back")
    sku: str = pa.Field(description="Stock keeping unit")
    ordered_quantity: Quantity = pa.Field(ge=0, description="Units ordered or to be returned, positive")
    moved_quantity: Quantity = pa.Field(ge=0, description="Units dispatched or taken back, positive")
    invoice_date: pl.Date = pa.Field(
        nullable=True, description="Date of the invoice or credit note; null while there is none"
    )
    moved_date: pl.Date = pa.Field(
        nullable=True, description="Day the goods were fully dispatched or taken back; null before"
    )
    status: str = pa.Field(isin=["draft", "approved", "void"], description="draft, approved or void")
    accounting_status: str = pa.Field(
        nullable=True,
        isin=["not_imported", "imported", "do_not_import", "error"],
        description="What the source says about the document in accounting; null where it does not say",
    )
    location: str = pa.Field(description="Branch or warehouse the goods left or came back to")
    channel: str = pa.Field(nullable=True, description="Where the sale came from: web, store, wholesale")
    customer: str = pa.Field(nullable=True, description="Customer")
    revenue_amount: Money = pa.Field(nullable=True, description="Net revenue of the line in base currency, 2 places")
    returned_sale_line_id: str = pa.Field(nullable=True, description="For a return: the sale line that it reverses")
    known_on: pl.Date = pa.Field(nullable=True, description="Day the line was entered, where the source tells")
    customer_group: str = pa.Field(nullable=True, description="Group or price tier that the customer belongs to")
    currency_code: str = pa.Field(nullable=True, description="Currency of the document; null is base currency")
    order_account: str = pa.Field(
        nullable=True, description="Account that somebody chose on the line or the order in the source"
    )
    lot: str = pa.Field(nullable=True, description="Batch or serial number; each has a line of its own")

    class Config:
        strict = True


class ReceiptLines(pa.DataFrameModel):
    """One row per received line of a purchase order, or per line of goods sent back to a supplier."""

    receipt_line_id: str = pa.Field(unique=True, description="The source's id of the received line")
    purchase_id: str = pa.Field(description="The source's id of the purchase order")
    purchase_number: str = pa.Field(description="Number that people use")
    kind: str = pa.Field(
        isin=["receipt", "purchase_return"], description="receipt, or purchase_return for goods sent back"
    )
    supplier: str = pa.Field(nullable=True, description="Supplier")
    sku: str = pa.Field(description="Stock keeping unit")
    quantity: Quantity = pa.Field(ge=0, description="Accepted stock units, positive")
    received_date: pl.Date = pa.Field(nullable=True, description="Day the goods came in (or went back); null before")
    currency_code: str = pa.Field(nullable=True, description="Currency of unit_price; null is base currency")
    unit_price: UnitCost = pa.Field(
        nullable=True, ge=0, description="Price of one unit in currency_code, without recoverable tax"
    )
    currency_rate: Rate = pa.Field(
        nullable=True,
        gt=0,
        description="Base currency for one foreign unit on the day of receipt; null: core.currency_rates",
    )
    location: str = pa.Field(description="Branch or warehouse that received")
    lot: str = pa.Field(nullable=True, description="Batch or serial number")
    returned_receipt_line_id: str = pa.Field(
        nullable=True, description="For goods sent back: the receipt line they came with"
    )
    known_on: pl.Date = pa.Field(nullable=True, description="Day the line was entered, where the source tells")
    order_account: str = pa.Field(
        nullable=True, description="Account that somebody chose on the line or the order in the source"
    )
    cost_amount: Money = pa.Field(
        nullable=True,
        ge=0,
        description="Total of the line in currency_code, without recoverable tax, exact to the cent: it counts before "
        "unit_price; null: quantity x unit_price",
    )

    class Config:
        strict = True

    @pa.dataframe_check(error=TOTAL_OF_LINE)
    @classmethod
    def _totals(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A price has 6 places, rounded up to three times on its way, and freight is shared in whole cents."""
        at_price = pl.col("quantity").cast(pl.Decimal(38, 10)) * pl.col("unit_price")
        explained = pl.lit(Decimal("0.02")) + pl.col("quantity").cast(pl.Decimal(38, 10)) * Decimal("0.000002")
        agrees = (pl.col("cost_amount") - at_price).abs() <= explained
        return data.lazyframe.select(agrees.fill_null(value=True).alias("totals"))


class BillLines(pa.DataFrameModel):
    """One row per line of a supplier's bill or credit that concerns a received line."""

    bill_line_id: str = pa.Field(unique=True, description="The source's id of the bill line")
    bill_number: str = pa.Field(description="The supplier's invoice reference")
    purchase_id: str = pa.Field(description="The source's id of the purchase order")
    receipt_line_id: str = pa.Field(description="The received line that is billed")
    supplier: str = pa.Field(nullable=True, description="Supplier")
    bill_date: pl.Date = pa.Field(description="Date of the bill")
    currency_code: str = pa.Field(nullable=True, description="Currency of line_amount; null is base currency")
    line_amount: Money = pa.Field(description="Net amount in currency_code, 2 places; a supplier's credit is negative")
    currency_rate: Rate = pa.Field(
        nullable=True, gt=0, description="Base currency for one foreign unit on the bill; null: core.currency_rates"
    )

    class Config:
        strict = True


class Charges(pa.DataFrameModel):
    """One row per landed charge: freight, customs, insurance on a purchase order or transfer, labour on a job."""

    charge_id: str = pa.Field(unique=True, description="The source's id of the charge")
    purchase_id: str = pa.Field(
        description="The purchase order whose goods carry the charge; `transfer:` and the id of a transfer (freight"
        " between branches), `production:` and the id of a job (labour, machines)"
    )
    purchase_number: str = pa.Field(description="Number that people use, of the purchase order, transfer or job")
    charge_type: str = pa.Field(description="freight, customs, ...; landed_costs.yaml gives its account and basis")
    charge_amount: Cost = pa.Field(description="Base currency, without recoverable tax, the whole charge")
    charge_date: pl.Date = pa.Field(description="Date of the freight or customs bill: the month that books it")
    batch: str = pa.Field(
        nullable=True, description="Charges of one batch share a journal; null is one batch a purchase order and month"
    )
    supplier: str = pa.Field(nullable=True, description="Carrier or broker")
    spread_by: str = pa.Field(
        nullable=True,
        isin=["value", "quantity", "weight", "volume", "equal"],
        description="What the source says that this charge is spread by; null: as landed_costs.yaml does",
    )

    class Config:
        strict = True


class AdjustmentLines(pa.DataFrameModel):
    """One row per line of a stock adjustment."""

    adjustment_line_id: str = pa.Field(unique=True, description="The source's id of the line")
    adjustment_id: str = pa.Field(description="The source's id of the adjustment")
    adjustment_number: str = pa.Field(description="Number that people use")
    adjustment_date: pl.Date = pa.Field(description="Accounting date")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse")
    quantity: Quantity = pa.Field(description="Change of stock units: found positive, lost negative")
    unit_cost: UnitCost = pa.Field(
        nullable=True, ge=0, description="Base currency, for units found; null: the current cost"
    )
    reason: str = pa.Field(nullable=True, description="Why; adjustments.yaml gives its account")
    lot: str = pa.Field(nullable=True, description="Batch or serial number")
    known_on: pl.Date = pa.Field(nullable=True, description="Day the line was entered, where the source tells")
    order_account: str = pa.Field(
        nullable=True, description="Account that somebody chose on the line or the adjustment in the source"
    )

    class Config:
        strict = True


class TransferLines(pa.DataFrameModel):
    """One row per line of a transfer between locations."""

    transfer_line_id: str = pa.Field(unique=True, description="The source's id of the line")
    transfer_id: str = pa.Field(description="The source's id of the transfer")
    transfer_number: str = pa.Field(description="Number that people use")
    sku: str = pa.Field(description="Stock keeping unit")
    quantity: Quantity = pa.Field(ge=0, description="Units, positive")
    from_location: str = pa.Field(description="Where they left")
    to_location: str = pa.Field(description="Where they arrived")
    dispatched_date: pl.Date = pa.Field(nullable=True, description="Day they left; null before")
    received_date: pl.Date = pa.Field(nullable=True, description="Day they arrived; null while in transit")
    unit_cost: UnitCost = pa.Field(
        nullable=True, ge=0, description="The source's own cost of a unit, base currency: only spreads charges by value"
    )
    lot: str = pa.Field(nullable=True, description="Batch or serial number")

    class Config:
        strict = True


class ProductionLines(pa.DataFrameModel):
    """One row per product made, or per component used, in a production job."""

    production_line_id: str = pa.Field(unique=True, description="The source's id of the line")
    production_id: str = pa.Field(description="The source's id of the job")
    production_number: str = pa.Field(description="Number that people use")
    kind: str = pa.Field(isin=["output", "component"], description="output made, or component used")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse")
    quantity: Quantity = pa.Field(ge=0, description="Units, positive")
    produced_date: pl.Date = pa.Field(nullable=True, description="Day the job was completed; null before")
    unit_cost: UnitCost = pa.Field(
        nullable=True, ge=0, description="Base currency: standard cost of an output; null: what its components cost"
    )
    cost_share: Cost = pa.Field(
        nullable=True, ge=0, description="Share of the job's cost that an output takes, where there are several"
    )
    lot: str = pa.Field(nullable=True, description="Batch or serial number")

    class Config:
        strict = True


class UncountedLines(pa.DataFrameModel):
    """One row per line of a document that the source does not count, though it says that goods moved."""

    line_id: str = pa.Field(unique=True, description="The source's id of the line, with the kind of its document")
    document_kind: str = pa.Field(
        isin=["sale", "purchase", "adjustment", "transfer", "production"], description="What kind of document"
    )
    document_number: str = pa.Field(description="Number that people use")
    sku: str = pa.Field(description="Stock keeping unit")
    quantity: Quantity = pa.Field(description="Stock units that it says have moved: in positive, out negative")
    moved_date: pl.Date = pa.Field(description="Day on which it says so")
    reason: str = pa.Field(description="Why it does not count: it is a draft, void, lacks a date, or is drop-shipped")

    class Config:
        strict = True


class OpeningStock(pa.DataFrameModel):
    """One row per opening layer: what was on hand when the ledger began."""

    opening_id: str = pa.Field(unique=True, description="The source's id of the layer")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse")
    opening_date: pl.Date = pa.Field(
        description="Day the layer is dated; it is stock from before the first month closed"
    )
    quantity: Quantity = pa.Field(ge=0, description="Units on hand")
    unit_cost: UnitCost = pa.Field(ge=0, description="Base currency for one unit")
    lot: str = pa.Field(nullable=True, description="Batch or serial number; each is a layer of its own")

    class Config:
        strict = True


class CurrencyRates(pa.DataFrameModel):
    """One row per currency and day."""

    currency_code: str = pa.Field(description="Foreign currency, ISO 4217")
    rate_date: pl.Date = pa.Field(description="Day the rate is for; the latest one before a document serves it")
    currency_rate: Rate = pa.Field(gt=0, description="Base currency for one foreign unit")

    class Config:
        strict = True
        unique = ["currency_code", "rate_date"]
