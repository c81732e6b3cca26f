"""Choices of close.yaml and taxes.yaml: first month, currencies, which sales count, the tax type of journals."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mappings.xero_checks import TAX_COLUMNS
from pipelines.errors import DataProblem
from pipelines.init.decisions import Choice, Option
from pipelines.init.facts import Cin7Facts, XeroFacts
from schemas.problems import Problem

MONTH = r"(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])"


@dataclass(frozen=True)
class Recognition:
    """Which sales count, as close.yaml says it."""

    date: str
    require_invoice: bool
    require_full_shipment: bool
    accounting_statuses: tuple[str, ...]
    reason: str


OMNI_RULE = Recognition(
    "invoice_date", True, True, ("imported", "do_not_import"), "Cin7 Omni's own rule: invoiced, and all of it shipped"
)
SHIPMENT_RULE = Recognition("moved_date", False, False, (), "goods that left are sold, on the day they left")


def recognition_of(source: str) -> Recognition:
    """Omni's rule for Omni; elsewhere COGS follows the shipment (cin7.md section 3B for Core)."""
    return OMNI_RULE if source == "omni" else SHIPMENT_RULE


def check_currencies(xero: XeroFacts, cin7: Cin7Facts) -> list[str]:
    """Warnings about currencies that Xero has not switched on.

    Raises:
        DataProblem: the two base currencies differ (exit 3): no mapping can repair that.
    """
    if cin7.base_currency not in (None, xero.base_currency):
        fix = "Connect the Xero organisation whose books are in that currency, or the Cin7 account that belongs to it"
        found = f"{xero.organisation} keeps its books in {xero.base_currency}, Cin7 in {cin7.base_currency}"
        problem = Problem("base currency", f"{found} ({cin7.base_currency_reason})", fix)
        raise DataProblem("The base currencies of Cin7 and Xero must match. Nothing was written.", [problem])
    absent = [code for code in cin7.currencies if code not in xero.currencies]
    if not absent or any("currencies" in note for note in xero.unread):
        return []
    listed = ", ".join(absent)
    return [f"Cin7 has documents in {listed}, which Xero has not switched on: their bills cannot be entered there."]


def first_period_choice(xero: XeroFacts, cin7: Cin7Facts, today: date) -> Choice:
    """The first month: after the opening stock, else after Xero's lock date, else the present one."""
    present = _option(today, "the present month: neither a lock date nor opening stock names another")
    options = [present]
    if xero.lock_date is not None:
        options.insert(0, _option(_next_month(xero.lock_date), f"Xero is locked up to {xero.lock_date}"))
    if cin7.opening_date is not None:
        options.insert(0, _option(_next_month(cin7.opening_date), f"the opening stock is of {cin7.opening_date}"))
    known = cin7.opening_date or xero.lock_date
    unique = {option.value: option for option in reversed(options)}
    return Choice(
        key="close.first_period",
        question="Which month is the first one that tieout closes (YYYY-MM)?",
        options=sorted(unique.values(), key=lambda option: [one.value for one in options].index(option.value)),
        is_certain=known is not None,
        pattern=MONTH,
        doubt="" if known else "neither a lock date nor opening stock names it",
    )


def tax_choice(xero: XeroFacts) -> Choice:
    """The tax type of all journal lines: one that is active, without tax, and may stand on any account."""
    flags = list(TAX_COLUMNS.values())
    fitting = xero.tax_rates.filter(
        (pl.col("tax_status") == "ACTIVE") & pl.all_horizontal(flags) & (pl.col("effective_rate").fill_null(0) == 0)
    )
    usual = [pl.col("tax_type") == "NONE", pl.col("tax_type") == "BASEXCLUDED"]
    rows = fitting.sort(*usual, "tax_type", descending=[True, True, False]).to_dicts()
    options = [
        Option(
            row["tax_type"], f"{row['tax_type']} {row['tax_name']}", f"{row['tax_name']}: stock and COGS carry no tax"
        )
        for row in rows
    ]
    is_known = bool(options) and options[0].value in ("NONE", "BASEXCLUDED")
    return Choice(
        key="taxes.default",
        question="Which tax type do journal lines carry?",
        options=options,
        is_certain=is_known or not options,
        is_optional=True,
        doubt=""
        if is_known
        else "no tax type without tax may stand on every account: journals say NoTax themselves"
        if not options
        else "it is not one of Xero's usual ones",
    )


def _next_month(day: date) -> date:
    """First day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _option(day: date, reason: str) -> Option:
    return Option(f"{day:%Y-%m}", f"{day:%Y-%m}", reason)
