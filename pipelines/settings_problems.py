"""What is wrong with the settings, in the reader's words: variable or file and line, what was found, the next step."""

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic_core import ErrorDetails

from pipelines.errors import UsageProblem
from schemas.problems import Problem

PREFIX = "TIEOUT_"


class SettingsFile:
    """tieout.toml as text, so that a problem has its line; a file that is not there is empty."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            UsageProblem: when it is not TOML (exit 2).
        """
        self.path = path
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            self.keys = tuple(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            fix = 'Write one setting a line: time_zone = "UTC"'
            problem = Problem(str(path), f"cannot be read as TOML: {error}", fix)
            raise UsageProblem("The settings do not hold.", [problem]) from None
        self._lines = text.splitlines()

    def place(self, key: str) -> str:
        """File and line of a key."""
        pattern = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[=.\]]""")
        number = next((index for index, line in enumerate(self._lines, 1) if pattern.match(line)), None)
        return f"{self.path}:{number}" if number else str(self.path)

    def find_problems(self, meanings: Mapping[str, str], secrets: Collection[str]) -> list[Problem]:
        """What the file must not hold: keys that mean nothing, its own place, secrets inside a repository.

        Args:
            meanings: what each setting is, by name.
            secrets: settings that are secret.
        """
        return [problem for key in self.keys if (problem := self._problem_of(key, meanings, secrets))]

    def _problem_of(self, key: str, meanings: Mapping[str, str], secrets: Collection[str]) -> Problem | None:
        where = self.place(key)
        if key not in meanings:
            return Problem(where, f'unknown key "{key}"', nearest_setting(key, meanings, "{1}"))
        if key == "home":
            return Problem(where, "home cannot stand in the file that home leads to", f"Set {PREFIX}HOME instead.")
        if key in secrets and self._is_in_repository():
            variable = f"{PREFIX}{key.upper()}"
            fix = f"Set {variable} in the environment and delete the line; replace a secret that was committed."
            return Problem(where, f"{key} is a secret, and this file lies in a repository", fix)
        return None

    def _is_in_repository(self) -> bool:
        return any((folder / ".git").exists() for folder in self.path.absolute().parents)


def find_unknown_variables(meanings: Mapping[str, str]) -> list[Problem]:
    """Variables of the environment that carry our prefix and mean nothing."""
    known = {f"{PREFIX}{name.upper()}" for name in meanings}
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    return [
        Problem(
            f"environment variable {name}",
            "unknown setting",
            nearest_setting(name[len(PREFIX) :], meanings, PREFIX + "{0}"),
        )
        for name in unknown
    ]


def describe_error(
    details: ErrorDetails, given: Mapping[str, object], file: SettingsFile, meanings: Mapping[str, str]
) -> list[Problem]:
    """One of pydantic's errors in the reader's words; none for an unknown key of the file: `find_problems` has it.

    Args:
        details: the error.
        given: what the command line gave, which wins over the environment and the file.
        file: tieout.toml.
        meanings: what each setting is, by name.
    """
    name = str(details["loc"][0])
    if details["type"] == "extra_forbidden" and name not in given:
        return []
    if name in given:
        where = f"command line, {name}"
    elif os.environ.get(f"{PREFIX}{name.upper()}"):
        where = f"environment variable {PREFIX}{name.upper()}"
    else:
        where = file.place(name)
    message = details["msg"].removeprefix("Value error, ")
    fix = f"{name}: {meanings[name]}." if name in meanings else nearest_setting(name, meanings, "{1}")
    return [Problem(where, message[0].lower() + message[1:], fix)]


def nearest_setting(name: str, meanings: Mapping[str, str], shown: str) -> str:
    """What the reader may have meant, in the form that it has there: {0} in capitals, {1} in small letters."""
    near = get_close_matches(name.lower(), meanings, n=1)
    return f'Did you mean "{shown.format(near[0].upper(), near[0])}"?' if near else "See `Settings` in the README."
