"""Whole documents behind a list, and days of rows without a key: asked for when they changed, and once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.errors import DataProblem, Incomplete
from pipelines.extract.api.raw_versions import Stamp
from pipelines.extract.api.reading import ApiInputSpec, ReadInput, read_inputs
from pipelines.extract.api.shapes import Resource
from pipelines.extract.api.wishes import Wish
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.api.followed_company import Row, quiet
from tests.pipelines.extract.fake_api import FakeApi

SALE_LIST = Resource("saleList", ("SaleID",), ("Updated",), page_rows=4)
SALE = Resource("sale", ("ID",), detail_of="saleList")
TASKS = Resource("transactions", (), page_rows=4, dated="EffectiveDate", task="TaskID")


class Core:
    """A server with a list and documents behind it, as Core has for sales."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.sales = {f"S{n}": f"2026-10-01T00:{n:02}:00Z" for n in range(10)}
        self.quantities = dict.fromkeys(self.sales, 1)
        self.postings: list[Row] = []
        resources = {"saleList": SALE_LIST, "sale": SALE, "transactions": TASKS}
        self.api = FakeApi(self._rows, resources, "core")

    def _rows(self, name: str) -> list[Row]:
        if name == "saleList":
            return [{"SaleID": key, "Updated": at} for key, at in self.sales.items()]
        if name == "transactions":
            return self.postings
        return [
            {
                "ID": key,
                "Lines": [{"SKU": key, "at": at, "Quantity": self.quantities.get(key)}],
                "Invoices": [{"TaskID": f"invoice of {key}", "InvoiceDate": f"2026-10-1{key[-1]}T00:00:00"}],
                "RequiredBy": "2026-10-31T00:00:00",
            }
            for key, at in self.sales.items()
        ]

    def read(self, wish: Wish | None = None) -> dict[str, ReadInput]:
        self.api.asked.clear()
        specs = [
            ApiInputSpec("list", "core", "saleList", "a:1"),
            ApiInputSpec("sales", "core", "sale", "a:2"),
            ApiInputSpec("postings", "core", "transactions", "a:3"),
        ]
        stamp = Stamp("run", datetime.now(UTC))
        return read_inputs("core", specs, {"core": self.api}, self.warehouse, wish or Wish(), stamp, quiet)

    def post(self, task: str) -> None:
        """An entry of today."""
        self.postings.append({"TaskID": task, "EffectiveDate": f"{datetime.now(UTC).date()}T00:00:00", "Amount": 5})

    @property
    def asked(self) -> list[str]:
        """Documents that were asked for."""
        return sorted(one.keys[0] for name, one, _ in self.api.asked if name == "sale")

    def documents(self) -> set[str]:
        return set(self.warehouse.query("select row ->> 'ID' as id from raw.core_sales_current")["id"])


def test_a_document_is_asked_for_when_its_row_in_the_list_has_changed(warehouse: Warehouse) -> None:
    """cin7.md section 2.1: lists give headers only."""
    core = Core(warehouse)
    assert core.read()["sales"].row_count == 10
    core.sales["S3"] = "2026-10-02T00:00:00Z"
    core.sales["S99"] = "2026-10-02T00:00:01Z"
    core.read()
    assert core.asked == ["S3", "S99"]
    assert core.documents() == set(core.sales)
    assert not core.read()["sales"].is_changed


def test_documents_of_the_days_of_a_backfill_are_asked_for_again(warehouse: Warehouse) -> None:
    """cin7.md section 2.1: a row of a list says little, so a document may change without it."""
    core = Core(warehouse)
    core.read()
    core.quantities["S4"] = 2
    assert not core.read()["sales"].is_changed
    assert core.asked == []
    days = Wish(first_day=date(2026, 10, 13), last_day=date(2026, 10, 14))
    assert core.read(days)["sales"].is_changed
    assert core.asked == ["S3", "S4"], "by the day of the invoice; what is required later has not happened then"
    assert not core.read(days)["sales"].is_changed
    core.read(Wish(first_day=date(2026, 10, 1), last_day=date(2026, 10, 1)))
    assert len(core.asked) == 10, "by the day in the list"


def test_documents_without_any_day_belong_to_every_day(warehouse: Warehouse) -> None:
    core = Core(warehouse)
    core.sales = dict.fromkeys(core.sales, "")
    core.read()
    warehouse.execute("update raw.core_sales set row = replace(row::varchar, '2026-10-12T', '')::json")
    core.read(Wish(first_day=date(2026, 10, 17), last_day=date(2026, 10, 17)))
    assert core.asked == ["S2", "S7"]


@pytest.mark.parametrize("task", ["S4", "invoice of S4"])
def test_a_document_is_asked_for_again_when_something_is_posted_for_it(warehouse: Warehouse, task: str) -> None:
    """cin7.md section 2.2: /transactions has TaskID and no modified filter."""
    core = Core(warehouse)
    core.read()
    core.quantities["S4"] = 2
    core.post(task)
    core.post("of nobody")
    assert core.read()["sales"].is_changed
    assert core.asked == ["S4"]
    assert not core.read()["sales"].is_changed
    assert core.asked == []
    del core.postings[0]
    core.read()
    assert core.asked == ["S4"], "what was undone is news, too"
    assert "document_changes" in core.api.calls.notes


def test_what_is_posted_after_a_clock_that_was_ahead_is_seen(warehouse: Warehouse) -> None:
    core = Core(warehouse)
    core.read()
    warehouse.execute("update control.api_inputs set read_at = read_at + interval 1 year")
    core.post("S4")
    core.read()
    assert core.asked == ["S4"]
    core.read()
    assert core.asked == []


def test_entries_that_are_read_for_the_first_time_ask_for_no_document(warehouse: Warehouse) -> None:
    core = Core(warehouse)
    core.post("S1")
    core.read()
    warehouse.execute("delete from control.api_inputs where input_name = 'postings'")
    warehouse.execute("delete from raw.core_postings")
    core.read()
    assert core.asked == []


def test_what_was_posted_before_an_interruption_is_not_forgotten(warehouse: Warehouse) -> None:
    core = Core(warehouse)
    core.read()
    core.post("S4")
    core.post("S5")
    calls = iter(range(99))

    def break_off(resource: str, number: int) -> None:
        if resource == "sale" and next(calls):
            raise Incomplete("no answer")

    core.api.before_answer = break_off
    with pytest.raises(Incomplete):
        core.read()
    first = core.asked[0]
    core.api.before_answer = lambda resource, number: None
    core.post(first)
    core.quantities[first] = 3
    core.read()
    assert core.asked == ["S4", "S5"], "one was posted to once more"
    assert not core.read()["sales"].is_changed


def test_documents_that_broke_off_go_on(warehouse: Warehouse) -> None:
    core = Core(warehouse)
    asked: list[int] = []

    def break_off(resource: str, number: int) -> None:
        if resource == "sale":
            asked.append(1)
            if len(asked) in (4, 9):
                raise Incomplete("no answer")

    core.api.before_answer = break_off
    for _ in range(2):
        with pytest.raises(Incomplete):
            core.read()
        assert core.documents() == set()
    core.read()
    assert core.documents() == set(core.sales)
    assert len(asked) == 10 + 2


def test_documents_need_their_list_as_an_input(warehouse: Warehouse) -> None:
    core = Core(warehouse)
    specs = [
        ApiInputSpec("sales", "core", "sale", "core.yaml:3:10"),
        ApiInputSpec("x", "core", "salelst", "core.yaml:4:5"),
    ]
    with pytest.raises(DataProblem) as caught:
        read_inputs("core", specs, {"core": core.api}, warehouse, Wish(), Stamp("r", datetime.now(UTC)), quiet)
    assert [problem.where for problem in caught.value.problems] == ["core.yaml:4:5", "core.yaml:3:10"]
    assert "Add an input" in str(caught.value)


POSTINGS = Resource("transactions", (), page_rows=3, dated="EffectiveDate")


def test_days_of_rows_without_a_key_are_read_again_and_equal_rows_count(warehouse: Warehouse) -> None:
    """cin7.md section 2.2: /transactions has no key and no modified filter."""
    posting = {"TaskID": "A", "Amount": 5, "EffectiveDate": f"{datetime.now(UTC).date() - timedelta(days=3)}T00:00:00Z"}
    old = posting | {"EffectiveDate": "2025-01-31T00:00:00Z"}
    rows = [posting, posting, posting | {"TaskID": "B"}, old]
    api = FakeApi(lambda name: rows, {"transactions": POSTINGS}, "core")
    spec = ApiInputSpec("postings", "core", "transactions", "a:1")

    def read() -> ReadInput:
        stamp = Stamp("run", datetime.now(UTC))
        return read_inputs("core", [spec], {"core": api}, warehouse, Wish(), stamp, quiet)["postings"]

    assert read().row_count == 4
    assert not read().is_changed
    rows[:] = [posting, posting | {"TaskID": "C"}]  # the old one is gone too, and is not asked for
    changed = read()
    assert (changed.row_count, changed.deleted) == (3, 2)
