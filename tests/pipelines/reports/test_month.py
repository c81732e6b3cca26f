"""What a finance person reads: figures, sums and order of the tables after a close."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipelines.load.plan_store import find_plan, read_plan
from pipelines.reports.month import (
    ReportTable,
    as_markdown,
    exceptions_table,
    journal_tables,
    left_out_table,
    money,
    month_tables,
    plan_table,
    quantity,
    roll_forward_table,
    tie_out_table,
)
from pipelines.reports.tie_out import tie_out_documents_table
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published, open_warehouse
from schemas.tables import TABLES

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


@pytest.fixture(scope="module")
def closed(closed_settings: Settings) -> Iterator[Warehouse]:
    with open_published(closed_settings) as published:
        yield published


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(Settings(home=tmp_path_factory.mktemp("empty")), publishes=False) as warehouse:
        yield warehouse


def amount_in(text: str) -> Decimal:
    return Decimal(text.replace(",", "") or "0")


@pytest.mark.parametrize(("amount", "shown"), [("1234.5", "1,234.50"), ("-0.01", "-0.01"), ("0", "0.00"), (None, "")])
def test_money_has_two_places(amount: str | None, shown: str) -> None:
    assert money(None if amount is None else Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("amount", "shown"), [("1500.0000", "1,500"), ("0.2500", "0.25"), ("0.0000", "0"), ("-3.0000", "-3"), (None, "")]
)
def test_quantities_end_without_zeros(amount: str | None, shown: str) -> None:
    assert quantity(None if amount is None else Decimal(amount)) == shown


def test_debits_equal_credits_in_every_journal_that_is_shown(closed: Warehouse) -> None:
    tables = journal_tables(closed, SEPTEMBER)
    assert len(tables) == 12
    for table in tables:
        *lines, total = table.rows
        debits, credits_ = (sum(amount_in(row[column]) for row in lines) for column in (2, 3))
        assert debits == credits_ == amount_in(total[2]) == amount_in(total[3])
        assert all(bool(row[2]) != bool(row[3]) for row in lines)
        assert table.strong_rows == {len(lines)}


def test_journals_beyond_the_most_are_summed_up_by_kind(closed: Warehouse) -> None:
    every, few = journal_tables(closed, SEPTEMBER), journal_tables(closed, SEPTEMBER, most=3)
    assert [table.title for table in few[:3]] == [table.title for table in every[:3]]
    assert few[3].rows == (
        ("landed cost", "2", "1,584.27"),
        ("adjustment", "5", "328.89"),
        ("production", "1", "1,571.96"),
        ("valuation", "1", "55.72"),
    )
    shown = sum(amount_in(table.rows[-1][2]) for table in few[:3]) + sum(amount_in(row[2]) for row in few[3].rows)
    assert shown == sum(amount_in(table.rows[-1][2]) for table in every)


def test_the_roll_forward_adds_up_and_opens_with_the_closing_before(closed: Warehouse) -> None:
    september, october = (roll_forward_table(closed, month) for month in (SEPTEMBER, OCTOBER))
    for table in (september, october):
        assert table.columns == ("", "630 units", "630 value")
        for column in (1, 2):
            *moves, closing = [amount_in(row[column]) for row in table.rows]
            assert sum(moves) == closing
    assert september.rows[-1][1:] == october.rows[0][1:]


def test_the_tie_out_walks_from_the_ledger_to_xero_and_hides_what_is_nothing(closed: Warehouse) -> None:
    rows = tie_out_table(closed, OCTOBER).rows
    assert rows == (
        ("630", "Stock ledger at the cut-off", "", "106,131.61", ""),
        ("630", "Dispatched, kept out of COGS by a rule", "1", "26.52", ""),
        ("630", "Received, not yet billed", "1", "", "8,032.72"),
        ("630", "Expected in Xero", "", "98,125.41", ""),
        ("630", "Balance in Xero's trial balance", "", "98,125.41", ""),
        ("630", "Unexplained", "", "0.00", ""),
    )
    debit, credit = (sum(amount_in(row[column]) for row in rows[:3]) for column in (3, 4))
    assert debit - credit == amount_in(rows[3][3])


def test_clearing_accounts_on_which_nothing_happened_take_one_line(closed: Warehouse) -> None:
    assert tie_out_table(closed, OCTOBER).note == "Nothing is open on 425, 426, here and in Xero."


def test_the_documents_of_a_cause_sum_to_it(closed: Warehouse) -> None:
    rows = tie_out_documents_table(closed, OCTOBER).rows
    assert rows == (
        (
            "630", "Dispatched, kept out of COGS by a rule", "sale SO-1105", "2026-09-18",
            "PCK-COVER: moved quantity differs from the ordered quantity", "26.52", "",
        ),
        ("630", "Received, not yet billed", "purchase PO-312", "2026-10-29", "8 lines", "", "8,032.72"),
    )  # fmt: skip


def test_what_is_left_out_is_shown_with_its_value_the_largest_first(closed: Warehouse) -> None:
    table = left_out_table(closed, SEPTEMBER)
    assert [(row[0], row[1], row[5]) for row in table.rows] == [
        ("SO-1175", "CLO-MER-S", "68.25"),
        ("SO-1175", "COO-POT-14L", "54.78"),
        ("SO-1105", "PCK-COVER", "26.52"),
        ("SO-1175", "PCK-LINER", "9.27"),
        ("", "", "158.82"),
    ]
    assert table.rows[-1][2] == "4 lines"
    few = left_out_table(closed, SEPTEMBER, most=1)
    assert [row[2:] for row in few.rows[1:]] == [
        ("3 more lines", "", "", "90.57", "90.57", "153.13"),
        ("4 lines", "", "", "158.82", "158.82", "282.37"),
    ]
    assert few.strong_rows == {2}


def test_a_month_without_anything_left_out_says_so(empty: Warehouse) -> None:
    table = left_out_table(empty, SEPTEMBER)
    assert (table.rows, table.note) == ((), "Nothing: every sale and return that moved is in COGS.")
    assert journal_tables(empty, SEPTEMBER) == []
    assert plan_table(None).rows == ()


def test_exceptions_say_what_settles_them_and_leave_unknown_amounts_empty(empty: Warehouse) -> None:
    empty.append(
        "close.exceptions",
        exceptions(("missing_cost", "GIFT", None, True, None), ("missing_cost", "GIFT", None, True, None)),
    )
    empty.append("close.exceptions", exceptions(("negative_stock", "TENT", "10.50", False, "C-7")))
    empty.append("close.exceptions", exceptions(("negative_stock", "ROPE", "1.00", False, None)))
    assert exceptions_table(empty, SEPTEMBER).rows == (
        ("missing cost", "GIFT", "2", "4", "", "stops the close"),
        ("negative stock", "ROPE", "1", "2", "1.00", "accepted by policy"),
        ("negative stock", "TENT", "1", "2", "10.50", "accepted by C-7"),
    )


def test_an_exception_that_counts_no_units_says_what_it_counts(empty: Warehouse) -> None:
    empty.append("close.exceptions", exceptions(("no_receipts", "2026-09", None, False, None)))
    columns = ("Exception", "Subject", "Rows", "Units", "Amount", "Settled")
    assert exceptions_table(empty, SEPTEMBER).columns == columns
    assert exceptions_table(empty, SEPTEMBER).rows == (
        ("no receipts", "2026-09: 2 days", "1", "", "", "accepted by policy"),
    )


def exceptions(*rows: tuple[str, str, str | None, bool, str | None]) -> pl.DataFrame:
    """CloseExceptions of September, two units each."""
    schema = {name: column.dtype.type for name, column in TABLES["close.exceptions"].to_schema().columns.items()}
    filled = [
        {
            "period": SEPTEMBER, "exception_kind": kind, "source_table": "core.sale_lines",
            "source_id": f"{kind}-{subject}-{number}", "document_number": "SO-1", "sku": subject, "subject": subject,
            "quantity": Decimal("-2.0000"), "amount": amount and Decimal(amount), "is_blocking": is_blocking,
            "correction_id": correction,
        }
        for number, (kind, subject, amount, is_blocking, correction) in enumerate(rows)
    ]  # fmt: skip
    return pl.DataFrame(filled, schema=schema)


def test_a_plan_reads_like_a_pull_request(closed: Warehouse) -> None:
    plan = read_plan(closed, find_plan(closed, "latest"))
    table = plan_table(plan)
    assert table.title == f"Plan {plan.short_hash} for October 2026"
    assert table.rows[0] == (
        "new", "DEMO-COGS-2026-10-v1", "2026-10-31", "", "39,981.63", table.rows[0][5],
    )  # fmt: skip
    assert len(table.rows) == 13


def test_a_month_has_its_tables_in_the_order_in_which_they_are_read(closed: Warehouse) -> None:
    titles = [table.title for table in month_tables(closed, OCTOBER)]
    assert titles[0] == "DEMO-COGS-2026-10-v1 · 2026-10-31 · Cost of goods sold, October 2026"
    assert titles[-5:] == [
        "Inventory roll-forward, October 2026",
        "Tie-out to Xero, October 2026",
        "Stock ledger against the source's stock on hand, October 2026",
        "Documents behind the tie-out, October 2026",
        "Left out of COGS, October 2026",
    ]


def test_markdown_keeps_pipes_in_cells_and_marks_totals() -> None:
    table = ReportTable(
        "Stock", ("", "Value"), (("A|B", "1.00"), ("Total", "1.00")), frozenset({"Value"}), frozenset({1}), "As of May."
    )
    assert as_markdown(table) == (
        "### Stock\n\n|   | Value |\n| --- | ---: |\n| A\\|B | 1.00 |\n| **Total** | **1.00** |\n\nAs of May."
    )
