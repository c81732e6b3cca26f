"""The ids and days of Cin7 Core's documents: GUIDs made of a document's number, and midnights without a zone."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

NUMBERED_FROM = "https://core.example/"
STOCK_ACCOUNT = "630"
PRODUCTION_ACCOUNT = "635"
PAYABLES_ACCOUNT = "800"
RECEIVABLES_ACCOUNT = "610"
SALES_ACCOUNT = "200"
COGS_ACCOUNT = "310"
CHARGE_ACCOUNTS = {"freight": "425", "customs": "426"}
REASON_ACCOUNTS = {
    "Damaged in transit": "429", "Stock count": "430", "Found in count": "430", "Marketing sample": "431",
}  # fmt: skip


def guid(kind: str, name: object) -> str:
    """The id of something with a name, the same every time."""
    return str(uuid5(NAMESPACE_URL, f"{NUMBERED_FROM}{kind}/{name}"))


def day(on: date | None) -> str | None:
    """A business date as Core writes it: a midnight without a zone, never shifted."""
    return None if on is None else f"{on.isoformat()[:10]}T00:00:00"
