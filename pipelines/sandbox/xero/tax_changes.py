"""Tax rates and currencies as a client adds and changes them (xero.md section 8)."""

from collections.abc import Sequence
from decimal import Decimal

from pipelines.sandbox.xero import setting_words as words
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart, read_chart
from pipelines.sandbox.xero.demo_chart import DEMO_TAX_RATES
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.settings_views import show_tax_rate
from pipelines.sandbox.xero.writing import Findings, Outcome

CURRENCIES = {
    "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "CNY": "Chinese Yuan",
    "EUR": "Euro",
    "FJD": "Fijian Dollar",
    "GBP": "British Pound",
    "HKD": "Hong Kong Dollar",
    "INR": "Indian Rupee",
    "JPY": "Japanese Yen",
    "NZD": "New Zealand Dollar",
    "SEK": "Swedish Krona",
    "SGD": "Singapore Dollar",
    "USD": "United States Dollar",
    "ZAR": "South African Rand",
}
REPORT_TYPES_NEEDED = ("AU", "GB", "NZ")
STATUSES = ("ACTIVE", "DELETED", "ARCHIVED", "PENDING")


def save_rate(books: Books, chart: Chart, fields: Fields) -> Outcome:
    """Add a tax rate (TAX001, TAX002 ...), or change or delete one that was added; rates of Xero itself stay.

    Args:
        books: the books, inside a transaction.
        chart: the rates that there are, and the country.
        fields: the rate as sent.
    """
    findings = Findings()
    tax_type, name = fields.text("TaxType") or "", fields.text("Name") or ""
    known = chart.tax_rates.get(tax_type) or next(
        (rate for rate in chart.tax_rates.values() if rate.name == name and rate.tax_type.startswith("TAX")), None
    )
    if tax_type in {rate[0] for rate in DEMO_TAX_RATES}:
        findings.refuse(words.RATE_FIXED)
    components = fields.children("TaxComponents", "TaxComponent")
    rate = _rate(components or (), findings) if components or known is None else known.rate
    status = fields.word("Status", STATUSES, "TaxRateStatus") or (known.status if known else "ACTIVE")
    name = name or (known.name if known else "")
    if not name or (known is None and not components):
        findings.refuse(words.RATE_INCOMPLETE)
    if len(name) > 50:
        findings.refuse(words.too_long("Name", 50))
    needs_report = known is None and chart.organisation.country_code in REPORT_TYPES_NEEDED
    if needs_report and not fields.text("ReportTaxType"):
        findings.refuse(words.RATE_REPORT_TYPE)
    if findings.errors:
        return Outcome(fields.sent, findings)
    saved = known.tax_type if known else _next_type(chart)
    books.execute("DELETE FROM tax_rates WHERE tax_type = ?", [saved])
    values = {"tax_type": saved, "name": name, "status": status, "rate": str(rate)}
    books.insert("tax_rates", [{**values, **dict.fromkeys(_CLASSES, True)}])
    return Outcome(show_tax_rate(read_chart(books).tax_rates[saved]), findings)


def add_currency(books: Books, fields: Fields) -> Outcome:
    """Add a currency to the organisation; one that it has already stays as it is."""
    findings, code = Findings(), fields.text("Code") or ""
    if code not in CURRENCIES:
        findings.refuse(words.CURRENCY_UNKNOWN)
        return Outcome(fields.sent, findings)
    books.execute("INSERT OR IGNORE INTO currencies VALUES (?, ?)", [code, CURRENCIES[code]])
    return Outcome({"Code": code, "Description": CURRENCIES[code]}, findings)


def show_currencies(books: Books, chart: Chart) -> list[dict[str, object]]:
    """The base currency first, then those that were added."""
    base = chart.organisation.base_currency
    rows = books.rows("SELECT * FROM currencies WHERE code <> ? ORDER BY code", [base])
    added = [{"Code": row["code"], "Description": row["description"]} for row in rows]
    return [{"Code": base, "Description": CURRENCIES.get(base, base)}, *added]


_CLASSES = ("assets", "equity", "expenses", "liabilities", "revenue")


def _rate(components: Sequence[Fields], findings: Findings) -> Decimal:
    """The sum of the components, in per cent."""
    total = Decimal(0)
    for component in components:
        rate = component.number("Rate")
        if rate is None or not component.text("Name"):
            findings.refuse(words.RATE_INCOMPLETE)
        elif not 0 <= rate <= 100 or rate != round(rate, 4):
            findings.refuse(words.RATE_INVALID)
        else:
            total += rate
    return total


def _next_type(chart: Chart) -> str:
    """TAX001 and on."""
    number = 1
    while f"TAX{number:03d}" in chart.tax_rates:
        number += 1
    return f"TAX{number:03d}"
