"""Output in encodings that lack our letters, and where there is no output at all."""

import json
import sys
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.cli.app import main
from pipelines.cli.output import print_json
from pipelines.cli.streams import settle_streams
from tests.sample_company import run_here


def in_letters_of(encoding: str) -> TextIOWrapper:
    """A pipe or file of an encoding."""
    return TextIOWrapper(BytesIO(), encoding=encoding)


def written_to(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "- Sold ± … Müller ?"),
        ("latin-1", "- Sold ± ... Müller ?"),
        ("ascii", "- Sold +/- ... M?ller ?"),
        ("utf-8", "− Sold ± … Müller 株"),  # noqa: RUF001 - the sign of the roll-forward
    ],
)
def test_a_table_is_spelled_in_the_letters_that_there_are(encoding: str, text: str) -> None:
    with redirect_stdout(in_letters_of(encoding)) as stream:
        settle_streams()
        stream.write("− Sold ± … Müller 株")  # noqa: RUF001
    assert written_to(stream) == text


def test_json_escapes_what_an_encoding_lacks() -> None:
    value = {"customer": "Müller 株"}
    with redirect_stdout(in_letters_of("cp1252")) as stream:
        settle_streams()
        print_json(value)
    assert json.loads(written_to(stream)) == value


def test_a_command_begins_so() -> None:
    with (
        patch.object(sys, "argv", ["tieout", "dictionary"]),
        redirect_stdout(in_letters_of("latin-1")) as stream,
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert (ended.value.code, stream.errors) == (0, "plain")
    assert "# Data dictionary" in written_to(stream)


def test_a_program_that_has_no_output_is_given_one() -> None:
    with patch.object(sys, "stdout", None):
        settle_streams()
        print_json({"nobody": "reads this"})
        sys.stdout.close()


def test_a_full_disk_is_no_bug(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device", "warehouse.read.duckdb")
    with patch("pipelines.checks.check_everything", side_effect=full):
        stopped = run_here(tmp_path, "check", "--home", tmp_path)
    assert (stopped.exit_code, stopped.message) == (
        7,
        "There is no space left for warehouse.read.duckdb (No space left on device).\n"
        "    Make room, then run it again.",
    )
