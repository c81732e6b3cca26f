"""The log of a run: JSON lines with its id, calls to Xero with Xero's own id of them, and no secret."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import DataProblem
from pipelines.logs import log_folder, logged_run
from pipelines.masking import HIDDEN, hide, remember
from pipelines.runs import record_run
from pipelines.settings import Settings
from tests.sample_company import SEPTEMBER, Company

logger = logging.getLogger("pipelines.somewhere")


def _lines(settings: Settings) -> list[dict[str, Any]]:
    (file,) = log_folder(settings).glob("tieout-*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_line_has_the_run_and_what_was_given_beside_the_message(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)

    with logged_run(settings, "run-1"):
        logger.info("%s things", 3, extra={"status": 200})
    logger.info("after the run")

    (line,) = _lines(settings)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "pipelines.somewhere",
        "message": "3 things",
        "run_id": "run-1",
        "status": 200,
    }


def test_a_traceback_is_one_field_without_the_secrets_in_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    remember("a-secret-of-some-length")

    with logged_run(settings, "run-1"):
        try:
            int("a-secret-of-some-length")
        except ValueError:
            logger.exception("failed")

    (line,) = _lines(settings)
    assert line["traceback"].endswith(f"base 10: '{HIDDEN}'")


def test_a_short_secret_is_not_hidden_because_it_is_a_word() -> None:
    remember("sandbox")

    assert hide("tieout sandbox xero") == "tieout sandbox xero"


def test_who_listens_already_hears_no_more_than_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with logged_run(Settings(home=tmp_path), "run-1"):
        logger.info("for the file")
        logger.warning("for everybody")

    assert caplog.messages == ["for everybody"]
    assert [line["message"] for line in _lines(Settings(home=tmp_path))] == ["for the file", "for everybody"]


def test_a_warning_stands_on_the_error_stream_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    try:
        with logged_run(Settings(home=tmp_path), "run-1"):
            logger.warning("the copy could not be published")
            logger.info("nothing to say")
    finally:
        root.handlers = before

    assert capsys.readouterr().err == "the copy could not be published\n"


def test_a_run_that_fails_says_how(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)

    with pytest.raises(DataProblem), record_run(settings, "close") as run:
        raise DataProblem("no such account")

    began, ended = _lines(settings)
    assert (began["message"], began["run_id"]) == ("close began", run.run_id)
    assert (ended["message"], ended["exit_code"]) == ("close ended: no such account", 3)


def test_each_call_to_xero_is_logged_with_xeros_id_of_it(opened: Company) -> None:
    assert opened.tieout("plan", SEPTEMBER).exit_code == 0

    calls = [line for line in _lines(opened.settings) if "correlation_id" in line]
    assert {call["path"] for call in calls} >= {"/api.xro/2.0/Organisation", "/api.xro/2.0/Accounts"}
    assert {call["run_id"] for call in calls} == {_lines(opened.settings)[0]["run_id"]}
    assert all(call["status"] == 200 and call["day_left"].isdecimal() for call in calls)
