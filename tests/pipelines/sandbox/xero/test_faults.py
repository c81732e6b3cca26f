"""Faults strike when they are due, and each leaves the books as it says."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from pipelines.errors import UsageProblem
from pipelines.sandbox.xero import running_sandbox
from pipelines.sandbox.xero.faults import Fault, Faults, parse_fault
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, connect, journal, messages

KEY = {"Idempotency-Key": "k1"}


@pytest.mark.parametrize(("name", "is_committed"), [("drop_before_commit", False), ("drop_after_commit", True)])
def test_a_dropped_connection_leaves_no_answer(xero: LocalXero, name: str, is_committed: bool) -> None:
    xero.admin("faults", {"name": name, "times": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="Server disconnected without sending a response"):
        xero.put(journal(), headers=KEY)
    assert len(xero.narrations()) == is_committed
    assert xero.put(journal(), headers=KEY).json()["ManualJournals"][0]["StatusAttributeString"] == "OK"
    assert len(xero.narrations()) == 1


@pytest.mark.parametrize(("name", "is_committed"), [("error_before_commit", False), ("error_after_commit", True)])
def test_an_internal_error_is_what_the_key_gets_from_then_on(xero: LocalXero, name: str, is_committed: bool) -> None:
    xero.admin("faults", {"name": name, "times": 1})
    first, second = xero.put(journal(), headers=KEY), xero.put(journal(), headers=KEY)
    assert first.status_code == second.status_code == 500
    assert first.content == second.content
    assert first.json()["Title"] == "An error occurred"
    assert len(xero.narrations()) == is_committed


@pytest.mark.parametrize(
    ("name", "status", "body", "headers"),
    [
        ("unavailable", 503, "The organisation is currently offline", {}),
        ("html", 502, "<!DOCTYPE html>", {"content-type": "text/html; charset=utf-8"}),
        ("rate_limit_minute", 429, "", {"x-rate-limit-problem": "minute", "retry-after": "26"}),
        ("rate_limit_day", 429, "", {"x-rate-limit-problem": "day", "retry-after": "40000"}),
        ("rate_limit_concurrent", 429, "", {"x-rate-limit-problem": "concurrent"}),
        ("expired_token", 401, '{"Type": null, "Title": "Unauthorized"', {}),
    ],
)
def test_a_fault_answers_in_place_of_the_server(
    xero: LocalXero, name: str, status: int, body: str, headers: dict[str, str]
) -> None:
    xero.admin("faults", {"name": name, "times": 1, "on": "all"})
    answer = xero.put(journal(), headers=KEY)
    assert answer.status_code == status
    assert answer.text.startswith(body)
    assert headers.items() <= dict(answer.headers).items()
    assert xero.narrations() == []
    assert xero.put(journal(), headers=KEY).status_code == 200


def test_a_fault_strikes_every_nth_request_of_its_kind() -> None:
    faults = Faults([Fault("unavailable", every=3, times=2)])
    struck = [faults.strike("PUT", f"{API}/manualjournals") for _ in range(10)]
    names = [fault.name if fault else "" for fault in struck]
    assert names == ["", "", "unavailable", "", "", "unavailable", "", "", "", ""]
    assert faults.strike("GET", f"{API}/manualjournals") is None


def test_a_fault_may_strike_reads_or_tokens() -> None:
    faults = Faults([Fault("html", on="reads"), Fault("unavailable", on="tokens")])
    assert faults.strike("GET", "/connections") == faults.switched_on[0]
    assert faults.strike("POST", "/connect/token") == faults.switched_on[1]
    assert faults.strike("PUT", f"{API}/manualjournals") is None
    assert faults.strike("POST", "/_sandbox/bills") is None


def test_faults_are_listed_and_switched_off(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "html", "every": 2})
    (fault,) = xero.admin_get("faults")["faults"]
    assert fault.items() >= {"name": "html", "every": 2, "times": None, "on": "writes", "seen": 0, "struck": 0}.items()
    xero.http.delete("/_sandbox/faults").raise_for_status()
    assert xero.admin_get("faults") == {"faults": []}


def test_a_fault_of_the_command_line_is_read() -> None:
    assert parse_fault("drop_after_commit:3") == Fault("drop_after_commit", every=3)
    assert parse_fault("html") == Fault("html", every=1)
    assert parse_fault("journals_refused") == Fault("journals_refused", on="reads")


@pytest.mark.parametrize("text", ["nothing:3", "html:0", "html:x", ""])
def test_a_fault_that_cannot_be_read_names_those_that_can(text: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        parse_fault(text)
    assert str(raised.value) == (
        "The fault cannot be switched on.\n"
        f'--fault: "{text}" is not NAME:EVERY with a known name and a number from 1\n'
        "    Names: drop_before_commit, drop_after_commit, late_commit, delay, error_before_commit, error_after_commit,"
        " unavailable, html, truncated_body, rate_limit_minute, rate_limit_day, rate_limit_concurrent, expired_token,"
        " lock_date, journals_refused."
    )


def test_the_log_has_a_line_for_each_request(tmp_path: Path) -> None:
    log = tmp_path / "log" / "requests.jsonl"
    drop = Fault("drop_after_commit", every=2, times=1)
    with running_sandbox(tmp_path / "books.sqlite", log=log, faults=[drop]) as url, closing(connect(url)) as xero:
        xero.put(journal(), headers=KEY)
        with pytest.raises(httpx.RemoteProtocolError):
            xero.put(journal(), headers=KEY)
        xero.put(journal(), headers=KEY)
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["method"], each["path"], each["status"], each["fault"], each["is_replayed"]) for each in lines] == [
        ("POST", "/connect/token", 200, None, False),
        ("PUT", f"{API}/ManualJournals", 200, None, False),
        ("PUT", f"{API}/ManualJournals", None, "drop_after_commit", False),
        ("PUT", f"{API}/ManualJournals", 200, None, True),
    ]
    assert {each["idempotency_key"] for each in lines[1:]} == {"k1"}
    assert len({each["body_sha256"] for each in lines[1:]}) == 1
    assert {tuple(each["narrations"]) for each in lines[1:]} == {("ACME-COGS-2026-09-v1",)}
    assert all(each["seconds"] >= 0 for each in lines)
    assert "Bearer" not in log.read_text()


def test_a_late_commit_shows_after_so_many_later_requests(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "late_commit", "times": 1, "requests": 2})
    with pytest.raises(httpx.RemoteProtocolError):
        xero.put(journal(), headers=KEY)
    assert [len(xero.read("ManualJournals")["ManualJournals"]) for _ in range(4)] == [0, 0, 1, 1]


def test_a_late_commit_can_be_called_for(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "late_commit", "requests": 1000})
    for number in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            xero.put(journal(f"late {number}"))
    assert xero.narrations() == []
    assert xero.admin_get("late-commits") == {"waiting": 2}
    assert xero.admin("late-commits", {}) == {"committed": 2}
    assert xero.narrations() == ["late 0", "late 1"]


def test_a_late_commit_doubles_nothing_under_its_own_key_and_doubles_under_another(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "late_commit", "times": 1, "requests": 1000})
    with pytest.raises(httpx.RemoteProtocolError):
        xero.put(journal(), headers=KEY)
    assert xero.put(journal(), headers=KEY).status_code == 200
    xero.admin("late-commits", {})
    assert len(xero.narrations()) == 1

    xero.admin("faults", {"name": "late_commit", "times": 1, "requests": 1000})
    with pytest.raises(httpx.RemoteProtocolError):
        xero.put(journal("twice"), headers={"Idempotency-Key": "k2"})
    assert xero.put(journal("twice"), headers={"Idempotency-Key": "k3"}).status_code == 200
    xero.admin("late-commits", {})
    assert xero.narrations().count("twice") == 2


def test_a_truncated_body_breaks_off_after_the_commit(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "truncated_body", "times": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        xero.put(journal(), headers=KEY)
    assert len(xero.narrations()) == 1
    assert xero.put(journal(), headers=KEY).status_code == 200
    assert len(xero.narrations()) == 1


def test_a_client_that_waits_too_short_a_time_gives_up_on_a_write_that_is_done(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "delay", "times": 1, "wait": 0.3})
    with pytest.raises(httpx.ReadTimeout):
        xero.http.put(f"{API}/ManualJournals", json={"ManualJournals": [journal()]}, headers=KEY, timeout=0.05)
    assert xero.put(journal(), headers=KEY).status_code == 200
    assert len(xero.narrations()) == 1


def test_a_lock_date_may_come_in_the_middle_of_a_run(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "lock_date", "every": 2, "times": 1, "day": "2026-09-30"})
    assert xero.put(journal()).json()["ManualJournals"][0]["StatusAttributeString"] == "OK"
    assert messages(xero.put(journal())) == [
        "The document date cannot be before the period lock date, currently set at 30-Sep-2026"
    ]
    assert xero.put(journal(Date="2026-10-01")).json()["ManualJournals"][0]["StatusAttributeString"] == "OK"


def test_a_fault_may_strike_one_path_only(xero: LocalXero) -> None:
    xero.admin("faults", {"name": "unavailable", "path": "History"})
    created = xero.create(journal())[0]
    note = {"HistoryRecords": [{"Details": "run 1"}]}
    assert xero.http.put(f"{API}/ManualJournals/{created['ManualJournalID']}/History", json=note).status_code == 503


def test_a_sixth_request_at_once_is_one_too_many(tmp_path: Path) -> None:
    slow = Fault("delay", on="reads", wait=0.3)
    with (
        running_sandbox(tmp_path / "books.sqlite", concurrent_limit=5, faults=[slow]) as url,
        closing(connect(url)) as xero,
        ThreadPoolExecutor(6) as threads,
    ):
        answers = list(threads.map(lambda _: xero.http.get(f"{API}/Organisation"), range(6)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 1
    assert refused[0].headers["x-rate-limit-problem"] == "concurrent"
    assert "retry-after" not in refused[0].headers
