"""Carriers' and brokers' bills on clearing accounts: which line of Xero is which charge of the source.

Sources know a charge by its purchase order, not by the number of the carrier's bill, so a line is found by the charge,
order or batch that its texts name and by its amount, failing that by supplier and amount. Each is one charge at most.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.dtypes import MONEY
from transforms.account_rules import resolve_accounts
from transforms.rounding import round_money
from transforms.tie_out.bill_differences import STANDING, WAITING, XeroDocument
from transforms.tie_out.bill_matching import plain
from transforms.tie_out.bill_rows import read_documents
from transforms.tie_out.journal_versions import Finding, finding
from transforms.tie_out.steps import cause_frame
from transforms.tie_out.window import Window

NEAR_DAYS = 62
"""Days between a charge and a carrier's bill that name nothing in common but supplier and amount."""

_WORD = re.compile(r"[\w./-]*\w")


@dataclass(frozen=True)
class SourceCharge:
    """A landed charge as the source has it."""

    charge_id: str
    purchase_number: str
    batch: str | None
    party: str | None
    day: date
    account_code: str
    amount: Decimal
    """Base currency, rounded to cents."""

    @property
    def names(self) -> set[str]:
        """What a carrier's bill may call it by."""
        return {plain(self.charge_id), plain(self.purchase_number), plain(self.batch)} - {""}


@dataclass(frozen=True)
class XeroLine:
    """One line of a document in Xero."""

    document: XeroDocument
    position: int
    account_code: str
    amount: Decimal
    words: frozenset[str]

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from every other line."""
        return self.document.xero_id, self.position


@dataclass(frozen=True)
class MatchedCharges:
    """What charges make of the clearing accounts, and which lines of Xero are spoken for."""

    causes: pl.DataFrame
    """Rows of causes."""
    lines: frozenset[tuple[str, int]]
    """Xero's id and line number of lines that are charges."""


def expected_charges(charges: pl.LazyFrame, account_rules: pl.DataFrame) -> pl.LazyFrame:
    """Every landed charge, on the clearing account of its kind.

    Args:
        charges: Charges.
        account_rules: AccountRules.

    Returns:
        `charge_id`, `purchase_number`, `batch`, `supplier`, `charge_date`, `account_code`, `amount` (Money, base).
    """
    named = charges.with_columns(
        pl.lit("landed_cost_clearing").alias("role"),
        pl.lit("landed_cost").alias("journal_kind"),
        pl.col("supplier").alias("party"),
    )
    return (
        resolve_accounts(named, account_rules)
        .drop_nulls("account_code")
        .select(
            "charge_id", "purchase_number", "batch", "supplier", "charge_date", "account_code",
            round_money(pl.col("charge_amount")).cast(MONEY).alias("amount"),
        )
    )  # fmt: skip


def cause_of_charges(
    expected: pl.DataFrame, documents: pl.DataFrame, accounts: frozenset[str], window: Window, base_currency: str
) -> MatchedCharges:
    """Every difference between landed charges of the source and carriers' bills in Xero.

    Args:
        expected: result of expected_charges.
        documents: XeroDocumentLines.
        accounts: the clearing accounts of charges.
        window: the days between the opening balance and the trial balance.
        base_currency: ISO 4217 code.

    Returns:
        MatchedCharges. By account the causes sum to the matched lines inside the window less the charges inside it.
    """
    agreed = _agreed(expected, documents, accounts)
    left = expected.join(agreed, on="charge_id", how="anti")
    open_lines = documents.join(agreed, on=["document_id", "line_number"], how="anti")
    charges = [_charge(row) for row in left.sort("charge_date", "charge_id").iter_rows(named=True)]
    lines = list(_lines(read_documents(open_lines if charges else open_lines.head(0), base_currency)))
    rows: list[Finding] = []
    taken = set(agreed.select("document_id", "line_number").iter_rows())
    for charge, line in match_charges(charges, lines, accounts):
        if line is not None:
            taken.add(line.key)
        rows += [row for row in explain_charge(charge, line, window) if row["account_code"] in accounts]
    return MatchedCharges(cause_frame(rows), frozenset(taken))


def _agreed(expected: pl.DataFrame, documents: pl.DataFrame, accounts: frozenset[str]) -> pl.DataFrame:
    """Charges and standing lines that are the only ones of their account, day and amount: `charge_id`, `document_id`,
    `line_number`. Nearly all end here; whichever charge such a line is, it books the same."""
    keys = ["account_code", "day", "cents"]
    ours = expected.with_columns(day=pl.col("charge_date"), cents=pl.col("amount")).filter(pl.len().over(keys) == 1)
    is_open = pl.col("document_status").is_in(list(STANDING)) & pl.col("account_code").is_in(list(accounts))
    theirs = (
        documents.filter(is_open & pl.col("document_type").is_in(["ACCPAY", "ACCPAYCREDIT", "SPEND", "RECEIVE"]))
        .with_columns(day=pl.col("document_date"), cents=pl.col("line_amount"))
        .filter(pl.len().over(keys) == 1)
    )
    return ours.join(theirs, on=keys, how="inner").select("charge_id", "document_id", "line_number")


def _charge(row: dict[str, object]) -> SourceCharge:
    day = row["charge_date"]
    if not isinstance(day, date):
        raise TypeError("a charge has a date")
    return SourceCharge(
        charge_id=str(row["charge_id"]),
        purchase_number=str(row["purchase_number"]),
        batch=None if row["batch"] is None else str(row["batch"]),
        party=None if row["supplier"] is None else str(row["supplier"]),
        day=day,
        account_code=str(row["account_code"]),
        amount=Decimal(str(row["amount"])),
    )


def _lines(documents: Iterable[XeroDocument]) -> Iterator[XeroLine]:
    for document in documents:
        if document.kind in {"invoice", "credit note"}:
            continue
        head = f"{document.number} {document.reference}"
        for line in document.lines:
            words = frozenset(_WORD.findall(f"{head} {line.description}".casefold()))
            yield XeroLine(document, line.number, line.account_code, line.amount, words)


def match_charges(
    charges: Sequence[SourceCharge], lines: Sequence[XeroLine], accounts: frozenset[str]
) -> list[tuple[SourceCharge, XeroLine | None]]:
    """The line of each charge; a line belongs to at most one charge, and the surest pairs are made first.

    Args:
        charges: of the source.
        lines: of bills, supplier credits and bank transactions in Xero.
        accounts: the clearing accounts of charges.
    """
    by_word: dict[str, list[XeroLine]] = defaultdict(list)
    by_amount: dict[Decimal, list[XeroLine]] = defaultdict(list)
    for line in lines:
        by_amount[line.amount].append(line)
        for word in line.words:
            by_word[word].append(line)
    found: dict[str, XeroLine] = {}
    taken: set[tuple[str, int]] = set()
    for level in range(_LEVELS):
        for charge in charges:
            if charge.charge_id in found:
                continue
            named = (line for name in charge.names for line in by_word.get(name, ()))
            pool = named if level != _LEVELS - 1 else iter(by_amount.get(charge.amount, ()))
            fitting = [one for one in pool if one.key not in taken and _level(charge, one, accounts) == level]
            best = min(fitting, key=lambda one: _nearness(charge, one), default=None)
            if best is not None:
                found[charge.charge_id] = best
                taken.add(best.key)
    return [(charge, found.get(charge.charge_id)) for charge in charges]


_LEVELS = 4


def _level(charge: SourceCharge, line: XeroLine, accounts: frozenset[str]) -> int | None:
    """How sure it is that a line is the charge, 0 the surest; None where it is not."""
    is_named = bool(charge.names & line.words)
    is_equal, is_there = line.amount == charge.amount, line.account_code == charge.account_code
    if is_named and is_equal:
        return 0 if is_there else 1
    if is_named and is_there:
        return 2
    is_near = abs((line.document.day - charge.day).days) <= NEAR_DAYS
    is_party = charge.party is not None and plain(charge.party) == plain(line.document.party)
    return 3 if is_equal and line.account_code in accounts and is_near and is_party else None


def _nearness(charge: SourceCharge, line: XeroLine) -> tuple[bool, bool, int, tuple[str, int]]:
    """Standing lines before others, lines that name the charge itself, then the nearest in time."""
    days = abs((line.document.day - charge.day).days)
    return not line.document.is_standing, plain(charge.charge_id) not in line.words, days, line.key


def explain_charge(charge: SourceCharge, line: XeroLine | None, window: Window) -> list[Finding]:
    """What Xero's clearing account holds above a charge, inside the window.

    Args:
        charge: of the source.
        line: its line in Xero, if there is one.
        window: the days between the opening balance and the trial balance.

    Returns:
        Rows of causes.
    """
    is_due = charge.day in window
    if line is None or line.document.status not in STANDING:
        return [_absent(charge, line)] if is_due else []
    document, is_there = line.document, line.document.day in window
    note = f"{charge.day} in the source, {document.day} in Xero"
    if not is_due:
        return [document.row(line.account_code, "billed_on_another_day", line.amount, note)] if is_there else []
    if not is_there:
        return [document.row(charge.account_code, "billed_on_another_day", -charge.amount, note)]
    if line.account_code != charge.account_code:
        return [
            document.row(charge.account_code, "mapping", -charge.amount, f"coded to {line.account_code}"),
            document.row(line.account_code, "mapping", line.amount, f"belongs to {charge.account_code}"),
        ]
    return [_of_amount(charge, line)]


def _of_amount(charge: SourceCharge, line: XeroLine) -> Finding:
    """Another amount: another rate where the carrier bills in a foreign currency, else an edit."""
    document, difference = line.document, line.amount - charge.amount
    is_foreign = document.rate != 1
    if abs(difference) <= Decimal("0.01") and is_foreign:
        return document.row(line.account_code, "rounding", difference, "at most 0.01 on a line")
    cause = "currency" if is_foreign else "edited"
    return document.row(line.account_code, cause, difference, f"{charge.amount:,.2f} in the source")


def _absent(charge: SourceCharge, line: XeroLine | None) -> Finding:
    """A charge that the ledger of Xero does not have."""
    code, amount = charge.account_code, -charge.amount
    if line is None:
        number = f"{charge.purchase_number} {charge.charge_id}"
        return finding(code, "not_posted", amount, "charge", number, charge.day, None, f"of {charge.party or '?'}")
    document = line.document
    cause = "draft_in_xero" if document.status in WAITING else "voided"
    return document.row(code, cause, amount, f"is {document.status} in Xero")
