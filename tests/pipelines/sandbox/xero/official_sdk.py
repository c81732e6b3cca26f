"""Xero's own client, xero-python, pointed at the local server: nothing of it is changed but addresses and retries."""

from dataclasses import dataclass
from typing import Any

from urllib3.util import Retry
from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]
from xero_python.api_client import ApiClient  # type: ignore[import-untyped]
from xero_python.api_client.configuration import Configuration  # type: ignore[import-untyped]
from xero_python.api_client.oauth2 import OAuth2Token, TokenApi  # type: ignore[import-untyped]
from xero_python.identity import IdentityApi  # type: ignore[import-untyped]

Token = dict[str, Any]


@dataclass
class OfficialClient:
    """The official client with a token of its own."""

    accounting: Any
    identity: Any
    api_client: Any
    tokens: list[Token]
    tenant: str = ""


def connect_officially(url: str) -> OfficialClient:
    """Get a token by client credentials and the tenant from the connections, all through the official client."""
    TokenApi.client_credentials_token_url = TokenApi.refresh_token_url = f"{url}/connect/token"
    TokenApi.revoke_token_url = f"{url}/connect/revocation"
    tokens: list[Token] = []
    client = ApiClient(
        Configuration(oauth2_token=OAuth2Token(client_id="sandbox", client_secret="sandbox")),  # noqa: S106
        pool_threads=1,
        oauth2_token_saver=tokens.append,
        oauth2_token_getter=lambda: tokens[-1],
    )
    # xero.md 13.2: without this it sends a write up to four times, and sleeps on a Retry-After
    client.rest_client.pool_manager.connection_pool_kw["retries"] = Retry(0, respect_retry_after_header=False)
    client.get_client_credentials_token()
    identity = IdentityApi(client, base_url=url)
    accounting = AccountingApi(client, base_url=f"{url}/api.xro/2.0")
    return OfficialClient(accounting, identity, client, tokens, identity.get_connections()[0].tenant_id)
