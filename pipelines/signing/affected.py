"""Which documents a few changed rows can have an effect on, so that an effect is found without valuing everything."""

from collections.abc import Sequence

import polars as pl

from pipelines.signing.signed_rows import RowChange
from transforms.core_tables import CoreTables
from transforms.texts import fill

_BY_SKU = ("sale_lines", "adjustment_lines", "opening_stock")


def narrow_down(before: CoreTables, after: CoreTables, changes: Sequence[RowChange]) -> CoreTables:
    """The signed documents of the products that some changes can reach: through charges, production and rates.

    Args:
        before: documents as signed.
        after: documents as they are.
        changes: what lies between the two.

    Returns:
        All documents of these products, and the received lines that share a charge with them; other products come in
        with lines that no change moves, so they add nothing to a difference.
    """
    rows = [row for one in changes for row in (one.old, one.new) if row is not None]
    skus = {str(row["sku"]) for row in rows if row.get("sku")}
    orders = {str(row["purchase_id"]) for row in rows if row.get("purchase_id")}
    currencies = {str(one.row_key).split()[0] for one in changes if one.core_table == "currency_rates"}
    receipts = pl.concat([before.receipt_lines, after.receipt_lines])
    skus |= _values(receipts.filter(pl.col("currency_code").is_in(currencies)), "sku")
    for core in (before, after):
        for name, frame in _carriers(core).items():
            skus |= _values(_named(frame, name).filter(pl.col("purchase_id").is_in(orders)), "sku")
    production = pl.concat([before.production_lines, after.production_lines]).select("production_id", "sku").unique()
    while True:
        documents = _values(production.filter(pl.col("sku").is_in(skus)), "production_id")
        more = _values(production.filter(pl.col("production_id").is_in(documents)), "sku")
        if more <= skus:
            break
        skus |= more
    shared = orders.union(*(_values(_named(frame, name).filter(pl.col("sku").is_in(skus)), "purchase_id")
                            for name, frame in _carriers(before).items()))  # fmt: skip
    charges = before.charges.filter(pl.col("purchase_id").is_in(shared))
    charged = _values(charges, "purchase_id") | orders
    lines, moved, made = (
        _named(frame, name)
        .filter(pl.col("sku").is_in(skus) | pl.col("purchase_id").is_in(charged))
        .select(frame.collect_schema().names())
        for name, frame in _carriers(before).items()
    )
    bills = before.bill_lines.filter(pl.col("receipt_line_id").is_in(_values(lines, "receipt_line_id")))
    return CoreTables(
        products=before.products,
        currency_rates=before.currency_rates,
        receipt_lines=lines,
        bill_lines=bills,
        charges=charges,
        transfer_lines=moved,
        production_lines=made,
        **{name: getattr(before, name).filter(pl.col("sku").is_in(skus)) for name in _BY_SKU},
    )


def _carriers(core: CoreTables) -> dict[str, pl.LazyFrame]:
    """The tables whose lines charges are spread over."""
    return {"": core.receipt_lines, "transfer": core.transfer_lines, "production": core.production_lines}


def _named(frame: pl.LazyFrame, kind: str) -> pl.LazyFrame:
    """The lines with the `purchase_id` by which charges name their document (transforms.charge_carriers)."""
    return frame.with_columns(fill(f"{kind}:{{}}", f"{kind}_id").alias("purchase_id")) if kind else frame


def _values(frame: pl.LazyFrame, column: str) -> set[str]:
    return set(frame.select(pl.col(column).unique()).collect()[column].drop_nulls().to_list())
