"""Brings in the source's documents: what it gives lands in raw, and its selects fill core."""

from pipelines.extract.connections import connect_apis
from pipelines.extract.report import ExtractReport
from pipelines.extract.source_yaml import read_source
from pipelines.extract.sources import extract_source
from pipelines.extract.wish import WHAT_CHANGED, ExtractWish
from pipelines.steps.context import CloseContext
from pipelines.steps.run import Progress
from pipelines.warehouse import Warehouse


def extract_documents(
    close: CloseContext,
    warehouse: Warehouse,
    run_id: str,
    progress: Progress,
    wish: ExtractWish = WHAT_CHANGED,
) -> ExtractReport:
    """Land the source's inputs in raw and type them into core.

    Raises:
        DataProblem: the source YAML or an input does not hold; core stays as it was (exit 3).
        Incomplete: a server cannot be reached or read to the end; the next extract goes on from there (exit 7).
    """
    source = read_source(close.settings.mappings / "sources" / f"{close.mappings.close.source}.yaml")
    with connect_apis(source, close.settings, is_offline=wish.is_offline) as apis:
        return extract_source(
            source,
            close.settings,
            warehouse,
            apis,
            lambda what, done, total: progress(done, total, what),
            run_id=run_id,
            wish=wish,
        )
