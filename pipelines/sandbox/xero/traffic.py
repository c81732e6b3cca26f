"""What happens to every request around its endpoint: path in lower case, faults, requests in flight."""

import asyncio
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.sandbox.xero.answers import HTML_TYPE, OUTAGE_PAGE, Answer, problem, too_many_requests
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.exchange import Exchange
from pipelines.sandbox.xero.faults import Fault, FaultName
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.tokens import expired_token


class Traffic:
    """ASGI middleware, the outermost of the application."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox
        sandbox.late_commits.deliver_to(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, unless a fault takes its place."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Xero reads a path in any case: the specification spells /Connections, everybody else /connections.
        path = scope["path"].lower().rstrip("/") or "/"
        is_accounting = path.startswith("/api.xro")
        if is_accounting:
            await self._sandbox.late_commits.pass_request()
        fault = self._sandbox.faults.strike(scope["method"], path)
        exchange = Exchange(self._sandbox, scope, receive, send, fault)
        state = {**scope.get("state", {}), "fault": fault and fault.name, "path_as_sent": scope["path"]}
        in_flight = exchange.enter() if is_accounting else 0
        try:
            await self._pass_on({**scope, "path": path, "state": state}, exchange, fault, in_flight)
        finally:
            exchange.leave()

    async def _pass_on(self, inner: Scope, exchange: Exchange, fault: Fault | None, in_flight: int) -> None:
        """Do to a request what its fault says, or let its endpoint answer."""
        limit = self._sandbox.limits.concurrent_limit
        if limit and in_flight > limit:
            await to_response(too_many_requests("concurrent", None).answer)(inner, exchange.receive, exchange.send)
        elif fault is not None and fault.name == "drop_before_commit":
            await exchange.receive_all()
            await exchange.drop()
        elif fault is not None and fault.name == "late_commit":
            late = {**inner, "state": {**inner["state"], "fault": None, "is_late": True}}
            self._sandbox.late_commits.keep(late, await exchange.receive_all(), fault.requests)
            await exchange.drop()
        elif (instead := self._answer_of(fault, inner["path"])) is not None:
            await exchange.receive_all()
            await to_response(instead)(inner, exchange.receive, exchange.send)
        else:
            await self._before(fault)
            await self._app(inner, exchange.receive, exchange.send)

    async def _before(self, fault: Fault | None) -> None:
        """What a fault does before the endpoint sees the request."""
        if fault is None:
            return
        if fault.name == "delay":
            await asyncio.sleep(fault.wait)
        elif fault.name == "lock_date":
            books = self._sandbox.books
            day = fault.day or read_chart(books).today
            books.execute("UPDATE organisation SET period_lock_date = ?", [day.isoformat()])

    def _answer_of(self, fault: Fault | None, path: str) -> Answer | None:
        """The answer of a fault that keeps the request from its endpoint."""
        if fault is None:
            return None
        if fault.name == "expired_token":
            return expired_token(self._sandbox.books.clock()).answer
        if fault.name == "journals_refused" and path.endswith("/journals"):
            return problem(403, "Forbidden", "AuthorizationUnsuccessful").answer
        return _ANSWERS.get(fault.name)


_ANSWERS: Mapping[FaultName, Answer] = {
    "unavailable": Answer(503, b"The organisation is currently offline", "text/plain"),
    "html": Answer(502, OUTAGE_PAGE.encode(), HTML_TYPE),
    "rate_limit_minute": too_many_requests("minute", 26).answer,
    "rate_limit_day": too_many_requests("day", 40_000).answer,
    "rate_limit_concurrent": too_many_requests("concurrent", None).answer,
}


def to_response(answer: Answer) -> Response:
    """An answer as Starlette sends it; without a content type the header is left out."""
    response = Response(answer.body, answer.status, dict(answer.headers))
    if answer.content_type is not None:
        response.headers["content-type"] = answer.content_type
    return response
