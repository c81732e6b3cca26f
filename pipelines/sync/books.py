"""What the plan of documents is decided by: what is wanted, what was posted, and what Xero shows, as mirrored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipelines.load.locks import LockDates, read_locks
from pipelines.sync.elements import (
    Wanted,
    allocation_element,
    contact_element,
    document_elements,
    item_element,
    payment_element,
)
from pipelines.sync.kinds import ENDED, UNIQUE_TYPES
from pipelines.warehouse import Warehouse
from schemas.sync import SYNC_KINDS

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SyncScope:
    """Which documents a plan is about."""

    kinds: frozenset[str]
    """Words of SYNC_KINDS that are on and were asked for."""
    first_date: date
    to: date | None = None
    creates_contacts: bool = True
    """Whether contacts that Xero lacks are made; otherwise their documents wait."""

    def holds(self, kind: str, day: date | None) -> bool:
        """Whether a document is in it."""
        is_late = self.to is not None and day is not None and day > self.to
        return kind in self.kinds and not is_late and (day is None or day >= self.first_date)


@dataclass(frozen=True)
class Books:
    """Everything as the tables give it now."""

    wanted: Mapping[str, Wanted]
    """By key, in the order of sending."""
    matches: Mapping[str, Row]
    """Rows of sync.contacts by key."""
    posted: Mapping[str, Row]
    """Rows of post.synced_documents by key."""
    documents: Mapping[str, Row]
    """Rows of xero.trade_documents by id."""
    payments: Mapping[str, Row]
    allocations: Sequence[Row]
    contacts: Mapping[str, Row]
    items: Mapping[str, Row]
    """Rows of xero.items by code."""
    errors: Mapping[str, Row]
    """Rows of sync.errors that others wrote, by key: such a document is left as it is."""
    flawed: frozenset[tuple[str, str]]
    """Key and content hash of what Xero once saved with a warning."""
    locks: LockDates
    base_currency: str
    has_source: bool
    """Whether the source told any document at all: where it told none, nothing is taken back."""

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Xero's id -> key of our document; ended ones too."""
        return {row["xero_id"]: key for key, row in self.posted.items() if row["kind"] != "contact"}

    @cached_property
    def by_identity(self) -> Mapping[tuple[str, ...], Sequence[Row]]:
        """Documents that stand in Xero, by what makes a number theirs."""
        found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.documents.values():
            if row["document_number"] and row["document_status"] not in ENDED:
                found[identity(row["document_type"], row["document_number"], row["contact_id"])].append(row)
        return found

    @cached_property
    def by_first_part(self) -> Mapping[tuple[str, ...], Sequence[Row]]:
        """Purchases that stand in Xero, by the supplier's own number: what stands before the first bar."""
        found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.documents.values():
            if (
                row["document_number"]
                and row["document_type"] not in UNIQUE_TYPES
                and row["document_status"] not in ENDED
            ):
                number = first_part(row["document_number"])
                found[identity(row["document_type"], number, row["contact_id"])].append(row)
        return found

    def standing_as(self, type_: str, number: str, contact_id: str | None) -> list[Row]:
        """Documents of Xero that have this number; of purchases those, too, that have the supplier's part of it.

        A bill that people or Cin7's own sync entered carries the supplier's number with or without the order's behind
        it. Sent beside that one, it would count twice.
        """
        found = list(self.by_identity.get(identity(type_, number, contact_id), ()))
        if type_ not in UNIQUE_TYPES and contact_id is not None:
            known = {row["document_id"] for row in found}
            more = self.by_first_part.get(identity(type_, first_part(number), contact_id), ())
            found += [row for row in more if row["document_id"] not in known]
        return found

    def followed(self, contact_id: str | None) -> Row | None:
        """A contact of Xero, or the one that it was merged into."""
        seen: set[str] = set()
        row = self.contacts.get(contact_id or "")
        while row is not None and row["merged_to_contact_id"] and row["contact_id"] not in seen:
            seen.add(row["contact_id"])
            row = self.contacts.get(row["merged_to_contact_id"])
        return row

    def contact_of(self, key: str) -> Row | None:
        """The contact in Xero that a contact of ours is now: as posted, else as matched; None: there is none yet."""
        posted, match = self.posted.get(key), self.matches.get(key)
        matched = match["xero_contact_id"] if match else None
        return self.followed(matched or (posted["xero_id"] if posted else None))


def first_part(number: str) -> str:
    """The supplier's own number in one that carries the order's, too: `INV-9 | PO-3`."""
    return number.partition("|")[0].strip()


def identity(type_: str, number: str, contact_id: str | None) -> tuple[str, ...]:
    """What a document is found again by: its number, for purchases with the contact (xero.md sections 3, 4)."""
    if type_ in UNIQUE_TYPES:
        return type_, number.casefold()
    return type_, number.casefold(), contact_id or ""


def read_books(warehouse: Warehouse, scope: SyncScope, own_codes: frozenset[str]) -> Books:
    """Read everything that a plan is decided by.

    Args:
        warehouse: sync.*, post.synced_documents, post.outbox and xero.*.
        scope: which documents.
        own_codes: error codes that plans write themselves: such rows of sync.errors hold nothing back.
    """
    base = str(warehouse.query("select base_currency from xero.organisation").item())
    wanted = _read_wanted(warehouse, scope, base)
    errors = warehouse.query("select * from sync.errors where not list_contains(?, error_code)", [sorted(own_codes)])
    return Books(
        wanted={one.key: one for one in wanted},
        matches={row["contact_key"]: row for row in warehouse.read("sync.contacts").to_dicts()},
        posted={row["document_key"]: row for row in warehouse.read("post.synced_documents").to_dicts()},
        documents={row["document_id"]: row for row in warehouse.read("xero.trade_documents").to_dicts()},
        payments={row["payment_id"]: row for row in warehouse.read("xero.payments").to_dicts()},
        allocations=warehouse.read("xero.allocations").to_dicts(),
        contacts={row["contact_id"]: row for row in warehouse.read("xero.contacts").to_dicts()},
        items={row["item_code"]: row for row in warehouse.read("xero.items").to_dicts()},
        errors={row["document_key"]: row for row in errors.to_dicts()},
        flawed=_read_flawed(warehouse),
        locks=read_locks(warehouse),
        base_currency=base,
        has_source=bool(warehouse.query("select count(*) from core.trade_documents").item() or wanted),
    )


def _read_wanted(warehouse: Warehouse, scope: SyncScope, base: str) -> list[Wanted]:
    """Everything in the scope, in the order of sending; contacts that a document in it needs come with it."""
    rows = warehouse.query("from sync.documents order by document_date, document_key").to_dicts()
    rows = [row for row in rows if scope.holds(row["kind"], row["document_date"])]
    lines = warehouse.read("sync.lines").to_dicts()
    documents = document_elements(rows, lines, base)
    kind_of = dict(warehouse.query("select document_key, kind from sync.documents").rows())
    currency = dict(warehouse.query("select document_key, currency_code from sync.documents").rows())
    payments = [
        payment_element(row, kind_of, base, currency[row["document_key"]])
        for row in warehouse.query("from sync.payments order by paid_on, payment_key").to_dicts()
        if scope.holds("payment", row["paid_on"]) and row["document_key"] in kind_of
    ]
    allocations = [
        allocation_element(row, currency.get(row["credit_key"]))
        for row in warehouse.query("from sync.allocations order by allocated_on, allocation_key").to_dicts()
        if scope.holds("allocation", row["allocated_on"]) and row["amount"]
    ]
    needed = {row["contact_key"] for row in rows}
    contacts = [
        contact_element(row)
        for row in warehouse.query("from sync.contacts order by contact_key").to_dicts()
        if "contact" in scope.kinds or row["contact_key"] in needed
    ]
    items = (
        [item_element(row) for row in warehouse.query("from sync.items order by item_key").to_dicts()]
        if "item" in scope.kinds
        else []
    )
    ordered = sorted(documents, key=lambda one: SYNC_KINDS.index(one.kind))
    return [*contacts, *items, *ordered, *payments, *allocations]


def _read_flawed(warehouse: Warehouse) -> frozenset[tuple[str, str]]:
    """What Xero saved with a warning and was undone: sent again, it would only be undone again."""
    rows = warehouse.query(
        "select tag, content_hash from post.outbox where resource is not null and action = 'create' "
        "and state = 'refused' and manual_journal_id is not null"
    )
    return frozenset((str(tag), str(content)) for tag, content in rows.rows())


def sum_of(rows: Sequence[Row], name: str) -> Decimal:
    """Sum of a column of money."""
    return sum((row[name] for row in rows), Decimal("0.00"))
