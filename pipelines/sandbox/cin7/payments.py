"""Payments that a client writes into the local Omni, as long as it runs (cin7.md sections 1.1 and 1.8)."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.sandbox.cin7.rows import ResourceFolder, Row

FIRST_ID = 700_001
ORDERS = {"salesorder": "SalesOrders", "purchaseorder": "PurchaseOrders", "creditnote": "CreditNotes"}


def take(resources: ResourceFolder, given: Any, now: datetime) -> list[Row]:  # noqa: ANN401 whatever a client sends
    """Keep each payment of an array, or say what is wrong with it.

    Args:
        resources: the rows that are served.
        given: the body as it was sent.
        now: the moment.

    Returns:
        For each row `index`, `id`, `success` and `errors`, as Omni answers writes.
    """
    rows = given if isinstance(given, list) else [given]
    return [_take_one(resources, index, row, now) for index, row in enumerate(rows)]


def _take_one(resources: ResourceFolder, index: int, given: Any, now: datetime) -> Row:  # noqa: ANN401
    errors = _errors(resources, given)
    if errors:
        return {"index": index, "id": None, "success": False, "errors": errors}
    known = [int(row["id"]) for row in resources.rows("Payments")]
    at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    payment = {**given, "id": max([*known, FIRST_ID - 1]) + 1, "createdDate": at, "modifiedDate": at}
    resources.add("Payments", payment)
    return {"index": index, "id": payment["id"], "success": True, "errors": []}


def _errors(resources: ResourceFolder, given: Any) -> list[str]:  # noqa: ANN401
    """What is wrong with a payment."""
    if not isinstance(given, dict):
        return ["A payment is an object"]
    resource = ORDERS.get(str(given.get("orderType", "")).lower())
    if resource is None or all(row.get("id") != given.get("orderId") for row in resources.rows(resource)):
        return [f"Order {given.get('orderId')} was not found"]
    try:
        amount = Decimal(str(given.get("amount")))
    except InvalidOperation:
        return ["amount is no number"]
    return [] if amount.is_finite() and amount else ["amount is 0"]
