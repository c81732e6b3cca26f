"""What Xero's specification gets wrong: where, what is right, and how we know (xero.md section 13.1)."""

from dataclasses import dataclass
from typing import Any

ABSENT: Any = object()
"""In place of a value: the key does not belong there."""


@dataclass(frozen=True)
class Defect:
    """One value of the specification that is wrong, and the right one."""

    place: str
    """Keys from the root, joined by ` > `, because paths hold slashes; the last one is set."""
    right: Any
    reason: str

    def mend(self, document: dict[str, Any]) -> None:
        """Put the right value in its place."""
        parent, key = self._parent(document)
        if self.right is ABSENT:
            del parent[key]
        elif isinstance(parent, list):
            parent.append(self.right)
        else:
            parent[key] = self.right

    def is_there(self, document: dict[str, Any]) -> bool:
        """Whether the specification, as it was published, still has this defect."""
        try:
            parent, key = self._parent(document)
        except KeyError:
            return False
        if isinstance(parent, list):
            return self.right not in parent
        return key in parent if self.right is ABSENT else parent.get(key) != self.right

    def _parent(self, document: dict[str, Any]) -> tuple[Any, str]:
        *way, key = self.place.split(" > ")
        found: Any = document
        for part in way:
            found = found[part]
        return found, key


def _schema(name: str) -> str:
    return f"components > schemas > {name}"


TEXT = {"type": "string"}
ANYTHING: dict[str, Any] = {}

_ENVELOPES = (
    "Accounts", "Actions", "Allocations", "Attachments", "BankTransactions", "Contacts", "CreditNotes", "Currencies",
    "HistoryRecords", "Invoices", "Items", "ManualJournals", "Organisations", "Payments", "PurchaseOrders",
    "ReportWithRows", "TaxRates", "TrackingCategories", "TrackingOptions",
)  # fmt: skip

_REQUESTS = (
    Defect(
        "components > parameters > ifModifiedSince > schema > format",
        ABSENT,
        "xero.md 1.1: the documentation gives yyyy-mm-ddThh:mm:ss in UTC, without the offset that date-time wants",
    ),
    Defect(
        "paths > /ManualJournals/{ManualJournalID} > post > parameters > +",
        {"$ref": "#/components/parameters/summarizeErrors"},
        "xero.md 1.2: without the parameter a refused element is HTTP 400; the other writes list it, this one forgot",
    ),
    *(
        Defect(
            f"paths > /ManualJournals/{{ManualJournalID}}/Attachments/{{FileName}} > {method} > requestBody > content"
            " > text/csv",
            {"schema": TEXT},
            "xero.md 2: a file travels under its own MIME type; the specification has application/octet-stream only",
        )
        for method in ("put", "post")
    ),
    Defect(
        "components > parameters > requiredHeader > required",
        False,
        "xero.md 1: a custom connection may leave the tenant out",
    ),
)

_ANSWERS = (
    *(
        Defect(
            f"{_schema(name)} > properties > {field}",
            TEXT,
            "xero.md 1: the envelope comes back and is not in the schema",
        )
        for name in _ENVELOPES
        for field in ("Id", "Status", "ProviderName", "DateTimeUTC")
    ),
    Defect(
        f"{_schema('Element')} > additionalProperties",
        True,
        "xero.md 12: the whole element is echoed in a 400, the schema has only identifiers",
    ),
)

DEFECTS = (*_REQUESTS, *_ANSWERS)
