"""The sale selects of mappings/sources/omni.yaml: the days, statuses, quantities and revenue of sales and credits."""

import pytest

from pipelines.extract.api.spelling import spell_row
from pipelines.extract.cin7_tables import RESOURCES
from tests.data.omni_selects import Row, credit, line, order, select


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
