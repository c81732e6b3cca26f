"""What documents and payments book, account by account in base currency: for approvals, previews and the tie-out.

Each line is converted by the document's rate and rounded, tax apart from net; how Xero itself does it is documented
nowhere (xero.md section 3, Rounding), so that the tie-out shows what differs by document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.load.xero_values import read_amount
from pipelines.sync.kinds import XERO_KINDS
from pipelines.sync.shown import CENT, currency_rate
from pipelines.warehouse import Warehouse

Element = Mapping[str, Any]


@dataclass(frozen=True)
class ControlAccounts:
    """Codes of the accounts that Xero itself books on."""

    receivable: str
    payable: str
    tax: str


@dataclass(frozen=True)
class Entry:
    """One line; base currency, debit positive."""

    account_code: str
    tracking: str
    description: str
    amount: Decimal


def read_control_accounts(warehouse: Warehouse) -> ControlAccounts:
    """Codes of xero.accounts by what Xero uses them for; words where they are not mirrored or have no code."""
    rows = warehouse.query("select system_account, account_code from xero.accounts where system_account is not null")
    codes = {str(system): str(code) for system, code in rows.rows() if code}
    return ControlAccounts(
        codes.get("DEBTORS", "receivable"), codes.get("CREDITORS", "payable"), codes.get("GST", "tax")
    )


def document_entries(kind: str, content: Element, control: ControlAccounts) -> list[Entry]:
    """What a document books once it is authorised: its lines, their tax, and the other side of both.

    Args:
        kind: word of SYNC_KINDS; a purchase order books nothing.
        content: the document in Xero's words.
        control: receivable, payable and tax.
    """
    xero = XERO_KINDS[kind]
    if xero.resource == "PurchaseOrders":
        return []
    is_credit_side = xero.type in {"ACCREC", "ACCPAYCREDIT"}
    sign = -1 if is_credit_side else 1
    entries: list[Entry] = []
    tax = total = Decimal("0.00")
    for line, net_amount, tax_amount in base_lines(content):
        tracking = ", ".join(sorted(str(one["Option"]) for one in line.get("Tracking") or []))
        entries.append(Entry(str(line["AccountCode"]), tracking, str(line.get("Description") or ""), sign * net_amount))
        tax += tax_amount
        total += net_amount + tax_amount
    if tax:
        entries.append(Entry(control.tax, "", "Tax", sign * tax))
    owed = control.receivable if xero.is_sale else control.payable
    return [*entries, Entry(owed, "", "Owed", -sign * total)]


def base_lines(content: Element) -> Iterator[tuple[Element, Decimal, Decimal]]:
    """Each line with its net and its tax in base currency."""
    rate = currency_rate(content)
    is_gross = content.get("LineAmountTypes") == "Inclusive"
    for line in content["LineItems"]:
        amount, tax = read_amount(line["LineAmount"]), read_amount(line.get("TaxAmount"))
        net = amount - tax if is_gross else amount
        yield line, to_base(net, rate), to_base(tax, rate)


def to_base(amount: Decimal, rate: Decimal) -> Decimal:
    """Base currency for an amount; the rate is foreign units for one of base."""
    return (amount / rate).quantize(CENT, ROUND_HALF_UP)


def payment_entries(content: Element, is_sale: bool, control: ControlAccounts) -> list[Entry]:
    """What a payment or refund books, at its own rate, exchange differences apart."""
    amount = to_base(read_amount(content["Amount"]), currency_rate(content))
    comes_in = is_sale == ("Invoice" in content)
    signed = amount if comes_in else -amount
    owed = control.receivable if is_sale else control.payable
    return [Entry(str(content["Account"]["Code"]), "", "Payment", signed), Entry(owed, "", "Payment", -signed)]
