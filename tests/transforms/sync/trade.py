"""A small trading company for the tests of the document sync: what a test does not say is usual."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas import control, documents, maps, sync, trade, xero, xero_trade
from schemas.checking import check
from schemas.sync_policy import DocumentAccountRules, DocumentTaxes, KindSent, PaymentTerms, SyncMaps, SyncPolicy
from tests.transforms.builders import table
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import keep_history
from transforms.sync.wanted import WantedSync, want_documents

Row = dict[str, Any]
Default = Callable[[Row], object]

DAY = date(2026, 10, 5)

ACCOUNTS = {
    "revenue": "200", "freight_income": "260", "surcharge_income": "200", "discount_given": "200", "purchases": "630",
    "purchases_not_stocked": "429", "freight_cost": "630", "surcharge_cost": "630", "discount_received": "630",
    "sales_deposit": "850", "purchase_deposit": "620",
}  # fmt: skip
TAXES = {
    "sales": {"15%": "OUTPUT2", "0%": "ZERORATED", "exempt": "NONE"},
    "purchases": {"15%": "INPUT2", "0%": "NONE", "exempt": "NONE"},
}
ALL_KINDS = (
    "contact", "sales_invoice", "sales_credit", "bill", "supplier_credit", "sales_deposit", "purchase_deposit",
    "payment", "allocation",
)  # fmt: skip

_TABLES: dict[str, tuple[type[pa.DataFrameModel], dict[str, Default]]] = {
    "contacts": (
        trade.Contacts,
        {"kind": lambda _: "customer", "contact_name": lambda row: row["contact_id"], "is_active": lambda _: True},
    ),
    "documents": (
        trade.TradeDocuments,
        {
            "kind": lambda _: "sales_invoice",
            "document_number": lambda row: f"INV-{row['document_id']}",
            "order_number": lambda row: f"SO-{row['document_id']}",
            "contact_id": lambda _: "Acme",
            "contact_name": lambda row: row.get("contact_id", "Acme"),
            "document_date": lambda _: DAY,
            "tax_mode": lambda _: "exclusive",
            "status": lambda _: "approved",
            "location": lambda _: "Auckland",
        },
    ),
    "lines": (
        trade.TradeLines,
        {
            "line_id": lambda row: f"{row['document_id']}-{row['position']}",
            "kind": lambda _: "goods",
            "sku": lambda _: None,
            "description": lambda _: "Tent",
            "quantity": lambda _: "1",
            "unit_price": lambda row: row["line_amount"],
            "discount_amount": lambda _: "0",
            "tax_rate": lambda _: "0.15",
        },
    ),
    "payments": (
        trade.Payments,
        {"kind": lambda _: "payment", "paid_on": lambda _: DAY, "is_from_accounting": lambda _: False},
    ),
    "products": (documents.Products, {"is_stocked": lambda _: True}),
    "rates": (documents.CurrencyRates, {}),
    "xero_contacts": (
        xero_trade.XeroContacts,
        {
            "contact_name": lambda row: row["contact_id"],
            "contact_status": lambda _: "ACTIVE",
            "is_customer": lambda _: True,
            "is_supplier": lambda _: False,
        },
    ),
    "xero_accounts": (
        xero.XeroAccounts,
        {
            "account_id": lambda row: row["account_code"],
            "account_name": lambda row: row["account_code"],
            "account_type": lambda _: "REVENUE",
            "account_status": lambda _: "ACTIVE",
        },
    ),
    "xero_tax_rates": (
        xero.XeroTaxRates,
        {
            "tax_name": lambda row: row["tax_type"],
            "tax_status": lambda _: "ACTIVE",
            **{
                f"can_apply_to_{name}": lambda _: True
                for name in ("assets", "equity", "expenses", "liabilities", "revenue")
            },
        },
    ),
    "xero_currencies": (xero_trade.XeroCurrencies, {}),
    "xero_items": (xero_trade.XeroItems, {"item_id": lambda row: row["item_code"], "is_tracked": lambda _: False}),
    "synced": (
        sync.SyncedDocuments,
        {
            "xero_id": lambda row: f"xero-{row['document_key']}",
            "xero_status": lambda _: "AUTHORISED",
            "content_hash": lambda _: "hash",
            "content_json": lambda _: "{}",
            "plan_hash": lambda _: "plan",
            "posted_at": lambda _: datetime(2026, 10, 1, tzinfo=UTC),
            "seen_at": lambda _: datetime(2026, 10, 1, tzinfo=UTC),
        },
    ),
    "errors": (sync.SyncErrors, {}),
    "rejected": (control.RejectedRows, {"run_id": lambda _: "r1", "source_name": lambda _: "omni"}),
}
MODELS: dict[str, type[pa.DataFrameModel]] = {
    "contacts": sync.SyncContacts,
    "items": sync.SyncItems,
    "documents": sync.SyncDocuments,
    "lines": sync.SyncLines,
    "line_sources": sync.SyncLineSources,
    "payments": sync.SyncPayments,
    "allocations": sync.SyncAllocations,
    "deposits": sync.DepositRollForward,
}
CHART: list[Row] = [
    *({"account_code": code} for code in ("200", "201", "260", "429", "620", "630", "850")),
    {"account_code": "090", "account_type": "BANK"},
    {"account_code": "860", "account_type": "CURRLIAB", "system_account": "ROUNDING"},
]
RATES: list[Row] = [
    {"tax_type": "OUTPUT2", "effective_rate": "15"}, {"tax_type": "INPUT2", "effective_rate": "15"},
    {"tax_type": "ZERORATED", "effective_rate": "0"}, {"tax_type": "NONE", "effective_rate": "0"},
]  # fmt: skip
CURRENCIES: list[Row] = [{"currency_code": "NZD"}, {"currency_code": "USD"}, {"currency_code": "EUR"}]


def rows_of(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows of one table of the inputs, what they leave out filled in."""
    model, defaults = _TABLES[name]
    columns = model.to_schema().columns
    numbered = list(rows)
    if name == "lines":
        numbered = [{"position": place, **row} for place, row in enumerate(numbered, start=1)]
    filled = [
        {**dict.fromkeys(columns), **{key: default(row) for key, default in defaults.items() if key not in row}, **row}
        for row in numbered
    ]
    return table(model, *filled)


USUAL: dict[str, list[Row]] = {
    "contacts": [{"contact_id": "Acme"}, {"contact_id": "Depot", "kind": "supplier"}],
    "xero_accounts": CHART,
    "xero_tax_rates": RATES,
    "xero_currencies": CURRENCIES,
}


@cache
def _usual(name: str) -> pl.DataFrame:
    """What a table holds where a test does not say."""
    return rows_of(name, USUAL.get(name, []))


def company(**tables: Iterable[Row]) -> SyncInputs:
    """Inputs of the sync with these rows; customer Acme, a chart, tax rates and three currencies are there."""
    frames = {
        name: rows_of(name, tables[name]) if name in tables else _usual(name) for name in _TABLES if name != "errors"
    }
    return SyncInputs(**frames)


def policy(**changed: Any) -> SyncPolicy:  # noqa: ANN401 any of its fields
    """A policy that sends everything from October 2026 on, base currency NZD."""
    usual = SyncPolicy(
        first_date=date(2026, 10, 1),
        base_currency="NZD",
        kinds={kind: KindSent() for kind in ALL_KINDS},
        payment_accounts={"default": "090"},
        pushes_payments=True,
    )
    return replace(usual, **changed)


def mapped(
    rules: Iterable[Row] = (),
    terms: Iterable[Row] = (),
    tracking: Iterable[Row] = (),
    tracked_roles: tuple[str, ...] = (),
    taxes: Mapping[str, Mapping[str, str]] = TAXES,
) -> SyncMaps:
    """documents.yaml as frames: the small company's accounts and taxes, with rules before the accounts."""
    every = [*rules, *({"role": role, "account_code": code} for role, code in ACCOUNTS.items())]
    numbered = [
        {"rule_order": order, "level": "default", "defined_at": f"documents.yaml:{order}:1", **_lists(row)}
        for order, row in enumerate(every, start=1)
    ]
    taxed = [
        {"side": side, "source_tax": tax, "tax_type": kind}
        for side, named in taxes.items()
        for tax, kind in named.items()
    ]
    return SyncMaps(
        accounts=_frame(DocumentAccountRules, numbered),
        taxes=_frame(DocumentTaxes, taxed),
        terms=_frame(PaymentTerms, terms),
        tracking=_frame(maps.TrackingRules, tracking),
        tracked_roles=tracked_roles,
    )


def _lists(row: Row) -> Row:
    """Conditions as lists."""
    return {
        key: [value] if key in maps.RULE_ATTRIBUTES and isinstance(value, str) else value for key, value in row.items()
    }


def _frame(model: type[pa.DataFrameModel], rows: Iterable[Row]) -> pl.DataFrame:
    types = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types, orient="row")


def want(
    inputs: SyncInputs, maps_: SyncMaps | None = None, policy_: SyncPolicy | None = None, to: date | None = None
) -> WantedSync:
    """The wanted documents of the small company."""
    return want_documents(inputs, maps_ or _usual_maps(), policy_ or policy(), to)


def hold_models(wanted: WantedSync) -> None:
    """Check every table against its model."""
    for name, model in MODELS.items():
        check(model, getattr(wanted, name))
    check(sync.SyncErrors, keep_history(wanted.errors, _usual("errors"), {}, datetime(2026, 11, 1, tzinfo=UTC)))


@cache
def _usual_maps() -> SyncMaps:
    return mapped()


def one(frame: pl.DataFrame, **fields: object) -> Row:
    """The only row that has these values."""
    return frame.filter(**fields).row(0, named=True) if frame.filter(**fields).height == 1 else _none(frame, fields)


def _none(frame: pl.DataFrame, fields: Mapping[str, object]) -> Row:
    raise AssertionError(f"{frame.filter(**fields).height} rows have {fields}: {frame.to_dicts()}")


def codes(wanted: WantedSync) -> list[tuple[str, str]]:
    """Error codes with the keys they are about."""
    return wanted.errors.select("error_code", "document_key").sort("error_code", "document_key").rows()


def money(*amounts: str) -> list[Decimal]:
    """Amounts to 2 places."""
    return [Decimal(amount) for amount in amounts]
