"""Extract: the rows of Cin7, or of any files that a source YAML describes, into raw and core."""

from pipelines.extract.report import ExtractReport, InputReport, TableReport
from pipelines.extract.source_shapes import Source
from pipelines.extract.source_yaml import read_source
from pipelines.extract.sources import extract_source

__all__ = ["ExtractReport", "InputReport", "Source", "TableReport", "extract_source", "read_source"]
