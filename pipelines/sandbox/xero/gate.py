"""What a request must bring before an endpoint sees it: token, tenant, scope, Accept, and a call that is left."""

from collections.abc import Callable, Coroutine

from fastapi import Request

from pipelines.sandbox.xero.answers import Answer, Refusal, problem
from pipelines.sandbox.xero.chart import read_organisation
from pipelines.sandbox.xero.consents import is_connected
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.tokens import check_scope, check_token

API = "/api.xro/2.0"
Gate = Callable[[Request], Coroutine[None, None, None]]
SCOPES = {
    "organisation": "accounting.settings",
    "accounts": "accounting.settings",
    "taxrates": "accounting.settings",
    "trackingcategories": "accounting.settings",
    "manualjournals": "accounting.manualjournals",
    "currencies": "accounting.settings",
    "items": "accounting.settings",
    "contacts": "accounting.contacts",
    "invoices": "accounting.invoices",
    "creditnotes": "accounting.invoices",
    "purchaseorders": "accounting.invoices",
    "payments": "accounting.payments",
    "banktransactions": "accounting.banktransactions",
    "journals": "accounting.journals.read",
    "reports/trialbalance": "accounting.reports.trialbalance.read",
    "reports/balancesheet": "accounting.reports.balancesheet.read",
}
"""Start of the path -> scope; to read, the same with `.read` is enough. To write items the settings are needed."""
_NO_XML = (
    b"Xero answers in XML unless Accept names application/json. This local server has JSON only: send that header."
)


def connections_gate(sandbox: Sandbox) -> Gate:
    """Checks of /connections: a token, of any scope and for no tenant yet."""

    async def check(request: Request) -> None:
        held = check_token(sandbox.token_key, sandbox.books.clock(), request.headers.get("authorization"))
        request.state.auth_event = held.auth_event

    return check


def accounting_gate(sandbox: Sandbox) -> Gate:
    """Checks of the accounting API, in this order; the limits come before any stored answer (xero.md section 9)."""

    async def check(request: Request) -> None:
        if getattr(request.state, "is_late", False):  # it passed when it came
            return
        held = check_token(sandbox.token_key, sandbox.books.clock(), request.headers.get("authorization"))
        _check_tenant(sandbox, request.headers.get("xero-tenant-id"), held.auth_event)
        sandbox.limits.count_call()
        needed = _scope_of(request)
        if needed is not None:
            check_scope(held.scopes, needed if request.method != "GET" else f"{needed.removesuffix('.read')}.read")
        if "application/json" not in request.headers.get("accept", "").lower() and not _asks_for_a_file(request):
            raise Refusal(Answer(406, _NO_XML, "text/plain; charset=utf-8"))

    return check


def _scope_of(request: Request) -> str | None:
    """The scope that a path needs; attachments have one of their own."""
    parts = request.url.path.removeprefix(API).strip("/").split("/")
    start = "/".join(parts[:2]) if parts[0] == "reports" else parts[0]
    return "accounting.attachments" if "attachments" in parts else SCOPES.get(start)


def _asks_for_a_file(request: Request) -> bool:
    """GET of one attachment: its answer is the file itself, not JSON."""
    parts = request.url.path.removeprefix(API).strip("/").split("/")
    return request.method == "GET" and len(parts) == 4 and parts[2] == "attachments"


def _check_tenant(sandbox: Sandbox, tenant_id: str | None, auth_event: str) -> None:
    """Refuse another organisation than ours, and a connection that was removed.

    A custom connection may leave the header out, or empty.
    """
    ours = read_organisation(sandbox.books).organisation_id
    if (tenant_id and tenant_id.lower() != ours) or not is_connected(sandbox.books, auth_event):
        raise problem(403, "Forbidden", "AuthenticationUnsuccessful")
