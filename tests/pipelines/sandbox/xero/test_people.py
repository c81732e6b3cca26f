"""What a person does in Xero's own pages shows in the API as Xero would show it."""

import httpx
import pytest

from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, journal

TAG = "ACME-COGS-2026-09-v1"


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("DRAFT", "approve", "POSTED"),
        ("DRAFT", "delete", "DELETED"),
        ("POSTED", "void", "VOIDED"),
        ("POSTED", "archive", "ARCHIVED"),
        ("POSTED", "unapprove", "DRAFT"),
    ],
)
def test_a_person_changes_the_status_even_of_a_locked_month(
    xero: LocalXero, before: str, action: str, after: str
) -> None:
    created = xero.create(journal(f"{TAG} September 2026", Status=before))[0]
    xero.admin("lock-date", {"lock_date": "2026-09-30"})
    assert xero.admin(f"journals/{action}", {"journal": TAG})["status"] == after
    shown = xero.read(f"ManualJournals/{created['ManualJournalID']}")["ManualJournals"][0]
    assert (shown["Status"], shown["Narration"]) == (after, created["Narration"])


def test_a_person_edits_lines_narration_and_date(xero: LocalXero) -> None:
    created = xero.create(journal(TAG))[0]
    edited = xero.admin(
        "journals/edit",
        {
            "journal": created["ManualJournalID"],
            "narration": "corrected",
            "date": "2026-09-29",
            "lines": [{"account_code": "310", "amount": "12.34"}, {"account_code": "630", "amount": "-12.34"}],
        },
    )
    assert (edited["narration"], edited["date"]) == ("corrected", "2026-09-29")
    shown = xero.read(f"ManualJournals/{created['ManualJournalID']}")["ManualJournals"][0]
    assert [line["LineAmount"] for line in shown["JournalLines"]] == [12.34, -12.34]
    assert xero.trial_balance("2026-09-30")["310"][1] * 100 == 1234


def test_a_person_enters_a_journal_that_is_no_client_s(xero: LocalXero) -> None:
    lines = [{"account_code": "630", "amount": "5"}, {"account_code": "429", "amount": "-5"}]
    xero.admin("journals/enter", {"narration": "Cin7 COGS 09/2026", "date": "2026-09-30", "lines": lines})
    (shown,) = xero.read("ManualJournals", page=1)["ManualJournals"]
    assert (shown["Narration"], shown["Status"]) == ("Cin7 COGS 09/2026", "POSTED")


def test_what_a_person_did_stands_in_the_history_with_a_name(xero: LocalXero) -> None:
    created = xero.create(journal(TAG))[0]
    xero.admin("journals/void", {"journal": TAG})
    records = xero.read(f"ManualJournals/{created['ManualJournalID']}/History")["HistoryRecords"]
    assert [(record["Changes"], record["User"]) for record in records] == [
        ("Voided", "Pat Keeper"),
        ("Created", "System Generated"),
    ]


@pytest.mark.parametrize(("journal_sent", "count"), [("nothing", 0), (TAG, 2)])
def test_a_journal_that_cannot_be_told_is_not_changed(xero: LocalXero, journal_sent: str, count: int) -> None:
    xero.create(journal(TAG), journal(f"{TAG} again"))
    answer = xero.http.post("/_sandbox/journals/void", json={"journal": journal_sent})
    assert answer.status_code == 400
    assert f"journal {journal_sent}: is {count} journals of the books" in answer.json()["problems"][0]
    unknown = {"narration": "x", "date": "2026-09-30", "lines": [{"account_code": "999", "amount": "1"}] * 2}
    refused: httpx.Response = xero.http.post("/_sandbox/journals/enter", json=unknown)
    assert refused.json()["problems"] == ["account 999: does not exist"]


def test_an_unknown_action_is_not_found(xero: LocalXero) -> None:
    assert xero.http.post("/_sandbox/journals/burn", json={"journal": TAG}).status_code == 404
    assert xero.http.get(f"{API}/ManualJournals").status_code == 200
