"""Values that decide what counts are known by name: one that cin7.md does not have is told, wherever it stands."""

import json

import pytest

from pipelines.extract.api.drift import Drift
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Resource
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.extract.core_api.resources import CORE_RESOURCES


def told(resource: Resource, row: dict[str, object]) -> list[tuple[str, str]]:
    """Field and value of what is told of a row."""
    drift = Drift(resource)
    drift.look_at([ReceivedRow(json.dumps(row))], ["1"])
    return list(drift.values)


@pytest.mark.parametrize(
    ("name", "field", "known", "unknown"),
    [("Contacts", "type", "CUSTOMER", "Alien"), ("Payments", "orderType", "SupplierCreditNote", "Martian")],
)
def test_contacts_and_payments_of_omni_tell_unknown_values_cin7_1_8(
    name: str, field: str, known: str, unknown: str
) -> None:
    """cin7.md section 1.8: type of a contact, orderType of a payment."""
    assert told(RESOURCES[name], {"id": 1, field: known}) == []
    assert told(RESOURCES[name], {"id": 1, field: unknown}) == [(field, unknown)]


@pytest.mark.parametrize(
    ("name", "path", "known", "unknown"),
    [
        ("sale", "Fulfilments.Ship.Status", "Partially Authorised", "SHIPPED"),
        ("sale", "Invoices.Status", "PAID", "POSTED"),
        ("sale", "CreditNotes.Status", "AUTHORISED", "PENDING"),
        ("advanced-purchase", "Status", "RECEIVING / CREDITED", "FROZEN"),
        ("advanced-purchase", "StockReceived.Status", "AUTHORISED", "RECEIVED"),
        ("advanced-purchase", "Invoice.Status", "NOT AVAILABLE", "POSTED"),
        ("advanced-purchase", "CreditNote.Status", "VOIDED", "PENDING"),
        ("product", "Type", "stock", "Bundle"),
    ],
)
def test_parts_of_core_documents_tell_unknown_values_section_2_2(
    name: str, path: str, known: str, unknown: str
) -> None:
    """cin7.md section 2.2: statuses of sales, purchases and their parts; Type of a product."""
    resource = CORE_RESOURCES[name].resource
    for value, expected in ((known, []), (unknown, [(path, unknown)])):
        row: object = value
        for number, part in enumerate(reversed(path.split("."))):
            row = {part: row if number == 0 or part == "Ship" else [row]}
        assert isinstance(row, dict)
        assert told(resource, row) == expected
