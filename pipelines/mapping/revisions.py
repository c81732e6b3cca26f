"""Reads the mappings of another folder, or of a git revision, to compare the present ones with."""

import dataclasses
import io
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mappings.findings import shown_path
from mappings.reader import MappingProblems, Mappings, read_mappings
from pipelines.errors import DataProblem, UsageProblem


@dataclass(frozen=True)
class OtherMappings:
    """Mappings to compare with, and what people call them."""

    name: str
    mappings: Mappings


def read_other(folder: Path, against: str) -> OtherMappings:
    """Read other mappings.

    Args:
        folder: of the present mappings; a revision is one of the repository that it lies in.
        against: a folder, or a git revision such as HEAD, main or v0.1.0.

    Raises:
        UsageProblem: it is neither (exit 2).
        DataProblem: those mappings do not hold (exit 3).
    """
    if against and Path(against).is_dir():
        return OtherMappings(against, _read(Path(against), shown_path(Path(against))))
    with tempfile.TemporaryDirectory() as empty:
        aside = Path(empty)
        name = f"{against}:{_write_revision(folder, against, aside)}"
        return OtherMappings(against, _read(aside, name))


def _read(folder: Path, name: str) -> Mappings:
    """The mappings; problems tell where they lie by the name that people use."""
    try:
        return read_mappings(folder)
    except MappingProblems as error:
        problems = [
            dataclasses.replace(problem, where=problem.where.replace(shown_path(folder), name, 1))
            for problem in error.problems
        ]
        raise DataProblem(f"The mappings of {name} do not hold, so nothing can be compared.", problems) from None


def _write_revision(folder: Path, revision: str, aside: Path) -> str:
    """Put the YAML that a revision has of the folder aside; the folder's path in the repository."""
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise UsageProblem(
            f'"{revision}" is no folder, and no revision of the git repository that {folder} lies in.\n'
            "    Write --against HEAD, a branch, a tag, or a folder with other mappings."
        )
    prefix = (_git(folder, "rev-parse", "--show-prefix") or b"").decode().strip().rstrip("/")
    archive = _git(folder, "archive", "--format=tar", commit.decode().strip())
    if archive is None:
        raise UsageProblem(f"Revision {revision} has no folder {prefix}.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            content = files.extractfile(member) if member.isfile() else None
            path = PurePosixPath(member.name)
            if content is not None and path.suffix == ".yaml" and len(path.parts) == 1:
                (aside / path.name).write_bytes(content.read())
    return prefix


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it fails.

    Raises:
        UsageProblem: there is no git on this machine (exit 2).
    """
    program = shutil.which("git")
    if program is None:
        raise UsageProblem("A revision can only be read with git, which is not installed. Name a folder instead.")
    done = subprocess.run(  # noqa: S603 the revision is checked by git itself, behind --end-of-options
        [program, "-C", str(folder), *arguments], capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else None
