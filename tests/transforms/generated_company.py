"""Documents that Hypothesis makes up for a small company, as they stand at the end of one month and of the next."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
Tables = dict[str, list[Row]]

PRODUCTS: list[Row] = [
    {"sku": "TENT", "category": "Camping"},
    {"sku": "BIKE", "category": "Made"},
    {"sku": "BOLT", "category": "Parts", "is_stocked": False},
]
FIRST = date(2026, 9, 1)
DAYS = st.integers(0, 58).map(lambda days: FIRST + timedelta(days=days))
SKUS = st.sampled_from(["TENT", "TENT", "BIKE", "BOLT"])
PLACES = st.sampled_from(["Auckland", "Wellington"])
UNITS = st.integers(1, 9)
CENTS = st.integers(0, 5000).map(lambda cents: Decimal(cents) / 100)
PRICES = st.one_of(CENTS, st.integers(0, 10**8).map(lambda millionths: Decimal(millionths) / 10**6))
RATES = st.sampled_from(["1.68152009", "1.70000000", "0.01123457"])


@st.composite
def openings(draw: st.DrawFn) -> list[Row]:
    return [
        {"opening_id": f"O{at}", "sku": draw(SKUS), "location": draw(PLACES), "quantity": draw(UNITS) * 3}
        | {"unit_cost": draw(CENTS)}
        for at in range(draw(st.integers(1, 3)))
    ]


@st.composite
def purchases(draw: st.DrawFn) -> Tables:
    """Received lines, their bills in their own currency, goods sent back and freight, early and late."""
    receipts, bills = [], []
    for at in range(draw(st.integers(1, 4))):
        received, price, units = draw(DAYS), draw(PRICES), draw(UNITS)
        is_foreign = draw(st.booleans())
        money: Row = {"currency_code": "USD", "currency_rate": draw(RATES)} if is_foreign else {}
        line: Row = {
            "receipt_line_id": f"R{at}",
            "purchase_id": f"{at % 2}",
            "sku": draw(SKUS),
            "location": draw(PLACES),
        }
        receipts.append({**line, **money, "quantity": units, "unit_price": price, "received_date": received})
        if is_foreign:
            money["currency_rate"] = draw(RATES)
        bills += draw(bills_of(f"R{at}", received, price * units, money))
        if draw(st.booleans()):
            back = received + timedelta(days=draw(st.integers(0, 30)))
            returned: Row = {"quantity": draw(st.integers(1, units)), "received_date": back, "unit_price": price}
            link = {"receipt_line_id": f"B{at}", "kind": "purchase_return", "returned_receipt_line_id": f"R{at}"}
            receipts.append({**line, **money, **returned, **link})
            bills += draw(bills_of(f"B{at}", back, -price * returned["quantity"], money))
    freight = [
        {"charge_id": f"F{at}", "purchase_id": f"{draw(st.integers(0, 1))}", "charge_amount": draw(PRICES) * 3}
        | {"charge_date": draw(DAYS), "charge_type": draw(st.sampled_from(["freight", "customs"]))}
        for at in range(draw(st.integers(0, 3)))
    ]
    return {"receipt_lines": receipts, "bill_lines": bills, "charges": freight}


@st.composite
def bills_of(draw: st.DrawFn, line_id: str, received: date, amount: Decimal, money: Row) -> list[Row]:
    """No bill, one, or one in two lines; before or after the goods; now and then not what was ordered."""
    bill_date = received + timedelta(days=draw(st.integers(-9, 30)))
    variance = draw(st.sampled_from([Decimal(0)] * 3 + [Decimal("1.23")]))
    billed = amount.quantize(Decimal("0.01"), ROUND_HALF_UP) + variance
    first = Decimal("0.50") if draw(st.booleans()) else Decimal(0)
    lines = draw(st.sampled_from([[], [billed], [first, billed - first]]))
    return [
        {"bill_line_id": f"{line_id}/{at}", "receipt_line_id": line_id, "bill_date": bill_date, "line_amount": part}
        | money
        for at, part in enumerate(lines)
    ]


@st.composite
def sales(draw: st.DrawFn) -> list[Row]:
    """Sales in every state of dispatch and invoicing, and credit notes for some of them."""
    rows: list[Row] = []
    for at in range(draw(st.integers(1, 5))):
        moved, units = draw(st.one_of(st.none(), DAYS, DAYS, DAYS)), draw(UNITS)
        sale: Row = {"sale_line_id": f"S{at}", "sku": draw(SKUS), "location": draw(PLACES), "moved_date": moved}
        sale |= {"moved_quantity": units, "ordered_quantity": units + draw(st.sampled_from([0, 0, 0, 1]))}
        sale |= {"invoice_date": draw(st.one_of(st.none(), st.just(moved), DAYS))}
        sale |= {"accounting_status": draw(st.sampled_from(["imported", "imported", None, "error"]))}
        rows.append(sale)
        if moved and draw(st.booleans()):
            back = moved + timedelta(days=draw(st.integers(0, 30)))
            rows.append(
                sale
                | {"sale_line_id": f"C{at}", "kind": "sale_return", "returned_sale_line_id": f"S{at}"}
                | {"moved_date": back, "invoice_date": back, "moved_quantity": 1, "ordered_quantity": 1}
            )
    return rows


@st.composite
def warehouse_work(draw: st.DrawFn) -> Tables:
    """Counts, transfers that take days, and things made: at standard cost, or from components."""
    counts = [
        {"adjustment_line_id": f"A{at}", "adjustment_date": draw(DAYS), "sku": draw(SKUS), "location": draw(PLACES)}
        | {"quantity": draw(UNITS) * draw(st.sampled_from([1, -1])), "unit_cost": draw(st.one_of(st.none(), PRICES))}
        for at in range(draw(st.integers(0, 2)))
    ]
    transfers = []
    for at in range(draw(st.integers(0, 2))):
        sent = draw(DAYS)
        arrived = sent + timedelta(days=draw(st.integers(-1, 30)))
        transfers.append(
            {"transfer_line_id": f"T{at}", "sku": draw(SKUS), "quantity": draw(UNITS), "dispatched_date": sent}
            | {"received_date": draw(st.sampled_from([None, arrived]))}
        )
    jobs: list[Row] = []
    for at in range(draw(st.integers(0, 2))):
        job = {"production_id": f"J{at}", "produced_date": draw(DAYS), "location": draw(PLACES)}
        standard = draw(st.one_of(st.none(), PRICES))
        jobs.append(
            job | {"production_line_id": f"J{at}", "sku": "BIKE", "quantity": draw(UNITS), "unit_cost": standard}
        )
        if standard is None:
            used = {"production_line_id": f"J{at}/1", "kind": "component", "sku": "TENT", "quantity": draw(UNITS)}
            jobs.append(job | used)
    return {"adjustment_lines": counts, "transfer_lines": transfers, "production_lines": jobs}


@st.composite
def changed(draw: st.DrawFn, tables: Tables) -> Tables:
    """The same documents a month later: some repriced, counted again, voided, invoiced at last, or gone."""
    later = {name: [draw(changed_row(name, row)) for row in rows] for name, rows in tables.items()}
    return {name: [row for row in rows if row] for name, rows in later.items()}


@st.composite
def changed_row(draw: st.DrawFn, name: str, row: Row) -> Row:
    """The row, or what became of it; nothing if it is gone."""
    if draw(st.integers(0, 3)) > 0:
        return row
    new: Row | None = draw(st.sampled_from(_changes(name, row, draw(PRICES))))
    return {} if new is None else row | new


def _changes(name: str, row: Row, price: Decimal) -> list[Row | None]:
    """What may change in a row of a table; None: it vanishes."""
    if name == "sale_lines":
        recounted = {f"{kind}_quantity": row[f"{kind}_quantity"] + 1 for kind in ("moved", "ordered")}
        return [{"status": "void"}, {"accounting_status": "error"}, {"invoice_date": date(2026, 10, 3)}, recounted]
    changes: dict[str, list[Row | None]] = {
        "receipt_lines": [{"unit_price": price}],
        "charges": [None, {"charge_amount": price}],
        "adjustment_lines": [None, {"quantity": row.get("quantity", 0) * 2}],
        "transfer_lines": [None, {"quantity": row.get("quantity", 0) + 1}],
        "production_lines": [{"quantity": row.get("quantity", 0) + 1}],
    }
    return changes.get(name, [{}])


@st.composite
def companies(draw: st.DrawFn) -> list[Tables]:
    """What the source says at the end of September, and of October."""
    tables: Tables = {"products": PRODUCTS, "opening_stock": draw(openings()), "sale_lines": draw(sales())}
    tables |= draw(purchases()) | draw(warehouse_work())
    return [tables, {"products": PRODUCTS} | draw(changed({k: v for k, v in tables.items() if k != "products"}))]
