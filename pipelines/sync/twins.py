"""Finds second copies of what we sent: a request that came late, after its answer was given up and it was sent again.

Xero keeps numbers of sales documents, contacts and items unique itself. Bills, supplier credits, payments and
allocations it does not; so what was sent more than once is looked for among what Xero shows (sender.py says why).
"""

from collections.abc import Iterator

from pipelines.load.json_text import sha256_of
from pipelines.sync.books import Books, Row, identity
from pipelines.sync.decide_settlements import allocation_id
from pipelines.sync.steps import Step
from pipelines.warehouse import Warehouse

MARK = "+2"
"""Behind the key of a second copy in plan and outbox."""


def find_twins(warehouse: Warehouse, books: Books, not_of_plan: str | None = None) -> Iterator[Step]:
    """A step that ends each second copy.

    Args:
        warehouse: post.outbox.
        books: what was posted, and what Xero shows.
        not_of_plan: a plan whose own copies are left out: it was made before it sent anything.
    """
    tried = warehouse.query(
        "select distinct tag from post.outbox where resource is not null and action = 'create' and attempts > 1 "
        "and plan_hash is distinct from ? order by tag",
        [not_of_plan],
    )
    for key in tried["tag"].to_list():
        posted = books.posted.get(key)
        if posted is not None and posted["ended_at"] is None:
            for number, twin in enumerate(sorted(_copies(books, posted)), 2):
                yield _ending(posted, twin, number)


def _copies(books: Books, posted: Row) -> Iterator[str]:
    """Xero's ids of what equals a document of ours and is nobody's."""
    if posted["kind"] == "payment":
        yield from _equal_payments(books, posted)
    elif posted["kind"] == "allocation":
        yield from _equal_allocations(books, posted)
    elif posted["kind"] not in {"contact", "item"}:
        yield from _equal_documents(books, posted)


def _equal_documents(books: Books, posted: Row) -> Iterator[str]:
    ours = books.documents.get(posted["xero_id"])
    if ours is None or not ours["document_number"]:
        return
    for row in books.by_identity.get(identity(ours["document_type"], ours["document_number"], ours["contact_id"]), ()):
        is_ours = row["document_id"] in books.owners
        if not is_ours and row["shown_hash"] == ours["shown_hash"] and not row["paid_amount"] + row["credited_amount"]:
            yield row["document_id"]


def _equal_payments(books: Books, posted: Row) -> Iterator[str]:
    ours = books.payments.get(posted["xero_id"])
    names = ("document_id", "reference", "paid_on", "amount", "payment_status")
    for payment_id, row in books.payments.items():
        if ours is not None and payment_id not in books.owners and all(row[name] == ours[name] for name in names):
            yield payment_id


def _equal_allocations(books: Books, posted: Row) -> Iterator[str]:
    names = ("credit_id", "invoice_id", "amount")
    ours = next((row for row in books.allocations if allocation_id(row) == posted["xero_id"]), None)
    for row in books.allocations:
        known = allocation_id(row) in books.owners
        if ours is not None and not known and all(row[name] == ours[name] for name in names):
            yield allocation_id(row)


def _ending(posted: Row, twin: str, number: int) -> Step:
    return Step(
        f"{posted['document_key']}{MARK if number == 2 else f'+{number}'}",
        posted["kind"],
        "voided",
        "it stands twice, because a request came late",
        number=posted["xero_number"],
        day=posted["document_date"],
        currency=posted["currency_code"],
        old_total=posted["total_amount"],
        before_hash=sha256_of(twin),
        xero_id=twin,
    )
