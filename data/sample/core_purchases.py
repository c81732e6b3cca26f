"""Purchases as Cin7 Core gives them: ordered, received in parts and billed, with freight and customs beside."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from data.sample import company
from data.sample.company import Sku
from data.sample.core_costing import rate_on
from data.sample.core_ids import CHARGE_ACCOUNTS, STOCK_ACCOUNT, day, guid
from data.sample.core_values import ACCOUNTS, number_of, updated_at
from data.sample.deals import Purchase, PurchaseLine
from data.sample.omni_rows import CENT, Row, reference
from data.sample.side_files import Table


def purchase_row(purchase: Purchase, files: dict[str, Table]) -> Row:
    """A purchase with its receipts, its bill, and freight and customs that were allocated to it."""
    number = reference(purchase)
    is_foreign = purchase.supplier.currency != company.BASE_CURRENCY
    currency, rates = purchase.supplier.currency, files["currency_rates.csv"]
    rate = rate_on(rates, purchase.received) if is_foreign else Decimal(1)
    lines = [_purchase_line(line, is_foreign) for line in purchase.lines]
    return {
        "ID": guid("purchase", number),
        "Supplier": purchase.supplier.name,
        "SupplierID": guid("supplier", purchase.supplier.name),
        "Approach": "STOCK",
        "InventoryAccount": STOCK_ACCOUNT,
        "BaseCurrency": company.BASE_CURRENCY,
        "SupplierCurrency": currency,
        "CurrencyRate": number_of(rate),
        "TaxRule": "No GST" if is_foreign else "15% GST on Expenses",
        "TaxCalculation": "Exclusive",
        "Location": purchase.branch.name,
        "OrderNumber": number,
        "OrderDate": day(purchase.created.date()),
        "LastUpdatedDate": updated_at(purchase.created, purchase.received, purchase.billed),
        "Status": "COMPLETED",
        "Type": "Advanced Purchase",
        "Order": {"Status": "AUTHORISED", "Lines": lines, "AdditionalCharges": []},
        "StockReceived": list(_receipts(purchase)),
        "PutAway": [],
        "Invoice": [_bill(purchase, lines, files["supplier_bills.csv"])],
        "CreditNote": [],
        "ManualJournals": [{"Status": "AUTHORISED", "Lines": list(_charges(number, files["landed_costs.csv"]))}],
    }


def _purchase_line(line: PurchaseLine, is_foreign: bool) -> Row:
    amount = line.quantity * line.unit_price
    tax = Decimal(0) if is_foreign else (amount * company.GST / 100).quantize(CENT, ROUND_HALF_UP)
    return {"ProductID": guid("product", line.sku.code), "SKU": line.sku.code, "Quantity": line.quantity,
            "Price": number_of(line.unit_price), "Discount": 0, "Tax": number_of(tax), "Account": STOCK_ACCOUNT,
            "TaxRule": "No GST" if is_foreign else "15% GST on Expenses",
            "Total": number_of(amount.quantize(CENT, ROUND_HALF_UP))}  # fmt: skip


def _receipts(purchase: Purchase) -> Iterator[Row]:
    """Every third purchase from a New Zealand maker comes in two boxes, both on its day."""
    parts = 2 if purchase.number % 3 == 0 and purchase.supplier.currency == company.BASE_CURRENCY else 1
    for part in range(1, parts + 1):
        lines = [_received(purchase, line.sku, _share(line.quantity, part, parts), part) for line in purchase.lines]
        yield {"TaskID": guid("receipt", f"{reference(purchase)}/{part}"), "InvoicingAndReceivingNumber": part,
               "Status": "AUTHORISED", "Lines": lines}  # fmt: skip


def _share(quantity: int, part: int, parts: int) -> int:
    """The larger half first."""
    return quantity if parts == 1 else (quantity + 1) // 2 if part == 1 else quantity // 2


def _received(purchase: Purchase, sku: Sku, quantity: int, part: int) -> Row:
    return {"SKU": sku.code, "Quantity": quantity, "Date": day(purchase.received),
            "Location": purchase.branch.name, "BatchSN": None, "ExpiryDate": None, "Received": True,
            "CardID": guid("card", f"{reference(purchase)}/{part}/{sku.code}")}  # fmt: skip


def _bill(purchase: Purchase, lines: list[Row], bills: Table) -> Row:
    """The supplier's invoice; its own rate is the bank's of that day."""
    billed = next(row for row in bills[1:] if row[2] == reference(purchase))
    return {
        "TaskID": guid("bill", reference(purchase)),
        "InvoiceNumber": billed[1],
        "Status": "AUTHORISED",
        "InvoiceDate": day(purchase.billed),
        "CurrencyConversionRate": float(billed[8] or 1),
        "Lines": lines,
        "AdditionalCharges": [],
        "Payments": [],
    }


def _charges(number: str, landed_costs: Table) -> Iterator[Row]:
    """Freight and customs that were billed by others and allocated here, in base currency."""
    for charge_id, purchase_order, kind, on, amount, _ in landed_costs[1:]:
        if purchase_order == number:
            account = CHARGE_ACCOUNTS[kind]
            name = next(each[1] for each in ACCOUNTS if each[0] == account)
            yield {"Reference": charge_id, "Amount": float(amount), "Date": f"{on}T00:00:00",
                   "Debit": f"{STOCK_ACCOUNT}: Stock on hand", "Credit": f"{account}: {name}",
                   "IsSystem": True}  # fmt: skip
