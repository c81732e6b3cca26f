"""Answers keep to Xero's own OpenAPI specification, where that lies beside the checkout."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, journal, lines

SPECIFICATION = Path(__file__).parents[5] / "shared" / "reference" / "xero" / "xero_accounting.yaml"
ABSENT_FROM_SPECIFICATION = {
    # xero.md section 1: the envelope and HasValidationErrors come back, though the specification leaves them out.
    *("Id", "Status", "ProviderName", "DateTimeUTC", "HasValidationErrors"),
    # Recorded on tracking options and on manual journals in a 400.
    *("IsDeleted", "IsArchived", "IsActive", "ManualJournals"),
}

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason=f"no specification at ../shared: {SPECIFICATION.name}"
)


@pytest.fixture(scope="session")
def components() -> dict[str, Any]:
    """The schemas of the specification, closed: a property that they do not know is an error."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads 25,000 lines ten times as fast
    schemas: dict[str, Any] = yaml.load(SPECIFICATION.read_bytes(), loader)["components"]["schemas"]  # noqa: S506
    for schema in schemas.values():
        if "properties" in schema:
            extra: dict[str, object] = {
                name: {} for name in ABSENT_FROM_SPECIFICATION if name not in schema["properties"]
            }
            schema["properties"] |= extra
            schema["additionalProperties"] = False
    # The specification gives an element of a refusal no other property than its errors and a few identifiers.
    schemas["Element"]["additionalProperties"] = True
    return schemas


@pytest.fixture
def posted(xero: LocalXero) -> LocalXero:
    """Books with one of everything that an answer can show."""
    xero.admin("tracking", {"name": "Region", "options": ["North", "Old"], "archived_options": ["Old"]})
    xero.admin("lock-date", {"lock_date": "2026-08-31", "end_of_year_lock_date": "2026-03-31"})
    tracked = [
        {**line, "Tracking": [{"Name": "Region", "Option": "North"}]} for line in lines(("310", "1"), ("630", "-1"))
    ]
    xero.create(journal(JournalLines=tracked, Url="https://books.example/1"), journal("draft", Status="DRAFT"))
    return xero


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("Organisation", "Organisations"),
        ("Accounts", "Accounts"),
        ("TaxRates", "TaxRates"),
        ("TrackingCategories?includeArchived=true", "TrackingCategories"),
        ("ManualJournals", "ManualJournals"),
        ("ManualJournals?page=1", "ManualJournals"),
        ("Reports/TrialBalance?date=2026-09-30", "ReportWithRows"),
    ],
)
def test_what_is_read_keeps_to_the_specification(
    posted: LocalXero, components: dict[str, Any], path: str, schema: str
) -> None:
    assert _deviations(posted.http.get(f"{API}/{path}").raise_for_status().json(), schema, components) == []


def test_what_is_written_keeps_to_the_specification(posted: LocalXero, components: dict[str, Any]) -> None:
    warned = journal("warned", Status="DRAFT", JournalLines=lines(("476", "1"), ("630", "-1")))
    answer = posted.put(journal(), warned, journal("refused", JournalLines=[]))
    assert _deviations(answer.json(), "ManualJournals", components) == []


@pytest.mark.parametrize("fields", [{"JournalLines": []}, {"LineAmountTypes": "NO_TAX"}])
def test_a_refusal_keeps_to_the_specification(
    posted: LocalXero, components: dict[str, Any], fields: dict[str, Any]
) -> None:
    answer = posted.put(journal(**fields), summarize=True)
    assert answer.status_code == 400
    assert _deviations(answer.json(), "Error", components) == []


def _deviations(content: object, schema: str, components: dict[str, Any]) -> list[str]:
    root = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": components}}
    return [f"{error.json_path}: {error.message[:200]}" for error in Draft7Validator(root).iter_errors(content)]
