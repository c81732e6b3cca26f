"""Source rows that need a decision, and what corrections do about them."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.closing import CloseExceptions
from schemas.maps import ChargeTypes
from tests.transforms.builders import CHARGE_TYPES, Row, core, moves, pick, table, valued
from transforms.corrections import list_occurring_subjects
from transforms.exceptions import find_cost_exceptions, find_document_exceptions, settle_exceptions

SEPTEMBER, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
KNOWN_CHARGES = table(ChargeTypes, *CHARGE_TYPES)
SHOWN = ("exception_kind", "source_table", "source_id", "document_number", "subject", "quantity", "amount")
RECEIVED: Row = {"receipt_line_id": "1", "quantity": 10, "unit_price": "9", "received_date": "09-02"}
BILLED: Row = {"bill_line_id": "1", "bill_date": "09-20", "line_amount": "90"}


def find(**tables: list[Row]) -> list[tuple[object, ...]]:
    found = find_document_exceptions(core(**tables), KNOWN_CHARGES, "NZD", CUT_OFF)
    return pick(settle(found), *SHOWN)


def settle(
    found: pl.LazyFrame, corrections: list[Row] | None = None, listed_only: list[str] | None = None
) -> pl.DataFrame:
    accepted = pl.LazyFrame(corrections or [], schema=dict.fromkeys(("correction_id", "accepts", "subject"), pl.String))
    return check(CloseExceptions, settle_exceptions(found, accepted, listed_only or [], SEPTEMBER))


def test_an_unknown_sku_is_found_in_every_table_that_moves_stock() -> None:
    found = find(
        sale_lines=[{"sale_line_id": "1", "sku": "X", "moved_quantity": 1, "moved_date": "09-10"}],
        receipt_lines=[RECEIVED | {"sku": "X"}],
        adjustment_lines=[{"adjustment_line_id": "1", "sku": "X", "quantity": -1, "adjustment_date": "09-10"}],
        transfer_lines=[{"transfer_line_id": "1", "sku": "X", "quantity": 1, "dispatched_date": "09-10"}],
        production_lines=[{"production_line_id": "1", "sku": "X", "quantity": 1, "produced_date": "09-10"}],
        opening_stock=[{"opening_id": "1", "sku": "X", "quantity": 1, "unit_cost": 1}],
    )
    assert [row[:2] for row in found] == [
        ("unknown_sku", f"core.{name}")
        for name in (
            "adjustment_lines",
            "opening_stock",
            "production_lines",
            "receipt_lines",
            "sale_lines",
            "transfer_lines",
        )
    ]
    assert {row[4] for row in found} == {"X"}


def test_a_line_that_moves_nothing_may_name_anything() -> None:
    draft = {"sale_line_id": "1", "sku": "X", "moved_quantity": 1, "moved_date": "09-10", "status": "draft"}
    comment = {"sale_line_id": "2", "sku": "NOTE", "moved_quantity": 0, "moved_date": "09-10"}
    waiting = {"sale_line_id": "3", "sku": "X", "moved_quantity": 1, "moved_date": None}
    next_month = {"sale_line_id": "4", "sku": "X", "moved_quantity": 1, "moved_date": "10-01"}
    assert find(sale_lines=[draft, comment, waiting, next_month]) == []


def test_a_receipt_needs_a_price_and_a_credit_to_the_supplier_does_not() -> None:
    free, unpriced = RECEIVED | {"unit_price": 0}, RECEIVED | {"receipt_line_id": "2", "unit_price": None}
    back = RECEIVED | {"receipt_line_id": "3", "unit_price": None, "kind": "purchase_return"}
    total = unpriced | {"receipt_line_id": "4", "cost_amount": "9"}
    assert find(receipt_lines=[free, unpriced, back, total]) == [
        ("unpriced_receipt", "core.receipt_lines", "2", "PO-1", "TENT", "10.0000", None)
    ]


def test_a_foreign_currency_needs_a_rate_on_receipts_and_bills_of_stock() -> None:
    dollars = {"currency_code": "USD"}
    assert find(receipt_lines=[RECEIVED | dollars], bill_lines=[BILLED | dollars]) == [
        ("missing_rate", "core.bill_lines", "1", "INV-1", "USD", None, None),
        ("missing_rate", "core.receipt_lines", "1", "PO-1", "USD", "10.0000", None),
    ]
    rate = [{"currency_code": "USD", "rate_date": "09-01", "currency_rate": "1.6"}]
    assert find(receipt_lines=[RECEIVED | dollars], bill_lines=[BILLED | dollars], currency_rates=rate) == []
    expensed = [{"sku": "TENT", "is_stocked": False}]
    assert find(products=expensed, receipt_lines=[RECEIVED | dollars], bill_lines=[BILLED | dollars]) == []


def test_a_bill_for_a_line_that_does_not_exist_is_found_with_its_amount() -> None:
    assert find(bill_lines=[BILLED | {"receipt_line_id": "77"}]) == [
        ("missing_received_line", "core.bill_lines", "1", "INV-1", "77", None, "90.00")
    ]


def test_a_charge_of_an_unknown_kind_is_found_with_its_amount() -> None:
    charge = {"charge_id": "F1", "charge_type": "demurrage", "charge_amount": "50", "charge_date": "09-09"}
    assert find(charges=[charge, charge | {"charge_id": "F2", "charge_type": "freight"}]) == [
        ("unmapped_charge", "core.charges", "F1", "PO-1", "demurrage", None, "50.00")
    ]


def cost_exceptions(rows: list[Row], provisional: set[str]) -> list[tuple[object, ...]]:
    costs = [{"move_id": row["move_id"], "is_provisional": row["move_id"] in provisional} for row in rows]
    found = find_cost_exceptions(moves(*rows).lazy(), valued(*costs).lazy(), SEPTEMBER, CUT_OFF)
    return pick(settle(found), "exception_kind", "source_table", "source_id", "subject", "quantity")


def test_what_was_never_received_has_no_cost_and_what_ran_out_is_below_zero() -> None:
    rows: list[Row] = [
        {"move_id": "receipt:1", "kind": "receipt", "quantity": 1},
        {"move_id": "sale:1", "kind": "sale", "quantity": -2},
        {"move_id": "sale:2", "kind": "sale", "quantity": -2, "sku": "GHOST"},
    ]
    assert cost_exceptions(rows, {"sale:1", "sale:2"}) == [
        ("missing_cost", "core.sale_lines", "2", "GHOST", "-2.0000"),
        ("negative_stock", "core.sale_lines", "1", "TENT", "-2.0000"),
    ]


def test_a_sale_without_cost_is_listed_in_its_own_month_and_stock_below_zero_as_long_as_it_lasts() -> None:
    in_august = {"quantity": -2, "moved_on": "08-20", "kind": "sale"}
    rows: list[Row] = [
        {"move_id": "receipt:1", "kind": "receipt", "quantity": 1, "moved_on": "08-01"},
        {"move_id": "sale:1", **in_august},
        {"move_id": "sale:2", "sku": "GHOST", **in_august},
        {"move_id": "sale:3", "sku": "GHOST", **in_august, "moved_on": "10-01"},
    ]
    found = cost_exceptions(rows, {"sale:1", "sale:2", "sale:3"})
    assert [row[:3] for row in found] == [("negative_stock", "core.sale_lines", "1")]


def test_each_kind_of_issue_points_to_its_own_table() -> None:
    rows: list[Row] = [
        {"move_id": f"{kind}:1", "kind": kind, "quantity": -1, "document_kind": document}
        for kind, document in (
            ("adjustment_out", "adjustment"),
            ("purchase_return", "purchase"),
            ("assembly_out", "production"),
            ("transfer_out", "transfer"),
        )
    ]
    found = cost_exceptions(rows, {row["move_id"] for row in rows})
    tables = ["core.adjustment_lines", "core.production_lines", "core.receipt_lines", "core.transfer_lines"]
    assert [row[1] for row in found] == tables


def test_a_correction_accepts_its_kind_and_subject_and_nothing_else() -> None:
    found = find_document_exceptions(
        core(bill_lines=[BILLED | {"bill_line_id": at, "receipt_line_id": at} for at in ("7", "8")]),
        KNOWN_CHARGES,
        "NZD",
        CUT_OFF,
    )
    accepted = [
        {"correction_id": "C-1", "accepts": "missing_received_line", "subject": "7"},
        {"correction_id": "C-2", "accepts": "missing_rate", "subject": "8"},
    ]
    assert pick(settle(found, accepted), "source_id", "is_blocking", "correction_id") == [
        ("7", False, "C-1"),
        ("8", True, None),
    ]


def test_a_policy_may_list_a_kind_without_stopping() -> None:
    rows: list[Row] = [
        {"move_id": "receipt:1", "kind": "receipt", "quantity": 1},
        {"move_id": "sale:1", "kind": "sale", "quantity": -2},
    ]
    costs = valued({"move_id": "receipt:1"}, {"move_id": "sale:1", "is_provisional": True}).lazy()
    found = find_cost_exceptions(moves(*rows).lazy(), costs, SEPTEMBER, CUT_OFF)
    assert pick(settle(found, listed_only=["negative_stock"]), "is_blocking") == [(False,)]
    assert pick(settle(found), "is_blocking") == [(True,)]


def test_nothing_is_no_exception() -> None:
    assert find() == []
    assert cost_exceptions([], set()) == []


def test_a_correction_may_match_what_the_documents_show_in_any_month() -> None:
    documents = core(
        products=[{"sku": sku} for sku in ("TENT", "GHOST", "FOUND", "MADE")],
        sale_lines=[
            {"sale_line_id": sku, "sku": sku, "moved_quantity": 1, "moved_date": "2031-01-01"}
            for sku in ("TENT", "GHOST", "FOUND", "MADE", "UNKNOWN")
        ],
        receipt_lines=[RECEIVED],
        adjustment_lines=[{"adjustment_line_id": "1", "sku": "FOUND", "quantity": 1, "adjustment_date": "09-10"}],
        production_lines=[{"production_line_id": "1", "sku": "MADE", "quantity": 1, "produced_date": "09-10"}],
    )
    assert sorted(pick(list_occurring_subjects(documents, KNOWN_CHARGES, "NZD"), "exception_kind", "subject")) == [
        ("missing_cost", "GHOST"),
        ("unknown_sku", "UNKNOWN"),
    ]
