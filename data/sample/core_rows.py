"""Turns the company's documents into rows as Cin7 Core's API gives them: documents whole, days as midnights without Z.

The same orders, purchases and counts as in omni_rows.py, under the same numbers: a month closed from either has the
same figures where both carry the same facts. What differs is Core's shape (cin7.md section 2.2): goods leave by pick,
pack and ship of a fulfilment, a credit note stands in its sale and says apart what is restocked, a purchase is received
in parts and carries freight and customs as manual journals, counts are new quantities on hand and not differences.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from data.sample import company
from data.sample.company import Sku
from data.sample.core_costing import rate_on
from data.sample.core_ids import CHARGE_ACCOUNTS, REASON_ACCOUNTS, STOCK_ACCOUNT, day, guid
from data.sample.core_postings import Postings
from data.sample.deals import Adjustment, Books, Credit, Job, Order, OrderLine, Purchase, PurchaseLine, Transfer
from data.sample.omni_rows import CENT, Row, instant, reference
from data.sample.side_files import Table

ACCOUNTS = (
    ("200", "Sales", "REVENUE"), ("310", "Cost of goods sold", "EXPENSE"),
    ("311", "Cost of goods sold - wholesale", "EXPENSE"), ("425", "Freight inward clearing", "EXPENSE"),
    ("426", "Customs and duty clearing", "EXPENSE"), ("429", "Stock written off", "EXPENSE"),
    ("430", "Stock count differences", "EXPENSE"), ("431", "Samples and marketing", "EXPENSE"),
    (STOCK_ACCOUNT, "Stock on hand", "ASSET"), ("635", "Production clearing", "ASSET"),
    ("610", "Accounts receivable", "ASSET"), ("800", "Accounts payable", "LIABILITY"),
)  # fmt: skip


def core_resources(books: Books, files: dict[str, Table], postings: Postings) -> dict[str, list[Row]]:
    """Every resource of the sample, by the name that Core's address has.

    Args:
        books: everything that happened.
        files: the tables that Omni's API does not give, by name: Core's own documents carry charges and rates.
        postings: what Core itself booked, and what it holds at the end.
    """
    held = _Held(books)
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
        "sale": [_sale(order, returns[id(order)], postings) for order in books.orders],
        "advanced-purchase": [_purchase(each, files) for each in books.purchases],
        "stockadjustment": [_adjustment(each, held) for each in books.adjustments if not _is_count(each)],
        "stocktake": [_stocktake(each, held) for each in books.adjustments if _is_count(each)],
        "stockTransfer": [_transfer(each) for each in books.transfers],
        "finishedGoods": [_assembly(each) for each in books.jobs],
        "ref/productavailability": postings.availability(),
        "transactions": postings.transactions(),
    }


def _number(amount: Decimal | int) -> float:
    """JSON has numbers only; every amount here has few enough digits to survive."""
    return float(amount)


def _updated(created: datetime, *events: datetime | date | None) -> str | None:
    """The instant of the last change, with its Z."""
    moments = [event if isinstance(event, datetime) else datetime.combine(event, time(17)) for event in events if event]
    return instant(max([created, *moments]) + timedelta(minutes=20))


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
               "Weight": _number(sku.weight), "BOMType": "Assembly" if sku is company.KIT else "None"}  # fmt: skip
    yield _product(company.REPAIR_CODE, "Gear repair", "Service", "Services")


def _product(code: str, name: str, kind: str, category: str) -> Row:
    return {"ID": guid("product", code), "SKU": code, "Name": name, "Category": category, "Brand": None, "Type": kind,
            "CostingMethod": "FIFO", "DropShipMode": "No Drop Ship", "Status": "Active",
            "InventoryAccount": STOCK_ACCOUNT, "COGSAccount": "310", "RevenueAccount": "200",
            "AverageCost": 0, "Weight": 0, "BOMType": "None",
            "LastModifiedOn": "2026-08-20T02:31:00Z"}  # fmt: skip


def _sale(order: Order, notes: Sequence[Credit], postings: Postings) -> Row:
    """A sale with what it shipped, invoiced and took back."""
    number = reference(order)
    is_net = order.channel == "Wholesale"
    _, first_name, last_name, name = order.customer
    customer = name or " ".join(filter(None, (first_name, last_name))) or "Shop and web customers"
    status = _sale_status(order)
    return {
        "ID": guid("sale", number),
        "Customer": customer,
        "CustomerID": guid("customer", name or "Shop and web customers"),
        "BaseCurrency": company.BASE_CURRENCY,
        "CustomerCurrency": company.BASE_CURRENCY,
        "CurrencyRate": 1,
        "TaxRule": "15% GST on Income",
        "TaxCalculation": "Exclusive" if is_net else "Inclusive",
        "Location": order.branch.name,
        "SaleOrderDate": day(order.created.date()),
        "LastModifiedOn": _updated(order.created, order.dispatched, order.invoiced, *(one.completed for one in notes)),
        "COGSAmount": _number(postings.cost_of(number)),
        "Status": status,
        "Type": "Simple Sale",
        "SourceChannel": order.channel,
        "Order": {
            "SaleOrderNumber": number,
            "Status": {"DRAFT": "DRAFT", "VOIDED": "VOIDED"}.get(status, "AUTHORISED"),
            "Lines": [_sale_line(line, line.ordered, is_net) for line in order.lines],
        },
        "Fulfilments": [_fulfilment(order)] if order.dispatched else [],
        "Invoices": [_invoice(order, is_net)] if order.invoiced else [],
        "CreditNotes": [_credit_note(credit, is_net) for credit in notes],
        "ManualJournals": {"Status": "NOT AVAILABLE", "Lines": []},
        "InventoryMovements": [],
    }  # fmt: skip


def _sale_status(order: Order) -> str:
    if order.is_void:
        return "VOIDED"
    if order.status.upper() == "DRAFT":
        return "DRAFT"
    return "COMPLETED" if order.dispatched else "INVOICED"


def _code(line: OrderLine) -> str:
    return line.sku.code if line.sku else company.REPAIR_CODE


def _sale_line(line: OrderLine, quantity: int, is_net: bool) -> Row:
    """A line of an order, an invoice or a credit note; Total has no tax where prices exclude it."""
    amount = line.unit_price * quantity
    rate = company.GST / (100 if is_net else 100 + company.GST)
    tax = (amount * rate).quantize(CENT, ROUND_HALF_UP)
    return {"SKU": _code(line), "Quantity": quantity, "Price": _number(line.unit_price), "Discount": 0,
            "Tax": _number(tax), "Account": "200",
            "Total": _number(amount)}  # fmt: skip


def _fulfilment(order: Order) -> Row:
    """What left: picked and packed the day before where there was one, shipped on its day."""
    lines = [
        {"SKU": _code(line), "Location": order.branch.name, "Quantity": line.moved, "BatchSN": None, "ExpiryDate": None,
         "NonInventory": line.sku is None}
        for line in order.lines
        if line.moved
    ]  # fmt: skip
    shipped = {
        "ShipmentDate": day(order.dispatched),
        "Carrier": company.FREIGHT_CARRIER,
        "Boxes": "1",
        "IsShipped": True,
    }
    return {
        "TaskID": guid("fulfilment", reference(order)),
        "FulfillmentNumber": 1,
        "FulFilmentStatus": "FULFILLED",
        "Pick": {"Status": "AUTHORISED", "Lines": lines},
        "Pack": {"Status": "AUTHORISED", "Lines": []},
        "Ship": {"Status": "AUTHORISED", "Lines": [shipped]},
    }


def _invoice(order: Order, is_net: bool) -> Row:
    """The one invoice of a sale, for all that was ordered."""
    lines = [_sale_line(line, line.ordered, is_net) for line in order.lines]
    return {
        "TaskID": guid("invoice", reference(order)),
        "InvoiceNumber": f"INV-{order.number}",
        "Status": "VOIDED" if order.is_void else ("PAID" if order.channel == "Store" else "AUTHORISED"),
        "InvoiceDate": day(order.invoiced),
        "CurrencyConversionRate": 1,
        "LinkedFulfillmentNumber": 1,
        "Lines": lines,
        "AdditionalCharges": [],
        "Total": round(sum(float(str(line["Total"])) for line in lines), 2),
    }


def _credit_note(credit: Credit, is_net: bool) -> Row:
    """Money back, and apart from it what is put on the shelf again."""
    number, branch = reference(credit), credit.order.branch.name
    goodwill = {"SKU": None, "Name": "Goodwill", "Quantity": 1, "Price": 10.0, "Total": 10.0, "Account": "200"}
    return {
        "TaskID": guid("credit", number),
        "CreditNoteNumber": number,
        "CreditNoteInvoiceNumber": f"INV-{credit.order.number}",
        "Status": "AUTHORISED",
        "CreditNoteDate": day(credit.completed),
        "CreditNoteConversionRate": 1,
        "Lines": [_sale_line(line, line.ordered, is_net) for line in credit.lines] or [goodwill],
        "Refunds": [],
        "Restock": [
            {"ProductID": guid("product", _code(line)), "SKU": _code(line), "Quantity": line.moved,
             "RestockLocation": branch, "RestockDate": day(credit.completed), "BatchSN": None}
            for line in credit.lines
        ],
    }  # fmt: skip


def _purchase(purchase: Purchase, files: dict[str, Table]) -> Row:
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
        "CurrencyRate": _number(rate),
        "TaxRule": "No GST" if is_foreign else "15% GST on Expenses",
        "TaxCalculation": "Exclusive",
        "Location": purchase.branch.name,
        "OrderNumber": number,
        "OrderDate": day(purchase.created.date()),
        "LastUpdatedDate": _updated(purchase.created, purchase.received, purchase.billed),
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
            "Price": _number(line.unit_price), "Discount": 0, "Tax": _number(tax), "Account": STOCK_ACCOUNT,
            "TaxRule": "No GST" if is_foreign else "15% GST on Expenses",
            "Total": _number(amount.quantize(CENT, ROUND_HALF_UP))}  # fmt: skip


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


def _is_count(adjustment: Adjustment) -> bool:
    return adjustment.reason == "Stock count"


class _Held:
    """What was on hand just before each adjustment: Core writes the new quantity, not the change."""

    def __init__(self, books: Books) -> None:
        self._before: dict[tuple[int, str], int] = {}
        on_hand: dict[tuple[str, str], int] = {}
        for _, _, _, sku, place, units, adjustment in sorted(_changes(books), key=lambda change: change[:3]):
            if adjustment is not None:
                self._before[adjustment, sku] = on_hand.get((place, sku), 0)
            on_hand[place, sku] = on_hand.get((place, sku), 0) + units

    def before(self, adjustment: Adjustment, sku: Sku) -> int:
        """Units at the adjustment's place; a count that nobody finished has seen enough for its difference."""
        return self._before.get((adjustment.number, sku.code), 20)


Change = tuple[date, int, int, str, str, int, int | None]
"""Day, inflows first, number; SKU, place, units, and the adjustment that it is."""


def _changes(books: Books) -> Iterator[Change]:
    """Every change of stock of the books."""
    yield from _bought_and_sold(books)
    for transfer in books.transfers:
        for sku, units in transfer.lines:
            yield transfer.dispatched, 1, transfer.number, sku.code, transfer.source.name, -units, None
            yield transfer.received, 0, transfer.number, sku.code, transfer.destination.name, units, None
    for job in books.jobs:
        yield job.completed, 0, job.number, company.KIT.code, job.branch.name, job.kits, None
        for code, each in company.KIT_COMPONENTS:
            yield job.completed, 1, job.number, code, job.branch.name, -each * job.kits, None
    for adjustment in books.adjustments:
        for sku, units, _ in adjustment.lines if adjustment.is_approved else ():
            yield adjustment.on, 2, adjustment.number, sku.code, adjustment.branch.name, units, adjustment.number


def _bought_and_sold(books: Books) -> Iterator[Change]:
    """Opening stock, receipts, sales and returns."""
    for sku, branch, units, _ in books.opening:
        yield date.min, 0, 0, sku.code, branch.name, units, None
    for purchase in books.purchases:
        for line in purchase.lines:
            yield purchase.received, 0, purchase.number, line.sku.code, purchase.branch.name, line.quantity, None
    for order in books.orders:
        for sold in order.lines if order.dispatched else ():
            if sold.sku is not None and order.dispatched:
                yield order.dispatched.date(), 1, order.number, sold.sku.code, order.branch.name, -sold.moved, None
    for credit in books.credits:
        for back in credit.lines:
            if back.sku is not None:
                yield credit.completed, 0, credit.number, back.sku.code, credit.order.branch.name, back.moved, None


def _adjustment(adjustment: Adjustment, held: _Held) -> Row:
    """An adjustment: the new quantity of what is there, with the expense account that somebody chose."""
    return _stock_document("adjustment", adjustment) | {
        "ExistingStockLines": [_counted(adjustment, sku, units, cost, held) for sku, units, cost in adjustment.lines],
        "NewStockLines": [],
    }


def _stocktake(adjustment: Adjustment, held: _Held) -> Row:
    """A count: as an adjustment, under other names."""
    return _stock_document("stocktake", adjustment) | {
        "LocationID": guid("location", adjustment.branch.name),
        "Location": adjustment.branch.name,
        "NonZeroStockOnHandProducts": [
            _counted(adjustment, sku, units, cost, held) for sku, units, cost in adjustment.lines
        ],
        "ZeroStockOnHandProducts": [],
    }


def _stock_document(kind: str, adjustment: Adjustment) -> Row:
    return {
        "TaskID": guid(kind, adjustment.number),
        "EffectiveDate": day(adjustment.on),
        "StocktakeNumber": reference(adjustment),
        "Status": "COMPLETED" if adjustment.is_approved else "DRAFT",
        "Account": REASON_ACCOUNTS[adjustment.reason],
        "Reference": adjustment.reason,
        "LastModifiedOn": _updated(adjustment.created),
    }


def _counted(adjustment: Adjustment, sku: Sku, units: int, cost: Decimal, held: _Held) -> Row:
    """`Adjustment` is what is there afterwards; a cost of 0 is one that nobody typed."""
    before = held.before(adjustment, sku)
    return {"ProductID": guid("product", sku.code), "SKU": sku.code, "Location": adjustment.branch.name,
            "LocationID": guid("location", adjustment.branch.name), "QuantityOnHand": before, "Available": before,
            "Adjustment": before + units, "UnitCost": _number(cost), "BatchSN": None}  # fmt: skip


def _transfer(transfer: Transfer) -> Row:
    number = reference(transfer)
    return {
        "TaskID": guid("transfer", number),
        "Number": number,
        "From": guid("location", transfer.source.name),
        "FromLocation": transfer.source.name,
        "To": guid("location", transfer.destination.name),
        "ToLocation": transfer.destination.name,
        "Status": "COMPLETED",
        "InTransitAccount": STOCK_ACCOUNT,
        "CostDistributionType": "Cost",
        "DepartureDate": day(transfer.dispatched),
        "CompletionDate": day(transfer.received),
        "LastModifiedOn": _updated(transfer.created, transfer.received),
        "Lines": [
            {"ProductID": guid("product", sku.code), "SKU": sku.code, "QuantityOnHand": None, "TransferQuantity": units,
             "BatchSN": None}
            for sku, units in transfer.lines
        ],
    }  # fmt: skip


def _assembly(job: Job) -> Row:
    """Core calls it finished goods: what it takes is picked, what it makes stands in the head."""
    number = reference(job)
    picked = [
        {
            "ProductID": guid("product", code),
            "ProductCode": code,
            "Quantity": each * job.kits,
            "Cost": 0,
            "BatchSN": None,
        }
        for code, each in company.KIT_COMPONENTS
    ]
    return {
        "TaskID": guid("assembly", number),
        "AssemblyNumber": number,
        "ProductID": guid("product", company.KIT.code),
        "ProductCode": company.KIT.code,
        "Quantity": job.kits,
        "Location": job.branch.name,
        "Status": "COMPLETED",
        "WIPAccount": "635",
        "Account": STOCK_ACCOUNT,
        "WIPDate": day(job.completed),
        "CompletionDate": day(job.completed),
        "LastModifiedOn": _updated(job.created, job.completed),
        "OrderLines": [],
        "PickLines": picked,
    }
