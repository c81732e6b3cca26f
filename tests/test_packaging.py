"""The project installs from exact, hashed versions, owns its names, and carries no address or path of one machine."""

import re
import subprocess
import tomllib
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"pipelines", "transforms", "schemas", "mappings"}
DECLARATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

REGISTRIES = [
    "pypi." + "org", "python" + "hosted", "npm" + "js.org", "registry." + "npm", "deb." + "debian", "proxy." + "golang",
    "crates." + "io", "conda." + "anaconda",
]  # fmt: skip
"""Written in two halves, so that this list is not itself a find."""

MACHINE_PATHS = [rf"(?<![\w./])/{name}/" for name in ("work", "root", "home", "opt", "Users", "tmp/[a-z]")]
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".sql", ".lock", ".txt", ".csv", "", ".cfg"}


def _tracked() -> list[Path]:
    """The files of the repository."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the files of the repository are known to git alone, and there is no git here")
    return [
        ROOT / name for name in listed.split("\0") if name and Path(name).suffix in TEXT and (ROOT / name).is_file()
    ]


def _lines_with(pattern: str, files: list[Path]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for file in files
        if file.suffix in TEXT
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_no_other_distribution_owns_our_names() -> None:
    owners = {
        (top, other.name)
        for other in distributions()
        if other.name != "tieout"
        for file in other.files or []
        if (top := file.parts[0].removesuffix(".py")) in PACKAGES
    }

    assert owners == set(), (
        "a package with the same name would shadow ours: give the other one an environment of its own"
    )


def test_the_project_is_installed_in_the_release_that_it_declares() -> None:
    assert distribution("tieout").version == DECLARATION["project"]["version"]


def test_the_command_is_installed() -> None:
    commands = {entry.name: entry.value for entry in distribution("tieout").entry_points}

    assert commands["tieout"] == "pipelines.cli:main"


def test_our_packages_are_the_four_that_ship() -> None:
    assert set(DECLARATION["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == PACKAGES


def test_every_version_of_the_lock_is_exact_and_hashed() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())

    assert len(entries) > 50
    assert [
        entry.splitlines()[0] for entry in entries if not re.match(r"[a-z0-9._\[\]-]+==[\w.!+]+( ;|  ?\\)", entry)
    ] == []
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_has_no_address() -> None:
    assert _lines_with(r"://|file:|--index|--find-links| @ ", [ROOT / "requirements.lock"]) == []


def test_the_lock_holds_everything_that_is_declared() -> None:
    groups = DECLARATION["dependency-groups"]
    declared = [
        *DECLARATION["project"]["dependencies"],
        *groups["dev"],
        *groups["build"],
        *DECLARATION["build-system"]["requires"],
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", text)[0].lower().replace("_", "-").replace(".", "-") for text in declared}
    locked = {re.split(r"[=\[]", line)[0].replace(".", "-") for line in LOCK.splitlines() if re.match(r"[a-z]", line)}

    assert names - locked == set(), "run `make lock`"


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_registry_is_named_anywhere(host: str) -> None:
    assert _lines_with(re.escape(host), _tracked()) == []


@pytest.mark.parametrize("path", MACHINE_PATHS)
def test_no_path_of_one_machine_stands_anywhere(path: str) -> None:
    files = [file for file in _tracked() if file.name != "test_packaging.py"]

    assert _lines_with(path, files) == []


def test_nothing_large_or_left_behind_is_in_the_repository() -> None:
    files = _tracked()

    assert [file for file in files if file.stat().st_size > 1_000_000] == []
    assert [file for file in files if file.suffix in {".duckdb", ".sqlite", ".log"}] == []
