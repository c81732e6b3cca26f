"""What Cin7 Core's answers mean: rows, a document, or an error that says what to do (cin7.md section 2.1)."""

import json
import re
from codecs import BOM_UTF8

import httpx

from pipelines.errors import Incomplete, NotGranted, TieoutError, UsageProblem, WebPage
from pipelines.extract.api.fields import find
from pipelines.extract.api.json_rows import envelope_rows
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.waits import seconds_asked

BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
"""Core says "too many calls" with either (cin7.md section 2.1)."""

RUN_AGAIN = "Run the same command again: it goes on where it stopped."

_NOT_THERE = re.compile(r"not\s+found|does\s+not\s+exist|no\s+such|cannot\s+be\s+found", re.IGNORECASE)


def read_list(response: httpx.Response, list_name: str | None) -> tuple[list[ReceivedRow], int | None]:
    """The rows of one page, each as received, and how many the whole question has.

    A list of reference data that matches nothing is a 400 with an error inside (cin7.md section 2.1): no rows.

    Raises:
        UsageProblem: account, key, address or question are wrong (exit 2).
        Incomplete: limits, an outage, a page of HTML (exit 7).
    """
    if response.status_code == httpx.codes.NO_CONTENT or _says_not_there(response):
        return [], 0
    text = _json_text(response)
    try:
        beside, rows = envelope_rows(text, list_name)
    except ValueError:
        raise Incomplete(f"{_call(response)}: Cin7 Core answered without a list of rows.\n    {RUN_AGAIN}") from None
    total = next((value for name, value in beside.items() if name.lower() == "total"), None)
    return rows, total if isinstance(total, int) else None


def read_document(response: httpx.Response, key_field: str, key: str, holds: str | None = None) -> ReceivedRow | None:
    """The document of an answer; None where Core does not have it any more.

    Any JSON object in its place, such as an error of a proxy, would empty a sale without a word: a document has to be
    the one that was asked for.

    Args:
        response: the answer.
        key_field: the field with which a document names itself.
        key: of the document that was asked for.
        holds: a field that a document without key has; None: it has its key.

    Raises:
        UsageProblem: account, key, address or question are wrong (exit 2).
        Incomplete: limits, an outage, a page of HTML (exit 7).
    """
    if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.NO_CONTENT) or _says_not_there(response):
        return None
    text = _json_text(response)
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise Incomplete(f"{_call(response)}: Cin7 Core answered with JSON that is no document.\n    {RUN_AGAIN}")
    named = find(fields, key_field)
    if holds is not None and named is None:
        is_asked_for, found = find(fields, holds) is not None, f"has no {holds}"
    else:
        is_asked_for, found = str(named).lower() == key.lower(), f"its {key_field} is {json.dumps(named)}"
    if not is_asked_for:
        raise Incomplete(
            f"{_call(response)}: Cin7 Core answered with JSON that is not the document {key}: {found}.\n    {RUN_AGAIN}"
        )
    return ReceivedRow(text, fields)


def too_many_calls(response: httpx.Response) -> Incomplete:
    """A limit: of a minute, or of the day."""
    wait = seconds_asked(response)
    when = "later" if wait is None else f"in {wait:,.0f} s"
    return Incomplete(
        f"{_call(response)}: Cin7 Core takes no more calls for now (HTTP {response.status_code}; 60 a minute, and other"
        f" apps of the account may share them).\n    Run the same command again {when}: it goes on where it stopped."
    )


def short_of_total(response: httpx.Response, number: int, total: int | None) -> Incomplete:
    """A page without rows in the midst of a list: what it leaves out would count as deleted, or as not changed."""
    return Incomplete(
        f"{_call(response)}: Cin7 Core says that there are {total:,} rows, and page {number} has none.\n    {RUN_AGAIN}"
    )


def unreachable(base_url: str, error: httpx.RequestError) -> Incomplete:
    """No answer at all, or one that cannot be unpacked."""
    reason = str(error) or type(error).__name__
    return Incomplete(f"Cin7 Core at {base_url} cannot be reached: {reason}.\n    {RUN_AGAIN}")


def _json_text(response: httpx.Response) -> str:
    """The text of a successful answer that is JSON."""
    error = _describe_failure(response)
    if error is not None:
        raise error
    try:
        text = response.content.decode("utf-8-sig")
        json.loads(text)
    except ValueError:
        is_page = response.content.removeprefix(BOM_UTF8).lstrip()[:1] == b"<"
        kind = "a web page (HTTP 200)" if is_page else "something that is not JSON"
        raise (WebPage if is_page else Incomplete)(
            f"{_call(response)}: Cin7 Core answered with {kind} instead of rows.\n"
            f"    It does so for an address it does not know: check TIEOUT_CORE_URL. Or an outage: {RUN_AGAIN}"
        ) from None
    return text


def _describe_failure(response: httpx.Response) -> TieoutError | None:
    """The error that a status stands for; None for success."""
    status = response.status_code
    if status == httpx.codes.OK:
        return None
    if status in BUSY:
        return too_many_calls(response)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Incomplete(f"{_call(response)}: Cin7 Core is not well (HTTP {status}).\n    {RUN_AGAIN}")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        fix = "Check TIEOUT_CORE_ACCOUNT_ID and TIEOUT_CORE_KEY (in Core: Integrations > API)."
        return UsageProblem(f"{_call(response)}: Cin7 Core does not know this account and key ({status}).\n    {fix}")
    if status >= httpx.codes.BAD_REQUEST:
        refusal = NotGranted if status == httpx.codes.NOT_FOUND else UsageProblem
        return refusal(f"{_call(response)}: Cin7 Core refused the request ({status}).\n    {_exception(response)}")
    return Incomplete(f"{_call(response)}: no rows, but HTTP {status}. Is TIEOUT_CORE_URL right? {RUN_AGAIN}")


def _says_not_there(response: httpx.Response) -> bool:
    """Whether a 400 only says that nothing matches."""
    return response.status_code == httpx.codes.BAD_REQUEST and bool(_NOT_THERE.search(_exception(response)))


def _exception(response: httpx.Response) -> str:
    """The text of `[{"ErrorCode": 400, "Exception": "..."}]`, or the start of whatever came."""
    try:
        parsed = json.loads(response.content)
    except ValueError:
        return " ".join(response.text.split())[:200]
    errors = parsed if isinstance(parsed, list) else [parsed]
    texts = [str(error.get("Exception", "")) for error in errors if isinstance(error, dict)]
    return " ".join(" ".join(texts).split())[:200] or " ".join(response.text.split())[:200]


def _call(response: httpx.Response) -> str:
    """Method and address of a call."""
    return f"{response.request.method} {response.request.url.copy_with(query=None)}"
