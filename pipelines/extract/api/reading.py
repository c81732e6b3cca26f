"""Reads all inputs of a source that come from APIs: first the lists, then the documents behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mappings.wording import did_you_mean
from pipelines.errors import DataProblem
from pipelines.extract.api.asked_again import Postings
from pipelines.extract.api.documents import DocumentsJob
from pipelines.extract.api.jobs import ListJob
from pipelines.extract.api.landing import InputState, remember_calls
from pipelines.extract.api.personal_left import note_personal_left
from pipelines.extract.api.raw_versions import Stamp
from pipelines.extract.api.reading_together import Job, Tell, read_together
from pipelines.extract.api.shapes import Api, Resource
from pipelines.extract.api.wishes import Wish
from pipelines.warehouse import Warehouse
from schemas.problems import Problem


@dataclass(frozen=True)
class ApiInputSpec:
    """One input of a source YAML that comes from an API."""

    name: str
    api: str
    resource: str
    at: str
    """Where the YAML says so."""
    is_optional: bool = False
    """Whether a refusal of the server leaves it as it stands."""


@dataclass(frozen=True)
class ReadInput:
    """What the reading of one input did."""

    name: str
    pages: int
    rows: int
    """Rows received, also those that were known."""
    deleted: int
    is_changed: bool
    """Whether readers see something new."""
    row_count: int
    """Rows that are current."""
    landed_version: int


def read_inputs(
    source_name: str,
    specs: Sequence[ApiInputSpec],
    apis: Mapping[str, Api],
    warehouse: Warehouse,
    wish: Wish,
    stamp: Stamp,
    tell: Tell,
) -> dict[str, ReadInput]:
    """Bring the raw tables of API inputs up to date.

    Args:
        source_name: name of the source.
        specs: its inputs that come from APIs.
        apis: open connections by name.
        warehouse: open for writing. Every page is committed; readers see an input when it is read to its end.
        wish: what is asked for.
        stamp: run and moment for the rows.
        tell: told how far it is.

    Raises:
        DataProblem: a resource that an API does not have, or documents whose list is no input (exit 3).
        UsageProblem, Incomplete: from the servers; what was received until then stays (exit 2, 7).
    """
    resources = _find_resources(specs, apis)
    for api in apis.values():
        remember_calls(api.calls, warehouse)
    states = {
        spec.name: InputState(source_name, spec.name, warehouse, resources[spec.name])
        for spec in specs
    }  # fmt: skip
    lasts = {name: state.last() for name, state in states.items()}
    before = {name: (last or {}).get("landed_version", 0) for name, last in lasts.items()}
    for spec in specs:
        states[spec.name].raw.prepare(f"{spec.api} {spec.resource} (input {spec.name} of {source_name})")
    lists: list[Job] = [
        ListJob(states[spec.name], apis[spec.api], wish, stamp, is_optional=spec.is_optional)
        for spec in specs if resources[spec.name].detail_of is None
    ]  # fmt: skip
    read_together(lists, warehouse, tell)
    names = {spec.resource: spec.name for spec in specs}
    postings = {
        spec.api: Postings(states[spec.name].raw, task)
        for spec in specs if (task := resources[spec.name].task) is not None
    }  # fmt: skip
    # The first reading of all of them tells nothing new.
    telling = {spec.api: postings[spec.api] for spec in specs if resources[spec.name].task and lasts[spec.name]}
    documents: list[Job] = [
        DocumentsJob(states[spec.name], apis[spec.api], wish, stamp, states[names[parent]].raw, telling.get(spec.api))
        for spec in specs if (parent := resources[spec.name].detail_of) is not None
    ]  # fmt: skip
    for job in documents:
        job.api.calls.notes["document_changes"] = (
            f"{'list_and_postings' if job.api.name in postings else 'list'}: a document is asked for again when its row"
            f" in the list {'or its entries in the ledger have' if job.api.name in postings else 'has'} changed; any"
            " other change of it is found by `tieout extract --from --to` or `--full`"
        )
    read_together(documents, warehouse, tell)
    if wish.drops_personal:
        for name, api in apis.items():
            left = note_personal_left(states[spec.name] for spec in specs if spec.api == name)
            if left is not None:
                api.calls.notes["personal_fields"] = left
    return {job.state.input_name: _describe(job, before) for job in [*lists, *documents]}


def _describe(job: Job, before: Mapping[str, int]) -> ReadInput:
    last = job.state.last() or {}
    name = job.state.input_name
    version = last.get("landed_version", 0)  # an optional input may never have been read
    return ReadInput(
        name, job.progress.pages, job.progress.rows, job.deleted_count, version != before[name],
        last.get("row_count", 0), version,
    )  # fmt: skip


def _find_resources(specs: Sequence[ApiInputSpec], apis: Mapping[str, Api]) -> dict[str, Resource]:
    """The resource of each input, or all problems."""
    found: dict[str, Resource] = {}
    problems = []
    for spec in specs:
        known = {name.lower(): one for name, one in apis[spec.api].resources.items()}
        resource = known.get(spec.resource.lower())
        if resource is None:
            fix = did_you_mean(spec.resource, list(apis[spec.api].resources))
            problems.append(Problem(spec.at, f"{apis[spec.api].calls.server} has no resource {spec.resource}", fix))
            continue
        found[spec.name] = resource
    listed = {one.resource for one in specs}
    for spec in specs:
        parent = found[spec.name].detail_of if spec.name in found else None
        if parent is not None and parent not in listed:
            fix = f"Add an input: {parent.lower()}: {{{spec.api}: {parent}}}"
            problems.append(Problem(spec.at, f"{spec.resource} is read for each row of {parent}, no input here", fix))
    if problems:
        raise DataProblem("The source asks for resources that cannot be read.", problems)
    return found
