"""Closing layers as checkpoints: what each pool held when a month was closed, for the next one to go on from."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money, Quantity


class Checkpoints(pa.DataFrameModel):
    """One row per state of the costing that a close has left; the highest number is where the next close goes on."""

    checkpoint: int = pa.Field(unique=True, ge=1, description="Number, counted up")
    period: pl.Date = pa.Field(description="First day of the month closed")
    version: int = pa.Field(ge=1, description="Counted up when the month is closed again and its figures differ")
    cut_off: pl.Date = pa.Field(description="Last day that counted for the close")
    state_day: pl.Date = pa.Field(description="The layers are those at the end of this day")
    horizon: pl.Date = pa.Field(description="Last physical day of the moves that were valued")
    costing_method: str = pa.Field(description="fifo, moving_average, periodic_average, standard or specific")
    cost_pool: str = pa.Field(description="sku or sku_location")
    late_cost: str = pa.Field(description="Policy for charges known after their receipt")
    prospective_share: str = pa.Field(description="How much of a receipt a late charge finds, under prospective")
    purchase_return: str = pa.Field(description="Cost of goods sent back: receipt or current")
    costing_version: int = pa.Field(description="Version of the rules by which the engine values under this policy")
    is_rebuilt: bool = pa.Field(description="Whether everything was valued again from the beginning")

    class Config:
        strict = True
        unique = ["period", "version"]


class CheckpointPools(pa.DataFrameModel):
    """One row per checkpoint and pool that it valued: what the pool held, until a later checkpoint has it again."""

    checkpoint: int = pa.Field(description="The checkpoint")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse; empty where the pool is the SKU")
    lot: str = pa.Field(description="Batch or serial number; empty but for the method specific")
    quantity: Quantity = pa.Field(description="Stock units on hand")
    stock_value: Money = pa.Field(description="Their cost in base currency, rounded")
    is_resumable: bool = pa.Field(description="False: units are owed or a document is under way, so history decides")
    average_cost: str = pa.Field(nullable=True, description="Exact average, in millionths for a unit; null under FIFO")
    last_unit_cost: str = pa.Field(nullable=True, description="Exact cost of the last unit that came in, in millionths")
    brought_cost: str = pa.Field(description="Running total of inflows, exact, in ten-billionths")
    issued_cost: str = pa.Field(description="Running total of outflows, exact, in ten-billionths")
    charged_cost: str = pa.Field(description="Running total of charges that found goods gone, in ten-billionths")
    valued_from: pl.Date = pa.Field(
        nullable=True,
        description="First day whose moves were valued for it: states of the pool of that day or later, in earlier "
        "checkpoints, do not hold any more; null: all of its days",
    )

    class Config:
        strict = True
        unique = ["checkpoint", "sku", "location", "lot"]


class CheckpointLayers(pa.DataFrameModel):
    """One row per checkpoint, pool that it valued, and cost layer on hand, oldest first."""

    checkpoint: int = pa.Field(description="The checkpoint")
    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse; empty where the pool is the SKU")
    lot: str = pa.Field(description="Batch or serial number; empty but for the method specific")
    layer_number: int = pa.Field(ge=1, description="1 leaves first")
    origin_move_id: str = pa.Field(
        description="The inflow that first brought the units: their receipt, also after transfers"
    )
    quantity: Quantity = pa.Field(description="Stock units left of it")
    layer_cost: str = pa.Field(description="What they cost, exact, in ten-billionths of the base currency")

    class Config:
        strict = True
        unique = ["checkpoint", "sku", "location", "lot", "layer_number"]


class PoolCheckpoints(pa.DataFrameModel):
    """One row per pool that ever had a move: which checkpoint holds its state now."""

    sku: str = pa.Field(description="Stock keeping unit")
    location: str = pa.Field(description="Branch or warehouse; empty where the pool is the SKU")
    lot: str = pa.Field(description="Batch or serial number; empty but for the method specific")
    checkpoint: int = pa.Field(description="The checkpoint with its state")
    is_resumable: bool = pa.Field(description="Whether the next close can go on from there")
    component: int = pa.Field(description="Same number: goods went from one pool to the other, directly or not")

    class Config:
        strict = True
        unique = ["sku", "location", "lot"]


class SourceDigests(pa.DataFrameModel):
    """One row per core table and day (product, charge): a digest of the rows that stock moves were made of."""

    core_table: str = pa.Field(description="Table in core")
    bucket: str = pa.Field(description="Physical day; SKU of core.products; id of a charge; all for opening stock")
    row_count: int = pa.Field(ge=0, description="Rows")
    digest: str = pa.Field(nullable=True, description="Digest of the rows and of the settings that read them")

    class Config:
        strict = True
        unique = ["core_table", "bucket"]


class SourceMarks(pa.DataFrameModel):
    """One row per kind of digest in close.source_days: where the rows lay in the warehouse file when it was made."""

    core_table: str = pa.Field(unique=True, description="Table in core")
    mark: str = pa.Field(description="Hash of places and checksums; while it holds, no row has changed")

    class Config:
        strict = True


class SourceDays(pa.DataFrameModel):
    """One row per core table, day and detail: a digest of its rows."""

    core_table: str = pa.Field(description="Table in core; first_bills: received lines by their first bill")
    day: pl.Date = pa.Field(nullable=True, description="Physical day of the rows; of bill lines that of what they bill")
    detail: str = pa.Field(nullable=True, description="What else decides how they are read: a currency, a second day")
    row_count: int = pa.Field(ge=1, description="Rows")
    digest: str = pa.Field(description="Digest of the rows")

    class Config:
        strict = True
        unique = ["core_table", "day", "detail"]


class ChargedLines(pa.DataFrameModel):
    """One row per receipt, transfer or production line of which something is charged, as it lay in core."""

    purchase_id: str = pa.Field(description="What the charge names: an order, transfer:ID or production:ID")
    sku: str = pa.Field(nullable=True, description="Stock keeping unit")
    came_on: pl.Date = pa.Field(nullable=True, description="Day on which the goods came")
    currency_code: str = pa.Field(nullable=True, description="Currency of the line")
    row_digest: str = pa.Field(description="Digest of the line")

    class Config:
        strict = True


class BookedPlaces(pa.DataFrameModel):
    """One row per booked month: by which products and rules it, and everything before it, found its stock account."""

    period: pl.Date = pa.Field(unique=True, description="First day of the month")
    booking_number: int = pa.Field(ge=1, description="Counts up with each booking of any month")
    places_digest: str = pa.Field(description="Digest of the products and of the rules for stock accounts")

    class Config:
        strict = True


class EntryDigests(pa.DataFrameModel):
    """One row per month, topic and day: a digest of what its journals of receipts, bills and charges rest on."""

    period: pl.Date = pa.Field(description="First day of the month that was built")
    topic: str = pa.Field(
        isin=["receipts", "charges", "settings", "bookings", "sources"], description="What the digest is of"
    )
    bucket: str = pa.Field(description="Day of receipt or charge (none: no day yet); a month; all for settings")
    digest: str = pa.Field(nullable=True, description="Digest of the rows")

    class Config:
        strict = True
        unique = ["period", "topic", "bucket"]
