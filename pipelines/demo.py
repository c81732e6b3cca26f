"""The company of the demo: two local servers, and Xero's books as accounts staff would have opened them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.opening_books import BookAccounts, opening_balances, supplier_bills
from pipelines.sandbox.cin7.serving import running_sandbox as running_cin7
from pipelines.sandbox.xero.serving import running_sandbox as running_xero
from pipelines.settings import Settings, load_settings
from pipelines.steps.context import load_mappings, open_close, read_month
from pipelines.steps.documents import extract_documents
from pipelines.steps.run import no_progress
from pipelines.warehouse import Warehouse, open_warehouse

PERIODS = ("2026-09", "2026-10")
OPENED_ON = "2026-08-31"
ACCOUNTS = (
    ("311", "Cost of goods sold - wholesale", "DIRECTCOSTS"),
    ("315", "Exchange differences on purchases", "EXPENSE"),
    ("316", "Purchase price variance", "DIRECTCOSTS"),
    ("317", "Stock rounding", "EXPENSE"),
    ("425", "Freight inward clearing", "EXPENSE"),
    ("426", "Customs and duty clearing", "EXPENSE"),
    ("429", "Stock written off", "EXPENSE"),
    ("430", "Stock count differences", "EXPENSE"),
    ("431", "Samples and marketing", "EXPENSE"),
    ("635", "Production clearing", "CURRENT"),
)
"""What the made-up company's chart has beside Xero's demo chart."""

TRACKING = {"Region": ["North", "Central", "South"], "Channel": ["Web", "Store", "Wholesale"]}


def demo_settings(home: Path, cin7_url: str, xero_url: str) -> Settings:
    """Settings of the demo company: its own warehouse, the sample's files, the two local servers."""
    return load_settings(
        home=home,
        data=home / "data" / "sample" / "files",
        warehouse=demo_folder(home) / "warehouse.duckdb",
        organisation="DEMO",
        time_zone="Pacific/Auckland",
        omni_url=cin7_url,
        omni_username="sandbox",
        omni_key="sandbox",
        core_url=cin7_url,
        core_account_id="sandbox",
        core_key="sandbox",
        xero_url=xero_url,
        xero_token_url=f"{xero_url}/connect/token",
        xero_client_id="sandbox",
        xero_client_secret="sandbox",  # noqa: S106 the local server's own, the same for everybody
    )


def demo_folder(home: Path) -> Path:
    """Where the demo keeps its warehouse and Xero's books."""
    return home / "data" / "demo"


@contextmanager
def demo_servers(home: Path) -> Iterator[Settings]:
    """The local Cin7 and Xero on free loopback ports; Xero's books hold what accounts staff would have entered."""
    folder = demo_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    opening = folder / "opening.json"
    with running_cin7(home / "data" / "sample") as cin7_url:
        if not opening.exists():
            write_opening(demo_settings(home, cin7_url, "http://127.0.0.1:9"), opening)
        with running_xero(folder / "books.sqlite", opening) as xero_url:
            yield demo_settings(home, cin7_url, xero_url)


def write_opening(settings: Settings, file: Path) -> None:
    """The opening file of the local Xero, from the same documents that the close reads."""
    close = open_close(settings, read_month(PERIODS[0]))
    with open_warehouse(settings) as warehouse:
        extract_documents(close, warehouse, "demo-opening", no_progress)
        file.write_text(json.dumps(opening_of(warehouse, settings), indent=1), encoding="utf-8")


def opening_of(warehouse: Warehouse, settings: Settings) -> dict[str, object]:
    """Organisation, chart, tracking, opening balances and bills of the demo company."""
    mappings = load_mappings(settings)
    charges = {str(name): str(charge.account) for name, charge in mappings.landed_costs.charges.items()}
    accounts = BookAccounts(stock=str(mappings.accounts.accounts.stock_on_hand), charges=charges)
    return {
        "date": OPENED_ON,
        "organisation": {
            "name": "Sample Company",
            "base_currency": mappings.close.policy.base_currency,
            "country_code": "NZ",
            "time_zone": "Pacific/Auckland",
        },
        "accounts": [{"code": code, "name": name, "type": kind, "tax_type": "NONE"} for code, name, kind in ACCOUNTS],
        "tracking": [{"name": name, "options": options} for name, options in TRACKING.items()],
        "balances": opening_balances(warehouse, accounts),
        "bills": supplier_bills(warehouse, accounts, mappings.close.policy.base_currency),
    }
