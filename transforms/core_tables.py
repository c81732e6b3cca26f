"""The source documents as one bundle of frames, so that functions name the tables they read."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class CoreTables:
    """Every source table of a close; the models in `schemas.documents` give grain and columns."""

    products: pl.LazyFrame
    sale_lines: pl.LazyFrame
    receipt_lines: pl.LazyFrame
    bill_lines: pl.LazyFrame
    charges: pl.LazyFrame
    adjustment_lines: pl.LazyFrame
    transfer_lines: pl.LazyFrame
    production_lines: pl.LazyFrame
    opening_stock: pl.LazyFrame
    currency_rates: pl.LazyFrame

    def stocked(self) -> pl.LazyFrame:
        """One row per SKU that is valued as stock: `sku`."""
        return self.products.filter("is_stocked").select("sku")
