"""What moved the sample's stock, and what is on hand when October ends."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from data.sample import company
from data.sample.deals import Books

Change = tuple[date, int, int, str, str, int, int | None]
"""Day, inflows first, number; SKU, place, units, and the adjustment that it is."""


def changes(books: Books) -> Iterator[Change]:
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


def on_hand(books: Books) -> dict[tuple[str, str], int]:
    """Units by SKU and place; zero where all is gone."""
    held: dict[tuple[str, str], int] = defaultdict(int)
    for _, _, _, sku, place, units, _ in changes(books):
        held[sku, place] += units
    return held


def last_moved(books: Books) -> dict[tuple[str, str], date]:
    """The day of the last change by SKU and place; opening stock that nothing touched has none."""
    days: dict[tuple[str, str], date] = {}
    for moved_on, _, _, sku, place, _, _ in changes(books):
        days[sku, place] = max(moved_on, days.get((sku, place), moved_on))
    return {pool: moved_on for pool, moved_on in days.items() if moved_on != date.min}
