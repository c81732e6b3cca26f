"""A month that seems not to be all there: no COGS, no receipts, far fewer rows (cin7.md section 4, pains 18 and 21)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from schemas.policies import CompletenessPolicy
from transforms.completeness import MonthFacts, find_gaps

OCTOBER, END = date(2026, 10, 1), date(2026, 10, 31)
WHOLE = MonthFacts(
    sale_count=300,
    recognised=Decimal("40000.00"),
    recognised_before=Decimal("31000.00"),
    last_received_on=date(2026, 10, 29),
    row_counts=(("sale_lines", 310, 300), ("adjustment_lines", 1, 12)),
)


def found(facts: MonthFacts, policy: CompletenessPolicy | None = None) -> list[tuple[str, str]]:
    gaps = find_gaps(facts, policy or CompletenessPolicy(), OCTOBER, END).collect()
    return list(gaps.select("exception_kind", "subject").iter_rows())


def test_a_month_like_the_one_before_has_no_gap() -> None:
    assert found(WHOLE) == []


def test_sales_without_any_cogs_stop_the_close_where_the_month_before_had_some() -> None:
    stopped = replace(WHOLE, recognised=Decimal("0.00"))
    assert found(stopped) == [("no_cogs", "2026-10")]
    assert "no_cogs" not in CompletenessPolicy().listed_only
    assert found(replace(stopped, recognised_before=Decimal("0.00"))) == []
    assert found(replace(stopped, sale_count=0)) == []


@pytest.mark.parametrize(
    ("last", "days", "is_found"),
    [
        (date(2026, 10, 1), 30, True),
        (date(2026, 10, 2), 30, False),
        (date(2026, 8, 1), 0, False),
        (None, 30, False),
    ],
)
def test_thirty_days_without_a_receipt_are_told(last: date | None, days: int, is_found: bool) -> None:
    facts = replace(WHOLE, last_received_on=last)
    told = [("no_receipts", "2026-10")] if is_found else []
    assert found(facts, CompletenessPolicy(receipt_days=days)) == told


@pytest.mark.parametrize(("now", "percent", "is_found"), [(149, 50, True), (150, 50, False), (0, 0, False)])
def test_less_than_half_of_last_months_rows_are_told_by_table(now: int, percent: int, is_found: bool) -> None:
    facts = replace(WHOLE, row_counts=(("sale_lines", now, 300), ("adjustment_lines", 0, 12)))
    told = [("fewer_rows", "sale_lines 2026-10")] if is_found else []
    assert found(facts, CompletenessPolicy(fewest_rows_percent=percent)) == told


def test_what_only_lists_is_a_setting() -> None:
    assert CompletenessPolicy().listed_only == ["no_receipts", "fewer_rows"]
    assert CompletenessPolicy("list", "stop", "stop").listed_only == ["no_cogs"]
