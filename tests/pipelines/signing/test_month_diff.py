"""Sign-off and what changed since: each source row with its effect, and effects that sum to the whole change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from pipelines.errors import ApprovalNeeded, DataProblem, UsageProblem
from pipelines.load.latest_plans import overtaken_months
from pipelines.load.mirror_rows import frame_of
from pipelines.load.plan import make_plan
from pipelines.load.plan_store import set_status
from pipelines.load.planned import PlannedDocument
from pipelines.load.terms import PlanTerms
from pipelines.settings import Settings
from pipelines.signing.diff_table import diff_facts, diff_table
from pipelines.signing.month_diff import MonthDiff, diff_month
from pipelines.signing.protection import is_frozen, stop_on_signed_month
from pipelines.signing.reopening import reopen_month
from pipelines.signing.replay import NOTHING, Totals, total_up
from pipelines.signing.signing import sign_month
from pipelines.signing.state_files import export_states, restore_states
from pipelines.status import overtaken_sentences
from pipelines.steps.context import CloseContext
from pipelines.steps.journals import build_month
from pipelines.steps.stock import read_core, value_stock
from pipelines.warehouse import Warehouse
from schemas.posting import PLAN_ACTIONS
from schemas.tables import SOURCE_TABLES
from tests.pipelines.steps.changing_company import ChangingCompany
from tests.pipelines.steps.closing import close_of, fill
from tests.transforms.builders import table
from transforms.periods import last_day

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
NEW = PlannedDocument(
    "COGS-2026-06", "cogs", "new", "ACME-COGS-2026-06-v1", None, last_day(JUNE), None, Decimal("4.00"), None, "new"
)
TERMS = PlanTerms(organisation="ACME", mappings_hash="m", code_hash="c")


@pytest.fixture
def close(settings: Settings) -> CloseContext:
    return close_of(settings, JUNE, last_day(JUNE))


@pytest.fixture
def warehouse(opened: Warehouse) -> Iterator[Warehouse]:
    """Ten tents at 10.00, ten at 12.00, four sold: COGS 40.00, stock 60.00 + 120.00. Nothing of a test stays."""
    with opened.scratch():
        rows: dict[str, list[dict[str, object]]] = {
            "products": [{"sku": "TENT"}, {"sku": "LAMP"}],
            "receipt_lines": [
                {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10},
                {"receipt_line_id": "R2", "received_date": "2026-06-09", "quantity": 10, "unit_price": 12},
            ],
            "sale_lines": [{"sale_line_id": "S1", "sale_number": "SO-1", "moved_date": "2026-06-20"} | _units(4)],
        }
        for name, lines in rows.items():
            fill(opened, name, *lines)
        yield opened


def _units(count: int) -> dict[str, object]:
    return {"moved_quantity": count, "ordered_quantity": count, "invoice_date": "2026-06-20"}


def close_and_sign(close: CloseContext, warehouse: Warehouse) -> None:
    value_stock(close, warehouse)
    build_month(close, warehouse)
    plan = make_plan(warehouse, TERMS, close.period)
    set_status(warehouse, plan.plan_hash, "applied")
    sign_month(close, warehouse, "Ana Lopez")


def effects(found: MonthDiff) -> list[tuple[str, Decimal, Decimal]]:
    return [
        (" ".join(one.row_key for one in cause.changes), cause.effect.cogs_amount, cause.effect.stock_amount)
        for cause in found.causes
    ]


def test_a_signed_month_without_a_change_has_no_cause(close: CloseContext, warehouse: Warehouse) -> None:
    close_and_sign(close, warehouse)

    found = diff_month(close, warehouse)

    assert (found.signed.cogs_amount, found.signed.stock_amount) == (Decimal("40.00"), Decimal("180.00"))
    assert (found.causes, found.change) == ((), NOTHING)
    assert diff_table(found).note == "Nothing has changed."


def test_each_changed_row_is_named_with_its_effect(close: CloseContext, warehouse: Warehouse) -> None:
    close_and_sign(close, warehouse)
    warehouse.execute("update core.receipt_lines set unit_price = 11 where receipt_line_id = 'R1'")
    warehouse.execute("update core.sale_lines set moved_quantity = 5, ordered_quantity = 5")
    freight = {"charge_id": "F1", "charge_date": "2026-06-30", "charge_amount": 20}
    fill(warehouse, "charges", freight)

    found = diff_month(close, warehouse)

    # R1 at 11.00: 4 sold and 6 left, 1.00 each; 20.00 freight by value, 110 to 120: 9.57 on R1, 4/10 of it sold;
    # a fifth tent leaves at 11.00 and the freight of five is 4.785, rounded away from zero
    assert effects(found) == [
        ("R1", Decimal("4.00"), Decimal("6.00")),
        ("F1", Decimal("3.83"), Decimal("16.17")),
        ("S1", Decimal("11.96"), Decimal("-11.96")),
    ]
    assert found.change == Totals(Decimal("19.79"), Decimal("10.21"))
    rows = diff_table(found).rows
    assert rows[0] == ("receipt_lines", "R1", "PO-1", "unit_price 10 -> 11", "4.00", "6.00")
    assert rows[-1] == ("", "", "", "The whole change", "19.79", "10.21")
    assert diff_facts(found)["cogs_change"] == Decimal("19.79")


def test_what_counts_in_later_months_only_is_no_change(close: CloseContext, warehouse: Warehouse) -> None:
    close_and_sign(close, warehouse)
    later = {"receipt_line_id": "R3", "received_date": "2026-07-02", "quantity": 10, "unit_price": 99}
    warehouse.append("core.receipt_lines", table(SOURCE_TABLES["core.receipt_lines"], later))

    assert diff_month(close, warehouse).causes == ()


def test_a_return_and_its_sale_that_came_together_count_together(close: CloseContext, warehouse: Warehouse) -> None:
    close_and_sign(close, warehouse)
    back = {"sale_line_id": "C0", "kind": "sale_return", "returned_sale_line_id": "S9", "moved_date": "2026-06-28"}
    sold = {"sale_line_id": "S9", "moved_date": "2026-06-28"}
    lines = [{**row, **_units(1), "invoice_date": "2026-06-28"} for row in (back, sold)]
    warehouse.append("core.sale_lines", table(SOURCE_TABLES["core.sale_lines"], *lines))

    found = diff_month(close, warehouse)

    assert found.change == NOTHING
    assert {one.row_key for cause in found.causes for one in cause.changes} == {"C0", "S9"}


@pytest.mark.thorough
def test_signed_again_the_rows_are_kept_only_where_they_differ(close: CloseContext, warehouse: Warehouse) -> None:
    close_and_sign(close, warehouse)
    warehouse.execute("update core.receipt_lines set unit_price = 11 where receipt_line_id = 'R1'")
    close_and_sign(close, warehouse)

    kept = warehouse.query("select sign_off, row_key from post.signed_rows where sign_off = 2").rows()
    assert kept == [(2, "R1")]
    assert diff_month(close, warehouse).causes == ()
    hashes = warehouse.read("post.sign_offs")["inputs_hash"].to_list()
    assert len(set(hashes)) == 2


def test_signed_rows_come_back_from_the_post_log_and_without_it_the_diff_says_why_not(
    close: CloseContext, warehouse: Warehouse, tmp_path: Path
) -> None:
    close_and_sign(close, warehouse)
    export_states(warehouse, "ORG", tmp_path)
    warehouse.execute("update core.receipt_lines set unit_price = 11 where receipt_line_id = 'R1'")
    told = effects(diff_month(close, warehouse))

    warehouse.execute("delete from post.signed_rows where row_key = 'R1'")
    with pytest.raises(DataProblem, match="does not hold the 5 rows that Ana Lopez signed on"):
        diff_month(close, warehouse)
    warehouse.execute("delete from post.signed_rows")
    assert restore_states(warehouse, "OTHER", tmp_path) == 0
    assert (restore_states(warehouse, "ORG", tmp_path), restore_states(warehouse, "ORG", tmp_path)) == (1, 0)
    assert effects(diff_month(close, warehouse)) == told != []


def test_a_plan_that_changes_a_signed_month_stops_with_what_changed_and_the_ways_on(
    close: CloseContext, warehouse: Warehouse
) -> None:
    close_and_sign(close, warehouse)
    plan = make_plan(warehouse, TERMS, JUNE)
    stop_on_signed_month(warehouse, plan)  # nothing to post
    warehouse.execute("update core.receipt_lines set unit_price = 11 where receipt_line_id = 'R1'")

    with pytest.raises(ApprovalNeeded) as stopped:
        stop_on_signed_month(warehouse, replace(plan, status="planned", documents=(NEW,)))

    assert stopped.value.summary.startswith("2026-06 is signed: Ana Lopez on ")
    assert [str(one) for one in stopped.value.problems] == [
        "source rows: 1 changed since Ana Lopez signed 2026-06\n"
        "    See each with its effect on COGS and stock: tieout diff 2026-06\n"
        "    First: receipt_lines R1 (PO-1 unit_price 10 -> 11)",
        "plan of 2026-06: would change 1 journal of a signed month\n"
        "    Close 2026-07: it books the change as a catch-up, and 2026-06 stays as it was signed.\n"
        '    Or reopen 2026-06 and post the change there: tieout close 2026-06 --reopen "why" --as NAME\n'
        "    First: ACME-COGS-2026-06-v1 (new)",
    ]


def test_a_reopened_month_stays_open_until_it_is_signed_again(
    close: CloseContext, warehouse: Warehouse, tmp_path: Path
) -> None:
    close_and_sign(close, warehouse)
    assert [is_frozen(warehouse, month) for month in (MAY, JUNE, JULY)] == [True, True, False]

    reopened = reopen_month(warehouse, MAY, " freight came late ", None, tmp_path)  # June rests on May
    assert reopened.select("sign_off", "period", "reopened_for", "reason").rows() == [
        (1, JUNE, MAY, "freight came late")
    ]
    assert not is_frozen(warehouse, JUNE)
    assert reopen_month(warehouse, JUNE, "again", None, tmp_path).is_empty()
    assert "freight came late" in diff_table(diff_month(close, warehouse)).note

    close_and_sign(close, warehouse)
    assert is_frozen(warehouse, JUNE)


def test_a_month_that_was_closed_before_an_earlier_one_changed_has_to_be_closed_again(warehouse: Warehouse) -> None:
    rows = [(MAY, "a", "05:00", 1), (JUNE, "b", "06:00", 1), (MAY, "c", "07:00", 0), (MAY, "d", "08:00", 2)]
    told: list[dict[date, list[date]]] = []
    for period, plan_hash, time, count in rows:
        counts = {f"{action}_count": 0 for action in (*PLAN_ACTIONS, "blocked")} | {"new_count": count}
        at = datetime.fromisoformat(f"2026-07-02T{time}:00+00:00")
        row = {"plan_hash": plan_hash, "period": period, "to_date": None, "status": "applied", "created_at": at}
        row |= {"planned_at": at, "prepared_by": "ana", "prepared_on": "desk", "canonical_json": "{}"} | counts
        warehouse.append("post.plans", frame_of("post.plans", [row | {"preparer_name": None}]))
        told.append(overtaken_months(warehouse))
    assert told == [{}, {}, {}, {JUNE: [MAY]}]  # posted again without a change, May takes nothing from June
    assert overtaken_sentences(told[-1]) == [
        "2026-06 was closed before 2026-05 changed. Close it again: tieout close 2026-06"
    ]


def test_only_a_posted_month_can_be_signed(close: CloseContext, warehouse: Warehouse) -> None:
    with pytest.raises(ApprovalNeeded, match="2026-06 is not posted whole"):
        sign_month(close, warehouse, "Ana Lopez")
    with pytest.raises(UsageProblem, match="2026-06 is not signed"):
        diff_month(close, warehouse)


@pytest.mark.parametrize("seed", [4])
def test_the_causes_sum_to_the_whole_change(settings: Settings, opened: Warehouse, seed: int) -> None:
    company = ChangingCompany(Random(seed), months=1)  # noqa: S311 chance that can be told again
    close = close_of(settings, JUNE, last_day(JUNE))
    with opened.scratch():
        company.begin()
        company.fill(opened)
        close_and_sign(close, opened)
        company.add_documents(JUNE, 4)
        company.change_documents(3)
        company.fill(opened)
        found, now = diff_month(close, opened), total_up(read_core(opened), close)

    assert found.now == now
    assert sum((cause.effect for cause in found.causes), NOTHING) == found.now - found.signed.totals
    assert all(cause.changes for cause in found.causes)  # nothing that no row explains
