"""Sends one payment to Omni or Core, and what their answers mean: taken with an id, or refused with a reason."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from pipelines.errors import Incomplete, UsageProblem
from pipelines.extract.cin7_client import OmniClient, connect_omni
from pipelines.extract.core_api.client import CoreApi, connect_core
from pipelines.settings import Settings

REFUSED = range(400, 500)
BUSY = (408, 429)
LONGEST_REASON = 300


@dataclass(frozen=True)
class Answer:
    """What the source said to a payment."""

    is_taken: bool
    payment_id: str | None = None
    reason: str | None = None


class CinSevenWriter:
    """Sends payments over a connection that is open for reading, too. A request is sent once, never tried again."""

    def __init__(self, client: OmniClient | CoreApi) -> None:
        self._client = client

    def write(self, resource: str, body: bytes) -> Answer:
        """Send one payment and read the answer.

        Raises:
            Incomplete: no answer, an outage, or no more calls (exit 7). UsageProblem: no permission (exit 2).
        """
        response = self._client.send(resource, body)
        if response.status_code in (401, 403):
            raise UsageProblem(
                f"POST {response.url.path}: this connection may not write into {self._client.server} "
                f"({response.status_code}).\n    Give it the permission to write payments, or set "
                "payments.update_source to false."
            )
        if response.status_code in REFUSED and response.status_code not in BUSY:
            return Answer(is_taken=False, reason=_words(response))
        if not response.is_success:
            raise Incomplete(f"POST {response.url.path}: {response.status_code}. Run the same command again.")
        return read_answer(response)


def read_answer(response: httpx.Response) -> Answer:
    """What an answer of 200 says: Omni's may hold a refusal for each row (cin7.md section 1.1), Core's holds errors.

    Raises:
        Incomplete: a page that is no JSON: whether the payment was taken is not known (exit 7).
    """
    try:
        given = json.loads(response.content)
    except ValueError:
        raise Incomplete(f"POST {response.url.path}: an answer that is no JSON. Run the same command again.") from None
    row = given[0] if isinstance(given, list) and given else given
    row = {str(name).lower(): value for name, value in row.items()} if isinstance(row, dict) else {}
    if row.get("success") is False or row.get("errors") or row.get("errorcode"):
        return Answer(is_taken=False, reason=_shown(row.get("errors") or row.get("exception") or row))
    made = row.get("id") or _first_id(row.get("payments"))
    return Answer(is_taken=True, payment_id=None if made is None else str(made))


@contextmanager
def open_writer(settings: Settings, api: str) -> Iterator[CinSevenWriter]:
    """A connection to the source that payments are written into.

    Raises:
        UsageProblem: its credentials are not set (exit 2).
    """
    with connect_omni(settings) if api == "omni" else connect_core(settings) as client:
        yield CinSevenWriter(client)


def _words(response: httpx.Response) -> str:
    """What a refusal says."""
    try:
        return _shown(json.loads(response.content))
    except ValueError:
        return f"{response.status_code} {response.reason_phrase}"


def _shown(value: Any) -> str:  # noqa: ANN401 whatever the source says
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:LONGEST_REASON]


def _first_id(payments: Any) -> object:  # noqa: ANN401 whatever the source says
    rows = payments if isinstance(payments, list) else []
    return next((row.get("ID") or row.get("id") for row in reversed(rows) if isinstance(row, dict)), None)
