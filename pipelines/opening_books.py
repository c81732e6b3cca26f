"""What accounts staff would have entered in Xero: opening balances and suppliers' bills, straight from the documents.

The local Xero server starts with them in the demo and in tests. Nothing here values stock: balances are quantity times
unit cost, bills are their own lines, so that the tie-out compares two things that were made in different ways.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.warehouse import Warehouse

OTHER_PURCHASES = "429"
CENT = Decimal("0.01")
RATE_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class BookAccounts:
    """How accounts staff code what they enter."""

    stock: str
    """Stock account of every product without one of its own."""
    stock_by_category: dict[str, str] = field(default_factory=dict)
    charges: dict[str, str] = field(default_factory=dict)
    """Account of the bills of each kind of landed charge."""
    not_stocked: str = OTHER_PURCHASES
    """Account of billed products that are not stock."""

    def of(self, category: str | None, is_stocked: bool) -> str:
        """Account of a billed or opening line."""
        return self.stock_by_category.get(category or "", self.stock) if is_stocked else self.not_stocked


def opening_balances(warehouse: Warehouse, accounts: BookAccounts) -> list[dict[str, Any]]:
    """Opening stock by account, in base currency: each layer at quantity times unit cost, rounded to cents."""
    layers = warehouse.query(
        """
        select o.quantity, o.unit_cost, p.category, p.is_stocked
        from core.opening_stock o join core.products p using (sku)
        """
    )
    totals: dict[str, Decimal] = {}
    for row in layers.to_dicts():
        code = accounts.of(row["category"], row["is_stocked"])
        totals[code] = totals.get(code, Decimal(0)) + (row["quantity"] * row["unit_cost"]).quantize(CENT, ROUND_HALF_UP)
    return [{"account_code": code, "amount": f"{total:.2f}"} for code, total in sorted(totals.items())]


def supplier_bills(warehouse: Warehouse, accounts: BookAccounts, base_currency: str) -> list[dict[str, Any]]:
    """One bill for each supplier reference and day, and one for each freight or customs charge."""
    lines = warehouse.query(
        """
        select b.bill_number, b.bill_date, coalesce(b.supplier, 'Supplier') as supplier, b.line_amount, r.sku,
               coalesce(b.currency_code, ?) as currency, coalesce(b.currency_rate, f.currency_rate) as rate,
               p.category, p.is_stocked
        from core.bill_lines b
        join core.receipt_lines r using (receipt_line_id) join core.products p on p.sku = r.sku
        asof left join core.currency_rates f on f.currency_code = b.currency_code and f.rate_date <= b.bill_date
        order by b.bill_date, b.bill_number, b.bill_line_id
        """,
        [base_currency],
    )
    bills: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in lines.to_dicts():
        key = (row["bill_number"], row["bill_date"])
        bill = bills.setdefault(key, _bill_head(row, base_currency))
        code = accounts.of(row["category"], row["is_stocked"])
        bill["lines"].append({"account_code": code, "amount": f"{row['line_amount']:.2f}", "description": row["sku"]})
    return [*bills.values(), *_charge_bills(warehouse, accounts)]


def _bill_head(row: dict[str, Any], base_currency: str) -> dict[str, Any]:
    head = {
        "date": row["bill_date"].isoformat(),
        "contact": row["supplier"],
        "reference": row["bill_number"],
        "lines": [],
    }
    if row["currency"] != base_currency:
        # Xero's CurrencyRate is foreign units for one unit of base currency, 6 decimals (xero.md section 3)
        head["currency_code"] = row["currency"]
        head["currency_rate"] = str((1 / row["rate"]).quantize(RATE_PLACES, ROUND_HALF_UP))
    return head


def _charge_bills(warehouse: Warehouse, accounts: BookAccounts) -> list[dict[str, Any]]:
    """Bills of carriers and brokers, on the account of their kind of charge."""
    charges = warehouse.query("from core.charges order by charge_date, charge_id").to_dicts()
    return [
        {
            "date": row["charge_date"].isoformat(),
            "contact": row["supplier"] or "Carrier",
            "reference": f"{row['charge_type']} {row['charge_id']}",
            "lines": [
                {
                    "account_code": accounts.charges[row["charge_type"]],
                    "amount": f"{row['charge_amount'].quantize(CENT, ROUND_HALF_UP):.2f}",
                    "description": row["purchase_number"],
                }
            ],
        }
        for row in charges
    ]
