"""What can go wrong on purpose: faults that are switched on by name, for every n-th request of a kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from pipelines.errors import UsageProblem
from schemas.problems import Problem

FaultName = Literal[
    "drop_before_commit",
    "drop_after_commit",
    "late_commit",
    "delay",
    "error_before_commit",
    "error_after_commit",
    "unavailable",
    "html",
    "truncated_body",
    "rate_limit_minute",
    "rate_limit_day",
    "rate_limit_concurrent",
    "expired_token",
    "lock_date",
    "journals_refused",
]
FaultKind = Literal["writes", "reads", "tokens", "all"]
FAULT_NAMES: tuple[str, ...] = get_args(FaultName)
READ_FAULTS = ("journals_refused",)
"""Faults that `--fault` switches on for reads: they mean nothing on a write."""


@dataclass
class Fault:
    """One fault, and how often it is due."""

    name: FaultName
    every: int = 1
    """Strikes the n-th matching request, then the n-th after that."""
    times: int | None = None
    """Strikes this often, then never again; None: without end."""
    on: FaultKind = "writes"
    path: str | None = None
    """Strikes only requests with this in their path, in any case: `attachments`."""
    requests: int = 2
    """late_commit: answered requests of the accounting API after which the write is committed."""
    wait: float = 1.0
    """delay: seconds to wait before the request is looked at."""
    day: date | None = None
    """lock_date: the period lock date that is set just before the request; None: today."""
    seen: int = 0
    struck: int = 0

    def is_due(self, kind: FaultKind, path: str) -> bool:
        """Count a request, and say whether the fault strikes it."""
        if self.on not in (kind, "all") or (self.times is not None and self.struck >= self.times):
            return False
        if self.path is not None and self.path.lower() not in path:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults that are switched on; the first that is due strikes."""

    def __init__(self, switched_on: Iterable[Fault] = ()) -> None:
        self.switched_on = list(switched_on)

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault for a request, if any. Requests of the admin endpoints are always spared."""
        kind = _kind(method, path)
        return next((fault for fault in self.switched_on if kind and fault.is_due(kind, path)), None)


def parse_fault(text: str) -> Fault:
    """Read `NAME:EVERY` of the command line; without `:EVERY` every write is struck.

    Raises:
        UsageProblem: unknown name, or EVERY is not a number from 1.
    """
    name, _, every = text.partition(":")
    for known in get_args(FaultName):
        if name == known and (not every or (every.isdecimal() and int(every) > 0)):
            return Fault(known, int(every or 1), on="reads" if known in READ_FAULTS else "writes")
    found = f'"{text}" is not NAME:EVERY with a known name and a number from 1'
    raise UsageProblem(
        "The fault cannot be switched on.", [Problem("--fault", found, f"Names: {', '.join(FAULT_NAMES)}.")]
    )


def _kind(method: str, path: str) -> FaultKind | None:
    """What kind of request this is, where faults apply to it."""
    if path == "/connect/token":
        return "tokens"
    if path.startswith(("/api.xro/", "/connections")):
        return "reads" if method == "GET" else "writes"
    return None
