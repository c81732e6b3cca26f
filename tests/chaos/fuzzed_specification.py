"""Xero's specification as schemathesis gets it: only what the local Xero offers, and mended where it is wrong."""

import re
import warnings
from copy import deepcopy
from pathlib import Path
from typing import Any

from pipelines.sandbox.xero import create_app, open_books
from tests.pipelines.xero_specification import API, specifications

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
YES_OR_NO: Json = {"type": "boolean"}

EXTRA_PROPERTIES: dict[str, Json] = {
    # xero.md 1: companion strings of dates come back
    "Invoice": {"DateString": TEXT, "DueDateString": TEXT},
    "CreditNote": {"DateString": TEXT, "DueDateString": TEXT},
    "PurchaseOrder": {"DateString": TEXT, "DeliveryDateString": TEXT},
    "BankTransaction": {"DateString": TEXT},
    "HistoryRecord": {"DateUTCString": TEXT},
    # recorded on tracking options, and missing from the schema
    "TrackingOption": dict.fromkeys(("HasValidationErrors", "IsDeleted", "IsArchived", "IsActive"), YES_OR_NO),
    # xero.md 1: the envelope comes back
    "Journals": dict.fromkeys(("Id", "ProviderName", "DateTimeUTC", "Status"), TEXT),
    "Allocation": dict.fromkeys(("Id", "ProviderName", "DateTimeUTC", "Status"), TEXT),
}
REFUSED = (
    *("ManualJournal", "Invoice", "CreditNote", "PurchaseOrder", "BankTransaction", "Item", "Allocation"),
    *("HistoryRecord", "Currency", "TaxRate", "TrackingCategory", "TrackingOption", "Account"),
)
"""xero.md 1.2 and 12: a refused element carries its errors and warnings, and lacks what was left out."""

_RESULT: Json = {
    "HasValidationErrors": YES_OR_NO,
    "StatusAttributeString": TEXT,
    "ValidationErrors": {"type": "array", "items": {"$ref": "#/components/schemas/ValidationError"}},
    "Warnings": {"type": "array", "items": {"$ref": "#/components/schemas/ValidationError"}},
}


def fuzzed_specification(folder: Path) -> Json:
    """The specification with the operations that the local Xero has, without examples.

    Args:
        folder: where books may be made, only to ask the server for its paths.
    """
    document: Json = deepcopy(specifications()[0])
    schemas = document["components"]["schemas"]
    for name, properties in EXTRA_PROPERTIES.items():
        schemas[name]["properties"] |= properties
    for name in REFUSED:
        known = schemas[name]["properties"]
        known |= {key: each for key, each in _RESULT.items() if key not in known}
        schemas[name].pop("required", None)
    offered = _offered(folder)
    document["paths"] = {
        path: {key: each for key, each in item.items() if key == "parameters" or (key, _bare(path)) in offered}
        for path, item in document["paths"].items()
    }
    document["paths"] = {path: item for path, item in document["paths"].items() if set(item) - {"parameters"}}
    document.pop("servers", None)
    document.pop("security", None)
    found = _without_examples(document)
    assert isinstance(found, dict)
    return found


def _offered(folder: Path) -> set[tuple[str, str]]:
    """Method and path of everything under the accounting API."""
    books = open_books(folder / "routes.sqlite")
    app = create_app(books)
    books.close()
    with warnings.catch_warnings():  # PUT and POST of one function share an operation id, which nobody reads
        warnings.filterwarnings("ignore", "Duplicate Operation ID")
        paths = app.openapi()["paths"]
    return {(method, _bare(path.removeprefix(API))) for path, item in paths.items() for method in item}


def _bare(path: str) -> str:
    """A path in small letters, its parameters without names."""
    return re.sub(r"\{[^}]+\}", "{}", path).lower()


def _without_examples(value: object) -> object:
    """Examples break their own schemas (xero.md 13.1), and make the document ten times as long."""
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key not in ("example", "examples", "security")}
        return {key: _without_examples(each) for key, each in kept.items()}
    if isinstance(value, list):
        return [_without_examples(each) for each in value]
    return value


def name_what_there_is(document: Json, identifiers: dict[str, str]) -> None:
    """Let path parameters be identifiers that the books hold, so that requests come past the 404.

    Args:
        document: changed in place.
        identifiers: name of a parameter -> an identifier.
    """
    places = [*document["components"]["parameters"].values()]
    for item in document["paths"].values():
        for part in (item, *(each for each in item.values() if isinstance(each, dict))):
            places += [each for each in part.get("parameters", ()) if "$ref" not in each]
    for parameter in places:
        if parameter.get("in") == "path" and parameter["name"] in identifiers:
            parameter["schema"] = {"type": "string", "enum": [identifiers[parameter["name"]]]}
