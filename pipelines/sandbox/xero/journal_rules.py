"""The rules of a manual journal: what Xero refuses, and what it drops with a warning (xero.md section 2)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.chart import Account, Chart, TrackingOption
from pipelines.sandbox.xero.journal_requests import LineRequest, TrackingRequest
from pipelines.sandbox.xero.wire import round_cents, text_amount, to_cents
from pipelines.sandbox.xero.writing import Findings

REFUSED_SYSTEM_ACCOUNTS = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS")
REFUSED_ACCOUNT_TYPES = ("BANK", "INVENTORY")
LARGEST_AMOUNT = Decimal("9999999999.99")
"""Known of invoices (xero.md section 3), and taken to be the same here."""

TRANSITIONS = {
    None: ("DRAFT", "POSTED"),
    "DRAFT": ("DRAFT", "POSTED", "DELETED"),
    "POSTED": ("POSTED", "VOIDED"),
}
"""Status now (None: not yet saved) -> statuses it may get. VOIDED, DELETED and ARCHIVED journals stay as they are."""


@dataclass(frozen=True)
class BookedLine:
    """A line as it is kept: cents of base currency, debits positive; `net_cents` goes to the account of the line."""

    account: Account | None
    line_cents: int
    tax_cents: int
    net_cents: int
    tax_type: str
    description: str | None
    tracking: tuple[TrackingOption, ...]


def check_status(before: str | None, after: str, findings: Findings) -> None:
    """Refuse a status that cannot follow the one before."""
    if after not in TRANSITIONS.get(before, ()):
        findings.refuse(words.status_not_applicable(after))


def check_lock_dates(journal_date: date, chart: Chart, findings: Findings) -> None:
    """Refuse a date on or before a lock date, for drafts, edits and voids too (not known of Xero: the strict side)."""
    year_end, period = chart.organisation.end_of_year_lock_date, chart.organisation.period_lock_date
    if year_end is not None and journal_date <= year_end:
        findings.refuse(words.year_locked(year_end))
    elif period is not None and journal_date <= period:
        findings.refuse(words.period_locked(period))


def check_lines(
    lines: tuple[LineRequest, ...], line_amount_types: str, status: str, chart: Chart, findings: Findings
) -> list[BookedLine]:
    """Check and price the lines; they are complete only where no error was found."""
    if len(lines) < 2:
        findings.refuse(words.TOO_FEW_LINES)
    booked = [_book_line(line, line_amount_types, status, chart, findings) for line in lines]
    totals = [line.net_cents + line.tax_cents for line in booked]
    if sum(totals) != 0:
        debits = sum(total for total in totals if total > 0)
        findings.refuse(words.unbalanced(text_amount(debits), text_amount(sum(totals) - debits)))
    return booked


def _book_line(line: LineRequest, line_amount_types: str, status: str, chart: Chart, findings: Findings) -> BookedLine:
    """One line: its account, its tax and its tracking."""
    account = _check_account(line, status, chart, findings)
    tax_type, rate = _check_tax(line, account, line_amount_types, chart, findings)
    line_cents = _check_amount(line.line_amount, findings)
    tax_cents = _tax_cents(line_cents, rate, line_amount_types)
    return BookedLine(
        account=account,
        line_cents=line_cents,
        tax_cents=tax_cents,
        net_cents=line_cents - tax_cents if line_amount_types == "Inclusive" else line_cents,
        tax_type=tax_type,
        description=line.description,
        tracking=check_tracking(line.tracking, chart, findings),
    )


def _check_amount(amount: Decimal | None, findings: Findings) -> int:
    """Cents of a line amount."""
    if amount is None:
        findings.refuse(words.LINE_AMOUNT_MISSING)
        return 0
    if abs(amount) > LARGEST_AMOUNT:
        findings.refuse(words.AMOUNT_TOO_LARGE)
        return 0
    try:
        return to_cents(amount)
    except ValueError:
        findings.refuse(words.too_many_decimals(amount))
        return round_cents(amount)


def _check_account(line: LineRequest, status: str, chart: Chart, findings: Findings) -> Account | None:
    """The account of a line, where journals may touch it; a draft may stand without one."""
    shown = line.account_code or line.account_id
    if shown is None:
        if status != "DRAFT":
            findings.refuse(words.ACCOUNT_MISSING)
        return None
    account = chart.account(line.account_code, line.account_id)
    if account is None and status == "DRAFT":
        findings.warn(words.account_removed(shown))
    elif account is None or _is_closed_to_journals(account):
        findings.refuse(words.account_not_valid(shown))
    elif account.status != "ACTIVE":
        findings.refuse(words.account_archived(account.code))
    return account


def _is_closed_to_journals(account: Account) -> bool:
    """Receivables, payables, retained earnings, bank accounts and tracked inventory."""
    return account.system_account in REFUSED_SYSTEM_ACCOUNTS or account.type in REFUSED_ACCOUNT_TYPES


def _check_tax(
    line: LineRequest, account: Account | None, line_amount_types: str, chart: Chart, findings: Findings
) -> tuple[str, Decimal]:
    """Tax type and rate in per cent.

    Left out, it is NONE under NoTax and the account's default otherwise. What Xero does with a tax type under NoTax is
    not known; here it must exist and fit the account, and gives no tax.
    """
    default = "NONE" if account is None or line_amount_types == "NoTax" else account.tax_type
    tax_type = line.tax_type or default
    rate = chart.tax_rates.get(tax_type)
    if rate is None or rate.status != "ACTIVE":
        findings.refuse(words.tax_type_unknown(tax_type))
        return tax_type, Decimal(0)
    if account is not None and account.account_class not in rate.classes:
        findings.refuse(words.tax_type_not_applicable(tax_type, account.code))
    return tax_type, rate.rate


def _tax_cents(line_cents: int, rate: Decimal, line_amount_types: str) -> int:
    """Tax of a line, rounded half away from zero, line by line (xero.md section 3: per line, then summed)."""
    if line_amount_types == "NoTax" or rate == 0:
        return 0
    base = 100 + rate if line_amount_types == "Inclusive" else Decimal(100)
    return round_cents(Decimal(line_cents).scaleb(-2) * rate / base)


def check_tracking(
    tracking: tuple[TrackingRequest, ...], chart: Chart, findings: Findings
) -> tuple[TrackingOption, ...]:
    """The tracking options of a line: at most two, each active, each of another category."""
    if len(tracking) > 2:
        findings.refuse(words.TOO_MANY_TRACKING_OPTIONS)
    options: list[TrackingOption] = []
    for sent in tracking:
        option = next((known for known in chart.tracking_options if _is_meant(sent, known)), None)
        if option is None or (option.category_status, option.option_status) != ("ACTIVE", "ACTIVE"):
            category, name = sent.category or sent.category_id or "", sent.option or sent.option_id or ""
            findings.refuse(words.tracking_unknown(category, name))
        elif option.category_id in {other.category_id for other in options}:
            findings.refuse(words.tracking_repeated(option.category))
        else:
            options.append(option)
    return tuple(options)


def _is_meant(sent: TrackingRequest, known: TrackingOption) -> bool:
    """Whether everything that was sent of a tracking option is true of this one."""
    by_id = sent.option_id == known.option_id and sent.category_id in (None, known.category_id)
    by_name = sent.option == known.option and (sent.category == known.category or sent.category_id == known.category_id)
    return by_id if sent.option_id else by_name
