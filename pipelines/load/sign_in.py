"""A person signs in to Xero in a browser, and chooses the organisation (xero.md section 11, PKCE)."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from oauthlib.oauth2 import (  # type: ignore[import-untyped]
    MismatchingStateError,
    OAuth2Error,
    WebApplicationClient,
)
from pydantic import SecretStr

from pipelines.errors import Incomplete, UsageProblem, XeroRefusal
from pipelines.load.credentials import token_store
from pipelines.load.redirect_listener import RedirectListener
from pipelines.load.token_store import Connection
from pipelines.load.xero_client import client_for
from pipelines.load.xero_scopes import PERSON_SCOPES, missing_scopes
from pipelines.load.xero_tokens import Token, TokenServer
from pipelines.settings import Settings
from schemas.problems import Problem

PORT = 8400
WAIT = 300.0
"""Seconds for a person to sign in; Xero's code lasts as long."""

Show = Callable[[str], None]
Choose = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class SignedIn:
    """What `sign_in` did: the organisation, and where its tokens are."""

    tenant_id: str
    tenant_name: str
    kept_in: str
    missing: tuple[str, ...] = ()
    """Scopes that were asked for and not granted."""


def sign_in(
    settings: Settings,
    show: Show,
    *,
    port: int = PORT,
    tenant: str | None = None,
    choose: Choose | None = None,
    wait: float = WAIT,
    transport: httpx.BaseTransport | None = None,
    scopes: str = PERSON_SCOPES,
) -> SignedIn:
    """Let a person sign in, and keep the tokens for the organisation that they choose.

    Args:
        settings: client, addresses and, where it is set, the organisation.
        show: brings the page at an address before the person; called once.
        port: of the redirect address that is registered on the app; 0 takes a free one.
        tenant: name or id of the organisation, where the sign-in reaches several.
        choose: asks the person which of several organisations, by position; None where nobody can be asked.
        wait: seconds for the person.
        transport: what really sends; a test gives its own.
        scopes: what the person is asked to allow.

    Raises:
        UsageProblem: no client, a port that is taken, or several organisations and none named (exit 2).
        XeroRefusal: the person or Xero refused (exit 5). Incomplete: nobody came, the answer belongs to another
            sign-in, or Xero cannot be reached (exit 7).
    """
    client_id = settings.xero_client_id
    if client_id is None:
        fix = "Set it in the environment; Xero shows it on the page of an app for mobile or desktop (PKCE)."
        raise UsageProblem("Nobody can sign in.", [Problem("TIEOUT_XERO_CLIENT_ID", "is not set", fix)])
    server = TokenServer(settings.xero_token_url, client_id, transport=transport)
    token = _ask_person(settings, server, show, port, wait, scopes)
    organisations = _organisations(settings, token, transport)
    chosen = _choose(organisations, tenant or settings.xero_tenant_id, choose)
    connection = Connection(str(chosen["tenantId"]), str(chosen["tenantName"]), token)
    store = token_store(settings, client_id)
    with store.locked():
        kept_in = store.save(connection)
    missing = missing_scopes(connection.token.access.get_secret_value(), scopes.replace("offline_access", ""))
    return SignedIn(connection.tenant_id, connection.tenant_name, kept_in, tuple(missing))


def _ask_person(settings: Settings, server: TokenServer, show: Show, port: int, wait: float, scopes: str) -> Token:
    """Show the page, wait for the answer, and exchange its code for tokens."""
    client, state = WebApplicationClient(server.client_id), secrets.token_urlsafe(32)
    verifier = client.create_code_verifier(64)
    with RedirectListener(port, state) as listener:
        page = client.prepare_request_uri(
            _secured(settings.xero_authorize_url),
            redirect_uri=listener.redirect_url,
            scope=scopes,
            state=state,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        show(urlunsplit(urlsplit(page)._replace(scheme=urlsplit(settings.xero_authorize_url).scheme)))
        answer = listener.wait(wait)
        redirect_url = listener.redirect_url
    code = _code(client, f"{redirect_url}?{answer}", state, scopes)
    return server.ask_with_code(code, redirect_url, verifier)


def _code(client: WebApplicationClient, answer_url: str, state: str, scopes: str) -> str:
    try:
        return str(client.parse_request_uri_response(_secured(answer_url), state=state)["code"])
    except MismatchingStateError:
        raise Incomplete(
            "The answer belongs to another sign-in (its state is not ours). Nothing was stored.\n"
            "    Close old pages of Xero and run the same command again."
        ) from None
    except OAuth2Error as error:
        raise XeroRefusal(
            f"Xero did not let anybody sign in: {error.error}. Nothing was stored.\n"
            "    Run the same command again and agree in the browser; check that the app has the redirect address "
            f"{answer_url.partition('?')[0]} and these scopes: {scopes}."
        ) from None


def _secured(url: str) -> str:
    """The address with https: oauthlib takes no other, and RFC 8252 section 8.3 exempts this machine."""
    return urlunsplit(urlsplit(url)._replace(scheme="https"))


@dataclass(frozen=True)
class _FreshToken:
    """A token source of one token, before it is kept."""

    value: SecretStr

    def token(self, refused: SecretStr | None = None) -> SecretStr:
        """The token."""
        return self.value


def _organisations(settings: Settings, token: Token, transport: httpx.BaseTransport | None) -> list[dict[str, Any]]:
    with client_for(settings, _FreshToken(token.access), None, transport=transport) as client:
        found = [one for one in client.connections() if one.get("tenantType", "ORGANISATION") == "ORGANISATION"]
    if not found:
        raise XeroRefusal(
            "The sign-in reaches no organisation. Nothing was stored.\n"
            "    Run the same command again and choose an organisation in the browser."
        )
    return found


def _choose(organisations: list[dict[str, Any]], named: str | None, choose: Choose | None) -> dict[str, Any]:
    """The organisation that is named, the only one, or the one that the person picks."""
    matches = [one for one in organisations if named is None or named.lower() in _names(one)]
    if len(matches) == 1:
        return matches[0]
    shown = [f"{one['tenantName']} ({one['tenantId']})" for one in organisations]
    if named is None and choose is not None:
        return organisations[choose(shown)]
    found = f'"{named}" is none of them' if named is not None else "none is named"
    fix = "Name one: tieout connect --tenant ID"
    raise UsageProblem(
        f"The sign-in reaches {len(organisations)} organisations. Nothing was stored.",
        [Problem("--tenant", f"{found}: {', '.join(shown)}", fix)],
    )


def _names(organisation: dict[str, Any]) -> set[str]:
    return {str(organisation["tenantId"]).lower(), str(organisation["tenantName"]).lower()}
