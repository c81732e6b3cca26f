"""Copies contacts, items, currencies, documents, payments and allocations of Xero into the `xero` tables: reads only.

The first read takes documents since the sync begins; later ones take what changed since (If-Modified-Since), by the
server's own time. Contacts are always read whole: a change of their balances tells nobody (xero.md section 1.1).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import polars as pl

from pipelines.errors import ApprovalNeeded
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of, organisation_row
from pipelines.load.xero_client import Element, XeroClient
from pipelines.sync.kinds import DOCUMENT_RESOURCES
from pipelines.sync.mirror_rows import (
    allocation_rows,
    contact_row,
    currency_row,
    item_row,
    payment_row,
    payment_term_rows,
    trade_document_row,
)
from pipelines.warehouse import Warehouse

LOOK_BACK = timedelta(days=31)
"""How far before the first document of the sync the first read goes."""

_OVERLAP = timedelta(seconds=5)
"""A change may show a little late; both instants are of Xero's own clock."""

IDS_AT_ONCE = 40
"""Ids in one filter (xero.md section 1.1)."""


def mirror_settings(client: XeroClient, warehouse: Warehouse, clock: Clock = utc_now) -> None:
    """Fill xero.organisation, payment_terms, currencies, contacts and items: four requests, or a page more for each
    thousand contacts.

    Raises:
        the errors of `XeroClient`.
    """
    organisation = client.organisation()
    frames = {
        "xero.organisation": frame_of("xero.organisation", [organisation_row(organisation, clock())]),
        "xero.payment_terms": frame_of("xero.payment_terms", payment_term_rows(organisation)),
        "xero.currencies": frame_of("xero.currencies", map(currency_row, client.currencies())),
        "xero.contacts": read_contacts(client),
        "xero.items": frame_of("xero.items", map(item_row, client.items())),
    }
    with warehouse.transaction():
        for table, frame in frames.items():
            warehouse.replace(table, frame)


def refresh_settings(client: XeroClient, warehouse: Warehouse, clock: Clock = utc_now) -> None:
    """Read lock dates and contacts again before something is sent: two requests.

    Raises:
        ApprovalNeeded: the client leads to another organisation than the plan was made for (exit 4).
    """
    organisation = frame_of("xero.organisation", [organisation_row(client.organisation(), clock())])
    known = warehouse.read("xero.organisation")
    if known.is_empty() or known.item(0, "organisation_id") != organisation.item(0, "organisation_id"):
        raise ApprovalNeeded(
            f"The plan was made for another organisation than {organisation.item(0, 'name')}: nothing was sent.\n"
            "    Check TIEOUT_XERO_TENANT_ID, or make a new plan: tieout plan --documents"
        )
    contacts = read_contacts(client)
    with warehouse.transaction():
        warehouse.replace("xero.organisation", organisation)
        warehouse.replace("xero.contacts", contacts)


def read_contacts(client: XeroClient) -> pl.DataFrame:
    """XeroContacts, archived and merged ones too."""
    found = client.documents("Contacts", filters={"includeArchived": "true"})
    return frame_of("xero.contacts", map(contact_row, found))


def mirror_state(client: XeroClient, warehouse: Warehouse, first_date: date) -> None:
    """Fill xero.trade_documents, payments and allocations with what changed: four requests, or a few more.

    Everything is read again where the organisation or the first date is another one than before. A document of ours
    that is older than the first date is read by its id.

    Args:
        client: of the organisation.
        warehouse: xero.organisation, xero.reads, post.synced_documents.
        first_date: date of the first documents of the sync.

    Raises:
        the errors of `XeroClient`.
    """
    terms = {
        "organisation_id": str(warehouse.query("select organisation_id from xero.organisation").item()),
        "from_date": first_date - LOOK_BACK,
        "account_codes": "",
    }
    for resource in (*DOCUMENT_RESOURCES, "Payments"):
        since = _read_until(warehouse, resource, terms)
        asked_at = client.server_time
        elements = list(_changed(client, resource, first_date - LOOK_BACK, since))
        with warehouse.transaction():
            if since is None:
                _forget(warehouse, resource)
            keep_elements(warehouse, resource, elements)
            _note(warehouse, resource, terms, asked_at or since)
    for resource, elements in _older(client, warehouse).items():
        keep_elements(warehouse, resource, elements)


def keep_elements(warehouse: Warehouse, resource: str, elements: Iterable[Element]) -> None:
    """Put documents or payments as Xero shows them into the tables, in the place of what was known of them."""
    shown = list(elements)
    if not shown:
        return
    if resource == "Payments":
        payments = frame_of("xero.payments", map(payment_row, shown))
        warehouse.replace("xero.payments", payments, "list_contains(?, payment_id)", [payments["payment_id"].to_list()])
        return
    documents = frame_of("xero.trade_documents", [trade_document_row(resource, one) for one in shown])
    documents = documents.unique("document_id", keep="last", maintain_order=True)
    ids = documents["document_id"].to_list()
    with warehouse.transaction():
        warehouse.replace("xero.trade_documents", documents, "list_contains(?, document_id)", [ids])
        if resource == "CreditNotes":
            rows = [row for one in shown for row in allocation_rows(one)]
            allocations = frame_of("xero.allocations", rows)
            warehouse.replace("xero.allocations", allocations, "list_contains(?, credit_id)", [ids])


def _changed(client: XeroClient, resource: str, first: date, since: datetime | None) -> Iterable[Element]:
    if since is not None:
        return client.documents(resource, modified_since=since)
    if resource == "PurchaseOrders":  # they take no `where`
        return client.documents(resource, filters={"DateFrom": first.isoformat()})
    return client.documents(resource, f"Date >= DateTime({first.year}, {first.month:02}, {first.day:02})")


def _older(client: XeroClient, warehouse: Warehouse) -> Mapping[str, list[Element]]:
    """Documents of ours that no read has shown, by endpoint."""
    missing = warehouse.query(
        "select kind, xero_id from post.synced_documents where ended_at is null "
        "and kind not in ('contact', 'item', 'payment', 'allocation') "
        "and xero_id not in (select document_id from xero.trade_documents) order by xero_id"
    )
    found: dict[str, list[Element]] = {}
    credits_ = missing.filter(pl.col("kind").str.contains("credit|reversal"))["xero_id"].to_list()
    orders = missing.filter(pl.col("kind") == "purchase_order")["xero_id"].to_list()
    invoices = [one for one in missing["xero_id"].to_list() if one not in {*credits_, *orders}]
    for start in range(0, len(invoices), IDS_AT_ONCE):
        wanted = ",".join(invoices[start : start + IDS_AT_ONCE])
        found.setdefault("Invoices", []).extend(client.documents("Invoices", filters={"IDs": wanted}))
    for resource, ids in (("CreditNotes", credits_), ("PurchaseOrders", orders)):
        for document_id in ids:
            element = client.one(resource, document_id)
            if element is not None:
                found.setdefault(resource, []).append(element)
    return found


def _forget(warehouse: Warehouse, resource: str) -> None:
    if resource == "Payments":
        warehouse.execute("delete from xero.payments")
        return
    if resource == "CreditNotes":
        warehouse.execute("delete from xero.allocations")
    warehouse.execute("delete from xero.trade_documents where resource = ?", [resource])


def _read_until(warehouse: Warehouse, resource: str, terms: Mapping[str, object]) -> datetime | None:
    """How far the endpoint was read, less the overlap; None: read all."""
    found = warehouse.read("xero.reads", "resource = ?", [_name(resource)]).to_dicts()
    if not found or any(found[0][name] != value for name, value in terms.items()):
        return None
    until = found[0]["changed_until"]
    return until - _OVERLAP if isinstance(until, datetime) else None


def _note(warehouse: Warehouse, resource: str, terms: Mapping[str, object], until: datetime | None) -> None:
    row = {"resource": _name(resource), **terms, "changed_until": until, "refusal": None}
    warehouse.replace("xero.reads", frame_of("xero.reads", [row]), "resource = ?", [_name(resource)])


def _name(resource: str) -> str:
    """Apart from what the tie-out reads of the same endpoint for its own accounts."""
    return f"sync of {resource}"
