"""Lists what a correction could match anywhere in the source, whatever month is closed."""

from datetime import date

import polars as pl

from transforms.core_tables import CoreTables
from transforms.exceptions import find_document_exceptions


def list_occurring_subjects(core: CoreTables, charge_types: pl.DataFrame, base_currency: str) -> pl.LazyFrame:
    """Kinds and subjects of exceptions that the documents show, without valuing them.

    Args:
        core: the source documents.
        charge_types: ChargeTypes.
        base_currency: ISO 4217 code.

    Returns:
        `exception_kind`, `subject`, each pair once: document exceptions of every date, and SKUs sold without any
        inflow.
    """
    documents = find_document_exceptions(core, charge_types, base_currency, date.max).select(
        "exception_kind", "subject"
    )
    return pl.concat([documents, _sold_without_inflow(core)]).unique()


def _sold_without_inflow(core: CoreTables) -> pl.LazyFrame:
    inflows = [
        core.opening_stock.select("sku"),
        core.receipt_lines.filter((pl.col("kind") == "receipt") & (pl.col("quantity") > 0)).select("sku"),
        core.adjustment_lines.filter(pl.col("quantity") > 0).select("sku"),
        core.production_lines.filter(pl.col("kind") == "output").select("sku"),
    ]
    sold = core.sale_lines.filter((pl.col("kind") == "sale") & (pl.col("status") == "approved")).select("sku").unique()
    return (
        sold.join(core.stocked(), on="sku", how="semi")
        .join(pl.concat(inflows), on="sku", how="anti")
        .select(pl.lit("missing_cost").alias("exception_kind"), pl.col("sku").alias("subject"))
    )
