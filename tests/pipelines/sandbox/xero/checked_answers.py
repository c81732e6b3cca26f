"""Judges every answer of the local Xero by Xero's own specification, in every test that talks to it.

What the specification itself gets wrong about answers stands in DEFECTS, each with its reason, beside the list in
tests/pipelines/xero_specification_defects.py.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import httpx

from tests.pipelines.xero_specification import API, SPECIFICATION, response_problems

DEFECTS = (
    (r"\('\w*DateString'|'DateUTCString'", "xero.md 1: companion strings of dates come back"),
    (r"\('HasValidationErrors' was unexpected\)", "xero.md 12: recorded beside ValidationErrors"),
    (r"Options\[\d+\].*'IsActive'", "recorded on tracking options, missing from the schema"),
    (r"(created|updated)DateUtc.*is not a 'date-time'", "xero.md 11: an instant in UTC without an offset"),
    (
        r"(GET /Journals|DELETE /CreditNotes/).*'(Id|ProviderName)'",
        "xero.md 1: the envelope comes back and is not in the schema",
    ),
    (
        r"(BankTransactions|Allocations|Items|ManualJournals)\[\d+\]: '\w+' is a required property",
        "what a request must have is missing where it was left out, and refused for that",
    ),
)
"""Pattern of a problem -> why it is none of the server's."""

WITHOUT_SCHEMA = (401, 403, 404, 406, 412, 429, 500, 502, 503)
"""Statuses that the specification has no schema for, on any path."""


@dataclass
class CheckedAnswers:
    """The answers of one client, and what they break."""

    problems: list[str] = field(default_factory=list)

    def check(self, response: httpx.Response) -> None:
        """Judge one answer; a hook of httpx."""
        path = response.request.url.path.rstrip("/")
        if not path.lower().startswith((API, "/connections")) or response.status_code in WITHOUT_SCHEMA:
            return
        body = response.read()
        if SPECIFICATION.exists() and response.headers.get("content-type", "").startswith("application/json"):
            self.problems += answer_problems(response.request.method, path, response.status_code, body)


@lru_cache(maxsize=1000)
def answer_problems(method: str, path: str, status: int, body: bytes) -> tuple[str, ...]:
    """What an answer breaks of the specification, its known defects left out."""
    found = response_problems(method, path, status, body)
    return tuple(problem for problem in found if not any(re.search(pattern, problem) for pattern, _ in DEFECTS))
