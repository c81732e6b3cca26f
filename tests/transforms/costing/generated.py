"""Moves that Hypothesis makes up: purchases, sales, returns, counts, transfers, assemblies, charges, revaluations."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from hypothesis import strategies as st

from tests.transforms.costing.naive import Move

FIRST = date(2026, 9, 21)
DAYS = st.integers(0, 25).map(lambda day: FIRST + timedelta(days=day))
UNITS = st.integers(1, 9)
PRICES = st.one_of(
    st.integers(0, 2000).map(lambda cents: Decimal(cents) / 100),
    st.integers(0, 10**8).map(lambda millionths: Decimal(millionths) / 10**6),
)
PLACES = st.sampled_from(["Main", "Shop"])
SKUS = st.sampled_from(["A", "B"])


@st.composite
def inflows(draw: st.DrawFn, move_id: str) -> Move:
    kind = draw(st.sampled_from(["opening", "receipt", "receipt", "receipt", "adjustment_in"]))
    units = draw(UNITS)
    brings = draw(st.sampled_from(["price", "price", "total", "nothing"]))
    return Move(
        move_id,
        kind,
        draw(DAYS),
        Decimal(units),
        unit_cost=draw(PRICES) if brings == "price" else None,
        amount=draw(PRICES) * 3 if brings == "total" else None,
        sku=draw(SKUS),
        location=draw(PLACES),
    )


@st.composite
def outflows(draw: st.DrawFn, move_id: str) -> Move:
    kind = draw(st.sampled_from(["sale", "sale", "sale", "adjustment_out", "purchase_return"]))
    return Move(move_id, kind, draw(DAYS), -Decimal(draw(UNITS)), sku=draw(SKUS), location=draw(PLACES))


@st.composite
def transfers(draw: st.DrawFn, number: int) -> list[Move]:
    document, sku, units = f"T{number}", draw(SKUS), draw(UNITS)
    here, there = draw(st.permutations(["Main", "Shop"]))
    left = draw(DAYS)
    arrived = left + timedelta(days=draw(st.sampled_from([0, 0, 3])))
    first = draw(st.integers(0, units))
    parts = [part for part in (first, units - first) if part]
    out = Move(f"{document}-out", "transfer_out", left, Decimal(-units), sku=sku, location=here, document_id=document)
    return [out] + [
        replace(
            out,
            move_id=f"{document}-in{at}",
            kind="transfer_in",
            moved_on=arrived,
            quantity=Decimal(part),
            location=there,
        )
        for at, part in enumerate(parts)
    ]


@st.composite
def assemblies(draw: st.DrawFn, number: int) -> list[Move]:
    document, made_on, place = f"M{number}", draw(DAYS), draw(PLACES)
    skus = draw(st.permutations(["A", "B", "P"]))
    products = [skus[0], *draw(st.sampled_from([[], ["Q"]]))]
    components = skus[1 : 2 + draw(st.integers(0, 1))]
    shares = draw(st.sampled_from([None, None, Decimal("1.5")]))
    by_product = draw(st.sampled_from([None, None, Decimal("0.37")]))
    base = Move("", "assembly_out", made_on, location=place, document_id=document)
    return [
        replace(base, move_id=f"{document}-use-{sku}", sku=sku, quantity=Decimal(-draw(UNITS))) for sku in components
    ] + [
        replace(
            base,
            move_id=f"{document}-make-{sku}",
            kind="assembly_in",
            sku=sku,
            quantity=Decimal(draw(UNITS)),
            cost_share=shares,
            unit_cost=by_product if sku == "Q" else None,
        )
        for sku in products
    ]


@st.composite
def returns(draw: st.DrawFn, moves: list[Move]) -> list[Move]:
    """Some sales and receipts come back, at once or later, in part or whole."""
    made = []
    for move in moves:
        kind = {"sale": "sale_return", "receipt": "purchase_return"}.get(move.kind)
        if kind is None or draw(st.integers(0, 3)) > 0:
            continue
        units = draw(st.integers(1, int(abs(move.quantity))))
        later = move.moved_on + timedelta(days=draw(st.sampled_from([0, 1, 9])))
        sign = 1 if kind == "sale_return" else -1
        made.append(
            replace(
                move,
                move_id=f"{move.move_id}-back",
                kind=kind,
                moved_on=later,
                quantity=Decimal(sign * units),
                unit_cost=None,
                amount=None,
                location=draw(PLACES),
                source_move_id=move.move_id,
            )
        )
    return made


@st.composite
def journeys(draw: st.DrawFn, moves: list[Move]) -> list[Move]:
    """Goods of some receipts are transferred on, in parts and at times back, and go back to their supplier from there.

    Some goods go to a third place by two transfers, some leave before they are there.
    """
    made: list[Move] = []
    for receipt in moves:
        if receipt.kind != "receipt" or draw(st.integers(0, 2)) > 0:
            continue
        here, on = receipt.location, receipt.moved_on
        for stage in range(draw(st.integers(1, 3))):
            there = draw(st.sampled_from([place for place in ("Main", "Shop", "Depot") if place != here]))
            on += timedelta(days=draw(st.sampled_from([0, 1, 1, 4])))
            document, units = f"J{receipt.move_id}-{stage}", Decimal(draw(st.integers(1, int(receipt.quantity))))
            sent = Move(f"{document}-out", "transfer_out", on, -units, sku=receipt.sku, location=here)
            sent = replace(sent, document_id=document)
            came = replace(sent, move_id=f"{document}-in", kind="transfer_in", quantity=units, location=there)
            made += [sent, came]
            here = there
        back = Move(f"J{receipt.move_id}-back", "purchase_return", on, -units, sku=receipt.sku, location=here)
        later = timedelta(days=draw(st.integers(0, 9)))
        made.append(replace(back, moved_on=on + later, source_move_id=receipt.move_id))
    return made


@st.composite
def charges(draw: st.DrawFn, moves: list[Move], kinds: tuple[str, ...] = ("receipt",)) -> list[Move]:
    """Freight that comes later than some inflows, at times before; a revaluation; or a credit of half the price."""
    charged = [move for move in moves if move.kind in kinds and draw(st.integers(0, 3)) == 0]
    return [
        Move(
            f"{inflow.move_id}-freight",
            draw(st.sampled_from(["landed_cost", "landed_cost", "revaluation"])),
            inflow.moved_on + timedelta(days=draw(st.integers(-1, 9))),
            amount=draw(PRICES | st.just(-half_of(inflow))),
            sku=inflow.sku,
            location=inflow.location,
            source_move_id=inflow.move_id,
            lot=inflow.lot,
        )
        for inflow in charged
    ]


def half_of(inflow: Move) -> Decimal:
    own = inflow.amount if inflow.amount is not None else (inflow.unit_cost or Decimal(0)) * inflow.quantity
    return (own / 2).quantize(Decimal("0.01"), ROUND_DOWN)


@st.composite
def revaluations(draw: st.DrawFn) -> list[Move]:
    """Whole pools set to a unit cost or changed by an amount, months after everything else or in between."""
    numbers = range(draw(st.sampled_from([0, 0, 0, 1, 2])))
    return [
        Move(
            f"v{number}",
            "revaluation",
            draw(DAYS),
            unit_cost=draw(PRICES) if is_set else None,
            amount=None if is_set else draw(st.sampled_from([Decimal("2.5"), Decimal("-0.11"), Decimal("0.003")])),
            sku=draw(SKUS),
            location=draw(PLACES),
        )
        for number, is_set in ((number, draw(st.booleans())) for number in numbers)
    ]


@st.composite
def in_lots(draw: st.DrawFn, moves: list[Move]) -> list[Move]:
    """The same moves with lots; a transfer, a return and a charge keep the lot of what they belong to."""
    lots: dict[str, str | None] = {}
    for move in moves:
        is_transfer = move.kind.startswith("transfer")
        key = move.source_move_id or (move.document_id if is_transfer else None) or move.move_id
        lots[move.move_id] = lots[key] if key in lots else draw(st.sampled_from(["L1", "L1", "L2", None]))
        lots.setdefault(key, lots[move.move_id])
    return [replace(move, lot=lots[move.move_id]) for move in moves]


@st.composite
def plain_ledgers(draw: st.DrawFn) -> list[Move]:
    """Purchases and sales with late freight, stock never below zero: every outflow takes what is there at most."""
    count = draw(st.integers(1, 12))
    moves = [draw(inflows(f"r{number}")) for number in range(count)]
    moves = [
        replace(m, unit_cost=m.unit_cost if m.unit_cost is not None or m.amount is not None else Decimal("1.005"))
        for m in moves
    ]
    last = max(move.moved_on for move in moves)
    sales: list[Move] = []
    for sku in ("A", "B"):
        for place in ("Main", "Shop"):
            left = sum(int(m.quantity) for m in moves if (m.sku, m.location) == (sku, place))
            while left and len(sales) < 20:
                units = draw(st.integers(0, left))
                if not units:
                    break
                left -= units
                name = f"s{len(sales)}"
                sales.append(
                    Move(
                        name,
                        "sale",
                        last + timedelta(days=draw(st.integers(0, 9))),
                        Decimal(-units),
                        sku=sku,
                        location=place,
                    )
                )
    return moves + sales + draw(charges(moves))


@st.composite
def ledgers(draw: st.DrawFn) -> list[Move]:
    """Everything that can happen, also sales of what is not there."""
    moves = [draw(inflows(f"r{number}")) for number in range(draw(st.integers(1, 8)))]
    moves += [draw(outflows(f"s{number}")) for number in range(draw(st.integers(0, 8)))]
    moves += draw(returns(moves))
    moves += draw(journeys(moves))
    moves += [move for number in range(draw(st.integers(0, 4))) for move in draw(transfers(number))]
    moves += [move for number in range(draw(st.integers(0, 3))) for move in draw(assemblies(number))]
    charged = ("receipt", "opening", "adjustment_in", "transfer_in", "assembly_in")
    return draw(in_lots(moves + draw(charges(moves, charged))))
