"""From each journal line down to the source rows that make up its amount, to the cent."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from pipelines.errors import UsageProblem
from pipelines.explain import explain
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published
from tests.sample_company import Company


@pytest.fixture(scope="module")
def warehouse(closed_settings: Settings) -> Iterator[Warehouse]:
    with open_published(closed_settings) as published:
        yield published


def test_every_line_is_the_sum_of_rows_that_name_documents(warehouse: Warehouse) -> None:
    lines = warehouse.query(
        "select journal_key, line_number, line_amount, source_count from close.journal_lines"
    ).rows()
    assert len(lines) > 70
    for key, number, amount, count in lines:
        (found,) = explain(warehouse, f"{key}:{number}", most=10_000)
        assert (found.line_amount, found.source_amount, found.foots) == (amount, amount, True)
        *rows, total = found.table.rows
        assert len(rows) == count
        assert sum((amount_of(row) for row in rows), Decimal(0)) == amount_of(total) == amount
        assert all(re.fullmatch(r"2026-\d\d-\d\d", row[0]) for row in rows), key
        assert all(re.fullmatch(r"(SO|CRN|PO|ADJ|PJ|BT)-\d+", row[2]) for row in rows), key
        assert all(what and sku for _, what, _, sku, *_ in rows), key


def amount_of(row: tuple[str, ...]) -> Decimal:
    return Decimal(row[-1].replace(",", ""))


def test_rows_that_are_not_shown_are_summed_up(warehouse: Warehouse) -> None:
    (found,) = explain(warehouse, "COGS-2026-10:1", most=3)
    *_, rest, total = found.table.rows
    assert len(found.table.rows) == 5
    assert (rest[1], total[1]) == ("38 more rows", "41 source rows")
    assert sum(map(amount_of, found.table.rows[:4])) == amount_of(total) == Decimal("4143.74")


@pytest.mark.parametrize(
    "reference",
    ["DEMO-COGS-2026-10-v1", "COGS-2026-10-v1", "DEMO-COGS-2026-10", "COGS-2026-10", " DEMO-COGS-2026-10-v1 "],
)
def test_a_journal_is_found_by_its_tag_or_what_is_left_of_it(warehouse: Warehouse, reference: str) -> None:
    assert len(explain(warehouse, reference)) == 12
    (line,) = explain(warehouse, f"{reference.strip()}:2")
    assert line.table.title == "COGS-2026-10:2 · 310 · Cost of goods sold · North · Store · debit 4,053.18"


def test_late_costs_and_sales_that_moved_earlier_are_told_apart(warehouse: Warehouse) -> None:
    (late,) = explain(warehouse, "COGS-2026-10:7")
    assert late.table.rows[0] == (
        "2026-09-29", "sale (late cost)", "SO-1171", "TNT-SOLO-SAND", "", "187.35079", "12.35",
    )  # fmt: skip
    (wholesale,) = explain(warehouse, "COGS-2026-10:5")
    assert (
        "2026-09-30",
        "sale (moved earlier)",
        "SO-1175",
        "CLO-MER-S",
        "-3",
        "22.75",
        "68.25",
    ) in wholesale.table.rows


def test_a_landed_cost_row_names_its_charge_and_a_bill_difference_its_currency(warehouse: Warehouse) -> None:
    (landed,) = explain(warehouse, "LANDED-2026-10-PO-301:1")
    assert landed.table.rows[0][1:4] == ("customs LC-02 of 1,051.65", "PO-301", "TNT-DUO-SAND")
    (exchange,) = explain(warehouse, "VALUATION-2026-10:2")
    assert exchange.table.rows[0][1] == "receipt against its bills (price in USD)"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("COGS-2026-10:77", "COGS-2026-10 has no line 77. It has the lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12."),
        ("DEMO-COGS-2026-10-v3", 'There is no journal "DEMO-COGS-2026-10-v3". Did you mean one of COGS-2026-10'),
        ("ACME-COGS-2026-10-v1", 'There is no journal "ACME-COGS-2026-10-v1". Did you mean one of COGS-2026-10'),
        ("cogs-2026-10", 'There is no journal "cogs-2026-10". Did you mean one of COGS-2026-10, COGS-2026-09'),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(warehouse: Warehouse, reference: str, message: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        explain(warehouse, reference)
    assert str(caught.value).startswith(message)


def test_before_any_close_there_is_nothing_to_explain(opened: Company) -> None:
    stopped = opened.tieout("explain", "COGS-2026-09")
    assert (stopped.exit_code, stopped.message) == (
        2,
        'There is no journal "COGS-2026-09". Close a month first: tieout close PERIOD',
    )


def test_a_journal_that_is_not_wanted_any_more_says_so(closed: Company) -> None:
    closed.edit_rows("Adjustments", "ADJ-46", lambda row: row.update(isApproved=False))
    planned = closed.tieout("plan", "2026-10")
    assert planned.exit_code == 0, planned.message
    stopped = closed.tieout("explain", "DEMO-ADJUSTMENT-2026-10-ADJ-46-v1")
    assert (stopped.exit_code, stopped.message) == (
        2,
        "DEMO-ADJUSTMENT-2026-10-ADJ-46-v1 stands in Xero, but the month as it was computed last has no such journal: "
        "it is going to be voided.\n    See why: tieout plan PERIOD",
    )
