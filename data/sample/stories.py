"""The special cases of the sample company: each is an ordinary mishap of a month-end, placed on a fixed day."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from data.sample.company import AUCKLAND, CHRISTCHURCH, SKUS, WHOLESALE_CUSTOMERS, Branch, Sku
from data.sample.deals import Adjustment, Books, Credit, Order, OrderLine
from data.sample.trading import Trading, midnight

EXPLANATIONS = {
    "part_shipped": "Dispatched and invoiced in September, but 3 of 4 were moved: Cin7 gives this line no COGS",
    "dispatched_before_invoiced": "Dispatched 30 September, invoiced 1 October: not in stock, not yet in COGS",
    "invoiced_not_dispatched": "Invoiced on 30 October, still in the warehouse when October ends",
    "draft": "A draft order: nothing moved, nothing counts",
    "void": "A voided order: nothing moved, nothing counts",
    "late_customs": "Received in September; the customs bill is dated 12 October, when part of the goods is sold",
    "billed_next_month": "Received on 29 October, billed on 4 November: in the ledger, not yet in Xero's stock account",
    "money_back_only": "A credit note that takes back no goods: no COGS",
    "returned_next_month": "Sold in September, taken back in October: comes back at the cost it left with",
    "two_days_in_transit": "A transfer that leaves Auckland two days before it arrives",
    "unfinished_adjustment": "Typed in on 30 October and not approved: not a stock move yet",
    "service_line": "Sells a repair beside goods: a service has no stock and no COGS",
}
"""What each case shows, in the order in which people read them."""

LATE_CUSTOMS_RECEIPT = date(2026, 9, 8)
LATE_CUSTOMS_BILL = date(2026, 10, 12)
BILLED_LATE_RECEIPT = date(2026, 10, 29)
BILLED_LATE_ON = date(2026, 11, 4)


def tell(trading: Trading, day: date) -> None:
    """Enter the special sales of a day before the ordinary ones, so that the stock for them is there."""
    teller = {
        date(2026, 9, 18): _part_shipped,
        date(2026, 9, 30): _dispatched_before_invoiced,
        date(2026, 10, 12): _void,
        date(2026, 10, 28): _draft,
        date(2026, 10, 30): _invoiced_not_dispatched,
    }.get(day)
    if teller is not None:
        trading.books.orders.append(teller(trading, day))
    if day == date(2026, 10, 30):
        trading.books.adjustments.append(_unfinished_adjustment(day))


def mark(books: Books) -> None:
    """Mark the documents of ordinary trade that are a special case, and move the one bill to November."""
    for purchase in books.purchases:
        if purchase.received == LATE_CUSTOMS_RECEIPT:
            purchase.case = "late_customs"
        if purchase.received == BILLED_LATE_RECEIPT:
            purchase.case, purchase.billed = "billed_next_month", BILLED_LATE_ON
    books.credits.append(_money_back_only(books))
    for credit in books.credits:
        if not credit.case and credit.order.dispatched and credit.order.dispatched.month < credit.completed.month:
            credit.case = "returned_next_month"
            break
    two_days = timedelta(days=2)
    next(item for item in books.transfers if item.received - item.dispatched == two_days).case = "two_days_in_transit"
    repairs = (order for order in books.orders if any(line.sku is None for line in order.lines))
    next(order for order in repairs if not order.case).case = "service_line"


def _part_shipped(trading: Trading, day: date) -> Order:
    """Three of four leave; the other line is complete."""
    first, second = _best_held(trading, CHRISTCHURCH)[:2]
    lines = [
        trading.take(first, CHRISTCHURCH, 4, 3, "Wholesale"),
        trading.take(second, CHRISTCHURCH, 2, 2, "Wholesale"),
    ]
    return _wholesale(day, CHRISTCHURCH, 1, lines, midnight(day), day, "part_shipped")


def _dispatched_before_invoiced(trading: Trading, day: date) -> Order:
    """The truck leaves on the last day of the month, the invoice is typed the morning after."""
    lines = [trading.take(sku, AUCKLAND, 3, 3, "Wholesale") for sku in _best_held(trading, AUCKLAND)[:3]]
    return _wholesale(day, AUCKLAND, 2, lines, midnight(day), day + timedelta(days=1), "dispatched_before_invoiced")


def _invoiced_not_dispatched(trading: Trading, day: date) -> Order:
    """Paid in advance, still to be packed."""
    lines = [trading.take(sku, AUCKLAND, 2, 0, "Wholesale") for sku in _best_held(trading, AUCKLAND)[:2]]
    order = _wholesale(day, AUCKLAND, 0, lines, None, day, "invoiced_not_dispatched")
    order.stage = "Processing"
    return order


def _draft(trading: Trading, day: date) -> Order:
    """An offer that the customer has not confirmed."""
    lines = [trading.take(sku, AUCKLAND, 5, 0, "Wholesale") for sku in _best_held(trading, AUCKLAND)[2:4]]
    order = _wholesale(day, AUCKLAND, 3, lines, None, None, "draft")
    order.status, order.accounting_status, order.stage = "DRAFT", "NotImported", "New"
    return order


def _void(trading: Trading, day: date) -> Order:
    """Invoiced by mistake and voided before anything left."""
    lines = [trading.take(sku, AUCKLAND, 1, 0, "Wholesale") for sku in _best_held(trading, AUCKLAND)[:1]]
    order = _wholesale(day, AUCKLAND, 1, lines, None, day, "void")
    order.status, order.is_void, order.accounting_status, order.stage = "Void", True, "NotImported", "New"
    return order


def _wholesale(
    day: date,
    branch: Branch,
    customer: int,
    lines: list[OrderLine],
    dispatched: datetime | None,
    invoiced: date | None,
    case: str,
) -> Order:
    """An order of a wholesale customer, typed at ten in the morning."""
    contact_id, name = WHOLESALE_CUSTOMERS[customer]
    created = datetime.combine(day, time(10, 0))
    return Order(created, branch, "Wholesale", (contact_id, "", "", name), lines, dispatched, invoiced, case=case)


def _money_back_only(books: Books) -> Credit:
    """A goodwill credit for an order of September."""
    order = next(order for order in books.orders if order.channel == "Web" and order.invoiced == date(2026, 9, 15))
    return Credit(datetime(2026, 9, 21, 11, 30), order, date(2026, 9, 21), [], "money_back_only")  # noqa: DTZ001 (local)


def _unfinished_adjustment(day: date) -> Adjustment:
    """A count that nobody approved."""
    created = datetime.combine(day, time(16, 20))
    lines = [(SKUS[0], -7, Decimal(0))]
    return Adjustment(created, AUCKLAND, day, "Stock count", lines, is_approved=False, case="unfinished_adjustment")


def _best_held(trading: Trading, branch: Branch) -> list[Sku]:
    """SKUs of a branch, most units first."""
    return sorted(SKUS, key=lambda sku: (-trading.on_hand[sku.code, branch.branch_id], sku.code))
