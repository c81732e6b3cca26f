"""What changes while pages are read is not lost, what did not change is not written, and what broke off goes on."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipelines.errors import Incomplete, UsageProblem
from pipelines.extract.api.shapes import Page, Question, Resource
from pipelines.extract.api.wishes import Wish
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.api.followed_company import ORDERS, Company, order
from tests.pipelines.extract.fake_api import FakeApi


@pytest.fixture
def company(warehouse: Warehouse) -> Company:
    made = Company(warehouse)
    made.put(*(order(number) for number in range(1, 24)))
    return made


def kinds(company: Company) -> list[str]:
    """What was asked, in short."""
    return [
        "null"
        if one.is_null
        else "keys"
        if one.keys_only
        else "ids"
        if one.keys
        else f"{one.follow} {one.since or ''}".strip()
        for _, one, _ in company.api.asked
    ]


def test_a_full_load_makes_a_call_a_page_and_one_probe(company: Company) -> None:
    read = company.read()
    assert company.current() == company.rows["SalesOrders"]
    assert (read.is_changed, read.row_count, read.deleted) == (True, 23, 0)
    assert len(company.api.asked) == 6 + 1  # each page but the first repeats one row: 23 rows need 6, and the probe


def test_a_repeated_extract_writes_nothing_and_asks_for_both_stamps(company: Company) -> None:
    company.read()
    before = company.versions()
    again = company.read()
    assert not again.is_changed
    assert company.versions() == before
    assert kinds(company)[0] == "modifiedDate 2026-10-01T00:13:00Z"  # the last stamp less the overlap
    assert kinds(company)[-1].startswith("modifiedCOGSDate ")
    assert len({kind.split()[0] for kind in kinds(company)}) == 2


def test_a_change_of_cost_alone_is_seen(company: Company) -> None:
    """cin7.md section 1.2: modifiedCOGSDate may move where modifiedDate does not."""
    company.read()
    now = datetime.now(UTC)
    company.put(order(3, unitCost=7, modifiedCOGSDate=f"{now:%Y-%m-%dT%H:%M:%SZ}"))
    assert company.read().is_changed
    assert company.current()[3]["unitCost"] == 7


def test_a_first_stamp_of_cost_from_before_the_last_reading_is_seen(company: Company) -> None:
    """cin7.md section 3A: cost comes within 24 hours; section 5, question 1: nobody says how its stamp moves."""
    company.read()
    company.read()
    assert sum(kind.startswith("modifiedCOGSDate") for kind in kinds(company)) == 1
    company.put(order(3, unitCost=7, modifiedCOGSDate="2026-10-01T05:00:00Z"))
    assert company.read().is_changed
    assert company.current()[3]["unitCost"] == 7
    company.read()
    assert kinds(company)[-1] == "modifiedCOGSDate 2026-10-01T04:50:00Z", "followed from there on"


def test_a_document_edited_while_pages_are_read_is_not_lost_nor_is_its_neighbour(company: Company) -> None:
    """cin7.md section 1.2: there is no snapshot."""
    for victim in (1, 5, 6, 23):
        edits = iter([None, lambda number=victim: company.put(order(number, 600 + number, total=number))])

        def edit(resource: str, number: int, edits: Iterator[Any] = edits) -> None:
            change = next(edits, None)
            if change:
                change()

        company.api.before_answer = edit
        company.read(Wish(is_full=True))
        assert company.current() == company.rows["SalesOrders"]


def test_a_document_deleted_while_pages_are_read_takes_no_other_with_it(company: Company) -> None:
    """cin7.md section 1.2: no snapshot: a row is deleted while pages are read."""
    calls = iter(range(99))

    def delete(resource: str, number: int) -> None:
        if next(calls) == 2:
            del company.rows["SalesOrders"][2]

    company.api.before_answer = delete
    company.read()
    assert set(company.current()) >= set(company.rows["SalesOrders"])
    company.api.before_answer = lambda resource, number: None
    company.read(Wish(sweeps=True))
    assert company.current() == company.rows["SalesOrders"]


def test_more_rows_of_one_second_than_a_page_holds_all_come(company: Company) -> None:
    company.put(*(order(number, 300) for number in range(100, 117)))
    company.read()
    assert company.current() == company.rows["SalesOrders"]


def test_rows_without_a_stamp_come_and_stay(company: Company) -> None:
    """cin7.md section 1.5: every field can be null."""
    company.put(order(90, modifiedDate=None, createdDate=None), order(91, modifiedDate=""))
    company.read()
    company.read(Wish(sweeps=True))
    assert company.current() == company.rows["SalesOrders"]


def test_a_sweep_finds_what_was_deleted_and_what_slipped_through(company: Company) -> None:
    company.read()
    del company.rows["SalesOrders"][7]
    company.put(order(50, 1))  # its stamp is older than the watermark
    assert company.read().deleted == 0
    swept = company.read(Wish(sweeps=True))
    assert (swept.deleted, swept.row_count) == (1, 23)
    assert company.current() == company.rows["SalesOrders"]
    assert kinds(company)[-1] == "ids"
    gone = company.warehouse.query(
        "select row ->> 'id', _is_deleted from raw.omni_sales where _key = '7' order by _version"
    )
    assert gone.rows() == [("7", False), ("7", True)]


def test_deleted_rows_are_looked_for_once_a_day(company: Company) -> None:
    company.read()
    company.read()
    assert "keys" not in kinds(company)
    company.warehouse.execute("update control.api_inputs set swept_at = swept_at - interval 1 day")
    company.read()
    assert "keys" in kinds(company)


def test_deleted_rows_are_looked_for_after_a_clock_that_was_ahead(company: Company) -> None:
    company.read()
    company.warehouse.execute("update control.api_inputs set swept_at = swept_at + interval 1 year")
    company.read()
    assert "keys" in kinds(company)


def test_a_small_list_is_read_whole_so_a_deletion_needs_no_sweep(company: Company) -> None:
    company.rows["SalesOrders"] = {1: order(1), 2: order(2)}
    company.read()
    del company.rows["SalesOrders"][1]
    assert company.read().deleted == 1
    assert len(company.api.asked) == 1


def test_a_row_that_comes_back_is_there_again(company: Company) -> None:
    company.rows["SalesOrders"] = {1: order(1), 2: order(2)}
    company.read()
    gone = company.rows["SalesOrders"].pop(1)
    company.read()
    company.put(gone)
    company.read()
    assert company.current() == company.rows["SalesOrders"]


def test_an_empty_answer_where_there_were_rows_is_not_believed(company: Company) -> None:
    company.read()
    company.rows["SalesOrders"] = {}
    with pytest.raises(Incomplete, match="gives no SalesOrders any more, where there were 23"):
        company.read(Wish(sweeps=True))
    assert len(company.current()) == 23
    assert company.read(Wish(is_full=True)).row_count == 0


@pytest.mark.parametrize("had", [1, 5, 12])
def test_a_small_list_is_not_believed_to_be_empty_until_it_is_said(warehouse: Warehouse, had: int) -> None:
    company = Company(warehouse)
    branches = {number: {"id": number, "company": f"B{number}"} for number in range(1, had + 1)}
    company.rows["Branches"] = dict(branches)
    company.read(resource="Branches")
    company.rows["Branches"] = {}
    for _ in range(2):  # nor by the next run
        with pytest.raises(Incomplete) as refused:
            company.read(resource="Branches")
    assert str(refused.value) == (
        f"Cin7 Omni gives no Branches any more, where there {'was' if had == 1 else 'were'} {had}.\n"
        "    Nothing was changed. Has the connection lost a permission? `tieout extract --full` believes it."
    )
    assert company.current() == branches
    assert company.read(Wish(is_full=True), "Branches").deleted == had
    assert company.read(resource="Branches").row_count == 0  # said once


def test_all_but_one_of_a_small_list_may_be_deleted(warehouse: Warehouse) -> None:
    company = Company(warehouse)
    company.rows["Branches"] = {number: {"id": number, "company": f"B{number}"} for number in range(1, 6)}
    company.read(resource="Branches")
    company.rows["Branches"] = {3: company.rows["Branches"][3]}
    assert company.read(resource="Branches").deleted == 4


def test_a_list_that_lost_most_of_its_rows_is_not_believed_and_asked_again_by_the_next_run(company: Company) -> None:
    company.read()
    rows = dict(company.rows["SalesOrders"])
    company.rows["SalesOrders"] = {number: row for number, row in rows.items() if number <= 11}
    with pytest.raises(Incomplete) as refused:
        company.read(Wish(sweeps=True))
    assert str(refused.value) == (
        "Cin7 Omni gives only 11 SalesOrders, where there were 23.\n"
        "    Nothing was changed. Is its answer cut short, or has the connection lost a permission?"
        " `tieout extract --full` believes it."
    )
    assert refused.value.exit_code == 7
    assert company.current() == rows
    company.rows["SalesOrders"] = {number: row for number, row in rows.items() if number <= 12}
    assert company.read(Wish(sweeps=True)).deleted == 11
    assert company.current() == company.rows["SalesOrders"]


def test_a_list_that_lost_most_of_its_rows_is_believed_when_everything_is_read_again(company: Company) -> None:
    company.read()
    company.rows["SalesOrders"] = {1: order(1), 2: order(2)}
    with pytest.raises(Incomplete, match="gives only 2 SalesOrders"):
        company.read(Wish(sweeps=True))
    assert company.read(Wish(is_full=True)).row_count == 2


def test_rows_that_got_other_keys_are_no_loss(company: Company) -> None:
    company.read()
    company.rows["SalesOrders"] = {number: order(number, number - 80) for number in range(101, 121)}
    swept = company.read(Wish(sweeps=True))
    assert (swept.deleted, swept.row_count) == (23, 20)


def test_a_list_without_stamps_lacking_rows_is_read_again_before_they_are_deleted(warehouse: Warehouse) -> None:
    company = Company(warehouse)
    company.rows["Branches"] = {number: {"id": number, "company": f"B{number}"} for number in range(12)}
    company.read(resource="Branches")
    calls = iter(range(99))

    def delete(resource: str, number: int) -> None:
        if next(calls) == 1:
            del company.rows["Branches"][0]

    company.api.before_answer = delete
    assert company.read(resource="Branches").deleted == 0  # it came on the first page: to be on the safe side
    assert company.read(resource="Branches").deleted == 1
    assert company.current() == company.rows["Branches"]


@pytest.mark.parametrize("seed", range(3))
def test_a_reading_that_breaks_off_goes_on_and_leaves_the_same_table(warehouse: Warehouse, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test
    company = Company(warehouse)
    company.put(*(order(number, chance.choice([None, 400])) for number in range(1, 40)))
    whole = Company(warehouse)
    whole.rows = company.rows
    whole.read()
    expected = whole.versions()
    for table in ("raw.omni_sales", "control.api_inputs", "control.watermarks"):
        warehouse.execute(f"delete from {table}")

    def break_off(resource: str, number: int) -> None:
        if chance.random() < 0.4:
            raise Incomplete("no answer")

    company.api.before_answer = break_off
    pages = 0
    for _ in range(100):
        try:
            company.read()
        except Incomplete:
            pages += len(company.api.asked) - 1
            assert company.current() == {}
            continue
        pages += len(company.api.asked)
        break
    assert company.versions() == expected
    assert pages == len(whole.api.asked)  # nothing was asked twice
    assert warehouse.read("control.extract_reads").is_empty()


def test_a_server_that_does_not_sort_is_read_page_by_page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsorted(resource: Resource, question: Question, number: int) -> Page:
        return FakeApi.page(company.api, resource, Question(), number)

    monkeypatch.setattr(company.api, "page", unsorted)
    company.rows["SalesOrders"] = dict(sorted(company.rows["SalesOrders"].items(), key=lambda one: -one[0]))
    company.read()
    assert company.current() == company.rows["SalesOrders"]


@pytest.mark.parametrize("is_changed", [True, False])
def test_what_slips_past_a_page_that_comes_unsorted_is_read_again(
    company: Company, monkeypatch: pytest.MonkeyPatch, is_changed: bool
) -> None:
    """cin7.md section 1.2: there is no snapshot; by number a row moves when another one is edited."""
    page, numbers = company.api.page, iter(range(99))

    def unsorted(resource: Resource, question: Question, number: int) -> Page:
        call = next(numbers)
        if call == 1 and is_changed:  # between two pages that are asked for by number
            company.put(order(2, modifiedDate=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"))
        found = page(resource, question, number)
        return Page(found.rows[::-1], found.is_last) if call == 0 else found

    monkeypatch.setattr(company.api, "page", unsorted)
    company.read()
    assert company.current() == company.rows["SalesOrders"]
    assert kinds(company).count("modifiedDate") == (3 if is_changed else 2)


def test_a_server_that_repeats_a_page_is_not_read_for_ever(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    first = FakeApi.page(company.api, ORDERS, Question(), 1)
    monkeypatch.setattr(company.api, "page", lambda resource, question, number: first)
    with pytest.raises(Incomplete, match="the same page again and again"):
        company.read()


def test_a_server_that_does_not_know_is_null_is_read_all_the_same(company: Company) -> None:
    company.put(order(90, modifiedDate=None))

    def refuse(resource: str, number: int) -> None:
        if company.api.asked[-1][1].is_null:
            raise UsageProblem("where: cannot be read")

    company.read()
    company.api.before_answer = refuse
    company.rows["SalesOrders"].pop(4)
    company.read(Wish(sweeps=True))
    assert company.current() == company.rows["SalesOrders"]


def test_a_backfill_reads_the_days_again_and_moves_no_watermark(company: Company) -> None:
    company.read()
    marks = company.warehouse.read("control.watermarks").rows()
    company.rows["SalesOrders"][9]["total"] = 99  # changed without a stamp
    assert not company.read().is_changed
    day = date(2026, 10, 1)
    assert company.read(Wish(first_day=day, last_day=day)).is_changed
    assert company.current() == company.rows["SalesOrders"]
    assert company.warehouse.read("control.watermarks").rows() == marks


def test_the_days_of_a_backfill_begin_at_midnight_of_the_account(company: Company) -> None:
    """cin7.md section 1.3: the days of a backfill are days of the account."""
    company.read()
    company.read(Wish(first_day=date(2026, 10, 1), last_day=date(2026, 10, 1), zone="Pacific/Auckland"))
    question = company.api.asked[0][1]
    assert (question.since, question.until) == ("2026-09-30T11:00:00Z", "2026-10-01T11:00:00Z")


def test_a_raw_table_of_an_earlier_release_keeps_its_rows_and_is_read_anew(company: Company) -> None:
    company.warehouse.execute(
        "create table raw.omni_sales (row json, _run_id varchar not null, _loaded_at timestamptz not null,"
        " _source_hash varchar not null)"
    )
    company.warehouse.execute("insert into raw.omni_sales values ('{\"id\": 999}', 'r', now(), 'h')")
    company.read()
    assert company.current() == company.rows["SalesOrders"]
    assert company.warehouse.query("select count(*) from raw.omni_sales").item() == 24


def test_another_server_starts_over_and_its_rows_replace_the_others(company: Company) -> None:
    company.read()
    company.api.server = "api.cin7.com"
    company.rows["SalesOrders"] = {number: order(number) for number in range(20, 40)}
    company.read()
    assert company.current() == company.rows["SalesOrders"]


def test_unknown_fields_and_values_are_kept_and_reported_once(company: Company) -> None:
    """cin7.md section 1.5: enum values in any case; tenants' own fields are theirs."""
    company.put(
        order(1, status="Parked", newField=1, customFields={"orders_1000": "x"}, TOTAL=3, lineItems=[{"Qty": 1}])
    )
    company.read()
    company.read()
    values = company.warehouse.read("control.source_values").select("field_path", "unknown_value", "first_key").rows()
    assert values == [("status", "Parked", "1")]
    fields = company.warehouse.read("control.source_fields", "not is_known or not is_spelled").rows(named=True)
    assert {(one["field_path"], one["is_known"]) for one in fields} == {
        ("newField", False), ("TOTAL", True), ("lineItems.Qty", True),
    }  # fmt: skip


def test_personal_fields_are_dropped_before_raw(company: Company) -> None:
    company.put(order(1, email="a@b.c", company="Hut Ltd", lineItems=[{"code": "A", "phone": "1"}]))
    company.read(Wish(drops_personal=True))
    assert company.current()[1]["lineItems"] == [{"code": "A"}]
    assert "email" not in company.current()[1]
    assert company.current()[2] == order(2)
    assert company.api.calls.notes == {}


def test_rows_that_still_have_personal_fields_are_told_until_they_are_gone(company: Company) -> None:
    company.put(order(1, Email="a@b.c"), order(2, lineItems=[{"phone": "1"}]), order(3, comments='"email": d@e.f'))
    company.read()
    gone = company.rows["SalesOrders"].pop(2)
    company.read(Wish(drops_personal=True, sweeps=True))
    told = company.api.calls.notes.pop("personal_fields")
    assert "but rows of sales that were landed before still have them" in told
    company.read(Wish(drops_personal=True, is_full=True))
    assert company.current()[1] == order(1)
    assert company.api.calls.notes.pop("personal_fields") == told, "earlier versions, and the row that was deleted"
    company.warehouse.execute("delete from raw.omni_sales where _key = '2' or _version in (select min(_version) from"
                              " raw.omni_sales group by _key having count(*) > 1)")  # fmt: skip
    company.read(Wish(drops_personal=True))
    assert company.api.calls.notes == {}
    company.put(gone)
    company.read(Wish(drops_personal=True, sweeps=True))
    assert company.api.calls.notes == {}
