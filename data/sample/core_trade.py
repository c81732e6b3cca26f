"""What the sync adds to Core's documents: charges, terms, payments, prepayments, credits, contact persons, November."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from data.sample import company
from data.sample.company import BASE_CURRENCY, GST
from data.sample.core_ids import day, guid
from data.sample.core_postings import Postings
from data.sample.core_sales import sale_row
from data.sample.deals import Books, Credit, Order, Purchase
from data.sample.omni_rows import Row, reference
from data.sample.omni_trade import CREDITS, PEOPLE
from data.sample.sync_story import ABROAD, ABROAD_RATE, CENT, NOTHING, SUPPLIER_TERMS, TERMS, Paid, SyncStory

BANK = {"Card": "606: Card clearing", "Cash": "607: Till", "Bank transfer": "090: Business Bank Account"}
"""Core names an account where Omni names a method."""
SALES_TAX, PURCHASE_TAX, NO_TAX = "15% GST on Income", "15% GST on Expenses", "No GST"


def add_core_trade(resources: dict[str, list[Row]], books: Books, story: SyncStory, postings: Postings) -> None:
    """Complete the documents of Core in place."""
    for row, order in zip(resources["sale"], books.orders, strict=True):
        _complete_sale(row, order, story)
    for order in story.orders:
        row = sale_row(order, [], postings)
        _complete_sale(row, order, story)
        resources["sale"].append(row)
    resources["sale"].append(_open_credit(books))
    for row, purchase in zip(resources["advanced-purchase"], books.purchases, strict=True):
        _complete_purchase(row, purchase, story)
    _credit_suppliers(resources["advanced-purchase"], books)
    _pay(resources, story)
    _introduce(resources)
    resources["ref/paymentterm"] = [
        {"ID": guid("term", name), "Name": name, "Duration": duration, "Method": method}
        for name, duration, method in (
            ("30 days", 30, "number of days"), ("7 days", 7, "number of days"), ("60 days", 60, "number of days"),
            ("20th of the following month", 20, "day of next month"),
            ("14 days from end of month", 14, "days since the end of the month"),
        )
    ]  # fmt: skip


def _complete_sale(row: Row, order: Order, story: SyncStory) -> None:
    """Charges, exemption, terms and the total with tax of the sale's invoice."""
    extras = story.extras_of(order)
    row["Terms"] = TERMS.get(order.customer[0])
    if order.customer[0] == ABROAD[0]:
        row |= {"CustomerCurrency": "AUD", "CurrencyRate": float(ABROAD_RATE)}
    if extras.is_exempt:
        row["TaxRule"] = NO_TAX
    is_net = row["TaxCalculation"] == "Exclusive"
    charges = [("Courier freight", extras.freight), ("Card fee", extras.surcharge), ("Discount", -extras.discount)]
    for invoice in _rows(row["Invoices"]):
        if extras.is_exempt:
            for line in _rows(invoice["Lines"]):
                line["Tax"] = 0
        tax_rate = NOTHING if extras.is_exempt else GST
        invoice["AdditionalCharges"] = [_charge(text, amount, tax_rate, is_net) for text, amount in charges if amount]
        if row["CustomerCurrency"] != BASE_CURRENCY:
            invoice["CurrencyConversionRate"] = float(ABROAD_RATE)
        if row["Terms"] == "30 days" and order.invoiced:
            invoice["InvoiceDueDate"] = day(order.invoiced + timedelta(days=30))
        invoice["Total"] = float(_total(invoice, is_net=is_net))
    for note in _rows(row["CreditNotes"]):
        note["Total"] = float(_total(note, is_net=is_net))


def _charge(text: str, amount: Decimal, tax_rate: Decimal, is_net: bool, account: str = "200") -> Row:
    """An additional charge with its tax, which is in the amount where prices contain it."""
    tax = (amount * tax_rate / (100 if is_net else 100 + tax_rate)).quantize(CENT, ROUND_HALF_UP)
    return {"Description": text, "Quantity": 1, "Price": float(amount), "Discount": 0, "Tax": float(tax),
            "Total": float(amount), "Account": account}  # fmt: skip


def _total(part: Row, *, is_net: bool) -> Decimal:
    """Lines and charges, with tax."""
    lines = [*_rows(part["Lines"]), *_rows(part.get("AdditionalCharges") or [])]
    amounts = [Decimal(str(line["Total"])) + (Decimal(str(line.get("Tax") or 0)) if is_net else 0) for line in lines]
    return sum(amounts, NOTHING).quantize(CENT, ROUND_HALF_UP)


def _complete_purchase(row: Row, purchase: Purchase, story: SyncStory) -> None:
    """Terms, totals and prepayments."""
    row["Terms"] = SUPPLIER_TERMS[purchase.supplier.contact_id]
    for bill in _rows(row["Invoice"]):
        bill["Total"] = float(_total(bill, is_net=True))
    order = cast("Row", row["Order"])
    order["Total"] = float(_total(order, is_net=True))


def _credit_suppliers(purchases: list[Row], books: Books) -> None:
    """The suppliers' credits: money only, coded to freight."""
    numbers = {purchase.number: row for purchase, row in zip(books.purchases, purchases, strict=True)}
    cloth = min(one.number for one in books.purchases if one.supplier is company.CLOTH_MAKER)
    for number, (text, purchase_order, amount) in CREDITS.items():
        row = numbers[int(purchase_order.removeprefix("PO-")) if purchase_order else cloth]
        note: Row = {
            "TaskID": guid("supplier credit", number), "CreditNoteNumber": f"SCN-{700 + number}",
            "Status": "AUTHORISED", "CreditNoteDate": day(date(2026, 10, 21)), "CurrencyConversionRate": 1, "Lines": [],
            "Unstock": [],
            "AdditionalCharges": [_charge(text, amount, GST, is_net=True, account="425") | {"TaxRule": PURCHASE_TAX}],
        }  # fmt: skip
        _rows(row["CreditNote"]).append(note | {"Total": float(_total(note, is_net=True))})


def _open_credit(books: Books) -> Row:
    """A credit note of its own, without an invoice."""
    number = max(credit.number for credit in books.credits) + 1
    contact_id, name = company.WHOLESALE_CUSTOMERS[1]
    note: Row = {
        "TaskID": guid("credit", f"CRN-{number}"), "CreditNoteNumber": f"CRN-{number}", "CreditNoteInvoiceNumber": None,
        "Status": "AUTHORISED", "CreditNoteDate": day(date(2026, 11, 4)), "CreditNoteConversionRate": 1, "Refunds": [],
        "Lines": [{"SKU": None, "Name": "Season rebate", "Quantity": 1, "Price": 80.0, "Discount": 0, "Tax": 12.0,
                   "Total": 80.0, "Account": "200"}], "Restock": [], "Total": 92.0,
    }  # fmt: skip
    return {
        "ID": guid("sale", f"CRN-{number}"), "Customer": name, "CustomerID": guid("customer", name),
        "BaseCurrency": BASE_CURRENCY, "CustomerCurrency": BASE_CURRENCY, "CurrencyRate": 1, "TaxRule": SALES_TAX,
        "TaxCalculation": "Exclusive", "Location": "Auckland", "SaleOrderDate": day(date(2026, 11, 4)),
        "LastModifiedOn": "2026-11-03T20:00:00Z", "Status": "CREDITED", "Type": "Credit Note",
        "Terms": TERMS[contact_id], "SourceChannel": "Wholesale",
        "Order": {"SaleOrderNumber": f"CRN-{number}", "Status": "NOT AVAILABLE", "Lines": []},
        "Fulfilments": [], "Invoices": [], "CreditNotes": [note], "InventoryMovements": [],
    }  # fmt: skip


def _pay(resources: dict[str, list[Row]], story: SyncStory) -> None:
    """Payments stand in the part that they pay, prepayments in their sale or purchase."""
    sales = {str(row["ID"]): row for row in resources["sale"]}
    purchases = {str(row["ID"]): row for row in resources["advanced-purchase"]}
    deposits = {f"deposit {one.deposit_id}": one for one in story.deposits}
    for number, paid in enumerate(story.payments, 1):
        document = paid.document
        if not paid.is_authorised:
            continue
        if isinstance(document, str):
            of = deposits[document].of
            home = (
                sales[guid("sale", reference(of))]
                if isinstance(of, Order)
                else purchases[guid("purchase", reference(of))]
            )
            _rows(home.setdefault("Prepayments", [])).append(_payment(number, paid, home))
        elif isinstance(document, Credit):
            home = sales[guid("sale", reference(document.order))]
            note = next(one for one in _rows(home["CreditNotes"]) if one["CreditNoteNumber"] == reference(document))
            _rows(note["Refunds"]).append(_payment(number, paid, home))
        else:
            is_sale = isinstance(document, Order)
            home = (sales if is_sale else purchases)[guid("sale" if is_sale else "purchase", reference(document))]
            part = _rows(home["Invoices" if is_sale else "Invoice"])[0]
            _rows(part.setdefault("Payments", [])).append(
                _payment(number, paid, home) | _settled(document, paid, part, story)
            )


def _settled(document: Order | Purchase, paid: Paid, part: Row, story: SyncStory) -> Row:
    """Core rounds tax by line, so what pays an invoice in full there may be a cent away from Omni's total."""
    total = Decimal(str(part["Total"]))
    if isinstance(document, Purchase):
        return {"Amount": float(total)}
    difference = paid.amount - story.total_of(document)
    return {"Amount": float(total + difference)} if difference in (0, 20) else {}


def _payment(number: int, paid: Paid, home: Row) -> Row:
    is_foreign = home.get("CustomerCurrency", home.get("SupplierCurrency")) != BASE_CURRENCY
    return {"ID": guid("payment", number), "Reference": paid.reference, "Amount": float(paid.amount),
            "DatePaid": day(paid.on), "Account": BANK[paid.method], "DateCreated": day(paid.on),
            "CurrencyRate": home["CurrencyRate"] if is_foreign else 1}  # fmt: skip


def _introduce(resources: dict[str, list[Row]]) -> None:
    """Tax numbers, terms and contact persons; the customer abroad."""
    people = {name: number for number, name in company.WHOLESALE_CUSTOMERS}
    people |= {one.name: one.contact_id for one in company.SUPPLIERS}
    for row in [*resources["customer"], *resources["supplier"]]:
        number = people.get(str(row["Name"]))
        known = PEOPLE.get(number or 0, {})
        row["PaymentTerm"] = TERMS.get(number or 0) or SUPPLIER_TERMS.get(number or 0) or row["PaymentTerm"]
        row |= {"TaxNumber": known.get("taxNumber"), "Contacts": _persons(known)}
    abroad = resources["customer"][0] | {
        "ID": guid("customer", ABROAD[1]), "Name": ABROAD[1], "Currency": "AUD", "TaxRule": NO_TAX,
        "PaymentTerm": TERMS[ABROAD[0]], "TaxNumber": "51 824 753 556",
        "Contacts": _persons({"billingEmail": "ap@bluemountains.example"}),
    }  # fmt: skip
    resources["customer"].append(abroad)


def _persons(known: dict[str, str]) -> list[Row]:
    """The accounts department, and the person that is asked first."""
    name = " ".join(filter(None, (known.get("firstName"), known.get("lastName"))))
    persons: list[Row] = []
    if "billingEmail" in known:
        persons.append({"Name": "Accounts", "JobTitle": "Accounts", "Email": known["billingEmail"], "Default": False})
    if name or known.keys() & {"email", "phone", "mobile"}:
        phone = known.get("phone") or known.get("mobile")
        persons.append({"Name": name or None, "Email": known.get("email"), "Phone": phone, "Default": True})
    return persons


def _rows(value: object) -> list[Row]:
    """A list of rows inside a document."""
    return cast("list[Row]", value)
