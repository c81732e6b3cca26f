"""Reads the tests of a company's mappings, mappings/tests/*.yaml, with every problem of every file."""

from pathlib import Path

from mappings.case_shapes import Case, CasesFile
from mappings.containers import ShapeOf
from mappings.findings import Findings, shown_path
from mappings.wording import quote
from mappings.yaml_nodes import compose
from schemas.problems import Problem

FOLDER = "tests"


def read_cases(mappings: Path) -> tuple[list[Case], list[Problem]]:
    """Read all cases of a mappings folder.

    Args:
        mappings: the folder with accounts.yaml and its sisters; a company without tests has no folder `tests` in it.

    Returns:
        The cases of the files that hold, in the order of the files' names, and the problems of the others.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted((mappings / FOLDER).glob("*.y*ml")):
        findings = Findings(shown_path(path))
        content = _read_file(path, findings)
        problems += findings.problems
        if content is not None and not len(findings):
            cases += content.cases
    return cases, problems


def _read_file(path: Path, findings: Findings) -> CasesFile | None:
    """One file's content, None where the findings say what is wrong with it."""
    if path.suffix != ".yaml":
        findings.add_file_problem("nothing reads this file", f"Rename it to {path.stem}.yaml")
        return None
    root = compose(path, findings, if_empty="Begin with the key cases: one entry a case")
    content = None if root is None else ShapeOf(CasesFile).read(root, "", findings)
    if content is not None and not len(findings):
        _add_contradictions(content, findings)
    return content


def _add_contradictions(content: CasesFile, findings: Findings) -> None:
    """Cases that test nothing, and the second of two equal names."""
    first: dict[str, int] = {}
    for case in content.cases:
        if case.expect.account is None and case.expect.tax_type is None and not case.expect.tracking:
            fix = "Write one of: account, tax_type, tracking"
            findings.add(case.expect.place, f"case {quote(case.name)} expects nothing", fix)
        if case.name in first:
            found = f"case {quote(case.name)} stands on line {first[case.name]} already"
            findings.add(case.name.place, found, "Rename one of them")
        first.setdefault(case.name, case.name.place.line)
