"""The local Omni server over real HTTP: credentials, lists, limits, and its request log."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pipelines.errors import UsageProblem
from pipelines.sandbox.cin7 import NO_LIMITS, CallLimits, create_app, running_sandbox
from pipelines.sandbox.server import serving

ROOT = Path(__file__).parents[4]
SAMPLE = ROOT / "data" / "sample"
LOGIN = ("sandbox", "sandbox")


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five orders."""
    lines = [{"id": 1, "code": "TENT", "qty": 2}]
    orders = [
        {"id": n, "reference": f"SO-{n}", "createdDate": f"2026-09-0{n}T01:00:00Z", "total": n * 10.5,
         "invoiceDate": None if n == 3 else "2026-09-08T12:00:00Z", "isVoid": n == 4, "lineItems": lines}
        for n in range(1, 6)
    ]  # fmt: skip
    (tmp_path / "SalesOrders.json").write_text(json.dumps(orders))
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[httpx.Client]:
    """A server without limits."""
    with running_sandbox(folder) as url, httpx.Client(base_url=f"{url}/api/v1/", auth=LOGIN) as client:
        yield client


@contextmanager
def talking_to(app: FastAPI) -> Iterator[httpx.Client]:
    with serving(app, "cin7") as url, httpx.Client(base_url=url) as client:
        yield client


def ids(response: httpx.Response) -> list[int]:
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()]


def test_a_list_is_a_bare_array_of_50_rows_or_fewer() -> None:
    with running_sandbox(SAMPLE) as url:
        rows = httpx.get(f"{url}/api/v1/SalesOrders", auth=LOGIN).json()
        assert len(rows) == 50
        assert rows[0]["reference"] == "SO-1001"


def test_pages_go_on_until_a_short_one(server: httpx.Client) -> None:
    pages = [ids(server.get("SalesOrders", params={"rows": 2, "page": page})) for page in (1, 2, 3, 4)]
    assert pages == [[1, 2], [3, 4], [5], []]


@pytest.mark.parametrize("auth", [None, ("sandbox", "wrong"), ("wrong", "sandbox")])
def test_a_wrong_user_name_or_key_is_401(folder: Path, auth: tuple[str, str] | None) -> None:
    with talking_to(create_app(folder)) as client:
        response = client.get("/api/v1/SalesOrders", auth=auth)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", ["Basic !!!", "Bearer c2FuZGJveDpzYW5kYm94", "Basic"])
def test_a_header_that_cannot_be_read_is_401(folder: Path, header: str) -> None:
    with talking_to(create_app(folder)) as client:
        response = client.get("/api/v1/SalesOrders", headers={"Authorization": header})
    assert response.status_code == 401


def test_a_module_without_permission_is_403_and_an_unknown_one_404(folder: Path) -> None:
    with talking_to(create_app(folder, limits=NO_LIMITS, denied=["Contacts"])) as client:
        assert client.get("/api/v1/contacts", auth=LOGIN).status_code == 403
        assert client.get("/api/v1/SaleOrders", auth=LOGIN).status_code == 404
        assert client.get("/api/v3/SalesOrders", auth=LOGIN).status_code == 404
        assert client.post("/api/v1/SalesOrders", auth=LOGIN, json=[]).status_code == 404


def test_a_resource_without_file_is_empty_and_names_have_any_case(server: httpx.Client) -> None:
    assert server.get("Payments").json() == []
    assert ids(server.get("salesorders")) == [1, 2, 3, 4, 5]


def test_fields_choose_columns_also_of_lines(server: httpx.Client) -> None:
    rows = server.get("SalesOrders", params={"fields": "ID, reference, lineItems(code)", "rows": "1"}).json()
    assert rows == [{"id": 1, "reference": "SO-1", "lineItems": [{"code": "TENT"}]}]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("createddate>='2026-09-03T00:00:00Z'", [3, 4, 5]),
        ("total > 20 AND total < 50", [2, 3, 4]),
        ("reference='SO-2'", [2]),
        ("reference <> 'SO-2' and total <= 31.5", [1, 3]),
        ("InvoiceDate is null", [3]),
        ("InvoiceDate is not null and isVoid = true", [4]),
        ("reference = 'O''Neil'", []),
        ("total > 'x'", []),
    ],
)
def test_where_filters(server: httpx.Client, where: str, expected: list[int]) -> None:
    assert ids(server.get("SalesOrders", params={"where": where})) == expected


def test_order_sorts(server: httpx.Client) -> None:
    assert ids(server.get("SalesOrders", params={"order": "createdDate DESC"})) == [5, 4, 3, 2, 1]
    assert ids(server.get("SalesOrders", params={"order": "invoiceDate ASC"}))[0] == 3
    assert ids(server.get("SalesOrders", params={"order": "total"})) == [1, 2, 3, 4, 5]


def test_comparisons_may_be_joined_by_or_and_and_binds_closer(server: httpx.Client) -> None:
    """cin7.md section 1.2: `invoicenumber=1 or invoicenumber=2`."""
    assert ids(server.get("SalesOrders", params={"where": "id=1 OR id = 3"})) == [1, 3]
    assert ids(server.get("SalesOrders", params={"where": "id=1 and id=2 or id=3 and id>2 or id=5"})) == [3, 5]


@pytest.mark.parametrize(
    "asked",
    [
        {"rows": "251"}, {"rows": "0"}, {"page": "0"}, {"page": "-1"}, {"page": "two"}, {"where": "total like 3"},
        {"where": "total = 3 xor total = 4"}, {"fields": "id,lineItems(code"}, {"fields": "id)"}, {"order": "id UP"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_400_and_says_why(server: httpx.Client, asked: dict[str, str]) -> None:
    response = server.get("SalesOrders", params=asked)
    assert response.status_code == 400
    assert response.json()["message"].startswith(next(iter(asked)))


def test_three_calls_a_second_and_sixty_a_minute_then_429(folder: Path) -> None:
    clock = Clock()
    with talking_to(create_app(folder, clock=clock)) as client:

        def statuses(count: int) -> list[int]:
            return [client.get("/api/v1/SalesOrders", auth=LOGIN).status_code for _ in range(count)]

        assert statuses(4) == [200, 200, 200, 429]
        assert client.get("/api/v1/SalesOrders", auth=LOGIN).headers["Retry-After"] == "1"
        for second in range(1, 20):
            clock.now = float(second)
            assert statuses(3) == [200, 200, 200]
        clock.now = 20.0
        assert client.get("/api/v1/SalesOrders", auth=LOGIN).headers["Retry-After"] == "40"
        clock.now = 60.0
        assert statuses(1) == [200]


def test_a_day_has_a_limit_too(folder: Path) -> None:
    with talking_to(create_app(folder, limits=CallLimits(0, 0, 2), clock=Clock())) as client:
        answers = [client.get("/api/v1/SalesOrders", auth=LOGIN) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "86400"


def test_each_request_is_one_line_of_the_log_without_credentials(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "requests.jsonl"
    with talking_to(create_app(folder, log)) as client:
        client.get("/api/v1/SalesOrders?page=1&rows=2", auth=LOGIN)
        client.get("/api/v1/SalesOrders")
    entries: list[dict[str, Any]] = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(entry["method"], entry["path"], entry["status"], entry["rows"]) for entry in entries] == [
        ("GET", "/api/v1/SalesOrders", 200, 2),
        ("GET", "/api/v1/SalesOrders", 401, None),
    ]
    assert entries[0]["query"] == {"page": "1", "rows": "2"}
    assert "Basic" not in log.read_text()


def test_a_changed_file_is_read_again(folder: Path, server: httpx.Client) -> None:
    assert len(ids(server.get("SalesOrders"))) == 5
    (folder / "SalesOrders.json").write_text('[{"id": 77}]')
    assert ids(server.get("SalesOrders")) == [77]


@pytest.mark.parametrize(
    ("text", "found"),
    [("[{", "not JSON"), ('{"id": 1}', "not an array of objects"), ("[1]", "not an array of objects")],
)
def test_a_file_that_cannot_be_served_stops_the_start(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "Products.json").write_text(text)
    with pytest.raises(UsageProblem, match=f"Products.json: {found}"):
        create_app(tmp_path)


def test_a_folder_with_nothing_to_serve_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no JSON file"):
        create_app(tmp_path / "nowhere")


def test_the_program_says_when_it_is_ready_and_stops_on_sigterm(folder: Path) -> None:
    text = f"from pathlib import Path; from pipelines.sandbox.cin7 import serve; serve(0, Path({str(folder)!r}), None, "
    text += "lambda line: print(line, flush=True))"
    with subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        name, url = program.stdout.readline().split()
        assert name == "cin7"
        assert ids(httpx.get(f"{url}/api/v1/SalesOrders", auth=LOGIN)) == [1, 2, 3, 4, 5]
        program.send_signal(signal.SIGTERM)
    assert program.returncode == 0
