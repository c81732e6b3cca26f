"""What stands on the accounts of the tie-out in Xero and belongs to no document of ours: somebody else's entries."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import polars as pl

from transforms.tie_out.bill_differences import STANDING, XeroDocument
from transforms.tie_out.bill_matching import plain
from transforms.tie_out.bill_rows import read_documents
from transforms.tie_out.journal_versions import Finding, finding
from transforms.tie_out.steps import cause_frame
from transforms.tie_out.window import Window

_COUNTING = ["POSTED", "ARCHIVED"]


def cause_of_documents(
    documents: pl.DataFrame,
    bill_ids: frozenset[str],
    charge_lines: frozenset[tuple[str, int]],
    stock_accounts: frozenset[str],
    accounts: frozenset[str],
    window: Window,
    base_currency: str,
) -> pl.DataFrame:
    """Invoices, bills, credit notes and bank transactions that the source does not know.

    Args:
        documents: XeroDocumentLines.
        bill_ids: documents that are bills of the source: their lines on stock accounts are explained there.
        charge_lines: Xero's id and line number of lines that are charges of the source.
        stock_accounts: the stock accounts.
        accounts: all accounts of the tie-out.
        window: the days between the opening balance and the trial balance.
        base_currency: ISO 4217 code.

    Returns:
        Rows of causes: `duplicate` for a document that repeats one which is spoken for, else `foreign`.
    """
    standing = documents.filter(pl.col("document_status").is_in(list(STANDING)))
    inside = standing.filter(
        pl.col("account_code").is_in(list(accounts))
        & (pl.col("document_date") > window.opening_day)
        & (pl.col("document_date") <= window.cut_off)
    )
    taken = pl.DataFrame(sorted(charge_lines), schema={"document_id": pl.String, "line_number": pl.Int64}, orient="row")
    left = inside.join(taken, on=["document_id", "line_number"], how="anti").filter(
        ~(pl.col("document_id").is_in(list(bill_ids)) & pl.col("account_code").is_in(list(stock_accounts)))
    )
    spoken_for = {
        _identity(one) for one in read_documents(inside.join(taken, on=["document_id", "line_number"]), base_currency)
    }
    rows: list[Finding] = []
    for document in read_documents(left, base_currency):
        is_repeated = bool(document.number or document.reference) and _identity(document) in spoken_for
        cause, note = ("duplicate", "repeats a bill") if is_repeated else ("foreign", _words(document))
        rows += [
            document.row(line.account_code, cause, line.amount, line.description or note) for line in document.lines
        ]
    return cause_frame(rows)


def _identity(document: XeroDocument) -> tuple[object, ...]:
    """What two entries of one document share."""
    lines = tuple(sorted((line.account_code, line.amount) for line in document.lines))
    return document.kind, plain(document.number), plain(document.reference), plain(document.party), lines


def _words(document: XeroDocument) -> str:
    return f"of {document.party}" if document.party else "not in the source"


def cause_of_foreign_journals(
    foreign: pl.DataFrame,
    shown_lines: pl.DataFrame,
    shown_dates: Mapping[str, date],
    named: Mapping[str, str],
    accounts: frozenset[str],
    window: Window,
) -> pl.DataFrame:
    """Manual journals that Cin7's own sync, a person or another app posted.

    Args:
        foreign: XeroForeignJournalLines, without those that count as ours.
        shown_lines: `xero_id`, `account_code`, `line_amount` of our own journals as Xero shows them.
        shown_dates: their accounting dates, by Xero's id.
        named: Xero's id or whole narration of each journal named under foreign_journals, and the reason.
        accounts: all accounts of the tie-out.
        window: the days between the opening balance and the trial balance.

    Returns:
        Rows of causes: `duplicate` for a journal with the date and lines of one of ours, `foreign_named` for one that
        close.yaml names, else `foreign`.
    """
    ours = _identities(shown_lines, shown_dates)
    counting = foreign.filter(
        pl.col("journal_status").is_in(_COUNTING)
        & (pl.col("journal_date") > window.opening_day)
        & (pl.col("journal_date") <= window.cut_off)
    )
    touching = counting.join(
        counting.filter(pl.col("account_code").is_in(list(accounts))).select("manual_journal_id"),
        on="manual_journal_id",
        how="semi",
    )
    lines: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    heads: dict[str, tuple[str, date]] = {}
    for row in touching.sort("journal_date", "manual_journal_id", "line_number").iter_rows(named=True):
        lines[row["manual_journal_id"]].append((row["account_code"] or "", row["line_amount"]))
        heads[row["manual_journal_id"]] = (row["narration"], row["journal_date"])
    rows: list[Finding] = []
    for journal_id, (narration, day) in heads.items():
        cause, note = _judge(journal_id, narration, (day, tuple(sorted(lines[journal_id]))) in ours, named)
        rows += [
            finding(code, cause, amount, "manual journal", narration, day, journal_id, note)
            for code, amount in lines[journal_id]
            if code in accounts
        ]
    return cause_frame(rows)


def _judge(journal_id: str, narration: str, is_copy: bool, named: Mapping[str, str]) -> tuple[str, str]:
    """Cause and words for a journal of others."""
    reason = named.get(journal_id) or named.get(narration)
    if reason:
        return "foreign_named", reason
    return ("duplicate", "has the date and lines of a journal of ours") if is_copy else ("foreign", "not ours")


def _identities(lines: pl.DataFrame, dates: Mapping[str, date]) -> set[tuple[date, tuple[tuple[str, Decimal], ...]]]:
    """Date and lines of our own journals."""
    found: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for xero_id, code, amount in lines.select("xero_id", "account_code", "line_amount").iter_rows():
        found[xero_id].append((code, amount))
    return {(dates[xero_id], tuple(sorted(rows))) for xero_id, rows in found.items() if xero_id in dates}
