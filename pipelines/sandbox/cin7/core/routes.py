"""Core's API v2 on the local server: two headers, 60 calls a minute, lists, documents, and HTML for the rest."""

from collections.abc import Callable
from pathlib import Path
from secrets import compare_digest

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from pipelines.sandbox.cin7.call_limits import CallCounter, CallLimits
from pipelines.sandbox.cin7.core.questions import QuestionError, answer
from pipelines.sandbox.cin7.core.store import DOCUMENTS, LISTS, CoreFolder
from pipelines.sandbox.cin7.fault_calls import PAGE
from pipelines.sandbox.cin7.row_faults import RowFaults
from pipelines.sandbox.cin7.rows import Row

CORE_LIMITS = CallLimits(per_second=0, per_minute=60, per_day=0)

Logger = Callable[[Request, Response, int | None], Response]


def add_core(
    app: FastAPI,
    folder: Path,
    row_faults: RowFaults,
    logged: Logger,
    *,
    limits: CallLimits,
    account_id: str,
    key: str,
    clock: Callable[[], float],
) -> None:
    """Serve /ExternalApi/v2 beside Omni's API.

    Args:
        app: the local server.
        folder: JSON files named after resources, or a folder with `core` in it.
        row_faults: what the rows are shown as.
        logged: writes a call down and hands its answer on.
        limits: calls a minute; beyond them 429 with a Retry-After in words.
        account_id: value of api-auth-accountid.
        key: value of api-auth-applicationkey.
        clock: seconds, for the limit.

    Raises:
        UsageProblem: a file of the folder cannot be served (exit 2).
    """
    store = CoreFolder(folder)
    counter = CallCounter(limits, clock)

    @app.get("/{prefix}/v2/{path:path}")
    async def read(prefix: str, path: str, request: Request) -> Response:
        """One page of a list, or one document."""
        if prefix.lower() != "externalapi":
            return logged(request, HTMLResponse(PAGE), None)
        refusal = _refusal(request, account_id, key, counter)
        if refusal is not None:
            return logged(request, refusal, None)
        response, rows = _read(store, row_faults, path, request)
        return logged(request, response, rows)


def _read(store: CoreFolder, row_faults: RowFaults, path: str, request: Request) -> tuple[Response, int | None]:
    """The answer of a call that may go on, and how many rows it has."""
    name = store.resource(path)
    if name is None:
        return HTMLResponse(PAGE), None  # with status 200, as Core does (cin7.md section 2.1)
    if name == "me":
        return JSONResponse(next(iter(store.own_rows("me")), {})), None
    asked = dict(request.query_params)
    if name in DOCUMENTS:
        return _document(store, row_faults, name, asked), None
    return _list(store, row_faults, name, asked)


def _list(store: CoreFolder, row_faults: RowFaults, name: str, asked: dict[str, str]) -> tuple[Response, int | None]:
    """One page of a list."""
    served = LISTS[name]
    documents = (
        row_faults.rows(served.documents, store.documents(served.documents), is_plain=True) if served.documents else []
    )
    rows = row_faults.answer_rows(name, store.rows(name, documents))
    try:
        content = answer(rows, asked, served.envelope)
    except QuestionError as error:
        return _error(400, str(error)), None
    if name.startswith("ref/account") and content["Total"] == 0 and "code" in {one.lower() for one in asked}:
        return _error(400, "Account not found"), None  # and not an empty list (cin7.md section 2.1)
    shown = content[served.envelope]
    return JSONResponse(content), len(shown) if isinstance(shown, list) else None


def _document(store: CoreFolder, row_faults: RowFaults, name: str, asked: dict[str, str]) -> Response:
    """The document of a key."""
    parameter = DOCUMENTS[name]
    flags = {one.lower(): value for one, value in asked.items()}
    wanted = flags.get(parameter.lower())
    if wanted is None:
        return _error(400, f"Required attribute {parameter} is not provided.")
    for row in row_faults.rows(name, store.documents(name)):
        if str(next((value for field, value in row.items() if field.lower() == parameter.lower()), None)) == wanted:
            return JSONResponse(_shown(row, flags))
    return _error(400, f"{name} with {parameter} {wanted} was not found")


def _shown(row: Row, flags: dict[str, str]) -> Row:
    """A document with the parts that were asked for."""
    hidden = {"inventorymovements"} if flags.get("hideinventorymovements", "").lower() == "true" else set()
    if flags.get("includetransactions", "").lower() != "true" and "cogsamount" in {name.lower() for name in row}:
        hidden.add("transactions")  # of a sale they are opt-in
    return {name: value for name, value in row.items() if name.lower() not in hidden}


def _refusal(request: Request, account_id: str, key: str, counter: CallCounter) -> Response | None:
    """403 or 429, where the call may not go on."""
    given = request.headers.get("api-auth-accountid", ""), request.headers.get("api-auth-applicationkey", "")
    if not all(compare_digest(one.encode(), two.encode()) for one, two in zip(given, (account_id, key), strict=True)):
        return _error(403, "Incorrect credentials!")
    wait = counter.seconds_to_wait()
    if not wait:
        return None
    response = _error(429, "You have reached 60 calls per 60 seconds API limit.")
    response.headers["Retry-After"] = f"{wait} Seconds"
    response.headers["X-RateLimit-Remaining"] = "0"
    return response


def _error(status: int, text: str) -> JSONResponse:
    """An error as Core writes it."""
    return JSONResponse([{"ErrorCode": status, "Exception": text}], status)
