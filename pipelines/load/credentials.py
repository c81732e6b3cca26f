"""How this process signs in to Xero: as a custom connection, or with the sign-in that `tieout connect` kept."""

from dataclasses import dataclass

import httpx

from pipelines.errors import UsageProblem
from pipelines.load.token_store import TokenStore
from pipelines.load.xero_auth import ClientCredentials, SignedInPerson, TokenSource
from pipelines.load.xero_tokens import TokenServer
from pipelines.settings import Settings
from schemas.problems import Problem


@dataclass(frozen=True)
class Credentials:
    """Where tokens come from, and which organisation they are for; None where the token knows only one."""

    source: TokenSource
    tenant_id: str | None


def find_credentials(
    settings: Settings,
    transport: httpx.BaseTransport | None = None,
    timeout: float = 60.0,
    scopes: str | None = None,
) -> Credentials:
    """A custom connection where the settings have a secret, else the person who signed in; no request is made.

    A custom connection asks for `scopes`, or for what the close needs; a person agreed to theirs at sign-in.

    Raises:
        UsageProblem: there is no client, or neither a secret nor a sign-in (exit 2).
    """
    client_id, secret = settings.xero_client_id, settings.xero_client_secret
    store = None if client_id is None or secret else token_store(settings, client_id)
    kept = store.load() if store else None
    if client_id is None or (secret is None and kept is None):
        raise UsageProblem(
            "The settings do not say how to sign in to Xero.", _missing(client_id, has_secret=bool(secret))
        )
    server = TokenServer(settings.xero_token_url, client_id, transport=transport, timeout=timeout)
    if secret is not None:
        return Credentials(ClientCredentials(server, secret, scopes), settings.xero_tenant_id)
    person = SignedInPerson(server, token_store(settings, client_id))
    return Credentials(person, settings.xero_tenant_id or (kept.tenant_id if kept else None))


def token_store(settings: Settings, client_id: str) -> TokenStore:
    """Where the sign-in of this client is kept."""
    return TokenStore(settings.xero_token_url, client_id, settings.xero_tokens)


def _missing(client_id: str | None, *, has_secret: bool) -> list[Problem]:
    found = []
    if client_id is None:
        fix = "Set it in the environment; Xero shows it on the app's page."
        found.append(Problem("TIEOUT_XERO_CLIENT_ID", "is not set", fix))
    if not has_secret:
        fix = "Set it in the environment for a custom connection; without one, sign in: tieout connect"
        found.append(Problem("TIEOUT_XERO_CLIENT_SECRET", "is not set, and nobody is signed in", fix))
    return found
