"""The tables that Omni's API does not give: landed costs, opening stock, exchange rates and suppliers' bills."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from data.sample import company
from data.sample.chance import Chance
from data.sample.deals import Books, Purchase
from data.sample.omni_rows import CENT, reference
from data.sample.stories import LATE_CUSTOMS_BILL
from data.sample.trading import OPENING_DATE

Table = list[tuple[str, ...]]
"""Rows of text, the first one the header."""

LAST_RATE_DATE = date(2026, 11, 6)
EIGHT_PLACES = Decimal("0.00000001")


def side_files(books: Books, chance: Chance) -> dict[str, Table]:
    """Every CSV file of the sample by its name."""
    quotes = _quotes(chance)
    return {
        "opening_stock.csv": _opening_stock(books),
        "currency_rates.csv": _currency_rates(quotes),
        "landed_costs.csv": _landed_costs(books, quotes, chance),
        "supplier_bills.csv": _supplier_bills(books, quotes),
    }


def _quotes(chance: Chance) -> dict[date, Decimal]:
    """US dollars for one NZ dollar on every working day, as a bank quotes it: 4 places, a slow walk around 0.5950."""
    quotes: dict[date, Decimal] = {}
    quote = Decimal("0.5950")
    day = OPENING_DATE
    while day <= LAST_RATE_DATE:
        if day.weekday() < 5:
            quote += Decimal(chance.between(-12, 12)) / 10000
            quotes[day] = quote
        day += timedelta(days=1)
    return quotes


def _nzd(quote: Decimal) -> Decimal:
    """NZ dollars for one US dollar at a bank's quote; 8 places, so that the quote can be found again."""
    return (1 / quote).quantize(EIGHT_PLACES, ROUND_HALF_UP)


def _opening_stock(books: Books) -> Table:
    """One row a layer."""
    rows = [
        (f"OPEN-{number:03}", sku.code, branch.name, OPENING_DATE.isoformat(), str(units), str(cost))
        for number, (sku, branch, units, cost) in enumerate(books.opening, 1)
    ]
    return [("opening_id", "sku", "branch", "date", "quantity", "unit_cost"), *rows]


def _currency_rates(quotes: dict[date, Decimal]) -> Table:
    """One row a working day; a document of a weekend takes the Friday's rate."""
    rows = [("USD", day.isoformat(), str(_nzd(quote))) for day, quote in quotes.items()]
    return [("currency", "date", "base_for_one"), *rows]


def _landed_costs(books: Books, quotes: dict[date, Decimal], chance: Chance) -> Table:
    """Freight on imports and on what goes to the other branches, customs on imports, one of them late."""
    rows: Table = []
    for purchase in books.purchases:
        for charge_type, day, amount, carrier in _charges(purchase, quotes, chance):
            rows.append(
                (f"LC-{len(rows) + 1:02}", reference(purchase), charge_type, day.isoformat(), str(amount), carrier)
            )
    return [("charge_id", "purchase_order", "type", "date", "base_amount", "carrier"), *rows]


def _charges(
    purchase: Purchase, quotes: dict[date, Decimal], chance: Chance
) -> Iterator[tuple[str, date, Decimal, str]]:
    """The charges of one purchase order."""
    is_import = purchase.supplier.currency != company.BASE_CURRENCY
    if is_import or purchase.branch is not company.AUCKLAND:
        cents = Decimal(chance.between(0, 99)) / 100
        freight = chance.between(260, 540) if is_import else chance.between(70, 140)
        yield "freight", purchase.received + timedelta(days=1), freight + cents, company.FREIGHT_CARRIER
    if is_import:
        goods = (
            sum((line.quantity * line.unit_price for line in purchase.lines), Decimal(0)) / quotes[purchase.received]
        )
        customs = (goods * chance.between(5, 8) / 100 + Decimal("37.13")).quantize(CENT, ROUND_HALF_UP)
        day = LATE_CUSTOMS_BILL if purchase.case == "late_customs" else purchase.received + timedelta(days=2)
        yield "customs", day, customs, company.CUSTOMS_BROKER


def _supplier_bills(books: Books, quotes: dict[date, Decimal]) -> Table:
    """One row a received line, in the bill's currency at 2 places; a US bill has the rate that the bank gave for it."""
    header = (
        "bill_line_id",
        "bill_number",
        "purchase_order",
        "sku",
        "supplier",
        "date",
        "currency",
        "amount",
        "base_for_one",
    )
    rows: Table = []
    for purchase in books.purchases:
        is_foreign = purchase.supplier.currency != company.BASE_CURRENCY
        rate = str(_nzd(quotes[purchase.billed] - Decimal("0.0011"))) if is_foreign else ""
        for line in purchase.lines:
            amount = (line.quantity * line.unit_price).quantize(CENT, ROUND_HALF_UP)
            rows.append((
                f"BILL-{len(rows) + 1:03}", f"INV-{8800 + purchase.number}", reference(purchase), line.sku.code,
                purchase.supplier.name, purchase.billed.isoformat(), purchase.supplier.currency, str(amount), rate,
            ))  # fmt: skip
    return [header, *rows]
