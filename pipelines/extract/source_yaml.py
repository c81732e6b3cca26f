"""Reads a source YAML: everything that is wrong with it at once, each with file:line:column."""

import re
from pathlib import Path

from mappings.containers import ShapeOf
from mappings.findings import Findings, shown_path
from mappings.yaml_nodes import compose
from pipelines.errors import DataProblem
from pipelines.extract.source_shapes import NAME, Source, SourceFile
from schemas.tables import TABLES


def read_source(path: Path) -> Source:
    """Read one source YAML, such as mappings/sources/omni.yaml.

    The SQL is not looked at here: it is bound to its inputs by `extract_source`.

    Raises:
        DataProblem: with every problem of the file, in file order (exit 3).
    """
    findings = Findings(shown_path(path))
    if not re.fullmatch(NAME, path.stem):
        fix = "Rename it: small letters, digits and _, a letter first; raw tables carry its name"
        findings.add_file_problem(f'"{path.name}" cannot be the name of a source', fix)
    root = compose(path, findings)
    content = None if root is None else ShapeOf(SourceFile).read(root, "", findings)
    source = None if content is None else Source(path.stem, path, content, path.read_text(encoding="utf-8-sig"))
    for name in source.inputs if source else ():
        if source and source.raw_table(name) in TABLES:
            findings.add(name.place, f"{source.raw_table(name)} is a table of tieout", "Give the input another name")
    for name in source.shared if source else ():
        if source and name in source.inputs:
            findings.add(name.place, f"shared.{name} has the name of an input", "Give the select another name")
    if source is None or len(findings):
        raise DataProblem(f"The source {findings.file} cannot be used.", findings.problems)
    return source
