"""The local Cin7 Core over real HTTP: headers, pages, documents, its limit, and its traps (cin7.md section 2)."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipelines.errors import UsageProblem
from pipelines.sandbox.cin7 import CallLimits, create_app, running_sandbox

HEADERS = {"api-auth-accountid": "sandbox", "api-auth-applicationkey": "sandbox"}
PATH = "/ExternalApi/v2/"


def sale(number: int) -> dict[str, object]:
    return {
        "ID": f"id-{number}", "Status": "VOIDED" if number == 2 else "COMPLETED", "COGSAmount": 5.5,
        "SaleOrderDate": "2026-09-01T00:00:00", "LastModifiedOn": f"2026-09-0{number}T10:00:00Z",
        "Order": {"SaleOrderNumber": f"SO-{number}", "Status": "AUTHORISED", "Lines": []},
        "Invoices": [{"InvoiceNumber": f"INV-{number}", "InvoiceDate": "2026-09-01T00:00:00", "Total": 10}],
        "Transactions": [{"Amount": 1}], "InventoryMovements": [],
    }  # fmt: skip


def write_folder(folder: Path) -> Path:
    core = folder / "core"
    (core / "ref").mkdir(parents=True)
    entries = [{"EffectiveDate": f"2026-09-{day:02}T00:00:00", "Amount": day} for day in range(1, 11)]
    files = {
        "sale.json": [sale(number) for number in range(1, 4)],
        "ref/account.json": {"Total": 1, "AccountsList": [{"Code": "630", "Name": "Stock on hand"}]},
        "ref_productavailability.json": [{"SKU": "TENT", "OnHand": 14, "StockOnHand": 302.58}],
        "stocktake.json": [{"TaskID": "t-1", "Status": "COMPLETED"}],
        "transactions.json": entries,
        "me.json": {"Company": "Test"},
        "notes.json": ["no resource of Core: not looked at"],
    }
    for name, content in files.items():
        (core / name).write_text(json.dumps(content))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to change."""
    return write_folder(tmp_path)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that only answers questions here."""
    folder = write_folder(tmp_path_factory.mktemp("core"))
    with running_sandbox(folder) as url, httpx.Client(base_url=f"{url}{PATH}", headers=HEADERS) as client:
        yield client


def test_a_list_is_made_of_its_documents_with_total_and_page(core: httpx.Client) -> None:
    answer = core.get("saleList", params={"Page": 2, "Limit": 2}).json()
    assert (answer["Total"], answer["Page"]) == (3, 2)
    (row,) = answer["SaleList"]
    assert (row["SaleID"], row["OrderNumber"], row["Updated"]) == ("id-3", "SO-3", "2026-09-03T10:00:00Z")
    assert "Invoices" not in row


def test_the_default_page_has_100_rows_and_the_largest_1000(core: httpx.Client) -> None:
    assert core.get("saleList", params={"Limit": 1001}).status_code == 400
    assert core.get("saleList", params={"limit": 1000}).status_code == 200


def test_lists_filter_by_change_and_status(core: httpx.Client) -> None:
    def ids(**asked: str) -> list[str]:
        return [row["SaleID"] for row in core.get("saleList", params=asked).json()["SaleList"]]

    assert ids(UpdatedSince="2026-09-02T10:00:00Z") == ["id-2", "id-3"]
    assert ids(UpdatedUntil="2026-09-01T23:00:00Z") == ["id-1"]
    assert ids(Status="voided") == ["id-2"]


def test_a_document_is_whole_and_its_transactions_are_opt_in(core: httpx.Client) -> None:
    plain = core.get("sale", params={"ID": "id-1"}).json()
    assert "Transactions" not in plain
    assert plain["Invoices"][0]["InvoiceNumber"] == "INV-1"
    assert "Transactions" in core.get("sale", params={"ID": "id-1", "IncludeTransactions": "true"}).json()


def test_a_document_that_is_not_there_is_a_400_with_an_exception(core: httpx.Client) -> None:
    answer = core.get("sale", params={"ID": "gone"})
    assert (answer.status_code, answer.json()[0]["ErrorCode"]) == (400, 400)


def test_a_wrong_path_is_a_web_page_with_status_200(core: httpx.Client) -> None:
    for path in ("sales", "ref/accounts", "production/workcenters"):
        answer = core.get(path)
        assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")


def test_paths_are_known_in_any_case(core: httpx.Client) -> None:
    assert core.get("SALELIST").json()["Total"] == 3


def test_an_account_that_does_not_exist_is_a_400_and_no_empty_list(core: httpx.Client) -> None:
    assert core.get("ref/account", params={"Code": "630"}).json()["Total"] == 1
    assert core.get("ref/account", params={"Code": "999"}).status_code == 400


def test_stocktakes_are_listed_under_the_name_of_adjustments(core: httpx.Client) -> None:
    assert [row["TaskID"] for row in core.get("stockTakeList").json()["StockAdjustmentList"]] == ["t-1"]


def test_transactions_lie_strictly_between_their_days(core: httpx.Client) -> None:
    asked = {"FromDate": "2026-09-03T00:00:00", "ToDate": "2026-09-06T00:00:00"}
    assert [row["Amount"] for row in core.get("transactions", params=asked).json()["Transactions"]] == [4, 5]


def test_me_is_one_document(core: httpx.Client) -> None:
    assert core.get("me").json() == {"Company": "Test"}


def test_other_credentials_are_refused(folder: Path) -> None:
    with running_sandbox(folder) as url:
        for headers in ({}, HEADERS | {"api-auth-applicationkey": "other"}):
            answer = httpx.get(f"{url}{PATH}saleList", headers=headers)
            assert (answer.status_code, answer.json()[0]["Exception"]) == (403, "Incorrect credentials!")


def test_beyond_60_calls_a_minute_there_is_a_429_that_says_in_words_how_long_to_wait(folder: Path) -> None:
    limits = CallLimits(0, 2, 0)
    with running_sandbox(folder, core_limits=limits) as url, httpx.Client(headers=HEADERS) as client:
        answers = [client.get(f"{url}{PATH}me") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60 Seconds"
    assert answers[-1].headers["X-RateLimit-Remaining"] == "0"


def test_one_server_serves_both_apis(folder: Path) -> None:
    (folder / "omni").mkdir()
    (folder / "omni" / "Branches.json").write_text('[{"id": 1}]')
    with running_sandbox(folder) as url:
        assert httpx.get(f"{url}/api/v1/Branches", auth=("sandbox", "sandbox")).json() == [{"id": 1}]
        assert httpx.get(f"{url}{PATH}saleList", headers=HEADERS).json()["Total"] == 3


def test_a_file_that_holds_no_rows_is_refused(folder: Path) -> None:
    (folder / "core" / "sale.json").write_text("[1]")
    with pytest.raises(UsageProblem) as caught:
        create_app(folder)
    assert "not an array of objects" in str(caught.value.problems[0])
