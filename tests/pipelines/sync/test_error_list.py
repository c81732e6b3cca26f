"""`tieout errors`: what waits with reason, owner and age, and what somebody set aside for a while."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import UsageProblem
from pipelines.load.mirror_rows import frame_of
from pipelines.settings import Settings
from pipelines.sync.error_list import error_tables, read_errors, skip_errors
from pipelines.warehouse import Warehouse, open_warehouse
from tests.sample_company import run_here

TODAY = date(2026, 11, 5)
NOON = datetime(2026, 11, 5, 0, 0, tzinfo=UTC)


def error(number: str, code: str = "unmapped_tax", **changes: object) -> dict[str, object]:
    return {
        "document_key": f"sales_invoice:SO{number}", "kind": "sales_invoice", "document_number": number,
        "error_code": code, "reason": "the tax GST free has no tax type", "next_step": "Add it under tax_types.",
        "owner": "Mere", "amount": Decimal("115.00"), "currency_code": "NZD", "document_date": date(2026, 11, 1),
        "first_seen_at": datetime(2026, 11, 2, 9, tzinfo=UTC), "skip_reason": None, "skipped_until": None,
    } | changes  # fmt: skip


def fill(warehouse: Warehouse, *rows: dict[str, object]) -> None:
    warehouse.replace("sync.errors", frame_of("sync.errors", rows))


def test_errors_each_document_that_waits_is_listed_with_reason_owner_age_and_what_to_do_the_oldest_first(
    warehouse: Warehouse,
) -> None:
    older = datetime(2026, 10, 20, 9, tzinfo=UTC)
    fill(warehouse, error("7001"), error("7002", owner=None, amount=None, first_seen_at=older))
    found = read_errors(warehouse, TODAY)
    (table,) = error_tables(found, shows_skipped=True)
    assert table.rows == (
        ("7002", "sales invoice", "NZD", "", "16", "the tax GST free has no tax type", "Add it under tax_types.",
         "sales_invoice:SO7002"),
        ("7001", "sales invoice", "115.00 NZD", "Mere", "3", "the tax GST free has no tax type",
         "Add it under tax_types.", "sales_invoice:SO7001"),
    )  # fmt: skip
    assert found.sentence == "2 wait for somebody."


def test_a_skip_needs_a_reason_and_an_end_and_is_back_on_the_day_after(warehouse: Warehouse) -> None:
    fill(warehouse, error("7001"), error("7001", "no_rate"), error("7002"))
    skip_errors(warehouse, "7001", date(2026, 11, 9), " the customer is asked ", "Aroha", TODAY, lambda: NOON)
    found = read_errors(warehouse, date(2026, 11, 9))
    assert [row["document_number"] for row in found.open] == ["7002"]
    assert {(row["error_code"], row["skipped_by"], row["skip_reason"]) for row in found.skipped} == {
        ("no_rate", "Aroha", "the customer is asked"),
        ("unmapped_tax", "Aroha", "the customer is asked"),
    }
    assert found.sentence == "1 wait for somebody. 2 set aside."
    assert error_tables(found, shows_skipped=True)[1].title == "Set aside"
    back = read_errors(warehouse, date(2026, 11, 10))
    assert (len(back.open), len(back.skipped)) == (3, 0)
    kept = warehouse.read("post.sync_skips").select("document_key", "skipped_until", "skipped_by", "skipped_at")
    assert set(kept.rows()) == {("sales_invoice:SO7001", date(2026, 11, 9), "Aroha", NOON)}


def test_what_was_put_right_leaves_by_itself_and_its_skip_with_it(warehouse: Warehouse) -> None:
    fill(warehouse, error("7001"))
    skip_errors(warehouse, "sales_invoice:SO7001", date(2026, 12, 1), "waits", None, TODAY)
    fill(warehouse)
    assert read_errors(warehouse, TODAY).sentence == "Nothing stands in the way of a document."
    fill(warehouse, error("7001", first_seen_at=NOON))  # it broke again, later
    assert [row["document_number"] for row in read_errors(warehouse, TODAY).open] == ["7001"]


@pytest.mark.parametrize(
    ("key", "until", "reason", "told"),
    [
        ("7009", date(2026, 11, 9), "why", "no document that waits has this key or number"),
        ("7001", date(2026, 11, 4), "why", "--until 2026-11-04 is over: today is 2026-11-05."),
        ("7001", date(2026, 11, 9), "  ", "needs a reason"),
        ("7003", date(2026, 11, 9), "why", "several documents have this number (2 rows)"),
    ],
)
def test_a_skip_that_cannot_be_meant_is_told_and_sets_nothing_aside(
    warehouse: Warehouse, key: str, until: date, reason: str, told: str
) -> None:
    fill(warehouse, error("7001"), error("7003"), error("7003", document_key="bill:PB3", kind="bill"))
    with pytest.raises(UsageProblem) as caught:
        skip_errors(warehouse, key, until, reason, None, TODAY)
    assert told in str(caught.value)
    assert warehouse.read("post.sync_skips").is_empty()


def test_the_command_lists_skips_and_prints_json(tmp_path: Path, warehouse_file: Path) -> None:
    settings = Settings(home=tmp_path, warehouse=warehouse_file)
    with open_warehouse(settings) as warehouse:
        fill(warehouse, error("7001"), error("7002"))
    at = ("--home", tmp_path, "--warehouse", warehouse_file)
    listed = run_here(tmp_path, "errors", *at)
    assert (listed.exit_code, listed.message) == (0, "")
    assert "2 wait for somebody." in listed.out
    assert "Add it under" in listed.out
    half = run_here(tmp_path, "errors", "--skip", "7001", *at)
    assert (half.exit_code, half.out) == (2, "")
    done = run_here(
        tmp_path, "errors", "--skip", "7001", "--until", "2099-01-31", "--reason", "asked", "--as", "Mere", *at
    )
    assert done.out == "sales_invoice:SO7001 is set aside until 2099-01-31. It is back on the list the day after.\n"
    shown = json.loads(run_here(tmp_path, "errors", "--json", *at).out)
    assert [row["document_number"] for row in shown["open"]] == ["7002"]
    assert [(row["document_number"], row["skipped_by"]) for row in shown["skipped"]] == [("7001", "Mere")]
