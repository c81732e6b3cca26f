"""Brings in the source's documents: what it gives lands in raw, and its selects fill core."""

from pipelines.extract.report import ExtractReport
from pipelines.extract.source_yaml import read_source
from pipelines.extract.sources import extract_source
from pipelines.steps.context import CloseContext
from pipelines.steps.fetchers import connect_fetchers
from pipelines.steps.run import Progress
from pipelines.warehouse import Warehouse


def extract_documents(close: CloseContext, warehouse: Warehouse, run_id: str, progress: Progress) -> ExtractReport:
    """Land the source's inputs in raw and type them into core.

    Raises:
        DataProblem: the source YAML or an input does not hold; core stays as it was (exit 3).
        Incomplete: a server cannot be reached (exit 7).
    """
    source = read_source(close.settings.mappings / "sources" / f"{close.mappings.close.source}.yaml")
    with connect_fetchers(source, close.settings) as fetchers:
        return extract_source(
            source,
            close.settings,
            warehouse,
            fetchers,
            lambda what, done, total: progress(done, total, what),
            run_id=run_id,
        )
