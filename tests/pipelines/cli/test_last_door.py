"""Nobody sees a traceback: a bug is told in a sentence, and kept in a file for its report."""

from pathlib import Path
from unittest.mock import patch

import pytest

from schemas.checking import SchemaViolation
from schemas.problems import Problem
from tests.sample_company import Outcome, run_here


class Panic(BaseException):
    """Like what Polars raises: no Exception."""


def check_that_raises(error: BaseException, home: Path) -> Outcome:
    with patch("pipelines.checks.check_everything", side_effect=error):
        return run_here(home, "check", "--home", home)


@pytest.mark.parametrize("error", [RuntimeError("out of cheese"), Panic("out of cheese")], ids=["error", "panic"])
def test_a_bug_is_told_in_a_sentence_and_kept_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.chdir(tmp_path)
    stopped = check_that_raises(error, tmp_path)
    assert (stopped.exit_code, stopped.out) == (70, "")
    assert stopped.message == (
        f"tieout: this is a bug: {type(error).__name__}: out of cheese\n"
        "    Please report it with the file HOME/tieout-error.txt."
    )
    assert "Traceback (most recent call last)" in (tmp_path / "tieout-error.txt").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_where_the_command_was_started_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tieout-error.txt").mkdir()  # nobody can write a file there
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    stopped = check_that_raises(RuntimeError("out of cheese"), tmp_path)
    assert stopped.exit_code == 70
    assert stopped.message.endswith("Please report it with the file HOME/elsewhere/tieout-error.txt.")
    assert (tmp_path / "elsewhere/tieout-error.txt").is_file()


def test_a_table_that_breaks_its_own_rules_is_a_data_problem(tmp_path: Path) -> None:
    problems = [Problem("Journals.debit_amount", "rule broken: greater than 0", row_count=1)]
    stopped = check_that_raises(SchemaViolation("Journals", problems), tmp_path)
    assert (stopped.exit_code, stopped.message) == (
        3,
        "A computed table breaks its own rules, so the run stopped.\n"
        "Journals does not hold:\n"
        "Journals.debit_amount: rule broken: greater than 0 (1 row)",
    )


def test_ctrl_c_says_that_the_same_command_goes_on(tmp_path: Path) -> None:
    stopped = check_that_raises(KeyboardInterrupt(), tmp_path)
    assert stopped.exit_code == 130
    assert "run the same command again" in stopped.message
