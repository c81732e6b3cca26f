"""Signing in to Xero as a person, against the local Xero: PKCE, state, choice of organisation, rotation."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from pipelines.errors import Incomplete, UsageProblem, XeroRefusal
from pipelines.load.sign_in import SignedIn, sign_in
from pipelines.load.xero_auth import SignedInPerson
from pipelines.load.xero_client import connect
from pipelines.load.xero_tokens import SignInNeeded, TokenServer
from pipelines.settings import Settings
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.load.sign_ins import age, agree, answer, connection, person_settings, store_of, tell
from tests.sample_company import environment_of, start_tieout

ROOT = Path(__file__).parents[3]
ORGANISATIONS = [
    {"tenantId": "t-1", "tenantName": "Acme Ltd", "tenantType": "ORGANISATION"},
    {"tenantId": "t-2", "tenantName": "Acme Retail", "tenantType": "ORGANISATION"},
    {"tenantId": "t-3", "tenantName": "Accountants", "tenantType": "PRACTICE"},
]


@pytest.fixture
def settings(tmp_path: Path, books: LocalBooks) -> Settings:
    return person_settings(tmp_path, books.url)


def _token_requests(settings: Settings) -> int:
    log = (settings.home / "requests.jsonl").read_text().splitlines()
    return sum(json.loads(line)["path"].endswith("/connect/token") for line in log)


def test_a_person_signs_in_and_every_later_command_is_signed_in(settings: Settings) -> None:
    done = sign_in(settings, agree, port=0)

    with connect(settings) as client:
        assert client.organisation()["Name"] == done.tenant_name
        assert client.tenant_id == done.tenant_id
    assert _token_requests(settings) == 1
    assert done.kept_in == f"{settings.home / 'tokens.json'} (mode 0600)"


def test_the_page_asks_for_granular_scopes_with_a_challenge_and_comes_back_to_localhost(settings: Settings) -> None:
    asked: dict[str, str] = {}

    def look(page: str) -> None:
        asked.update({name: values[0] for name, values in parse_qs(urlsplit(page).query).items()})
        agree(page)

    sign_in(settings, look, port=0)

    port = urlsplit(asked["redirect_uri"]).port
    assert asked["redirect_uri"] == f"http://localhost:{port}/callback"
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", "sandbox", "S256")
    assert len(asked["state"]) >= 32
    assert asked["scope"] == (
        "offline_access accounting.manualjournals accounting.attachments accounting.settings.read "
        "accounting.reports.trialbalance.read accounting.invoices.read accounting.banktransactions.read "
        "accounting.payments.read"
    )


def test_an_answer_with_another_state_is_turned_away(settings: Settings) -> None:
    pages: list[httpx.Response] = []

    with pytest.raises(Incomplete, match=r"its state is not ours\). Nothing was stored") as caught:
        sign_in(settings, lambda page: pages.append(answer(page, state="another", code="stolen")), port=0)

    assert caught.value.exit_code == 7
    assert pages[0].status_code == 400
    assert store_of(settings).load() is None


def test_a_person_who_does_not_agree_is_told_what_to_do(settings: Settings) -> None:
    with pytest.raises(XeroRefusal, match=r"(?s)access_denied. Nothing was stored.*agree in the browser"):
        sign_in(settings, lambda page: tell(page, error="access_denied"), port=0)


def test_a_code_that_xero_did_not_give_is_no_sign_in(settings: Settings) -> None:
    with pytest.raises(SignInNeeded, match=r"\(400 invalid_grant\)"):
        sign_in(settings, lambda page: tell(page, code="guessed"), port=0)

    assert store_of(settings).load() is None


def test_another_address_than_the_callback_is_not_there(settings: Settings) -> None:
    found: list[int] = []

    def look_around(page: str) -> None:
        redirect_url = parse_qs(urlsplit(page).query)["redirect_uri"][0]
        found.append(httpx.get(redirect_url.replace("/callback", "/favicon.ico")).status_code)
        agree(page)

    sign_in(settings, look_around, port=0)

    assert found == [404]


def test_nobody_who_signs_in_is_not_waited_for_without_end(settings: Settings) -> None:
    with pytest.raises(Incomplete, match=r"Nobody signed in within 0 s\. Nothing was stored") as caught:
        sign_in(settings, lambda _: None, port=0, wait=0.01)

    assert caught.value.exit_code == 7


def test_a_port_that_is_taken_is_named(settings: Settings) -> None:
    port = urlsplit(settings.xero_url).port
    assert port is not None

    with pytest.raises(UsageProblem, match=rf"port {port}: cannot be used: .*\n    Take another with --port"):
        sign_in(settings, agree, port=port)


def test_without_a_client_nobody_can_sign_in(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="TIEOUT_XERO_CLIENT_ID: is not set"):
        sign_in(person_settings(tmp_path, "http://127.0.0.1:9", xero_client_id=None), agree, port=0)


def _sign_in_to_several(home: Path, **choice: object) -> SignedIn:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/connections":
            return httpx.Response(200, json=ORGANISATIONS)
        return httpx.Response(200, json={"access_token": "a", "refresh_token": "r", "expires_in": 1800})

    settings = person_settings(home, "https://api.example")
    transport = httpx.MockTransport(serve)
    return sign_in(settings, lambda page: tell(page, code="c"), port=0, transport=transport, **choice)  # type: ignore[arg-type]


def test_of_several_organisations_one_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        _sign_in_to_several(tmp_path)

    assert str(caught.value) == (
        "The sign-in reaches 2 organisations. Nothing was stored.\n"
        "--tenant: none is named: Acme Ltd (t-1), Acme Retail (t-2)\n"
        "    Name one: tieout connect --tenant ID"
    )


def test_an_organisation_is_chosen_by_name_by_id_or_by_asking(tmp_path: Path) -> None:
    assert _sign_in_to_several(tmp_path, tenant="acme retail").tenant_id == "t-2"
    assert _sign_in_to_several(tmp_path, tenant="t-1").tenant_id == "t-1"
    assert _sign_in_to_several(tmp_path, choose=lambda shown: len(shown) - 1).tenant_id == "t-2"
    with pytest.raises(UsageProblem, match='"Nobody" is none of them'):
        _sign_in_to_several(tmp_path, tenant="Nobody")


def test_a_token_that_came_to_its_end_is_renewed_and_both_new_ones_are_kept(settings: Settings) -> None:
    sign_in(settings, agree, port=0)
    aged = age(store_of(settings))

    with connect(settings) as client:
        client.organisation()
        client.organisation()

    kept = store_of(settings).load()
    assert kept is not None
    assert kept.token.access != aged.token.access
    assert kept.token.refresh != aged.token.refresh
    assert _token_requests(settings) == 2


def test_threads_renew_once(settings: Settings) -> None:
    sign_in(settings, agree, port=0)
    age(store_of(settings))

    with connect(settings) as client, ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(lambda _: client.organisation(), range(16)))) == 16

    assert _token_requests(settings) == 2


def test_processes_renew_once_and_read_what_the_first_one_kept(settings: Settings) -> None:
    sign_in(settings, agree, port=0)
    age(store_of(settings))
    call = (
        "import sys\nfrom pipelines.settings import load_settings\nfrom pipelines.load.xero_client import connect\n"
        "sys.stdin.readline()\n"
        "with connect(load_settings()) as client: print(client.organisation()['Name'])"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", call],
            env={**environment_of(settings), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    outputs = [process.communicate("go\n", timeout=60)[0] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0]
    assert len({*outputs}) == 1
    assert _token_requests(settings) == 2


def test_a_401_in_the_middle_renews_the_token_and_the_call_is_answered(settings: Settings, books: LocalBooks) -> None:
    sign_in(settings, agree, port=0)
    books.change("faults", name="expired_token", on="reads", every=1, times=1)

    with connect(settings) as client:
        assert len(client.accounts()) > 5

    assert _token_requests(settings) == 2


def test_a_kill_between_a_renewal_and_its_keeping_costs_no_sign_in(settings: Settings) -> None:
    sign_in(settings, agree, port=0)
    former = age(store_of(settings)).token.refresh
    assert former is not None
    TokenServer(settings.xero_token_url, "sandbox").renew(former)  # and nothing of it is kept

    with connect(settings) as client:
        assert len(client.accounts()) > 5


def _counting(tokens: list[str]) -> httpx.MockTransport:
    """A token server that gives one token after the other."""

    def give(_: httpx.Request) -> httpx.Response:
        tokens.append(f"renewed-{len(tokens)}")
        return httpx.Response(200, json={"access_token": tokens[-1], "refresh_token": f"r-{tokens[-1]}"})

    return httpx.MockTransport(give)


def test_a_token_that_xero_refuses_is_renewed_unless_another_process_did(tmp_path: Path) -> None:
    store, given = store_of(person_settings(tmp_path, "https://api.example")), list[str]()
    store.save(connection("first"))
    person = SignedInPerson(TokenServer("https://api.example/connect/token", "id", transport=_counting(given)), store)
    first = person.token()

    store.save(connection("of another process"))
    second = person.token(refused=first)
    third = person.token(refused=second)

    assert [one.get_secret_value() for one in (first, second, third)] == ["first", "of another process", "renewed-0"]
    assert given == ["renewed-0"]


def test_the_former_refresh_token_stays_where_xero_sends_no_new_one(tmp_path: Path) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"access_token": "a", "expires_in": 60}))
    server = TokenServer("https://api.example/connect/token", "id", transport=transport)

    assert server.renew(SecretStr("former")).refresh == SecretStr("former")


def test_a_sign_in_that_xero_has_forgotten_asks_to_sign_in_again(settings: Settings) -> None:
    store_of(settings).save(connection(refresh="too old", minutes=-1))

    with (
        connect(settings) as client,
        pytest.raises(SignInNeeded, match=r"\n    Sign in again: tieout connect") as caught,
    ):
        client.organisation()

    assert caught.value.exit_code == 2


def test_the_command_prints_the_page_and_says_where_the_tokens_are(settings: Settings) -> None:
    environment = environment_of(settings)
    process = start_tieout("connect", "--no-browser", "--port", "0", "--json", environment=environment)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    agree(next(line.strip() for line in lines if line.startswith("http")))
    out, _ = process.communicate(timeout=60)

    kept = store_of(settings).load()
    assert kept is not None
    assert process.returncode == 0
    assert json.loads(out) == {
        "tenant_id": kept.tenant_id,
        "tenant_name": kept.tenant_name,
        "tokens_in": f"{settings.xero_tokens} (mode 0600)",
    }


def test_a_sign_in_can_be_forgotten(settings: Settings) -> None:
    sign_in(settings, agree, port=0)

    process = start_tieout("connect", "--forget", environment=environment_of(settings))

    assert process.communicate(timeout=60)[0].startswith("The tokens are deleted.")
    with pytest.raises(UsageProblem, match="nobody is signed in"):
        connect(settings)
