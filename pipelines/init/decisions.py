"""Choices of the wizard: what can be chosen and why, and who decides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Option:
    """One value that may be chosen."""

    value: str
    label: str
    """As a person reads it: an account with its name."""
    reason: str = ""
    """Why it is proposed; becomes the comment in the YAML."""


@dataclass(frozen=True)
class Choice:
    """One thing to decide. The first option is the proposal."""

    key: str
    """Where it ends up, such as accounts.cogs."""
    question: str
    options: Sequence[Option]
    is_certain: bool = False
    """Whether the first option follows from the facts, so that nobody has to be asked."""
    is_optional: bool = False
    """Whether none of them may be chosen."""
    needs_answer: bool = False
    """Whether the options are only a list: without a person none of them is taken."""
    more: Sequence[Option] = ()
    """What may be chosen too, but is not worth showing: the rest of the chart."""
    pattern: str | None = None
    """Another text may be given that fits this regular expression."""
    doubt: str = ""
    """Why a person should look at it, where it is not certain."""

    def takes(self, text: str) -> bool:
        """Whether a text that is none of the options may be given."""
        return self.pattern is not None and re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True)
class Decision:
    """What was decided."""

    key: str
    value: str | None
    label: str
    reason: str
    is_certain: bool
    is_asked: bool
    doubt: str = ""
    others: tuple[str, ...] = ()
    """Labels of the options that were not chosen."""


class Decider(Protocol):
    """Whoever decides: a person at the terminal, answers of the command line, or the first option."""

    def __call__(self, choice: Choice) -> tuple[Option | None, bool]:
        """The option (None: none of them), and whether somebody was asked."""


def take_first(choice: Choice) -> tuple[Option | None, bool]:
    """The proposal itself: `tieout init --yes`."""
    return (choice.options[0] if choice.options and not choice.needs_answer else None), False


@dataclass
class Decisions:
    """Decides one choice after the other, and remembers them."""

    decider: Decider = take_first
    taken: list[Decision] = field(default_factory=list)

    def settle(self, choice: Choice) -> Option | None:
        """Decide, and remember."""
        chosen, is_asked = self.decider(choice)
        if chosen is not None and is_asked and chosen not in choice.options[:1]:
            chosen = Option(chosen.value, chosen.label, "chosen by hand")
        self.taken.append(
            Decision(
                key=choice.key,
                value=chosen.value if chosen else None,
                label=chosen.label if chosen else "none",
                reason=chosen.reason if chosen else choice.doubt,
                is_certain=choice.is_certain or is_asked,
                is_asked=is_asked,
                doubt="" if choice.is_certain or is_asked else choice.doubt,
                others=tuple(one.label for one in choice.options if chosen is None or one.value != chosen.value),
            )
        )
        return chosen
