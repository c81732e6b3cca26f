"""What Xero refuses is refused in its words, and nothing of it is in the books."""

from typing import Any

import pytest

from tests.pipelines.sandbox.xero.local_xero import Json, LocalXero, journal, lines, messages

Fields = dict[str, Any]
LOCKED = "The document date cannot be before the period lock date, currently set at 30-Sep-2026"
YEAR_LOCKED = "The document date cannot be before the end of year lock date, currently set at 31-Mar-2026"


def _with_account(code: str) -> Fields:
    return {"JournalLines": lines((code, "10.00"), ("630", "-10.00"))}


def _with_first_line(**fields: Json) -> Fields:
    return {"JournalLines": [{"AccountCode": "310", "LineAmount": 10, **fields}, *lines(("630", "-10"))]}


def _tracked(*options: tuple[str, str]) -> Fields:
    return _with_first_line(Tracking=[{"Name": name, "Option": option} for name, option in options])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"JournalLines": lines(("310", "100"), ("630", "-10"))},
            "The total debits (100.00) must equal total credits (-10.00)",
        ),
        ({"JournalLines": lines(("310", "0"))}, "A manual journal must have at least two lines."),
        ({"JournalLines": []}, "A manual journal must have at least two lines."),
        ({"Narration": None}, "Narration is required."),
        ({"Narration": "  "}, "Narration is required."),
        (_with_account("610"), "Account code '610' is not a valid code for this document."),
        (_with_account("800"), "Account code '800' is not a valid code for this document."),
        (_with_account("090"), "Account code '090' is not a valid code for this document."),
        (_with_account("640"), "Account code '640' is not a valid code for this document."),
        (_with_account("960"), "Account code '960' is not a valid code for this document."),
        (_with_account("999"), "Account code '999' is not a valid code for this document."),
        (
            _with_account("400"),
            "Account code '400' has been archived, or has been deleted. Each line item must reference a valid account.",
        ),
        (
            _with_first_line(AccountCode=None),
            "An account code or account ID is required on every line of a posted journal.",
        ),
        (_with_first_line(LineAmount=10.001), "LineAmount 10.001 has more than 2 decimals."),
        (
            _with_first_line(TaxType="INPUT9"),
            "The TaxType code 'INPUT9' does not exist or cannot be used for this type of transaction.",
        ),
        (_with_first_line(TaxType="OUTPUT2"), "The TaxType code 'OUTPUT2' cannot be used with account code '310'."),
        (
            _tracked(("Region", "West")),
            "The tracking option 'West' does not exist or is not active in the tracking category 'Region'.",
        ),
        (
            _tracked(("Region", "Old")),
            "The tracking option 'Old' does not exist or is not active in the tracking category 'Region'.",
        ),
        (
            _tracked(("Colour", "Red")),
            "The tracking option 'Red' does not exist or is not active in the tracking category 'Colour'.",
        ),
        (
            _tracked(("Region", "North"), ("Region", "South")),
            "The tracking category 'Region' is used more than once on a line.",
        ),
        ({"Status": "VOID"}, "The status 'VOID' cannot be applied to the document"),
        ({"Status": "VOIDED"}, "The status 'VOIDED' cannot be applied to the document"),
        ({"Status": "ARCHIVED"}, "The status 'ARCHIVED' cannot be applied to the document"),
    ],
)
def test_a_new_journal_is_refused_with_one_message(xero: LocalXero, fields: Fields, message: str) -> None:
    xero.admin("accounts", {"code": "400", "status": "ARCHIVED"})
    xero.admin("tracking", {"name": "Region", "options": ["North", "South", "Old"], "archived_options": ["Old"]})

    answer = xero.put(journal(**fields))

    assert answer.status_code == 200
    assert messages(answer) == [message]
    refused = answer.json()["ManualJournals"][0]
    assert refused["StatusAttributeString"] == "ERROR"
    assert refused["ManualJournalID"] == "00000000-0000-0000-0000-000000000000"
    assert xero.narrations() == []


def test_three_tracking_options_on_a_line_are_refused(xero: LocalXero) -> None:
    xero.admin("tracking", {"name": "Region", "options": ["North"]})
    xero.admin("tracking", {"name": "Channel", "options": ["Web"]})
    answer = xero.put(journal(**_tracked(("Region", "North"), ("Channel", "Web"), ("Channel", "Web"))))
    assert messages(answer)[0] == "A journal line can have at most 2 tracking categories."


@pytest.mark.parametrize(
    ("day", "refusal"),
    [("2026-10-01", []), ("2026-09-30", [LOCKED]), ("2026-04-01", [LOCKED]), ("2026-03-31", [YEAR_LOCKED])],
)
@pytest.mark.parametrize("status", ["DRAFT", "POSTED"])
def test_a_date_on_or_before_a_lock_date_is_refused(xero: LocalXero, day: str, refusal: list[str], status: str) -> None:
    xero.admin("lock-date", {"lock_date": "2026-09-30", "end_of_year_lock_date": "2026-03-31"})
    assert messages(xero.put(journal(Date=day, Status=status))) == refusal


def test_a_journal_in_a_locked_period_can_be_neither_changed_nor_voided_nor_moved_into_it(xero: LocalXero) -> None:
    locked, open_one = xero.create(journal("locked"), journal("open", Date="2026-10-15"))
    xero.admin("lock-date", {"lock_date": "2026-09-30"})

    assert messages(xero.update(locked["ManualJournalID"], Narration="changed")) == [LOCKED]
    assert messages(xero.update(locked["ManualJournalID"], Status="VOIDED")) == [LOCKED]
    assert messages(xero.update(locked["ManualJournalID"], Date="2026-10-01")) == [LOCKED]
    assert messages(xero.update(open_one["ManualJournalID"], Date="2026-09-30")) == [LOCKED]


def test_a_lock_date_can_be_taken_away(xero: LocalXero) -> None:
    xero.admin("lock-date", {"lock_date": "2026-09-30"})
    assert xero.admin("lock-date", {"lock_date": None}) == {"lock_date": None, "end_of_year_lock_date": None}
    assert messages(xero.put(journal())) == []


def test_errors_are_summarised_unless_the_client_says_otherwise(xero: LocalXero) -> None:
    bad = journal("bad", JournalLines=lines(("310", "1"), ("630", "-2")))
    answer = xero.http.put("/api.xro/2.0/ManualJournals", json={"ManualJournals": [journal("good"), bad]})

    assert answer.status_code == 400
    content = answer.json()
    assert (content["ErrorNumber"], content["Type"]) == (10, "ValidationException")
    assert content["Message"] == "A validation exception occurred"
    assert [element["Narration"] for element in content["Elements"]] == ["bad"]
    assert messages(answer) == ["The total debits (1.00) must equal total credits (-2.00)"]
    assert xero.narrations() == []


def test_one_bad_journal_does_not_keep_out_the_others(xero: LocalXero) -> None:
    answer = xero.put(journal("one"), journal("two", JournalLines=[]), journal("three"))
    assert [element["StatusAttributeString"] for element in answer.json()["ManualJournals"]] == ["OK", "ERROR", "OK"]
    assert sorted(xero.narrations()) == ["one", "three"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"LineAmountTypes": "NO_TAX"},
            "Error converting value \"NO_TAX\" to type 'LineAmountType'. Path 'ManualJournals[0].LineAmountTypes'.",
        ),
        (
            {"Date": "31/12/2026"},
            "Error converting value \"31/12/2026\" to type 'DateTime'. Path 'ManualJournals[0].Date'.",
        ),
        (
            _with_first_line(LineAmount="ten"),
            "Error converting value \"ten\" to type 'Decimal'. Path 'ManualJournals[0].JournalLines[0].LineAmount'.",
        ),
        (
            {"JournalLines": {"LineAmount": 1}},
            "Error converting value \"JournalLines\" to type 'JournalLine[]'. Path 'ManualJournals[0].JournalLines'.",
        ),
    ],
)
def test_what_cannot_be_converted_refuses_the_whole_body(xero: LocalXero, fields: Fields, message: str) -> None:
    answer = xero.put(journal(**fields), journal("good"))
    assert answer.status_code == 400
    assert answer.json() == {"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": message}
    assert xero.narrations() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<ManualJournals/>",
        b'{"ManualJournals": 3}',
        b"[]",
        b'{"a": NaN}',
        b'{"Narration": "\\ud800"}',
        b"[" * 5000,
    ],
)
def test_a_body_that_is_no_journal_is_refused(xero: LocalXero, body: bytes) -> None:
    answer = xero.http.put("/api.xro/2.0/ManualJournals", content=body)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


def test_a_draft_loses_an_unknown_account_with_a_warning(xero: LocalXero) -> None:
    answer = xero.put(journal(Status="DRAFT", JournalLines=lines(("476", "10"), ("630", "-10"))))
    draft = answer.json()["ManualJournals"][0]
    assert draft["StatusAttributeString"] == "WARNING"
    assert draft["Warnings"] == [
        {"Message": "Account code '476' has been removed as it does not match a recognised account."}
    ]
    assert [line.get("AccountCode") for line in draft["JournalLines"]] == [None, "630"]
    missing = ["An account code or account ID is required on every line of a posted journal."]
    assert messages(xero.update(draft["ManualJournalID"], Status="POSTED")) == missing
