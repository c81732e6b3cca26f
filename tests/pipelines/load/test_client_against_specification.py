"""Every request that our client can emit keeps to Xero's own specification: path, method, query, headers, body.

What the specification gets wrong stands in tests/pipelines/xero_specification_defects.py, each with its reason.
"""

import inspect
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from pipelines.load.manual_journals import Line, ManualJournal, tag_of
from pipelines.load.xero_client import XeroClient, client_for, connect, ending, envelope, history_note
from pipelines.load.xero_tokens import TokenServer
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.pipelines.load.closed_months import cogs, post, sandbox_settings
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.recorded_requests import Recorder
from tests.pipelines.xero_specification import needs_specification

pytestmark = needs_specification
JOURNAL_ID = str(uuid.UUID(int=7))
TAG = tag_of("ACME", "COGS-2026-10", 1)
JOURNAL = ManualJournal(
    date(2026, 10, 31),
    "POSTED",
    "October 2026",
    (
        Line("310", Decimal("12.30"), "Web", "NONE", (("Region", "North"), ("Channel", "Web"))),
        Line("630", Decimal("-12.30"), "Web"),
    ),
)
BODY = f'{{"ManualJournals":[{JOURNAL.element(TAG)}]}}'

CALLS: dict[str, Callable[[XeroClient], object]] = {
    "accounts": lambda client: client.accounts(),
    "add_history": lambda client: client.add_history(JOURNAL_ID, history_note("Posted by run 1"), "key"),
    "attach_file": lambda client: client.attach_file(JOURNAL_ID, "lines 10%.csv", b"a,b\n", "text/csv", "key"),
    "attachments": lambda client: client.attachments(JOURNAL_ID),
    "connections": lambda client: client.connections(),
    "create_manual_journals": lambda client: client.create_manual_journals(BODY, "key"),
    "currencies": lambda client: client.currencies(),
    "documents": lambda client: [
        list(client.documents(name, "Date>=DateTime(2026,10,1)", datetime(2026, 11, 1, 12, 30, tzinfo=UTC)))
        for name in ("ManualJournals", "Invoices", "CreditNotes", "BankTransactions")
    ],
    "end_manual_journal": lambda client: client.end_manual_journal(
        JOURNAL_ID, envelope([ending(JOURNAL_ID, f"{TAG} draft", "DELETED")]), "key"
    ),
    "find_by_narration": lambda client: client.find_by_narration(f"{TAG} October 2026"),
    "history": lambda client: client.history(JOURNAL_ID),
    "items": lambda client: client.items(),
    "manual_journal": lambda client: client.manual_journal(JOURNAL_ID),
    "manual_journals": lambda client: list(client.manual_journals(None, datetime(2026, 11, 1, 12, 30, tzinfo=UTC))),
    "one": lambda client: client.one("Invoices", JOURNAL_ID),
    "organisation": lambda client: client.organisation(),
    "tax_rates": lambda client: client.tax_rates(),
    "tracking_categories": lambda client: client.tracking_categories(),
    "trial_balance": lambda client: client.trial_balance(date(2026, 10, 31)),
    "void_manual_journal": lambda client: client.void_manual_journal(JOURNAL_ID, f"{TAG} October 2026", "key"),
    "write_documents": lambda client: client.write_documents(
        "create", "/Contacts", '{"Contacts":[{"Name":"Tramping Club","ContactNumber":"C1"}]}', "key"
    ),
}
"""Every method of the client that sends something."""


class OneToken:
    """A token that is there."""

    def token(self, refused: SecretStr | None = None) -> SecretStr:
        assert refused is None
        return SecretStr("token")


def _client(recorder: Recorder) -> XeroClient:
    where = Settings(home=Path.cwd(), xero_url="https://api.example")
    return client_for(where, OneToken(), str(uuid.UUID(int=1)), transport=recorder)


def test_these_are_all_the_calls_of_the_client() -> None:
    methods = {name for name, _ in inspect.getmembers(XeroClient, inspect.isfunction) if not name.startswith("_")}
    assert methods - {"close", "in_server_time"} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_keeps_to_the_specification(name: str) -> None:
    recorder = Recorder()

    CALLS[name](_client(recorder))

    assert recorder.requests
    assert recorder.problems() == []


AMOUNTS = st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=2)
LINES = st.builds(
    Line,
    account_code=st.text("0123456789", min_size=1, max_size=10),
    line_amount=AMOUNTS,
    description=st.text(max_size=20),
    tax_type=st.none() | st.sampled_from(["NONE", "BASEXCLUDED"]),
    tracking=st.lists(st.tuples(st.text(min_size=1, max_size=100), st.text(min_size=1, max_size=100)), max_size=2).map(
        tuple
    ),
)
JOURNALS = st.builds(
    ManualJournal,
    journal_date=st.dates(min_value=date(2000, 1, 1)),
    status=st.sampled_from(["DRAFT", "POSTED"]),
    text=st.text(max_size=100),
    lines=st.lists(LINES, min_size=2, max_size=4).map(tuple),
    show_on_cash_basis=st.booleans(),
)


@settings(max_examples=15, deadline=None)
@given(journals=st.lists(JOURNALS, min_size=1, max_size=3))
def test_whatever_journals_are_sent_the_body_keeps_to_the_specification(journals: list[ManualJournal]) -> None:
    recorder = Recorder()
    elements = ",".join(journal.element(tag_of("ACME", f"X-{number}", 1)) for number, journal in enumerate(journals, 1))

    _client(recorder).create_manual_journals(f'{{"ManualJournals":[{elements}]}}', "k" * 64)

    assert recorder.problems() == []


def test_what_an_apply_sends_keeps_to_the_specification(
    tmp_path: Path, books: LocalBooks, warehouse: Warehouse
) -> None:
    recorder = Recorder(httpx.HTTPTransport())
    with connect(sandbox_settings(tmp_path, books.url), backoff=0.0, transport=recorder) as client:
        post(client, warehouse, cogs("10.00"), cogs("4.00", "ADJ-1", kind="adjustment"))
        post(client, warehouse, cogs("12.00"))

    assert {request.method for request in recorder.requests} >= {"GET", "PUT", "POST"}
    assert recorder.problems() == []


def test_no_token_request_holds_more_than_its_grant_asks_for() -> None:
    """The specification describes no token endpoint: xero.md section 11 does."""
    forms: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        forms.append(dict(parse_qsl(request.content.decode())))
        return httpx.Response(200, json={"access_token": "a", "refresh_token": "r"})

    server = TokenServer("https://identity.example/connect/token", "id", transport=httpx.MockTransport(answer))
    server.ask_as_client(SecretStr("s"), "scope-1 scope-2")
    server.ask_with_code("c", "http://localhost:8400/callback", "v")
    server.renew(SecretStr("r"))

    assert forms == [
        {"grant_type": "client_credentials", "scope": "scope-1 scope-2"},
        {
            "grant_type": "authorization_code",
            "client_id": "id",
            "code": "c",
            "redirect_uri": "http://localhost:8400/callback",
            "code_verifier": "v",
        },
        {"grant_type": "refresh_token", "client_id": "id", "refresh_token": "r"},
    ]
