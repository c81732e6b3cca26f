"""Calls that a fault strikes before or after they are answered, and the address that switches faults on."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from pipelines.errors import UsageProblem
from pipelines.sandbox.cin7.faults import Cin7Faults, Fault, read_fault

ADMIN = "/_sandbox/faults"
CORE_PATH = "/externalapi/"
PAGE = "<!DOCTYPE html><html><head><title>Cin7</title></head><body><h1>Page not found</h1></body></html>"

Next = Callable[[Request], Awaitable[Response]]


def add_fault_calls(app: FastAPI, faults: Cin7Faults) -> None:
    """Let faults strike calls of both APIs, and serve GET, POST and DELETE /_sandbox/faults: {"name", "every"}."""

    @app.middleware("http")
    async def strike(request: Request, call_next: Next) -> Response:
        """Answer as the fault says, or let the call through."""
        path = request.url.path
        fault = None if path.startswith("/_sandbox") else faults.strike(path)
        return await (call_next(request) if fault is None else _struck(fault, request, call_next))

    @app.get(ADMIN)
    async def list_faults() -> list[dict[str, object]]:
        """What is switched on, and how often it struck."""
        shown = ("name", "every", "times", "path", "struck")
        return [{name: getattr(one, name) for name in shown} for one in faults.switched_on]

    @app.post(ADMIN)
    async def switch_on(wanted: dict[str, object]) -> Response:
        """Switch one fault on."""
        try:
            name, every = str(wanted.get("name")), wanted.get("every", 1)
            fault = read_fault(name, every, wanted.get("times"), wanted.get("path"))
        except UsageProblem as error:
            return JSONResponse({"problems": [str(each) for each in error.problems]}, 400)
        faults.switched_on.append(fault)
        return JSONResponse({"name": fault.name, "every": fault.every}, 201)

    @app.delete(ADMIN)
    async def switch_off() -> Response:
        """Switch all faults off."""
        faults.switched_on.clear()
        return JSONResponse({})


async def _struck(fault: Fault, request: Request, call_next: Next) -> Response:
    """The answer of a call that a fault strikes."""
    match fault.name:
        case "html":
            return HTMLResponse(PAGE)
        case "truncated_body":
            return await _cut_off(await call_next(request))
        case "unavailable":
            return _refusal(request, 503, {})
        case "silent_rate_limit":
            return _refusal(request, 429, {})
        case _:
            is_core = CORE_PATH in request.url.path.lower()
            return _refusal(request, 429, {"Retry-After": "1 Seconds" if is_core else "1"})


def _refusal(request: Request, status: int, headers: dict[str, str]) -> Response:
    """Too many calls, in the words of the API that was called."""
    if CORE_PATH in request.url.path.lower():
        text = "You have reached 60 calls per 60 seconds API limit."
        return JSONResponse([{"ErrorCode": status, "Exception": text}], status, headers)
    return JSONResponse({"message": "Too many requests"}, status, headers)


async def _cut_off(response: Response) -> Response:
    """The first half of a body, with a length that fits it: nothing tells but the JSON."""
    body = b"".join([part async for part in response.body_iterator])  # type: ignore[attr-defined]
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    return Response(body[: len(body) // 2], response.status_code, headers, response.media_type)
