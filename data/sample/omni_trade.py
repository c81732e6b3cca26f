"""What the sync adds to Omni's rows: header amounts and terms, contacts' e-mails, November's documents, payments."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

from data.sample import company
from data.sample.company import BASE_CURRENCY, GST
from data.sample.deals import Books, Credit, Order, Purchase
from data.sample.omni_rows import Row, _sales_order, instant, reference
from data.sample.side_files import Table
from data.sample.sync_story import (
    ABROAD,
    ABROAD_RATE,
    AUD_IN_NZD,
    CENT,
    NOTHING,
    SUPPLIER_TERMS,
    TERMS,
    Paid,
    SyncStory,
)  # fmt: skip

LINE_IDS = 900001
"""First id of a line that only the sync sees: ids of the other lines stay as they are."""
CREDITS = {2: ("Short delivery of September", "PO-302", Decimal("60.00")), 3: ("Loyalty rebate", "", Decimal("45.50"))}
"""Suppliers' credits: text, purchase order, amount without GST; no goods go back."""
PEOPLE: dict[int, dict[str, str]] = {
    201: {"accountNumber": "S-201", "taxNumber": "49-111-222", "billingEmail": "receivables@tasmanpackworks.example"},
    202: {"accountNumber": "S-202", "email": "hello@southernthread.example", "phone": "+64 3 555 0202"},
    203: {"accountNumber": "S-203", "billingEmail": "ar@ridgelinegear.example", "email": "sales@ridgelinegear.example"},
    301: {"accountNumber": "C-301", "taxNumber": "49-333-301", "billingEmail": "Accounts@FiordlandGuides.example",
          "email": "base@fiordlandguides.example", "phone": "+64 3 555 0301"},
    302: {"accountNumber": "C-302", "email": "shop@trampers.example"},
    303: {"billingEmail": "office@alpinehuts.example", "firstName": "Hemi", "lastName": "Fraser"},
    304: {"accountNumber": "C-304", "mobile": "+64 21 555 304"},
}  # fmt: skip
"""303 has the e-mail that two contacts in the accounts have; 304 is found by the id that Cin7 stores."""
STORED_XERO_ID = {304: "7d3e5a10-0304-4c1f-9b7e-0000c0a57304"}


def add_trade(resources: dict[str, list[Row]], books: Books, story: SyncStory) -> None:
    """Complete the rows of Omni in place."""
    orders = {40000 + order.number: order for order in books.orders}
    for row in resources["SalesOrders"]:
        row.update(_header(orders[int(str(row["id"]))], story))
    for row in resources["Contacts"]:
        row.update(_person(int(str(row["id"]))))
    resources["Contacts"].append(_abroad(resources["Contacts"][-1]))
    for row, purchase in zip(resources["PurchaseOrders"], books.purchases, strict=True):
        row.update(_bought(purchase))
    for row, credit in zip(resources["CreditNotes"], books.credits, strict=True):
        row["total"] = float(total_of_credit(credit))
    line_ids = count(LINE_IDS)
    for number, order in enumerate(story.orders, 7901):
        resources["SalesOrders"].append(_sales_order(order, number, line_ids) | _header(order, story))
    resources["CreditNotes"].append(_open_credit(books, resources["CreditNotes"][-1], next(line_ids)))
    resources["Payments"] = [_payment(number, paid) for number, paid in enumerate(story.payments, 1)]


def total_of_credit(credit: Credit) -> Decimal:
    """What a credit note gives back, with GST."""
    return sum((line.unit_price * line.ordered for line in credit.lines), NOTHING) or Decimal("10.00")


def _header(order: Order, story: SyncStory) -> Row:
    """Freight, surcharge, discount, terms and total."""
    extras = story.extras_of(order)
    row: Row = {"total": float(story.total_of(order))}
    named = {"freightTotal": extras.freight, "surcharge": extras.surcharge, "discountTotal": extras.discount}
    row |= {name: float(amount) for name, amount in named.items() if amount}
    row |= {"freightDescription": "Courier"} if extras.freight else {}
    row |= {"surchargeDescription": "Card fee"} if extras.surcharge else {}
    row |= {"taxStatus": "Exempt", "taxRate": 0} if extras.is_exempt else {}
    row |= {"paymentTerms": TERMS[order.customer[0]]} if order.customer[0] in TERMS else {}
    if order.customer[0] == ABROAD[0]:
        row |= {"currencyCode": "AUD", "currencyRate": float(ABROAD_RATE)}
    return row


def _person(contact_id: int) -> Row:
    row: Row = {**PEOPLE.get(contact_id, {})}
    terms = TERMS.get(contact_id) or SUPPLIER_TERMS.get(contact_id)
    row |= {"paymentTerms": terms} if terms else {}
    return row | {"accountingIntegrationId": {"xero": STORED_XERO_ID.get(contact_id)}}


def _abroad(like: Row) -> Row:
    """The customer in Australia."""
    return like | {
        "id": ABROAD[0], "company": ABROAD[1], "currencyCode": "AUD", "accountNumber": "C-305",
        "taxNumber": "51 824 753 556", "billingEmail": "ap@bluemountains.example", "paymentTerms": TERMS[ABROAD[0]],
        "accountingIntegrationId": {"xero": None},
    }  # fmt: skip


def _bought(purchase: Purchase) -> Row:
    """Totals and terms; on the first purchase the supplier charges freight and takes it off again."""
    is_foreign = purchase.supplier.currency != BASE_CURRENCY
    goods = sum(((line.quantity * line.unit_price).quantize(CENT, ROUND_HALF_UP) for line in purchase.lines), NOTHING)
    total = (goods if is_foreign else goods * (100 + GST) / 100).quantize(CENT, ROUND_HALF_UP)
    row: Row = {"paymentTerms": SUPPLIER_TERMS[purchase.supplier.contact_id], "total": float(total)}
    if purchase.number == 302:
        row |= {"freightTotal": 45.0, "discountTotal": 45.0, "discountDescription": "Freight waived"}
    return row


def _open_credit(books: Books, like: Row, line_id: int) -> Row:
    """A credit of November that names no order."""
    number = max(credit.number for credit in books.credits) + 1
    name = company.WHOLESALE_CUSTOMERS[1]
    on = instant(date(2026, 11, 4))
    line = {"id": line_id, "transactionId": 9000 + number, "sort": 1, "code": None, "name": "Season rebate", "qty": 1,
            "qtyShipped": 0, "unitPrice": 80.0, "discount": 0, "stockControl": None}  # fmt: skip
    return like | {
        "id": 9000 + number, "createdDate": on, "modifiedDate": on, "reference": f"CRN-{number}",
        "salesReference": None, "creditNoteNumber": f"CN{number}", "memberId": name[0], "firstName": None,
        "lastName": None, "company": name[1], "branchId": 1, "taxStatus": "Excl", "taxRate": 0.15,
        "source": "Wholesale", "creditNoteDate": on, "completedDate": on, "modifiedCOGSDate": None,
        "accountingAttributes": {"importDate": None, "accountingImportStatus": "NotImported"}, "total": 92.0,
        "lineItems": [line],
    }  # fmt: skip


def _payment(number: int, paid: Paid) -> Row:
    """A row of Payments; a deposit is paid on its order."""
    document = paid.document
    kind, order_id, order_ref = _paid_document(document)
    at = instant(paid.on)
    return {
        "id": 5000 + number, "createdDate": at, "modifiedDate": at, "paymentDate": at, "amount": float(paid.amount),
        "method": paid.method, "isAuthorized": paid.is_authorised, "transactionRef": paid.reference,
        "orderId": order_id, "orderRef": order_ref, "paymentImportedRef": paid.imported_as, "orderType": kind,
    }  # fmt: skip


def _paid_document(document: Order | Credit | Purchase | str) -> tuple[str, int, str | None]:
    """Order type, id and reference."""
    if isinstance(document, str):
        return "Undefined", 0, None
    if isinstance(document, Order):
        return "SalesOrder", 40000 + document.number, reference(document)
    if isinstance(document, Credit):
        return "CreditNote", 9000 + document.number, reference(document)
    return "PurchaseOrder", 7000 + document.number, reference(document)


def trade_files(story: SyncStory) -> dict[str, Table]:
    """Deposits and suppliers' credits, which Omni's API does not give."""
    return {"deposits.csv": [*_deposits(story)], "supplier_credits.csv": [*_supplier_credits()]}


def australian_rates() -> Table:
    """Rows of currency_rates.csv for the days of November."""
    return [("AUD", day.isoformat(), rate) for day, rate in AUD_IN_NZD.items()]


def _deposits(story: SyncStory) -> Iterator[tuple[str, ...]]:
    yield ("deposit_id", "kind", "number", "order_reference", "date", "currency", "base_for_one", "amount",
           "tax_amount", "tax_rate", "payment_id", "status")  # fmt: skip
    paid = {
        one.document: 5000 + number for number, one in enumerate(story.payments, 1) if isinstance(one.document, str)
    }
    for one in story.deposits:
        is_purchase = isinstance(one.of, Purchase)
        currency = one.of.supplier.currency if isinstance(one.of, Purchase) else BASE_CURRENCY
        rate = "1.68210000" if currency != BASE_CURRENCY else ""
        yield (one.deposit_id, "purchase" if is_purchase else "sales", f"DEP-{90 + int(one.deposit_id)}",
               reference(one.of), one.on.isoformat(), currency, rate, str(one.amount), str(one.tax),
               "15" if one.tax else "0", str(paid[f"deposit {one.deposit_id}"]), "approved")  # fmt: skip


def _supplier_credits() -> Iterator[tuple[str, ...]]:
    yield ("credit_id", "credit_number", "supplier", "purchase_order", "date", "currency", "base_for_one", "tax_status",
           "tax_rate", "sku", "description", "quantity", "unit_price", "tax_amount", "account", "total",
           "status")  # fmt: skip
    for number, (text, purchase_order, amount) in CREDITS.items():
        tax = (amount * GST / 100).quantize(CENT, ROUND_HALF_UP)
        supplier = company.PACK_MAKER if purchase_order else company.CLOTH_MAKER
        yield (str(number), f"SCN-{700 + number}", supplier.name, purchase_order, "2026-10-21", "NZD", "", "Excl", "15",
               "", text, "1", str(amount), str(tax), "425", str(amount + tax), "approved")  # fmt: skip
