"""Output that every terminal, pipe and file takes: what its encoding lacks is spelled in plain letters.

A pipe on Windows, a locale without UTF-8 or cron may lack the minus sign of a roll-forward, and a command that has just
posted a month would end as a bug of ours at its last line.
"""

import codecs
import os
import sys
from io import TextIOWrapper
from pathlib import Path

_PLAIN = {"−": "-", "–": "-", "—": "-", "·": "-", "±": "+/-", "→": "->", "…": "...", "×": "x", "≤": "<=", "’": "'"}  # noqa: RUF001


def settle_streams() -> None:
    """Let stdout and stderr take any text, and be there: a program that is started without them has None."""
    codecs.register_error("plain", _spell)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end
        elif isinstance(stream, TextIOWrapper) and not takes_everything(stream.encoding):
            stream.reconfigure(errors="plain")


def takes_everything(encoding: str | None) -> bool:
    """Whether an encoding has every letter; a stream in memory has none and takes all."""
    return encoding is None or codecs.lookup(encoding).name.startswith("utf")


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]), error.end
