"""Consent, token and connections: what a client calls before it knows an organisation (xero.md section 11)."""

from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response

from pipelines.sandbox.xero.answers import Answer, Refusal, json_answer, not_found
from pipelines.sandbox.xero.chart import read_organisation
from pipelines.sandbox.xero.consents import is_connected, redirect_with_code, remove_connection, revoke
from pipelines.sandbox.xero.gate import connections_gate
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.settings_views import show_connection
from pipelines.sandbox.xero.token_grants import issue_token
from pipelines.sandbox.xero.traffic import to_response

AUTHORIZE_PATHS = ("/identity/connect/authorize", "/connect/authorize")
"""Xero's own path on login.xero.com, and the one beside /connect/token."""


def identity_router(sandbox: Sandbox) -> APIRouter:
    """GET …/connect/authorize, POST /connect/token and /connect/revocation, GET /connections, DELETE of one."""
    router = APIRouter()
    books = sandbox.books

    async def get_authorize(request: Request) -> Response:
        with books.writing():
            return to_response(redirect_with_code(books, dict(request.query_params)))

    for path in AUTHORIZE_PATHS:
        router.add_api_route(path, get_authorize)

    @router.post("/connect/token")
    async def post_token(request: Request) -> Response:
        return to_response(_issue(sandbox, request.headers.get("authorization"), await request.body()))

    @router.post("/connect/revocation")
    async def post_revocation(request: Request) -> Response:
        form = parse_qs((await request.body()).decode(errors="replace"))
        with books.writing():
            revoke(books, form.get("token", [""])[0])
        return to_response(Answer(200))

    _add_connections(router, sandbox)
    return router


def _issue(sandbox: Sandbox, authorization: str | None, body: bytes) -> Answer:
    """A token, or a refusal; a code that was shown is spent in both cases."""
    with sandbox.books.writing():
        try:
            return issue_token(sandbox.books, sandbox.token_key, authorization, body)
        except Refusal as refusal:
            return refusal.answer


def _add_connections(router: APIRouter, sandbox: Sandbox) -> None:
    """The one connection of a token."""
    books, gate = sandbox.books, [Depends(connections_gate(sandbox))]

    def shown(request: Request) -> list[dict[str, object]]:
        auth_event = str(request.state.auth_event)
        return [show_connection(read_organisation(books), auth_event)] if is_connected(books, auth_event) else []

    @router.get("/connections", dependencies=gate)
    async def get_connections(request: Request) -> Response:
        wanted = request.query_params.get("authEventId")
        return to_response(json_answer([each for each in shown(request) if wanted in (None, each["authEventId"])]))

    @router.delete("/connections/{connection_id}", dependencies=gate)
    async def delete_connection(connection_id: str, request: Request) -> Response:
        if connection_id not in [each["id"] for each in shown(request)]:
            raise not_found()
        with books.writing():
            remove_connection(books, str(request.state.auth_event))
        return to_response(Answer(204))
