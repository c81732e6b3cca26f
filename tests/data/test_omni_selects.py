"""The selects of mappings/sources/omni.yaml: what becomes of odd rows, and of the whole sample company."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.extract import extract_source, read_source
from pipelines.extract.api.spelling import spell_row
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.extract.source_sql import SourceConnection
from pipelines.settings import load_settings
from pipelines.warehouse import open_warehouse
from schemas.checking import check
from schemas.tables import SOURCE_TABLES
from tests.pipelines.extract.fake_api import FakeApi

ROOT = Path(__file__).parents[2]
OMNI = ROOT / "mappings" / "sources" / "omni.yaml"
SAMPLE = ROOT / "data" / "sample"

Row = dict[str, Any]
NOT_OF_STOCK = {"core.contacts", "core.trade_documents", "core.trade_lines", "core.payments"}
FILES = {
    "rates": ("currency", "date", "base_for_one"),
    "landed_costs": ("charge_id", "purchase_order", "type", "base_amount", "date", "carrier"),
}
"""Files that selects of stock join, and their columns."""
BRANCHES = [{"id": 1, "company": "Auckland"}]


def select(
    table: str,
    zone: str = "Pacific/Auckland",
    assumptions: Mapping[str, str] | None = None,
    **inputs: Sequence[Mapping[str, object]],
) -> list[Row]:
    """Rows of one select over the given rows; an input that is not given is empty."""
    source = read_source(OMNI)
    given = {"branches": BRANCHES, **inputs}
    frames = {
        str(name): pl.DataFrame(
            {"row": [json.dumps(row) for row in given.get(str(name), [])]}, schema={"row": pl.String}
        )
        for name, definition in source.inputs.items()
        if hasattr(definition, "omni")
    }
    for name, columns in FILES.items():
        frames[name] = pl.DataFrame(list(inputs.get(name, [])), schema=dict.fromkeys(columns, pl.String))
    sql = next(sql for name, sql in source.tables.items() if str(name) == table)
    with SourceConnection(frames, zone, assumptions=assumptions) as connection:
        for name, shared in source.shared.items():
            connection.share(str(name), shared)
        with connection.select(table, sql) as selected:
            return selected.query("select * from selected_rows").to_dicts()


def order(**changes: object) -> Row:
    line = {"id": 11, "sort": 1, "code": "TENT", "qty": 2, "qtyShipped": 2, "unitPrice": 115.0, "discount": 0}
    return {
        "id": 1, "reference": "SO-1", "branchId": 1, "source": "Web", "status": "APPROVED", "isVoid": False,
        "company": None, "firstName": "Aroha", "lastName": "Moana", "currencyRate": 1, "taxStatus": "Incl",
        "taxRate": 15, "invoiceDate": "2026-09-30T11:00:00Z", "dispatchedDate": "2026-09-29T11:00:00Z",
        "accountingAttributes": {"accountingImportStatus": "Imported"}, "lineItems": [line], **changes,
    }  # fmt: skip


def line(**changes: object) -> Row:
    first: Row = order()["lineItems"][0]
    return first | changes


def test_rules_can_ask_for_brand_price_tier_currency_and_the_account_that_somebody_chose() -> None:
    lines = [line(id=11, accountCode="4100"), line(id=12, accountCode="")]
    shop = {"id": 5, "priceColumn": "Trade"}
    sold = order(memberId=5, currencyCode="AUD", costCenter="4000", lineItems=lines)
    rows = select("sale_lines", sales=[sold], contacts=[shop, shop])
    assert [(row["customer_group"], row["currency_code"], row["order_account"]) for row in rows] == [
        ("Trade", "AUD", "4100"), ("Trade", "AUD", "4000"),
    ]  # fmt: skip
    bought = purchase(costCenter="6000", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "accountCode": "6100"}])
    assert select("receipt_lines", purchases=[bought])[0]["order_account"] == "6100"
    counted = {
        "id": 8, "reference": "ADJ-8", "branchId": 1, "completedDate": "2026-09-07T12:00:00Z",
        "adjustInAccountingSystem": "2026-09-07T12:00:00Z", "alternativeAccountCode": "6200",
        "lineItems": [{"id": 81, "code": "TENT", "qty": -1}],
    }  # fmt: skip
    assert select("adjustment_lines", adjustments=[counted])[0]["order_account"] == "6200"
    product = {"name": "Tent", "brand": "Kea", "productOptions": [{"code": "TENT"}]}
    assert select("products", products=[product])[0]["brand"] == "Kea"


def credit(**changes: object) -> Row:
    lines = [line(id=91, qty=-1, qtyShipped=-1)]
    dates = {"creditNoteDate": "2026-10-04T11:00:00Z", "completedDate": "2026-10-04T11:00:00Z"}
    return order(id=9, reference="CRN-9", salesReference="SO-1", lineItems=lines) | dates | changes


def purchase(**changes: object) -> Row:
    first = {"id": 71, "code": "TENT", "qty": 4, "qtyShipped": 4, "unitPrice": 12.3457, "discount": 0}
    return {
        "id": 7, "reference": "PO-7", "company": "Maker", "branchId": 1, "status": "Approved", "isVoid": False,
        "currencyCode": "NZD", "taxStatus": "Excl", "taxRate": 15, "freightTotal": 0, "surcharge": 0,
        "discountTotal": 0, "fullyReceivedDate": "2026-09-07T12:00:00Z", "lineItems": [first], **changes,
    }  # fmt: skip


def test_a_sale_line_has_its_days_in_the_accounts_time_zone_and_its_revenue_without_gst() -> None:
    (row,) = select("sale_lines", sales=[order()])
    assert row == {
        "sale_line_id": "SO11", "sale_id": "SO1", "sale_number": "SO-1", "kind": "sale", "sku": "TENT",
        "ordered_quantity": "2.0000", "moved_quantity": "2.0000", "invoice_date": "2026-10-01",
        "moved_date": "2026-09-30", "status": "approved", "accounting_status": "imported", "location": "Auckland",
        "channel": "Web", "customer": "Aroha Moana", "revenue_amount": "200.00",
        "returned_sale_line_id": None, "known_on": None, "customer_group": None, "currency_code": None,
        "order_account": None, "lot": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Pacific/Auckland", "2026-09-30T11:00:00Z", "2026-10-01"),  # summer time since 27 September: 13 hours
        ("Pacific/Auckland", "2026-09-30T10:59:59Z", "2026-09-30"),
        ("Pacific/Auckland", "2026-08-31T12:00:00Z", "2026-09-01"),  # winter time: 12 hours
        ("Australia/Sydney", "2026-10-31T13:00:00Z", "2026-11-01"),
        ("Europe/London", "2026-06-30T23:00:00Z", "2026-07-01"),
        ("America/Los_Angeles", "2026-10-31T07:00:00Z", "2026-10-31"),
        ("Pacific/Auckland", "2026-09-30T11:00:00", "2026-10-01"),  # the Z forgotten
        ("Pacific/Auckland", "2026-09-30T11:00:00.123Z", "2026-10-01"),
        ("Pacific/Auckland", "yesterday", "yesterday"),  # kept, so that its row is refused with what was sent
    ],
)
def test_an_instant_becomes_a_day_once(zone: str, instant: str, day: str) -> None:
    """cin7.md section 1.3: an instant without Z, with fractions, or none at all."""
    (row,) = select("sale_lines", zone, sales=[order(dispatchedDate=instant)])
    assert row["moved_date"] == day


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "Draft", "isApproved": False}, "draft"),
        ({"status": "aPPROVED"}, "approved"),
        ({"status": "Void"}, "void"),
        ({"status": "APPROVED", "isVoid": True}, "void"),
        ({"status": None, "isApproved": True}, "approved"),
        ({"status": None, "isApproved": None}, "draft"),
        ({"status": "Parked"}, "parked"),  # unknown: the model refuses it by name
    ],
)
def test_a_status_is_read_in_any_case(changes: Row, status: str) -> None:
    """cin7.md section 1.5: status in any case, and words nobody documents."""
    (row,) = select("sale_lines", sales=[order(**changes)])
    assert row["status"] == status


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("IMPORTED", "imported"),
        ("DoNotImport", "do_not_import"),
        ("do not import", "do_not_import"),
        ("NotImported", "not_imported"),
        ("Error", "error"),
        (None, None),
        ("Queued", "queued"),
    ],
)
def test_an_accounting_status_is_read_in_any_case(sent: str | None, meant: str | None) -> None:
    """cin7.md section 1.5: accountingImportStatus in any case."""
    (row,) = select("sale_lines", sales=[order(accountingAttributes={"accountingImportStatus": sent})])
    assert row["accounting_status"] == meant


def test_a_document_without_accounting_attributes_has_no_accounting_status() -> None:
    (row,) = select("sale_lines", sales=[order(accountingAttributes=None)])
    assert row["accounting_status"] is None


def test_every_field_may_be_null_or_missing() -> None:
    """cin7.md section 1.5: every field may be null."""
    empty = {"id": 1, "lineItems": [{"id": 11, "code": "TENT"}]}
    (row,) = select("sale_lines", sales=[empty, {"id": 2, "lineItems": None}, {"id": 3, "lineItems": []}, {}])
    assert (row["sale_line_id"], row["ordered_quantity"], row["moved_quantity"]) == ("SO11", None, "0")
    (row,) = select("receipt_lines", purchases=[empty])
    assert (row["receipt_line_id"], row["unit_price"], row["received_date"]) == ("11", None, None)
    assert select("adjustment_lines", adjustments=[empty]) == []
    (row,) = select("transfer_lines", transfers=[empty])
    assert row["from_location"] is None
    assert select("production_lines", jobs=[{"id": 1}]) == []
    assert select("products", products=[{"id": 1}]) == []


def test_a_line_without_code_is_a_comment_and_a_quantity_that_is_no_number_is_kept_to_be_refused() -> None:
    """cin7.md section 1.5: a line without a code is a comment."""
    lines = [line(code=None), line(id=12, code=" "), line(id=13, qty="two")]
    (row,) = select("sale_lines", sales=[order(lineItems=lines)])
    assert (row["sale_line_id"], row["ordered_quantity"]) == ("SO13", "two")
    (row,) = select("sale_lines", credits=[credit(lineItems=[line(id=92, qty="-one")])])
    assert (row["kind"], row["ordered_quantity"]) == ("sale_return", "-one")


def test_a_return_is_positive_and_finds_the_line_that_it_reverses() -> None:
    """cin7.md section 1.7: a return is a negative qty, linked by salesReference."""
    lines = [line(id=15, sort=2), line(id=16, sort=1), line(id=14, code="POT", sort=3)]
    rows = select("sale_lines", sales=[order(lineItems=lines)], credits=[credit()])
    back = next(row for row in rows if row["kind"] == "sale_return")
    assert back["sale_line_id"] == "CN91"
    assert back["returned_sale_line_id"] == "SO16"
    assert (back["ordered_quantity"], back["moved_quantity"]) == ("1.0000", "1.0000")
    assert (back["invoice_date"], back["moved_date"]) == ("2026-10-05", "2026-10-05")
    assert back["revenue_amount"] == "-100.00"


def test_a_return_of_an_unknown_order_stands_alone() -> None:
    (row,) = select("sale_lines", credits=[credit(salesReference=None)])
    assert row["returned_sale_line_id"] is None


def test_a_credit_that_takes_nothing_back_is_no_return() -> None:
    """cin7.md section 1.7: a credit that takes nothing back."""
    assert select("sale_lines", credits=[credit(lineItems=[line(qty=1), line(qty=0)])]) == []


@pytest.mark.parametrize(
    ("changes", "revenue"),
    [
        ({"taxStatus": "Excl"}, "230.00"),
        ({"taxStatus": "incl", "taxRate": 0.15}, "200.00"),
        ({"taxStatus": None, "taxRate": None}, "230.00"),
        ({"currencyRate": 0.595}, None),  # which way round it is meant is not documented
        ({"lineItems": [line(discount=23)]}, "180.00"),
        ({"lineItems": [line(qty=1, unitPrice=99.99)]}, "86.95"),  # 99.99 / 1.15 = 86.9478
    ],
)
def test_revenue_is_net_and_in_base_currency(changes: Row, revenue: str | None) -> None:
    """cin7.md section 1.5: taxRate 15 and 0.15; discount is of the line."""
    (row,) = select("sale_lines", sales=[order(**changes)])
    assert row["revenue_amount"] == revenue


def test_a_branch_that_is_not_listed_is_named_by_its_id() -> None:
    (row,) = select("sale_lines", sales=[order(branchId=7)])
    assert row["location"] == "branch 7"


def test_field_names_of_any_case_are_read_once_they_are_spelled() -> None:
    """cin7.md section 1.1: camelCase or PascalCase on the wire."""
    shouting = {name.upper(): value for name, value in order().items()}
    shouting["LINEITEMS"] = [{name.title(): value for name, value in line().items()}]
    (row,) = select("sale_lines", sales=[spell_row(shouting, RESOURCES["SalesOrders"])])
    assert (row["sku"], row["moved_date"], row["moved_quantity"]) == ("TENT", "2026-09-30", "2.0000")


@pytest.mark.parametrize(
    ("changes", "unit_price"),
    [
        ({}, "12.345700"),
        ({"taxStatus": "Incl"}, "10.735391"),  # 12.3457 / 1.15 = 10.7353913...
        ({"freightTotal": 10, "surcharge": 2, "discountTotal": 4}, "14.345700"),  # 8 over 4 units
        ({"lineItems": [{"id": 1, "code": "A", "qty": 3, "qtyShipped": 3, "unitPrice": 5, "discount": 1}]}, "4.666667"),
        ({"lineItems": [{"id": 1, "code": "A", "qty": 3, "qtyShipped": 3, "unitPrice": "five"}]}, "five"),
        ({"lineItems": [{"id": 1, "code": "A", "qty": 3, "qtyShipped": 3, "unitPrice": None}]}, None),
    ],
)
def test_a_purchase_price_is_without_gst_and_with_the_orders_own_freight(changes: Row, unit_price: str | None) -> None:
    """cin7.md section 1.6: unitPrice is the cost in the document's currency, with tax or without, before freight."""
    (row,) = select("receipt_lines", purchases=[purchase(**changes)])
    assert row["unit_price"] == unit_price


def test_drafts_and_voids_of_purchases_are_no_receipts() -> None:
    """cin7.md section 1.6: drafts and voids are no receipts."""
    gone = [purchase(isVoid=True), purchase(status="VOID"), purchase(status="draft")]
    assert select("receipt_lines", purchases=gone) == []


def test_an_adjustment_counts_when_it_is_complete_and_a_cost_of_nothing_is_none() -> None:
    """cin7.md section 1.8: adjustments count with both dates, and have no status."""
    done = {"completedDate": "2026-09-03T12:00:00Z", "adjustInAccountingSystem": "2026-09-03T12:00:00Z"}
    lines = [
        {"id": 1, "code": "A", "qty": -3, "qtyAdjusted": -2, "unitCost": 0},
        {"id": 2, "code": "A", "qty": 4, "unitCost": 3.5},
    ]
    header = {"id": 5, "reference": "ADJ-5", "branchId": 1, "adjustmentReason": "Stock count", "lineItems": lines}
    rows = select(
        "adjustment_lines",
        adjustments=[header | done, header | {"completedDate": None}, header | done | {"isApproved": False}],
    )
    assert {(row["adjustment_line_id"], row["quantity"], row["unit_cost"]) for row in rows} == {
        ("1", "-2", None),
        ("2", "4", "3.5"),
    }
    assert len(rows) == 2
    assert {row["adjustment_date"] for row in rows} == {"2026-09-04"}


def test_an_option_is_a_sku_and_services_and_kits_are_no_stock() -> None:
    """cin7.md section 1.8: services, kits and older codes of options."""
    options = [
        {"code": "OLD", "productOptionCode": "NEW", "optionWeight": 0.3},
        {"code": "B", "productOptionSizeCode": "B-L"},
    ]
    rows = select(
        "products",
        products=[
            {"name": "Tent", "stockControl": "fifo", "weight": 2, "productOptions": options},
            {"name": "Repair", "stockControl": "LABOUR", "productOptions": [{"code": "R"}]},
            {"name": "Set", "orderType": "Kit", "stockControl": "FIFO", "productOptions": [{"code": "K"}]},
            {"name": "Unknown", "stockControl": "Undefined", "productOptions": [{"code": "U"}]},
        ],
    )
    assert [(row["sku"], row["is_stocked"]) for row in rows] == [
        ("NEW", True), ("B-L", True), ("R", False), ("K", False), ("U", True),
    ]  # fmt: skip
    assert [row["weight"] for row in rows[:2]] == ["0.3000", "2"]


def test_stock_of_today_is_named_by_the_code_of_its_option_and_size() -> None:
    """cin7.md section 1.8: rows of Stock have ids and a size; an option id is not unique for sized products."""
    options = [
        {"id": 1, "code": "TENT"},
        {"id": 2, "productOptionSizeCode": "SHOE-41", "size": "41"},
        {"id": 2, "productOptionSizeCode": "SHOE-42", "size": "42"},
    ]
    stock: list[dict[str, object]] = [
        {"productOptionId": 1, "size": None, "branchId": 1, "stockOnHand": 3},
        {"productOptionId": 2, "size": "42", "branchId": 1, "stockOnHand": 4.5},
        {"productOptionId": 2, "size": "41", "branchId": 9, "stockOnHand": None},
        {"productOptionId": 8, "size": "", "branchId": 1, "stockOnHand": 1},
    ]
    rows = select("stock_on_hand", products=[{"productOptions": options}], stock=stock)
    assert {(row["sku"], row["location"], row["quantity"]) for row in rows} == {
        ("TENT", "Auckland", Decimal(3)), ("SHOE-42", "Auckland", Decimal("4.5")), ("SHOE-41", "branch 9", Decimal(0)),
        ("option 8", "Auckland", Decimal(1)),  # not among the products: a difference, not a row that is lost
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Pacific/Auckland", "2026-09-30T11:00:00Z", "2026-10-01"),  # summer time: midnight is 11:00 UTC
        ("Pacific/Auckland", "2026-09-30T10:59:59Z", "2026-09-30"),
        ("Pacific/Auckland", "2026-06-30T12:00:00Z", "2026-07-01"),  # winter: midnight is 12:00 UTC
        ("Australia/Sydney", "2026-09-30T14:00:00Z", "2026-10-01"),
        ("Australia/Sydney", "2026-10-31T13:00:00Z", "2026-11-01"),  # a month later in summer time
        ("Europe/London", "2026-03-31T23:00:00Z", "2026-04-01"),  # British summer time since 29 March
        ("Europe/London", "2026-10-31T23:30:00Z", "2026-10-31"),  # over since 25 October
        ("America/New_York", "2026-11-01T03:59:00Z", "2026-10-31"),
        ("America/Los_Angeles", "2026-11-01T07:00:00", "2026-11-01"),  # without Z it is UTC all the same
    ],
)
def test_an_instant_at_a_months_end_becomes_the_day_of_the_account(zone: str, instant: str, day: str) -> None:
    """cin7.md section 1.3: business dates come as UTC instants."""
    (row,) = select("sale_lines", zone, sales=[order(invoiceDate=instant, dispatchedDate=instant)])
    assert (row["invoice_date"], row["moved_date"]) == (day, day)


def test_the_whole_sample_fits_every_model_and_nothing_is_refused(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, data=SAMPLE / "files", threads=2)
    with open_warehouse(settings, publishes=False) as warehouse:
        report = extract_source(read_source(OMNI), settings, warehouse, {"omni": FakeApi(_sample_rows)})
        frames = {name: warehouse.read(name) for name in SOURCE_TABLES}
    assert report.rejected_count == 0
    # Omni has no postings of its own, and in the sample nothing moved that does not count
    assert set(report.empty_tables) <= {"core.source_postings", "core.uncounted_lines", *NOT_OF_STOCK}
    for name, model in SOURCE_TABLES.items():
        check(model, frames[name])
    of_stock = {name: frame for name, frame in frames.items() if name not in NOT_OF_STOCK}
    assert {name: frame.height for name, frame in of_stock.items() if frame.height} == {
        "core.products": 41, "core.sale_lines": 669, "core.receipt_lines": 96, "core.bill_lines": 96,
        "core.charges": 12, "core.adjustment_lines": 10, "core.transfer_lines": 41, "core.production_lines": 20,
        "core.opening_stock": 156, "core.currency_rates": 53,
    }  # fmt: skip
    sales = frames["core.sale_lines"]
    late = sales.filter(pl.col("moved_date").dt.month() < pl.col("invoice_date").dt.month())
    assert late["moved_date"].unique().to_list() == [date(2026, 9, 30)]
    returns = sales.filter(pl.col("kind") == "sale_return")
    assert returns["returned_sale_line_id"].null_count() == 0
    assert returns.height == 12


def _sample_rows(resource: str) -> list[Row]:
    file = SAMPLE / "omni" / f"{resource}.json"
    rows: list[Row] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return rows


def test_tax_that_does_not_come_back_is_part_of_the_cost() -> None:
    # 115.00 with 15 % GST inside is 100.00 without; 100.00 without is 115.00 with
    """cin7.md section 1.6: tax that does not come back."""
    inside = purchase(taxStatus="Incl", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "unitPrice": 115}])
    outside = purchase(taxStatus="Excl", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "unitPrice": 100}])
    exempt = purchase(taxStatus="Exempt", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "unitPrice": 100}])
    prices = {
        kept: [
            select("receipt_lines", assumptions={"purchase_tax": kept}, purchases=[one])[0]["unit_price"]
            for one in (inside, outside, exempt)
        ]
        for kept in ("recoverable", "cost")
    }
    assert prices == {
        "recoverable": ["100.000000", "100.000000", "100.000000"],
        "cost": ["115.000000", "115.000000", "100.000000"],
    }


def test_of_a_kit_its_parts_leave_stock_and_not_the_kit_itself() -> None:
    """cin7.md section 1.5: kits: a parent and its child lines."""
    kit = line(id=11, code="KIT", qty=2, qtyShipped=2, unitPrice=50.0)
    parts = [
        line(id=12, parentId=11, code="TENT", qty=2, qtyShipped=2, unitPrice=0),
        line(id=13, parentId=11, code="PEG", qty=16, qtyShipped=16, unitPrice=0),
    ]
    rows = select("sale_lines", sales=[order(lineItems=[kit, *parts])])
    products = [
        {"name": "Set", "orderType": "Kit", "productOptions": [{"code": "KIT"}]},
        {"name": "Tent", "orderType": "Order", "stockControl": "FIFO", "productOptions": [{"code": "TENT"}]},
        {"name": "Peg", "orderType": "Order", "stockControl": "FIFO", "productOptions": [{"code": "PEG"}]},
        {"name": "Packing", "stockControl": "Labour", "productOptions": [{"code": "PACKING"}]},
    ]
    stocked = {row["sku"] for row in select("products", products=products) if row["is_stocked"]}
    # 2 kits of one tent and 8 pegs each: 2 tents and 16 pegs leave, the kit line carries the price only
    moved = [(row["sku"], row["moved_quantity"]) for row in rows if row["sku"] in stocked]
    assert moved == [("TENT", "2.0000"), ("PEG", "16.0000")]
