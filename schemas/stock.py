"""The stock ledger: one signed row per change of stock, its value, and the roll-forward of a period."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Cost, Money, Quantity, UnitCost
from schemas.kinds import MOVE_KINDS, RENAMED_IN, RENAMED_OUT

DOCUMENT_KINDS = ["opening", "purchase", "charge", "sale", "credit_note", "adjustment", "transfer", "production"]
"""The documents that moves come from."""


class StockMoves(pa.DataFrameModel):
    """One row per signed change of stock, at its physical date, with the day of its recognition beside it."""

    move_id: str = pa.Field(unique=True, description="Document kind and source line: the key everywhere below")
    kind: str = pa.Field(isin=MOVE_KINDS, description="What kind of change")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(nullable=True, description="Branch or warehouse")
    lot: str = pa.Field(nullable=True, description="Batch or serial number")
    moved_on: pl.Date = pa.Field(description="Physical date")
    known_on: pl.Date = pa.Field(nullable=True, description="Day it was entered; null: on its physical date")
    recognised_on: pl.Date = pa.Field(
        nullable=True, description="Day the accounts take it up; null: not (yet) recognised"
    )
    sequence: int = pa.Field(
        nullable=True, description="Order within the day; null: inflows before outflows, then move_id"
    )
    quantity: Quantity = pa.Field(description="Stock units: in positive, out negative, 0 for a change of value only")
    unit_cost: UnitCost = pa.Field(nullable=True, ge=0, description="Base currency for one unit of an inflow")
    amount: Cost = pa.Field(
        nullable=True,
        description="Total cost of an inflow in base currency, which wins over unit_cost; value of a value-only move",
    )
    source_move_id: str = pa.Field(
        nullable=True, description="Receipt that a charge or purchase return concerns; sale that a return reverses"
    )
    cost_share: Cost = pa.Field(nullable=True, description="Share of an assembly's cost, where it has several outputs")
    document_kind: str = pa.Field(isin=DOCUMENT_KINDS, description="Kind of document it comes from")
    document_id: str = pa.Field(description="The source's id of the document; ties the sides of a transfer or assembly")
    document_number: str = pa.Field(description="Number that people use")
    source_line_id: str = pa.Field(description="The source's id of the line, key of its core table")
    channel: str = pa.Field(nullable=True, description="Sales channel")
    party: str = pa.Field(nullable=True, description="Customer or supplier")
    reason: str = pa.Field(nullable=True, description="Adjustment reason")
    charge_type: str = pa.Field(nullable=True, description="Kind of landed charge")
    customer_group: str = pa.Field(nullable=True, description="Group that the customer belongs to")
    currency_code: str = pa.Field(nullable=True, description="Currency of the document, ISO 4217")
    order_account: str = pa.Field(nullable=True, description="Account on the document's line in the source")

    class Config:
        strict = True


class ValuedMoves(pa.DataFrameModel):
    """One row per stock move: what it changed in stock value and in COGS, to the cent."""

    move_id: str = pa.Field(unique=True, description="Key of the stock move")
    cost_amount: Money = pa.Field(description="Signed change of stock value in base currency")
    unit_cost_applied: UnitCost = pa.Field(
        nullable=True, description="Cost of one unit; null for a change of value only"
    )
    provisional_amount: Money = pa.Field(
        nullable=True, description="Cost that an uncovered issue had first; null unless it was provisional"
    )
    is_provisional: bool = pa.Field(description="Whether the issue is still not covered by a receipt")
    cogs_amount: Money = pa.Field(description="What the move adds to COGS; 0 outside sales and returns")

    class Config:
        strict = True


class MoveCosts(pa.DataFrameModel):
    """One row per stock move of core.stock_moves: what it costs as known at the last close."""

    move_id: str = pa.Field(unique=True, description="Key of the stock move")
    sku: str = pa.Field(description="Stock keeping unit")
    moved_on: pl.Date = pa.Field(description="Physical date")
    cost_amount: Money = pa.Field(description="Signed change of stock value in base currency")
    unit_cost_applied: UnitCost = pa.Field(
        nullable=True, description="Cost of one unit; null for a change of value only"
    )
    provisional_amount: Money = pa.Field(
        nullable=True, description="Cost that an uncovered issue had first; null unless it was provisional"
    )
    is_provisional: bool = pa.Field(description="Whether the issue is still not covered by a receipt")
    cogs_amount: Money = pa.Field(description="What the move adds to COGS")
    exact_cost: str = pa.Field(
        nullable=True,
        description="Exact cost of an issue in ten-billionths, where units at the unit cost are not all of it",
    )

    class Config:
        strict = True


class Bookings(pa.DataFrameModel):
    """One row per stock move and month that booked value of it: wanted so far, less what earlier months booked. Where
    it has another SKU, category, location or stock account now, further rows carry over what stands there."""

    period: pl.Date = pa.Field(description="First day of the month that books it")
    move_id: str = pa.Field(description="Key of the stock move")
    kind: str = pa.Field(
        isin=[*MOVE_KINDS, RENAMED_OUT, RENAMED_IN],
        description="What kind of change; renamed_out, renamed_in: from the SKU, category, location or stock account "
        "that it stood under to those of now",
    )
    sku: str = pa.Field(description="Stock keeping unit")
    category: str = pa.Field(nullable=True, description="Product category when it was booked")
    location: str = pa.Field(nullable=True, description="Branch or warehouse")
    moved_on: pl.Date = pa.Field(description="Physical date")
    recognised_on: pl.Date = pa.Field(nullable=True, description="Day the accounts take it up; null: not recognised")
    document_kind: str = pa.Field(isin=DOCUMENT_KINDS, description="Kind of document it comes from")
    document_id: str = pa.Field(description="The source's id of the document")
    document_number: str = pa.Field(description="Number that people use")
    source_line_id: str = pa.Field(description="The source's id of the line, key of its core table")
    channel: str = pa.Field(nullable=True, description="Sales channel")
    party: str = pa.Field(nullable=True, description="Customer or supplier")
    reason: str = pa.Field(nullable=True, description="Adjustment reason")
    charge_type: str = pa.Field(nullable=True, description="Kind of landed charge")
    stock_account_code: str = pa.Field(nullable=True, description="Stock account in Xero; null: no rule gives one")
    moved_quantity: Quantity = pa.Field(description="Stock units booked in this month, signed")
    cost_amount: Money = pa.Field(
        description="Change of stock value booked in this month, at the physical date, signed"
    )
    recognised_amount: Money = pa.Field(description="COGS booked in this month, for sales and returns")
    is_late: bool = pa.Field(description="Whether an earlier month had booked stock value for the move already")
    is_late_recognition: bool = pa.Field(description="Whether an earlier month had booked COGS for the move already")
    unit_cost_applied: UnitCost = pa.Field(nullable=True, description="Cost of one unit")
    is_provisional: bool = pa.Field(description="Whether the cost is provisional")
    brand: str = pa.Field(nullable=True, description="Product brand when it was booked")
    customer_group: str = pa.Field(nullable=True, description="Group that the customer belongs to")
    currency_code: str = pa.Field(nullable=True, description="Currency of the document, ISO 4217")
    order_account: str = pa.Field(nullable=True, description="Account on the document's line in the source")

    class Config:
        strict = True
        unique = ["period", "move_id", "kind", "sku", "location", "category", "stock_account_code"]


class LandedCostAllocations(pa.DataFrameModel):
    """One row per landed charge and received line that carries a share of it."""

    charge_id: str = pa.Field(description="The charge")
    receipt_line_id: str = pa.Field(description="The received line")
    sku: str = pa.Field(description="Stock keeping unit")
    is_stocked: bool = pa.Field(description="Whether the share enters stock value")
    basis: str = pa.Field(isin=["value", "quantity", "weight", "volume", "equal"], description="What it was spread by")
    basis_amount: Cost = pa.Field(ge=0, description="The line's weight in the spread")
    allocated_amount: Cost = pa.Field(description="Share of the charge in base currency; shares sum to the charge")

    class Config:
        strict = True
        unique = ["charge_id", "receipt_line_id"]


class RollForward(pa.DataFrameModel):
    """One row per period, stock account and pool (a SKU, or a SKU at one location): opening + moves = closing."""

    period: pl.Date = pa.Field(description="First day of the month")
    account_code: str = pa.Field(description="Stock account in Xero")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(nullable=True, description="Branch or warehouse; null where the pool is the SKU")
    opening_quantity: Quantity = pa.Field(description="Closing of the month before")
    opening_value: Money = pa.Field(description="Closing of the month before")
    receipts_quantity: Quantity = pa.Field(description="Received from suppliers, less sent back")
    receipts_value: Money = pa.Field(description="Cost of what was received, less sent back")
    landed_cost_value: Money = pa.Field(description="Freight, customs and other charges taken into stock")
    production_quantity: Quantity = pa.Field(description="Made, less components used")
    production_value: Money = pa.Field(description="Value of what was made, less components used")
    transfers_quantity: Quantity = pa.Field(description="Between locations; sums to zero but for goods in transit")
    transfers_value: Money = pa.Field(description="Between locations; sums to zero but for goods in transit")
    adjustments_quantity: Quantity = pa.Field(description="Counted, written off, found")
    adjustments_value: Money = pa.Field(description="Counted, written off, found, revalued")
    sales_quantity: Quantity = pa.Field(description="Dispatched to customers, negative")
    sales_value: Money = pa.Field(description="Cost of what was dispatched, negative")
    returns_quantity: Quantity = pa.Field(description="Come back from customers")
    returns_value: Money = pa.Field(description="Cost of what came back")
    late_cost_value: Money = pa.Field(description="Corrections of moves of earlier months")
    closing_quantity: Quantity = pa.Field(description="Opening and all the moves")
    closing_value: Money = pa.Field(description="Opening and all the moves")

    class Config:
        strict = True
        unique = ["period", "account_code", "sku", "location"]
