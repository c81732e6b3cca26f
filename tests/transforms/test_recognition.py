"""Which sale lines count, in which month, and why not."""

import polars as pl
import pytest

from schemas.documents import SaleLines
from schemas.policies import RecognitionPolicy
from tests.transforms.builders import Row, day, pick, table
from transforms.recognition import NOT_DISPATCHED, NOT_INVOICED, PART_SHIPPED, PART_TAKEN_BACK, recognise_sales

OMNI = RecognitionPolicy()
SHIPPED = {"moved_date": "09-28", "invoice_date": "09-30", "moved_quantity": 2, "accounting_status": "imported"}


def recognise(row: Row, policy: RecognitionPolicy = OMNI) -> list[tuple[object, ...]]:
    lines = table(SaleLines, {"sale_line_id": "1", **SHIPPED, **row})
    return pick(recognise_sales(lines.lazy(), policy), "recognised_on", "left_out_reason")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"moved_date": None}, NOT_DISPATCHED),
        ({"invoice_date": None}, NOT_INVOICED),
        ({"ordered_quantity": 3}, PART_SHIPPED),
        ({"ordered_quantity": 1}, PART_SHIPPED),
        ({"accounting_status": "not_imported"}, "accounting status is not imported"),
        ({"accounting_status": "error"}, "accounting status is error"),
    ],
)
def test_omni_leaves_a_line_out_for_one_reason(row: Row, reason: str) -> None:
    assert recognise(row) == [(None, reason)]


def test_what_counts_belongs_to_the_month_of_the_invoice() -> None:
    # dispatched in September, invoiced in October: October's COGS
    assert recognise({"invoice_date": "10-02"}) == [(day("10-02"), None)]
    # and the other way round: September's
    assert recognise({"moved_date": "10-02"}) == [(day("09-30"), None)]


@pytest.mark.parametrize("status", ["imported", "do_not_import", None])
def test_imported_do_not_import_and_unknown_statuses_count(status: str | None) -> None:
    assert recognise({"accounting_status": status}) == [(day("09-30"), None)]


def test_a_credit_note_follows_the_same_rule() -> None:
    assert recognise({"kind": "sale_return", "ordered_quantity": 2}) == [(day("09-30"), None)]
    assert recognise({"kind": "sale_return", "ordered_quantity": 9}) == [(None, PART_TAKEN_BACK)]


@pytest.mark.parametrize("status", ["draft", "void"])
def test_drafts_and_voided_orders_are_no_sales(status: str) -> None:
    assert recognise({"status": status}) == []


def test_each_part_of_the_rule_is_a_setting() -> None:
    by_dispatch = RecognitionPolicy("moved_date", False, False, ())
    row = {"invoice_date": None, "ordered_quantity": 5, "accounting_status": "error"}
    assert recognise(row, by_dispatch) == [(day("09-28"), None)]


def test_without_an_invoice_the_day_of_dispatch_stands_in() -> None:
    assert recognise({"invoice_date": None}, RecognitionPolicy(require_invoice=False)) == [(day("09-28"), None)]


def test_no_lines_give_none() -> None:
    assert recognise_sales(table(SaleLines).lazy(), OMNI).collect().is_empty()


def test_a_reason_stands_exactly_where_there_is_no_date() -> None:
    rows = [
        {"moved_date": moved, "invoice_date": invoiced, "ordered_quantity": ordered, "accounting_status": status}
        for moved in (None, "09-28")
        for invoiced in (None, "10-01")
        for ordered in (2, 3)
        for status in (None, "imported", "error")
    ]
    lines = table(SaleLines, *[{"sale_line_id": str(at), "moved_quantity": 2, **row} for at, row in enumerate(rows)])
    recognised = recognise_sales(lines.lazy(), OMNI).collect()
    assert recognised.height == 24
    assert recognised.filter(pl.col("recognised_on").is_null() != pl.col("left_out_reason").is_not_null()).is_empty()
