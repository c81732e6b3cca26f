"""The counts behind the completeness checks, on the sample company after two closed months."""

from datetime import date

from pipelines.settings import Settings
from pipelines.steps.completeness import find_incomplete
from pipelines.steps.context import CloseContext, load_mappings
from pipelines.warehouse import open_published


def gaps(settings: Settings, period: date, cut_off: date) -> set[tuple[str, str]]:
    close = CloseContext(settings, load_mappings(settings), period, cut_off)
    with open_published(settings) as warehouse:
        found = find_incomplete(close, warehouse).collect()
    return set(found.select("exception_kind", "subject").iter_rows())


def test_two_months_of_trade_are_all_there(closed_settings: Settings) -> None:
    assert gaps(closed_settings, date(2026, 9, 1), date(2026, 9, 30)) == set()
    assert gaps(closed_settings, date(2026, 10, 1), date(2026, 10, 31)) == set()


def test_a_month_of_which_nothing_came_is_told_by_table_and_by_its_receipts(closed_settings: Settings) -> None:
    assert gaps(closed_settings, date(2026, 11, 1), date(2026, 11, 30)) == {
        ("no_receipts", "2026-11"),
        ("fewer_rows", "sale_lines 2026-11"),
        ("fewer_rows", "receipt_lines 2026-11"),
        ("fewer_rows", "bill_lines 2026-11"),
    }


def test_a_month_under_way_is_compared_with_the_same_days_of_the_month_before(closed_settings: Settings) -> None:
    assert gaps(closed_settings, date(2026, 10, 1), date(2026, 10, 5)) == set()
