"""Token and connections: what a client calls before it knows an organisation."""

from fastapi import APIRouter, Depends, Request, Response

from pipelines.sandbox.xero.answers import json_answer
from pipelines.sandbox.xero.chart import read_organisation
from pipelines.sandbox.xero.gate import connections_gate
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.settings_views import show_connection
from pipelines.sandbox.xero.tokens import issue_token
from pipelines.sandbox.xero.traffic import to_response


def identity_router(sandbox: Sandbox) -> APIRouter:
    """POST /connect/token and GET /connections."""
    router = APIRouter()

    @router.post("/connect/token")
    async def post_token(request: Request) -> Response:
        authorization = request.headers.get("authorization")
        body = await request.body()
        return to_response(issue_token(sandbox.token_key, sandbox.books.clock(), authorization, body))

    @router.get("/connections", dependencies=[Depends(connections_gate(sandbox))])
    async def get_connections() -> Response:
        return to_response(json_answer([show_connection(read_organisation(sandbox.books))]))

    return router
