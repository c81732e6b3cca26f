"""Applying a plan: exactly the planned journals stand in Xero, once, or nothing was sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import ApprovalNeeded, XeroRefusal
from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import ApplyResult, Refusal
from pipelines.load.approve import approvers_of, record_approval
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.plan_store import StoredPlan, read_plan
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient, connect
from pipelines.warehouse import Warehouse
from schemas.tables import POST_TABLES, XERO_TABLES
from tests.pipelines.load.closed_months import (
    OCTOBER,
    TERMS,
    book_something,
    close_month,
    cogs,
    no_pause,
    post,
    sandbox_settings,
)
from tests.pipelines.load.local_books import LocalBooks

ADJUSTMENT = cogs("5.00", key="ADJUSTMENT-2026-10-SA1", kind="adjustment", date=date(2026, 10, 7), text="SA1")
Apply = Callable[..., ApplyResult]


@pytest.fixture
def apply(client: XeroClient, warehouse: Warehouse) -> Apply:
    def run(plan: StoredPlan, terms: PlanTerms = TERMS) -> ApplyResult:
        return apply_plan(client, warehouse, plan.plan_hash, terms, pause=no_pause)

    return run


def _plan(warehouse: Warehouse, *journals: dict[str, object], terms: PlanTerms = TERMS) -> StoredPlan:
    close_month(warehouse, *journals)
    return make_plan(warehouse, terms, OCTOBER)


def test_the_planned_journals_stand_in_xero(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    plan = _plan(warehouse, ADJUSTMENT, cogs("120.00"))

    result = apply(plan)

    assert books.standing() == {"ACME-COGS-2026-10-v1": "120.00", "ACME-ADJUSTMENT-2026-10-SA1-v1": "5.00"}
    assert result.created == ("ACME-COGS-2026-10-v1", "ACME-ADJUSTMENT-2026-10-SA1-v1")
    assert (result.is_complete, result.request_count) == (True, 1)
    assert read_plan(warehouse, plan.plan_hash).status == "applied"
    documents = warehouse.read("post.documents", "journal_key = 'COGS-2026-10'").row(0, named=True)
    assert (documents["status"], documents["version"], documents["debit_amount"]) == ("POSTED", 1, Decimal("120.00"))


def test_what_xero_gets_is_what_the_outbox_kept(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    apply(_plan(warehouse, cogs("120.00")))

    journal = books.journals()[0]
    assert journal["narration"] == "ACME-COGS-2026-10-v1 October 2026"
    assert (journal["date"], journal["show_on_cash_basis"]) == ("2026-10-31", False)
    request = warehouse.read("post.requests").row(0, named=True)
    document = warehouse.read("post.outbox").row(0, named=True)
    assert request["body"] == f'{{"ManualJournals":[{document["body"]}]}}'
    assert request["outcome"] == "answered"


def test_applied_again_it_makes_no_request(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    plan = _plan(warehouse, cogs("120.00"))
    apply(plan)

    result = apply(plan)

    assert (result.created, result.request_count) == ((), 0)
    assert len(books.writes()) == 1


def test_an_empty_plan_needs_no_xero(warehouse: Warehouse, tmp_path: Path) -> None:
    plan = _plan(warehouse)

    with connect(sandbox_settings(tmp_path, "http://127.0.0.1:9")) as nowhere:
        result = apply_plan(nowhere, warehouse, plan.plan_hash, TERMS)

    assert result.is_complete
    assert read_plan(warehouse, plan.plan_hash).status == "applied"


def test_no_token_comes_into_the_warehouse(client: XeroClient, apply: Apply, warehouse: Warehouse) -> None:
    apply(_plan(warehouse, cogs("120.00")))

    token = client._http.auth._source.token().get_secret_value()  # type: ignore[union-attr]
    texts = "".join(warehouse.read(table).write_csv() for table in (*POST_TABLES, *XERO_TABLES))
    assert len(token) > 20
    assert token not in texts


def test_fifty_journals_go_in_one_request(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    journals = [cogs(f"{number}.10", key=f"ADJUSTMENT-2026-10-{number}", kind="adjustment") for number in range(1, 121)]
    plan = _plan(warehouse, *journals)

    result = apply(plan)

    assert len(books.standing()) == 120
    assert books.writes() == ["PUT /api.xro/2.0/ManualJournals"] * 3
    assert result.request_count == 3


def test_progress_is_told_after_each_answer(client: XeroClient, warehouse: Warehouse) -> None:
    journals = [cogs("1.00", key=f"ADJUSTMENT-2026-10-{number}", kind="adjustment") for number in range(1, 52)]
    done: list[tuple[int, int]] = []

    apply_plan(client, warehouse, _plan(warehouse, *journals).plan_hash, TERMS, lambda *told: done.append(told))

    assert done == [(50, 51), (51, 51)]


def test_a_new_version_is_posted_before_the_old_one_is_voided(
    apply: Apply, warehouse: Warehouse, books: LocalBooks
) -> None:
    apply(_plan(warehouse, ADJUSTMENT, cogs("120.00")))

    result = apply(_plan(warehouse, cogs("130.00")))

    assert books.standing() == {"ACME-COGS-2026-10-v2": "130.00"}
    assert books.statuses() == {
        "ACME-COGS-2026-10-v1": "VOIDED",
        "ACME-ADJUSTMENT-2026-10-SA1-v1": "VOIDED",
        "ACME-COGS-2026-10-v2": "POSTED",
    }
    assert [write.split()[0] for write in books.writes()] == ["PUT", "PUT", "POST", "POST"]
    assert result.ended == ("ACME-COGS-2026-10-v1", "ACME-ADJUSTMENT-2026-10-SA1-v1")
    voided = warehouse.read("post.documents", "status = 'VOIDED'")
    assert voided["ended_by_plan"].unique().to_list() == [result.plan_hash]


def test_a_month_to_a_day_is_replaced_by_the_next_run(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, cogs("60.00", date=date(2026, 10, 15)))
    middle = make_plan(warehouse, TERMS, OCTOBER, date(2026, 10, 15))
    apply_plan(client, warehouse, middle.plan_hash, TERMS)

    post(client, warehouse, cogs("120.00"))

    assert books.standing() == {"ACME-COGS-2026-10-v2": "120.00"}


def test_drafts_are_posted_as_drafts_and_end_as_deleted(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    drafts = replace(TERMS, journal_status="DRAFT")
    apply(_plan(warehouse, cogs("120.00"), terms=drafts), drafts)
    assert books.statuses() == {"ACME-COGS-2026-10-v1": "DRAFT"}

    apply(_plan(warehouse, cogs("130.00"), terms=drafts), drafts)

    assert books.statuses() == {"ACME-COGS-2026-10-v1": "DELETED", "ACME-COGS-2026-10-v2": "DRAFT"}
    statuses = warehouse.read("post.documents", "true order by tag")["status"].to_list()
    assert statuses == ["DELETED", "DRAFT"]


def test_a_refused_document_keeps_its_reason_and_the_others_stand(
    apply: Apply, warehouse: Warehouse, books: LocalBooks
) -> None:
    books.change("accounts", code="429", status="ARCHIVED")
    bad = {**ADJUSTMENT, "lines": [("429", "5.00"), ("630", "-5.00")]}
    plan = _plan(warehouse, bad, cogs("120.00"))

    result = apply(plan)

    assert books.standing() == {"ACME-COGS-2026-10-v1": "120.00"}
    assert result.created == ("ACME-COGS-2026-10-v1",)
    reason = result.refused[0].reason
    assert result.refused == (Refusal("ACME-ADJUSTMENT-2026-10-SA1-v1", "create", reason),)
    assert "429" in reason
    assert read_plan(warehouse, plan.plan_hash).status == "partly_applied"
    with pytest.raises(XeroRefusal, match=f"ACME-ADJUSTMENT-2026-10-SA1-v1: .*{reason[:20]}") as caught:
        result.raise_for_refusals()
    assert caught.value.exit_code == 5


def test_a_second_apply_sends_only_what_is_missing(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    books.change("accounts", code="429", status="ARCHIVED")
    plan = _plan(warehouse, {**ADJUSTMENT, "lines": [("429", "5.00"), ("630", "-5.00")]}, cogs("120.00"))
    apply(plan)
    books.change("accounts", code="429", status="ACTIVE")

    result = apply(plan)

    assert result.created == ("ACME-ADJUSTMENT-2026-10-SA1-v1",)
    assert books.standing() == {"ACME-COGS-2026-10-v1": "120.00", "ACME-ADJUSTMENT-2026-10-SA1-v1": "5.00"}
    assert result.is_complete


def test_the_old_version_stays_while_the_new_one_is_refused(
    apply: Apply, warehouse: Warehouse, books: LocalBooks
) -> None:
    apply(_plan(warehouse, {**ADJUSTMENT, "lines": [("429", "5.00"), ("630", "-5.00")]}))
    books.change("accounts", code="429", status="ARCHIVED")

    result = apply(_plan(warehouse, {**ADJUSTMENT, "lines": [("429", "6.00"), ("630", "-6.00")]}))

    assert books.standing() == {"ACME-ADJUSTMENT-2026-10-SA1-v1": "5.00"}
    assert result.waiting == ("ACME-ADJUSTMENT-2026-10-SA1-v1",)


def test_a_warning_is_a_failure_and_the_journal_is_undone(
    apply: Apply, warehouse: Warehouse, books: LocalBooks
) -> None:
    # Xero saves a draft without an account that it does not know (xero.md section 2).
    drafts = replace(TERMS, journal_status="DRAFT")
    plan = _plan(warehouse, {**ADJUSTMENT, "lines": [("476", "5.00"), ("630", "-5.00")]}, terms=drafts)

    result = apply(plan, drafts)

    assert books.statuses() == {"ACME-ADJUSTMENT-2026-10-SA1-v1": "DELETED"}
    assert result.refused[0].reason.startswith("saved with a warning, and undone: ")
    assert read_plan(warehouse, plan.plan_hash).status == "failed"
    with pytest.raises(ApprovalNeeded, match="failed: Xero saved 1 journals with a warning, and they were undone"):
        apply(plan, drafts)
    again = make_plan(warehouse, drafts, OCTOBER)
    assert [one.tag for one in again.documents] == ["ACME-ADJUSTMENT-2026-10-SA1-v2"]


def test_a_lock_date_stops_everything(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    plan = _plan(warehouse, ADJUSTMENT, cogs("120.00", date=date(2026, 11, 1)))
    books.change("lock-date", lock_date="2026-10-31")

    with pytest.raises(XeroRefusal) as caught:
        apply(plan)

    assert caught.value.exit_code == 5
    assert str(caught.value) == (
        "A lock date in Xero stands in the way: nothing was sent.\n"
        "Xero period lock date 2026-10-31: refuses 1 document dated 2026-10-07\n"
        "    Ask whoever closed the books to move the lock date back in Xero (Accounting, Advanced, Lock dates), apply "
        "this plan again, and lock the month afterwards.\n"
        "    First: ACME-ADJUSTMENT-2026-10-SA1-v1"
    )
    assert books.writes() == []
    books.change("lock-date", lock_date=None)
    assert apply(plan).is_complete


def test_a_lock_date_stands_in_the_way_of_a_void_too(
    client: XeroClient, apply: Apply, warehouse: Warehouse, books: LocalBooks
) -> None:
    apply(_plan(warehouse, ADJUSTMENT))
    books.change("lock-date", lock_date="2026-10-31")

    with pytest.raises(XeroRefusal, match="period lock date 2026-10-31"):
        apply(_plan(warehouse))

    assert books.standing() == {"ACME-ADJUSTMENT-2026-10-SA1-v1": "5.00"}


def _change_journals(warehouse: Warehouse, books: LocalBooks, client: XeroClient) -> PlanTerms:
    close_month(warehouse, cogs("121.00"))
    return TERMS


def _change_bookings(warehouse: Warehouse, books: LocalBooks, client: XeroClient) -> PlanTerms:
    book_something(warehouse)
    return TERMS


def _change_mappings(warehouse: Warehouse, books: LocalBooks, client: XeroClient) -> PlanTerms:
    return replace(TERMS, mappings_hash="other")


def _post_from_elsewhere(warehouse: Warehouse, books: LocalBooks, client: XeroClient) -> PlanTerms:
    lines = '[{"LineAmount":9.00,"AccountCode":"310"},{"LineAmount":-9.00,"AccountCode":"630"}]'
    document = f'{{"Narration":"ACME-COGS-2026-10-v1 x","Date":"2026-10-31","Status":"POSTED","JournalLines":{lines}}}'
    client.create_manual_journals(f'{{"ManualJournals":[{document}]}}', "elsewhere")
    return TERMS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_change_journals, "changed: the journals of the month: COGS-2026-10"),
        (_change_bookings, "changed: the values behind the journals"),
        (_change_mappings, "changed: the mappings"),
        (_post_from_elsewhere, "changed: what stands in Xero: ACME-COGS-2026-10-v1"),
    ],
)
def test_anything_that_changed_since_the_plan_stops_it(
    client: XeroClient,
    apply: Apply,
    warehouse: Warehouse,
    books: LocalBooks,
    change: Callable[[Warehouse, LocalBooks, XeroClient], PlanTerms],
    words: str,
) -> None:
    plan = _plan(warehouse, cogs("120.00"))
    terms = change(warehouse, books, client)
    standing = books.standing()

    with pytest.raises(ApprovalNeeded, match=words) as caught:
        apply(plan, terms)

    assert caught.value.exit_code == 4
    assert books.standing() == standing


def test_an_unapproved_plan_waits(apply: Apply, warehouse: Warehouse, books: LocalBooks) -> None:
    terms = replace(TERMS, needs_approval=True)
    plan = _plan(warehouse, cogs("120.00"), terms=terms)
    with pytest.raises(ApprovalNeeded, match=f"tieout approve {plan.short_hash} --as NAME") as caught:
        apply(plan, terms)
    assert caught.value.exit_code == 4
    assert books.writes() == []

    record_approval(warehouse, plan.plan_hash, "Ana Lopez")
    apply(plan, terms)

    assert approvers_of(warehouse, plan.plan_hash) == ["Ana Lopez"]
    assert books.standing() == {"ACME-COGS-2026-10-v1": "120.00"}


def test_an_approval_is_for_one_hash(apply: Apply, warehouse: Warehouse) -> None:
    terms = replace(TERMS, needs_approval=True)
    record_approval(warehouse, _plan(warehouse, cogs("120.00"), terms=terms).plan_hash, "Ana Lopez")

    with pytest.raises(ApprovalNeeded, match="waits for approval"):
        apply(_plan(warehouse, cogs("120.01"), terms=terms), terms)


def test_a_lost_warehouse_takes_over_what_stands(
    client: XeroClient, apply: Apply, warehouse: Warehouse, books: LocalBooks
) -> None:
    apply(_plan(warehouse, ADJUSTMENT, cogs("120.00")))
    for table in ("post.documents", "post.outbox", "post.requests", "post.plans", "xero.manual_journals"):
        warehouse.execute(f"delete from {table}")

    result = post(client, warehouse, ADJUSTMENT, cogs("130.00"))

    assert books.standing() == {"ACME-COGS-2026-10-v2": "130.00", "ACME-ADJUSTMENT-2026-10-SA1-v1": "5.00"}
    assert result.ended == ("ACME-COGS-2026-10-v1",)
    assert warehouse.read("post.documents").height == 3


def test_what_was_applied_before_stays_planned_as_it_is(client: XeroClient, apply: Apply, warehouse: Warehouse) -> None:
    apply(_plan(warehouse, cogs("120.00")))
    refresh_posted(client, warehouse)

    assert make_plan(warehouse, TERMS, OCTOBER).changes == ()
