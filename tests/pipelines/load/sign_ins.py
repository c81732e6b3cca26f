"""What the tests of signing in share: a person's browser, and settings without a secret."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr

from pipelines.load.token_store import Connection, TokenStore
from pipelines.load.xero_tokens import Token
from pipelines.settings import Settings


def person_settings(home: Path, url: str, **other: object) -> Settings:
    """Settings of somebody who has no custom connection; the tokens go into a file of this folder."""
    values: dict[str, Any] = {
        "home": home,
        "organisation": "ACME",
        "xero_url": url,
        "xero_token_url": f"{url}/connect/token",
        "xero_authorize_url": f"{url}/identity/connect/authorize",
        "xero_client_id": "sandbox",
        "xero_client_secret": None,
        "xero_tokens": home / "tokens.json",
    }
    return Settings(**{**values, **other})


def store_of(settings: Settings) -> TokenStore:
    return TokenStore(settings.xero_token_url, str(settings.xero_client_id), settings.xero_tokens)


def agree(page: str) -> None:
    """A browser whose person agrees: the page sends it on at once, to us."""
    assert httpx.get(page, follow_redirects=True).status_code == 200


def answer(page: str, **parameters: str) -> httpx.Response:
    """A browser that comes back with something else than Xero's answer; `state` is ours unless it is given."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    return httpx.get(asked["redirect_uri"], params={"state": asked["state"], **parameters})


def tell(page: str, **parameters: str) -> None:
    """The same, for a test that does not look at the page that comes then."""
    answer(page, **parameters)


def age(store: TokenStore) -> Connection:
    """Let the access token that is kept come to its end."""
    kept = store.load()
    assert kept is not None
    aged = Connection(kept.tenant_id, kept.tenant_name, Token(kept.token.access, datetime.now(UTC), kept.token.refresh))
    store.save(aged)
    return aged


def connection(access: str = "access-token", refresh: str = "refresh-token", *, minutes: int = 30) -> Connection:
    """A made-up sign-in."""
    ends_at = datetime.now(UTC) + timedelta(minutes=minutes)
    return Connection("tenant-1", "Acme Ltd", Token(SecretStr(access), ends_at, SecretStr(refresh)))
