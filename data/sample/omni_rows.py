"""Turns the company's documents into rows as Omni's API gives them: camelCase, UTC instants, careless casing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from zoneinfo import ZoneInfo

from data.sample import company
from data.sample.deals import Adjustment, Books, Credit, Document, Job, Order, OrderLine, Purchase, Transfer
from data.sample.on_hand import last_moved, on_hand

Row = dict[str, object]

ZONE = ZoneInfo(company.TIME_ZONE)
CENT = Decimal("0.01")


def omni_resources(books: Books) -> dict[str, list[Row]]:
    """Every resource of the sample, by the name that Omni's address has."""
    line_ids = count(100001)
    return {
        "Branches": [_branch(branch) for branch in company.BRANCHES],
        "Contacts": list(_contacts()),
        "Products": list(_products()),
        "SalesOrders": list(_sales_orders(books.orders, line_ids)),
        "CreditNotes": [_credit_note(credit, line_ids) for credit in books.credits],
        "PurchaseOrders": [_purchase_order(purchase, line_ids) for purchase in books.purchases],
        "Adjustments": [_adjustment(adjustment, line_ids) for adjustment in books.adjustments],
        "BranchTransfers": [_transfer(transfer, line_ids) for transfer in books.transfers],
        "ProductionJobs": [_job(job, line_ids) for job in books.jobs],
        "Stock": list(_stock(books)),
    }


def reference(document: Document) -> str:
    """The number that people use for a document."""
    prefix = {
        Order: "SO", Credit: "CRN", Purchase: "PO", Adjustment: "ADJ", Transfer: "BT", Job: "PJ",
    }[type(document)]  # fmt: skip
    return f"{prefix}-{document.number}"


def instant(moment: datetime | date | None) -> str | None:
    """A local moment, or the start of a local day, as Omni writes it: in UTC, without fractions."""
    if moment is None:
        return None
    local = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return local.replace(tzinfo=ZONE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(amount: Decimal | int) -> float:
    """JSON has numbers only; every amount here has few enough digits to survive."""
    return float(amount)


def _stamps(created: datetime, *events: datetime | date | None) -> Row:
    """createdDate, and modifiedDate some minutes after the last thing that happened."""
    moments = [event if isinstance(event, datetime) else datetime.combine(event, time(17)) for event in events if event]
    return {"createdDate": instant(created), "modifiedDate": instant(max([created, *moments]) + timedelta(minutes=20))}


def _branch(branch: company.Branch) -> Row:
    """A row of Branches; the branch's name is its company."""
    return {"id": branch.branch_id, "company": branch.name, "branchType": "Branch", "isActive": True, "taxStatus": None}


def _contacts() -> Iterator[Row]:
    """Suppliers, wholesale customers and the contact that all consumers share."""
    suppliers = [(each.contact_id, each.name, "Supplier", each.currency, None) for each in company.SUPPLIERS]
    customers = [(number, name, "Customer", "NZD", "Wholesale") for number, name in company.WHOLESALE_CUSTOMERS]
    shoppers = (300, "Shop and web customers", "customer", "NZD", "Retail")
    for number, name, kind, currency, price_tier in [*suppliers, shoppers, *customers]:
        yield {
            "id": number,
            "type": kind,
            "company": name,
            "currencyCode": currency,
            "isActive": True,
            "costCenter": None,
            "priceColumn": price_tier,
        }


def _products() -> Iterator[Row]:
    """One row a product with its options; the last one is a service."""
    for product_id in dict.fromkeys(sku.product_id for sku in company.SKUS):
        options = [sku for sku in company.SKUS if sku.product_id == product_id]
        yield _product(
            product_id,
            options[0].product_name,
            options[0].category,
            "FIFO",
            [_option(sku) for sku in options],
            options[0],
        )
    option = {"id": 1999, "status": "PRIMARY", "productId": 599, "code": company.REPAIR_CODE, "productOptionCode": None}
    yield _product(599, "Gear repair", "Services", "Labour", [option], None)


def _product(number: int, name: str, category: str, control: str, options: list[Row], sku: company.Sku | None) -> Row:
    """The header of a product."""
    return {
        "id": number,
        "createdDate": "2025-02-11T21:04:00Z",
        "modifiedDate": "2026-08-20T02:31:00Z",
        "status": "Public",
        "name": name,
        "category": category,
        "brand": sku.brand if sku else None,
        "orderType": "Order",
        "stockControl": control,
        "weight": _number(sku.weight) if sku else 0,
        "volume": _number(sku.volume) if sku else 0,
        "salesAccount": None,
        "purchasesAccount": None,
        "productOptions": options,
    }


def _option(sku: company.Sku) -> Row:
    """One option of a product; its code is what document lines carry."""
    return {
        "id": sku.option_id,
        "status": "Active",
        "productId": sku.product_id,
        "code": sku.code,
        "productOptionCode": sku.code,
        "productOptionSizeCode": None,
        "option1": sku.option_name or None,
        "optionWeight": 0,
    }


def _stock(books: Books) -> Iterator[Row]:
    """Units of each option and branch when October ends; quantities only (cin7.md section 1.8)."""
    held, moved = on_hand(books), last_moved(books)
    for sku in company.SKUS:
        for branch in company.BRANCHES:
            pool = (sku.code, branch.name)
            if pool in held:
                yield {
                    "productId": sku.product_id,
                    "productOptionId": sku.option_id,
                    "modifiedDate": instant(moved.get(pool)),
                    "code": sku.code,
                    "size": None,
                    "branchId": branch.branch_id,
                    "stockOnHand": held[pool],
                }


def _sales_orders(orders: Sequence[Order], line_ids: Iterator[int]) -> Iterator[Row]:
    """Invoice numbers count up in the order of the orders."""
    invoice_numbers = count(7001)
    for order in orders:
        yield _sales_order(order, next(invoice_numbers) if order.invoiced else None, line_ids)


def _sales_order(order: Order, invoice_number: int | None, line_ids: Iterator[int]) -> Row:
    """A row of SalesOrders: consumers' prices include GST, wholesale prices do not."""
    contact_id, first_name, last_name, name = order.customer
    is_net = order.channel == "Wholesale"
    goods = sum((line.unit_price * line.ordered for line in order.lines), Decimal(0))
    total = (goods * (100 + company.GST) / 100).quantize(CENT, ROUND_HALF_UP) if is_net else goods
    stamps = _stamps(order.created, order.dispatched, order.invoiced)
    order_id = 40000 + order.number
    return {
        "id": order_id,
        **stamps,
        "isApproved": order.status.upper() == "APPROVED",
        "reference": reference(order),
        "memberId": contact_id,
        "firstName": first_name or None,
        "lastName": last_name or None,
        "company": name or None,
        "branchId": order.branch.branch_id,
        "productTotal": _number(goods),
        "freightTotal": 0,
        "surcharge": 0,
        "discountTotal": 0,
        "total": _number(total),
        "currencyCode": company.BASE_CURRENCY,
        "currencyRate": 1,
        "taxStatus": "Excl" if is_net else "Incl",
        "taxRate": 0.15 if is_net else 15,  # both are seen in the wild
        "source": order.channel,
        "invoiceDate": instant(order.invoiced),
        "invoiceNumber": invoice_number,
        "dispatchedDate": instant(order.dispatched),
        "modifiedCOGSDate": stamps["modifiedDate"] if order.dispatched else None,
        "status": order.status,
        "stage": order.stage,
        "isVoid": order.is_void,
        "accountingAttributes": _accounting(order.accounting_status, order.invoiced),
        "lineItems": [_order_line(line, order_id, place, line_ids) for place, line in enumerate(order.lines, 1)],
    }


def _accounting(status: str, on: date | None) -> Row:
    """What Cin7 says about the document in accounting."""
    imported = instant(datetime.combine(on, time(23, 15))) if on and status.upper() == "IMPORTED" else None
    return {"importDate": imported, "accountingImportStatus": status}


def _order_line(line: OrderLine, order_id: int, sort: int, line_ids: Iterator[int]) -> Row:
    """A line of a sales order; `unitCost` is what an integration typed, not the cost of the goods."""
    return {
        "id": next(line_ids),
        "transactionId": order_id,
        "parentId": 0,
        "productOptionId": line.sku.option_id if line.sku else 1999,
        "sort": sort,
        "code": line.sku.code if line.sku else company.REPAIR_CODE,
        "qty": line.ordered,
        "qtyShipped": line.moved,
        "unitCost": 0,
        "unitPrice": _number(line.unit_price),
        "discount": 0,
        "stockControl": "FIFO" if line.sku else "Labour",
    }


def _credit_note(credit: Credit, line_ids: Iterator[int]) -> Row:
    """A row of CreditNotes: goods that come back have a negative quantity."""
    note_id = 9000 + credit.number
    lines = [_order_line(line, note_id, place, line_ids) for place, line in enumerate(credit.lines, 1)]
    for row, line in zip(lines, credit.lines, strict=True):
        row |= {"qty": -line.ordered, "qtyShipped": -line.moved}
    if not lines:
        lines = [{"id": next(line_ids), "transactionId": note_id, "sort": 1, "code": None, "name": "Goodwill", "qty": 1,
                  "qtyShipped": 0, "unitPrice": 10.0, "discount": 0, "stockControl": None}]  # fmt: skip
    contact_id, first_name, last_name, name = credit.order.customer
    return {
        "id": note_id,
        **_stamps(credit.created, credit.completed),
        "isApproved": True,
        "reference": reference(credit),
        "salesReference": reference(credit.order),
        "creditNoteNumber": f"CN{credit.number}",
        "memberId": contact_id,
        "firstName": first_name or None,
        "lastName": last_name or None,
        "company": name or None,
        "branchId": credit.order.branch.branch_id,
        "currencyCode": company.BASE_CURRENCY,
        "currencyRate": 1,
        "taxStatus": "INCL",
        "taxRate": 15,
        "source": credit.order.channel,
        "creditNoteDate": instant(credit.completed),
        "completedDate": instant(credit.completed),
        "modifiedCOGSDate": instant(credit.completed),
        "status": "APPROVED",
        "accountingAttributes": _accounting("Imported", credit.completed),
        "lineItems": lines,
    }


def _purchase_order(purchase: Purchase, line_ids: Iterator[int]) -> Row:
    """A row of PurchaseOrders; `unitPrice` is the supplier's price in the order's currency."""
    order_id = 7000 + purchase.number
    is_foreign = purchase.supplier.currency != company.BASE_CURRENCY
    lines: list[Row] = [
        {
            "id": next(line_ids),
            "transactionId": order_id,
            "productOptionId": line.sku.option_id,
            "sort": place,
            "code": line.sku.code,
            "qty": line.quantity,
            "qtyShipped": line.quantity,
            "unitPrice": _number(line.unit_price),
            "discount": 0,
            "stockControl": "FIFO",
        }
        for place, line in enumerate(purchase.lines, 1)
    ]
    return {
        "id": order_id,
        **_stamps(purchase.created, purchase.received, purchase.billed),
        "isApproved": True,
        "reference": reference(purchase),
        "memberId": purchase.supplier.contact_id,
        "company": purchase.supplier.name,
        "branchId": purchase.branch.branch_id,
        "freightTotal": 0,
        "surcharge": 0,
        "discountTotal": 0,
        "currencyCode": purchase.supplier.currency,
        "currencyRate": 0 if is_foreign else 1,  # 0: Cin7 looks the rate up itself
        "taxStatus": "Exempt" if is_foreign else "Excl",
        "taxRate": 0 if is_foreign else 15,
        "supplierInvoiceReference": f"INV-{8800 + purchase.number}",
        "invoiceDate": instant(purchase.billed),
        "fullyReceivedDate": instant(purchase.received),
        "status": "Approved",
        "stage": "Received",
        "isVoid": False,
        "accountingAttributes": _accounting("imported", purchase.billed),
        "lineItems": lines,
    }


def _adjustment(adjustment: Adjustment, line_ids: Iterator[int]) -> Row:
    """A row of Adjustments; without a completed date nothing has moved."""
    adjustment_id = 600 + adjustment.number
    done = adjustment.on if adjustment.is_approved else None
    return {
        "id": adjustment_id,
        **_stamps(adjustment.created),
        "isApproved": adjustment.is_approved,
        "reference": reference(adjustment),
        "branchId": adjustment.branch.branch_id,
        "completedDate": instant(done),
        "adjustInAccountingSystem": instant(done),
        "adjustmentReason": adjustment.reason,
        "alternativeAccountCode": None,
        "source": "Backend",
        "lineItems": [
            {"id": next(line_ids), "transactionId": adjustment_id, "sort": place, "code": sku.code, "qty": units,
             "qtyAdjusted": units if adjustment.is_approved else 0, "unitCost": _number(cost)}
            for place, (sku, units, cost) in enumerate(adjustment.lines, 1)
        ],
    }  # fmt: skip


def _transfer(transfer: Transfer, line_ids: Iterator[int]) -> Row:
    """A row of BranchTransfers."""
    transfer_id = 800 + transfer.number
    return {
        "id": transfer_id,
        **_stamps(transfer.created, transfer.received),
        "isApproved": True,
        "reference": reference(transfer),
        "sourceBranchId": transfer.source.branch_id,
        "destinationBranchId": transfer.destination.branch_id,
        "approvalDate": instant(transfer.dispatched),
        "dispatchedDate": instant(transfer.dispatched),
        "receivedDate": instant(transfer.received),
        "stage": "Received",
        "lineItems": [
            {"id": next(line_ids), "transactionId": transfer_id, "sort": place, "code": sku.code, "qty": units,
             "qtyTransferred": units, "unitCost": 0}
            for place, (sku, units) in enumerate(transfer.lines, 1)
        ],
    }  # fmt: skip


def _job(job: Job, line_ids: Iterator[int]) -> Row:
    """A row of ProductionJobs: one product made, and what it took for one unit of it."""
    return {
        "id": 900 + job.number,
        **_stamps(job.created, job.completed),
        "reference": reference(job),
        "branchId": job.branch.branch_id,
        "completedDate": instant(job.completed),
        "isApproved": True,
        "status": "APPROVED",
        "isVoid": False,
        "totalCost": None,
        "products": [
            {
                "id": next(line_ids),
                "code": company.KIT.code,
                "standardQty": job.kits,
                "actualQty": job.kits,
                "unitCost": None,
                "components": [
                    {"id": next(line_ids), "type": "Use", "code": code, "qty": each * job.kits, "unitCost": None}
                    for code, each in company.KIT_COMPONENTS
                ],
            }
        ],
    }
