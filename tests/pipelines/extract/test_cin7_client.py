"""The Omni client: every page once, within the limits, and errors that say what to do."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from pipelines.errors import Incomplete, TieoutError, UsageProblem
from pipelines.extract.api.shapes import Question, Resource
from pipelines.extract.api.spelling import spell_row
from pipelines.extract.cin7_client import OmniClient, connect_omni
from pipelines.extract.cin7_tables import FIELD_NAMES, RESOURCES
from pipelines.sandbox.cin7 import CallLimits, running_sandbox
from pipelines.settings import Settings, load_settings

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What a retry would have slept; nothing sleeps."""
    slept: list[float] = []
    monkeypatch.setattr("httpx_retries.retry.time.sleep", slept.append)
    monkeypatch.setattr("pipelines.extract.api.calls.sleep", lambda seconds: None)
    return slept


def settings(tmp_path: Path, url: str = "http://127.0.0.1:9/api/v1", key: str | None = "k-secret") -> Settings:
    return load_settings(home=tmp_path, omni_url=url, omni_username="user", omni_key=key)


def client(tmp_path: Path, handler: Handler) -> OmniClient:
    return connect_omni(settings(tmp_path), transport=httpx.MockTransport(handler), backoff=0)


def read_all(omni: OmniClient, resource: str) -> list[object]:
    """Rows of every page."""
    rows: list[object] = []
    number = 1
    while True:
        page = omni.page(RESOURCES.get(resource, Resource(resource, ("id",))), Question(), number)
        rows += [row.fields for row in page.rows]
        if page.is_last:
            return rows
        number += 1


def refusal(tmp_path: Path, response: httpx.Response, resource: str = "SalesOrders") -> TieoutError:
    with client(tmp_path, lambda _: response) as omni, pytest.raises(TieoutError) as caught:
        read_all(omni, resource)
    return caught.value


def test_every_row_of_the_sample_comes_once_from_the_local_server(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with running_sandbox(SAMPLE, log) as url:
        access = load_settings(home=tmp_path, omni_url=url, omni_username="sandbox", omni_key="sandbox")
        with connect_omni(access) as omni:
            rows = read_all(omni, "SalesOrders")
    stored = json.loads((SAMPLE / "omni" / "SalesOrders.json").read_text(encoding="utf-8"))
    assert rows == sorted(stored, key=lambda row: row["createdDate"])
    queries = [json.loads(line)["query"] for line in log.read_text().splitlines()]
    assert queries == [{"page": str(page), "rows": "250", "order": "createdDate ASC"} for page in (1, 2)]


def test_a_full_last_page_is_followed_by_an_empty_one(tmp_path: Path) -> None:
    """cin7.md section 1.2: pages of 250 until a short or an empty one."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["page"])
        return httpx.Response(200, json=[{"id": n} for n in range(250)] if len(asked) < 3 else [])

    with client(tmp_path, handler) as omni:
        assert len(read_all(omni, "Branches")) == 500
    assert asked == ["1", "2", "3"]


def test_the_call_carries_the_key_and_nothing_shows_it(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    with client(tmp_path, handler) as omni:
        read_all(omni, "Branches")
        assert repr(omni) == "OmniClient(http://127.0.0.1:9/api/v1/)"
    token = base64.b64encode(b"user:k-secret").decode()
    assert seen[0].headers["Authorization"] == f"Basic {token}"
    assert str(seen[0].url) == "http://127.0.0.1:9/api/v1/Branches?page=1&rows=250&order=id+ASC"
    for shown in (repr(omni), repr(seen[0]), repr(seen[0].headers), repr(settings(tmp_path))):
        assert "k-secret" not in shown
        assert token not in shown


@pytest.mark.parametrize("given", ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/api/v1/"])
def test_the_address_may_be_given_without_its_path(tmp_path: Path, given: str) -> None:
    with connect_omni(settings(tmp_path, given)) as omni:
        assert repr(omni) == "OmniClient(http://127.0.0.1:9/api/v1/)"


def test_field_names_are_matched_without_case_and_the_tenants_own_are_kept() -> None:
    """cin7.md section 1.5: customFields have the tenant's own names."""
    row = {"ID": 1, "modifiedcogsdate": "x", "LineItems": [{"Code": "A", "qtyshipped": 2}], "Unheard": {"Qty": 1}}
    row["CustomFields"] = {"Orders_1000": "Total", "TOTAL": 1}
    assert spell_row(row, RESOURCES["SalesOrders"]) == {
        "id": 1, "modifiedCOGSDate": "x", "lineItems": [{"code": "A", "qtyShipped": 2}], "Unheard": {"qty": 1},
        "customFields": {"Orders_1000": "Total", "TOTAL": 1},
    }  # fmt: skip


def test_every_field_of_the_sample_is_spelled_as_documented() -> None:
    def names(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(names, value))
        return set(value) | set().union(*map(names, value.values())) if isinstance(value, dict) else set()

    for resource in RESOURCES:
        path = SAMPLE / "omni" / f"{resource}.json"
        if path.is_file():
            assert names(json.loads(path.read_text(encoding="utf-8"))) <= set(FIELD_NAMES.values())


def test_a_hiccup_is_tried_again_and_a_wait_that_is_asked_for_is_kept(tmp_path: Path, waits: list[float]) -> None:
    """cin7.md section 1.1: 429 with Retry-After, or without."""
    answers = iter(
        [httpx.Response(503), httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200, json=[])]
    )
    with client(tmp_path, lambda _: next(answers)) as omni:
        assert read_all(omni, "Branches") == []
    assert waits == [0.0, 7.0]


@pytest.mark.parametrize(("status", "asked", "wait"), [(429, "2 Seconds", 2.0), (503, "3 s", 3.0), (429, "soon", 0.0)])
def test_a_wait_in_words_is_understood_or_ignored_without_a_word(
    tmp_path: Path, waits: list[float], caplog: pytest.LogCaptureFixture, status: int, asked: str, wait: float
) -> None:
    answers = iter([httpx.Response(status, headers={"Retry-After": asked}), httpx.Response(200, json=[])])
    with client(tmp_path, lambda _: next(answers)) as omni:
        assert read_all(omni, "Branches") == []
    assert waits == [wait]
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


class StallingBody(httpx.SyncByteStream):
    """Half of an answer, and then nothing until the client has waited long enough."""

    def __iter__(self) -> Iterator[bytes]:
        yield b'[{"id": 1}, '
        raise httpx.ReadTimeout("The read operation timed out")


def test_an_error_of_the_server_and_an_answer_that_stalls_are_tried_again(tmp_path: Path, waits: list[float]) -> None:
    answers = iter(
        [httpx.Response(500), httpx.Response(200, stream=StallingBody()), httpx.Response(200, json=[{"id": 1}])]
    )
    with client(tmp_path, lambda _: next(answers)) as omni:
        assert read_all(omni, "Branches") == [{"id": 1}]
    assert len(waits) == 2


def test_answers_that_stall_again_and_again_end_the_run(tmp_path: Path, waits: list[float]) -> None:
    def stall(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=StallingBody())

    with client(tmp_path, stall) as omni, pytest.raises(Incomplete, match="The read operation timed out"):
        read_all(omni, "Branches")
    assert len(waits) == 3


def test_a_server_with_limits_is_read_completely(tmp_path: Path, waits: list[float]) -> None:
    """cin7.md section 1.1: 3 calls a second, 60 a minute, then 429."""
    with running_sandbox(SAMPLE, limits=CallLimits(0, 1, 0)) as url:
        access = load_settings(home=tmp_path, omni_url=url, omni_username="sandbox", omni_key="sandbox")
        with connect_omni(access, backoff=0) as omni:
            assert len(read_all(omni, "Products")) == 22
            with pytest.raises(Incomplete, match="takes no more calls for now"):
                read_all(omni, "Products")
    assert len(waits) == 6
    assert all(59 <= wait <= 60 for wait in waits)


def test_a_used_up_day_ends_the_call_at_once(tmp_path: Path, waits: list[float]) -> None:
    """cin7.md section 1.1: a day that is used up is not slept on."""
    error = refusal(tmp_path, httpx.Response(429, headers={"Retry-After": "40000"}))
    assert (type(error), error.exit_code, waits) == (Incomplete, 7, [])
    assert "takes no more calls today (5,000 a day)" in str(error)
    assert "(in 11 h 7 min): it goes on at the page where it stopped" in str(error)


@pytest.mark.parametrize("asked", ["9" * 20, "9" * 400])
def test_a_wait_beyond_every_calendar_ends_the_call_too(tmp_path: Path, waits: list[float], asked: str) -> None:
    error = refusal(tmp_path, httpx.Response(429, headers={"Retry-After": asked}))
    assert (type(error), waits) == (Incomplete, [])
    assert "(in 744 h 0 min)" in str(error)


def test_nobody_answers(tmp_path: Path, waits: list[float]) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    with client(tmp_path, handler) as omni, pytest.raises(Incomplete) as caught:
        read_all(omni, "SalesOrders")
    assert caught.value.exit_code == 7
    assert str(caught.value) == (
        "Cin7 Omni at http://127.0.0.1:9/api/v1/ cannot be reached: Connection refused.\n"
        "    Run the same command again: it goes on where it stopped."
    )
    assert len(waits) == 3


def test_an_answer_that_cannot_be_unpacked_is_incomplete(tmp_path: Path, waits: list[float]) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"[]"))

    with client(tmp_path, handler) as omni, pytest.raises(Incomplete, match="while decompressing data"):
        read_all(omni, "SalesOrders")


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx.Response(200, text="<!DOCTYPE html><title>Maintenance</title>"), "answered with a web page"),
        (httpx.Response(200, content=b"\xef\xbb\xbf<html></html>"), "answered with a web page"),
        (httpx.Response(200, text="oops"), "answered with something that is not JSON"),
        (httpx.Response(200, json={"message": "no"}), "JSON that is no list of rows"),
        (httpx.Response(200, json=[1]), "JSON that is no list of rows"),
        (httpx.Response(503, text="<html>"), "is not well (HTTP 503)"),
        (httpx.Response(500), "is not well (HTTP 500)"),
        (httpx.Response(429), "Run the same command again tomorrow"),
        (httpx.Response(302, headers={"Location": "/login"}), "no rows, but HTTP 302"),
    ],
)
def test_an_answer_without_rows_is_incomplete(
    tmp_path: Path, waits: list[float], response: httpx.Response, words: str
) -> None:
    """cin7.md section 1.1: lists are bare arrays; anything else is no list."""
    error = refusal(tmp_path, response)
    assert isinstance(error, Incomplete)
    assert words in str(error)


@pytest.mark.parametrize(
    ("status", "resource", "words"),
    [
        (401, "SalesOrders", "does not know this user name and key (401).\n    Check TIEOUT_OMNI_USERNAME"),
        (
            403,
            "Adjustments",
            "the API connection may not read Adjustments (403).\n    In Omni, Settings > Integrations",
        ),
        (404, "SaleOrders", 'has no resource SaleOrders (404).\n    Did you mean "SalesOrders"?'),
        (404, "SalesOrders", "has no resource SalesOrders (404).\n    Check TIEOUT_OMNI_URL."),
        (400, "SalesOrders", "refused the request (400).\n    bad order"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path: Path, status: int, resource: str, words: str) -> None:
    """cin7.md section 1.1: user name and key of a person, or of nobody: 401."""
    error = refusal(tmp_path, httpx.Response(status, text="bad\n order"), resource)
    assert isinstance(error, UsageProblem)
    assert error.exit_code == 2
    assert words in str(error)


@pytest.mark.parametrize(("username", "key"), [(None, "k"), ("user", None)])
def test_without_credentials_nothing_is_called(tmp_path: Path, username: str | None, key: str | None) -> None:
    with pytest.raises(UsageProblem, match="Set TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY"):
        connect_omni(load_settings(home=tmp_path, omni_username=username, omni_key=key))


def test_cin7s_own_server_is_asked_three_times_a_second_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[str] = []
    monkeypatch.setattr("pyrate_limiter.Limiter.try_acquire", lambda _, name: turns.append(name))
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=[]))
    with connect_omni(settings(tmp_path, "https://api.cin7.com/api/v1"), transport=transport) as omni:
        read_all(omni, "Branches")
    assert turns == ["omni user"]


@pytest.mark.parametrize("has_second_version", [True, False])
def test_bills_of_materials_come_from_v2_or_where_that_is_not_there_from_v1_and_the_report_says_so_cin7_1_1(
    tmp_path: Path, has_second_version: bool
) -> None:
    """cin7.md section 1.1: a v2 path exists only for BomMasters."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        is_there = has_second_version or "/v2/" not in request.url.path
        return httpx.Response(200, json=[{"id": 1}]) if is_there else httpx.Response(404)

    with client(tmp_path, answer) as omni:
        assert [read_all(omni, "BomMasters") for _ in range(2)] == [[{"id": 1}]] * 2
        notes = dict(omni.calls.notes)
    if has_second_version:
        assert (asked, notes) == (["/api/v2/BomMasters"] * 2, {})
    else:
        assert asked == ["/api/v2/BomMasters", "/api/v1/BomMasters", "/api/v1/BomMasters"]
        assert notes["bom_version"].startswith("v1: the server does not have BomMasters of API v2 (404)")


def test_the_local_server_has_bills_of_materials_under_both_versions(tmp_path: Path) -> None:
    (tmp_path / "omni").mkdir()
    (tmp_path / "omni" / "BomMasters.json").write_text('[{"id": 7}]')
    with running_sandbox(tmp_path) as url, httpx.Client(base_url=url, auth=("sandbox", "sandbox")) as http:
        assert [http.get(f"/api/{version}/BomMasters").json() for version in ("v1", "v2")] == [[{"id": 7}]] * 2
