"""A server that gives fewer rows than asked for is read to its end, and what it hides is not taken for deleted."""

import pytest

from pipelines.errors import Incomplete
from pipelines.extract.api.reads import LEAST_PAGE
from pipelines.extract.api.wishes import Wish
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.api.followed_company import Company, order

ASKED = 250
LISTS = {name: RESOURCES[name] for name in ("SalesOrders", "Branches")}


def company_of(warehouse: Warehouse, count: int) -> Company:
    company = Company(warehouse, LISTS)
    company.put(*(order(number) for number in range(1, count + 1)))
    return company


@pytest.mark.parametrize("most", [50, 100, 125, 99])
@pytest.mark.parametrize("count", [654, 100, 101, 250])
def test_pages_shorter_than_asked_for_are_read_to_the_last_one(warehouse: Warehouse, most: int, count: int) -> None:
    """cin7.md section 1.2: `rows` is 50 by default; a server may not take 250."""
    company = company_of(warehouse, count)
    company.api.most_rows = most
    company.read()
    assert company.current() == company.rows["SalesOrders"]
    floor = count / (most - 1) + 1  # each page repeats a row of the one before
    assert len(company.api.asked) <= floor + 3, "one to find out, one that is not full, one for rows without a stamp"
    company.put(*(order(number, 2000 + number) for number in range(1, 201)))
    assert company.read(Wish(sweeps=True)).deleted == 0
    assert company.current() == company.rows["SalesOrders"]


@pytest.mark.parametrize("most", [50, 100])
def test_short_pages_of_a_list_without_stamps_are_read_to_the_last_one(warehouse: Warehouse, most: int) -> None:
    company = company_of(warehouse, 0)
    company.rows["Branches"] = {number: {"id": number, "company": f"B{number}"} for number in range(220)}
    company.api.most_rows = most
    company.read(resource="Branches")
    assert company.current() == company.rows["Branches"]
    assert len(company.api.asked) == -(-220 // most)


def test_rows_without_a_stamp_behind_a_short_page_come_too(warehouse: Warehouse) -> None:
    """cin7.md section 1.5: every field can be null, and nobody says where a sort puts those."""
    company = company_of(warehouse, 60)
    company.put(*(order(number, modifiedDate=None) for number in range(900, 970)))
    company.api.most_rows = 50
    company.read()
    assert company.current() == company.rows["SalesOrders"]


@pytest.mark.parametrize(
    ("count", "calls"), [(LEAST_PAGE - 1, 1), (LEAST_PAGE, 2), (137, 2), (ASKED - 1, 2), (ASKED + 80, 3)]
)
def test_a_real_last_page_costs_a_call_only_where_it_is_the_first_one(
    warehouse: Warehouse, count: int, calls: int
) -> None:
    company = company_of(warehouse, count)
    company.read()
    assert company.current() == company.rows["SalesOrders"]
    assert len(company.api.asked) == calls


def test_short_pages_that_break_off_go_on(warehouse: Warehouse) -> None:
    company = company_of(warehouse, 333)
    company.api.most_rows = 50
    calls = iter(range(99))

    def break_off(resource: str, number: int) -> None:
        if next(calls) % 2:
            raise Incomplete("no answer")

    company.api.before_answer = break_off
    for _ in range(20):
        try:
            company.read()
        except Incomplete:
            continue
        break
    assert company.current() == company.rows["SalesOrders"]


def test_a_server_that_ignores_the_number_of_the_page_is_read_once(warehouse: Warehouse) -> None:
    company = company_of(warehouse, 0)
    company.rows["Branches"] = {number: {"id": number} for number in range(60)}
    page = company.api.page
    company.api.page = lambda resource, question, number: page(resource, question, 1)  # type: ignore[method-assign]
    assert company.read(resource="Branches").row_count == 60


def test_many_rows_of_one_second_at_the_beginning_all_come(warehouse: Warehouse) -> None:
    company = company_of(warehouse, 0)
    company.put(*(order(number, 7) for number in range(1, 601)), order(900, 8))
    company.read()
    assert company.current() == company.rows["SalesOrders"]
