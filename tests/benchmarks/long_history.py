"""Makes up a company with as many months of history as asked for, month by month the same amount of work."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.warehouse import Warehouse
from schemas.tables import SOURCE_TABLES
from transforms.periods import last_day, next_period, previous_period

PLACES = ("Auckland", "Wellington", "Christchurch")
LINES_OF_AN_ORDER = 3
DAYS_OF_DISPATCH = 3
"""A few orders are invoiced so many days after they left."""


@dataclass(frozen=True)
class Company:
    """How much happens in a month."""

    moves: int = 100_000
    skus: int = 2_000
    months: int = 25
    seed: int = 1
    last: date = date(2026, 9, 1)

    @property
    def first(self) -> date:
        """Its first month."""
        month = self.last
        for _ in range(self.months - 1):
            month = previous_period(month)
        return month

    @property
    def every_month(self) -> list[date]:
        """Its months, oldest first."""
        months = [self.first]
        while months[-1] < self.last:
            months.append(next_period(months[-1]))
        return months


def fill_core(warehouse: Warehouse, company: Company, months: list[date]) -> None:
    """Put the documents of some of its months into core, as an extract leaves them; opening stock is of the first."""
    numbers = np.random.default_rng(company.seed)
    rank = np.arange(company.skus)
    popularity = 1.0 / (rank + company.skus / 50)
    popularity /= popularity.sum()
    prices = numbers.integers(300, 90_000, company.skus)
    tables = {
        "core.products": [_products(company)],
        "core.opening_stock": [_opening(company, popularity, prices, months)],
    }
    every = company.every_month
    before, short = pl.DataFrame(), pl.DataFrame(schema={"sku": pl.String, "units": pl.Int64})
    for month in every[: every.index(months[-1]) + 1]:
        own = np.random.default_rng([company.seed, every.index(month)])
        known = before if month != months[0] else pl.DataFrame()
        made, before, short = _month(company, month, own, popularity, prices, known, short)
        if month in months:
            for name, frame in made.items():
                tables.setdefault(name, []).append(frame)
    with warehouse.transaction():
        for name, frames in tables.items():
            warehouse.replace(name, pl.concat([_conform(name, frame) for frame in frames]))


def _conform(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """All columns of the table; those that the company does not use are null."""
    schema = {name: column.dtype.type for name, column in SOURCE_TABLES[table].to_schema().columns.items()}
    return frame.select(
        [
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in schema.items()
        ]
    )


def _skus(numbers: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("sku", numbers).cast(pl.String).str.zfill(5).str.replace("^", "SKU-")


def _products(company: Company) -> pl.DataFrame:
    return pl.DataFrame({"sku": _skus(np.arange(company.skus))}).with_columns(
        category=pl.lit("Camping"), is_stocked=pl.lit(value=True), weight=pl.lit("1.5").cast(pl.Decimal(18, 4))
    )


def _opening(
    company: Company, popularity: npt.NDArray[np.floating[Any]], prices: npt.NDArray[np.int64], months: list[date]
) -> pl.DataFrame:
    """A month of sales, in the layers that a year-end count would list: a receipt each."""
    units = (np.ceil(popularity * company.moves * 0.66 * 5) + 60).astype(np.int64)
    layers = pl.DataFrame({"sku": _skus(np.arange(company.skus)), "units": units, "unit_cost": prices}).with_columns(
        layer=pl.int_ranges(0, (pl.col("units") + 12) // 13)
    )
    return layers.explode("layer").select(
        "sku",
        opening_id=pl.format("{}/{}", "sku", "layer"),
        location=pl.lit(PLACES[0]),
        opening_date=pl.lit(months[0] - timedelta(days=1)),
        quantity=pl.min_horizontal(pl.col("units") - pl.col("layer") * 13, pl.lit(13)),
        unit_cost=_money("unit_cost"),
    )


def _money(name: str) -> pl.Expr:
    return (pl.col(name).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 6)).alias(name)


def _month(
    company: Company,
    month: date,
    numbers: np.random.Generator,
    popularity: npt.NDArray[np.floating[Any]],
    prices: npt.NDArray[np.int64],
    before: pl.DataFrame,
    short: pl.DataFrame,
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, pl.DataFrame]:
    """Sales 66 %, receipts 26 %, returns 3 %, counts 1 %, transfers 4 % (two moves each), freight on 3 % of orders.

    Args:
        company: how much happens.
        month: its first day.
        numbers: its chance.
        popularity: of each SKU.
        prices: of each SKU, in cents.
        before: what was sold in the month before, of which some comes back.
        short: `sku`, `units`: what earlier months sold and did not receive.

    Returns:
        Rows by core table, what was sold, and what is short now.
    """
    days = (last_day(month) - month).days + 1
    counts = {"sale": 0.66, "receipt": 0.26, "return": 0.03, "count": 0.01, "transfer": 0.02}
    size = {name: int(company.moves * share) for name, share in counts.items()}
    tag = f"{month:%y%m}"

    def drawn(name: str, most: int) -> pl.DataFrame:
        count = size[name]
        return pl.DataFrame(
            {
                "sku": _skus(numbers.choice(company.skus, count, p=popularity)),
                "at": np.arange(count),
                "order": np.sort(numbers.integers(0, max(count // LINES_OF_AN_ORDER, 1), count)),
                "quantity": numbers.integers(1, most + 1, count),
                "place": numbers.integers(0, len(PLACES), count),
                "day": np.sort(numbers.integers(0, days, count)),
                "chance": numbers.integers(0, 100, count),
            }
        ).with_columns(
            line=pl.format("{}-{}", pl.lit(tag), "at"),
            document=pl.format("{}-{}", pl.lit(tag), "order"),
            location=pl.col("place").replace_strict(dict(enumerate(PLACES)), return_dtype=pl.String),
            on=pl.lit(month) + pl.duration(days="day"),
        )

    sold = drawn("sale", 9)
    sales = sold.select(
        sale_line_id=pl.format("S{}", "line"),
        sale_id=pl.format("S{}", "document"),
        sale_number=pl.format("SO-{}", "document"),
        kind=pl.lit("sale"),
        sku="sku",
        ordered_quantity="quantity",
        moved_quantity="quantity",
        moved_date="on",
        invoice_date=pl.col("on") + pl.duration(days=pl.when(pl.col("chance") < 4).then(DAYS_OF_DISPATCH).otherwise(0)),
        status=pl.lit("approved"),
        accounting_status=pl.lit("imported"),
        location=pl.lit(PLACES[0]),
        channel=pl.lit("Wholesale"),
        customer=pl.format("Customer {}", pl.col("at") % 997),
        revenue_amount=pl.col("quantity") * 10,
    )
    seed = int(numbers.integers(0, 2**31))
    own = sold.sample(size["return"], seed=seed)
    if not before.is_empty():  # nearly half of what comes back was sold in the month before
        earlier = own.filter(pl.col("at") % 5 < 2).select("on", copy="line")
        old = before.sample(earlier.height, seed=seed).drop("on")
        own = pl.concat([own.filter(pl.col("at") % 5 >= 2), earlier.hstack(old).select(*own.columns)])
    returns = own.select(
        sale_line_id=pl.format("C{}", "line"),
        sale_id=pl.format("C{}", "document"),
        sale_number=pl.format("CN-{}", "document"),
        kind=pl.lit("sale_return"),
        sku="sku",
        ordered_quantity=pl.lit(1),
        moved_quantity=pl.lit(1),
        moved_date=pl.min_horizontal(pl.col("on") + pl.duration(days=5), pl.lit(last_day(month))),
        status=pl.lit("approved"),
        accounting_status=pl.lit("imported"),
        location=pl.lit(PLACES[0]),
        channel=pl.lit("Wholesale"),
        customer=pl.lit("Customer"),
        returned_sale_line_id=pl.format("S{}", "line"),
    ).with_columns(invoice_date="moved_date", sale_line_id=pl.format("{}-{}", "sale_line_id", pl.lit(tag)))
    # what is received in the first third of the month is what the month will sell
    needed = pl.concat([short, sold.select("sku", units="quantity")]).group_by("sku").agg(pl.col("units").sum())
    lines, line = pl.len().over("sku"), pl.int_range(pl.len()).over("sku")
    bought = (
        drawn("receipt", 1)
        .join(needed, on="sku", how="left", maintain_order="left")
        .with_columns(pl.col("units").fill_null(0).clip(lower_bound=0))
        .with_columns(
            quantity=(pl.col("units") // lines + (line < pl.col("units") % lines)).clip(lower_bound=1),
            on=pl.lit(month) + pl.duration(days=pl.col("day") // 3),
            price=_skus_price(prices),
        )
    )
    received = bought.group_by("sku").agg(-pl.col("quantity").sum().alias("units"))
    short = pl.concat([needed, received.select("sku", "units")]).group_by("sku").agg(pl.col("units").sum())
    receipts = bought.select(
        receipt_line_id=pl.format("R{}", "line"),
        purchase_id=pl.format("P{}", "document"),
        purchase_number=pl.format("PO-{}", "document"),
        kind=pl.lit("receipt"),
        supplier=pl.format("Supplier {}", pl.col("order") % 83),
        sku="sku",
        quantity="quantity",
        received_date="on",
        unit_price=(pl.col("price").cast(pl.Decimal(18, 2)) / 100 * (pl.col("chance") + 950) / 1000).cast(
            pl.Decimal(18, 4)
        ),
        location=pl.lit(PLACES[0]),
    )
    bills = receipts.select(
        bill_line_id=pl.format("B{}", "receipt_line_id"),
        bill_number=pl.format("INV-{}", "purchase_id"),
        purchase_id="purchase_id",
        receipt_line_id="receipt_line_id",
        supplier="supplier",
        bill_date=pl.col("received_date") + pl.duration(days=4),
        line_amount=(pl.col("unit_price") * pl.col("quantity").cast(pl.Decimal(18, 4))).round(2),
    )
    charges = (
        bought.unique("document", keep="first", maintain_order=True)
        .filter(pl.col("chance") < 3)
        .select(
            charge_id=pl.format("F{}", "document"),
            purchase_id=pl.format("P{}", "document"),
            purchase_number=pl.format("PO-{}", "document"),
            charge_type=pl.lit("freight"),
            charge_amount=pl.col("chance") + 20,
            charge_date=pl.col("on") + pl.duration(days=2),
            supplier=pl.lit("Forwarder"),
        )
    )
    counted = drawn("count", 3)
    adjustments = counted.select(
        adjustment_line_id=pl.format("A{}", "line"),
        adjustment_id=pl.format("A{}", pl.col("at") // 100),
        adjustment_number=pl.format("ADJ-{}-{}", pl.lit(tag), pl.col("at") // 100),
        adjustment_date="on",
        sku="sku",
        location=pl.lit(PLACES[0]),
        quantity=pl.when(pl.col("chance") < 50).then(pl.col("quantity")).otherwise(-pl.col("quantity")),
        reason=pl.lit("Stock count"),
    ).with_columns(adjustment_id=pl.format("{}-{}", pl.lit(tag), "adjustment_id"))
    transfers = (
        drawn("transfer", 3)
        .select(
            transfer_line_id=pl.format("T{}", "line"),
            transfer_id=pl.format("T{}", "document"),
            transfer_number=pl.format("TR-{}", "document"),
            sku="sku",
            quantity="quantity",
            from_location=pl.lit(PLACES[0]),
            to_location="location",
            dispatched_date="on",
            received_date="on",
        )
        .filter(pl.col("to_location") != PLACES[0])
    )
    return (
        {
            "core.sale_lines": pl.concat([sales, returns], how="diagonal_relaxed"),
            "core.receipt_lines": receipts,
            "core.bill_lines": bills,
            "core.charges": charges,
            "core.adjustment_lines": adjustments,
            "core.transfer_lines": transfers,
        },
        sold,
        short,
    )


def _skus_price(prices: npt.NDArray[np.int64]) -> pl.Expr:
    names = _skus(np.arange(len(prices)))
    return pl.col("sku").replace_strict(names, pl.Series(prices), return_dtype=pl.Int64)
