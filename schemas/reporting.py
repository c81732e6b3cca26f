"""What an analyst reads beside the journals: roll-forward lines, margins, flux and comments, ages, open receipts."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant, Money, Quantity

MOVEMENTS = {
    "opening": "Opening",
    "received_billed": "Received, billed",
    "received_not_billed": "Received, not billed",
    "landed_billed": "Landed cost, billed",
    "landed_accrued": "Landed cost, accrued",
    "production": "Production",
    "transfers": "Transfers",
    "adjustments": "Adjustments",
    "revaluation": "Revaluation",
    "cogs": "Cost of goods dispatched",
    "returns": "Returns",
    "late_cost": "Late cost expensed",
    "closing": "Closing",
}
"""Every line of the roll-forward, in its order, in words; those between opening and closing sum to the difference."""

COMPARISONS = {"last_month": "last month", "last_year": "the same month last year"}
"""What a month is compared with."""

AGE_BANDS = {
    "0-30": "up to 30 days",
    "31-60": "31 to 60 days",
    "61-90": "61 to 90 days",
    "91-180": "91 to 180 days",
    "181-365": "181 to 365 days",
    "over 365": "over a year",
}
"""Bands of age in days at the cut-off, youngest first."""


class RollForwardLines(pa.DataFrameModel):
    """One row per period, entity, stock account, category, movement and its detail: opening + movements = closing."""

    period: pl.Date = pa.Field(description="First day of the month")
    entity: str = pa.Field(description="Organisation whose books they are: the prefix of its tags")
    account_code: str = pa.Field(description="Stock account in Xero")
    category: str = pa.Field(nullable=True, description="Product category when it was booked")
    step: int = pa.Field(ge=1, le=len(MOVEMENTS), description="Order of the movements")
    movement: str = pa.Field(isin=list(MOVEMENTS), description="opening, a movement of the month, or closing")
    detail: str = pa.Field(description="Reason of an adjustment, type of a landed charge; empty for the others")
    quantity: Quantity = pa.Field(description="Stock units, signed")
    value_amount: Money = pa.Field(description="Base currency, signed")

    class Config:
        strict = True
        unique = ["period", "entity", "account_code", "category", "movement", "detail"]

    @pa.dataframe_check(error="opening and movements must sum to closing in each account and category")
    @classmethod
    def _foots(cls, data: pa.PolarsData) -> pl.LazyFrame:
        keys = ["period", "entity", "account_code", "category"]
        sign = pl.when(pl.col("movement") == "closing").then(-1).otherwise(1)
        sums = [(pl.col(name) * sign).sum().over(keys) == 0 for name in ("quantity", "value_amount")]
        return data.lazyframe.select(pl.all_horizontal(sums).alias("foots"))


class Margins(pa.DataFrameModel):
    """One row per period, category, branch, channel and SKU: what was sold, for how much, at what cost."""

    period: pl.Date = pa.Field(description="First day of the month that recognised the sale")
    category: str = pa.Field(nullable=True, description="Product category when it was booked")
    branch: str = pa.Field(nullable=True, description="Branch or warehouse that the goods left or came back to")
    channel: str = pa.Field(nullable=True, description="Sales channel")
    sku: str = pa.Field(description="Stock keeping unit")
    quantity: Quantity = pa.Field(description="Units sold less units that came back")
    revenue_amount: Money = pa.Field(description="Net revenue less credits, base currency; 0 where it is not known")
    cogs_amount: Money = pa.Field(description="COGS of these units, base currency")
    late_cost_amount: Money = pa.Field(description="COGS booked this month for sales of earlier months")

    class Config:
        strict = True
        unique = ["period", "category", "branch", "channel", "sku"]


class FluxLines(pa.DataFrameModel):
    """One row per period, comparison, category, branch and channel: COGS and margin against another month, and why."""

    period: pl.Date = pa.Field(description="First day of the month")
    comparison: str = pa.Field(isin=list(COMPARISONS), description="last_month or last_year")
    base_period: pl.Date = pa.Field(description="First day of the month compared with")
    category: str = pa.Field(nullable=True, description="Product category")
    branch: str = pa.Field(nullable=True, description="Branch or warehouse")
    channel: str = pa.Field(nullable=True, description="Sales channel")
    quantity: Quantity = pa.Field(description="Units sold less returned")
    base_quantity: Quantity = pa.Field(description="The same in the month compared with")
    revenue_amount: Money = pa.Field(description="Net revenue, base currency")
    base_revenue_amount: Money = pa.Field(description="The same in the month compared with")
    cogs_amount: Money = pa.Field(description="COGS with late cost, base currency")
    base_cogs_amount: Money = pa.Field(description="The same in the month compared with")
    cogs_volume_amount: Money = pa.Field(description="Change of COGS: more or fewer units at the average cost of then")
    cogs_mix_amount: Money = pa.Field(description="Change of COGS: dearer or cheaper products among the units")
    cogs_cost_amount: Money = pa.Field(description="Change of COGS: other unit costs, and late cost")
    margin_price_amount: Money = pa.Field(description="Change of margin: other selling prices")
    margin_volume_amount: Money = pa.Field(description="Change of margin: more or fewer units at the margin of then")
    margin_mix_amount: Money = pa.Field(description="Change of margin: products with another margin among the units")
    margin_cost_amount: Money = pa.Field(description="Change of margin: other unit costs, and late cost")
    asks_comment: bool = pa.Field(description="Whether the change of COGS or of margin lies above the thresholds")

    class Config:
        strict = True
        unique = ["period", "comparison", "category", "branch", "channel"]

    @pa.dataframe_check(error="volume, mix and cost must sum to the change of COGS; with price, to that of margin")
    @classmethod
    def _parts_sum_to_the_change(cls, data: pa.PolarsData) -> pl.LazyFrame:
        cogs = pl.col("cogs_amount") - pl.col("base_cogs_amount")
        margin = pl.col("revenue_amount") - pl.col("base_revenue_amount") - cogs
        cogs_parts = pl.sum_horizontal([f"cogs_{part}_amount" for part in ("volume", "mix", "cost")])
        margin_parts = pl.sum_horizontal([f"margin_{part}_amount" for part in ("price", "volume", "mix", "cost")])
        return data.lazyframe.select(((cogs_parts == cogs) & (margin_parts == margin)).alias("foots"))


class FluxComments(pa.DataFrameModel):
    """One row per comment on the flux of a month; an empty category, branch or channel stands for all of them."""

    period: pl.Date = pa.Field(description="First day of the month")
    comparison: str = pa.Field(isin=list(COMPARISONS), description="last_month or last_year")
    category: str = pa.Field(nullable=True, description="Product category; null: every one")
    branch: str = pa.Field(nullable=True, description="Branch; null: every one")
    channel: str = pa.Field(nullable=True, description="Sales channel; null: every one")
    comment_text: str = pa.Field(description="What the analyst says")
    commented_by: str = pa.Field(description="Name that was given")
    login: str = pa.Field(description="Login of the operating system")
    host: str = pa.Field(description="Machine it was written on")
    commented_at: Instant = pa.Field(description="When it was written")

    class Config:
        strict = True
        unique = ["period", "comparison", "category", "branch", "channel"]


class StockAges(pa.DataFrameModel):
    """One row per period, stock account, category and band of age: stock on hand by the time since it came in."""

    period: pl.Date = pa.Field(description="First day of the month")
    account_code: str = pa.Field(description="Stock account in Xero")
    category: str = pa.Field(nullable=True, description="Product category")
    age_band: str = pa.Field(
        isin=[*AGE_BANDS, "no receipt"], description="Days from the receipt to the cut-off; no receipt: below zero"
    )
    quantity: Quantity = pa.Field(description="Units on hand at the cut-off")
    value_amount: Money = pa.Field(description="Base currency; all bands of a SKU sum to its closing value")

    class Config:
        strict = True
        unique = ["period", "account_code", "category", "age_band"]


class GoodsReceivedNotInvoiced(pa.DataFrameModel):
    """One row per received line and stock account that no supplier's bill names at the cut-off."""

    period: pl.Date = pa.Field(description="First day of the month")
    account_code: str = pa.Field(description="Stock account in Xero")
    receipt_line_id: str = pa.Field(description="The received line")
    purchase_number: str = pa.Field(description="Number of the purchase order")
    supplier: str = pa.Field(nullable=True, description="Supplier")
    sku: str = pa.Field(description="Stock keeping unit")
    received_date: pl.Date = pa.Field(description="Day it came in (or went back)")
    age_days: int = pa.Field(description="Days from that day to the cut-off")
    age_band: str = pa.Field(isin=list(AGE_BANDS), description="Band of these days")
    quantity: Quantity = pa.Field(description="Stock units, sent back negative")
    value_amount: Money = pa.Field(description="Value in the ledger, base currency")

    class Config:
        strict = True
        unique = ["period", "account_code", "receipt_line_id"]
