"""The wizard from beginning to end: read both ends, decide, show, write."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mappings.findings import shown_path
from pipelines.errors import UsageProblem
from pipelines.extract.cin7_client import connect_omni
from pipelines.extract.core_api import connect_core
from pipelines.extract.side_files import write_empty_files
from pipelines.extract.source_yaml import read_source
from pipelines.init.cin7_facts import read_core, read_omni
from pipelines.init.core_facts import read_core_tables
from pipelines.init.decisions import Decisions
from pipelines.init.facts import Cin7Facts, XeroFacts
from pipelines.init.files import render, render_source
from pipelines.init.proposal import Proposal, propose
from pipelines.init.questions import Questions
from pipelines.init.writing import FilePlan, compare_files, prove, write_files, write_schemas
from pipelines.init.xero_facts import read_xero
from pipelines.load.xero_client import connect
from pipelines.settings import Settings
from transforms.periods import today_in

Confirm = Callable[[Proposal, list[FilePlan]], Mapping[Path, bool] | None]
"""Shows what would be written; returns which edited files may be replaced, None: nothing is to be written."""


@dataclass(frozen=True)
class Done:
    """What the wizard did."""

    proposal: Proposal
    files: list[FilePlan]
    is_written: bool
    empty_files: tuple[Path, ...] = ()
    """Files beside the API that were written with a header line only."""


def run_wizard(settings: Settings, source: str | None, questions: Questions, confirm: Confirm) -> Done:
    """Propose the mappings of the company that the settings connect, and write them.

    Args:
        settings: both connections, the warehouse, and the folder of the mappings.
        source: omni, core, or the source that filled core; None: what the settings connect.
        questions: who decides what cannot be inferred.
        confirm: shown the summary before anything is written.

    Raises:
        UsageProblem: no connection, or an answer that fits no choice (exit 2).
        DataProblem: base currencies differ, or Xero has no account that can be taken (exit 3); nothing was written.
        Incomplete: Cin7 or Xero cannot be reached (exit 7).
    """
    now = datetime.now(UTC)
    cin7 = read_cin7(settings, source, now)
    with connect(settings) as client:
        xero = read_xero(client)
    zone = time_zone_of(settings, xero, cin7)
    proposal = propose(xero, cin7, Decisions(questions), today_in(zone or "UTC", now))
    questions.check_all_used()
    texts = render(proposal)
    with tempfile.TemporaryDirectory() as folder:
        prove(texts, xero, Path(folder))
    plans = compare_files(settings.mappings, texts, cin7.source, render_source(cin7.source, zone, proposal.charges))
    agreed = confirm(proposal, plans)
    if agreed is None:
        return Done(proposal, plans, is_written=False)
    done = write_files(plans, agreed)
    write_schemas(settings.mappings)
    file = settings.mappings / "sources" / f"{cin7.source}.yaml"
    empty = write_empty_files(read_source(file), settings.data) if file.is_file() else []
    return Done(proposal, done, is_written=True, empty_files=tuple(empty))


def read_cin7(settings: Settings, source: str | None, now: datetime) -> Cin7Facts:
    """What the source holds: from core tables where they are extracted, else from its API.

    Raises:
        UsageProblem: neither is there (exit 2).
    """
    extracted = read_core_tables(settings, source)
    if extracted is not None:
        return extracted
    connected = [
        *(["omni"] if settings.omni_username and settings.omni_key else []),
        *(["core"] if settings.core_account_id and settings.core_key else []),
    ]
    if source is None and len(connected) > 1:
        raise UsageProblem("Cin7 Omni and Cin7 Core are both connected. Say which one: --source omni or --source core.")
    chosen = source or next(iter(connected), None)
    if chosen == "omni":
        with connect_omni(settings) as omni:
            return read_omni(omni, now)
    if chosen == "core":
        with connect_core(settings) as core:
            return read_core(core, now)
    if chosen is None:
        raise UsageProblem(
            "There is no source to look at.\n"
            "    Set TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY, or TIEOUT_CORE_ACCOUNT_ID and TIEOUT_CORE_KEY; or\n"
            "    extract another source first (tieout extract) and name it: tieout init --source NAME"
        )
    place = shown_path(settings.mappings / "sources" / f"{chosen}.yaml")
    raise UsageProblem(
        f'The warehouse holds nothing of source "{chosen}".\n'
        f"    Write {place} (mappings/sources/README.md says how), run tieout extract, then this command again."
    )


def time_zone_of(settings: Settings, xero: XeroFacts, cin7: Cin7Facts) -> str | None:
    """The time zone in which instants become days: as the settings say, else Cin7's, else Xero's."""
    is_set = "time_zone" in settings.model_fields_set
    return settings.time_zone if is_set else cin7.time_zone or xero.time_zone
