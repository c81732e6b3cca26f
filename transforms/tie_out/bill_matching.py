"""Which document of Xero is which bill of the source: by number or reference, then by supplier, amount and day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from transforms.tie_out.bill_differences import BillLine, SourceBill, XeroDocument

BAR = "|"
"""Between the supplier's number and the order's, as the document sync and Cin7's own write a bill's number."""


def plain(text: str | None) -> str:
    """A number or name without what people type differently: case, spaces."""
    return " ".join((text or "").split()).casefold()


def match_documents(
    bills: Sequence[SourceBill], documents: Sequence[XeroDocument]
) -> list[tuple[SourceBill, list[XeroDocument]]]:
    """The documents of each bill, the one that is the bill first; a document belongs to at most one bill.

    Args:
        bills: of the source.
        documents: of Xero.

    Returns:
        Every bill with its documents, also where there is none. Further standing documents repeat the bill.
    """
    by_number: dict[str, list[XeroDocument]] = defaultdict(list)
    for document in documents:
        numbers = {plain(document.number), plain(document.number.partition(BAR)[0]), plain(document.reference)}
        for number in numbers - {""}:
            by_number[number].append(document)
    parties = {plain(bill.party) for bill in bills if bill.party}
    taken: set[str] = set()
    found: dict[int, list[XeroDocument]] = {}
    for is_exact in (True, False):  # the sure ones first, so that they are not taken for another bill
        for at, bill in enumerate(bills):
            candidates = [one for one in _candidates(bill, by_number, parties) if one.xero_id not in taken]
            best = min(candidates, key=lambda one: _distance(bill, one), default=None)
            if at in found or best is None or (is_exact and _distance(bill, best) > _EXACT):
                continue
            found[at] = [best]
            taken.add(best.xero_id)
    for at, bill in enumerate(bills):
        more = [one for one in _candidates(bill, by_number, parties) if one.xero_id not in taken]
        if at in found and more:
            found[at] += more
            taken.update(one.xero_id for one in more)
    return [(bill, found.get(at, [])) for at, bill in enumerate(bills)]


_Distance = tuple[bool, bool, bool, int]
_EXACT: _Distance = (False, False, False, 31)


def _distance(bill: SourceBill, document: XeroDocument) -> _Distance:
    """How unlike a bill a document is: it stands, has the amount, the supplier, and is near in time."""
    days = abs((document.day - bill.bill_date).days)
    return (
        not document.is_standing,
        total_of(bill.lines) != own_total(bill, document),
        not _is_same_party(bill, document),
        days,
    )


def _candidates(
    bill: SourceBill, by_number: dict[str, list[XeroDocument]], parties: set[str]
) -> Iterable[XeroDocument]:
    """Documents that may be the bill: by its number, or by its purchase order and amount; not of another supplier."""
    named = by_number.get(plain(bill.number), [])
    ordered = [one for one in by_number.get(plain(bill.purchase_number), []) if one not in named]
    is_credit = total_of(bill.lines) < 0
    for document in [*named, *ordered]:
        is_other_supplier = plain(document.party) in parties and not _is_same_party(bill, document)
        is_other_side = document.kind in {"invoice", "credit note"}
        is_other_sign = (
            document.kind in {"bill", "supplier credit"} and (document.kind == "supplier credit") != is_credit
        )
        needs_amount = document in ordered or document.kind == "bank transaction"
        has_amount = own_total(bill, document) == total_of(bill.lines)
        if not (is_other_supplier or is_other_side or is_other_sign or (needs_amount and not has_amount)):
            yield document


def _is_same_party(bill: SourceBill, document: XeroDocument) -> bool:
    return plain(bill.party) == plain(document.party)


def total_of(lines: Iterable[BillLine]) -> Decimal:
    """Sum of lines in the document's currency."""
    return sum((line.foreign_amount for line in lines), Decimal(0))


def own_total(bill: SourceBill, document: XeroDocument) -> Decimal:
    """What the document has on the accounts of the bill; where it has nothing there, all of it."""
    codes = {line.account_code for line in bill.lines}
    own = [line for line in document.lines if line.account_code in codes]
    return total_of(own or document.lines)
