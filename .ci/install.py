"""Sets up `.venv`: every package of requirements.lock, checked by its hash, then this project, editable.

Needs nothing but Python's own library, and starts on any Python 3 in order to say what is missing:

    python3 .ci/install.py          (Windows: py .ci\\install.py)

A second call finds that nothing changed, installs nothing and prints nothing. PYTHON=/path/to/python chooses a Python.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"


def main() -> int:
    """Install what is missing; 0 when all is there."""
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted and version_of([str(VENV_PYTHON)]):
        return 0
    if not version_of([str(VENV_PYTHON)]):
        python = find_python()
        if python is None:
            print(missing_text(), file=sys.stderr)
            return 2
        print(f"Making .venv with Python {version_of(python)} ...", flush=True)
        run([*python, "-m", "venv", "--clear", str(VENV)])
    STAMP.unlink(missing_ok=True)
    print("Installing the packages of requirements.lock into .venv (once; a minute or two) ...", flush=True)
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    exact = [*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    # Xero's SDK, for tests, comes as source alone: what builds it comes first, from the lock too.
    with tempfile.TemporaryDirectory() as folder:
        builder = Path(folder, "builder.lock")
        builder.write_text(lines_of("setuptools"))
        run([*exact, "-r", str(builder)])
    source_only = ["--no-binary", "xero-python", "--no-build-isolation"]
    run([*exact, *source_only, "-r", str(ROOT / "requirements.lock")])
    # The build backend came with the lock, so nothing is fetched here that has no hash.
    run([*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)])
    STAMP.write_text(wanted)
    return 0


def fingerprint() -> str:
    """What the environment is made from: changes with the lock and with the project's declaration."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def lines_of(package: str) -> str:
    """The lines of the lock that hold one package with its hashes."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(package + "=="))
    rest = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith(" ")), len(lines))
    return "\n".join(lines[start:rest]) + "\n"


def find_python() -> list[str] | None:
    """The Python to use: the one of PYTHON, the one that runs this, or one on the path; None without a fitting one."""
    chosen = os.environ.get("PYTHON")
    if chosen:
        return [chosen] if version_of([chosen]) else None
    names = ["python3.13", "python3.12", "python3.11", "python3.14", "python3", "python"]
    candidates = [[sys.executable], *([path] for path in map(which, names) if path)]
    candidates += [["py", f"-3.{minor}"] for minor in (13, 12, 11, 14)] if os.name == "nt" else []
    return next((candidate for candidate in candidates if version_of(candidate)), None)


def version_of(command: list[str]) -> str | None:
    """Version of a Python that fits and can make environments, else None."""
    try:
        answer = subprocess.run([*command, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        version = answer.stdout.decode().strip()
        return version if OLDEST <= tuple(map(int, version.split("."))) <= NEWEST else None
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def missing_text() -> str:
    """What to do on a machine without a fitting Python."""
    found = f"PYTHON={chosen} is none" if (chosen := os.environ.get("PYTHON")) else "found none"
    return (
        "tieout needs Python {}.{} to {}.{} with its venv module, and {}.\n"
        "    Install one (Debian and Ubuntu: apt install python3 python3-venv), then run this again.\n"
        "    To use one that is not on the path: PYTHON=/path/to/python make demo"
    ).format(*OLDEST, *NEWEST, found)


def run(command: list[str]) -> None:
    """Run a step; if it fails, stop with its exit code and without a traceback of ours."""
    done = subprocess.run(command, check=False)
    if done.returncode:
        print(f"Setting up .venv failed at: {' '.join(command)}", file=sys.stderr)
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
