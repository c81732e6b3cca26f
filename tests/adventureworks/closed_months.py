"""Closes AdventureWorks, 2011-04 to 2014-06, against a local Xero whose books come from the same source tables."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl

from pipelines.month_end import close_month, extract, preview_month
from pipelines.opening_books import BookAccounts, opening_balances, supplier_bills
from pipelines.sandbox.xero.serving import running_sandbox
from pipelines.settings import Settings, load_settings
from pipelines.steps.context import open_close
from pipelines.steps.run import CloseRun
from pipelines.warehouse import Warehouse, open_published, open_warehouse
from tests.pipelines.load.local_books import LocalBooks
from tests.reference_data import ADVENTUREWORKS
from tests.sample_company import ROOT, Outcome, environment_of, run_here
from transforms.periods import format_period, next_period

MAPPINGS = ROOT / "mappings/examples/adventureworks"
FIRST, LAST = date(2011, 4, 1), date(2014, 6, 1)
FIRST_SALES = date(2011, 6, 1)
OPENED_ON = "2011-04-30"
ACCOUNTS = {
    "631": ("Stock, made goods", "CURRENT"),
    "635": ("Production clearing", "CURRENT"),
    "316": ("Purchase price variance", "EXPENSE"),
    "317": ("Stock rounding", "EXPENSE"),
    "430": ("Stock count differences", "EXPENSE"),
}
"""What AdventureWorks' chart has beside Xero's demo chart."""


@dataclass(frozen=True)
class ClosedMonths:
    """What is left of 39 closes: a warehouse, and what stood in Xero at the end."""

    folder: Path

    @property
    def settings(self) -> Settings:
        """Of the company; its Xero is gone."""
        return load_settings(**_places(self.folder))

    @contextmanager
    def warehouse(self) -> Iterator[Warehouse]:
        """The published copy."""
        with open_published(self.settings) as warehouse:
            yield warehouse

    def read(self, table: str) -> pl.DataFrame:
        """A whole table."""
        with self.warehouse() as warehouse:
            return warehouse.read(table)

    def query(self, sql: str) -> pl.DataFrame:
        """An answer of the warehouse."""
        with self.warehouse() as warehouse:
            return warehouse.query(sql)

    @property
    def journals_in_xero(self) -> list[dict[str, Any]]:
        """As the local Xero's own pages list them."""
        journals: list[dict[str, Any]] = self._kept["journals"]
        return journals

    @property
    def stop_without_corrections(self) -> Outcome:
        """What `tieout close` said of the first month with sales while no correction named the missing costs."""
        return Outcome(**self._kept["stop"])

    @property
    def journals_after_stop(self) -> int:
        """How many journals of that month stood in Xero then."""
        return int(self._kept["journals_after_stop"])

    @property
    def july_exceptions(self) -> pl.DataFrame:
        """Exceptions of a preview of the month after the last closed one."""
        return pl.read_parquet(self.folder / "july.parquet")

    @property
    def seconds(self) -> dict[str, float]:
        """How long each step took over all months."""
        seconds: dict[str, float] = self._kept["seconds"]
        return seconds

    @property
    def _kept(self) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads((self.folder / "kept.json").read_text(encoding="utf-8"))
        return kept


def close_adventureworks(folder: Path) -> None:
    """Open the books, close every month, preview one more, and keep what the tests look at."""
    kept: dict[str, Any] = {}
    timer = StepTimer()
    opening = folder / "opening.json"
    _write_opening(load_settings(**_places(folder)), opening)
    log = folder / "requests.jsonl"
    with running_sandbox(folder / "books.sqlite", opening) as url, LocalBooks(url, log) as books:
        xero = {"xero_url": url, "xero_token_url": f"{url}/connect/token", "xero_client_id": "sandbox"}
        settings = load_settings(**_places(folder), **xero, xero_client_secret="sandbox")  # noqa: S106 the sandbox's
        _close(settings, FIRST, date(2011, 5, 1), timer)
        kept["stop"] = vars(_close_without_corrections(settings, folder))
        kept["journals_after_stop"] = len(books.journals())
        _close(settings, FIRST_SALES, LAST, timer)
        kept["journals"] = books.journals()
        _preview(settings, next_period(LAST)).write_parquet(folder / "july.parquet")
    kept["seconds"] = timer.seconds
    (folder / "kept.json").write_text(json.dumps(kept), encoding="utf-8")


class StepTimer:
    """Carries out steps, and adds up how long each took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, work: Any, *, is_safe_to_retry: bool) -> None:  # noqa: ANN401
        """Do the work."""
        started = time.perf_counter()
        work()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def _places(folder: Path) -> dict[str, Any]:
    return {
        "home": folder, "mappings": MAPPINGS, "data": ADVENTUREWORKS, "warehouse": folder / "warehouse.duckdb",
        "organisation": "AW", "time_zone": "UTC",
    }  # fmt: skip


def _write_opening(settings: Settings, file: Path) -> None:
    """What accounts staff would have entered: opening balances and bills from the source tables, before any close."""
    accounts = BookAccounts(stock="630", stock_by_category={"Made": "631"}, charges={"freight": "425"})
    with open_warehouse(settings, publishes=False) as warehouse:
        extract(CloseRun(open_close(settings, FIRST), warehouse, "opening"))
        content = {
            "date": OPENED_ON,
            "organisation": {"name": "Adventure Works Cycles", "base_currency": "USD", "time_zone": "UTC",
                             "financial_year_end_day": 31, "financial_year_end_month": 12},
            "accounts": [
                {"code": code, "name": name, "type": kind, "tax_type": "NONE"}
                for code, (name, kind) in ACCOUNTS.items()
            ],
            "balances": opening_balances(warehouse, accounts),
            "bills": supplier_bills(warehouse, accounts, "USD"),
        }  # fmt: skip
    file.write_text(json.dumps(content), encoding="utf-8")


def _close(settings: Settings, first: date, last: date, timer: StepTimer) -> None:
    """Close months in order; the warehouse stays open between them, so that it is published once."""
    with open_warehouse(settings) as warehouse:
        month = first
        while month <= last:
            with CloseRun(open_close(settings, month), warehouse, f"close-{format_period(month)}", timer) as run:
                close_month(run)
            month = next_period(month)


def _close_without_corrections(settings: Settings, folder: Path) -> Outcome:
    """`tieout close` of the first month with sales, while corrections.yaml is empty."""
    mappings = folder / "without-corrections"
    shutil.copytree(MAPPINGS, mappings)
    (mappings / "corrections.yaml").write_text("corrections: []\n", encoding="utf-8")
    with patch.dict(os.environ, environment_of(settings)):
        return run_here(folder, "close", format_period(FIRST_SALES), "--mappings", mappings)


def _preview(settings: Settings, month: date) -> pl.DataFrame:
    """Exceptions of a month that is only looked at."""
    close = open_close(settings, month, is_preview=True)
    with open_warehouse(settings, publishes=False) as warehouse, CloseRun(close, warehouse, "preview") as run:
        preview_month(run)
        return warehouse.read("close.exceptions", "period = ?", [month])
