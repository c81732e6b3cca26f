"""The tie-out as an analyst reads it: the walk from our books to Xero, the documents of each cause, open orders."""

from datetime import date

import polars as pl

from pipelines.report_tables import ReportTable, debit_and_credit, money, quantity, total_of
from pipelines.warehouse import Warehouse
from transforms.periods import last_day, name_period
from transforms.tie_out.steps import CAUSES, STEPS, TIMING

_ALWAYS = ["stock_ledger", "expected_in_xero", "xero_balance", "unexplained"]
_AMOUNTS = frozenset({"Debit", "Credit"})


def tie_out_table(warehouse: Warehouse, period: date) -> ReportTable:
    """From our own books to Xero's balance, by account; causes of 0.00 are not shown, nor accounts without anything."""
    steps = warehouse.read("close.tie_outs", "period = ?", [period]).sort("account_code", "step")
    idle = _idle_accounts(steps, warehouse, period)
    is_shown = (pl.col("amount") != 0) | pl.col("cause").is_in(_ALWAYS)
    shown = steps.filter(is_shown & ~pl.col("account_code").is_in(idle)).to_dicts()
    rows = [
        (
            row["account_code"],
            row["description"],
            f"{row['document_count']:,}" if row["document_count"] else "",
            *debit_and_credit(row["amount"]),
        )
        for row in shown
    ]
    strong = frozenset(number for number, row in enumerate(shown) if row["cause"] in _ALWAYS[1:])
    columns = ("Account", "Step", "Documents", "Debit", "Credit")
    note = "\n".join([*_first_days(warehouse, period), *_of_idle(idle)])
    title = f"Tie-out to Xero, {name_period(period)}"
    return ReportTable(title, columns, tuple(rows), _AMOUNTS | {"Documents"}, strong, note)


def _idle_accounts(steps: pl.DataFrame, warehouse: Warehouse, period: date) -> list[str]:
    """Clearing accounts and allowances that are empty in every respect."""
    busy = steps.filter(pl.col("amount") != 0)["account_code"].unique().to_list()
    accounts = warehouse.read("close.tie_out_accounts", "period = ? and account_role <> 'stock_on_hand'", [period])
    return [code for code in accounts["account_code"].sort().to_list() if code not in busy]


def _of_idle(idle: list[str]) -> list[str]:
    return [f"Nothing is open on {', '.join(idle)}, here and in Xero."] if idle else []


def _first_days(warehouse: Warehouse, period: date) -> list[str]:
    """Since when an account differs."""
    rows = warehouse.read("close.tie_out_accounts", "period = ? and first_difference_on is not null", [period])
    return [
        f"{row['account_code']}: the first difference that is no matter of time is of {row['first_difference_on']}."
        for row in rows.sort("account_code").to_dicts()
    ]


def tie_out_documents_table(warehouse: Warehouse, period: date, most: int = 12) -> ReportTable:
    """The documents behind each cause, the largest first.

    Args:
        warehouse: holds close.tie_out_documents.
        period: first day of the month.
        most: documents shown of a cause; what is beyond is summed up.
    """
    documents = warehouse.query(
        """
        select account_code, cause, document_kind, document_number, document_date, xero_id,
               sum(amount)::decimal(18, 2) as amount,
               if(count(*) = 1, any_value(note), count(*) || ' lines') as note
        from close.tie_out_documents where period = ? group by all
        """,
        [period],
    )
    order = {cause: number for number, cause in enumerate(CAUSES)}
    ordered = documents.sort(
        "account_code",
        pl.col("cause").replace_strict(order, return_dtype=pl.Int64),
        -pl.col("amount").abs(),
        "document_date",
        "document_number",
        nulls_last=True,
    )
    rows = [
        row
        for _, own in ordered.group_by("account_code", "cause", maintain_order=True)
        for row in _document_rows(own, most)
    ]
    columns = ("Account", "Cause", "Document", "Date", "What it is", "Debit", "Credit")
    return ReportTable(f"Documents behind the tie-out, {name_period(period)}", columns, tuple(rows), _AMOUNTS)


def _document_rows(own: pl.DataFrame, most: int) -> list[tuple[str, ...]]:
    """Rows of one cause on one account."""
    account, cause = own.item(0, "account_code"), own.item(0, "cause")
    rows: list[tuple[str, ...]] = [
        (
            account,
            STEPS[cause],
            f"{row['document_kind']} {_short(row['document_number'])}",
            str(row["document_date"] or ""),
            row["note"],
            *debit_and_credit(row["amount"]),
        )
        for row in own.head(most).to_dicts()
    ]
    rest = own.slice(most)
    if not rest.is_empty():
        words = f"{rest.height:,} more document{'s' if rest.height > 1 else ''}"
        rows.append((account, STEPS[cause], words, "", "", *debit_and_credit(total_of(rest["amount"]))))
    return rows


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def clearing_table(warehouse: Warehouse, period: date) -> ReportTable:
    """What is open on the clearing accounts, by purchase order, the oldest first."""
    orders = warehouse.read("close.clearing_orders", "period = ? and open_amount <> 0", [period])
    rows = [
        (
            row["account_code"],
            row["order_number"] or "Before the first month",
            row["party"] or "",
            str(row["opened_on"] or ""),
            row["age_band"],
            money(row["charged_amount"]),
            money(row["cleared_amount"]),
            money(row["open_amount"]),
        )
        for row in orders.sort("account_code", "opened_on", "order_number", nulls_last=True).to_dicts()
    ]
    columns = ("Account", "Order", "Of", "Since", "Age", "Charged", "Cleared", "Open")
    figures = frozenset({"Charged", "Cleared", "Open"})
    return ReportTable(f"Open on clearing accounts, {name_period(period)}", columns, tuple(rows), figures)


def stock_check_table(warehouse: Warehouse, period: date, most: int = 15) -> ReportTable:
    """SKUs and places where the ledger's units, or its value, differ from the source's own stock on hand.

    Args:
        warehouse: holds close.stock_checks.
        period: first day of the month.
        most: rows shown one by one, the largest differences first.
    """
    checks = warehouse.read("close.stock_checks", "period = ?", [period])
    is_off = (pl.col("quantity_difference") != 0) | (pl.col("value_difference").fill_null(0) != 0)
    off = checks.filter(is_off).sort(
        -pl.col("quantity_difference").abs(), -pl.col("value_difference").abs().fill_null(0), "sku", "location"
    )
    rows = [
        (
            row["sku"],
            row["location"],
            quantity(row["ledger_quantity"]),
            quantity(row["stated_quantity"]),
            quantity(row["quantity_difference"]),
            money(row["value_difference"]),
        )
        for row in off.head(most).to_dicts()
    ]
    day = "" if checks.is_empty() else f" on {checks.item(0, 'as_of')}"
    columns = ("SKU", "Location", "Ledger", "Source", "Units off", "Value off")
    note = _compared(off.height, checks.height) if checks.height else _not_compared(warehouse, period)
    title = f"Stock ledger against the source's stock on hand{day}, {name_period(period)}"
    return ReportTable(title, columns, tuple(rows), frozenset(columns[2:]), note=note)


def _compared(off: int, all_of_them: int) -> str:
    """How many SKUs and places were compared, and how many of them differ."""
    return f"{all_of_them:,} compared: " + (f"{off:,} differ." if off else "both sides have the same.")


def _not_compared(warehouse: Warehouse, period: date) -> str:
    """Why the ledger was not compared with the source's own stock: never in silence."""
    latest = warehouse.query("select max(as_of) as day from core.stock_on_hand")["day"][0]
    if latest is None:
        return "Not compared: the source states no stock on hand (core.stock_on_hand is empty)."
    if latest >= last_day(period):
        return f"Neither side has anything on hand on {latest}."
    return f"Not compared: the source stated its stock on {latest}, before the cut-off."


def tie_out_tables(warehouse: Warehouse, period: date) -> list[ReportTable]:
    """Everything about the tie-out of a month; tables without rows are left out, but for the walk itself."""
    walk = tie_out_table(warehouse, period)
    others = [
        stock_check_table(warehouse, period),
        tie_out_documents_table(warehouse, period),
        clearing_table(warehouse, period),
    ]
    return [walk, *(table for table in others if table.rows or table.note)]


def tie_out_facts(warehouse: Warehouse, period: date) -> dict[str, object]:
    """The same for programs: accounts with their causes, and every document."""
    accounts = warehouse.read("close.tie_out_accounts", "period = ?", [period]).sort("account_code")
    steps = warehouse.read("close.tie_outs", "period = ?", [period]).sort("account_code", "step")
    documents = warehouse.read("close.tie_out_documents", "period = ?", [period])
    causes = steps.filter(pl.col("cause").is_in(list(CAUSES)) & (pl.col("amount") != 0)).with_columns(
        is_timing=pl.col("cause").is_in(list(TIMING))
    )
    return {
        "accounts": accounts.drop("period").to_dicts(),
        "causes": causes.drop("period", "step").to_dicts(),
        "documents": documents.drop("period").to_dicts(),
    }
