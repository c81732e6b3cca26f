"""The local Cin7 server: Omni's API v1 and Core's API v2, after cin7.md sections 1.1, 1.2 and 2.

It is read from; the one thing that it takes is a payment into Omni.
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from secrets import compare_digest
from time import monotonic
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from pipelines.sandbox.cin7.call_limits import OMNI_LIMITS, CallCounter, CallLimits
from pipelines.sandbox.cin7.core import CORE_LIMITS, add_core
from pipelines.sandbox.cin7.fault_calls import add_fault_calls
from pipelines.sandbox.cin7.faults import Cin7Faults, Fault
from pipelines.sandbox.cin7.payments import take
from pipelines.sandbox.cin7.questions import QuestionError, answer
from pipelines.sandbox.cin7.row_faults import RowFaults
from pipelines.sandbox.cin7.rows import ResourceFolder

USERNAME = "sandbox"
KEY = "sandbox"  # what a demo needs to type; the server never leaves loopback


def create_app(
    folder: Path,
    log: Path | None = None,
    *,
    limits: CallLimits = OMNI_LIMITS,
    core_limits: CallLimits = CORE_LIMITS,
    faults: Iterable[Fault] = (),
    denied: Collection[str] = (),
    username: str = USERNAME,
    key: str = KEY,
    clock: Callable[[], float] = monotonic,
) -> FastAPI:
    """The local Cin7 server as an application: Omni under /api/v1, Core under /ExternalApi/v2.

    Args:
        folder: JSON arrays named after resources, or a folder with `omni` and `core` in it; read again when they
            change.
        log: request log (JSON lines) to append to; neither credentials nor rows are logged.
        limits: Omni's calls a second, a minute and a day; beyond them 429 with Retry-After.
        core_limits: Core's calls a minute.
        faults: what goes wrong on purpose from the start; more at /_sandbox/faults.
        denied: resources that the connection has no permission for: 403.
        username: of Omni's API connection; Core's account id is the same.
        key: of either connection.
        clock: seconds, for the limits.

    Raises:
        UsageProblem: the folder has nothing to serve, or a file cannot be read (exit 2).
    """
    resources = ResourceFolder(folder)
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    counter = CallCounter(limits, clock)
    forbidden = {name.lower() for name in denied}
    app = FastAPI(title="tieout sandbox: Cin7", docs_url=None, redoc_url=None, openapi_url=None)
    switched_on = Cin7Faults(faults)
    row_faults = RowFaults(switched_on)
    add_fault_calls(app, switched_on)

    # before Core, which answers whatever else has a v2 in its address
    @app.get("/api/v2/BomMasters")
    async def list_bills(request: Request) -> Response:
        """The one resource of Omni's API v2 (cin7.md section 1.1)."""
        return await list_rows("BomMasters", request)

    add_core(
        app,
        folder,
        row_faults,
        lambda request, response, rows: _logged(log, request, response, rows),
        limits=core_limits,
        account_id=username,
        key=key,
        clock=clock,
    )

    @app.get("/api/v1/{resource}")
    async def list_rows(resource: str, request: Request) -> Response:
        """One page of a resource."""
        refusal = _refusal(request, username, key, counter)
        if refusal is None and resource.lower() in forbidden:
            refusal = _message(403, f"The API connection has no permission for {resource}")
        if refusal is None and resource.lower() not in resources.resources:
            refusal = _message(404, f"No resource {resource}")
        if refusal is not None:
            return _logged(log, request, refusal)
        try:
            name = resources.resources[resource.lower()]
            rows = answer(row_faults.answer_rows(name, resources.rows(name)), request.query_params)
        except QuestionError as error:
            return _logged(log, request, _message(400, str(error)))
        return _logged(log, request, JSONResponse(rows), len(rows))

    @app.post("/api/v1/Payments")
    async def take_payments(request: Request) -> Response:
        """An array of payments: each is taken or refused for itself, with HTTP 200 (cin7.md section 1.1)."""
        refusal = _refusal(request, username, key, counter)
        if refusal is None and "payments" in forbidden:
            refusal = _message(403, "The API connection has no permission for Payments")
        if refusal is not None:
            return _logged(log, request, refusal)
        try:
            given = json.loads(await request.body())
        except ValueError:
            return _logged(log, request, _message(400, "The body is not JSON"))
        answers = take(resources, given, datetime.now(UTC))
        return _logged(log, request, JSONResponse(answers), len(answers))

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def unknown(path: str, request: Request) -> Response:
        """Everything else: of API v1 this server has lists and Payments."""
        refusal = _refusal(request, username, key, counter)
        return _logged(log, request, refusal or _message(404, f"Nothing at /{path} for {request.method}"))

    return app


def _refusal(request: Request, username: str, key: str, counter: CallCounter) -> Response | None:
    """401 or 429, where the call may not go on."""
    if not _is_known(request.headers.get("Authorization", ""), username, key):
        return _message(401, "Invalid API user name or key", {"WWW-Authenticate": 'Basic realm="Cin7 API"'})
    wait = counter.seconds_to_wait()
    return _message(429, "Too many requests", {"Retry-After": str(wait)}) if wait else None


def _is_known(header: str, username: str, key: str) -> bool:
    """Whether an Authorization header holds the connection's name and key."""
    scheme, _, token = header.partition(" ")
    try:
        given = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and compare_digest(given, f"{username}:{key}".encode())


def _message(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal as JSON."""
    return JSONResponse({"message": text}, status, headers)


def _logged(log: Path | None, request: Request, response: Response, row_count: int | None = None) -> Response:
    """Write the request down before its answer leaves."""
    if log is not None:
        entry: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": request.method,
            "path": request.url.path,
            "query": dict(request.query_params),
            "status": response.status_code,
            "rows": row_count,
        }
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return response
