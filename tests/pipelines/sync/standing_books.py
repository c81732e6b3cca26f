"""What stands in Xero's books after a sync: the same however often it was interrupted."""

from typing import Any

from pipelines.load.xero_client import XeroClient
from pipelines.sync.kinds import ENDED

Standing = dict[str, list[tuple[object, ...]]]


def standing_books(client: XeroClient) -> Standing:
    """Contacts, documents, payments, allocations that count, without Xero's ids; what stands twice is there twice."""
    found: Standing = {
        "contacts": sorted((one["Name"], one.get("ContactNumber")) for one in client.documents("Contacts")),
        "payments": sorted(
            (str(one.get("Reference")), str(one["Amount"]))
            for one in client.documents("Payments")
            if one["Status"] not in ENDED
        ),
    }
    for collection, number in (
        ("Invoices", "InvoiceNumber"),
        ("CreditNotes", "CreditNoteNumber"),
        ("PurchaseOrders", "PurchaseOrderNumber"),
    ):
        shown = [one for one in client.documents(collection) if one["Status"] not in ENDED]
        found[collection] = sorted(_head(one, number) for one in shown)
        if collection == "CreditNotes":
            parts = [(one[number], part) for one in shown for part in one.get("Allocations") or []]
            found["allocations"] = sorted(
                (str(note), part["Invoice"]["InvoiceNumber"], str(part["Amount"])) for note, part in parts
            )
    return found


def _head(one: dict[str, Any], number: str) -> tuple[object, ...]:
    left = one.get("AmountDue", one.get("RemainingCredit", one["Total"]))
    lines = [(line.get("AccountCode"), str(line["LineAmount"]), str(line["TaxAmount"])) for line in one["LineItems"]]
    return (
        one[number],
        one.get("Type", ""),
        one["Status"],
        str(one["Total"]),
        str(left),
        one["CurrencyCode"],
        str(lines),
    )
