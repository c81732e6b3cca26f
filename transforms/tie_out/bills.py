"""Supplier bills: which document of Xero is which bill of the source, and what that makes of the stock accounts.

Bills that agree to the cent in number, supplier and account, nearly all of them, are settled in columns; the others,
one by one. A document of Xero is found by its number or reference, and where several fit, by supplier and amount.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from schemas.dtypes import MONEY
from transforms.account_rules import resolve_accounts
from transforms.core_tables import CoreTables
from transforms.currencies import cost_bills
from transforms.renames import booking_order
from transforms.texts import fill
from transforms.tie_out.bill_differences import (
    WAITING,
    SourceBill,
    XeroDocument,
    compare_bill,
    total_by_account,
)
from transforms.tie_out.bill_matching import BAR, match_documents, own_total, total_of
from transforms.tie_out.bill_rows import BILL, read_bills, read_documents
from transforms.tie_out.journal_versions import Finding, finding
from transforms.tie_out.steps import cause_frame
from transforms.tie_out.window import Window


@dataclass(frozen=True)
class MatchedBills:
    """What bills make of the accounts, and which documents of Xero are spoken for."""

    causes: pl.DataFrame
    """Rows of causes."""
    document_ids: frozenset[str]
    """Xero's ids of documents that are bills of the source."""


def expected_bills(
    core: CoreTables, all_bookings: pl.LazyFrame, account_rules: pl.DataFrame, base_currency: str
) -> pl.LazyFrame:
    """Every line of a supplier's bill for stocked goods, on the account that it belongs to.

    Args:
        core: the source documents.
        all_bookings: Bookings up to the month: the account that the goods had in the ledger when the bill came.
        account_rules: AccountRules, for goods that are not in the ledger yet.
        base_currency: ISO 4217 code.

    Returns:
        `bill_number`, `supplier`, `bill_date`, `purchase_number`, `currency_code`, `account_code`, `foreign_amount`
        and `amount` (Money, base currency), one row per bill line.
    """
    booked = (
        all_bookings.filter(pl.col("document_kind") == "purchase")
        .sort(booking_order())
        .select("move_id", "period", booked_account="stock_account_code")
        .unique(["move_id", "period"], keep="last", maintain_order=True)
    )
    first = booked.group_by("move_id", maintain_order=True).agg(pl.col("booked_account").first().alias("first_account"))
    received = core.receipt_lines.select("receipt_line_id", "purchase_number", "sku", "location", party="supplier")
    products = core.products.filter("is_stocked").select("sku", "category", "brand")
    lines = (
        cost_bills(core.bill_lines, core.currency_rates, base_currency)
        .join(received, on="receipt_line_id", how="inner", validate="m:1")
        .join(products, on="sku", how="inner", validate="m:1")
        .with_columns(fill("receipt:{}", "receipt_line_id").alias("move_id"), pl.lit("stock_on_hand").alias("role"))
        .sort("bill_date")
        .join_asof(
            booked, left_on="bill_date", right_on="period", by="move_id", strategy="backward", check_sortedness=False
        )
        .join(first, on="move_id", how="left", validate="m:1")
    )
    return resolve_accounts(lines, account_rules).select(
        "bill_number",
        pl.coalesce("supplier", "party").alias("supplier"),
        "bill_date",
        "purchase_number",
        pl.coalesce("currency_code", pl.lit(base_currency)).alias("currency_code"),
        pl.coalesce("booked_account", "first_account", "account_code").alias("account_code"),
        pl.col("line_amount").alias("foreign_amount"),
        pl.col("billed_amount").fill_null(0).cast(MONEY).alias("amount"),
    )


def cause_of_bills(
    expected: pl.DataFrame, documents: pl.DataFrame, accounts: frozenset[str], window: Window, base_currency: str
) -> MatchedBills:
    """Every difference between supplier bills of the source and documents of Xero, on the accounts of the tie-out.

    Args:
        expected: result of expected_bills.
        documents: XeroDocumentLines, those of some months before the opening day too.
        accounts: stock accounts.
        window: the days between the opening balance and the trial balance.
        base_currency: ISO 4217 code.

    Returns:
        MatchedBills. A bill that the source dates before the first month, and that Xero does not have since, is in the
        opening balance and gives nothing.
    """
    agreed, settled = _agreed(expected, documents, window)
    left = expected.join(agreed, on=BILL, how="anti", nulls_equal=True)
    open_documents = documents.filter(~pl.col("document_id").is_in(list(settled)))
    matched = match_documents(read_bills(left), read_documents(open_documents, base_currency))
    rows: list[Finding] = []
    taken = set(settled)
    for bill, found in matched:
        taken.update(one.xero_id for one in found)
        rows += [row for row in explain_bill(bill, found, accounts, window) if row["account_code"] in accounts]
    return MatchedBills(cause_frame(rows), frozenset(taken))


def _plain(column: str) -> pl.Expr:
    """Nearly the same in columns; what it does not see as equal is looked at one by one."""
    return pl.col(column).fill_null("").str.strip_chars().str.to_lowercase()


def _agreed(expected: pl.DataFrame, documents: pl.DataFrame, window: Window) -> tuple[pl.DataFrame, frozenset[str]]:
    """Bills whose one document has the same number, supplier, side of the cut-off and sums by account."""
    ours = expected.with_columns(_plain("bill_number").alias("number"), _plain("supplier").alias("party"))
    own_number = pl.col("document_number").str.split(BAR).list.first()
    theirs = documents.with_columns(own_number.alias("number"), _plain("contact_name").alias("party")).with_columns(
        _plain("number").alias("number")
    )
    once = ["number", "party"]
    our_heads = ours.select(*once, *BILL).unique().filter(pl.len().over(once) == 1)
    their_heads = theirs.select(*once, "document_id", "document_status", "document_date").unique()
    # a number that Xero has twice, under whatever name or as a reference, is looked at one by one
    numbers = pl.concat(
        [theirs.select("document_id", "number"), theirs.select("document_id", _plain("reference").alias("number"))]
    )
    shared = numbers.unique().group_by("number").len().filter(pl.col("len") == 1)
    pairs = (
        our_heads.join(their_heads, on=once, how="inner", validate="1:m")
        .filter(pl.col("document_status").is_in(["AUTHORISED", "PAID"]) & (pl.col("number") != ""))
        .join(shared.select("number"), on="number", how="semi")
        .filter(pl.col("document_id").len().over(once) == 1)
        .filter((pl.col("bill_date") <= window.cut_off) == (pl.col("document_date") <= window.cut_off))
    )
    here = ours.join(pairs.select(*BILL, "document_id"), on=BILL, how="inner", nulls_equal=True)
    there = theirs.join(pairs.select("document_id"), on="document_id", how="semi")
    sums = pl.concat(
        [
            here.select("document_id", "account_code", "amount"),
            there.select("document_id", "account_code", (-pl.col("line_amount")).alias("amount")),
        ]
    )
    stock = expected["account_code"].unique().to_list()
    differing = (
        sums.filter(pl.col("account_code").is_in(stock))
        .group_by("document_id", "account_code")
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") != 0)
    )
    equal = pairs.join(differing, on="document_id", how="anti")
    return equal.select(BILL), frozenset(equal["document_id"].to_list())


def explain_bill(
    bill: SourceBill, documents: Sequence[XeroDocument], accounts: frozenset[str], window: Window
) -> list[Finding]:
    """What Xero holds above a bill, up to the cut-off.

    Args:
        bill: of the source.
        documents: its documents in Xero, the one that is the bill first.
        accounts: stock accounts.
        window: the days between the opening balance and the trial balance.

    Returns:
        Rows of causes; by account they sum to what the standing documents hold up to the cut-off, less the bill if the
        source dates it up to the cut-off.
    """
    standing = [one for one in documents if one.is_standing]
    is_due = bill.bill_date <= window.cut_off
    if not standing:
        is_open = is_due and bill.bill_date > window.opening_day
        return _absent(bill, documents) if is_open else []
    main, *twice = _parts_as_one(bill, standing)
    if max(bill.bill_date, main.day) <= window.opening_day:
        rows = []
    else:
        rows = _of_main(bill, main, is_due=is_due, accounts=accounts, window=window)
    for other in twice:
        if other.day in window:
            rows += [other.row(code, "duplicate", base, f"repeats {bill.number}") for code, base in _sums(other)]
    return rows


def _parts_as_one(bill: SourceBill, standing: list[XeroDocument]) -> list[XeroDocument]:
    """Documents that only together have the amount of the bill, as one; others as they are."""
    first = standing[0]
    together = sum((own_total(bill, one) for one in standing), Decimal(0))
    if len(standing) == 1 or own_total(bill, first) == total_of(bill.lines) or together != total_of(bill.lines):
        return standing
    return [replace(first, lines=tuple(line for one in standing for line in one.lines))]


def _of_main(
    bill: SourceBill, main: XeroDocument, *, is_due: bool, accounts: frozenset[str], window: Window
) -> list[Finding]:
    """The bill against the document that it is, on both sides of the cut-off."""
    is_there = main.day <= window.cut_off
    note = f"{bill.bill_date} in the source, {main.day} in Xero"
    if is_due and is_there:
        return compare_bill(bill, main, accounts)
    if is_due:
        late = [main.row(code, "billed_on_another_day", -base, note) for code, base in _sums(main)]
        return late + compare_bill(bill, main, accounts)
    if is_there:
        return [main.row(code, "billed_on_another_day", base, note) for code, base in _sums(main)]
    return []


def _absent(bill: SourceBill, documents: Sequence[XeroDocument]) -> list[Finding]:
    """A bill that the ledger of Xero does not have: it waits there, was ended there, or nobody entered it."""
    waiting = next((one for one in documents if one.status in WAITING), None)
    other = waiting or next(iter(documents), None)
    if other is None:
        return [
            finding(code, "not_posted", -base, "bill", bill.number, bill.bill_date, None, f"of {bill.party or '?'}")
            for code, (_, base) in total_by_account(bill.lines).items()
        ]
    cause, note = ("draft_in_xero", f"is {other.status} in Xero") if waiting else ("voided", "ended in Xero")
    return [other.row(code, cause, -base, note) for code, (_, base) in total_by_account(bill.lines).items()]


def _sums(document: XeroDocument) -> list[tuple[str, Decimal]]:
    """Base currency on each account of a document."""
    return [(code, base) for code, (_, base) in total_by_account(document.lines).items()]
