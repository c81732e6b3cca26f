"""Connects to the servers that a source names, and to no other."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipelines.extract.cin7_client import connect_omni
from pipelines.extract.received import Fetcher
from pipelines.extract.source_shapes import ApiInput, Source
from pipelines.settings import Settings


@contextmanager
def connect_fetchers(source: Source, settings: Settings) -> Iterator[Mapping[str, Fetcher]]:
    """Fetchers of the APIs in a source, by name of the API.

    Raises:
        UsageProblem: a server is named whose credentials are not set (exit 2).
    """
    apis = {one.api for one in source.inputs.values() if isinstance(one, ApiInput)}
    if "omni" not in apis:
        yield {}
        return
    with connect_omni(settings) as client:
        yield {"omni": client.rows}
