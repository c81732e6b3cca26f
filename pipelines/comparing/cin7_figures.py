"""Cin7's own COGS: from a COGS Breakdown report (Omni), or from Core's transactions, a file or what was extracted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import fastexcel
import polars as pl

from pipelines.errors import DataProblem, UsageProblem
from pipelines.warehouse import Warehouse
from schemas.dtypes import MONEY
from schemas.problems import Problem

COLUMNS = {
    "document_number": ("orderref", "orderreference", "reference", "ordernumber", "documentnumber", "saleordernumber"),
    "sku": ("sku", "code", "productcode", "optioncode", "itemcode"),
    "cogs_amount": ("cogs", "cogsamount", "totalcogs"),
    "happened_on": ("invoicedate", "effectivedate", "date"),
    "amount": ("amount",),
    "debit_account": ("debitaccountcode", "debitaccount", "debit"),
    "credit_account": ("creditaccountcode", "creditaccount", "credit"),
}
"""How Cin7 heads what we look for, in small letters and digits only (cin7.md sections 2.2 and 3A)."""

DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y")


@dataclass(frozen=True)
class Cin7Figures:
    """COGS of a month as Cin7 says; base currency, 2 places."""

    name: str
    """Where it comes from."""
    by_document: pl.DataFrame
    """`document_number`, `cogs_amount`."""
    by_sku: pl.DataFrame | None = None
    """`sku`, `cogs_amount`, where the report has SKUs."""
    notes: tuple[str, ...] = ()


def read_cin7_file(file: Path, period: date, cut_off: date, cogs_accounts: Sequence[str]) -> Cin7Figures:
    """Read a report that somebody exported from Cin7.

    Args:
        file: .csv or .xlsx with a heading line: a COGS Breakdown has an order reference and COGS, and perhaps an
            invoice date and a SKU; Core's transactions have debit account, credit account, amount, date and reference.
        period: first day of the month.
        cut_off: last day that counts; rows of other days are left aside where the report has a date.
        cogs_accounts: account codes of COGS, for transactions.

    Raises:
        UsageProblem: no such file, or another kind of file (exit 2).
        DataProblem: columns that are missing, figures that cannot be read (exit 3).
    """
    rows = _recognise(_read_text(file))
    is_transactions = {"debit_account", "credit_account", "amount"} <= set(rows.columns)
    needed = ["document_number", "amount" if is_transactions else "cogs_amount"]
    missing = [name for name in needed if name not in rows.columns]
    if missing:
        raise DataProblem(
            f"{file.name} holds no figures of Cin7 that can be read.", [_missing(file, one) for one in missing]
        )
    rows, refused = _typed(rows, file)
    if refused:
        raise DataProblem(f"{file.name} cannot be read.", refused)
    kept = rows.filter(pl.col("happened_on").is_between(period, cut_off)) if "happened_on" in rows.columns else rows
    left = rows.height - kept.height
    notes = (f"{left:,} rows of {file.name} are of other months.",) if left else ()
    if is_transactions:
        return Cin7Figures(file.name, _sum_transactions(kept, cogs_accounts), None, notes)
    return Cin7Figures(
        file.name,
        _sum(kept, "document_number"),
        _sum(kept, "sku") if "sku" in kept.columns else None,
        notes,
    )


def read_core_transactions(
    warehouse: Warehouse, period: date, cut_off: date, cogs_accounts: Sequence[str]
) -> Cin7Figures | None:
    """COGS that the source booked by itself, such as Cin7 Core's transactions; None where it has no postings.

    Args:
        warehouse: holds core.source_postings.
        period: first day of the month.
        cut_off: last day that counts.
        cogs_accounts: account codes of COGS.
    """
    if warehouse.query("select 1 from core.source_postings limit 1").is_empty():
        return None
    rows = warehouse.query(
        """
        select document_number, debit_account_code as debit_account, credit_account_code as credit_account,
          posted_amount as amount
        from core.source_postings where posted_date between ? and ?
        """,
        [period, cut_off],
    )
    return Cin7Figures("Cin7's own postings", _sum_transactions(rows, cogs_accounts))


def _sum_transactions(rows: pl.DataFrame, cogs_accounts: Sequence[str]) -> pl.DataFrame:
    """Debits less credits of the COGS accounts, by reference; account cells may be "310: Cost of goods sold"."""
    codes = list(cogs_accounts)
    sides = [
        pl.when(pl.col(side).str.split(":").list.first().str.strip_chars().is_in(codes)).then(1).otherwise(0)
        for side in ("debit_account", "credit_account")
    ]
    signed = rows.with_columns((pl.col("amount") * (sides[0] - sides[1])).cast(MONEY).alias("cogs_amount"))
    return _sum(signed, "document_number")


def _sum(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    named = rows.filter(pl.col(key).is_not_null() & (pl.col(key) != ""))
    return named.group_by(key).agg(pl.col("cogs_amount").sum().cast(MONEY)).filter(pl.col("cogs_amount") != 0).sort(key)


def _read_text(file: Path) -> pl.DataFrame:
    """Every cell as text."""
    if not file.is_file():
        raise UsageProblem(f"There is no file {file}.")
    try:
        if file.suffix.lower() == ".csv":
            return pl.read_csv(file, infer_schema=False, encoding="utf8-lossy")
        if file.suffix.lower() in {".xlsx", ".xls"}:
            sheet = fastexcel.read_excel(file).load_sheet(0, dtypes="string")
            return pl.DataFrame(sheet)
    except (pl.exceptions.PolarsError, fastexcel.FastExcelError) as error:
        raise DataProblem(f"{file.name} cannot be read: {str(error).splitlines()[0]}") from None
    raise UsageProblem(f"{file.name} is none of .csv, .xlsx, .xls: export the report in one of these forms.")


def _recognise(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that we know, by our names; the first one of each."""
    plain = {name: re.sub(r"[^a-z0-9]", "", name.lower()) for name in rows.columns}
    found: dict[str, str] = {}
    for ours, theirs in COLUMNS.items():
        match = next((name for spelling in theirs for name, text in plain.items() if text == spelling), None)
        if match is not None and match not in found:
            found[match] = ours
    return rows.select(pl.col(name).alias(ours) for name, ours in found.items())


def _typed(rows: pl.DataFrame, file: Path) -> tuple[pl.DataFrame, list[Problem]]:
    """Amounts and dates read; what cannot be read is told."""
    problems: list[Problem] = []
    for name in ("cogs_amount", "amount"):
        if name in rows.columns:
            values = [_amount(text) for text in rows[name].to_list()]
            bad = [str(text) for text, value in zip(rows[name].to_list(), values, strict=True) if value is None]
            problems += _unreadable(file, name, bad)
            rows = rows.with_columns(pl.Series(name, values, dtype=MONEY, strict=False))
    if "happened_on" in rows.columns:
        text = pl.col("happened_on").str.strip_chars().str.replace(r"[T ]\d{1,2}:\d\d.*$", "")
        days = rows.select(
            given=pl.col("happened_on"),
            read=pl.coalesce(text.str.to_date(pattern, strict=False) for pattern in DATE_FORMATS),
        )
        bad = days.filter(pl.col("read").is_null() & pl.col("given").is_not_null())["given"].to_list()
        problems += _unreadable(file, "happened_on", bad)
        rows = rows.with_columns(days["read"].alias("happened_on"))
    return rows, problems


def _amount(text: str | None) -> Decimal | None:
    """1,234.50, $1,234.50 or (12.00) as an amount to the cent; an empty cell is 0; None where it is no number."""
    if text is None or not text.strip():
        return Decimal("0.00")
    plain = re.sub(r"[\s,$£€]", "", text)
    is_negative = plain.startswith("(") and plain.endswith(")")
    try:
        amount = Decimal(plain.strip("()"))
    except InvalidOperation:
        return None
    rounded = amount.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    return -rounded if is_negative else rounded


def _unreadable(file: Path, name: str, bad: Sequence[str]) -> list[Problem]:
    if not bad:
        return []
    what = "no date" if name == "happened_on" else "no amount"
    fix = "Write days as YYYY-MM-DD or dd/mm/yyyy." if name == "happened_on" else "Write amounts as 1234.50."
    where = f"{file.name}, {name.replace('_', ' ')}"
    return [Problem(where, f"{bad[0]!r} is {what}", fix, row_count=len(bad), examples=tuple(bad[:3]))]


def _missing(file: Path, name: str) -> Problem:
    heads = ", ".join(COLUMNS[name])
    return Problem(file.name, f"no column for the {name.replace('_', ' ')}", f"Give one of the headings {heads}.")
