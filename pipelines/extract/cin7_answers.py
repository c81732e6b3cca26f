"""What Omni's answers mean: rows, or an error that says what to do (cin7.md section 1.1)."""

from codecs import BOM_UTF8

import httpx

from mappings.wording import did_you_mean
from pipelines.errors import Incomplete, NotGranted, TieoutError, UsageProblem
from pipelines.extract.api.json_rows import NotRowsError, array_rows
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.waits import seconds_asked
from pipelines.extract.cin7_tables import RESOURCES

RUN_AGAIN = "Run the same command again: it goes on where it stopped."


def read_rows(response: httpx.Response, resource: str) -> list[ReceivedRow]:
    """The rows of one page: Omni sends a bare JSON array.

    Raises:
        UsageProblem: user name, key, permission, address or resource are wrong (exit 2).
        Incomplete: limits, an outage, a page of HTML (exit 7).
    """
    error = _describe_failure(response, resource)
    if error is not None:
        raise error
    body = response.content.removeprefix(BOM_UTF8)
    try:
        return array_rows(body)
    except NotRowsError as error:
        found = f"JSON that is no list of rows ({error})"
    except ValueError:
        found = "a web page" if body.lstrip()[:1] == b"<" else "something that is not JSON"
        found += " instead of rows"
    raise Incomplete(
        f"{_call(response)}: Cin7 Omni answered with {found}.\n"
        f"    A proxy or an outage stands in the way, or TIEOUT_OMNI_URL is wrong. {RUN_AGAIN}"
    )


def too_many_calls(response: httpx.Response) -> Incomplete:
    """A 429: a limit of seconds, a minute, or the day."""
    wait = seconds_asked(response)
    when = "tomorrow" if wait is None else f"in {wait:,.0f} s"
    return Incomplete(
        f"{_call(response)}: Cin7 Omni takes no more calls for now (3 a second, 60 a minute, 5,000 a day).\n"
        f"    Run the same command again {when}: it goes on where it stopped."
    )


def unreachable(base_url: str, error: httpx.RequestError) -> Incomplete:
    """No answer at all, or one that cannot be unpacked."""
    reason = str(error) or type(error).__name__
    return Incomplete(f"Cin7 Omni at {base_url} cannot be reached: {reason}.\n    {RUN_AGAIN}")


def _describe_failure(response: httpx.Response, resource: str) -> TieoutError | None:
    """The error that a status stands for; None for success."""
    status = response.status_code
    if status == httpx.codes.OK:
        return None
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return too_many_calls(response)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Incomplete(f"{_call(response)}: Cin7 Omni is not well (HTTP {status}).\n    {RUN_AGAIN}")
    if status in (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
        return NotGranted(f"{_call(response)}: {_explain(response, resource)}")
    if status >= httpx.codes.BAD_REQUEST:
        return UsageProblem(f"{_call(response)}: {_explain(response, resource)}")
    return Incomplete(f"{_call(response)}: no rows, but HTTP {status}. Is TIEOUT_OMNI_URL right? {RUN_AGAIN}")


def _explain(response: httpx.Response, resource: str) -> str:
    """What a refusal means, and the next step."""
    match response.status_code:
        case httpx.codes.UNAUTHORIZED:
            found = "Cin7 Omni does not know this user name and key"
            fix = (
                "Check TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY: they belong to an API connection (in Omni: Settings > "
            )
            fix += "Integrations > API v1), not to a person's login."
        case httpx.codes.FORBIDDEN:
            found = f"the API connection may not read {resource}"
            fix = f"In Omni, Settings > Integrations > API v1, give the connection access to {resource}."
        case httpx.codes.NOT_FOUND:
            found = f"Cin7 Omni has no resource {resource}"
            fix = "Check TIEOUT_OMNI_URL." if resource in RESOURCES else did_you_mean(resource, RESOURCES)
        case _:
            found = "Cin7 Omni refused the request"
            fix = " ".join(response.text.split())[:200]
    return f"{found} ({response.status_code}).\n    {fix}"


def _call(response: httpx.Response) -> str:
    """Method and address of a call."""
    return f"{response.request.method} {response.request.url.copy_with(query=None)}"
