"""A program that applies a plan and kills itself with SIGKILL at a given step: HOME URL PLAN STEP COUNT."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.load import batches
from pipelines.load.apply import apply_plan
from pipelines.load.outbox import Outbox
from pipelines.load.xero_client import XeroClient, connect
from pipelines.warehouse import open_warehouse
from tests.pipelines.load.closed_months import TERMS, no_pause, sandbox_settings

SMALL_BATCH = 2


def die_at(step: str, count: int) -> None:
    """Arrange the kill: before or after the count-th request, or after the count-th commit of the outbox."""
    seen: dict[str, int] = {}

    def pass_by(name: str) -> None:
        seen[name] = seen.get(name, 0) + 1
        if (name, seen[name]) == (step, count):
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            pass_by(f"before {name}")
            found = method(*given, **named)
            pass_by(f"after {name}")
            return found

        return call

    XeroClient.create_manual_journals = watched("request", XeroClient.create_manual_journals)  # type: ignore[method-assign]
    XeroClient.end_manual_journal = watched("request", XeroClient.end_manual_journal)  # type: ignore[method-assign]
    Outbox.save = watched("commit", Outbox.save)  # type: ignore[method-assign]


def main() -> None:
    """Apply until the kill."""
    home, url, plan_hash, step, count = sys.argv[1:]
    settings = sandbox_settings(Path(home), url)
    batches.MOST_DOCUMENTS = SMALL_BATCH
    die_at(step, int(count))
    with open_warehouse(settings, publishes=False) as warehouse, connect(settings) as client:
        apply_plan(client, warehouse, plan_hash, TERMS, pause=no_pause)


if __name__ == "__main__":
    main()
