"""Marked secrets go through every path, and none of them is found: screens, logs, tables, files, reprs, crashes."""

import logging
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.load.credentials import find_credentials
from pipelines.load.xero_auth import XeroAuth
from pipelines.load.xero_client import connect
from pipelines.masking import HIDDEN
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published, open_warehouse
from schemas.tables import TABLES
from tests.pipelines.load.marked_secrets import CLIENT_SECRET, OMNI_KEY, Marks, marked_company, quoting
from tests.pipelines.load.sign_ins import age, agree, store_of
from tests.sample_company import SEPTEMBER, Company, Outcome, no_waiting

FAULTS = ("html", "unavailable", "rate_limit_day", "expired_token", "drop_before_commit")


@pytest.fixture
def marked(opened_home: Path, tmp_path: Path) -> Iterator[tuple[Company, Marks]]:
    with marked_company(opened_home, tmp_path / "home") as found:
        yield found


def _show(outcome: Outcome) -> str:
    return outcome.out + outcome.message


def _tables(warehouse: Warehouse) -> str:
    """Every table as text: DuckDB's file may hold a text compressed."""
    return "\n".join(warehouse.query(f"from {name}").write_csv() for name in TABLES if "." in name)


def _assert_nothing_in_files_and_tables(company: Company, marks: Marks) -> None:
    with open_published(company.settings) as published:
        assert marks.found_in(_tables(published)) == []
    with open_warehouse(company.settings) as warehouse:
        assert marks.found_in(_tables(warehouse)) == []
    assert marks.found_under(company.home) == {}


def test_a_month_that_is_posted_leaves_no_secret(
    marked: tuple[Company, Marks], caplog: pytest.LogCaptureFixture
) -> None:
    company, marks = marked
    shown = []
    with caplog.at_level(logging.DEBUG):
        for command in (
            ["check", "--json"],
            ["close", SEPTEMBER, "--json"],
            ["status", "--json"],
            ["explain", "DEMO-COGS-2026-09-v1", "--json"],
        ):
            outcome = company.tieout(*command)
            assert outcome.exit_code == 0, outcome.message
            shown.append(_show(outcome))

    assert len(marks.texts) > 5, "no access token was given"
    assert marks.found_in("\n".join(shown)) == []
    assert marks.found_in(caplog.text) == []
    _assert_nothing_in_files_and_tables(company, marks)


def test_no_failure_tells_a_secret(marked: tuple[Company, Marks], caplog: pytest.LogCaptureFixture) -> None:
    company, marks = marked
    shown = []
    with caplog.at_level(logging.DEBUG), no_waiting():
        for fault in FAULTS:
            company.books.change("faults", name=fault, on="all", every=1)
            outcome = company.tieout("plan", SEPTEMBER)
            company.books.end_faults()
            assert outcome.exit_code in {2, 5, 7}, outcome.message
            shown.append(_show(outcome))
        elsewhere = "http://127.0.0.1:9"
        for wrong in (
            {"TIEOUT_XERO_CLIENT_SECRET": f"{CLIENT_SECRET}-wrong"},
            {"TIEOUT_OMNI_KEY": f"{OMNI_KEY}-wrong"},
            {"TIEOUT_OMNI_KEY": f"{OMNI_KEY}\n"},
            {"TIEOUT_XERO_URL": elsewhere},
            {"TIEOUT_XERO_TOKEN_URL": f"{elsewhere}/connect/token"},
            {"TIEOUT_XERO_TENANT_ID": "00000000-0000-0000-0000-000000000001"},
        ):
            outcome = company.tieout("plan", SEPTEMBER, **wrong)
            assert outcome.exit_code != 0
            shown.append(_show(outcome))

    assert marks.found_in("\n".join(shown)) == []
    assert marks.found_in(caplog.text) == []
    _assert_nothing_in_files_and_tables(company, marks)


def test_a_library_that_quotes_a_secret_is_not_quoted(
    marked: tuple[Company, Marks], monkeypatch: pytest.MonkeyPatch
) -> None:
    company, marks = marked
    monkeypatch.chdir(company.home)
    assert company.tieout("check").exit_code == 0

    with patch("pipelines.month_end.mirror_xero", quoting(marks)):
        outcome = company.tieout("plan", SEPTEMBER)

    kept = (company.home / "tieout-error.txt").read_text(encoding="utf-8")
    assert outcome.exit_code == 70
    assert f"LookupError: cannot send {HIDDEN}" in outcome.message
    assert f"LookupError: cannot send {HIDDEN}" in kept
    assert marks.found_in(_show(outcome) + kept) == []
    _assert_nothing_in_files_and_tables(company, marks)


def test_a_person_who_signs_in_leaves_tokens_in_their_place_only(marked: tuple[Company, Marks], tmp_path: Path) -> None:
    company, marks = marked
    person = {
        "TIEOUT_XERO_TOKENS": str(tmp_path / "tokens.json"),
        "TIEOUT_XERO_AUTHORIZE_URL": f"{company.settings.xero_url}/identity/connect/authorize",
    }
    process = company.start("connect", "--no-browser", "--port", "0", "--json", **person)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    agree(next(line.strip() for line in lines if line.startswith("http")))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err

    alone = {**person, "TIEOUT_XERO_CLIENT_SECRET": ""}
    settings = company.settings.model_copy(update={"xero_client_secret": None, "xero_tokens": tmp_path / "tokens.json"})
    shown = [out, err]
    marks.texts.append(_refresh_token(settings, is_to_end=True))
    outcome = company.tieout("plan", SEPTEMBER, **alone)  # which renews both
    assert outcome.exit_code == 0, outcome.message
    marks.texts.append(_refresh_token(settings))
    with connect(settings) as client:
        shown += [_show(outcome), repr((client, vars(client), client._http.auth, find_credentials(settings)))]

    assert len(set(marks.texts)) > 8
    assert marks.found_in("\n".join(shown)) == []
    _assert_nothing_in_files_and_tables(company, marks)


def _refresh_token(settings: Settings, *, is_to_end: bool = False) -> str:
    """The refresh token that is kept, and on demand the end of the access token beside it."""
    kept = age(store_of(settings)) if is_to_end else store_of(settings).load()
    assert kept is not None
    assert kept.token.refresh is not None
    return kept.token.refresh.get_secret_value()


def test_no_object_shows_a_secret(marked: tuple[Company, Marks]) -> None:
    company, marks = marked
    found = find_credentials(company.settings)
    with connect(company.settings) as client:
        client.organisation()
        shown = [
            company.settings,
            client,
            vars(client),
            found,
            found.source,
            XeroAuth(found.source),
            vars(found.source),
        ]
        text = repr(shown) + str(shown) + company.settings.model_dump_json()

    assert found.source.token().get_secret_value() in marks.texts
    assert marks.found_in(text) == []
