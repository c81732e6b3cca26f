"""Makes frames of a model from the few columns that a test is about."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas import documents, journals, maps, stock
from schemas.checking import check
from schemas.maps import MappingTables
from transforms.core_tables import CoreTables

Row = dict[str, Any]
Default = Callable[[Row], object]

_GOODS: dict[str, Default] = {"sku": lambda _: "TENT", "location": lambda _: "Auckland"}
"""Every document is about tents in Auckland; a rule is about everything."""
DEFAULTS: dict[str, dict[str, Default]] = {
    "Products": {"is_stocked": lambda _: True},
    "SaleLines": {
        "sale_id": lambda row: row["sale_line_id"],
        "sale_number": lambda row: f"SO-{row['sale_line_id']}",
        "kind": lambda _: "sale",
        "ordered_quantity": lambda row: row["moved_quantity"],
        "invoice_date": lambda row: row["moved_date"],
        "status": lambda _: "approved",
    },
    "ReceiptLines": {
        "purchase_id": lambda _: "1",
        "purchase_number": lambda row: f"PO-{row['purchase_id']}",
        "kind": lambda _: "receipt",
    },
    "BillLines": {
        "bill_number": lambda row: f"INV-{row['bill_line_id']}",
        "purchase_id": lambda _: "1",
        "receipt_line_id": lambda row: row["bill_line_id"],
    },
    "Charges": {
        "purchase_id": lambda _: "1",
        "purchase_number": lambda row: f"PO-{row['purchase_id']}",
        "charge_type": lambda _: "freight",
    },
    "AdjustmentLines": {
        "adjustment_id": lambda row: row["adjustment_line_id"],
        "adjustment_number": lambda row: f"ADJ-{row['adjustment_id']}",
        "reason": lambda _: "Damaged",
    },
    "TransferLines": {
        "transfer_id": lambda row: row["transfer_line_id"],
        "transfer_number": lambda row: f"TR-{row['transfer_id']}",
        "from_location": lambda _: "Auckland",
        "to_location": lambda _: "Wellington",
    },
    "ProductionLines": {
        "production_id": lambda _: "1",
        "production_number": lambda row: f"JOB-{row['production_id']}",
        "kind": lambda _: "output",
    },
    "OpeningStock": {"opening_date": lambda _: date(2026, 8, 31)},
    "StockMoves": {
        "moved_on": lambda _: date(2026, 9, 10),
        "document_kind": lambda _: "sale",
        "document_id": lambda row: row["move_id"],
        "document_number": lambda row: f"#{row['move_id']}",
        "source_line_id": lambda row: row["move_id"].split(":")[-1],
        "quantity": lambda _: 0,
    },
    "ValuedMoves": {"is_provisional": lambda _: False, "cogs_amount": lambda _: 0, "cost_amount": lambda _: 0},
    "Bookings": {
        "period": lambda _: date(2026, 9, 1),
        "kind": lambda _: "sale",
        "moved_on": lambda _: date(2026, 9, 10),
        "document_kind": lambda _: "sale",
        "document_id": lambda row: row["move_id"],
        "document_number": lambda row: f"#{row['move_id']}",
        "source_line_id": lambda row: row["move_id"].split(":")[-1],
        "stock_account_code": lambda _: "630",
        "moved_quantity": lambda _: 0,
        "cost_amount": lambda _: 0,
        "recognised_amount": lambda _: 0,
        "is_late": lambda _: False,
        "is_late_recognition": lambda _: False,
        "is_provisional": lambda _: False,
    },
    "LandedCostAllocations": {
        "is_stocked": lambda _: True,
        "basis": lambda _: "value",
        "basis_amount": lambda _: 1,
    },
    "JournalEntries": {
        "journal_key": lambda _: "COGS-2026-09",
        "journal_kind": lambda _: "cogs",
        "journal_date": lambda _: date(2026, 9, 30),
        "journal_subject": lambda _: "September 2026",
        "line_topic": lambda _: "Cost of goods sold",
        "source_table": lambda _: "close.bookings",
    },
    "AccountRules": {
        "level": lambda _: "default",
        "defined_at": lambda row: f"accounts.yaml:{row['rule_order']}:1",
    },
    "TaxRules": {"level": lambda _: "default", "defined_at": lambda row: f"taxes.yaml:{row['rule_order']}:1"},
    "TrackingRules": {
        "slot": lambda _: 1,
        "level": lambda _: "default",
        "tracking_category": lambda _: "Region",
        "chosen_by": lambda _: "location",
        "defined_at": lambda row: f"tracking.yaml:{row['rule_order']}:1",
    },
    "ChargeTypes": {
        "basis": lambda _: "value",
        "places": lambda _: 2,
        "remainder": lambda _: "largest",
        "defined_at": lambda _: "landed_costs.yaml:1:1",
    },
}
"""What a row has where the test does not say, by model and column; anything else is null."""


def table(model: type[pa.DataFrameModel], *rows: Mapping[str, object], **shared: object) -> pl.DataFrame:
    """Rows of a model: numbers and days may be given as text or int, what is not given has its default."""
    columns = model.to_schema().columns
    filled = [_fill(model.__name__, {**shared, **row}, list(columns)) for row in rows]
    types = {name: column.dtype.type for name, column in columns.items()}
    data = {name: pl.Series(name, [_value(row[name], types[name]) for row in filled], types[name]) for name in columns}
    return check(model, pl.DataFrame(data))


def _fill(model_name: str, row: Row, columns: list[str]) -> Row:
    unknown = set(row) - set(columns)
    if unknown:
        raise KeyError(f"{model_name} has no {', '.join(sorted(unknown))}")
    filled = dict(row)
    goods = {} if model_name.endswith("Rules") else _GOODS
    defaults = {**goods, **DEFAULTS.get(model_name, {})}
    for name in columns:
        if name not in filled:
            filled[name] = defaults[name](filled) if name in defaults else None
    return filled


def _value(value: object, dtype: pl.DataType) -> object:
    if value is None:
        return None
    if dtype == pl.Date:
        return day(value) if isinstance(value, str) else value
    if dtype == pl.List:
        return [value] if isinstance(value, str) else value
    return Decimal(str(value)) if isinstance(dtype, pl.Decimal) else value


def day(text: str) -> date:
    """A date; without a year it is in 2026."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


CORE_MODELS: dict[str, type[pa.DataFrameModel]] = {
    "products": documents.Products,
    "sale_lines": documents.SaleLines,
    "receipt_lines": documents.ReceiptLines,
    "bill_lines": documents.BillLines,
    "charges": documents.Charges,
    "adjustment_lines": documents.AdjustmentLines,
    "transfer_lines": documents.TransferLines,
    "production_lines": documents.ProductionLines,
    "opening_stock": documents.OpeningStock,
    "currency_rates": documents.CurrencyRates,
}


def core(**tables: list[Row]) -> CoreTables:
    """Source documents; without products there is one stocked TENT."""
    given: dict[str, list[Row]] = {"products": [{"sku": "TENT"}], **tables}
    return CoreTables(**{name: table(model, *given.get(name, [])).lazy() for name, model in CORE_MODELS.items()})


def accounts(*rules: Row) -> pl.DataFrame:
    """AccountRules in the order given."""
    return rule_list(maps.AccountRules, *rules)


def rule_list(model: type[pa.DataFrameModel], *rules: Row) -> pl.DataFrame:
    """AccountRules, TaxRules or TrackingRules in the order given; a condition may be one text or a list."""
    return table(model, *[{"rule_order": order, **rule} for order, rule in enumerate(rules, start=1)])


PLAIN_ACCOUNTS = (
    {"role": "adjustment", "reason": "Damaged", "account_code": "429"},
    {"role": "landed_cost_clearing", "charge_type": "freight", "account_code": "425"},
    {"role": "landed_cost_clearing", "charge_type": "customs", "account_code": "426"},
    {"role": "stock_on_hand", "account_code": "630"},
    {"role": "cogs", "account_code": "310"},
    {"role": "production_clearing", "account_code": "635"},
    {"role": "rounding", "account_code": "317"},
    {"role": "exchange_difference", "account_code": "315"},
    {"role": "purchase_price_variance", "account_code": "316"},
    {"role": "purchase_return_variance", "account_code": "318"},
    {"role": "opening_difference", "account_code": "430"},
)
"""One account for each role, one reason, two kinds of charge."""

CHARGE_TYPES = ({"charge_type": "freight"}, {"charge_type": "customs"})


def mappings(
    *first: Row, tracking: tuple[Row, ...] = (), tracked_roles: tuple[str, ...] = (), taxes: tuple[Row, ...] = ()
) -> MappingTables:
    """Mappings with an account for each role; rules given first win over it."""
    return MappingTables(
        accounts=accounts(*first, *PLAIN_ACCOUNTS),
        taxes=rule_list(maps.TaxRules, *taxes),
        tracking=rule_list(maps.TrackingRules, *tracking),
        tracked_roles=tracked_roles,
        charge_types=table(maps.ChargeTypes, *CHARGE_TYPES),
    )


def moves(*rows: Row) -> pl.DataFrame:
    """StockMoves."""
    return table(stock.StockMoves, *rows)


def valued(*rows: Row) -> pl.DataFrame:
    """ValuedMoves."""
    return table(stock.ValuedMoves, *rows)


def bookings(*rows: Row, **shared: object) -> pl.DataFrame:
    """Bookings, in September 2026 unless a row says otherwise."""
    return table(stock.Bookings, *rows, **shared)


def entries(*rows: Row) -> pl.DataFrame:
    """JournalEntries."""
    return table(journals.JournalEntries, *rows)


def pick(frame: pl.DataFrame | pl.LazyFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a few columns, with numbers as text, so that a test can state them as a person writes them."""
    collected = frame.lazy().select(columns).collect()
    return [tuple(str(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in collected.rows()]
