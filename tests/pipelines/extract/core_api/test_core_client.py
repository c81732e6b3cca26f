"""The client of Cin7 Core, with a function in place of the server: the transport traps of cin7.md section 2.1."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import pytest

from pipelines.errors import Incomplete, UsageProblem, WebPage
from pipelines.extract.api.shapes import Question
from pipelines.extract.api.waits import seconds_asked
from pipelines.extract.core_api import CoreApi, connect_core
from pipelines.settings import load_settings

Answer = Callable[[httpx.Request], httpx.Response]
ALL = Question()


def api(tmp_path: Path, answer: Answer, url: str = "http://127.0.0.1:9") -> CoreApi:
    settings = load_settings(home=tmp_path, core_url=url, core_account_id="account", core_key="secret-of-core")
    return connect_core(settings, transport=httpx.MockTransport(answer), backoff=0)


def rows(total: int | None, *ids: str, name: str = "SaleList") -> httpx.Response:
    beside = {} if total is None else {"Total": total, "Page": 1}
    return httpx.Response(200, json={**beside, name: [{"SaleID": each, "ID": each} for each in ids]})


def test_both_headers_and_the_path_of_version_2_are_sent_section_2_1(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return rows(0)

    with api(tmp_path, answer) as core:
        core.page(core.resources["saleList"], ALL, 1)
    (request,) = seen
    assert request.url.path == "/ExternalApi/v2/saleList"
    assert request.headers["api-auth-accountid"] == "account"
    assert request.headers["api-auth-applicationkey"] == "secret-of-core"
    assert dict(request.url.params) == {"Page": "1", "Limit": "1000"}
    assert "secret-of-core" not in repr(core)


def test_pages_go_on_until_total_section_2_1(tmp_path: Path) -> None:
    sizes = {"1": 1000, "2": 1000, "3": 1}

    def answer(request: httpx.Request) -> httpx.Response:
        return rows(2001, *map(str, range(sizes[request.url.params["Page"]])))

    with api(tmp_path, answer) as core:
        pages = [core.page(core.resources["saleList"], ALL, number) for number in (1, 2, 3)]
    assert [page.is_last for page in pages] == [False, False, True]
    assert {page.total for page in pages} == {2001}


def test_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_its_end_section_5(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        left = 250 - 100 * (int(request.url.params["Page"]) - 1)
        return rows(250, *map(str, range(min(100, left))), name="Transactions")

    with api(tmp_path, answer) as core:
        pages = [core.page(core.resources["transactions"], ALL, number) for number in (1, 2, 3)]
    assert [(len(page.rows), page.is_last) for page in pages] == [(100, False), (100, False), (50, True)]


def test_a_page_without_rows_before_total_is_no_end_section_2_1(tmp_path: Path) -> None:
    """What it leaves out would be taken for deleted, or for not changed."""
    sizes = {"1": 2, "2": 0}

    def answer(request: httpx.Request) -> httpx.Response:
        return rows(3, *map(str, range(sizes[request.url.params["Page"]])))

    with api(tmp_path, answer) as core:
        assert not core.page(core.resources["saleList"], ALL, 1).is_last
        with pytest.raises(Incomplete, match="Cin7 Core says that there are 3 rows, and page 2 has none"):
            core.page(core.resources["saleList"], ALL, 2)


def test_a_row_that_was_deleted_between_two_pages_leaves_an_empty_last_one(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return rows(2, "1", "2") if request.url.params["Page"] == "1" else rows(2)

    with api(tmp_path, answer) as core:
        core.page(core.resources["saleList"], ALL, 1)
        assert core.page(core.resources["saleList"], ALL, 2).is_last


def test_a_list_without_total_ends_with_a_page_that_is_not_full(tmp_path: Path) -> None:
    with api(tmp_path, lambda _: rows(None, "1", name="TaxRuleList")) as core:
        assert core.page(core.resources["ref/tax"], ALL, 1).is_last


def test_the_list_of_stocktakes_comes_under_the_name_of_adjustments_section_2_2(tmp_path: Path) -> None:
    with api(tmp_path, lambda _: rows(1, "1", name="StockAdjustmentList")) as core:
        page = core.page(core.resources["stockTakeList"], ALL, 1)
    assert [row.fields["ID"] for row in page.rows] == ["1"]


def test_rows_keep_their_text_to_the_character(tmp_path: Path) -> None:
    body = '{"Total":1,"SaleList":[ {"SaleID":"1",  "InvoiceAmount":12.50} ]}'
    with api(tmp_path, lambda _: httpx.Response(200, text=body)) as core:
        (row,) = core.page(core.resources["saleList"], ALL, 1).rows
    assert row.text == '{"SaleID":"1",  "InvoiceAmount":12.50}'


def test_only_what_changed_since_is_asked_for_and_what_changed_later_is_left_out(tmp_path: Path) -> None:
    stamps = ["2026-10-01T00:00:00Z", "2026-10-05T00:00:00Z"]
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["UpdatedSince"])
        found = [{"SaleID": str(number), "Updated": stamp} for number, stamp in enumerate(stamps)]
        return httpx.Response(200, json={"Total": 2, "SaleList": found})

    question = Question(follow="Updated", since="2026-10-01T00:00:00Z", until="2026-10-02T00:00:00Z")
    with api(tmp_path, answer) as core:
        page = core.page(core.resources["saleList"], question, 1)
    assert asked == ["2026-10-01T00:00:00Z"]
    assert [row.fields["SaleID"] for row in page.rows] == ["0"]


@pytest.mark.parametrize("includes_bounds", [True, False])
def test_days_of_transactions_are_whole_whatever_the_bounds_mean_section_5(
    tmp_path: Path, includes_bounds: bool
) -> None:
    days = [f"2026-10-{day:02}T00:00:00" for day in range(1, 8)]

    def answer(request: httpx.Request) -> httpx.Response:
        first, last = request.url.params["FromDate"], request.url.params["ToDate"]
        found = [day for day in days if (first <= day <= last if includes_bounds else first < day < last)]
        return httpx.Response(200, json={"Total": len(found), "Transactions": [{"EffectiveDate": d} for d in found]})

    question = Question(first_day=date(2026, 10, 3), last_day=date(2026, 10, 5))
    with api(tmp_path, answer) as core:
        page = core.page(core.resources["transactions"], question, 1)
    assert [str(row.fields["EffectiveDate"])[:10] for row in page.rows] == ["2026-10-03", "2026-10-04", "2026-10-05"]


@pytest.mark.parametrize(
    ("status", "header"), [(429, "0 Seconds"), (429, "0"), (429, None), (503, "0 Seconds"), (503, None)]
)
def test_429_and_503_are_both_waited_out_with_and_without_retry_after_section_2_1(
    tmp_path: Path, status: int, header: str | None
) -> None:
    """cin7.md section 5, question 7: 429 or 503, of the application or the account."""
    answers = [httpx.Response(status, headers={"Retry-After": header} if header else {}), rows(1, "1")]
    with api(tmp_path, lambda _: answers.pop(0)) as core:
        assert len(core.page(core.resources["saleList"], ALL, 1).rows) == 1
    assert answers == []


@pytest.mark.parametrize(
    ("text", "seconds"), [("60 Seconds", 60), ("60", 60), ("1 second", 1), ("soon", None), ("", None)]
)
def test_retry_after_is_read_in_words_section_2_1(text: str, seconds: float | None) -> None:
    assert seconds_asked(httpx.Response(429, headers={"Retry-After": text})) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_is_too_long_ends_the_run_instead_of_being_slept_on(tmp_path: Path, status: int) -> None:
    refusal = httpx.Response(status, headers={"Retry-After": "3600 Seconds"})
    with api(tmp_path, lambda _: refusal) as core, pytest.raises(Incomplete, match="takes no more calls for now"):
        core.page(core.resources["saleList"], ALL, 1)


def test_a_web_page_with_status_200_is_an_error_section_2_1(tmp_path: Path) -> None:
    page = httpx.Response(200, text="<!DOCTYPE html><html><body>Page not found</body></html>")
    with api(tmp_path, lambda _: page) as core, pytest.raises(Incomplete) as caught:
        core.page(core.resources["saleList"], ALL, 1)
    assert "answered with a web page (HTTP 200) instead of rows" in str(caught.value)
    assert "check TIEOUT_CORE_URL" in str(caught.value)


def test_a_web_page_behind_a_mark_of_byte_order_is_a_web_page(tmp_path: Path) -> None:
    page = httpx.Response(200, content=b"\xef\xbb\xbf <!DOCTYPE html><html></html>")
    with api(tmp_path, lambda _: page) as core, pytest.raises(WebPage, match="answered with a web page"):
        core.page(core.resources["saleList"], ALL, 1)


def test_an_error_of_the_server_is_tried_again(tmp_path: Path) -> None:
    answers = [httpx.Response(500), rows(1, "1")]
    with api(tmp_path, lambda _: answers.pop(0)) as core:
        assert len(core.page(core.resources["saleList"], ALL, 1).rows) == 1


@pytest.mark.parametrize("body", ['{"Total": 3, "SaleList": [{"SaleID": "1"', "[]", "3", '{"Total": 1}'])
def test_a_body_that_is_cut_off_or_no_list_is_an_error(tmp_path: Path, body: str) -> None:
    with api(tmp_path, lambda _: httpx.Response(200, text=body)) as core, pytest.raises(Incomplete):
        core.page(core.resources["saleList"], ALL, 1)


def test_a_list_that_matches_nothing_is_a_400_and_no_error_section_2_1(tmp_path: Path) -> None:
    nothing = httpx.Response(400, json=[{"ErrorCode": 400, "Exception": "Account not found"}])
    with api(tmp_path, lambda _: nothing) as core:
        page = core.page(core.resources["ref/account"], ALL, 1)
    assert (list(page.rows), page.is_last) == ([], True)


def test_another_400_says_what_core_says(tmp_path: Path) -> None:
    refusal = httpx.Response(400, json=[{"ErrorCode": 400, "Exception": "Limit: from 1 to 1000"}])
    with api(tmp_path, lambda _: refusal) as core, pytest.raises(UsageProblem, match="Limit: from 1 to 1000"):
        core.page(core.resources["saleList"], ALL, 1)


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_name_the_settings(tmp_path: Path, status: int) -> None:
    refusal = httpx.Response(status, json=[{"ErrorCode": status, "Exception": "Incorrect credentials!"}])
    with api(tmp_path, lambda _: refusal) as core, pytest.raises(UsageProblem, match="TIEOUT_CORE_ACCOUNT_ID"):
        core.page(core.resources["saleList"], ALL, 1)


def test_without_credentials_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="Set TIEOUT_CORE_ACCOUNT_ID and TIEOUT_CORE_KEY"):
        connect_core(load_settings(home=tmp_path))


def test_a_server_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.UnsupportedProtocol("no such thing", request=request)

    with api(tmp_path, refuse) as core, pytest.raises(Incomplete, match="cannot be reached: no such thing"):
        core.page(core.resources["saleList"], ALL, 1)


def test_a_document_is_read_whole_and_one_that_is_gone_is_none(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params["ID"] == "1":
            return httpx.Response(200, text='{"ID":"1","Lines":[ ]}')
        return httpx.Response(400, json=[{"ErrorCode": 400, "Exception": "Sale 2 was not found"}])

    with api(tmp_path, answer, "http://127.0.0.1:9/ExternalApi/v2/") as core:
        found, gone = (core.detail(core.resources["sale"], key) for key in ("1", "2"))
    assert found is not None
    assert (found.text, gone) == ('{"ID":"1","Lines":[ ]}', None)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"Message":"An error has occurred."}', "its ID is null"),
        ("{}", "its ID is null"),
        ('{"ID":"2","Order":{"Lines":[]}}', 'its ID is "2"'),
    ],
)
def test_json_that_is_not_the_document_asked_for_empties_no_sale(tmp_path: Path, body: str, found: str) -> None:
    with api(tmp_path, lambda _: httpx.Response(200, text=body)) as core, pytest.raises(Incomplete) as caught:
        core.detail(core.resources["sale"], "1")
    assert str(caught.value) == (
        "GET http://127.0.0.1:9/ExternalApi/v2/sale: Cin7 Core answered with JSON that is not the document 1: "
        f"{found}.\n    Run the same command again: it goes on where it stopped."
    )


def test_a_document_is_known_by_its_key_in_any_case(tmp_path: Path) -> None:
    with api(tmp_path, lambda _: httpx.Response(200, text='{"id":"AB-1","Lines":[]}')) as core:
        assert core.detail(core.resources["sale"], "ab-1") is not None


def test_an_answer_that_cannot_be_unpacked_is_incomplete(tmp_path: Path) -> None:
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=packed, stream=httpx.ByteStream(b'{"Total":0,"SaleList":[]}'))

    with api(tmp_path, answer) as core, pytest.raises(Incomplete, match="while decompressing data"):
        core.page(core.resources["saleList"], ALL, 1)


def test_the_runs_of_a_production_order_get_its_key_in_front(tmp_path: Path) -> None:
    with api(tmp_path, lambda _: httpx.Response(200, text='{"Runs":[{"RunID":"r"}]}')) as core:
        found = core.detail(core.resources["production/order/run"], "o-1")
    assert found is not None
    assert found.text == '{"ProductionOrderID":"o-1","Runs":[{"RunID":"r"}]}'
    assert json.loads(found.text) == found.fields


def test_runs_that_are_not_there_are_no_order_without_runs(tmp_path: Path) -> None:
    with (
        api(tmp_path, lambda _: httpx.Response(200, text='{"Message":"no"}')) as core,
        pytest.raises(Incomplete, match="is not the document o-1: has no Runs"),
    ):
        core.detail(core.resources["production/order/run"], "o-1")


def test_every_document_has_its_list(tmp_path: Path) -> None:
    with api(tmp_path, lambda _: rows(0)) as core:
        details = [one.detail_of for one in core.resources.values() if one.detail_of]
        assert set(details) <= set(core.resources)
