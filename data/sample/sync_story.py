"""What of the sample company only the document sync reads: freight, discounts, terms, deposits, payments, November.

Nothing here moves stock or changes the price of a line, so no figure of a month's close depends on it. The documents of
November sell the one service that the company has.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from data.sample import company
from data.sample.company import AUCKLAND, BASE_CURRENCY, GST
from data.sample.deals import Books, Credit, Order, OrderLine, Purchase
from data.sample.trading import midnight

CENT = Decimal("0.01")
NOTHING = Decimal(0)
ABROAD = (305, "Blue Mountains Outfitters Pty Ltd")
"""The one customer who is billed in Australian dollars; without GST, as exports are."""
AUD_IN_NZD = {date(2026, 11, 2): "1.09170306", date(2026, 11, 3): "1.09051254", date(2026, 11, 4): "1.08979948"}
"""NZ dollars for one Australian dollar."""
ABROAD_RATE = Decimal("1.0911")
"""What Cin7 states on the invoice."""
TERMS = {
    301: "20th of the following month",
    302: "30 days",
    303: "7 days",
    304: "14 days from end of month",
    305: "30 days",
}
SUPPLIER_TERMS = {201: "20th of the following month", 202: "30 days", 203: "60 days"}

EXPLANATIONS = {
    "freight_charged": "A web order with courier freight: a line of its own on the invoice",
    "card_fee": "A web order with a surcharge for the card",
    "order_discount": "A wholesale order with a discount on the whole order, before GST",
    "exported": "A wholesale order without GST: exempt",
    "foreign_customer": "An invoice in Australian dollars at the rate that Cin7 states",
    "deposit_taken": "Paid in part before it was invoiced: a deposit, which the final invoice takes up",
    "credit_without_invoice": "A credit note that names no order: it stays open until somebody uses it",
    "paid_too_much": "Its payment is 20.00 more than the invoice",
    "paid_in_xero": "Its payment was pulled from Xero: it must never be sent back there",
}
"""What each case shows."""


@dataclass(frozen=True)
class Extras:
    """What an order has beside its lines; amounts as its prices: with GST where they include it."""

    freight: Decimal = NOTHING
    surcharge: Decimal = NOTHING
    discount: Decimal = NOTHING
    is_exempt: bool = False

    @property
    def net(self) -> Decimal:
        """What comes on top of the lines."""
        return self.freight + self.surcharge - self.discount


@dataclass(frozen=True)
class Paid:
    """One payment; `document` is an order, a credit note, a purchase, or a deposit's id."""

    document: Order | Credit | Purchase | str
    on: date
    amount: Decimal
    method: str
    reference: str
    imported_as: str | None = None
    """Reference of the accounts that it came from."""
    is_authorised: bool = True


@dataclass(frozen=True)
class Deposit:
    """Money that was asked for before the goods, with its GST."""

    deposit_id: str
    of: Order | Purchase
    on: date
    amount: Decimal
    tax: Decimal


@dataclass
class SyncStory:
    """Everything that the sync sees beside the two months of trade."""

    orders: list[Order] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)
    cases: dict[str, Order] = field(default_factory=dict)

    def extras_of(self, order: Order) -> Extras:
        """Freight, card fee, discount and exemption, by the order's number; drafts and voided orders have none."""
        if order.invoiced is None or order.is_void or order in self.orders:
            return Extras(is_exempt=order.customer[0] == ABROAD[0])
        if order.channel == "Web":
            freight = Decimal("9.90") if order.number % 9 == 0 else NOTHING
            return Extras(freight, Decimal("2.50") if order.number % 25 == 0 else NOTHING)
        if order.channel != "Wholesale":
            return Extras()
        goods = goods_of(order)
        discount = (goods / 20).quantize(CENT, ROUND_HALF_UP) if order.number % 7 == 0 else NOTHING
        freight = Decimal("25.00") if order.number % 5 == 0 else NOTHING
        return Extras(freight, NOTHING, discount, order.number % 9 == 0)

    def total_of(self, order: Order) -> Decimal:
        """The order's total with GST, rounded once, as Omni rounds it."""
        extras = self.extras_of(order)
        asked = goods_of(order) + extras.net
        is_taxed_on_top = order.channel == "Wholesale" and not extras.is_exempt
        return (asked * (100 + GST) / 100 if is_taxed_on_top else asked).quantize(CENT, ROUND_HALF_UP)


def goods_of(order: Order) -> Decimal:
    """Sum of the lines."""
    return sum((line.unit_price * line.ordered for line in order.lines), NOTHING)


def tell_sync(books: Books) -> SyncStory:
    """Read off the books, which are numbered, what the sync adds to them. No draw is taken."""
    story = SyncStory()
    last = max(order.number for order in books.orders)
    story.orders = [_november(ABROAD, date(2026, 11, 3), 4, "38.00"), _november(company.WHOLESALE_CUSTOMERS[3],
                    date(2026, 11, 5), 10, "35.00")]  # fmt: skip
    for number, order in enumerate(story.orders, last + 1):
        order.number = number
    abroad, ahead = story.orders
    story.deposits = list(_deposits(books, ahead))
    story.cases = {"foreign_customer": abroad, "deposit_taken": ahead, **_cases(books, story)}
    story.payments = list(_payments(books, story))
    return story


def _november(customer: tuple[int, str], day: date, units: int, price: str) -> Order:
    """Repairs for a wholesale customer, after the two months."""
    created = datetime(day.year, day.month, day.day, 9, 30)  # noqa: DTZ001 (local, as all moments of the sample)
    line = OrderLine(None, units, units, Decimal(price))
    return Order(
        created, AUCKLAND, "Wholesale", (customer[0], "", "", customer[1]), [line], midnight(day), day,
        accounting_status="NotImported",
    )  # fmt: skip


def _cases(books: Books, story: SyncStory) -> dict[str, Order]:
    """The first order of October that shows each case."""
    found: dict[str, Order] = {}
    for order in books.orders:
        if not order.invoiced or order.is_void or order.invoiced.month != 10 or order.case:
            continue
        extras = story.extras_of(order)
        shown = {
            "freight_charged": order.channel == "Web" and extras.freight > 0,
            "card_fee": extras.surcharge > 0,
            "order_discount": extras.discount > 0 and not extras.is_exempt,
            "exported": extras.is_exempt,
        }
        for case in (case for case, holds in shown.items() if holds):
            found.setdefault(case, order)
    wholesale = [one for one in _plain(books, "Wholesale") if one not in found.values()]
    found["paid_too_much"], found["paid_in_xero"] = wholesale[1], wholesale[2]
    return found


def _plain(books: Books, channel: str) -> list[Order]:
    """Ordinary invoices of October of a channel."""
    return [
        order
        for order in books.orders
        if order.channel == channel and order.invoiced and order.invoiced.month == 10 and not order.case
    ]


def _deposits(books: Books, ahead: Order) -> Iterator[Deposit]:
    """Of the November order, of a purchase from New Zealand and of one from abroad."""
    yield Deposit("1", ahead, date(2026, 11, 2), Decimal("150.00"), Decimal("19.57"))
    home = next(one for one in books.purchases if one.case == "billed_next_month")
    yield Deposit("2", home, date(2026, 10, 20), Decimal("500.00"), Decimal("65.22"))
    abroad = [one for one in books.purchases if one.supplier.currency != BASE_CURRENCY][-1]
    yield Deposit("3", abroad, date(2026, 10, 12), Decimal("400.00"), NOTHING)


def _payments(books: Books, story: SyncStory) -> Iterator[Paid]:
    """A few payments of each kind."""
    web, wholesale = _plain(books, "Web"), _plain(books, "Wholesale")
    for number, order in enumerate(web[:4]):
        yield Paid(order, order.invoiced or order.created.date(), story.total_of(order), "Card", f"ch_{4100 + number}")
    yield Paid(web[4], date(2026, 10, 20), story.total_of(web[4]), "Cash", "till 2")
    yield Paid(wholesale[0], date(2026, 10, 28), story.total_of(wholesale[0]), "Bank transfer", "TT 5501")
    too_much, in_xero = story.cases["paid_too_much"], story.cases["paid_in_xero"]
    yield Paid(too_much, date(2026, 10, 29), story.total_of(too_much) + 20, "Bank transfer", "TT 5502")
    yield Paid(in_xero, date(2026, 10, 30), story.total_of(in_xero), "Bank transfer", "TT 5503", "XERO-77120")
    part = next(order for order in wholesale[1:] if order not in story.cases.values())
    yield Paid(part, date(2026, 10, 30), (story.total_of(part) / 2).quantize(CENT, ROUND_HALF_UP), "Card", "ch_4104")
    yield Paid(web[5], date(2026, 10, 30), story.total_of(web[5]), "Card", "ch_4105", is_authorised=False)
    abroad = story.cases["foreign_customer"]
    yield Paid(abroad, date(2026, 11, 4), story.total_of(abroad), "Bank transfer", "TT 5504")
    back = next(one for one in books.credits if one.completed.month == 10 and one.lines)
    yield Paid(
        back, date(2026, 10, 31), sum((one.unit_price * one.ordered for one in back.lines), NOTHING), "Card", "re_88"
    )
    for deposit in story.deposits:
        yield Paid(
            f"deposit {deposit.deposit_id}", deposit.on, deposit.amount, "Bank transfer", f"D {deposit.deposit_id}"
        )
    bought = next(one for one in books.purchases if one.billed.month == 10 and one.supplier.currency == BASE_CURRENCY)
    goods = sum(((line.quantity * line.unit_price).quantize(CENT, ROUND_HALF_UP) for line in bought.lines), NOTHING)
    owed = (goods * (100 + GST) / 100).quantize(CENT, ROUND_HALF_UP)
    yield Paid(bought, date(2026, 10, 30), owed, "Bank transfer", "TT 5505")
