"""Words that every mapping message uses: quoted values, near misses and lists of choices."""

import json
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_SHOWN = 60
"""Characters of a value that a message repeats."""


def quote(value: str) -> str:
    """The value in double quotes, as it would be written in YAML; what cannot be seen is escaped, long text is cut."""
    shown = value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 3]}..."
    return json.dumps(shown, ensure_ascii=not shown.isprintable())


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`Did you mean "..."?` for the nearest choice, or the list of all choices where none is near."""
    known = list(choices)
    near = nearest(word, known)
    return f"Did you mean {quote(near)}?" if near is not None else one_of(known)


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The choice that looks most like the word, capitals aside; None where none looks like it."""
    by_lower = {choice.lower(): choice for choice in choices}
    found = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None


def one_of(choices: Iterable[str]) -> str:
    """`Write one of: a, b, c`."""
    return f"Write one of: {', '.join(choices)}"
