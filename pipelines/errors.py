"""Errors that a person can act on, each with the exit code of the design's contract."""

from schemas.problems import Problem, describe_problems


class TieoutError(Exception):
    """Stops a command with a readable text and an exit code; never shown as a traceback."""

    exit_code = 3

    def __init__(self, summary: str, problems: list[Problem] | None = None) -> None:
        self.summary = summary
        self.problems = problems or []
        super().__init__(summary if not self.problems else f"{summary}\n{describe_problems(self.problems)}")


class UsageProblem(TieoutError):
    """Bad command line or settings, or a month that has not ended."""

    exit_code = 2


class NotGranted(UsageProblem):
    """A server knows us and refuses one resource: no permission for it, or it is not there."""


class DataProblem(TieoutError):
    """Data or mapping problem: nothing was posted."""

    exit_code = 3


class ApprovalNeeded(TieoutError):
    """Waiting for approval, or the plan changed since it was made."""

    exit_code = 4


class XeroRefusal(TieoutError):
    """Xero refused, or a lock date stands in the way."""

    exit_code = 5


class DoesNotTieOut(TieoutError):
    """Xero's stock account and the stock ledger differ by something unexplained."""

    exit_code = 6


class Incomplete(TieoutError):
    """Run it again: the warehouse is busy, a server cannot be reached, a day limit is used up."""

    exit_code = 7


class WebPage(Incomplete):
    """A server answers a page of HTML with status 200: an outage, or an address that it does not know."""
