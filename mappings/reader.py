"""Reads a company's mappings folder: every problem of every file at once, in file order, or all of it."""

from pathlib import Path
from typing import Any

from mappings.containers import ShapeOf, Written, keys_of
from mappings.contradictions import add_contradictions, find_shared_stock_accounts
from mappings.documents_shape import OPTIONAL_FILES, DocumentsFile
from mappings.findings import Findings, shown_path
from mappings.mapping_set import Mappings
from mappings.shapes import FILES
from mappings.wording import nearest
from mappings.yaml_nodes import compose
from schemas.problems import Problem, describe_problems

__all__ = ["MappingProblems", "Mappings", "read_documents", "read_mappings"]


class MappingProblems(Exception):
    """The mappings do not hold; nothing may be posted by them (exit 3)."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(describe_problems(problems))


def read_mappings(folder: Path) -> Mappings:
    """Read accounts, taxes, tracking, landed_costs, adjustments, corrections and close.yaml of a folder.

    Args:
        folder: the company's mappings; what lies in its subfolders is not read.

    Returns:
        Mappings; every value knows its file:line:column.

    Raises:
        MappingProblems: with every problem of all files, in the order of the files and of their lines.
    """
    if not folder.is_dir():
        fix = "Set TIEOUT_MAPPINGS to the folder that holds accounts.yaml and its sisters"
        raise MappingProblems([Problem(shown_path(folder), "there is no such folder", fix)])
    contents: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, shape in FILES.items():
        findings = Findings(shown_path(folder / f"{name}.yaml"))
        contents[name] = _read_file(folder / f"{name}.yaml", shape, findings)
        problems += findings.problems
    problems += _misnamed_files(folder)
    mappings = Mappings(**contents) if not problems else None
    if mappings is not None:
        problems += find_shared_stock_accounts(mappings)
    if mappings is None or problems:
        raise MappingProblems(problems)
    return mappings


def read_documents(folder: Path) -> DocumentsFile | None:
    """Read documents.yaml, which says what the document sync sends.

    Args:
        folder: the company's mappings.

    Returns:
        The file; None where there is none, or where it switches every kind off: then nothing is sent.

    Raises:
        MappingProblems: with every problem of the file.
    """
    path = folder / "documents.yaml"
    if not path.is_file():
        return None
    findings = Findings(shown_path(path))
    content = _read_file(path, DocumentsFile, findings)
    if not isinstance(content, DocumentsFile) or findings.problems:
        raise MappingProblems(findings.problems)
    return content if content.kinds.sent else None


def _read_file(path: Path, shape: type[Written], findings: Findings) -> Written | None:
    """One file's content, None where the findings say what is wrong with it."""
    if not path.is_file():
        findings.add_file_problem("the file is missing", f"Create it with {_first_key(shape)}")
        return None
    root = compose(path, findings, if_empty=f"Begin with {_first_key(shape)}")
    content = ShapeOf(shape).read(root, "", findings) if root is not None else None
    if content is not None and not len(findings):
        add_contradictions(content, findings)
    return content


def _first_key(shape: type[Written]) -> str:
    """What no file of this shape can do without."""
    needed = next(one for one in keys_of(shape).values() if one.is_required)
    return f"the key {needed.name}: {needed.description}"


def _misnamed_files(folder: Path) -> list[Problem]:
    """YAML files whose name is nearly that of a mapping: nothing would read them."""
    known = [*FILES, *OPTIONAL_FILES]
    return [
        Problem(shown_path(path), "nothing reads this file", f"Did you mean {near}.yaml?")
        for path in sorted(folder.glob("*.y*ml"))
        if path.name not in {f"{name}.yaml" for name in known} and (near := nearest(path.stem, known, cutoff=0.8))
    ]
