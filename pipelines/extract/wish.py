"""What an extract was asked to do, before it is known what its servers can do."""

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.errors import UsageProblem
from pipelines.extract.api.wishes import Wish
from pipelines.settings import Settings


@dataclass(frozen=True)
class ExtractWish:
    """The options of `tieout extract`; without any, what changed since the last time."""

    is_full: bool = False
    """Read everything again."""
    first_day: date | None = None
    """Read again what was created or changed from this day on."""
    last_day: date | None = None
    """Up to this day."""
    sweeps: bool = False
    """Look for deleted documents now."""
    is_offline: bool = False
    """Type core from raw alone, without any call."""

    def __post_init__(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            UsageProblem: (exit 2).
        """
        if self.last_day and not self.first_day:
            raise UsageProblem("--to needs --from: the first day that is read again.")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise UsageProblem(f"--to {self.last_day} is before --from {self.first_day}.")
        if self.is_offline and (self.is_full or self.first_day or self.sweeps):
            raise UsageProblem("--offline makes no call: leave out --full, --from, --to and --sweep.")
        if self.is_full and self.first_day:
            raise UsageProblem("--full reads everything: leave out --from and --to.")

    def of(self, settings: Settings, zone: str) -> Wish:
        """The same with the settings, for the reading of APIs; days begin in the account's time zone."""
        return Wish(
            is_full=self.is_full,
            first_day=self.first_day,
            last_day=self.last_day,
            sweeps=self.sweeps,
            overlap=timedelta(minutes=settings.extract_overlap_minutes),
            sweep_every=timedelta(days=settings.extract_sweep_days),
            drops_personal=settings.extract_drop_personal,
            zone=zone,
        )


WHAT_CHANGED = ExtractWish()
"""Without any option."""
