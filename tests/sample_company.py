"""The demo's made-up company in a folder of its own: its Cin7, its Xero, and the command line run on it."""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl

from pipelines.cli import main
from pipelines.demo import PERIODS, demo_servers
from pipelines.load.apply import apply_plan
from pipelines.load.xero_client import connect
from pipelines.settings import Settings
from pipelines.warehouse import open_published
from tests.pipelines.load.local_books import LocalBooks

ROOT = Path(__file__).parents[1]

for _size in ("COLUMNS", "LINES"):
    os.environ.pop(_size, None)  # pytest-xdist gives its workers a screen of 80 columns; a pipe has none
SEPTEMBER, OCTOBER = PERIODS

BAR = re.compile(r" {2,}(━|stopped +\d+\.\d s)")


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what stood on the screen."""

    exit_code: int
    out: str
    message: str
    """The error stream without progress bars; the company's folder is HOME in it."""

    @property
    def json(self) -> Any:  # noqa: ANN401 whatever the command prints
        """Standard output, read as JSON."""
        return json.loads(self.out)


class Company:
    """A company whose servers run."""

    def __init__(self, settings: Settings, books: LocalBooks) -> None:
        self.settings = settings
        self.home = settings.home
        self.books = books

    def tieout(self, *arguments: object, **environment: str) -> Outcome:
        """Run the command line in this process."""
        with patch.dict(os.environ, {**self.environment, **environment}):
            return run_here(self.home, *arguments)

    def start(self, *arguments: object, **environment: str) -> "subprocess.Popen[str]":
        """Start the command line as a process of its own."""
        return start_tieout(*arguments, environment={**self.environment, **environment})

    @property
    def environment(self) -> dict[str, str]:
        """The settings as a person would set them."""
        return environment_of(self.settings)

    def query(self, sql: str) -> pl.DataFrame:
        """An answer of the published copy."""
        with open_published(self.settings) as warehouse:
            return warehouse.query(sql)

    def edit_rows(self, resource: str, reference: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a document in Cin7."""
        file = self.home / "data/sample/omni" / f"{resource}.json"
        rows = json.loads(file.read_text(encoding="utf-8"))
        (row,) = (row for row in rows if row["reference"] == reference)
        change(row)
        file.write_text(json.dumps(rows), encoding="utf-8")

    def edit_text(self, file: str, old: str, new: str) -> None:
        """Change a file of the company: a mapping or a source file."""
        path = self.home / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def void_in_xero(self, tag: str) -> None:
        """Void a journal as a person does on Xero's own pages."""
        with connect(self.settings) as client:
            (journal,) = [one for one in client.manual_journals() if str(one["Narration"]).startswith(f"{tag} ")]
            client.void_manual_journal(str(journal["ManualJournalID"]), str(journal["Narration"]), tag)

    def rewrite(self, file: str, content: str | bytes | None) -> None:
        """Give a file other content; None deletes it."""
        path = self.home / file
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def cut_off(self, file: str) -> None:
        """End a file in the middle of a line, as a broken download does."""
        content = (self.home / file).read_bytes()
        self.rewrite(file, content[: len(content) // 2])

    def restore(self, file: str) -> None:
        """Put back what the repository has."""
        shutil.copy(ROOT / file, self.home / file)


def environment_of(settings: Settings) -> dict[str, str]:
    """Settings as environment variables, secrets in the clear."""
    shown = {name: getattr(value, "get_secret_value", lambda v=value: v)() for name, value in settings}
    return {f"TIEOUT_{name.upper()}": str(value) for name, value in shown.items() if value is not None}


def run_here(home: Path, *arguments: object) -> Outcome:
    """Run `tieout` in this process, as its console script does."""
    out, err = StringIO(), StringIO()
    with patch.object(sys, "argv", ["tieout", *map(str, arguments)]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            gc.unfreeze()  # a command leaves what it holds to the end of its process, which goes on here
    lines = [line for line in err.getvalue().splitlines() if not BAR.search(line)]
    return Outcome(code, out.getvalue(), "\n".join(lines).replace(str(home), "HOME"))


def start_tieout(*arguments: object, environment: Mapping[str, str], folder: Path = ROOT) -> "subprocess.Popen[str]":
    """Start `tieout` as a process in a folder, with nothing of this process's own TIEOUT_ settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}
    return subprocess.Popen(
        [sys.executable, "-c", "from pipelines.cli import main; main()", *map(str, arguments)],
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def await_end(process: "subprocess.Popen[str]", seconds: float) -> tuple[str, str]:
    """Both streams of a process that has some seconds to end; one that goes on is killed: no test leaves it behind.

    Raises:
        TimeoutExpired: it went on.
    """
    try:
        return process.communicate(timeout=seconds)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def copy_what_it_needs(home: Path, *, states_stock: bool = False) -> None:
    """What the demo reads: mappings and the sample.

    Omni's stock on hand stays away unless a test asks for it: tests edit documents, and it would not follow them.
    """
    shutil.copytree(ROOT / "mappings", home / "mappings", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copytree(ROOT / "data/sample", home / "data/sample", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    if not states_stock:
        (home / "data/sample/omni/Stock.json").unlink()


@contextmanager
def running_company(home: Path) -> Iterator[Company]:
    """The company of a folder, with its servers on loopback."""
    with demo_servers(home) as settings, LocalBooks(settings.xero_url, home / "no-log") as books:
        yield Company(settings, books)


@contextmanager
def no_waiting() -> Iterator[None]:
    """What a server failed on is tried again at once, or not at all where it only reads."""
    with (
        patch("pipelines.month_end.apply_plan", partial(apply_plan, pause=lambda _: None)),
        patch("pipelines.extract.cin7_client.RETRIES", 0),
        patch("pipelines.load.xero_transport.READ_RETRIES", 0),
    ):
        yield
