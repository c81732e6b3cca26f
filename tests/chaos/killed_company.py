"""A company whose `tieout apply` is killed at a point, and run again until it ends; what is applied does not matter."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from pipelines.demo import demo_folder, demo_settings
from pipelines.sandbox.cin7.serving import running_sandbox as running_cin7
from pipelines.sandbox.xero.serving import running_sandbox as running_xero
from tests.chaos.deadly_server import Trap, deadly
from tests.chaos.kill_points import KillPoint
from tests.pipelines.load.local_books import LocalBooks
from tests.sample_company import ROOT, Company

LONGEST = 180.0
MAY_STOP = (2, 7)
"""How a run with faults may end: tokens refused twice in a row, or to be run again."""

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")

Check = Callable[[Company, list[int]], None]
"""Asserts what the books hold after the runs that ended with these codes."""


@contextmanager
def company_from(template: Path, folder: Path, trap: Trap, documents: str) -> Iterator[Company]:
    """A copy of a company with its Xero; its Cin7 is asked again only by the last plan, from the same documents."""
    home = folder / "home"
    shutil.copytree(template, home)
    log = home / "requests.jsonl"
    with (
        deadly(trap),
        running_cin7(home / documents) as cin7,
        running_xero(demo_folder(home) / "books.sqlite", log=log) as xero,
        LocalBooks(xero, log) as books,
    ):
        yield Company(demo_settings(home, cin7, xero), books)


def kill_and_finish(
    company: Company,
    point: KillPoint,
    trap: Trap,
    resumed: AbstractContextManager[None],
    plan: Sequence[str],
    check: Check,
    **environment: str,
) -> None:
    """Apply, die at the point, apply until it ends, check; now and then plan and apply once more, and check again."""
    if point.fault:
        company.books.change("faults", **point.fault)
    _apply_and_die(company, point, trap, environment)

    with resumed:
        codes = [company.tieout("apply", "latest").exit_code]
        company.books.end_faults()
        while codes[-1] in MAY_STOP and len(codes) < 4:
            codes.append(company.tieout("apply", "latest").exit_code)
        check(company, codes)
        if point.number % 4 == 0 or company.books.waiting():
            company.books.change("late-commits")  # what is still on its way arrives after all
            check(company, [company.tieout(*words).exit_code for words in (plan, ("apply", "latest"))])


def _apply_and_die(company: Company, point: KillPoint, trap: Trap, environment: dict[str, str]) -> None:
    """Apply in a process of its own, which is killed at its point; a point that is never reached kills nobody."""
    trap.arm(point.step, point.count)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.killed_tieout", point.step, str(point.count), "apply", "latest"],
        env={**own, "PYTHONPATH": str(ROOT), **environment, **company.environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    trap.process_id = process.pid
    _, message = process.communicate(timeout=LONGEST)
    trap.process_id = None
    assert process.returncode in {-signal.SIGKILL, 0, *MAY_STOP}, message
