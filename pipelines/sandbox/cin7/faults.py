"""What can go wrong on purpose at the local Cin7 server, for Omni and Core alike: faults switched on by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pipelines.errors import UsageProblem
from schemas.problems import Problem

CallFault = Literal["rate_limit", "silent_rate_limit", "unavailable", "html", "truncated_body"]
"""A call goes wrong: 429 with and without Retry-After, 503, HTML with status 200, a body that ends in the middle."""

ReadFault = Literal["page_changes", "edited_while_paging"]
"""A list is not the same at the next read: a row is missing from one answer, so that the rows behind it move up; or
its first document is edited, and carries the moment of the edit from then on."""

RowFault = Literal["nulls", "casing", "voids", "deletes", "new_field", "unknown_status"]
"""Every n-th row has nothing but its keys; names in other casing; is void; is gone; an unknown field or status."""

FaultName = CallFault | ReadFault | RowFault
CALL_FAULTS: tuple[str, ...] = get_args(CallFault)
FAULT_NAMES: tuple[str, ...] = CALL_FAULTS + get_args(ReadFault) + get_args(RowFault)


@dataclass
class Fault:
    """One fault, and how often it is due."""

    name: str
    every: int = 1
    """Strikes the n-th matching call (or each n-th row of a list), then the n-th after that."""
    times: int | None = None
    """Strikes this many calls, then never again; None: without end."""
    path: str | None = None
    """Strikes only calls with this in their path, in any case: `salesorders`, `/sale`."""
    seen: int = 0
    struck: int = 0

    def is_due(self, path: str) -> bool:
        """Count a call, and say whether the fault strikes it."""
        if not self.concerns(path) or (self.times is not None and self.struck >= self.times):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.struck += 1
        return True

    def concerns(self, path: str) -> bool:
        """Whether a path is one that the fault is for."""
        return self.path is None or self.path.lower() in path.lower()


class Cin7Faults:
    """The faults that are switched on."""

    def __init__(self, switched_on: Iterable[Fault] = ()) -> None:
        self.switched_on = list(switched_on)

    def strike(self, path: str) -> Fault | None:
        """The fault that a call meets, if any; the first that is due."""
        calls = (fault for fault in self.switched_on if fault.name in CALL_FAULTS)
        return next((fault for fault in calls if fault.is_due(path)), None)

    def of(self, name: FaultName, path: str) -> Iterable[Fault]:
        """The faults of one name that concern a path."""
        return [fault for fault in self.switched_on if fault.name == name and fault.concerns(path)]


def read_fault(name: str, every: object = 1, times: object = None, path: object = None) -> Fault:
    """A fault by its words.

    Raises:
        UsageProblem: unknown name, or a number that is none from 1 (exit 2).
    """
    numbers = [each for each in (every, times) if each is not None]
    if name in FAULT_NAMES and all(isinstance(each, int) and each > 0 for each in numbers):
        return Fault(
            name,
            every if isinstance(every, int) else 1,
            times if isinstance(times, int) else None,
            None if path is None else str(path),
        )
    found = f'"{name}" with every = {every} and times = {times} is no fault: a known name and numbers from 1 are needed'
    raise UsageProblem(
        "The fault cannot be switched on.", [Problem("--fault", found, f"Names: {', '.join(FAULT_NAMES)}.")]
    )


def parse_fault(text: str) -> Fault:
    """Read `NAME:EVERY` of the command line; without `:EVERY` every call is struck.

    Raises:
        UsageProblem: unknown name, or EVERY is not a number from 1 (exit 2).
    """
    name, _, every = text.partition(":")
    return read_fault(name, int(every) if every.isdecimal() else (every or 1))
