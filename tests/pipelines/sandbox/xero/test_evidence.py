"""History notes and attachments of a document come back as they were sent."""

from collections.abc import Mapping

import httpx
import pytest

from pipelines.sandbox.xero.attachments import LARGEST_FILE
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, journal

CSV = b"sku,amount\nA,10.00\n"


@pytest.fixture
def address(xero: LocalXero) -> str:
    """Path of a journal."""
    return f"{API}/ManualJournals/{xero.create(journal())[0]['ManualJournalID']}"


def _attach(
    xero: LocalXero, address: str, name: str, content: bytes = CSV, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    sent = {"Content-Type": "text/csv", **(headers or {})}
    return xero.http.put(f"{address}/Attachments/{name}", content=content, headers=sent)


def test_a_file_comes_back_by_name_and_by_identifier(xero: LocalXero, address: str) -> None:
    (attached,) = _attach(xero, address, "Lines.csv").raise_for_status().json()["Attachments"]
    assert {name: attached[name] for name in ("FileName", "MimeType", "ContentLength")} == {
        "FileName": "Lines.csv",
        "MimeType": "text/csv",
        "ContentLength": len(CSV),
    }
    for last in ("Lines.csv", attached["AttachmentID"]):
        found = xero.http.get(f"{address}/Attachments/{last}", headers={"Accept": "application/octet-stream"})
        assert (found.content, found.headers["content-type"]) == (CSV, "text/csv")
    listed = xero.http.get(f"{address}/Attachments").json()["Attachments"]
    assert [each["AttachmentID"] for each in listed] == [attached["AttachmentID"]]
    assert listed[0]["Url"].endswith(f"/attachments/{attached['AttachmentID']}")
    assert xero.http.get(address).json()["ManualJournals"][0]["HasAttachments"] is True


def test_the_same_name_replaces_the_file(xero: LocalXero, address: str) -> None:
    first, second = _attach(xero, address, "a.csv"), _attach(xero, address, "a.csv", b"other")
    assert first.json()["Attachments"][0]["AttachmentID"] == second.json()["Attachments"][0]["AttachmentID"]
    assert xero.http.get(f"{address}/Attachments/a.csv").content == b"other"


def test_a_repeated_key_attaches_once(xero: LocalXero, address: str) -> None:
    for _ in range(2):
        _attach(xero, address, "a.csv", headers={"Idempotency-Key": "k"}).raise_for_status()
    records = xero.http.get(f"{address}/History").json()["HistoryRecords"]
    assert [record["Changes"] for record in records] == ["Attached a file", "Created"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a*b.csv", CSV, "The file name a*b.csv has a character that cannot be in one."),
        ("a.csv", b"", "The attachment has no content."),
        ("a.csv", b"x" * (LARGEST_FILE + 1), "The attachment has 10485761 bytes; at most 10 MB can be attached."),
    ],
)
def test_a_file_that_xero_does_not_take_is_refused(
    xero: LocalXero, address: str, name: str, content: bytes, message: str
) -> None:
    answer = _attach(xero, address, name, content)
    assert answer.status_code == 400
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": message}]


def test_an_eleventh_file_is_refused(xero: LocalXero, address: str) -> None:
    statuses = [_attach(xero, address, f"{number}.csv").status_code for number in range(11)]
    assert statuses == [200] * 10 + [400]
    assert _attach(xero, address, "0.csv").status_code == 200


def test_a_note_comes_first_in_the_history(xero: LocalXero, address: str) -> None:
    note = {"HistoryRecords": [{"Details": "Run 7, approved by Ana"}]}
    (record,) = xero.http.put(f"{address}/History", json=note).raise_for_status().json()["HistoryRecords"]
    assert (record["Changes"], record["User"], record["Details"]) == (
        "Note",
        "System Generated",
        "Run 7, approved by Ana",
    )
    records = xero.http.get(f"{address}/History").json()["HistoryRecords"]
    assert [each["Details"] for each in records] == ["Run 7, approved by Ana", "Created with the status POSTED"]


@pytest.mark.parametrize(
    ("details", "message"),
    [
        (" ", "A history record needs Details."),
        ("x" * 2501, "The Details of a history record have at most 2500 characters."),
    ],
)
def test_a_note_that_xero_does_not_take_is_refused(xero: LocalXero, address: str, details: str, message: str) -> None:
    answer = xero.http.put(f"{address}/History", json={"HistoryRecords": [{"Details": details}]})
    assert answer.status_code == 400
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": message}]


@pytest.mark.parametrize("path", ["History", "Attachments", "Attachments/a.csv"])
def test_a_document_that_is_not_there_has_neither(xero: LocalXero, path: str) -> None:
    missing = f"{API}/ManualJournals/11111111-1111-1111-1111-111111111111"
    assert xero.http.get(f"{missing}/{path}").status_code == 404


def test_files_need_a_scope_of_their_own(xero: LocalXero, address: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    token = xero.http.post("/connect/token", data={**form, "scope": "accounting.manualjournals"}).json()["access_token"]
    answer = _attach(xero, address, "a.csv", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
