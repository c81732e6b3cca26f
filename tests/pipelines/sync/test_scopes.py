"""Scopes of the document sync: what each kind needs, and what a sign-in lacks is said (xero.md section 11)."""

import base64
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.load.xero_scopes import SCOPES, missing_scopes, person_scopes, sync_scopes
from pipelines.sync.scopes import check_scopes
from tests.pipelines.load.closed_months import sandbox_settings
from tests.pipelines.load.local_books import LocalBooks


@pytest.mark.parametrize(
    ("kinds", "writes"),
    [
        (("contact", "sales_invoice"), {"accounting.contacts", "accounting.invoices"}),
        (("bill",), {"accounting.invoices"}),
        (("payment",), {"accounting.payments"}),
        (("item",), {"accounting.settings"}),
    ],
)
def test_each_kind_asks_to_write_only_what_it_writes(kinds: tuple[str, ...], writes: set[str]) -> None:
    places = {f"accounting.{one}" for one in ("contacts", "invoices", "payments", "settings")}
    asked = sync_scopes(kinds).split()

    assert {one for one in asked if one in places} == writes
    assert {one.removesuffix(".read") for one in asked} >= places


def test_without_kinds_nothing_more_is_asked_than_the_close_needs() -> None:
    assert sync_scopes(()) == SCOPES
    assert "accounting.payments.read" in person_scopes(()).split()
    assert person_scopes(("payment",)).split().count("accounting.payments") == 1


def test_a_token_that_lacks_a_scope_is_seen_and_one_that_writes_reads_too() -> None:
    claims = json.dumps({"scope": ["accounting.invoices", "accounting.contacts.read"]}).encode()
    token = f"x.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.y"

    assert missing_scopes(token, "accounting.invoices.read accounting.contacts") == ["accounting.contacts"]
    assert missing_scopes("opaque", "accounting.invoices") == []


def test_check_names_what_the_app_lacks(tmp_path: Path, books: LocalBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = sandbox_settings(tmp_path, books.url)
    assert check_scopes(settings, ("contact", "payment")) == []

    monkeypatch.setattr("pipelines.sandbox.xero.token_grants.SCOPES", frozenset(SCOPES.split()))
    (problem,) = check_scopes(settings.model_copy(update={"xero_client_secret": SecretStr("sandbox")}), ("contact",))
    assert "accounting.contacts" in problem.fix
