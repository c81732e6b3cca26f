"""What the local Cin7 does wrong on purpose, for Omni and Core alike."""

import json
from collections.abc import Iterator

import httpx
import pytest

from pipelines.errors import UsageProblem
from pipelines.sandbox.cin7 import Fault, parse_fault, running_sandbox

HEADERS = {"api-auth-accountid": "sandbox", "api-auth-applicationkey": "sandbox"}
OMNI, CORE = "/api/v1/SalesOrders", "/ExternalApi/v2/saleList"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Four orders in each API."""
    tmp_path = tmp_path_factory.mktemp("cin7")
    numbers = range(1, 5)
    orders = [{"id": n, "reference": f"SO-{n}", "modifiedDate": f"2026-09-0{n}T00:00:00Z", "status": "APPROVED",
               "isVoid": False} for n in numbers]  # fmt: skip
    sales = [{"SaleID": n, "OrderNumber": f"SO-{n}", "Updated": f"2026-09-0{n}T00:00:00Z", "Status": "COMPLETED"}
             for n in numbers]  # fmt: skip
    for folder, name, rows in (("omni", "SalesOrders", orders), ("core", "saleList", sales)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.json").write_text(json.dumps(rows))
    with (
        running_sandbox(tmp_path) as url,
        httpx.Client(base_url=url, auth=("sandbox", "sandbox"), headers=HEADERS) as client,
    ):
        yield client


def switch_on(client: httpx.Client, name: str, **more: object) -> None:
    client.delete("/_sandbox/faults")
    assert client.post("/_sandbox/faults", json={"name": name, **more}).status_code == 201


def rows(client: httpx.Client, path: str) -> list[dict[str, object]]:
    answer = client.get(path).json()
    found: list[dict[str, object]] = answer if isinstance(answer, list) else answer["SaleList"]
    return found


BOTH = pytest.mark.parametrize("path", [OMNI, CORE])


@BOTH
def test_every_nth_call_is_turned_away_with_or_without_a_word_how_long_to_wait(client: httpx.Client, path: str) -> None:
    for name, status, has_header in (
        ("rate_limit", 429, True),
        ("silent_rate_limit", 429, False),
        ("unavailable", 503, False),
    ):
        switch_on(client, name, every=2)
        answers = [client.get(path) for _ in range(4)]
        assert [each.status_code for each in answers] == [200, status, 200, status]
        assert ("Retry-After" in answers[1].headers) == has_header


def test_core_says_in_words_how_long_to_wait_and_omni_as_a_number(client: httpx.Client) -> None:
    switch_on(client, "rate_limit")
    assert client.get(OMNI).headers["Retry-After"] == "1"
    assert client.get(CORE).headers["Retry-After"] == "1 Seconds"


@BOTH
def test_a_web_page_comes_with_status_200_and_a_body_is_cut_off(client: httpx.Client, path: str) -> None:
    switch_on(client, "html", times=1)
    answer = client.get(path)
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    assert len(rows(client, path)) == 4
    switch_on(client, "truncated_body", times=1)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        client.get(path).json()


@BOTH
def test_a_page_changes_between_two_reads(client: httpx.Client, path: str) -> None:
    switch_on(client, "page_changes", every=2)
    assert [len(rows(client, path)) for _ in range(3)] == [4, 3, 4]


@BOTH
def test_a_document_is_edited_while_its_list_is_read(client: httpx.Client, path: str) -> None:
    stamp = "modifiedDate" if path == OMNI else "Updated"
    switch_on(client, "edited_while_paging", times=1)
    before = [row[stamp] for row in rows(client, path)]
    after = [row[stamp] for row in rows(client, path)]
    changed = [number for number in range(4) if before[number] != after[number]]
    assert len(changed) == 1
    assert str(after[changed[0]]) > max(map(str, before))


@BOTH
def test_every_nth_row_is_null_void_gone_spelled_otherwise_or_has_what_nobody_knows(
    client: httpx.Client, path: str
) -> None:
    key, number = ("id", "reference") if path == OMNI else ("SaleID", "OrderNumber")
    status = "status" if path == OMNI else "Status"
    switch_on(client, "nulls", every=2)
    assert [row[number] for row in rows(client, path)] == ["SO-1", None, "SO-3", None]
    assert [row[key] for row in rows(client, path)] == [1, 2, 3, 4]
    switch_on(client, "deletes", every=2)
    assert [row[key] for row in rows(client, path)] == [1, 3]
    switch_on(client, "voids", every=4)
    assert str(rows(client, path)[3][status]).upper().startswith("VOID")
    switch_on(client, "casing", every=4)
    assert number not in rows(client, path)[3]
    switch_on(client, "unknown_status", every=4)
    assert rows(client, path)[3][status] == "MISLAID"
    switch_on(client, "new_field", every=4)
    assert "fieldOfNextRelease" in rows(client, path)[3]


def test_a_fault_strikes_only_the_paths_that_it_names(client: httpx.Client) -> None:
    switch_on(client, "unavailable", path="externalapi")
    assert (client.get(OMNI).status_code, client.get(CORE).status_code) == (200, 503)
    (listed,) = client.get("/_sandbox/faults").json()
    assert (listed["name"], listed["struck"]) == ("unavailable", 1)


def test_the_command_line_reads_name_and_every() -> None:
    assert parse_fault("html:3") == Fault("html", 3)
    assert parse_fault("nulls") == Fault("nulls", 1)
    for wrong in ("html:0", "html:x", "fire:2"):
        with pytest.raises(UsageProblem) as caught:
            parse_fault(wrong)
        assert "Names: rate_limit, silent_rate_limit" in str(caught.value.problems[0])


def test_an_unknown_fault_is_refused_by_the_server(client: httpx.Client) -> None:
    assert client.post("/_sandbox/faults", json={"name": "fire"}).status_code == 400
