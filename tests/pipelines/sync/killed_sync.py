"""A program that applies a plan of documents and kills itself with SIGKILL at a step: HOME URL PLAN STEP COUNT."""

import sys
from pathlib import Path

from pipelines.load import batches
from pipelines.load.outbox import Outbox
from pipelines.load.xero_client import XeroClient, connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.sync.apply import apply_sync_plan
from pipelines.sync.recording import SyncRecorder
from pipelines.warehouse import open_warehouse
from schemas.sync import SYNC_KINDS
from tests.pipelines.dying import Death
from tests.pipelines.load.closed_months import sandbox_settings
from tests.pipelines.sync.wanted_documents import TERMS, means

SMALL_BATCH = 2


def die_at(step: str, count: int) -> None:
    """Arrange the kill: before or after the count-th request, commit of the outbox, or record of a verdict."""
    death = Death(step, count)
    XeroClient.write_documents = death.at("request", XeroClient.write_documents)  # type: ignore[method-assign]
    Outbox.save = death.at("commit", Outbox.save)  # type: ignore[method-assign]
    SyncRecorder.__call__ = death.at("record", SyncRecorder.__call__)  # type: ignore[method-assign]


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
