"""Where an `apply` is killed, and what goes wrong besides: drawn by chance from a fixed seed."""

import random
from dataclasses import dataclass

OWN_STEPS = (
    "before request",
    "after request",
    "before commit",
    "after commit",
    "before record",
    "after record",
    "before read back",
    "after read back",
    "before export plan",
    "after export plan",
)
"""Steps of the process: before it sends, when the answer is there, and around everything that it writes down."""

SERVER_STEPS = ("request arrived", "answer ready")
"""Steps of the server at which the client dies: before Xero did the work, and after, before the answer is sent."""

ONCE = frozenset({"before read back", "after read back", "before export plan", "after export plan"})
"""Steps that come by once in a run."""

FAULTS: tuple[dict[str, object] | None, ...] = (
    None,
    {"name": "drop_before_commit"},
    {"name": "drop_after_commit"},
    {"name": "late_commit", "requests": 2},
    {"name": "late_commit", "requests": 9},
    {"name": "error_before_commit"},
    {"name": "error_after_commit"},
    {"name": "unavailable"},
    {"name": "html"},
    {"name": "truncated_body"},
    {"name": "rate_limit_minute"},
    {"name": "expired_token"},
)


@dataclass(frozen=True)
class KillPoint:
    """One trial."""

    number: int
    step: str
    count: int
    fault: dict[str, object] | None
    """As the local Xero takes it, with how often it strikes."""
    is_late: bool
    """Whether the next run comes after the six minutes in which Xero remembers a key."""

    def __str__(self) -> str:
        fault = self.fault["name"] if self.fault else "no fault"
        return f"{self.number}-{self.step}-{self.count}-{fault}{'-late' if self.is_late else ''}".replace(" ", "_")


def draw_kill_points(count: int, requests: int, seed: int = 20261031) -> list[KillPoint]:
    """Kill points, the same for the same seed.

    Args:
        count: how many.
        requests: about how many requests an undisturbed run makes: the kills are spread over them.
        seed: of the chance.
    """
    chance = random.Random(seed)  # noqa: S311 the points are the same in every run
    return [_draw(number, chance, requests) for number in range(count)]


def _draw(number: int, chance: random.Random, requests: int) -> KillPoint:
    steps = (*OWN_STEPS, *SERVER_STEPS)
    step = steps[number % len(steps)]  # each step comes as often as any other
    most = 1 if step in ONCE else requests * (2 if "commit" in step else 1)
    fault = chance.choice(FAULTS)
    return KillPoint(
        number=number,
        step=step,
        count=chance.randint(1, most),
        fault=None if fault is None else {**fault, "every": chance.randint(1, 5), "times": chance.randint(1, 3)},
        is_late=chance.random() < 0.4,
    )
