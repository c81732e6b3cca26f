"""A small company whose documents change from close to close: new, late, back-dated, edited, deleted, returned."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from pipelines.warehouse import Warehouse
from tests.pipelines.steps.closing import fill
from transforms.periods import last_day, next_period

Row = dict[str, Any]

FIRST = date(2026, 6, 1)
SKUS = ["TENT", "LAMP", "BIKE", "ROPE", "MUG"]
PLACES = ["Auckland", "Wellington"]
KEYS = {
    "sale_lines": "sale_line_id",
    "receipt_lines": "receipt_line_id",
    "charges": "charge_id",
    "bill_lines": "bill_line_id",
    "adjustment_lines": "adjustment_line_id",
    "transfer_lines": "transfer_line_id",
    "production_lines": "production_line_id",
    "opening_stock": "opening_id",
}


@dataclass
class ChangingCompany:
    """Its documents, and the chance that makes them up."""

    random: Random
    months: int = 4
    has_lots: bool = False
    """Whether lamps have one of two batch numbers."""
    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in KEYS})
    unstocked: set[str] = field(default_factory=set)
    categories: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(SKUS[:-1], "Camping"))
    rates: list[Row] = field(default_factory=list)
    count: int = 0

    def begin(self) -> None:
        """Opening stock, and the documents of the first month."""
        for sku in SKUS:
            for place in PLACES:
                if self.random.random() < 0.7:
                    self._add(
                        "opening_stock",
                        sku=sku,
                        location=place,
                        quantity=self.random.randint(5, 40),
                        unit_cost=self._price(),
                    )
                    self.rows["opening_stock"][str(self.count)]["opening_date"] = FIRST - timedelta(days=1)
        self.rates.append(
            {"currency_code": "USD", "rate_date": FIRST - timedelta(days=30), "currency_rate": Decimal("1.6")}
        )
        self.add_documents(FIRST, self.random.randint(3, 25))

    @property
    def last(self) -> date:
        """The last day of its story."""
        month = FIRST
        for _ in range(self.months - 1):
            month = next_period(month)
        return last_day(month)

    def add_documents(self, month: date, count: int) -> None:
        """New documents, most of that month, some back-dated or dated ahead."""
        for _ in range(count):
            make = self.random.choices(
                [
                    self._sell,
                    self._receive,
                    self._return,
                    self._send_back,
                    self._charge,
                    self._count,
                    self._transfer,
                    self._make,
                    self._bill,
                ],
                [8, 5, 3, 2, 2, 1, 3, 1, 3],
            )[0]
            make(self._day(month))

    def change_documents(self, count: int) -> None:
        """Edit or delete some documents of any age."""
        for _ in range(count):
            name = self.random.choice(list(KEYS))
            if not self.rows[name]:
                continue
            key = self.random.choice(list(self.rows[name]))
            if self.random.random() < 0.25 and name != "production_lines":
                del self.rows[name][key]
            else:
                self._edit(name, self.rows[name][key])
        if self.random.random() < 0.1:
            self.unstocked ^= {self.random.choice(SKUS)}
        if self.random.random() < 0.3:
            self.categories[self.random.choice(SKUS)] = self.random.choice(["Camping", "Walking", None])
        if self.random.random() < 0.2:
            self.rates.append(
                {
                    "currency_code": "USD",
                    "rate_date": self._day(FIRST),
                    "currency_rate": Decimal(self.random.randint(120, 190)) / 100,
                }
            )

    def fill(self, warehouse: Warehouse) -> None:
        """Put its documents into core."""
        products = [
            {"sku": sku, "is_stocked": sku not in self.unstocked, "category": self.categories.get(sku), "weight": 2}
            for sku in SKUS[:-1]
        ]
        products.append(
            {"sku": SKUS[-1], "is_stocked": SKUS[-1] not in self.unstocked, "category": self.categories.get(SKUS[-1])}
        )
        dated = {row["rate_date"]: row for row in self.rates}
        tables = {name: list(rows.values()) for name, rows in self.rows.items()}
        for name, rows in {**tables, "products": products, "currency_rates": list(dated.values())}.items():
            fill(warehouse, name, *rows)

    def closes(self) -> Iterator[tuple[date, date]]:
        """Months to close and their last days: forwards, now and then again, to a day, or back."""
        month = FIRST
        while month <= self.last:
            if self.random.random() < 0.3:
                yield month, month + timedelta(days=self.random.randint(0, 25))
            yield month, last_day(month)
            if self.random.random() < 0.3:
                yield month, last_day(month)
            if self.random.random() < 0.15:
                again = FIRST
                for _ in range(self.random.randint(0, 2)):
                    again = next_period(again)
                again = min(again, month)
                yield again, last_day(again)
                month = again
            month = next_period(month)

    def _add(self, name: str, **values: object) -> str:
        self.count += 1
        batch = {"lot": "AB"[self.count % 2]} if self.has_lots and values.get("sku") == "LAMP" else {}
        self.rows[name][str(self.count)] = {KEYS[name]: str(self.count), **batch, **values}
        return str(self.count)

    def _day(self, month: date) -> date:
        jump = self.random.choice([0] * 12 + [-40, 35])
        return max(month + timedelta(days=self.random.randint(0, 27) + jump), FIRST)

    def _price(self) -> Decimal:
        return (
            Decimal(self.random.choice([self.random.randint(1, 9999), 333, 1000]))
            / self.random.choice([100, 1000, 7 * 10]).__int__()
        )

    def _goods(self) -> Row:
        return {"sku": self.random.choice(SKUS), "location": self.random.choice(PLACES)}

    def _sell(self, day: date) -> None:
        units = self.random.randint(1, 9)
        invoiced = self.random.choice([day, day, day, day + timedelta(days=5), day - timedelta(days=6), None])
        status = self.random.choice(["imported"] * 5 + [None, "error"])
        self._add(
            "sale_lines",
            **self._goods(),
            moved_quantity=units,
            ordered_quantity=units,
            moved_date=day,
            invoice_date=invoiced,
            accounting_status=status,
        )

    def _receive(self, day: date) -> None:
        foreign: Row = {"currency_code": "USD"} if self.random.random() < 0.3 else {}
        if foreign and self.random.random() < 0.5:
            foreign["currency_rate"] = Decimal("1.75")
        price = self._price().quantize(Decimal("0.000001")) if self.random.random() < 0.9 else None
        self._add(
            "receipt_lines",
            **self._goods(),
            quantity=self.random.randint(3, 30),
            received_date=day,
            unit_price=price,
            purchase_id=str(self.random.randint(1, 6)),
            **foreign,
        )

    def _return(self, day: date) -> None:
        sales = [
            row
            for row in self.rows["sale_lines"].values()
            if row.get("kind", "sale") == "sale" and row["moved_date"] <= day
        ]
        if not sales:
            return
        sale = self.random.choice(sales)
        place = {"location": self.random.choice(PLACES)} if self.random.random() < 0.3 else {}
        units = {"moved_quantity": 1, "ordered_quantity": 1, "moved_date": day, "invoice_date": day}
        original = {"kind": "sale_return", "returned_sale_line_id": sale["sale_line_id"]}
        if self.random.random() < 0.2:
            original["returned_sale_line_id"] = None
        self._add("sale_lines", **{**sale, **place, **units, **original, "sale_line_id": "x"})
        self._own_key("sale_lines")

    def _send_back(self, day: date) -> None:
        bought = [
            row
            for row in self.rows["receipt_lines"].values()
            if row.get("kind", "receipt") == "receipt" and row["received_date"] <= day
        ]
        if not bought:
            return
        receipt = self.random.choice(bought)
        back = {
            "kind": "purchase_return",
            "location": self.random.choice(PLACES),
            "quantity": self.random.randint(1, 3),
            "received_date": day,
            "returned_receipt_line_id": receipt["receipt_line_id"],
        }
        self._add("receipt_lines", **{**receipt, **back})
        self._own_key("receipt_lines")

    def _own_key(self, name: str) -> None:
        self.rows[name][str(self.count)][KEYS[name]] = str(self.count)

    def _charge(self, day: date) -> None:
        self._add(
            "charges",
            purchase_id=self._charged(),
            charge_amount=self._price().quantize(Decimal("0.000001")),
            charge_date=day,
            spread_by=self.random.choice([None, None, "quantity", "weight"]),
        )

    def _charged(self) -> str:
        """A purchase order, a transfer or a job."""
        transfers = [f"transfer:{key}" for key in self.rows["transfer_lines"]]
        jobs = [f"production:{row['production_id']}" for row in self.rows["production_lines"].values()]
        orders = [str(number) for number in range(1, 7)]
        return self.random.choice(self.random.choice([orders, orders, transfers or orders, jobs or orders]))

    def _bill(self, day: date) -> None:
        """A bill or credit for a received line, or for one that nobody knows; about what the line cost."""
        lines = list(self.rows["receipt_lines"].values())
        line = self.random.choice(lines) if lines else {}
        amount = (line.get("unit_price") or self._price()) * line.get("quantity", 1)
        self._add(
            "bill_lines",
            receipt_line_id=line.get("receipt_line_id", "gone"),
            bill_date=day + timedelta(days=self.random.choice([0, 3, 40])),
            line_amount=(amount + self.random.choice([0, 0, 1])).quantize(Decimal("0.01")),
            currency_code=line.get("currency_code"),
        )

    def _count(self, day: date) -> None:
        cost = self.random.choice([None, self._price().quantize(Decimal("0.000001"))])
        self._add(
            "adjustment_lines",
            **self._goods(),
            adjustment_date=day,
            quantity=self.random.choice([-2, -1, 1, 3]),
            unit_cost=cost,
        )

    def _transfer(self, day: date) -> None:
        arrived = self.random.choice([day, day, day + timedelta(days=9), None])
        ends = dict(zip(["from_location", "to_location"], self.random.sample(PLACES, 2), strict=True))
        self._add(
            "transfer_lines",
            sku=self.random.choice(SKUS),
            quantity=self.random.randint(1, 6),
            dispatched_date=day,
            received_date=arrived,
            **ends,
        )

    def _make(self, day: date) -> None:
        place, job = self.random.choice(PLACES), str(self.count + 1)
        used = self.random.choice(["TENT", "LAMP"])
        early = day - timedelta(days=self.random.choice([0, 0, 3]))
        self._add(
            "production_lines",
            production_id=job,
            kind="component",
            sku=used,
            location=place,
            quantity=self.random.randint(1, 4),
            produced_date=early,
        )
        self._add(
            "production_lines",
            production_id=job,
            sku="BIKE",
            location=place,
            quantity=self.random.randint(1, 3),
            produced_date=day,
        )

    def _edit(self, name: str, row: Row) -> None:
        quantity = {"sale_lines": "moved_quantity"}.get(name, "quantity")
        edits: list[Row] = [{quantity: row[quantity] + 1}] if quantity in row else []
        if name == "sale_lines":
            edits += [
                {"invoice_date": row["moved_date"]},
                {"status": "void"},
                {"accounting_status": "imported"},
                {"customer": "Somebody"},
            ]
            if row.get("kind", "sale") == "sale":
                edits.append({"location": self.random.choice(PLACES)})
        if name == "receipt_lines":
            edits += [
                {"unit_price": self._price().quantize(Decimal("0.000001"))},
                {"supplier": "Another"},
                {"purchase_id": str(self.random.randint(1, 6))},
            ]
        if name == "charges":
            edits += [
                {"charge_amount": self._price().quantize(Decimal("0.000001"))},
                {"purchase_id": self._charged()},
            ]
        if name == "bill_lines":
            others = list(self.rows["receipt_lines"]) or ["gone"]
            edits += [
                {"line_amount": row["line_amount"] + 1},
                {"receipt_line_id": self.random.choice(others)},
                {"bill_date": row["bill_date"] + timedelta(days=31)},
            ]
        if name == "transfer_lines":
            edits += [{"received_date": row["dispatched_date"] + timedelta(days=2)}]
        row.update(self.random.choice(edits or [{}]))
