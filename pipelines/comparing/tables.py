"""A comparison as tables for the terminal, and as sheets."""

from collections.abc import Sequence

import polars as pl

from pipelines.close_pack.pack_tables import PackColumn, PackTable, make_table
from pipelines.comparing.run import Comparison
from pipelines.reports.month import ReportTable, money, total_of
from transforms.periods import name_period

SKUS_SHOWN, DOCUMENTS_SHOWN = 15, 15


def comparison_tables(found: Comparison) -> list[ReportTable]:
    """Totals by method, the SKUs that differ most, and Cin7's own figures."""
    return [_totals(found), *_skus(found), *_cin7(found)]


def _name(method: str) -> str:
    return "FIFO" if method == "fifo" else method.replace("_", " ")


def _totals(found: Comparison) -> ReportTable:
    names = ("cogs_amount", "other_amount", "profit_effect", "closing_value", "stock_effect")
    totals = found.totals().to_dicts()
    rows = [
        (
            _name(row["method"]) + (" (as closed)" if row["method"] == found.own_method else ""),
            *(money(row[name]) for name in names),
            f"{row['sku_count']:,}",
        )
        for row in totals
    ]
    labels = ("Method", "COGS", "Other expense", "Effect on profit", "Closing stock", "Effect on stock", "SKUs")
    title = f"Costing methods compared, {name_period(found.period)}"
    return ReportTable(title, labels, tuple(rows), frozenset(labels[1:]), note=" ".join(found.notes))


def _skus(found: Comparison) -> list[ReportTable]:
    tables = []
    labels = ("SKU", "Category", "COGS", "Effect on profit", "Closing stock", "Effect on stock")
    for method in found.by_sku["method"].unique(maintain_order=True):
        own = found.by_sku.filter(method=method).filter(pl.any_horizontal(pl.col("profit_effect", "stock_effect") != 0))
        largest = own.sort(
            pl.max_horizontal(pl.col("profit_effect").abs(), pl.col("stock_effect").abs()),
            "sku",
            descending=[True, False],
        )
        shown, rest = largest.head(SKUS_SHOWN), largest.slice(SKUS_SHOWN)
        names = ("cogs_amount", "profit_effect", "closing_value", "stock_effect")
        rows = [(row["sku"], row["category"] or "", *(money(row[name]) for name in names)) for row in shown.to_dicts()]
        if rest.height:
            rows.append((f"{rest.height:,} more", "", *(money(total_of(rest[name])) for name in names)))
        if rows:
            rows.append(("Total", "", *(money(total_of(largest[name])) for name in names)))
            title = f"SKUs that differ by {_name(method)}"
            tables.append(ReportTable(title, labels, tuple(rows), frozenset(labels[2:]), frozenset({len(rows) - 1})))
    return tables


def _cin7(found: Comparison) -> list[ReportTable]:
    parts = ((found.by_document, "document_number", "Document"), (found.by_cin7_sku, "sku", "SKU"))
    return [_beside(found, frame, key, label) for frame, key, label in parts if frame is not None]


def _beside(found: Comparison, frame: pl.DataFrame, key: str, label: str) -> ReportTable:
    names = ("cogs_amount", "cin7_amount", "difference")
    differing = frame.filter(pl.col("difference") != 0)
    rows = [
        (
            str(row[key]),
            *(money(row[name]) for name in names),
            "" if row["is_in"] == "both" else f"only in {row['is_in']}",
        )
        for row in differing.head(DOCUMENTS_SHOWN).to_dicts()
    ]
    rest = frame.height - len(rows)
    if rest:
        shown = differing.head(DOCUMENTS_SHOWN)
        sums = (money(total_of(frame[name]) - total_of(shown[name])) for name in names)
        rows.append((f"{rest:,} more", *sums, f"{frame.height - differing.height:,} of them equal"))
    rows.append(("Total", *(money(total_of(frame[name])) for name in names), ""))
    labels = (label, "COGS here", "COGS in Cin7", "Difference", "")
    title = f"COGS beside {found.cin7_name}, by {label if label == 'SKU' else label.lower()}"
    return ReportTable(title, labels, tuple(rows), frozenset(labels[1:4]), frozenset({len(rows) - 1}))


def comparison_sheets(found: Comparison) -> list[PackTable]:
    """The same for Excel, every row."""
    amounts = (
        ("opening_value", "Opening stock"),
        ("cogs_amount", "COGS"),
        ("other_amount", "Other expense"),
        ("closing_value", "Closing stock"),
        ("cogs_effect", "Effect on COGS"),
        ("profit_effect", "Effect on profit"),
        ("stock_effect", "Effect on stock"),
    )
    month = name_period(found.period)
    methods = (
        PackColumn("method", "Method", width=18),
        *[PackColumn(name, label, "money", width=16) for name, label in amounts],
        PackColumn("sku_count", "SKUs that differ", "count", width=12),
    )
    skus = (
        PackColumn("method", "Method", width=18),
        PackColumn("sku", "SKU", width=24),
        PackColumn("category", "Category", width=20),
        PackColumn("closing_quantity", "Units on hand", "quantity"),
        *[PackColumn(name, label, "money", width=16) for name, label in amounts],
    )
    note = " ".join([f"Effects are against {_name(found.own_method)}, the method of the close.", *found.notes])
    sheets = [
        make_table("Methods", f"Costing methods compared, {month}", methods, found.totals(), note),
        make_table("SKUs", f"Costing methods by SKU, {month}", skus, found.by_sku, note),
    ]
    return [*sheets, *_cin7_sheets(found, month)]


def _cin7_sheets(found: Comparison, month: str) -> Sequence[PackTable]:
    parts = ((found.by_document, "document_number", "Document"), (found.by_cin7_sku, "sku", "SKU"))
    return [
        make_table(
            f"Cin7 by {label if label == 'SKU' else label.lower()}",
            f"COGS beside {found.cin7_name}, {month}",
            (
                PackColumn(key, label, width=24),
                PackColumn("cogs_amount", "COGS here", "money", is_summed=True, width=16),
                PackColumn("cin7_amount", "COGS in Cin7", "money", is_summed=True, width=16),
                PackColumn(
                    "difference",
                    "Difference",
                    "money",
                    is_summed=True,
                    width=16,
                    formula="={cogs_amount}-{cin7_amount}",
                ),
                PackColumn("is_in", "In", width=10),
            ),
            frame,
        )
        for frame, key, label in parts
        if frame is not None
    ]
