"""The days of a tie-out that documents may explain."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Window:
    """The days that documents may explain: after Xero's opening balance, up to the trial balance."""

    opening_day: date
    """Last day before the first month; its balance holds everything up to it."""
    cut_off: date

    def __contains__(self, day: date) -> bool:
        return self.opening_day < day <= self.cut_off
