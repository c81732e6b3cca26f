"""A program that applies a plan of documents and kills itself with SIGKILL at a step: HOME URL PLAN STEP COUNT."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.load import batches
from pipelines.load.outbox import Outbox
from pipelines.load.xero_client import XeroClient, connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.sync.apply import apply_sync_plan
from pipelines.sync.recording import SyncRecorder
from pipelines.warehouse import open_warehouse
from schemas.sync import SYNC_KINDS
from tests.pipelines.load.closed_months import sandbox_settings
from tests.pipelines.sync.wanted_documents import TERMS, means

SMALL_BATCH = 2


def die_at(step: str, count: int) -> None:
    """Arrange the kill: before or after the count-th request, commit of the outbox, or record of a verdict."""
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

    XeroClient.write_documents = watched("request", XeroClient.write_documents)  # type: ignore[method-assign]
    Outbox.save = watched("commit", Outbox.save)  # type: ignore[method-assign]
    SyncRecorder.__call__ = watched("record", SyncRecorder.__call__)  # type: ignore[method-assign]


def main() -> None:
    """Apply until the kill."""
    home, url, plan_hash, step, count = sys.argv[1:]
    settings = sandbox_settings(Path(home), url)
    batches.MOST_DOCUMENTS = SMALL_BATCH
    die_at(step, int(count))
    with (
        open_warehouse(settings, publishes=False) as warehouse,
        connect(settings, scopes=sync_scopes(SYNC_KINDS)) as client,
    ):
        apply_sync_plan(means(client, warehouse), plan_hash, TERMS)


if __name__ == "__main__":
    main()
