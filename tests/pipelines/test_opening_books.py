"""What accounts staff would have entered, computed here a second time from the sample's own files."""

import csv
import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.opening_books import BookAccounts, opening_balances, supplier_bills
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published
from tests.sample_company import ROOT

FILES = ROOT / "data/sample/files"
CENT = Decimal("0.01")
ACCOUNTS = BookAccounts(stock="630", charges={"freight": "425", "customs": "426"})


@pytest.fixture(scope="module")
def warehouse(closed_settings: Settings) -> Iterator[Warehouse]:
    with open_published(closed_settings) as published:
        yield published


def rows_of(name: str) -> list[dict[str, str]]:
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_opening_stock_is_quantity_times_cost_of_each_layer(warehouse: Warehouse) -> None:
    layers = rows_of("opening_stock.csv")
    total = sum((Decimal(row["quantity"]) * Decimal(row["unit_cost"])).quantize(CENT, ROUND_HALF_UP) for row in layers)
    assert opening_balances(warehouse, ACCOUNTS) == [{"account_code": "630", "amount": str(total)}]


def test_a_category_may_have_a_stock_account_of_its_own(warehouse: Warehouse) -> None:
    split = BookAccounts(stock="630", stock_by_category={"Packs": "631"})
    balances = {one["account_code"]: Decimal(one["amount"]) for one in opening_balances(warehouse, split)}
    assert set(balances) == {"630", "631"}
    (whole,) = opening_balances(warehouse, ACCOUNTS)
    assert sum(balances.values()) == Decimal(whole["amount"])


def test_a_bill_has_the_lines_currency_and_rate_of_the_suppliers_paper(warehouse: Warehouse) -> None:
    bills = {bill["reference"]: bill for bill in supplier_bills(warehouse, ACCOUNTS, "NZD")}
    written: dict[str, list[dict[str, str]]] = {}
    for row in rows_of("supplier_bills.csv"):
        written.setdefault(row["bill_number"], []).append(row)
    assert set(written) <= set(bills)
    for number, lines in written.items():
        bill = bills[number]
        assert (bill["date"], bill["contact"]) == (lines[0]["date"], lines[0]["supplier"])
        amounts = sorted((line["description"], Decimal(line["amount"])) for line in bill["lines"])
        assert amounts == sorted((row["sku"], Decimal(row["amount"])) for row in lines)
        assert {line["account_code"] for line in bill["lines"]} == {"630"}
        if lines[0]["currency"] == "NZD":
            assert "currency_code" not in bill
        else:  # Xero wants foreign units for one of the base currency, the file has it the other way round
            assert bill["currency_code"] == lines[0]["currency"]
            inverse = (1 / Decimal(lines[0]["base_for_one"])).quantize(Decimal("0.000001"), ROUND_HALF_UP)
            assert Decimal(bill["currency_rate"]) == inverse


def test_every_charge_is_a_bill_on_the_account_of_its_kind(warehouse: Warehouse) -> None:
    bills = supplier_bills(warehouse, ACCOUNTS, "NZD")
    found = {bill["reference"]: bill for bill in bills if bill["reference"].split()[0] in ACCOUNTS.charges}
    assert found == {
        f"{row['type']} {row['charge_id']}": {
            "date": row["date"],
            "contact": row["carrier"],
            "reference": f"{row['type']} {row['charge_id']}",
            "lines": [
                {
                    "account_code": ACCOUNTS.charges[row["type"]],
                    "amount": f"{Decimal(row['base_amount']):.2f}",
                    "description": row["purchase_order"],
                }
            ],
        }
        for row in rows_of("landed_costs.csv")
    }


def test_the_demos_opening_file_holds_what_the_close_never_computes(closed_home: Path) -> None:
    opening: dict[str, Any] = json.loads((closed_home / "data/demo/opening.json").read_text(encoding="utf-8"))
    assert opening["date"] == "2026-08-31"
    assert len(opening["bills"]) == len({row["bill_number"] for row in rows_of("supplier_bills.csv")}) + len(
        rows_of("landed_costs.csv")
    )
