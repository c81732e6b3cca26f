"""Writes the Prefect deployments of the document sync: one for each kind that documents.yaml gives a schedule.

python -m pipelines.document_schedules           writes prefect-documents.yaml
prefect --no-prompt deploy --all --prefect-file prefect-documents.yaml
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from mappings.documents_shape import DocumentsFile, ScheduleSettings
from mappings.wording import quote
from pipelines.document_sync import documents_of
from pipelines.errors import DataProblem, TieoutError
from pipelines.settings import Settings, load_settings
from schemas.problems import Problem
from schemas.sync_policy import KINDS_SENT

FILE = "prefect-documents.yaml"
CRON_FIELDS = 5
SECONDS = {"minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
HEADING = "# Written by `python -m pipelines.document_schedules` from the schedule in documents.yaml; do not edit.\n"
ORDER = list(KINDS_SENT)
"""Contacts first: what begins at one moment queues in this order."""

_FLOW: dict[str, Any] = {
    "entrypoint": "pipelines.document_flow.document_sync",
    "tags": ["tieout", "documents"],
    "work_pool": {"name": "tieout"},
}
_BY_HAND: dict[str, Any] = {
    "name": "sync-documents",
    "description": "Sends every kind that documents.yaml switches on to Xero, when somebody runs it.",
    "parameters": {},
    "schedules": [],
    **_FLOW,
}


def deployments_of(documents: DocumentsFile, settings: Settings) -> list[dict[str, Any]]:
    """One deployment without a schedule for all kinds, and one for each kind with a schedule, as prefect.yaml has them.

    Raises:
        DataProblem: a cron that is none (exit 3).
    """
    given = {str(kind): schedule for kind, schedule in (documents.schedule or {}).items()}
    problems = [problem for kind, one in given.items() if (problem := _find_problem(kind, one))]
    if problems:
        raise DataProblem("documents.yaml has schedules that cannot be deployed.", problems)
    return [_BY_HAND, *(_deployment(kind, given[kind], settings) for kind in sorted(given, key=ORDER.index))]


def _find_problem(kind: str, schedule: ScheduleSettings) -> Problem | None:
    """What is wrong with a schedule; that it says how often or when, of a kind that is sent, was read already."""
    if schedule.cron is None or len(str(schedule.cron).split()) == CRON_FIELDS:
        return None
    found = f"schedule.{kind}.cron is {quote(str(schedule.cron))}, which are not five fields"
    return Problem(schedule.defined_at, found, 'Write five fields, such as "0 6 * * 1-5"')


def _deployment(kind: str, schedule: ScheduleSettings, settings: Settings) -> dict[str, Any]:
    start = str(schedule.start).replace(" ", "T") if schedule.start is not None else None
    if schedule.every is not None:
        count, unit = str(schedule.every).split()
        when: dict[str, Any] = {"interval": int(count) * SECONDS[unit]}
        when |= {"anchor_date": f"{start}:00"} if start else {}
    else:
        when = {"cron": str(schedule.cron)}
    words = kind.replace("_", " ")
    return {
        "name": f"sync-{kind.replace('_', '-')}",
        "description": f"Sends {words} to Xero, as documents.yaml says. Run it by hand at any time.",
        "parameters": {"kinds": kind, **({"not_before": f"{start}:00"} if start else {})},
        "schedules": [{"slug": kind.replace("_", "-"), **when, "timezone": settings.time_zone}],
        **_FLOW,
    }


def write_deployments(settings: Settings, file: Path) -> int:
    """Write the file for `prefect deploy`; gives how many deployments it holds.

    Raises:
        UsageProblem: there is no documents.yaml (exit 2). DataProblem: it does not hold (exit 3).
    """
    deployments = deployments_of(documents_of(settings), settings)
    content = {"name": "tieout", "deployments": deployments}
    file.write_text(HEADING + yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return len(deployments)


def starts_at(written: datetime, zone: str) -> datetime:
    """A start as documents.yaml writes it: without a zone it is in the organisation's own."""
    return written if written.tzinfo is not None else written.replace(tzinfo=ZoneInfo(zone))


def main() -> None:
    """Write the file and say what to do with it."""
    parser = argparse.ArgumentParser(description="Write the Prefect deployments of the document sync.")
    parser.add_argument("--file", type=Path, default=Path(FILE), help=f"default: {FILE}")
    file = parser.parse_args().file
    try:
        count = write_deployments(load_settings(), file)
    except TieoutError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    print(f"{file}: {count} deployments. Next: prefect --no-prompt deploy --all --prefect-file {file}")


if __name__ == "__main__":
    main()
