"""Reads Cin7 Omni: its questions, pages of 250 until a short one, within its limits, tried again after a hiccup."""

from collections.abc import Mapping
from typing import Self

import httpx
from httpx_retries import Retry, RetryTransport

from pipelines.errors import UsageProblem
from pipelines.extract.api.calls import CallLimits, Calls
from pipelines.extract.api.json_rows import NotRowsError
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Page, Question, Resource
from pipelines.extract.api.waits import LONGEST_WAIT, seconds_asked, settle_wait
from pipelines.extract.cin7_answers import read_rows, unreachable
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.hosts import is_loopback, name_server
from pipelines.settings import Settings
from pipelines.slow_answers import limit_answer

CALLS_PER_SECOND = 3
CALLS_PER_MINUTE = 60
RETRIES = 6
"""Waits of 1, 2, 4, 8, 16 and 32 s: more than the minute after which a limit of a minute is over."""

CONNECTION_RETRIES = 3
PARALLEL = 4
"""Calls at once: an answer may take some seconds, and 60 a minute should be used."""

_RETRIED_STATUSES = [429, 500, 502, 503, 504]


class OmniClient:
    """The lists of Omni's API v1, BomMasters of v2 where the server has it. An Api of api/shapes.py."""

    name = "omni"
    parallel = PARALLEL

    def __init__(self, http: httpx.Client, calls: Calls) -> None:
        """Take an HTTP client whose base URL, credentials and transport are set up: `connect_omni` builds one."""
        self._http = http
        self.calls = calls
        self._has_second_version = True

    def __repr__(self) -> str:
        return f"OmniClient({self._http.base_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def server(self) -> str:
        """Host that is asked."""
        return name_server(str(self._http.base_url))

    @property
    def resources(self) -> Mapping[str, Resource]:
        """What can be read."""
        return RESOURCES

    def page(self, resource: Resource, question: Question, number: int) -> Page:
        """One page of a question.

        Raises:
            UsageProblem: user name, key, permission, address or resource are wrong (exit 2).
            Incomplete: Omni cannot be reached, answers HTML, or takes no more calls (exit 7).
        """
        asked = {"page": str(number), "rows": str(resource.page_rows), **ask(resource, question)}
        response = self._get(resource, asked)
        if response.status_code == httpx.codes.NOT_FOUND and self._is_second_version(resource):
            self._has_second_version = False
            self.calls.notes["bom_version"] = (
                "v1: the server does not have BomMasters of API v2 (404), so bills of materials come from v1, one"
                " product each"
            )
            response = self._get(resource, asked)
        rows = read_rows(response, resource.name)
        return Page(rows, is_last=len(rows) < resource.page_rows)

    def _get(self, resource: Resource, asked: Mapping[str, str]) -> httpx.Response:
        """One call."""
        path = _second_version(self._http.base_url) if self._is_second_version(resource) else resource.name
        try:
            return self._http.get(path, params=asked)
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

    def _is_second_version(self, resource: Resource) -> bool:
        """Whether a list is read from API v2, as long as the server has it."""
        return resource.name == "BomMasters" and self._has_second_version and _is_first_version(self._http.base_url)

    def detail(self, resource: Resource, key: str) -> ReceivedRow | None:
        """Omni's lists hold whole documents."""
        raise NotRowsError(f"{resource.name} has no documents beside its list: {key}")


def ask(resource: Resource, question: Question) -> dict[str, str]:
    """The parameters `where`, `order` and `fields` of a question (cin7.md section 1.2).

    Pages are sorted by the followed field, or by the oldest, so that a new row changes no page that was read already.
    """
    tests = []
    if question.follow and question.since:
        tests.append(f"{question.follow}>='{question.since}'")
    if question.follow and question.until:
        tests.append(f"{question.follow}<'{question.until}'")
    if question.follow and question.is_null:
        tests.append(f"{question.follow} is null")
    if question.keys:
        tests.append(" or ".join(f"{resource.keys[0]}={_literal(key)}" for key in question.keys))
    is_sorted = question.follow and not question.is_null
    order = question.follow if is_sorted else resource.created or resource.keys[0]
    asked = {"order": f"{order} ASC"}
    if tests:
        asked["where"] = " and ".join(tests)
    if question.keys_only:
        asked["fields"] = ",".join(dict.fromkeys([*resource.keys, *([question.follow] if question.follow else [])]))
    return asked


def _literal(key: str) -> str:
    """A key as `where` takes it."""
    return key if key.isascii() and key.isdigit() else "'" + key.replace("'", "''") + "'"


def _is_first_version(base: httpx.URL) -> bool:
    """Whether the address is that of API v1, so that v2 is beside it."""
    return base.path.rstrip("/").endswith("/v1")


def _second_version(base: httpx.URL) -> str:
    """The address of BomMasters v2: with all products of a bill (cin7.md sections 1.1 and 1.8)."""
    return str(base.copy_with(path=f"{base.path.rstrip('/').removesuffix('v1')}v2/BomMasters"))


def connect_omni(
    settings: Settings,
    *,
    transport: httpx.BaseTransport | None = None,
    per_second: int = CALLS_PER_SECOND,
    per_minute: int = CALLS_PER_MINUTE,
    backoff: float = 0.5,
) -> OmniClient:
    """A client of the Omni account that the settings name; use it in a `with` block.

    Args:
        settings: omni_url (with or without /api/v1), omni_username, omni_key and omni_day_limit.
        transport: what really sends; a test gives its own.
        per_second: calls a second. A server on this machine is not waited for before it refuses a call.
        per_minute: calls a minute.
        backoff: half the seconds before the second try, doubled with each further one; Retry-After goes first.

    Raises:
        UsageProblem: user name or key are not set (exit 2).
    """
    if not settings.omni_username or settings.omni_key is None:
        raise UsageProblem(
            "There is no connection to Cin7 Omni.\n"
            "    Set TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY (in Omni: Settings > Integrations > API v1)."
        )
    limits = CallLimits(per_second, per_minute, settings.omni_day_limit)
    connection = f"omni {settings.omni_username}"
    calls = Calls("Cin7 Omni", connection, limits, waits=not is_loopback(settings.omni_url))
    return OmniClient(
        httpx.Client(
            base_url=_api_url(settings.omni_url),
            auth=httpx.BasicAuth(settings.omni_username, settings.omni_key.get_secret_value()),
            transport=retrying(CountedTransport(transport or httpx.HTTPTransport(), calls), backoff),
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(60.0, connect=10.0),
        ),
        calls,
    )


class _Patience(Retry):
    """Waits longer for a limit, which passes, than for a server that gives no answer at all."""

    def is_retryable_exception(self, exception: Exception) -> bool:
        """Whether a call without answer is made again."""
        return self.attempts_made < CONNECTION_RETRIES and super().is_retryable_exception(exception)


def retrying(transport: httpx.BaseTransport, backoff: float) -> RetryTransport:
    """Makes a call again after a hiccup or a refusal for a limit."""
    retry = _Patience(
        total=RETRIES,
        allowed_methods=["GET"],
        status_forcelist=_RETRIED_STATUSES,
        backoff_factor=backoff,
        max_backoff_wait=LONGEST_WAIT,
        backoff_jitter=0.0,
    )
    return RetryTransport(transport=transport, retry=retry)


class CountedTransport(httpx.BaseTransport):
    """Counts each call and lets it wait for its turn; a used-up day ends the call instead of being slept on."""

    def __init__(self, transport: httpx.BaseTransport, calls: Calls) -> None:
        self._transport = transport
        self._calls = calls

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on when it is its turn; the answer is read here, so that one that stalls is tried again."""
        self._calls.take()
        response = self._transport.handle_request(request)
        limit_answer(response)
        response.read()
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            seconds = seconds_asked(response)
            if (seconds or 0) > LONGEST_WAIT:
                response.close()
                raise self._calls.used_up(seconds)
            self._calls.slow_down(seconds or 0)
        settle_wait(response)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
        self._calls.close()


def _api_url(url: str) -> httpx.URL:
    """The address of API v1, also where only the server is given."""
    base = httpx.URL(url)
    return base if base.path.strip("/") else base.copy_with(path="/api/v1")
