"""The sample company: byte for byte as generated, small, never short of stock, with every special case of its story."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data.sample.generate import generate

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
AUCKLAND = ZoneInfo("Pacific/Auckland")
CENT = Decimal("0.01")

Row = dict[str, Any]
Move = tuple[date, str, str, Decimal]
"""Day, SKU, branch, signed units."""


@cache
def omni(resource: str) -> list[Row]:
    rows: list[Row] = json.loads(
        (SAMPLE / "omni" / f"{resource}.json").read_text(encoding="utf-8"), parse_float=Decimal
    )
    return rows


@cache
def table(name: str) -> list[dict[str, str]]:
    with (SAMPLE / "files" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def cases() -> dict[str, str]:
    with (SAMPLE / "cases.csv").open(encoding="utf-8", newline="") as file:
        return {row["case"]: row["document"] for row in csv.DictReader(file)}


def document(case: str, resource: str) -> Row:
    return next(row for row in omni(resource) if row["reference"] == cases()[case])


def local(instant: str | None) -> date | None:
    if instant is None:
        return None
    return datetime.strptime(instant, "%Y-%m-%dT%H:%M:%S%z").astimezone(AUCKLAND).date()


@cache
def branches() -> dict[int, str]:
    return {row["id"]: row["company"] for row in omni("Branches")}


def moves() -> Iterator[Move]:
    for layer in table("opening_stock"):
        yield date.fromisoformat(layer["date"]), layer["sku"], layer["branch"], Decimal(layer["quantity"])
    yield from order_moves("PurchaseOrders", "fullyReceivedDate", "qtyShipped", 1)
    yield from order_moves("SalesOrders", "dispatchedDate", "qtyShipped", -1)
    yield from order_moves("CreditNotes", "completedDate", "qtyShipped", -1)
    yield from order_moves("Adjustments", "completedDate", "qtyAdjusted", 1)
    yield from order_moves("BranchTransfers", "dispatchedDate", "qtyTransferred", -1, "sourceBranchId")
    yield from order_moves("BranchTransfers", "receivedDate", "qtyTransferred", 1, "destinationBranchId")
    for row in omni("ProductionJobs"):
        day, branch = _known(local(row["completedDate"])), branches()[row["branchId"]]
        for product in row["products"]:
            yield day, product["code"], branch, Decimal(product["actualQty"])
            for component in product["components"]:
                yield day, component["code"], branch, -Decimal(component["qty"])


def order_moves(resource: str, when: str, units: str, sign: int, branch: str = "branchId") -> Iterator[Move]:
    for row in omni(resource):
        day = local(row[when])
        for line in row["lineItems"]:
            if day and line["code"] not in (None, "SVC-REPAIR"):
                yield day, line["code"], branches()[row[branch]], sign * Decimal(line[units])


def _known(day: date | None) -> date:
    assert day is not None
    return day


def test_a_regenerated_sample_is_byte_identical() -> None:
    stored = {
        str(path.relative_to(SAMPLE).as_posix()): path.read_bytes()
        for path in SAMPLE.rglob("*")
        if path.suffix in (".json", ".csv")
    }
    made = {name: text.encode() for name, text in generate().items()}
    assert made.keys() == stored.keys()
    changed = [name for name in made if made[name] != stored[name]]
    assert not changed, f"python -m data.sample.generate writes other bytes: {changed}"


def test_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.suffix in (".json", ".csv")) < 1500 * 1024


def test_stock_is_never_negative_at_any_branch_on_any_day() -> None:
    by_day: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for day, sku, branch, units in moves():
        by_day[sku, branch].append((day, units))
    for key, changes in by_day.items():
        held = Decimal(0)
        for day, units in sorted(changes, key=lambda change: (change[0], -change[1])):
            held += units
            assert held >= 0, f"{key} holds {held} on {day}"


def test_nothing_happens_outside_the_two_months_but_the_opening() -> None:
    days = {day for day, *_ in moves()}
    assert min(days) == date(2026, 8, 31)
    assert sorted(days)[1] == date(2026, 9, 1)
    assert max(days) == date(2026, 10, 31)


def test_a_month_has_150_to_200_orders_in_3_channels_from_3_branches() -> None:
    for month in (9, 10):
        orders = [row for row in omni("SalesOrders") if (day := local(row["dispatchedDate"])) and day.month == month]
        assert 150 <= len(orders) <= 200
        assert {row["source"] for row in orders} == {"Web", "Store", "Wholesale"}
        assert {row["branchId"] for row in orders} == {1, 2, 3}


def test_there_are_40_skus_in_4_categories_and_a_service() -> None:
    stocked = [row for row in omni("Products") if row["stockControl"] == "FIFO"]
    assert sum(len(row["productOptions"]) for row in stocked) == 40
    assert {row["category"] for row in stocked} == {"Packs", "Clothing", "Tents", "Cooking"}
    assert [row["name"] for row in omni("Products") if row not in stocked] == ["Gear repair"]


def test_a_business_date_carries_the_day_before_in_utc() -> None:
    purchase = document("late_customs", "PurchaseOrders")
    assert purchase["fullyReceivedDate"] == "2026-09-07T12:00:00Z"  # 8 September, winter time
    assert document("billed_next_month", "PurchaseOrders")["fullyReceivedDate"] == "2026-10-28T11:00:00Z"  # summer time


def test_casing_is_as_careless_as_in_real_life() -> None:
    orders = omni("SalesOrders")
    assert {row["status"] for row in orders} >= {"APPROVED", "Approved", "DRAFT", "Void"}
    statuses = {row["accountingAttributes"]["accountingImportStatus"] for row in orders}
    assert statuses >= {"Imported", "IMPORTED", "DoNotImport", "NotImported"}
    assert {row["taxRate"] for row in orders} == {15, Decimal("0.15"), 0}
    assert {row["taxRate"] for row in orders if row["taxStatus"] == "Exempt"} == {0}


def test_every_case_names_a_document() -> None:
    references = {row["reference"] for name in _document_resources() for row in omni(name)}
    assert set(cases().values()) <= references
    assert len(cases()) == 21


def _document_resources() -> list[str]:
    return ["SalesOrders", "PurchaseOrders", "CreditNotes", "Adjustments", "BranchTransfers", "ProductionJobs"]


def test_one_order_is_part_shipped_and_fails_the_rules_of_cin7() -> None:
    order = document("part_shipped", "SalesOrders")
    assert order["dispatchedDate"] is not None
    assert order["invoiceDate"] is not None
    assert [(line["qty"], line["qtyShipped"]) for line in order["lineItems"]] == [(4, 3), (2, 2)]
    others = [row for row in omni("SalesOrders") if row["dispatchedDate"] and row is not order]
    assert all(line["qty"] == line["qtyShipped"] for row in others for line in row["lineItems"])


def test_one_order_leaves_in_september_and_is_invoiced_in_october_and_no_other_straddles() -> None:
    order = document("dispatched_before_invoiced", "SalesOrders")
    assert (local(order["dispatchedDate"]), local(order["invoiceDate"])) == (date(2026, 9, 30), date(2026, 10, 1))
    both = [row for row in omni("SalesOrders") if row["dispatchedDate"] and row["invoiceDate"] and row is not order]
    assert all(local(row["dispatchedDate"]) == local(row["invoiceDate"]) for row in both)


def test_one_order_is_invoiced_and_not_dispatched_when_october_ends() -> None:
    order = document("invoiced_not_dispatched", "SalesOrders")
    assert (order["dispatchedDate"], local(order["invoiceDate"])) == (None, date(2026, 10, 30))
    assert all(line["qtyShipped"] == 0 for line in order["lineItems"])


@pytest.mark.parametrize(("case", "status", "is_void"), [("draft", "DRAFT", False), ("void", "Void", True)])
def test_a_draft_and_a_void_order_have_moved_nothing(case: str, status: str, is_void: bool) -> None:
    order = document(case, "SalesOrders")
    assert (order["status"], order["isVoid"], order["dispatchedDate"]) == (status, is_void, None)


def test_customs_come_late_for_goods_of_which_a_part_is_sold() -> None:
    purchase = document("late_customs", "PurchaseOrders")
    late = [row for row in table("landed_costs") if row["purchase_order"] == purchase["reference"]]
    assert [(row["type"], row["date"]) for row in late] == [("freight", "2026-09-09"), ("customs", "2026-10-12")]
    received = _known(local(purchase["fullyReceivedDate"]))
    sold = [
        _sold_of_receipt(line["code"], received, Decimal(line["qty"]), date(2026, 9, 30))
        for line in purchase["lineItems"]
    ]
    bought = [Decimal(line["qty"]) for line in purchase["lineItems"]]
    assert sum(sold) > 0
    assert sum(sold) < sum(bought)


def _sold_of_receipt(sku: str, received: date, quantity: Decimal, until: date) -> Decimal:
    """Units of one receipt that first in, first out had sold, all branches together."""
    before = sum((units for day, code, _, units in moves() if code == sku and units > 0 and day < received), Decimal(0))
    gone = -sum((units for day, code, _, units in moves() if code == sku and units < 0 and day <= until), Decimal(0))
    return min(max(gone - before, Decimal(0)), quantity)


def test_bills_are_dated_on_the_day_of_receipt_but_for_one() -> None:
    received = {row["reference"]: local(row["fullyReceivedDate"]) for row in omni("PurchaseOrders")}
    late = {
        row["purchase_order"] for row in table("supplier_bills") if row["date"] != str(received[row["purchase_order"]])
    }
    assert late == {cases()["billed_next_month"]}
    assert {row["date"] for row in table("supplier_bills") if row["purchase_order"] in late} == {"2026-11-04"}


def test_every_received_line_has_one_bill_line_at_its_price_in_cents() -> None:
    bills = {(row["purchase_order"], row["sku"]): Decimal(row["amount"]) for row in table("supplier_bills")}
    exact = {
        (row["reference"], line["code"]): line["qtyShipped"] * Decimal(str(line["unitPrice"]))
        for row in omni("PurchaseOrders")
        for line in row["lineItems"]
    }
    assert len(bills) == len(table("supplier_bills"))
    assert bills == {key: amount.quantize(CENT, ROUND_HALF_UP) for key, amount in exact.items()}
    assert sum(bills[key] != amount for key, amount in exact.items()) > 10, "cents rounding shows"


def test_us_bills_have_a_rate_of_their_own_that_a_bank_could_have_quoted() -> None:
    rates = {row["date"]: Decimal(row["base_for_one"]) for row in table("currency_rates")}
    foreign = [row for row in table("supplier_bills") if row["currency"] == "USD"]
    assert {row["purchase_order"] for row in foreign} == {
        row["reference"] for row in omni("PurchaseOrders") if row["currencyCode"] == "USD"
    }
    for row in foreign:
        rate, amount = Decimal(row["base_for_one"]), Decimal(row["amount"])
        assert rate != rates[row["date"]]
        quote = (1 / rate).quantize(Decimal("0.0001"))  # what Xero keeps: US dollars for one NZ dollar
        assert (amount / quote).quantize(CENT, ROUND_HALF_UP) == (amount * rate).quantize(CENT, ROUND_HALF_UP)


def test_returns_name_their_order_and_are_negative() -> None:
    orders = {row["reference"]: row for row in omni("SalesOrders")}
    for note in omni("CreditNotes"):
        if note["reference"] == cases()["credit_without_invoice"]:
            assert (note["salesReference"], [line["code"] for line in note["lineItems"]]) == (None, [None])
            continue
        sold = {line["code"]: line["qtyShipped"] for line in orders[note["salesReference"]]["lineItems"]}
        for line in note["lineItems"]:
            if line["code"] is not None:
                assert -sold[line["code"]] <= line["qty"] == line["qtyShipped"] < 0
    back = document("returned_next_month", "CreditNotes")
    assert _known(local(back["completedDate"])).month == 10
    assert _known(local(orders[back["salesReference"]]["dispatchedDate"])).month == 9
    assert [line["code"] for line in document("money_back_only", "CreditNotes")["lineItems"]] == [None]


def test_adjustments_have_the_four_reasons_and_one_is_unfinished() -> None:
    done = [row for row in omni("Adjustments") if row["completedDate"]]
    reasons = {"Damaged in transit", "Stock count", "Marketing sample", "Found in count"}
    for month in (9, 10):
        assert {
            row["adjustmentReason"] for row in done if _known(local(row["completedDate"])).month == month
        } == reasons
    assert [row["reference"] for row in omni("Adjustments") if row not in done] == [cases()["unfinished_adjustment"]]


def test_nothing_is_in_transit_at_a_month_end_though_one_transfer_travels_two_days() -> None:
    for row in omni("BranchTransfers"):
        assert _known(local(row["dispatchedDate"])).month == _known(local(row["receivedDate"])).month
    slow = document("two_days_in_transit", "BranchTransfers")
    assert (_known(local(slow["receivedDate"])) - _known(local(slow["dispatchedDate"]))).days == 2


def test_both_months_have_charges_of_both_types_and_made_kits() -> None:
    for month in ("09", "10"):
        assert {row["type"] for row in table("landed_costs") if row["date"][5:7] == month} == {"freight", "customs"}
        assert any(str(local(row["completedDate"]))[5:7] == month for row in omni("ProductionJobs"))
    assert any(
        line["code"] == "COO-KIT" and line["qtyShipped"] for row in omni("SalesOrders") for line in row["lineItems"]
    )
