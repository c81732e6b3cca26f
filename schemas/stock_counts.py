"""Stock on hand as the source itself states it: what the stock ledger is compared with before Xero is looked at."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money, Quantity


class StockOnHand(pa.DataFrameModel):
    """One row per day, SKU and location: units on hand at the end of that day, as the source states them."""

    as_of: pl.Date = pa.Field(description="Day at whose end the units were there; an API knows today only")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse")
    quantity: Quantity = pa.Field(description="Stock units on hand, goods on their way between locations left out")
    value: Money = pa.Field(nullable=True, description="Value in base currency, where the source gives one")

    class Config:
        strict = True
        unique = ["as_of", "sku", "location"]


class StockChecks(pa.DataFrameModel):
    """One row per SKU and location whose stock was compared: the ledger against the source's own stock on hand."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    as_of: pl.Date = pa.Field(description="Day that both are compared at")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse")
    ledger_quantity: Quantity = pa.Field(description="Units that the stock moves up to that day leave")
    stated_quantity: Quantity = pa.Field(description="Units that the source states; 0 where it does not list the SKU")
    quantity_difference: Quantity = pa.Field(description="Ledger less stated")
    ledger_value: Money = pa.Field(
        nullable=True, description="Value of the SKU at that place in the ledger; null where the day is not the cut-off"
    )
    stated_value: Money = pa.Field(nullable=True, description="Value that the source states; null where it gives none")
    value_difference: Money = pa.Field(nullable=True, description="Ledger less stated, where both are known")

    class Config:
        strict = True
        unique = ["period", "sku", "location"]
