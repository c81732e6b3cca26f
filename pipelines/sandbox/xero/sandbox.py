"""The parts that the endpoints share: books, token key, limits, faults, late commits and log."""

from dataclasses import dataclass, field

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.faults import Faults
from pipelines.sandbox.xero.late_commits import LateCommits
from pipelines.sandbox.xero.rate_limits import RateLimits
from pipelines.sandbox.xero.request_log import RequestLog


@dataclass(frozen=True)
class Sandbox:
    """One local Xero server."""

    books: Books
    limits: RateLimits
    faults: Faults
    log: RequestLog
    late_commits: LateCommits = field(default_factory=LateCommits)

    @property
    def token_key(self) -> str:
        """Signs access tokens; part of the books, so that a token survives a restart."""
        row = self.books.row("SELECT value FROM settings WHERE name = 'token_key'")
        return str(row["value"]) if row else ""
