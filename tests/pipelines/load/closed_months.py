"""What the posting tests share: a month that is closed, and the settings and terms to post it with."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from pydantic import SecretStr

from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import ApplyResult
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from schemas.frames import dtypes_of
from schemas.tables import TABLES

OCTOBER = date(2026, 10, 1)
TERMS = PlanTerms(organisation="ACME", mappings_hash="m", code_hash="c")

Lines = Sequence[tuple[str, str]]
"""Account code and amount."""


def sandbox_settings(home: Path, url: str) -> Settings:
    return Settings(
        home=home,
        organisation="ACME",
        xero_url=url,
        xero_token_url=f"{url}/connect/token",
        xero_client_id="sandbox",
        xero_client_secret=SecretStr("sandbox"),
    )


def cogs(amount: str, key: str = "COGS-2026-10", **other: object) -> dict[str, object]:
    """A journal of one debit and one credit."""
    lines = [("310", amount), ("630", f"-{amount}")]
    return {"key": key, "kind": "cogs", "date": date(2026, 10, 31), "text": "October 2026", "lines": lines, **other}


def close_month(warehouse: Warehouse, *journals: Mapping[str, object], period: date = OCTOBER) -> None:
    """Put journals where a close leaves them: close.journals and close.journal_lines of the period."""
    headers, lines = [], []
    for journal in journals:
        pairs: Lines = journal["lines"]  # type: ignore[assignment]
        headers.append(_header(journal, pairs, period))
        lines += [_line(str(journal["key"]), number, pair, period) for number, pair in enumerate(pairs, 1)]
    warehouse.replace("close.journals", _frame("close.journals", headers), "period = ?", [period])
    warehouse.replace("close.journal_lines", _frame("close.journal_lines", lines), "period = ?", [period])


def book_something(warehouse: Warehouse) -> None:
    """One row of close.bookings in October, whatever columns it has."""
    values: dict[type[pl.DataType], object] = {pl.Date: OCTOBER, pl.String: "x", pl.Boolean: False}
    schema = warehouse.read("close.bookings").schema
    row = [values.get(dtype.base_type(), 0) for dtype in schema.values()]
    warehouse.execute(f"insert into close.bookings values ({', '.join('?' * len(row))})", row)


def _header(journal: Mapping[str, object], pairs: Lines, period: date) -> dict[str, object]:
    return {
        "period": period,
        "journal_key": journal["key"],
        "journal_kind": journal["kind"],
        "journal_date": journal["date"],
        "narration_text": journal["text"],
        "debit_amount": sum((Decimal(text) for _, text in pairs if Decimal(text) > 0), Decimal("0.00")),
        "line_count": len(pairs),
    }


def _line(key: str, number: int, pair: tuple[str, str], period: date) -> dict[str, object]:
    code, amount = pair
    return {
        "period": period,
        "journal_key": key,
        "line_number": number,
        "role": "cogs" if Decimal(amount) > 0 else "stock_on_hand",
        "account_code": code,
        "tax_type": None,
        "tracking_category_1": None,
        "tracking_option_1": None,
        "tracking_category_2": None,
        "tracking_option_2": None,
        "description": f"line {number} of {key}",
        "line_amount": Decimal(amount),
        "source_count": 1,
    }


def _frame(table: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dtypes_of(TABLES[table]), orient="row")


def post(
    client: XeroClient, warehouse: Warehouse, *journals: Mapping[str, object], period: date = OCTOBER
) -> ApplyResult:
    """Close, plan and apply a month as the flow does."""
    close_month(warehouse, *journals, period=period)
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, period)
    return apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)


def no_pause(_: float) -> None:
    """Tests do not wait."""
