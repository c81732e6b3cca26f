"""Evidence: the rows behind a journal and who approved it stand on the journal in Xero, and never hold up a close."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.load import evidence
from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import ApplyResult
from pipelines.load.approve import record_approval
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.plan_store import read_plan
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause
from tests.pipelines.load.local_books import LocalBooks

MONTHLY = replace(TERMS, evidence="monthly")
ADJUSTMENT = cogs("5.00", key="ADJUSTMENT-2026-10-SA1", kind="adjustment")
V1 = "ACME-COGS-2026-10-v1"

Close = Callable[..., ApplyResult]


@pytest.fixture
def close(client: XeroClient, warehouse: Warehouse) -> Close:
    def carry_out(*journals: dict[str, object], terms: PlanTerms = MONTHLY) -> ApplyResult:
        close_month(warehouse, *journals)
        warehouse.execute(
            "delete from close.journal_line_sources; insert into close.journal_line_sources by name "
            "select period, journal_key, line_number, role, 'core.sale_lines' as source_table, 'S-1' as source_id, "
            "line_amount as source_amount from close.journal_lines"
        )
        refresh_posted(client, warehouse)
        plan = make_plan(warehouse, terms, OCTOBER)
        record_approval(warehouse, plan.plan_hash, "Ana Lopez")
        return apply_plan(client, warehouse, plan.plan_hash, terms, pause=no_pause, run_id="run-7")

    return carry_out


def _ids(books: LocalBooks) -> dict[str, str]:
    return {str(one["narration"]).split()[0]: str(one["journal_id"]) for one in books.journals()}


def test_a_monthly_journal_gets_its_rows_and_a_note(close: Close, client: XeroClient, books: LocalBooks) -> None:
    result = close(cogs("120.00"), ADJUSTMENT)

    assert result.evidence == (V1,)
    assert [one["FileName"] for one in client.attachments(_ids(books)[V1])] == [f"{V1}.csv"]
    notes = [str(one["Details"]) for one in client.history(_ids(books)[V1])]
    expected = f"Posted by tieout, plan {result.plan_hash[:12]}, run run-7. Prepared by "
    assert any(note.startswith(expected) and note.endswith("; approved by Ana Lopez.") for note in notes)
    assert client.attachments(_ids(books)["ACME-ADJUSTMENT-2026-10-SA1-v1"]) == []


def test_it_comes_after_everything_that_changes_the_ledger(close: Close, books: LocalBooks) -> None:
    close(cogs("120.00"), terms=TERMS)

    close(cogs("130.00"))

    assert [write.rpartition("/")[2] if "History" in write else write.split("/")[-2:] for write in books.writes()][
        -2:
    ] == [["Attachments", "ACME-COGS-2026-10-v2.csv"], "History"]
    assert [write.split()[0] for write in books.writes()] == ["PUT", "PUT", "POST", "PUT", "PUT"]


def test_the_file_holds_the_rows_behind_each_line(close: Close, warehouse: Warehouse) -> None:
    close(cogs("120.00"))

    body = warehouse.read("post.outbox", "action = 'attach'")["body"].item()
    assert body.splitlines() == [
        "line_number,account_code,tracking_option_1,tracking_option_2,description,line_amount,source_table,source_id,"
        "source_amount",
        "1,310,,,line 1 of COGS-2026-10,120.00,core.sale_lines,S-1,120.00",
        "2,630,,,line 2 of COGS-2026-10,-120.00,core.sale_lines,S-1,-120.00",
    ]


@pytest.mark.parametrize("fault", ["unavailable", "error_after_commit", "html"])
def test_a_fault_leaves_it_to_the_next_apply(
    close: Close, client: XeroClient, warehouse: Warehouse, books: LocalBooks, fault: str
) -> None:
    books.change("faults", name=fault, path="attachments", times=1)
    result = close(cogs("120.00"))
    assert result.is_complete
    assert read_plan(warehouse, result.plan_hash).status == "applied"
    assert len(result.left_out) == 2

    again = apply_plan(client, warehouse, result.plan_hash, MONTHLY, pause=no_pause)

    assert (again.evidence, again.left_out) == ((V1,), ())
    assert len(books.journals()) == 1
    third = apply_plan(client, warehouse, result.plan_hash, MONTHLY, pause=no_pause)
    assert (third.evidence, third.request_count) == ((), 0)


def test_what_xero_refused_is_tried_again_by_the_next_apply(
    close: Close, client: XeroClient, warehouse: Warehouse
) -> None:
    result = close(cogs("120.00"))
    warehouse.execute("update post.outbox set state = 'refused', reason = 'no scope' where action = 'note'")

    again = apply_plan(client, warehouse, result.plan_hash, MONTHLY, pause=no_pause)

    assert (again.evidence, again.left_out, again.request_count) == ((V1,), (), 1)
    assert warehouse.read("post.outbox", "action = 'note'")["state"].item() == "confirmed"


def test_it_leaves_the_days_last_calls_alone(close: Close, books: LocalBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "RESERVE", 10_000)

    result = close(cogs("120.00"))

    assert result.left_out == (
        f"Evidence of {V1}: left out: the day's limit of calls is nearly used up",
        f"History note of {V1}: left out: the day's limit of calls is nearly used up",
    )
    assert books.writes() == ["PUT /api.xro/2.0/ManualJournals"]


def test_a_file_that_xero_would_not_take_is_left_out(
    close: Close, books: LocalBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "LARGEST", 100)

    result = close(cogs("120.00"))

    assert [text.partition(": ")[0] for text in result.left_out] == [f"Evidence of {V1}"]
    assert result.evidence == (V1,)


def test_none_sends_none_and_all_sends_all(close: Close, books: LocalBooks) -> None:
    close(cogs("120.00"), terms=TERMS)
    assert len(books.writes()) == 1

    result = close(cogs("120.00"), ADJUSTMENT, terms=replace(TERMS, evidence="all"))

    assert result.evidence == ("ACME-ADJUSTMENT-2026-10-SA1-v1",)


@pytest.mark.parametrize("tag", ["ACME-ADJUSTMENT-2026-10-SA/1:b-v1", "ACME-COGS-2026-10-v1+2"])
def test_a_files_name_holds_nothing_that_xero_refuses(tag: str) -> None:
    assert not set('<>:"/\\|?*+ ') & set(evidence.file_name(tag))
