"""A real process that applies a plan is killed with SIGKILL: the next one ends what it began, once."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.load.apply import apply_plan
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.xero_client import XeroClient
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause, post
from tests.pipelines.load.local_books import LocalBooks

CHECKOUT = Path(__file__).parents[3]
BEFORE = [cogs("5.00"), cogs("6.00", key="ADJUSTMENT-2026-10-9", kind="adjustment")]
AFTER = [cogs("7.00"), *(cogs("8.00", key=f"ADJUSTMENT-2026-10-{number}", kind="adjustment") for number in (1, 2))]
EXPECTED = {
    "ACME-COGS-2026-10-v2": "7.00",
    "ACME-ADJUSTMENT-2026-10-1-v1": "8.00",
    "ACME-ADJUSTMENT-2026-10-2-v1": "8.00",
}
SIX_MINUTES = timedelta(minutes=6)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")
@pytest.mark.parametrize(
    ("step", "count", "waited"),
    [
        ("after request", 1, timedelta()),
        ("after request", 2, SIX_MINUTES),
        ("before request", 3, SIX_MINUTES),
        ("after request", 3, timedelta()),
    ],
)
def test_what_a_kill_interrupts_is_ended_once(
    tmp_path: Path,
    warehouse_file: Path,
    client: XeroClient,
    books: LocalBooks,
    step: str,
    count: int,
    waited: timedelta,
) -> None:
    settings = Settings(home=tmp_path, warehouse=warehouse_file)
    with open_warehouse(settings, publishes=False) as warehouse:
        post(client, warehouse, *BEFORE)
        close_month(warehouse, *AFTER)
        refresh_posted(client, warehouse)
        plan = make_plan(warehouse, TERMS, OCTOBER)

    killed = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.pipelines.load.killed_apply",
            str(tmp_path),
            books.url,
            plan.plan_hash,
            step,
            str(count),
        ],
        cwd=CHECKOUT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    with open_warehouse(settings, publishes=False) as warehouse:
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause, clock=lambda: datetime.now(UTC) + waited)
        assert books.standing() == EXPECTED
        assert len(books.statuses()) == len(BEFORE) + len(AFTER)
        standing = warehouse.read("post.documents", "status = 'POSTED'")
        assert set(standing["tag"].to_list()) == set(EXPECTED)
        refresh_posted(client, warehouse)
        assert make_plan(warehouse, TERMS, OCTOBER).changes == ()
