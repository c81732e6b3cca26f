"""Reads Cin7 Core: lists page by page until Total, and the documents behind them one by one; reads only."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Self

import httpx

from pipelines.errors import UsageProblem
from pipelines.extract.api.calls import CallLimits, Calls
from pipelines.extract.api.fields import find
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Page, Question, Resource
from pipelines.extract.core_api.answers import read_document, read_list, short_of_total, unreachable
from pipelines.extract.core_api.resources import CORE_RESOURCES, Address
from pipelines.extract.core_api.transport import turn_taking
from pipelines.hosts import is_loopback, name_server
from pipelines.settings import Settings

CALLS_PER_MINUTE = 60
SILENT_WAIT = 15.0
"""Seconds after a refusal without Retry-After: five tries outlast the minute."""


class CoreApi:
    """Core's API v2, as the extract sees it (pipelines/extract/api/shapes.py)."""

    name = "core"
    parallel = 4
    """More calls at once do not help: 60 a minute are one a second."""

    def __init__(self, http: httpx.Client, calls: Calls) -> None:
        """Take an HTTP client whose base URL, headers and transport are set up: `connect_core` builds one."""
        self._http = http
        self.calls = calls
        self._page_sizes: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"CoreApi({self._http.base_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def server(self) -> str:
        """Host of the server."""
        return name_server(str(self._http.base_url))

    @property
    def resources(self) -> Mapping[str, Resource]:
        """What can be read, by name."""
        return {name: one.resource for name, one in CORE_RESOURCES.items()}

    def page(self, resource: Resource, question: Question, number: int) -> Page:
        """One page of a list, numbered from 1; rows that the question does not ask for are left out here.

        Raises:
            UsageProblem: account, key, address or question are wrong (exit 2).
            Incomplete: Core cannot be reached, answers HTML, or takes no more calls (exit 7).
        """
        address = CORE_RESOURCES[resource.name].address
        if question.is_null:
            return Page((), is_last=True, total=0)  # Core stamps every row, and has no filter for one without
        asked = {"Page": str(number), "Limit": str(resource.page_rows)}
        response = self._get(address, asked | _filters(resource, address, question))
        rows, total = read_list(response, address.list_name)
        if not rows and (total or 0) > (number - 1) * self._page_sizes.get(resource.name, resource.page_rows):
            raise short_of_total(response, number, total)
        wanted = [row for row in rows if _is_asked_for(row, resource, question)]
        return Page(wanted, self._is_last(resource, number, len(rows), total), total)

    def detail(self, resource: Resource, key: str) -> ReceivedRow | None:
        """The whole document of a key; None where Core does not have it any more. Raises as `page` does."""
        address = CORE_RESOURCES[resource.name].address
        response = self._get(address, {str(address.key_parameter): key})
        document = read_document(response, resource.keys[0], key, address.holds)
        return None if document is None else _with_key(document, resource.keys[0], key)

    def _get(self, address: Address, parameters: Mapping[str, str]) -> httpx.Response:
        try:
            return self._http.get(address.path, params={**(address.fixed or {}), **parameters})
        except httpx.RequestError as error:
            raise unreachable(str(self._http.base_url), error) from None

    def send(self, resource: str, body: bytes) -> httpx.Response:
        """Post one body of JSON, once: a write is never tried again by itself. Only payments are written.

        Raises:
            Incomplete: no answer came, so nobody knows whether it was taken (exit 7).
        """
        try:
            return self._http.post(resource, content=body, headers={"Content-Type": "application/json"})
        except httpx.RequestError as error:
            raise unreachable(str(self._http.base_url), error) from None

    def _is_last(self, resource: Resource, number: int, row_count: int, total: int | None) -> bool:
        """Whether Total is reached. A server that gives smaller pages than asked for keeps to them (cin7.md section 5:
        the largest Limit of /transactions is not documented)."""
        if row_count == 0 or total is None:
            return row_count < resource.page_rows
        if number == 1:
            self._page_sizes[resource.name] = row_count if row_count < total else resource.page_rows
        size = self._page_sizes.get(resource.name, resource.page_rows)
        return (number - 1) * size + row_count >= total


def connect_core(
    settings: Settings,
    *,
    transport: httpx.BaseTransport | None = None,
    per_minute: int = CALLS_PER_MINUTE,
    backoff: float = 0.5,
    silent_wait: float = SILENT_WAIT,
) -> CoreApi:
    """A client of the Core account that the settings name; use it in a `with` block.

    Args:
        settings: core_url (with or without /ExternalApi/v2), core_account_id and core_key.
        transport: what really sends; a test gives its own.
        per_minute: calls a minute. For a server on this machine nothing waits before its first refusal.
        backoff: seconds before the second retry, doubled with each further one; Retry-After goes first.
        silent_wait: seconds after a refusal without Retry-After; a server on this machine is tried sooner.

    Raises:
        UsageProblem: account or key are not set (exit 2).
    """
    if not settings.core_account_id or settings.core_key is None:
        raise UsageProblem(
            "There is no connection to Cin7 Core.\n"
            "    Set TIEOUT_CORE_ACCOUNT_ID and TIEOUT_CORE_KEY (in Core: Integrations > API, add an application)."
        )
    is_here = is_loopback(settings.core_url)
    limits = CallLimits(per_minute=per_minute)
    calls = Calls("Cin7 Core", settings.core_account_id, limits, waits=not is_here)
    sender = transport or httpx.HTTPTransport()
    http = httpx.Client(
        base_url=_api_url(settings.core_url),
        headers={
            "Accept": "application/json",
            "api-auth-accountid": settings.core_account_id,
            "api-auth-applicationkey": settings.core_key.get_secret_value(),
        },
        transport=turn_taking(sender, calls, backoff, None if is_here else silent_wait),
        timeout=httpx.Timeout(120.0, connect=10.0),
    )
    return CoreApi(http, calls)


def _filters(resource: Resource, address: Address, question: Question) -> dict[str, str]:
    """The question as Core's parameters. /transactions is documented as strictly after FromDate and strictly before
    ToDate (cin7.md section 2.2, to be tested): a day more is asked for on both sides, and left out again."""
    filters: dict[str, str] = {}
    if question.since and address.since_parameter and question.follow in resource.follows:
        filters[address.since_parameter] = question.since
    if resource.dated and question.first_day:
        filters["FromDate"] = _day_beside(question.first_day, -1)
    if resource.dated and question.last_day:
        filters["ToDate"] = _day_beside(question.last_day, 1)
    return filters


def _day_beside(day: date, offset: int) -> str:
    return f"{(day + timedelta(days=offset)).isoformat()}T00:00:00"


def _is_asked_for(row: ReceivedRow, resource: Resource, question: Question) -> bool:
    """Whether a row answers the parts of a question that Core cannot filter by."""
    if question.keys and str(find(row.fields, resource.keys[0])) not in question.keys:
        return False
    if question.until and question.follow and str(find(row.fields, question.follow) or "") >= question.until:
        return False
    if not resource.dated or not (question.first_day or question.last_day):
        return True
    day = str(find(row.fields, resource.dated) or "")[:10]
    return _not_before(day, question.first_day) and (question.last_day is None or day <= question.last_day.isoformat())


def _not_before(day: str, first: date | None) -> bool:
    return first is None or day >= first.isoformat()


def _with_key(document: ReceivedRow, key_field: str, key: str) -> ReceivedRow:
    """The document, which names itself: where it does not (the runs of a production order), its key goes in front."""
    if find(document.fields, key_field) is not None:
        return document
    opening = "{" + json.dumps(key_field) + ":" + json.dumps(key)
    rest = document.text.lstrip()[1:].lstrip()
    text = opening + ("}" if rest[:1] == "}" else "," + rest)
    return ReceivedRow(text, json.loads(text))


def _api_url(url: str) -> httpx.URL:
    """The address of API v2, also where only the server is given."""
    base = httpx.URL(url)
    return base if base.path.strip("/") else base.copy_with(path="/ExternalApi/v2")
