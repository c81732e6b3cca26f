"""Proves that Xero's stock and clearing accounts hold what our books say, after the month's journals."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipelines.load.mirror_documents import DOCUMENTS, PAYMENTS, mirror_documents
from pipelines.load.xero_client import XeroClient
from pipelines.steps.charge_days import read_charged
from pipelines.steps.context import CloseContext
from pipelines.steps.source_changes import CORE_TABLES
from pipelines.steps.tie_out_balances import Balances
from pipelines.steps.tie_out_books import JournalBooks, read_books
from pipelines.steps.tie_out_clearing import TiedAccounts, cleared_by_journals, settled_before, tied_accounts
from pipelines.steps.tie_out_verdict import TieOutResult, stop_on_difference
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.closing import ClearingOrders, TieOutAccounts, TieOutDocuments, TieOuts
from schemas.dtypes import MONEY
from schemas.frames import dtypes_of
from transforms.core_tables import CoreTables
from transforms.matching import match_bills
from transforms.tie_out.bill_differences import STANDING
from transforms.tie_out.bills import cause_of_bills, expected_bills
from transforms.tie_out.charges import cause_of_charges, expected_charges
from transforms.tie_out.clearing import open_orders
from transforms.tie_out.first_day import first_day_of_difference
from transforms.tie_out.foreign import cause_of_documents, cause_of_foreign_journals
from transforms.tie_out.journals import STATES, cause_of_journals
from transforms.tie_out.ledger import (
    cause_of_billing,
    cause_of_cut_off,
    cause_of_method,
    cause_of_recognition,
    sum_ledger,
)
from transforms.tie_out.window import Window
from transforms.tie_outs import first_documents, list_documents, sum_up, tie_out

__all__ = ["TieOutResult", "stop_on_difference", "tie_out_month"]

_BOOKED = (
    "period, move_id, kind, document_kind, document_number, moved_on, stock_account_code, cost_amount,"
    " recognised_amount"
)
_READ = ("products", "receipt_lines", "bill_lines", "charges", "currency_rates")


@dataclass(frozen=True)
class _Books:
    """Everything that a month's causes are computed from."""

    close: CloseContext
    core: CoreTables
    """Purchases, charges, products and rates; nothing of the rest."""
    bookings: pl.DataFrame
    left_out: pl.DataFrame
    journals: JournalBooks
    documents: pl.DataFrame
    accounts: TiedAccounts
    window: Window


def tie_out_month(close: CloseContext, warehouse: Warehouse, client: XeroClient) -> TieOutResult:
    """Read Xero's trial balance and documents at the cut-off, and walk from our books to its balances.

    Writes xero.trial_balance of the days asked for, xero.document_lines, and of the month close.tie_outs,
    tie_out_accounts, tie_out_documents and clearing_orders.

    Returns:
        TieOutResult. The caller decides what an unexplained amount means.

    Raises:
        the errors of `XeroClient`.
    """
    opening_day = close.policy.first_period - timedelta(days=1)
    bookings = warehouse.query(f"select {_BOOKED} from close.bookings where period <= ?", [close.period])
    core = _purchases(warehouse)
    stock = sum_ledger(bookings.lazy(), close.maps.accounts).collect()
    accounts = tied_accounts(close, stock["account_code"].to_list())
    collections = (*DOCUMENTS, *(PAYMENTS if _has_payments(warehouse) else ()))
    refusals = mirror_documents(client, warehouse, opening_day, accounts.everything, collections)
    books = _Books(
        close=close,
        core=core,
        bookings=bookings,
        left_out=warehouse.read("close.left_out", "period = ?", [close.period]),
        journals=read_books(close, warehouse),
        documents=warehouse.read("xero.document_lines"),
        accounts=accounts,
        window=Window(opening_day, close.cut_off),
    )
    balances = Balances(client, warehouse, opening_day)
    charges = expected_charges(core.charges, close.maps.accounts).collect()
    orders = _orders(books, warehouse, charges, balances)
    causes = _causes(books, charges)
    ledger = _ledger(books, stock, orders, balances)
    found = balances.frame(sorted(accounts.everything), close.cut_off)
    steps = check(TieOuts, tie_out(ledger.lazy(), causes.lazy(), found.lazy(), close.period))
    if _is_open(steps) and PAYMENTS[0] not in collections:
        refusals |= mirror_documents(client, warehouse, opening_day, accounts.everything, PAYMENTS)
        if _has_payments(warehouse):
            books = replace(books, documents=warehouse.read("xero.document_lines"))
            causes = _causes(books, charges)
            steps = check(TieOuts, tie_out(ledger.lazy(), causes.lazy(), found.lazy(), close.period))
    first_days = _first_days(books, steps, causes, balances)
    policy = close.policy.tie_out
    materiality = {code: policy.materiality_of(code) for code in accounts.everything}
    summary = check(TieOutAccounts, sum_up(steps, accounts.roles, materiality, first_days, close.cut_off))
    listed = check(TieOutDocuments, list_documents(causes.lazy(), ledger.lazy(), close.period))
    with warehouse.transaction():
        for table, frame in (
            ("close.tie_outs", steps),
            ("close.tie_out_accounts", summary),
            ("close.tie_out_documents", listed),
            ("close.clearing_orders", orders),
        ):
            warehouse.replace(table, frame, "period = ?", [close.period])
    return TieOutResult(steps, summary, listed, refusals)


def _has_payments(warehouse: Warehouse) -> bool:
    """Whether somebody paid into an account of the tie-out: then payments are kept up to date like other documents."""
    return not warehouse.query("from xero.document_lines where document_kind = 'payment' limit 1").is_empty()


def _is_open(steps: pl.DataFrame) -> bool:
    """Whether something is left that no document explains."""
    return not steps.filter((pl.col("cause") == "unexplained") & (pl.col("amount") != 0)).is_empty()


def _purchases(warehouse: Warehouse) -> CoreTables:
    """What stands between supplier bills and the ledger; sales and the like are read from their bookings."""
    tables = {name: warehouse.query(f"from core.{name}{'' if name in _READ else ' limit 0'}") for name in CORE_TABLES}
    tables |= {name: read_charged(warehouse, name) for name in ("transfer_lines", "production_lines")}
    return CoreTables(**{name: frame.lazy() for name, frame in tables.items()})


def _causes(books: _Books, charges: pl.DataFrame) -> pl.DataFrame:
    """Every cause on every account, each from its own documents."""
    close, core, accounts = books.close, books.core, books.accounts
    rules, base, bookings = close.maps.accounts, close.policy.base_currency, books.bookings.lazy()
    wanted = books.journals.wanted
    due = wanted.filter(pl.col("journal_date") <= close.cut_off)
    timing = [
        cause_of_recognition(books.left_out.lazy(), bookings),
        cause_of_billing(match_bills(core, base, close.cut_off), bookings, core.products, rules),
        cause_of_cut_off(due.filter(pl.col("account_code").is_in(list(accounts.stock))).lazy()),
        *([cause_of_method(bookings, close.policy.first_period)] if _is_periodic(close) else []),
    ]
    expected = expected_bills(core, bookings, rules, base).collect()
    no_payments = books.documents.filter(pl.col("document_kind") != "payment")
    bills = cause_of_bills(expected, no_payments, accounts.stock, books.window, base)
    of_bills = pl.col("document_id").is_in(list(bills.document_ids))
    for_charges = no_payments.filter(pl.col("account_code").is_in(list(accounts.charges)) | ~of_bills)
    carriers = cause_of_charges(charges, for_charges, accounts.charges, books.window, base)
    journals = books.journals
    return pl.concat(
        [
            *pl.collect_all(timing),
            cause_of_journals(
                wanted,
                journals.documents,
                journals.posted_lines,
                journals.shown_lines,
                accounts.everything,
                close.cut_off,
            ),
            bills.causes,
            carriers.causes,
            cause_of_documents(
                books.documents,
                bills.document_ids,
                carriers.lines,
                accounts.stock,
                accounts.everything,
                books.window,
                base,
            ),
            cause_of_foreign_journals(
                journals.foreign,
                journals.shown_lines,
                journals.shown_dates,
                _named(close),
                accounts.everything,
                books.window,
            ),
        ]
    )


def _is_periodic(close: CloseContext) -> bool:
    return close.policy.inventory_method == "periodic"


def _named(close: CloseContext) -> dict[str, str]:
    """Journals of others that close.yaml lets stand, with the reason."""
    return {one.journal: one.reason for one in close.mappings.close.decided_journals if one.decision == "foreign"}


def _orders(books: _Books, warehouse: Warehouse, charges: pl.DataFrame, balances: Balances) -> pl.DataFrame:
    """What is open on the clearing accounts, by order."""
    accounts, window, close = books.accounts, books.window, books.close
    if not accounts.clearing:
        return check(ClearingOrders, pl.DataFrame(schema=dtypes_of(ClearingOrders)))
    own = charges.filter(pl.col("account_code").is_in(list(accounts.charges)))
    settled = settled_before(close, books.core, own, window.opening_day)
    cleared = cleared_by_journals(warehouse, close.period, close.cut_off, accounts.clearing)
    opening = balances.frame(sorted(accounts.clearing), window.opening_day)
    return check(ClearingOrders, open_orders(own, cleared, opening, settled, close.period, window))


def _ledger(books: _Books, stock: pl.DataFrame, orders: pl.DataFrame, balances: Balances) -> pl.DataFrame:
    """What our own books say of each account: `account_code`, `account_role`, `amount`."""
    accounts, wanted = books.accounts, books.journals.wanted
    due = wanted.filter(pl.col("journal_date") <= books.close.cut_off)
    opened = orders.group_by("account_code").agg(pl.col("open_amount").sum())
    by_order = dict(opened.iter_rows())
    booked = dict(due.group_by("account_code").agg(pl.col("line_amount").sum()).iter_rows())
    nothing = Decimal("0.00")
    rows = [
        *((code, "stock_on_hand", amount) for code, amount in stock.iter_rows()),
        *((code, "clearing", by_order.get(code, nothing)) for code in accounts.clearing),
        *(
            (code, "allowance", balances.of(code, books.window.opening_day) + booked.get(code, nothing))
            for code in accounts.allowances
        ),
    ]
    return pl.DataFrame(
        rows, schema={"account_code": pl.String, "account_role": pl.String, "amount": MONEY}, orient="row"
    )


def _first_days(books: _Books, steps: pl.DataFrame, causes: pl.DataFrame, balances: Balances) -> dict[str, date]:
    """The first day of what is unexplained, by halving the days, or of the first document that is no matter of time."""
    found = first_documents(causes)
    for row in steps.filter((pl.col("cause") == "unexplained") & (pl.col("amount") != 0)).iter_rows(named=True):
        day = _first_unexplained(books, row["account_code"], balances)
        found[row["account_code"]] = min(day, found.get(row["account_code"], day))
    return found


def _first_unexplained(books: _Books, code: str, balances: Balances) -> date:
    """The day from which the trial balance moves otherwise than the documents; the opening day if it always did not."""
    window = books.window
    moved = _documented(books, code)

    def difference(day: date) -> Decimal:
        known = moved.filter(pl.col("day") <= day)["amount"].sum()
        return balances.of(code, day) - balances.of(code, window.opening_day) - Decimal(known or 0)

    return first_day_of_difference(difference, window.opening_day, window.cut_off) or window.opening_day


def _documented(books: _Books, code: str) -> pl.DataFrame:
    """`day`, `amount`: what all documents of Xero that we see book on an account after the opening day."""
    journals = books.journals
    state = pl.col("status").replace_strict(STATES, default="ended", return_dtype=pl.String)
    standing = journals.documents.filter(state == "standing").select("xero_id", pl.col("shown_on").alias("day"))
    own = journals.shown_lines.join(standing, on="xero_id", how="inner")
    others = journals.foreign.filter(pl.col("journal_status").is_in(["POSTED", "ARCHIVED"]))
    documents = books.documents.filter(pl.col("document_status").is_in(list(STANDING)))
    rows = pl.concat(
        [
            own.select("account_code", "day", pl.col("line_amount").alias("amount")),
            others.select("account_code", pl.col("journal_date").alias("day"), pl.col("line_amount").alias("amount")),
            documents.select(
                "account_code", pl.col("document_date").alias("day"), pl.col("line_amount").alias("amount")
            ),
        ]
    )
    return rows.filter((pl.col("account_code") == code) & (pl.col("day") > books.window.opening_day))
