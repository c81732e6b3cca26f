"""Puts the local Xero server together from its parts."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.admin_api import admin_router
from pipelines.sandbox.xero.answers import Refusal, not_found, unhandled_error
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.contacts_api import contacts_router
from pipelines.sandbox.xero.documents_api import documents_router
from pipelines.sandbox.xero.faults import Fault, Faults
from pipelines.sandbox.xero.gate import API, accounting_gate
from pipelines.sandbox.xero.identity_api import identity_router
from pipelines.sandbox.xero.items_api import items_router
from pipelines.sandbox.xero.journals_api import journals_router
from pipelines.sandbox.xero.payments_api import payments_router
from pipelines.sandbox.xero.rate_limits import RateLimits
from pipelines.sandbox.xero.reports_api import reports_router
from pipelines.sandbox.xero.request_log import RequestLog
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.setting_writes_api import setting_writes_router
from pipelines.sandbox.xero.settings_api import settings_router
from pipelines.sandbox.xero.traffic import Traffic, to_response

MINUTE_LIMIT = 60
DAY_LIMIT = 5_000
CONCURRENT_LIMIT = 5


def create_app(
    books: Books,
    *,
    log: Path | None = None,
    minute_limit: int = MINUTE_LIMIT,
    day_limit: int = DAY_LIMIT,
    concurrent_limit: int = CONCURRENT_LIMIT,
    faults: Sequence[Fault] = (),
) -> FastAPI:
    """The local Xero server as an application.

    Args:
        books: where everything is kept; its clock is the server's.
        log: request log (JSON lines) to append to.
        minute_limit: calls a minute; 0 is without limit.
        day_limit: calls a day; 0 is without limit.
        concurrent_limit: calls at once; 0 is without limit.
        faults: switched on from the start.
    """
    limits = RateLimits(minute_limit, day_limit, books.clock, concurrent_limit=concurrent_limit)
    sandbox = Sandbox(books, limits, Faults(faults), RequestLog(log))
    app = FastAPI(title="tieout sandbox: Xero", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Traffic, sandbox=sandbox)
    app.add_exception_handler(Refusal, _answer_refusal)
    app.add_exception_handler(DataProblem, _answer_problem)
    app.add_exception_handler(500, _answer_defect)
    app.add_exception_handler(404, _answer_not_found)
    app.add_exception_handler(405, _answer_not_found)
    app.include_router(identity_router(sandbox))
    app.include_router(admin_router(sandbox))
    app.include_router(_accounting_router(sandbox))
    return app


def _accounting_router(sandbox: Sandbox) -> APIRouter:
    """/api.xro/2.0 behind its gate; a path that we do not know is asked for its token too, and then is 404."""
    router = APIRouter(prefix=API, dependencies=[Depends(accounting_gate(sandbox))])
    router.include_router(settings_router(sandbox))
    router.include_router(reports_router(sandbox))
    router.include_router(setting_writes_router(sandbox))
    router.include_router(journals_router(sandbox))
    router.include_router(documents_router(sandbox))
    router.include_router(contacts_router(sandbox))
    router.include_router(items_router(sandbox))
    router.include_router(payments_router(sandbox))

    @router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def unknown(path: str) -> Response:
        raise not_found()

    return router


async def _answer_refusal(_request: Request, error: Exception) -> Response:
    """The answer that the refusal carries."""
    return to_response(error.answer if isinstance(error, Refusal) else unhandled_error())


async def _answer_problem(_request: Request, error: Exception) -> Response:
    """400 of an admin endpoint."""
    problems = [str(problem) for problem in error.problems] if isinstance(error, DataProblem) else []
    return JSONResponse({"error": str(error).partition("\n")[0], "problems": problems}, 400)


async def _answer_not_found(_request: Request, _error: Exception) -> Response:
    """404 as Xero gives it."""
    return to_response(not_found().answer)


async def _answer_defect(_request: Request, _error: Exception) -> Response:
    """500 for a defect of ours; the traceback goes to the server's log."""
    return to_response(unhandled_error())
