"""One supplier bill of the source and its document in Xero: what differs is rate, rounding, account or amount."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from transforms.tie_out.journal_versions import Finding, finding

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")

STANDING = frozenset({"AUTHORISED", "PAID"})
WAITING = frozenset({"DRAFT", "SUBMITTED"})
"""Statuses of documents (xero.md section 3): the ledger has those that stand; the others are voided or deleted."""


@dataclass(frozen=True)
class BillLine:
    """One line, debit positive."""

    account_code: str
    foreign_amount: Decimal
    """In the document's currency."""
    amount: Decimal
    """In base currency."""
    description: str = ""
    number: int = 0
    """Place in its document."""


@dataclass(frozen=True)
class SourceBill:
    """A supplier's bill or credit as the source has it: the lines of stocked products."""

    number: str
    party: str | None
    bill_date: date
    currency: str
    purchase_number: str
    lines: tuple[BillLine, ...]


@dataclass(frozen=True)
class XeroDocument:
    """An invoice, bill, credit note or bank transaction as Xero shows it."""

    xero_id: str
    kind: str
    number: str
    reference: str
    party: str | None
    day: date
    status: str
    currency: str
    rate: Decimal
    """Units of its currency for one of base currency."""
    lines: tuple[BillLine, ...]

    @property
    def is_standing(self) -> bool:
        """Whether the ledger has it."""
        return self.status in STANDING

    @property
    def shown_number(self) -> str:
        """What people call it."""
        return self.number or self.reference or self.xero_id

    def row(self, account_code: str, cause: str, amount: Decimal, note: str) -> Finding:
        """A row of a cause about this document."""
        return finding(account_code, cause, amount, self.kind, self.shown_number, self.day, self.xero_id, note)


def total_by_account(lines: Iterable[BillLine]) -> dict[str, tuple[Decimal, Decimal]]:
    """Account -> sum in the document's currency, and in base currency."""
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        foreign, base = totals.get(line.account_code, (NOTHING, NOTHING))
        totals[line.account_code] = (foreign + line.foreign_amount, base + line.amount)
    return totals


def compare_bill(bill: SourceBill, document: XeroDocument, accounts: frozenset[str]) -> list[Finding]:
    """What the document holds on each account above the bill, by reason.

    Args:
        bill: the source's lines of stocked products.
        document: its document in Xero; lines on accounts outside `accounts` that the bill does not name are ignored.
        accounts: the accounts of the tie-out.

    Returns:
        Rows of causes: `mapping` for lines that stand on another account, `edited` for amounts in the document's own
        currency, and what is left, which is a matter of rates: `rounding` up to a cent a line, else `currency`.
    """
    own_codes = {line.account_code for line in bill.lines}
    is_same_currency = bill.currency == document.currency
    rows: list[Finding] = []
    wanted = list(bill.lines)
    moved_from, moved_to = _moved(wanted, document.lines) if is_same_currency else ([], [])
    found = total_by_account(document.lines)
    own = total_by_account(wanted)
    gone, come = total_by_account(moved_from), total_by_account(moved_to)
    for code in sorted(own_codes | accounts):
        there, here = found.get(code, (NOTHING, NOTHING)), own.get(code, (NOTHING, NOTHING))
        went, came = gone.get(code, (NOTHING, NOTHING)), come.get(code, (NOTHING, NOTHING))
        if code not in own_codes and not came[1]:
            if there[1]:
                rows.append(document.row(code, "edited", there[1], f"a line that {bill.number} does not have"))
            continue
        rows.append(document.row(code, "mapping", came[1] - went[1], "coded to another account than mapped"))
        foreign = (there[0] - came[0]) - (here[0] - went[0])
        base = (there[1] - came[1]) - (here[1] - went[1])
        edited = base if is_same_currency and document.rate == 1 else to_base(foreign, document.rate)
        if is_same_currency:
            rows.append(document.row(code, "edited", edited, "amounts differ from the source"))
            rows.append(_of_rate(document, code, base - edited, len(bill.lines) + len(document.lines)))
        else:
            note = f"in {document.currency} instead of {bill.currency}"
            rows.append(document.row(code, "currency", base, note))
    return rows


def _of_rate(document: XeroDocument, code: str, amount: Decimal, line_count: int) -> Finding:
    """A difference that no amount of the document explains: half a cent a line on either side is rounding."""
    bound = CENT * line_count / 2
    if abs(amount) <= bound:
        return document.row(code, "rounding", amount, f"at most {bound:.2f} on {line_count} lines")
    return document.row(code, "currency", amount, f"rate {document.rate.normalize():f} in Xero")


def to_base(foreign: Decimal, rate: Decimal) -> Decimal:
    """An amount in base currency as Xero makes it: divided by the document's rate, rounded to cents."""
    return (foreign / rate).quantize(CENT, ROUND_HALF_UP)


def _moved(wanted: list[BillLine], found: Iterable[BillLine]) -> tuple[list[BillLine], list[BillLine]]:
    """Lines that stand on another account: as the bill has them, and as the document has them.

    Whole accounts first, because a document may sum up lines, then line by line.
    """
    here, there = total_by_account(wanted), total_by_account(found)
    whole_from: list[BillLine] = []
    whole_to: list[BillLine] = []
    for code, (foreign, _) in here.items():
        if code in there or not foreign:
            continue
        other = next((one for one, sums in there.items() if one not in here and sums[0] == foreign), None)
        if other is not None:
            whole_from += [line for line in wanted if line.account_code == code]
            whole_to += [line for line in found if line.account_code == other]
            del there[other]
    left_wanted = [line for line in wanted if line not in whole_from]
    left_found = [line for line in found if line not in whole_to]
    single_from, single_to = _moved_lines(left_wanted, left_found)
    return whole_from + single_from, whole_to + single_to


def _moved_lines(wanted: list[BillLine], found: list[BillLine]) -> tuple[list[BillLine], list[BillLine]]:
    """Single lines of the same amount on another account, where the account's own sum lacks just them."""
    matched = Counter((line.account_code, line.foreign_amount) for line in found)
    lacking: list[BillLine] = []
    for line in wanted:
        key = (line.account_code, line.foreign_amount)
        if matched[key] > 0:
            matched[key] -= 1
        else:
            lacking.append(line)
    extra = [line for line in found if matched[(line.account_code, line.foreign_amount)] > 0]
    gone: list[BillLine] = []
    come: list[BillLine] = []
    for line in lacking:
        match = next(
            (
                one
                for one in extra
                if one.foreign_amount == line.foreign_amount and one.account_code != line.account_code
            ),
            None,
        )
        if match is not None:
            extra.remove(match)
            gone.append(line)
            come.append(match)
    return gone, come
