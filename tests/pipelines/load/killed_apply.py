"""A program that applies a plan and kills itself with SIGKILL at a given step: HOME URL PLAN STEP COUNT."""

import sys
from pathlib import Path

from pipelines.load import batches
from pipelines.load.apply import apply_plan
from pipelines.load.outbox import Outbox
from pipelines.load.xero_client import XeroClient, connect
from pipelines.warehouse import open_warehouse
from tests.pipelines.dying import Death
from tests.pipelines.load.closed_months import TERMS, no_pause, sandbox_settings

SMALL_BATCH = 2


def die_at(step: str, count: int) -> None:
    """Arrange the kill: before or after the count-th request, or the count-th commit of the outbox."""
    death = Death(step, count)
    XeroClient.create_manual_journals = death.at("request", XeroClient.create_manual_journals)  # type: ignore[method-assign]
    XeroClient.end_manual_journal = death.at("request", XeroClient.end_manual_journal)  # type: ignore[method-assign]
    Outbox.save = death.at("commit", Outbox.save)  # type: ignore[method-assign]


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
