"""Words that every mapping message uses: quoted values, near misses and lists of choices."""

import json
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

LONGEST_SHOWN = 60
"""Characters of a value that a message repeats."""


OTHER_WORDS = {
    "branch": "location",
    "warehouse": "location",
    "product": "sku",
    "item": "sku",
    "contact": "party",
    "adjustment_reason": "reason",
    "charge": "charge_type",
}
"""What other systems call our keys."""


def quote(value: str) -> str:
    """The value in double quotes, as it would be written in YAML; what cannot be seen is escaped, long text is cut."""
    shown = value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 3]}..."
    return json.dumps(shown, ensure_ascii=not shown.isprintable())


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`Did you mean "..."?` for the nearest choice, or the list of all choices where none is near."""
    known = list(choices)
    meant = OTHER_WORDS.get(word.lower())
    near = meant if meant in known else nearest(word, known)
    return f"Did you mean {quote(near)}?" if near is not None else one_of(known)


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The choice that looks most like the word, capitals aside; None where none looks like it."""
    by_lower = {choice.lower(): choice for choice in choices}
    asked = word.lower()
    found = get_close_matches(asked, list(by_lower), n=3, cutoff=cutoff)
    # of equally near ones the one that begins alike: 31O is 310 rather than 431
    best = max(found, key=lambda choice: _likeness(choice, asked), default=None)
    return by_lower[best] if best is not None else None


def _likeness(choice: str, asked: str) -> tuple[float, int]:
    """How much two words look alike, and in how many first letters they agree."""
    same = [left == right for left, right in zip(choice, asked, strict=False)]
    return SequenceMatcher(None, choice, asked).ratio(), (*same, False).index(False)


def one_of(choices: Iterable[str]) -> str:
    """`Write one of: a, b, c`."""
    return f"Write one of: {', '.join(choices)}"
