"""Turns the company's documents into rows as Cin7 Core's API gives them: documents whole, days as midnights without Z.

The same orders, purchases and counts as in omni_rows.py, under the same numbers: a month closed from either has the
same figures where both carry the same facts. What differs is Core's shape (cin7.md section 2.2): goods leave by pick,
pack and ship of a fulfilment, a credit note stands in its sale and says apart what is restocked, a purchase is received
in parts and carries freight and customs as manual journals, counts are new quantities on hand and not differences.
"""

from collections.abc import Iterator

from data.sample import company
from data.sample.core_ids import STOCK_ACCOUNT, guid
from data.sample.core_postings import Postings
from data.sample.core_purchases import purchase_row
from data.sample.core_sales import sale_row
from data.sample.core_stock import UnitsBefore, adjustment_row, assembly_row, is_count, stocktake_row, transfer_row
from data.sample.core_values import ACCOUNTS, number_of
from data.sample.deals import Books
from data.sample.omni_rows import Row
from data.sample.side_files import Table


def core_resources(books: Books, files: dict[str, Table], postings: Postings) -> dict[str, list[Row]]:
    """Every resource of the sample, by the name that Core's address has.

    Args:
        books: everything that happened.
        files: the tables that Omni's API does not give, by name: Core's own documents carry charges and rates.
        postings: what Core itself booked, and what it holds at the end.
    """
    held = UnitsBefore(books)
    returns = {id(order): [each for each in books.credits if each.order is order] for order in books.orders}
    return {
        "me": [
            {"Company": "Kererū Outdoors", "Currency": "NZD", "TimeZone": "New Zealand Standard Time", "LockDate": None}
        ],
        "ref/location": [
            {"ID": guid("location", one.name), "Name": one.name, "IsDefault": one.branch_id == 1}
            for one in company.BRANCHES
        ],
        "ref/account": [
            {"Code": code, "Name": name, "Type": kind.title(), "Class": kind, "SystemAccount": "", "Status": "ACTIVE"}
            for code, name, kind in ACCOUNTS
        ],
        "ref/tax": list(_taxes()),
        "ref/paymentterm": [{"ID": guid("term", "30"), "Name": "30 days", "Duration": 30, "Method": "number of days"}],
        "customer": list(_customers()),
        "supplier": list(_suppliers()),
        "product": list(_products()),
        "sale": [sale_row(order, returns[id(order)], postings) for order in books.orders],
        "advanced-purchase": [purchase_row(each, files) for each in books.purchases],
        "stockadjustment": [adjustment_row(each, held) for each in books.adjustments if not is_count(each)],
        "stocktake": [stocktake_row(each, held) for each in books.adjustments if is_count(each)],
        "stockTransfer": [transfer_row(each) for each in books.transfers],
        "finishedGoods": [assembly_row(each) for each in books.jobs],
        "ref/productavailability": postings.availability(),
        "transactions": postings.transactions(),
    }


def _taxes() -> Iterator[Row]:
    for name, percent in (("15% GST on Income", 15), ("15% GST on Expenses", 15), ("No GST", 0)):
        yield {"ID": guid("tax", name), "Name": name, "TaxPercent": percent, "Account": "820", "IsActive": True,
               "IsTaxForSale": "Expenses" not in name, "IsTaxForPurchase": "Income" not in name}  # fmt: skip


def _customers() -> Iterator[Row]:
    for _, name in (*company.WHOLESALE_CUSTOMERS, (300, "Shop and web customers")):
        yield {"ID": guid("customer", name), "Name": name, "Status": "Active", "Currency": "NZD",
               "PaymentTerm": "30 days", "AccountReceivable": "610", "RevenueAccount": "200",
               "TaxRule": "15% GST on Income", "LastModifiedOn": "2026-08-20T02:31:00Z"}  # fmt: skip


def _suppliers() -> Iterator[Row]:
    for each in company.SUPPLIERS:
        yield {"ID": guid("supplier", each.name), "Name": each.name, "Status": "Active", "Currency": each.currency,
               "PaymentTerm": "30 days", "AccountPayable": "800", "LastModifiedOn": "2026-08-20T02:31:00Z"}  # fmt: skip


def _products() -> Iterator[Row]:
    """In Core each option is a product of its own; the last one is a service."""
    for sku in company.SKUS:
        name = ", ".join(filter(None, (sku.product_name, sku.option_name)))
        yield {**_product(sku.code, name, "Stock", sku.category),
               "Weight": number_of(sku.weight), "BOMType": "Assembly" if sku is company.KIT else "None"}  # fmt: skip
    yield _product(company.REPAIR_CODE, "Gear repair", "Service", "Services")


def _product(code: str, name: str, kind: str, category: str) -> Row:
    return {"ID": guid("product", code), "SKU": code, "Name": name, "Category": category, "Brand": None, "Type": kind,
            "CostingMethod": "FIFO", "DropShipMode": "No Drop Ship", "Status": "Active",
            "InventoryAccount": STOCK_ACCOUNT, "COGSAccount": "310", "RevenueAccount": "200",
            "AverageCost": 0, "Weight": 0, "BOMType": "None",
            "LastModifiedOn": "2026-08-20T02:31:00Z"}  # fmt: skip
