"""Every command explains itself at once: heavy libraries are imported by the commands that need them."""

import subprocess
import sys

import pytest

from pipelines.cli.app import app
from tests.sample_company import ROOT, run_here

COMMANDS = [
    "apply", "approve", "backup", "check", "close", "comment",
    "compare", "connect", "cost", "demo", "dictionary", "diff", "errors", "explain",
    "extract",
    "init", "mapping", "migrate", "pack", "plan", "preview", "sandbox", "sign", "status", "sync", "tie-out",
]  # fmt: skip
MAPPING = [["mapping", "explain"], ["mapping", "diff"]]
HEAVY = ["duckdb", "fastapi", "httpx", "pandera", "polars", "prefect"]


def test_these_are_the_commands() -> None:
    names = [str(command.name) for command in app.registered_commands]
    assert sorted([*names, *(str(group.name) for group in app.registered_groups)]) == COMMANDS


@pytest.mark.parametrize(
    "command", [[], *([name] for name in COMMANDS), ["sandbox", "xero"], ["sandbox", "cin7"], *MAPPING]
)
def test_help_says_what_a_command_does(command: list[str]) -> None:
    shown = run_here(ROOT, *command, "--help")
    assert (shown.exit_code, shown.message) == (0, "")
    assert " ".join(["Usage: tieout", *command]) in shown.out


def test_help_starts_without_any_heavy_library() -> None:
    program = (
        "import sys\nsys.argv = ['tieout', 'close', '--help']\nfrom pipelines.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
