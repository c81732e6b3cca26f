"""Which release of tieout this is."""

import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def code_version() -> str:
    """The release's number: of the checkout that runs, installed or not, else of the installed package."""
    declaration = Path(__file__).resolve().parents[1] / "pyproject.toml"
    if declaration.is_file():
        return str(tomllib.loads(declaration.read_text(encoding="utf-8"))["project"]["version"])
    return version("tieout")
