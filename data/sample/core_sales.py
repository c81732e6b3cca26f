"""Sales as Cin7 Core gives them: an order with what was shipped, invoiced, credited and put back on the shelf."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP

from data.sample import company
from data.sample.core_ids import day, guid
from data.sample.core_postings import Postings
from data.sample.core_values import number_of, updated_at
from data.sample.deals import Credit, Order, OrderLine
from data.sample.omni_rows import CENT, Row, reference


def sale_row(order: Order, notes: Sequence[Credit], postings: Postings) -> Row:
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
        "LastModifiedOn": updated_at(
            order.created, order.dispatched, order.invoiced, *(one.completed for one in notes)
        ),
        "COGSAmount": number_of(postings.cost_of(number)),
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
    return {"SKU": _code(line), "Quantity": quantity, "Price": number_of(line.unit_price), "Discount": 0,
            "Tax": number_of(tax), "Account": "200",
            "Total": number_of(amount)}  # fmt: skip


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
