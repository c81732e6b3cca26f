"""What Xero's answers mean: the errors a call can end with, each with what to do (xero.md sections 9, 10, 12)."""

import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

import httpx

from pipelines.errors import Incomplete, UsageProblem, XeroRefusal
from pipelines.load.json_text import decode_json
from pipelines.load.xero_scopes import SCOPES
from pipelines.slow_answers import LONGEST_ASKED

_UNTOLD = 5.0
"""Seconds to wait where Retry-After is missing, as it may be for too many calls at once (xero.md section 10)."""

_SCOPE = re.compile(r'scope="(?P<scope>[^"]+)"')

_OFFLINE = {httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT}


class NotSent(Incomplete):
    """No connection was made: the request certainly did nothing."""


class NoAnswer(Incomplete):
    """The request left and no readable answer came: it may have done its work."""


class ServerFailed(Incomplete):
    """Xero answered with a fault of its own (5xx): it may have done its work, and keeps this answer for six minutes."""


class LimitReached(Incomplete):
    """Too many requests: Xero counts before it works, so the request did nothing."""

    def __init__(self, summary: str, wait_seconds: float, *, is_day: bool) -> None:
        self.wait_seconds = wait_seconds
        self.is_day = is_day
        super().__init__(summary)


class RequestRefused(XeroRefusal):
    """HTTP 400: Xero read the request and did nothing of it."""


class CredentialsRefused(UsageProblem):
    """The token is refused, also a fresh one."""


def read_answer(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; errors as `read_list`."""
    answer = _read(response)
    if isinstance(answer, dict):
        return answer
    raise _unreadable(response)


def read_list(response: httpx.Response) -> list[dict[str, Any]]:
    """The JSON array of an answer: of /connections only.

    Raises:
        CredentialsRefused: 401 with a fresh token (exit 2).
        XeroRefusal: 400, 403, 404 and other refusals (exit 5).
        LimitReached, ServerFailed, NoAnswer: 429, 5xx, no JSON (exit 7).
    """
    answer = _read(response)
    if isinstance(answer, list):
        return answer
    raise _unreadable(response)


def _read(response: httpx.Response) -> object:
    error = describe_failure(response)
    if error is not None:
        raise error
    try:
        return decode_json(response.content)
    except ValueError:
        return None


def _unreadable(response: httpx.Response) -> NoAnswer:
    kind = "a web page" if b"<" in response.content[:200] else "something that is not JSON"
    return NoAnswer(
        f"{_call(response.request)}: answered with {kind} instead of JSON{_correlation(response)}.\n"
        "    A proxy or an outage stands in the way. Run the same command again; what was sent is looked up first."
    )


def describe_failure(response: httpx.Response) -> Incomplete | UsageProblem | XeroRefusal | None:
    """The error that a status stands for; None for success."""
    status = response.status_code
    if status < httpx.codes.BAD_REQUEST:
        return None
    if status == httpx.codes.UNAUTHORIZED:
        return _unauthorized(response)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return limit_reached(response)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        what = "Xero or the organisation is offline" if status in _OFFLINE else "Xero failed"
        return ServerFailed(
            f"{_call(response.request)}: HTTP {status}, {what}{_correlation(response)}."
            "\n    Run the same command again later; what was sent is looked up first."
        )
    refusal = RequestRefused if status == httpx.codes.BAD_REQUEST else XeroRefusal
    return refusal(f"{_call(response.request)}: HTTP {status}{_explain(response)}{_correlation(response)}")


def limit_reached(response: httpx.Response) -> LimitReached:
    """Which limit a 429 is about; its body is empty, the headers tell (xero.md section 10)."""
    problem = response.headers.get("X-Rate-Limit-Problem", "").lower()
    told = retry_after(response)
    seconds = _UNTOLD if told is None else told
    # A wait of many minutes can only be the day's limit, whatever the header calls it.
    if "day" in problem or seconds > 120:
        return day_used_up(response.request, seconds)
    return LimitReached(
        f"{_call(response.request)}: too many requests ({problem or 'no reason given'}).\n"
        f"    Run the same command again in {seconds:.0f} s; it goes on where it stopped.",
        seconds,
        is_day=False,
    )


def day_used_up(request: httpx.Request, wait_seconds: float) -> LimitReached:
    """The day's limit, with the time at which to go on; nobody sleeps on it (xero.md section 10: it can mean hours)."""
    hours, rest = divmod(int(wait_seconds), 3600)
    resumes_at = datetime.now(UTC) + timedelta(seconds=wait_seconds)
    return LimitReached(
        f"{_call(request)}: the limit of requests a day is used up.\n"
        f"    Run the same command again in {hours} h {rest // 60:02d} min, after {resumes_at:%Y-%m-%d %H:%M} UTC; "
        "it goes on where it stopped.",
        wait_seconds,
        is_day=True,
    )


def _unauthorized(response: httpx.Response) -> CredentialsRefused:
    challenge = response.headers.get("WWW-Authenticate", "")
    if "insufficient_scope" in challenge.lower() or b"AuthorizationUnsuccessful" in response.content:
        told = _SCOPE.search(challenge)
        lacking = told["scope"] if told else ", ".join(SCOPES.split())
        fix = f"The app lacks a scope: {lacking}. After `tieout connect`, sign in again."
    else:
        fix = "Check TIEOUT_XERO_CLIENT_ID, TIEOUT_XERO_CLIENT_SECRET and TIEOUT_XERO_TENANT_ID."
    return CredentialsRefused(
        f"{_call(response.request)}: HTTP 401, also with a fresh token{_correlation(response)}.\n    {fix}"
    )


def _explain(response: httpx.Response) -> str:
    """Xero's own words, and the next step for a status that always means the same."""
    if response.status_code == httpx.codes.FORBIDDEN:
        return (
            ", this client may not use the organisation.\n    Reconnect it in Xero (or sign in again: tieout connect), "
            "check TIEOUT_XERO_TENANT_ID, and that the user behind it may post journals and read reports"
        )
    if response.status_code == httpx.codes.NOT_FOUND:
        return ", no such address.\n    Check TIEOUT_XERO_URL"
    words = refusal_words(_body(response))
    return f", {words}" if words else ""


def refusal_words(answer: dict[str, Any]) -> str:
    """What Xero says is wrong: validation messages of every element, or the message of the whole answer."""
    elements = answer.get("Elements") or []
    found = [words for element in elements for words in messages_of(element, "ValidationErrors")]
    return "; ".join(dict.fromkeys(found)) or str(answer.get("Detail") or answer.get("Message") or "")


def messages_of(element: dict[str, Any], field: str) -> list[str]:
    """The texts of `ValidationErrors` or `Warnings`, of the element and of what it holds; both spellings are in use."""
    found = [_message(entry) for entry in element.get(field) or []]
    for nested in element.values():
        if isinstance(nested, list):
            found += [words for entry in nested if isinstance(entry, dict) for words in messages_of(entry, field)]
    return found


def _message(entry: object) -> str:
    return str(entry.get("Message") or entry.get("Description") or entry) if isinstance(entry, dict) else str(entry)


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = decode_json(response.content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def retry_after(response: httpx.Response) -> float | None:
    """The seconds in Retry-After; None where it is missing or is no finite number."""
    try:
        seconds = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(max(0.0, seconds), LONGEST_ASKED) if isfinite(seconds) else None


def _call(request: httpx.Request) -> str:
    """Method and address; the query is left out, because a narration in it makes the line unreadable."""
    return f"{request.method} {request.url.copy_with(query=None)}"


def _correlation(response: httpx.Response) -> str:
    """Xero's own id of the call, for its support."""
    found = response.headers.get("xero-correlation-id")
    return f" (xero-correlation-id {found})" if found else ""
