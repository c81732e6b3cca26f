"""Connects to the servers that a source names, and to no other."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from pipelines.extract.api.shapes import Api, Resource
from pipelines.extract.cin7_client import connect_omni
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.extract.core_api.client import connect_core
from pipelines.extract.core_api.resources import CORE_RESOURCES
from pipelines.extract.source_shapes import ApiInput, Source
from pipelines.settings import Settings


@contextmanager
def connect_apis(source: Source, settings: Settings, *, is_offline: bool = False) -> Iterator[Mapping[str, Api]]:
    """Open connections to the APIs in a source, by name of the API; none where no call is to be made.

    Raises:
        UsageProblem: a server is named whose credentials are not set (exit 2).
    """
    named = set() if is_offline else {one.api for one in source.inputs.values() if isinstance(one, ApiInput)}
    with ExitStack() as stack:
        apis: dict[str, Api] = {}
        if "omni" in named:
            apis["omni"] = stack.enter_context(connect_omni(settings))
        if "core" in named:
            apis["core"] = stack.enter_context(connect_core(settings))
        yield apis


def known_resources(api: str) -> Mapping[str, Resource]:
    """The resources of an API, without a connection."""
    return RESOURCES if api == "omni" else {name: one.resource for name, one in CORE_RESOURCES.items()}
