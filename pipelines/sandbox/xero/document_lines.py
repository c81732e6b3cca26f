"""Prices and checks the line items of a document (xero.md section 3).

A line is quantity x price less discount, rounded to cents half away from zero (Xero's own way is not known). Its tax is
rounded line by line and then summed. Base currency is an amount divided by CurrencyRate, rounded for each line too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero import refusal_words
from pipelines.sandbox.xero.chart import Account, Chart, TrackingOption
from pipelines.sandbox.xero.document_requests import DocumentLineRequest
from pipelines.sandbox.xero.journal_rules import check_tracking
from pipelines.sandbox.xero.wire import round_cents, text_amount
from pipelines.sandbox.xero.writing import Findings

LARGEST_LINE_CENTS = 999_999_999_999
LONGEST_DESCRIPTION = 4000


@dataclass(frozen=True)
class Item:
    """What a line takes over from an item: prices and accounts of the side it is on."""

    code: str
    unit_price: Decimal | None
    account_code: str | None
    tax_type: str | None
    description: str | None


@dataclass(frozen=True)
class LineRules:
    """What the document says of all of its lines."""

    chart: Chart
    items: Mapping[str, Item]
    line_amount_types: str
    currency_rate: Decimal
    unit_places: int
    is_approved: bool
    """Accounts are needed."""
    may_discount: bool


@dataclass(frozen=True)
class PricedLine:
    """A line as it is kept: cents of the document's currency, positive as the document reads; base cents beside."""

    line_id: str | None
    description: str | None
    quantity: Decimal
    unit_amount: Decimal
    discount_rate: Decimal | None
    item_code: str | None
    account: Account | None
    tax_type: str
    tracking: tuple[TrackingOption, ...]
    line_cents: int
    tax_cents: int
    base_net_cents: int
    base_tax_cents: int


def price_lines(lines: Sequence[DocumentLineRequest], rules: LineRules, findings: Findings) -> list[PricedLine]:
    """Price every line; they are complete only where no error was found."""
    return [_price(line, rules, findings) for line in lines]


def to_base_cents(cents: int, currency_rate: Decimal) -> int:
    """Cents of base currency for cents of a document's currency, half away; the rate is foreign for one base."""
    exact = abs(Fraction(cents) / Fraction(currency_rate))
    base = int(exact + Fraction(1, 2))
    return base if cents >= 0 else -base


def _price(line: DocumentLineRequest, rules: LineRules, findings: Findings) -> PricedLine:
    """One line."""
    item = rules.items.get(line.item_code or "")
    if line.item_code and item is None:
        findings.refuse(words.item_unknown(line.item_code))
    if len(line.description or "") > LONGEST_DESCRIPTION:
        findings.refuse(words.too_long("Description", LONGEST_DESCRIPTION))
    quantity, unit_amount, line_cents = _amounts(line, item, rules, findings)
    account = _account(line, item, line_cents, rules, findings)
    tax_type, tax_cents = _tax(line, item, account, line_cents, rules, findings)
    net_cents = line_cents - tax_cents if rules.line_amount_types == "Inclusive" else line_cents
    return PricedLine(
        line_id=line.line_id,
        description=line.description if line.description is not None or item is None else item.description,
        quantity=quantity,
        unit_amount=unit_amount,
        discount_rate=line.discount_rate,
        item_code=item.code if item else None,
        account=account,
        tax_type=tax_type,
        tracking=check_tracking(line.tracking, rules.chart, findings),
        line_cents=line_cents,
        tax_cents=tax_cents,
        base_net_cents=to_base_cents(net_cents, rules.currency_rate),
        base_tax_cents=to_base_cents(tax_cents, rules.currency_rate),
    )


def _amounts(
    line: DocumentLineRequest, item: Item | None, rules: LineRules, findings: Findings
) -> tuple[Decimal, Decimal, int]:
    """Quantity, price and cents of a line; the LineAmount that was sent must be their product."""
    price = line.unit_amount if line.unit_amount is not None or item is None else item.unit_price
    if price is None and line.line_amount is not None and not line.quantity:
        price = line.line_amount
    quantity = line.quantity if line.quantity is not None else Decimal(1 if price is not None else 0)
    if price is None:
        price = line.line_amount / quantity if line.line_amount is not None and quantity else Decimal(0)
    unit_amount = price.quantize(Decimal(1).scaleb(-rules.unit_places), ROUND_HALF_UP)
    gross = quantity * unit_amount
    if (line.discount_rate or line.discount_amount) and not rules.may_discount:
        findings.refuse(words.NO_DISCOUNTS)
    discount = line.discount_amount or Decimal(0)
    if line.discount_rate is not None:
        discount = gross * line.discount_rate / 100
    if abs(gross) >= 10**15 or abs(discount) >= 10**15:
        findings.refuse(words.LINE_TOO_LARGE)
        return quantity, unit_amount, 0
    cents = round_cents(gross - discount)
    if abs(cents) > LARGEST_LINE_CENTS:
        findings.refuse(words.LINE_TOO_LARGE)
    if line.line_amount is not None and round_cents(line.line_amount) != cents:
        findings.refuse(words.line_total(f"{line.line_amount:.2f}", text_amount(cents)))
    return quantity, unit_amount, cents


def _account(
    line: DocumentLineRequest, item: Item | None, line_cents: int, rules: LineRules, findings: Findings
) -> Account | None:
    """The account of a line: its own, else its item's; a draft may stand without one."""
    code = line.account_code or (item.account_code if item and line.account_id is None else None)
    shown = code or line.account_id
    if shown is None:
        if rules.is_approved and line_cents:
            findings.refuse(words.LINE_ACCOUNT_MISSING)
        return None
    account = rules.chart.account(code, line.account_id)
    if account is None or account.system_account in ("DEBTORS", "CREDITORS") or account.type == "BANK":
        findings.refuse(refusal_words.account_not_valid(shown))
        return None
    if account.status != "ACTIVE":
        findings.refuse(refusal_words.account_archived(account.code))
    return account


def _tax(
    line: DocumentLineRequest,
    item: Item | None,
    account: Account | None,
    line_cents: int,
    rules: LineRules,
    findings: Findings,
) -> tuple[str, int]:
    """Tax type and tax in cents; left out, the account's default counts, not the contact's. TaxAmount overrides it."""
    if rules.line_amount_types == "NoTax":
        return "NONE", 0
    tax_type = line.tax_type or (item.tax_type if item else None) or (account.tax_type if account else "NONE")
    rate = rules.chart.tax_rates.get(tax_type)
    if rate is None or rate.status != "ACTIVE":
        findings.refuse(refusal_words.tax_type_unknown(tax_type))
        return tax_type, 0
    if account is not None and account.account_class not in rate.classes:
        findings.refuse(refusal_words.tax_type_not_applicable(tax_type, account.code))
    if line.tax_amount is not None:
        return tax_type, _sent_tax(line.tax_amount, findings)
    base = 100 + rate.rate if rules.line_amount_types == "Inclusive" else Decimal(100)
    return tax_type, round_cents(Decimal(line_cents).scaleb(-2) * rate.rate / base)


def _sent_tax(tax_amount: Decimal, findings: Findings) -> int:
    """Tax that a client sets itself; a live test took one above the price, and one of the other sign."""
    cents = round_cents(tax_amount)
    if abs(cents) > LARGEST_LINE_CENTS:
        findings.refuse(words.LINE_TOO_LARGE)
        return 0
    return cents
