"""Asks a person at the terminal what cannot be inferred."""

from collections.abc import Callable, Mapping

from mappings.wording import quote
from pipelines.errors import UsageProblem
from pipelines.init.decisions import Choice, Option, take_first

MOST_LISTED = 12


class Questions:
    """Decides by answers of the command line, and by questions where there are none."""

    def __init__(
        self, answers: Mapping[str, str], ask: Callable[[str, str], str] | None, say: Callable[[str], None]
    ) -> None:
        """Take the answers, and how to ask.

        Args:
            answers: value by key of a choice (`--answer KEY=VALUE`).
            ask: asks for one line of text, with a default; None: nobody is asked, the first option is taken.
            say: prints a line.
        """
        self._answers = dict(answers)
        self._ask = ask
        self._say = say
        self._known: list[str] = []

    def __call__(self, choice: Choice) -> tuple[Option | None, bool]:
        """The answer of the command line, of the person, or the proposal."""
        self._known.append(choice.key)
        if choice.key in self._answers:
            return _find(choice, self._answers.pop(choice.key)), True
        if self._ask is None or choice.is_certain or not (choice.options or choice.pattern):
            return take_first(choice)
        return self._ask_person(choice, self._ask), True

    def check_all_used(self) -> None:
        """Every answer has to belong to a choice.

        Raises:
            UsageProblem: a key that was never asked for (exit 2).
        """
        for key in self._answers:
            listed = ", ".join(dict.fromkeys(self._known))
            raise UsageProblem(f"--answer {key}=...: there is no such choice. There are: {listed}")

    def _ask_person(self, choice: Choice, ask: Callable[[str, str], str]) -> Option | None:
        """Show the options with their numbers; Enter takes the first one, 0 none of them."""
        self._say("")
        self._say(f"{choice.question} ({choice.doubt})" if choice.doubt else choice.question)
        for number, option in enumerate(choice.options[:MOST_LISTED], 1):
            self._say(f"  {number}  {option.label}" + (f": {option.reason}" if option.reason else ""))
        if choice.is_optional:
            self._say("  0  none of them")
        default = "0" if choice.needs_answer and choice.is_optional else "" if choice.needs_answer else "1"
        while True:
            text = ask("Number" + (", or another one" if choice.pattern or choice.more else ""), default).strip()
            if choice.is_optional and text == "0":
                return None
            if text.isdigit() and 1 <= int(text) <= len(choice.options):
                return choice.options[int(text) - 1]
            try:
                return _find(choice, text)
            except UsageProblem as error:
                self._say(error.summary)


def _find(choice: Choice, text: str) -> Option | None:
    """The option with a value; a text that the choice takes; or nothing, by `none`.

    Raises:
        UsageProblem: it is none of them (exit 2).
    """
    if choice.is_optional and text.lower() in ("none", "-"):
        return None
    for option in [*choice.options, *choice.more]:
        if text == option.value:
            return option
    if choice.takes(text):
        return Option(text, text, "chosen by hand")
    listed = ", ".join(option.value for option in choice.options[:MOST_LISTED]) or "none"
    raise UsageProblem(f"{choice.key}: {quote(text)} is none of the options: {listed}")
