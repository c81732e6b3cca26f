"""Prefect beside tieout: where it lives, what it may print, which server is told, and how it ends."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.errors import DataProblem, Incomplete
from pipelines.prefect_home import telling_of_a_lost_server
from tests.pipelines.prefect_runs import PrefectServer
from tests.sample_company import BAR, ROOT, await_end, copy_what_it_needs, start_tieout


@pytest.mark.thorough
def test_the_screen_of_a_demo_that_stops_holds_our_own_words_only(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    """One month closes and the next one does not: no line of Prefect's, no warning, no traceback, no leak report."""
    copy_what_it_needs(tmp_path)
    adjustments = tmp_path / "data/sample/omni/Adjustments.json"
    rows = json.loads(adjustments.read_text(encoding="utf-8"))
    (count,) = (row for row in rows if row["reference"] == "ADJ-51")
    count["adjustmentReason"] = "Lost"
    adjustments.write_text(json.dumps(rows), encoding="utf-8")
    known = {
        "TIEOUT_HOME": str(tmp_path),
        "PREFECT_API_URL": prefect_server.url,
    }  # a server that runs already is quicker
    out, err = await_end(process := start_tieout("demo", environment=known, folder=tmp_path), 180)
    assert "2026-09: 12 documents sent to Xero. It ties out." in out
    assert process.returncode == DataProblem.exit_code
    assert [line for line in err.splitlines() if line.strip() and not BAR.search(line)] == [
        "2026-10 cannot close yet. Nothing was posted.",
        'core.adjustment_lines, Lost: adjustment reason "Lost" has no account (1 row, 12.54)',
        '    Add to mappings/adjustments.yaml under reasons:  "Lost": {account: "..."}',
        "    First: ADJ-51",
    ]


def test_without_a_server_prefect_lives_under_tieout_home(tmp_path: Path) -> None:
    script = (
        "import pipelines.flows\n"
        "from prefect.settings import get_current_settings as found\n"
        "print(found().api.url, found().home, found().server.analytics_enabled)\n"
    )
    process = run_script(script, TIEOUT_HOME=str(tmp_path))
    assert process.stdout == f"None {tmp_path / '.prefect'} False\n", process.stderr


def test_a_demo_that_is_told_to_end_runs_what_is_registered_for_its_end(tmp_path: Path) -> None:
    """So the server that Prefect started for it ends with it."""
    script = (
        "import atexit, os, pathlib, signal, sys\n"
        "from pipelines.prefect_home import prepare_prefect\n"
        "atexit.register(print, 'server stopped')\n"
        "prepare_prefect(pathlib.Path(sys.argv[1]), is_quiet=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    process = run_script(script, str(tmp_path))
    assert (process.returncode, process.stdout) == (143, "server stopped\n"), process.stderr


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.prefect.cloud/api/accounts/1", None),
        ("http://prefect.company:4200/api", None),
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
    ],
)
def test_the_demo_tells_no_server_of_another_machine(tmp_path: Path, given: str, kept: str | None) -> None:
    script = (
        "import os, pathlib, sys\n"
        "from pipelines.prefect_home import prepare_prefect\n"
        "prepare_prefect(pathlib.Path(sys.argv[1]), is_quiet=True)\n"
        "print(os.environ.get('PREFECT_API_URL'))\n"
    )
    process = run_script(script, str(tmp_path), PREFECT_API_URL=given, PREFECT_PROFILE="work")
    assert process.stdout == f"{kept}\n", process.stderr


def test_a_server_that_does_not_answer_is_told_in_a_sentence(flows: ModuleType) -> None:
    prefect_settings = importlib.import_module("prefect.settings")
    nobody = prefect_settings.temporary_settings({prefect_settings.PREFECT_API_URL: "http://127.0.0.1:9/api"})
    with nobody, pytest.raises(Incomplete) as lost, telling_of_a_lost_server():
        flows.month_end()
    assert str(lost.value) == (
        "Prefect's server does not answer: Failed to reach API at http://127.0.0.1:9/api/\n"
        "    What was committed stays. Check PREFECT_API_URL, or unset it to run without a server."
    )


def run_script(script: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
