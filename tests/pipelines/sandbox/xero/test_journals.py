"""Manual journals are created, shown and changed as Xero does it."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, journal, lines, messages

SEPTEMBER_30 = "/Date(1790726400000+0000)/"


def test_a_created_journal_is_shown_with_what_xero_adds(xero: LocalXero) -> None:
    xero.admin("tracking", {"name": "Region", "options": ["North"]})
    sent = journal(
        JournalLines=[
            {
                "AccountCode": "310",
                "LineAmount": 10.1,
                "Description": "COGS",
                "Tracking": [{"Name": "Region", "Option": "North"}],
            },
            {"AccountCode": "630", "LineAmount": -10.1},
        ],
        HasAttachments=False,
        UpdatedDateUTC="/Date(0)/",
    )
    created = xero.create(sent)[0]

    accounts = {account["Code"]: account["AccountID"] for account in xero.read("Accounts")["Accounts"]}
    category = xero.read("TrackingCategories")["TrackingCategories"][0]
    tracking = {
        "Name": "Region",
        "Option": "North",
        "TrackingCategoryID": category["TrackingCategoryID"],
        "TrackingOptionID": category["Options"][0]["TrackingOptionID"],
    }
    shown = {"TaxType": "NONE", "TaxAmount": 0.0, "IsBlank": False}
    assert created["JournalLines"] == [
        {
            "Description": "COGS",
            "LineAmount": 10.1,
            "AccountCode": "310",
            "AccountID": accounts["310"],
            "Tracking": [tracking],
            **shown,
        },
        {
            "Description": "",
            "LineAmount": -10.1,
            "AccountCode": "630",
            "AccountID": accounts["630"],
            "Tracking": [],
            **shown,
        },
    ]
    header = {
        name: value
        for name, value in created.items()
        if name not in ("JournalLines", "ManualJournalID", "UpdatedDateUTC")
    }
    assert header == {
        "Date": SEPTEMBER_30,
        "Status": "POSTED",
        "LineAmountTypes": "NoTax",
        "Narration": "ACME-COGS-2026-09-v1",
        "ShowOnCashBasisReports": True,
        "HasAttachments": False,
    }
    assert xero.read(f"ManualJournals/{created['ManualJournalID'].upper()}")["ManualJournals"] == [created]


def test_the_envelope_is_around_every_answer(xero: LocalXero) -> None:
    content = xero.read("organisation")
    assert list(content) == ["Id", "Status", "ProviderName", "DateTimeUTC", "Organisations"]
    assert (content["Status"], content["ProviderName"]) == ("OK", "tieout sandbox")
    assert re.fullmatch(r"/Date\(\d{13}\)/", content["DateTimeUTC"])


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2026-09-30", SEPTEMBER_30),
        ("/Date(1790726400000)/", SEPTEMBER_30),
        ("/Date(1790726400000+1300)/", SEPTEMBER_30),
        ("2026-09-30T23:59:00", SEPTEMBER_30),
        # Midnight in Auckland is still the day before in UTC: the trap of xero.md section 1.
        ("2026-10-01T00:00:00+13:00", SEPTEMBER_30),
    ],
)
def test_dates_are_read_in_every_form(xero: LocalXero, sent: str, shown: str) -> None:
    assert xero.create(journal(Date=sent))[0]["Date"] == shown


def test_a_journal_without_date_and_status_is_a_draft_of_today_in_the_organisations_zone(xero: LocalXero) -> None:
    before = datetime.now(UTC).astimezone(ZoneInfo("Pacific/Auckland")).date()
    created = xero.create(journal(Date=None, Status=None))[0]
    after = datetime.now(UTC).astimezone(ZoneInfo("Pacific/Auckland")).date()
    day = datetime.fromtimestamp(int(created["Date"][6:19]) / 1000, UTC).date()
    assert before <= day <= after
    assert created["Status"] == "DRAFT"


@pytest.mark.parametrize("body", [journal(), {"ManualJournals": journal()}, {"manualJournals": [journal()]}])
def test_a_bare_object_and_any_case_of_the_envelope_are_accepted(xero: LocalXero, body: dict[str, Any]) -> None:
    xero.http.put(f"{API}/ManualJournals", json=body).raise_for_status()
    assert xero.narrations() == ["ACME-COGS-2026-09-v1"]


def test_paths_keys_and_booleans_are_read_in_any_case(xero: LocalXero) -> None:
    body = {
        "manualjournals": [{key.lower(): value for key, value in journal().items()}, journal("bad", JournalLines=[])]
    }
    answer = xero.http.put("/API.XRO/2.0/manualJOURNALS/?SummarizeErrors=FALSE", json=body)
    assert answer.status_code == 200
    assert xero.narrations() == ["ACME-COGS-2026-09-v1"]


def test_a_tracking_option_is_found_by_its_identifiers(xero: LocalXero) -> None:
    xero.admin("tracking", {"name": "Region", "options": ["North", "South"]})
    category = xero.read("TrackingCategories")["TrackingCategories"][0]
    ids = {
        "TrackingCategoryID": category["TrackingCategoryID"],
        "TrackingOptionID": category["Options"][1]["TrackingOptionID"],
    }
    created = xero.create(
        journal(JournalLines=[{**line, "Tracking": [ids]} for line in lines(("310", "1"), ("630", "-1"))])
    )
    assert created[0]["JournalLines"][0]["Tracking"] == [{"Name": "Region", "Option": "South", **ids}]


def test_an_account_is_found_by_its_identifier(xero: LocalXero) -> None:
    account = next(each for each in xero.read("Accounts")["Accounts"] if each["Code"] == "310")
    line = {"AccountID": account["AccountID"].upper(), "LineAmount": 5}
    created = xero.create(journal(JournalLines=[line, *lines(("630", "-5"))]))[0]
    assert created["JournalLines"][0]["AccountCode"] == "310"


@pytest.mark.parametrize(
    ("amount_types", "amounts", "tax", "stock", "gst"),
    [
        ("NoTax", ("115.00", "-115.00"), 0, "115.00", None),
        # 100.00 + 15 % GST = 115.00 against a line without tax
        ("Exclusive", ("100.00", "-115.00"), 15, "100.00", "15.00"),
        # 115.00 holds 115 x 15/115 = 15.00 of GST
        ("Inclusive", ("115.00", "-115.00"), 15, "100.00", "15.00"),
    ],
)
def test_tax_is_part_of_the_entry(
    xero: LocalXero, amount_types: str, amounts: tuple[str, str], tax: float, stock: str, gst: str | None
) -> None:
    first, second = lines(("425", amounts[0]), ("850", amounts[1]))
    taxed = {**first, "TaxType": "INPUT2"}
    untaxed = {**second, "TaxType": "NONE"}
    created = xero.create(journal(LineAmountTypes=amount_types, JournalLines=[taxed, untaxed]))[0]
    assert created["JournalLines"][0]["TaxAmount"] == tax
    balances = xero.admin_get("balances?date=2026-09-30")["balances"]
    assert (balances["425"], balances.get("820")) == (stock, gst)


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        (("DRAFT", "DRAFT"), True),
        (("DRAFT", "POSTED"), True),
        (("DRAFT", "DELETED"), True),
        (("DRAFT", "VOIDED"), False),
        (("POSTED", "POSTED"), True),
        (("POSTED", "VOIDED"), True),
        (("POSTED", "DRAFT"), False),
        (("POSTED", "DELETED"), False),
        (("POSTED", "VOIDED", "POSTED"), False),
        (("POSTED", "VOIDED", "VOIDED"), False),
        (("DRAFT", "DELETED", "DRAFT"), False),
    ],
)
def test_a_status_follows_only_certain_others(xero: LocalXero, path: tuple[str, ...], is_allowed: bool) -> None:
    journal_id = xero.create(journal(Status=path[0]))[0]["ManualJournalID"]
    for status in path[1:-1]:
        assert messages(xero.update(journal_id, Status=status)) == []
    refusal = [] if is_allowed else [f"The status '{path[-1]}' cannot be applied to the document"]
    assert messages(xero.update(journal_id, Status=path[-1])) == refusal


def test_a_void_needs_no_lines_and_no_active_account_and_leaves_the_trial_balance(xero: LocalXero) -> None:
    kept, voided = xero.create(journal("kept", "7.00"), journal("voided", "5.00"))
    xero.admin("accounts", {"code": "310", "status": "ARCHIVED"})

    answer = xero.update(voided["ManualJournalID"], Narration="voided, see kept", Status="VOIDED")

    shown = answer.json()["ManualJournals"][0]
    assert (shown["Status"], shown["Narration"], shown["JournalLines"]) == (
        "VOIDED",
        "voided, see kept",
        voided["JournalLines"],
    )
    assert xero.trial_balance("2026-09-30")["630"] == (-7, -7)
    assert kept["Status"] == "POSTED"


def test_a_field_that_is_left_out_keeps_its_value(xero: LocalXero) -> None:
    before = xero.create(journal(ShowOnCashBasisReports=False, Url="https://books.example/1"))[0]
    after = xero.update(before["ManualJournalID"], Narration="new words").json()["ManualJournals"][0]
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"Narration", "UpdatedDateUTC"}
    assert after["Narration"] == "new words"


def test_new_lines_take_the_place_of_the_old_ones(xero: LocalXero) -> None:
    journal_id = xero.create(journal())[0]["ManualJournalID"]
    xero.update(journal_id, JournalLines=lines(("429", "3"), ("630", "-3"))).raise_for_status()
    assert xero.trial_balance("2026-09-30") == {"429": (3, 3), "630": (-3, -3)}


def test_a_refused_change_changes_nothing(xero: LocalXero) -> None:
    before = xero.create(journal())[0]
    answer = xero.update(before["ManualJournalID"], JournalLines=lines(("429", "3"), ("630", "-4")))
    assert messages(answer) == ["The total debits (3.00) must equal total credits (-4.00)"]
    assert answer.json()["ManualJournals"][0]["ManualJournalID"] == before["ManualJournalID"]
    assert xero.read(f"ManualJournals/{before['ManualJournalID']}")["ManualJournals"] == [before]


def test_a_post_of_several_reads_only_the_first(xero: LocalXero) -> None:
    xero.http.post(
        f"{API}/ManualJournals", json={"ManualJournals": [journal("one"), journal("two")]}
    ).raise_for_status()
    assert xero.narrations() == ["one"]


def test_a_post_with_an_identifier_in_the_body_changes_that_journal(xero: LocalXero) -> None:
    journal_id = xero.create(journal("before"))[0]["ManualJournalID"]
    content = {"ManualJournals": [{"ManualJournalID": journal_id, "Narration": "after"}]}
    xero.http.post(f"{API}/ManualJournals", json=content).raise_for_status()
    assert xero.narrations() == ["after"]


def test_an_unknown_journal_is_not_found_as_html(xero: LocalXero) -> None:
    unknown = "11111111-1111-1111-1111-111111111111"
    for answer in (
        xero.http.get(f"{API}/ManualJournals/{unknown}"),
        xero.update(unknown, Narration="x"),
        xero.http.get(f"{API}/Nothing"),
        xero.http.delete(f"{API}/ManualJournals"),
        xero.http.get("/nothing"),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.text.startswith("<!DOCTYPE html>")
