"""One problem that a person has to solve: where it is, what was found, what was expected, and the next step."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Problem:
    """One finding, in the reader's words; `str()` is what the terminal shows."""

    where: str
    """File with line and column, or table and key."""
    found: str
    """What was found, as a sentence without full stop."""
    fix: str = ""
    """The next step: what to write, or what to look at."""
    row_count: int | None = None
    amount: Decimal | None = None
    """Money concerned, in base currency."""
    examples: tuple[str, ...] = ()
    """Up to three keys."""

    def __str__(self) -> str:
        size = f"{self.row_count:,} row{'s' if self.row_count != 1 else ''}" if self.row_count is not None else ""
        money = f"{self.amount:,.2f}" if self.amount is not None else ""
        extent = ", ".join(part for part in (size, money) if part)
        lines = [f"{self.where}: {self.found}" + (f" ({extent})" if extent else "")]
        if self.fix:
            lines.append(f"    {self.fix}")
        if self.examples:
            lines.append(f"    First: {', '.join(self.examples[:3])}")
        return "\n".join(lines)


def describe_problems(problems: Iterable[Problem]) -> str:
    """All problems, one after the other, in the order given."""
    return "\n".join(str(problem) for problem in problems)
