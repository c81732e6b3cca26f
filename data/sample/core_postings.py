"""What the sample's Core booked by itself: double entries of each month, and what it holds at the end.

Core books the cost of a sale on the day of shipment, a purchase on the day of its bill, and what changes later as an
entry of its own (cin7.md section 3B). One entry got lost, as it happened to a company for months (section 4, pain 18).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from data.sample.core_costing import cost_until
from data.sample.core_ids import (
    CHARGE_ACCOUNTS,
    COGS_ACCOUNT,
    PAYABLES_ACCOUNT,
    PRODUCTION_ACCOUNT,
    REASON_ACCOUNTS,
    RECEIVABLES_ACCOUNT,
    SALES_ACCOUNT,
    STOCK_ACCOUNT,
    day,
    guid,
)
from data.sample.deals import Books, Order
from data.sample.omni_rows import CENT, Row, reference
from data.sample.on_hand import on_hand
from data.sample.side_files import Table
from data.sample.trading import FIRST_DAY, LAST_DAY, last_of_month

MONTH_ENDS = (last_of_month(FIRST_DAY), LAST_DAY)
LOST = "service_line"
"""The case whose cost of sales Core never booked."""


class Postings:
    """Core's own entries."""

    def __init__(self, books: Books, files: dict[str, Table]) -> None:
        self._books = books
        self._files = files
        self._known = [cost_until(books, files, end) for end in MONTH_ENDS]

    def cost_of(self, number: str) -> Decimal:
        """COGSAmount of a sale as it stands at the end."""
        return _cents(-self._known[-1].by_document.get(number, Fraction(0)))

    def transactions(self) -> list[Row]:
        """Every entry, by day and reference."""
        rows = [*self._sales(), *self._purchases(), *self._others()]
        return sorted(rows, key=lambda row: (str(row["EffectiveDate"]), str(row["Reference"]), str(row["Transaction"])))

    def availability(self) -> list[Row]:
        """Units of each SKU and location, and what they are worth: StockOnHand is money (cin7.md section 2.2)."""
        held = on_hand(self._books)
        layers = self._known[-1].layers
        worth = {sku: sum((units * cost for units, cost in layers[sku]), Fraction(0)) for sku in layers}
        whole: dict[str, int] = defaultdict(int)
        for (sku, _), units in held.items():
            whole[sku] += units
        return [
            {"ID": guid("product", sku), "SKU": sku, "Location": place, "Bin": None, "Batch": None, "ExpiryDate": None,
             "OnHand": units, "Allocated": 0, "Available": units, "OnOrder": 0, "InTransit": 0,
             "StockOnHand": float(_cents(worth[sku] * units / whole[sku]))}
            for (sku, place), units in sorted(held.items())
            if units
        ]  # fmt: skip

    def _booked(self, number: str) -> Iterator[tuple[int, Decimal]]:
        """What each month books of a document: what is known at its end less what was booked before."""
        before = Decimal(0)
        for month, known in enumerate(self._known):
            so_far = _cents(known.by_document.get(number, Fraction(0)))
            if so_far != before:
                yield month, so_far - before
            before = so_far

    def _sales(self) -> Iterator[Row]:
        for order in self._books.orders:
            number = reference(order)
            if order.invoiced and not order.is_void:
                revenue = sum((line.unit_price * line.ordered for line in order.lines), Decimal(0))
                yield _entry(guid("invoice", number), number, "Sale", "Sale invoice", order.invoiced,
                             RECEIVABLES_ACCOUNT, SALES_ACCOUNT, revenue.quantize(CENT, ROUND_HALF_UP))  # fmt: skip
            if order.dispatched and order.case != LOST:
                yield from self._cost_of_sale(order, number, order.dispatched.date())
        for credit in self._books.credits:
            for month, amount in self._booked(reference(credit)):
                on = (
                    credit.completed
                    if credit.completed <= MONTH_ENDS[month] and month == _month(credit.completed)
                    else MONTH_ENDS[month]
                )
                yield _moved(
                    guid("credit", reference(credit)), reference(credit), "Sale", "Restock", on, COGS_ACCOUNT, amount
                )

    def _cost_of_sale(self, order: Order, number: str, shipped: date) -> Iterator[Row]:
        for month, amount in self._booked(number):
            is_first = month == _month(shipped)
            text, on = ("Cost of goods sold", shipped) if is_first else ("Sale COGS change", MONTH_ENDS[month])
            yield _moved(guid("sale", number), number, "Sale", text, on, COGS_ACCOUNT, amount)

    def _purchases(self) -> Iterator[Row]:
        """Bills at their own rate, and the charges that were allocated."""
        for purchase in self._books.purchases:
            number = reference(purchase)
            billed = [row for row in self._files["supplier_bills.csv"][1:] if row[2] == number]
            amount = sum((Decimal(row[7]) * Decimal(row[8] or 1) for row in billed), Decimal(0))
            if purchase.billed <= LAST_DAY:
                yield _moved(guid("purchase", number), number, "Purchase", "Purchase invoice", purchase.billed,
                             PAYABLES_ACCOUNT, amount.quantize(CENT, ROUND_HALF_UP))  # fmt: skip
            for _, order, kind, on, charge, _ in self._files["landed_costs.csv"][1:]:
                if order == number and date.fromisoformat(on) <= LAST_DAY:
                    yield _moved(guid("purchase", number), number, "Purchase", "Landed cost", date.fromisoformat(on),
                                 CHARGE_ACCOUNTS[kind], Decimal(charge))  # fmt: skip

    def _others(self) -> Iterator[Row]:
        """Adjustments, counts and assemblies."""
        for each in self._books.adjustments:
            number, kind = reference(each), "stocktake" if each.reason == "Stock count" else "adjustment"
            for month, amount in self._booked(number):
                on = each.on if month == _month(each.on) else MONTH_ENDS[month]
                name = "StockTake" if kind == "stocktake" else "StockAdjustment"
                yield _moved(
                    guid(kind, each.number), number, name, each.reason, on, REASON_ACCOUNTS[each.reason], amount
                )
        for job in self._books.jobs:
            for part in ("parts", "made"):
                for month, amount in self._booked(f"{reference(job)} {part}"):
                    on = job.completed if month == _month(job.completed) else MONTH_ENDS[month]
                    task, text = guid("assembly", reference(job)), f"Assembly, {part}"
                    yield _moved(task, reference(job), "FinishedGoods", text, on, PRODUCTION_ACCOUNT, amount)


def _month(on: date) -> int:
    """Which of the two months a day is in."""
    return next(number for number, end in enumerate(MONTH_ENDS) if on <= end)


def _moved(task: str, number: str, kind: str, text: str, on: date, other: str, stock_amount: Decimal) -> Row:
    """An entry between stock and another account, debit first."""
    debit, credit = (STOCK_ACCOUNT, other) if stock_amount > 0 else (other, STOCK_ACCOUNT)
    return _entry(task, number, kind, text, on, debit, credit, abs(stock_amount))


def _entry(task: str, number: str, kind: str, text: str, on: date, debit: str, credit: str, amount: Decimal) -> Row:
    """One row of /transactions."""
    return {"TaskID": task, "Type": kind, "Reference": number, "Transaction": text, "EffectiveDate": day(on),
            "DebitAccountCode": debit, "CreditAccountCode": credit, "Amount": float(amount)}  # fmt: skip


def _cents(amount: Fraction | int) -> Decimal:
    """Two places, half away from zero."""
    exact = Fraction(amount)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)
