"""Journals are listed in pages, by narration and by time of change."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.sandbox.xero import running_sandbox
from pipelines.sandbox.xero.answers import Refusal
from pipelines.sandbox.xero.where_filters import Comparison, Joined, is_selected, parse_where
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, connect, journal

FIELDS: dict[str, type] = {"narration": str, "date": date, "active": bool}
ODD_NARRATION = 'ACME "v1" \\ & 50 % + ü = ? #'


def _found(xero: LocalXero, where: str) -> list[str]:
    content = xero.read("ManualJournals", where=where, page=1)
    return [each["Narration"] for each in content["ManualJournals"]]


def test_a_journal_is_found_by_its_whole_narration(xero: LocalXero) -> None:
    xero.create(journal("ACME-COGS-2026-09-v1 September"), journal("ACME-COGS-2026-09-v11 September"))
    assert _found(xero, 'Narration=="ACME-COGS-2026-09-v1 September"') == ["ACME-COGS-2026-09-v1 September"]
    assert _found(xero, 'Narration = "ACME-COGS-2026-09-v1 September"') == ["ACME-COGS-2026-09-v1 September"]
    assert _found(xero, 'Narration=="ACME-COGS-2026-09-v1"') == []


@pytest.mark.parametrize(
    "escaped",
    [ODD_NARRATION.replace("\\", "\\\\").replace('"', '\\"'), ODD_NARRATION.replace("\\", "\\\\").replace('"', '""')],
)
def test_an_odd_narration_is_found_when_its_quotes_are_escaped(xero: LocalXero, escaped: str) -> None:
    xero.create(journal(ODD_NARRATION))
    assert _found(xero, f'Narration=="{escaped}"') == [ODD_NARRATION]


def test_conditions_are_joined(xero: LocalXero) -> None:
    xero.create(journal("a"), journal("b", Status="DRAFT"), journal("c", Date="2026-10-01"))
    assert _found(xero, 'Status=="POSTED" AND Date<=DateTime(2026,09,30)') == ["a"]
    assert set(_found(xero, 'Status=="DRAFT" OR Date > DateTime(2026, 9, 30)')) == {"b", "c"}
    assert _found(xero, 'Narration.StartsWith("c") && Status != "DRAFT"') == ["c"]


@pytest.mark.parametrize(
    "where", ["Narration", "Narration==", 'Name=="x"', 'Narration=="x" XOR Status=="y"', 'Date=="x"']
)
def test_a_condition_that_cannot_be_read_is_refused(xero: LocalXero, where: str) -> None:
    answer = xero.http.get(f"{API}/ManualJournals", params={"where": where})
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


def test_pages_hold_lines_and_say_how_many_there_are(xero: LocalXero) -> None:
    xero.create(*(journal(f"J{number:03}") for number in range(5)))
    content = xero.read("ManualJournals", page=2, pageSize=2, order="Date DESC")
    assert content["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 3, "itemCount": 5}
    assert [len(each["JournalLines"]) for each in content["ManualJournals"]] == [2, 2]
    everything = [
        each["Narration"]
        for page in (1, 2, 3, 4)
        for each in xero.read("ManualJournals", page=page, pageSize=2)["ManualJournals"]
    ]
    assert sorted(everything) == ["J000", "J001", "J002", "J003", "J004"]


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (5000, 1000), (7, 7)])
def test_a_page_size_out_of_range_is_clamped(xero: LocalXero, asked: int, given: int) -> None:
    assert xero.read("ManualJournals", page=1, pageSize=asked)["pagination"]["pageSize"] == given


def test_a_page_holds_a_hundred_unless_told_otherwise(xero: LocalXero) -> None:
    xero.create(*(journal(f"J{number:03}") for number in range(101)))
    content = xero.read("ManualJournals", page=1)
    assert content["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 2, "itemCount": 101}
    assert len(content["ManualJournals"]) == 100


def test_a_list_without_pages_has_no_lines(xero: LocalXero) -> None:
    xero.create(journal())
    content = xero.read("ManualJournals")
    assert "pagination" not in content
    assert content["ManualJournals"][0]["JournalLines"] == []


def test_only_what_changed_since_is_listed(tmp_path: Path) -> None:
    now = datetime(2026, 10, 1, 8, 0, 0, tzinfo=UTC)

    def clock() -> datetime:
        return now

    with running_sandbox(tmp_path / "books.sqlite", clock=clock) as url, closing(connect(url)) as xero:
        old = xero.create(journal("old"))[0]
        now += timedelta(minutes=5)
        xero.create(journal("new"))
        for since in ("2026-10-01T08:01:00", "2026-10-01T08:01:00+00:00", "Thu, 01 Oct 2026 08:01:00 GMT"):
            assert _changed_since(xero, since) == ["new"]
        now += timedelta(minutes=5)
        xero.update(old["ManualJournalID"], Narration="old, changed")
        assert _changed_since(xero, "2026-10-01T08:01:00") == ["new", "old, changed"]
        assert _changed_since(xero, "2026-10-01T10:01:00+02:00") == ["new", "old, changed"]


def _changed_since(xero: LocalXero, since: str) -> list[str]:
    answer = xero.http.get(f"{API}/ManualJournals", headers={"If-Modified-Since": since}).raise_for_status()
    return [each["Narration"] for each in answer.json()["ManualJournals"]]


def test_a_conditional_header_that_cannot_be_read_is_refused(xero: LocalXero) -> None:
    assert xero.http.get(f"{API}/ManualJournals", headers={"If-Modified-Since": "yesterday"}).status_code == 412


@pytest.mark.parametrize("query", [{"page": "one"}, {"order": "Colour"}, {"order": "Date UP"}])
def test_a_page_or_order_that_cannot_be_read_is_refused(xero: LocalXero, query: dict[str, str]) -> None:
    answer = xero.http.get(f"{API}/ManualJournals", params=query)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 16)


def test_a_condition_is_read_into_comparisons() -> None:
    where = parse_where('Narration == "a ""b"" AND c" && Active=true OR date<DateTime(2026,1,2)', FIELDS)
    both = Joined((Comparison("narration", "==", 'a "b" AND c'), Comparison("active", "=", True)), is_any=False)
    assert where == Joined((both, Comparison("date", "<", date(2026, 1, 2))), is_any=True)
    assert is_selected(where, {"narration": "", "active": None, "date": date(2026, 1, 1)})
    assert not is_selected(where, {"narration": "", "active": None, "date": date(2026, 1, 2)})


def test_parentheses_and_numbers_are_read() -> None:
    fields = {"amount": Decimal, "contact.name": str, "date": date}
    where = parse_where('Amount >= 10.5 && (Contact.Name.StartsWith("A") || date != null)', fields)
    assert [
        is_selected(where, {"amount": Decimal(amount), "contact.name": name, "date": day})
        for amount, name, day in (("10.5", "Ann", None), ("10.4", "Ann", None), ("11", "Bo", None))
    ] == [True, False, False]
    assert is_selected(where, {"amount": Decimal(11), "contact.name": "Bo", "date": date(2026, 1, 1)})
    deep = "(" * 30 + "amount=1" + ")" * 30
    for wrong in ("(amount=1", "amount=1)", deep):
        with pytest.raises(Refusal):
            parse_where(wrong, fields)


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal, match="No such date"):
        parse_where("Date == DateTime(2026,13,1)", FIELDS)
