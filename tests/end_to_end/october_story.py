"""What happens after October was signed: a freight bill comes late, an order is edited, somebody journals to stock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

from tests.end_to_end.xero_accountants import accountants_of, line
from tests.sample_company import Company

NOVEMBER = "2026-11"
SIGNER = "Ana Lopez"

LEDGER_AFTER = "106432.19"
"""Stock at the end of November: 106,131.61 as signed, 17.69 for the pot, 282.89 of the freight."""

COGS_AFTER = "71308.44"
"""COGS of all months: 71,311.81 as signed, less 17.69 for the pot that was not sold, with 14.32 of the freight. The
other 2.79 of the 300.00 belongs to samples that were given away (ADJ-47)."""

STRANGE = {"account_code": "630", "amount": "250.00"}


@contextmanager
def in_december() -> Iterator[None]:
    """A command that runs when November has ended."""
    with patch("pipelines.steps.context.today_in", lambda *_: date(2026, 12, 5)):
        yield


def change_october(company: Company) -> None:
    """300.00 freight for PO-308, whose goods are partly sold; a pot fewer on SO-1337; 250.00 journaled to stock."""
    file = "data/sample/files/landed_costs.csv"
    rows = (company.home / file).read_text(encoding="utf-8")
    company.rewrite(file, rows + "LC-99,PO-308,freight,2026-10-27,300.00,Longwake Freight\n")
    company.edit_rows("SalesOrders", "SO-1337", _one_pot_fewer)
    bill = {"Type": "ACCPAY", "Date": "2026-10-27", "DueDate": "2026-11-27", "Contact": {"Name": "Longwake Freight"}}
    with accountants_of(company) as people:
        people.enter(
            "Invoices", **bill, InvoiceNumber="freight LC-99", LineItems=[line("425", "300.00", "Freight for PO-308")]
        )
    company.books.change(
        "journals/enter",
        narration="Stock true-up by the accountant",
        date="2026-10-30",
        lines=[STRANGE, {"account_code": "310", "amount": "-250.00"}],
    )


def _one_pot_fewer(order: dict[str, Any]) -> None:
    for name in ("qty", "qtyShipped"):
        order["lineItems"][0][name] -= 1


def causes_of(company: Company, period: str) -> dict[tuple[str, str], str]:
    """Every step of a month's tie-out that is not nothing, by account."""
    steps = company.query(f"from close.tie_outs where period = date '{period}-01' and amount <> 0")
    return {(row["account_code"], row["cause"]): str(row["amount"]) for row in steps.to_dicts()}


def totals(company: Company) -> tuple[str, str]:
    """COGS and stock of all months, as the close booked them."""
    cogs, stock = company.query("select sum(recognised_amount), sum(cost_amount) from close.bookings").row(0)
    return str(cogs), str(stock)
