"""Compares the proposed files with those that are there, and writes what may be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Literal

from mappings.findings import shown_path
from mappings.reader import MappingProblems, read_mappings
from mappings.xero_checks import check_against_xero
from pipelines.errors import DataProblem
from pipelines.init.facts import XeroFacts
from pipelines.init.files import TEMPLATES

Action = Literal["new", "unchanged", "differs", "kept", "written", "replaced", "proposed"]
"""What a file needs, and what was done to it."""

BESIDE = ".proposed"
"""Ending of a file that is written beside an edited one."""


@dataclass(frozen=True)
class FilePlan:
    """One file: what stands there, and what is proposed."""

    path: Path
    text: str
    action: Action
    difference: str = ""
    """Unified diff from the file that is there to the proposed one."""

    @property
    def name(self) -> str:
        """As messages show it."""
        return shown_path(self.path)


def compare_files(folder: Path, texts: Mapping[str, str], source: str, source_text: str | None) -> list[FilePlan]:
    """What would happen to each file; an existing source is never touched, because it is written by hand.

    Args:
        folder: the mappings.
        texts: proposed text by name of the file, without .yaml.
        source: name of the source.
        source_text: its YAML; None where tieout has none of that name.
    """
    plans = [_compare(folder / f"{name}.yaml", text) for name, text in texts.items()]
    path = folder / "sources" / f"{source}.yaml"
    if source_text is not None:
        found = FilePlan(path, source_text, "kept") if path.is_file() else _compare(path, source_text)
        plans.append(found)
    return plans


def _compare(path: Path, text: str) -> FilePlan:
    if not path.is_file():
        return FilePlan(path, text, "new")
    present = path.read_text(encoding="utf-8-sig", errors="replace").replace("\r\n", "\n")
    if present == text:
        return FilePlan(path, text, "unchanged")
    names = (f"{shown_path(path)} (as it is)", "proposed by tieout init")
    lines = unified_diff(present.splitlines(), text.splitlines(), *names, lineterm="")
    return FilePlan(path, text, "differs", "\n".join(lines))


def write_files(plans: Sequence[FilePlan], may_replace: Mapping[Path, bool]) -> list[FilePlan]:
    """Write what is new; of what differs, replace what a person agreed to and put the rest beside as `.proposed`.

    Args:
        plans: the files.
        may_replace: whether a person has seen the difference and wants the file replaced, by path.

    Returns:
        The files with what was done to each.
    """
    done: list[FilePlan] = []
    for plan in plans:
        if plan.action in ("unchanged", "kept"):
            done.append(plan)
            continue
        beside = plan.action == "differs" and not may_replace.get(plan.path, False)
        path = plan.path.with_name(plan.path.name + BESIDE) if beside else plan.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(plan.text, encoding="utf-8", newline="\n")
        action: Action = "proposed" if beside else "replaced" if plan.action == "differs" else "written"
        done.append(FilePlan(path, plan.text, action, plan.difference))
    return done


def write_schemas(folder: Path) -> None:
    """Put the schemas that editors complete keys by beside the YAML; they are tieout's own and always replaced."""
    for file in [*TEMPLATES.glob("*.schema.json"), *TEMPLATES.glob("sources/*.schema.json")]:
        path = folder / file.relative_to(TEMPLATES)
        if path.absolute() != file:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.read_bytes())


def prove(texts: Mapping[str, str], xero: XeroFacts, folder: Path) -> None:
    """Read the proposed files as a close would, and compare them with Xero: nothing is written that does not hold.

    Args:
        texts: proposed text by name of the file.
        xero: chart, tax rates and tracking.
        folder: an empty one to try them in.

    Raises:
        DataProblem: an answer does not fit, such as a code that Xero does not have (exit 3).
    """
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8", newline="\n")
    try:
        problems = check_against_xero(read_mappings(folder), xero.accounts, xero.tax_rates, xero.tracking_options)
    except MappingProblems as error:
        problems = error.problems
    if problems:
        raise DataProblem("These answers make no mappings that hold. Nothing was written.", problems)
