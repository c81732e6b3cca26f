"""A write that is sent twice under one key is done once."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.sandbox.xero import running_sandbox
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, connect, journal, messages

KEY = {"Idempotency-Key": "tenant-1-attempt-1"}


def test_the_same_request_gets_the_same_answer_and_posts_nothing_more(xero: LocalXero) -> None:
    first, second = xero.put(journal(), headers=KEY), xero.put(journal(), headers=KEY)
    assert first.content == second.content
    assert first.status_code == second.status_code == 200
    assert xero.narrations() == ["ACME-COGS-2026-09-v1"]


def test_without_a_key_the_same_request_posts_twice(xero: LocalXero) -> None:
    xero.put(journal())
    xero.put(journal())
    assert len(xero.narrations()) == 2


def test_another_request_under_the_same_key_is_refused(xero: LocalXero) -> None:
    journal_id = xero.put(journal(), headers=KEY).json()["ManualJournals"][0]["ManualJournalID"]
    other_body = xero.put(journal("other"), headers=KEY)
    other_query = xero.put(journal(), summarize=True, headers=KEY)
    other_method = xero.http.post(f"{API}/ManualJournals/{journal_id}", json=journal(), headers=KEY)
    for answer in (other_body, other_query, other_method):
        assert answer.status_code == 400
        assert answer.json()["Message"] == "Idempotency Key: tenant-1-attempt-1 is used with a different request."
    assert xero.narrations() == ["ACME-COGS-2026-09-v1"]


def test_an_error_is_kept_too(xero: LocalXero) -> None:
    bad = journal(JournalLines=[])
    first = xero.put(bad, summarize=True, headers=KEY)
    assert xero.put(bad, summarize=True, headers=KEY).content == first.content
    assert messages(first) == ["A manual journal must have at least two lines."]


def test_after_six_minutes_the_key_is_new_and_the_journal_doubles(tmp_path: Path) -> None:
    now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    with running_sandbox(tmp_path / "books.sqlite", clock=lambda: now) as url, closing(connect(url)) as xero:
        xero.put(journal(), headers=KEY)
        now += timedelta(minutes=5, seconds=59)
        xero.put(journal(), headers=KEY)
        assert len(xero.narrations()) == 1
        now += timedelta(seconds=1)
        xero.put(journal(), headers=KEY)
        assert len(xero.narrations()) == 2


def test_a_key_is_kept_through_a_restart(tmp_path: Path) -> None:
    books = tmp_path / "books.sqlite"
    with running_sandbox(books) as url, closing(connect(url)) as xero:
        first = xero.put(journal(), headers=KEY).content
    with running_sandbox(books) as url, closing(connect(url)) as xero:
        assert xero.put(journal(), headers=KEY).content == first
        assert len(xero.narrations()) == 1


def test_a_key_that_is_too_long_is_refused(xero: LocalXero) -> None:
    answer = xero.put(journal(), headers={"Idempotency-Key": "k" * 129})
    assert answer.json()["Message"] == "The Idempotency-Key has more than 128 characters."
    assert xero.put(journal(), headers={"Idempotency-Key": "k" * 128}).status_code == 200
