"""Changing what Xero holds: by a new version, a reversal or a difference; locks are judged document by document."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from pipelines.errors import XeroRefusal
from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import ApplyResult
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.plan_store import StoredPlan
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause
from tests.pipelines.load.local_books import LocalBooks

V1, V2, V3 = (f"ACME-COGS-2026-10-v{number}" for number in (1, 2, 3))
DELTA = replace(TERMS, changes={"cogs": "delta"})
REVERSE = replace(TERMS, changes={"cogs": "reverse"})

Run = Callable[..., tuple[StoredPlan, ApplyResult]]


@pytest.fixture
def run(client: XeroClient, warehouse: Warehouse) -> Run:
    """Close, read Xero, plan and apply; then plan again, which must plan nothing."""

    def carry_out(*journals: dict[str, object], terms: PlanTerms = TERMS) -> tuple[StoredPlan, ApplyResult]:
        close_month(warehouse, *journals)
        refresh_posted(client, warehouse)
        plan = make_plan(warehouse, terms, OCTOBER)
        result = apply_plan(client, warehouse, plan.plan_hash, terms, pause=no_pause)
        if result.is_complete:
            refresh_posted(client, warehouse)
            assert make_plan(warehouse, terms, OCTOBER).changes == ()
        return plan, result

    return carry_out


def _shown(plan: StoredPlan) -> list[tuple[str, str | None, str | None, str, str]]:
    return [
        (one.action, one.tag, one.old_tag, one.journal_date.isoformat(), one.reason)
        for one in plan.documents
        if one.is_change
    ]


def test_delta_posts_the_difference_and_leaves_the_first_one(run: Run, books: LocalBooks) -> None:
    run(cogs("120.00"), terms=DELTA)

    plan, _ = run(cogs("130.00"), terms=DELTA)

    assert _shown(plan) == [
        ("corrected", V2, V1, "2026-10-31", "difference of 10.00: total 120.00 -> 130.00"),
    ]
    assert books.standing() == {V1: "120.00", V2: "10.00"}
    assert books.balance("310", "2026-10-31") == "130.00"
    assert books.narration(V2) == f"{V2} October 2026 (difference to v1)"


def test_delta_goes_down_too_and_is_counted_from_all_that_stands(run: Run, books: LocalBooks) -> None:
    for amount in ("120.00", "130.00", "90.00"):
        plan, _ = run(cogs(amount), terms=DELTA)

    assert _shown(plan) == [
        ("corrected", V3, V2, "2026-10-31", "difference of 40.00: total 130.00 -> 90.00"),
    ]
    assert books.balance("310", "2026-10-31") == "90.00"
    assert books.narration(V3) == f"{V3} October 2026 (difference to v1 to v2)"


def test_reverse_takes_back_with_the_date_of_the_original(run: Run, books: LocalBooks) -> None:
    run(cogs("60.00", date=date(2026, 10, 15)), terms=REVERSE)

    plan, _ = run(cogs("130.00"), terms=REVERSE)

    assert _shown(plan) == [
        ("reversed", V2, V1, "2026-10-15", "taken back: total 60.00 -> 130.00"),
        ("new", V3, None, "2026-10-31", f"in the place of {V1}"),
    ]
    assert [books.balance("310", day) for day in ("2026-10-15", "2026-10-31")] == ["0.00", "130.00"]
    assert set(books.statuses().values()) == {"POSTED"}


@pytest.mark.parametrize("terms", [DELTA, REVERSE])
def test_what_is_not_wanted_any_more_is_taken_back(run: Run, books: LocalBooks, terms: PlanTerms) -> None:
    run(cogs("120.00"), terms=terms)

    run(terms=terms)

    assert books.balance("310", "2026-10-31") == "0.00"
    assert set(books.statuses().values()) == {"POSTED"}


def test_a_changed_journal_of_a_locked_month_gets_its_difference_in_the_first_open_one(
    run: Run, books: LocalBooks
) -> None:
    run(cogs("120.00"))
    books.change("lock-date", lock_date="2026-10-31")

    plan, _ = run(cogs("130.00"))

    assert _shown(plan) == [
        (
            "corrected",
            V2,
            V1,
            "2026-11-01",
            "difference of 10.00 dated 2026-11-01, period lock date 2026-10-31: total 120.00 -> 130.00",
        )
    ]
    assert [books.balance("310", day) for day in ("2026-10-31", "2026-11-01")] == ["120.00", "130.00"]


def test_a_journal_that_moved_between_accounts_moves_in_the_difference(run: Run, books: LocalBooks) -> None:
    run(cogs("120.00"))
    books.change("lock-date", lock_date="2026-10-31")

    run(cogs("120.00", lines=[("425", "120.00"), ("630", "-120.00")]))

    assert [books.balance(account, "2026-11-30") for account in ("310", "425", "630")] == ["0.00", "120.00", "-120.00"]


def test_locks_are_judged_by_the_date_of_each_document(run: Run, books: LocalBooks) -> None:
    """The first version of a month to a day is locked, the whole month is not: nothing is voided."""
    run(cogs("60.00", date=date(2026, 10, 15)))
    books.change("lock-date", lock_date="2026-10-20")

    plan, _ = run(cogs("130.00"))

    assert _shown(plan) == [
        ("corrected", V2, V1, "2026-10-31", "difference of 70.00: total 60.00 -> 130.00"),
    ]


def test_the_year_end_lock_counts_too(run: Run, books: LocalBooks) -> None:
    run(cogs("120.00"))
    books.change("lock-date", end_of_year_lock_date="2026-12-31")

    plan, _ = run(cogs("130.00"))

    assert [(one.action, one.journal_date) for one in plan.changes] == [("corrected", date(2027, 1, 1))]


@pytest.mark.parametrize(("when_locked", "status"), [("next_open", "POSTED"), ("draft", "DRAFT")])
def test_a_new_journal_of_a_locked_month_may_go_into_the_first_open_one(
    run: Run, books: LocalBooks, when_locked: str, status: str
) -> None:
    books.change("lock-date", lock_date="2026-10-15")
    terms = replace(TERMS, when_locked=when_locked)  # type: ignore[arg-type]

    run(cogs("120.00", date=date(2026, 10, 15)), terms=terms)

    assert [(one["date"], one["status"]) for one in books.journals()] == [("2026-11-01", status)]
    if status == "DRAFT":
        books.change("journals/approve", journal=V1)
        run(cogs("120.00", date=date(2026, 10, 15)), terms=terms)


def test_a_void_that_a_lock_refuses_is_told_as_doubled_and_made_up_for(
    run: Run, client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    run(cogs("120.00"))
    books.change("faults", name="lock_date", every=2, times=1, day="2026-10-31")
    _, result = run(cogs("130.00"))

    assert (result.created, result.doubled) == ((V2,), (V1,))
    with pytest.raises(XeroRefusal, match="still stands beside the version that replaced it, so the ledger holds both"):
        result.raise_for_refusals()
    assert books.balance("310", "2026-10-31") == "250.00"

    plan, _ = run(cogs("130.00"))

    assert [(one.action, one.tag, one.journal_date) for one in plan.changes] == [("corrected", V3, date(2026, 11, 1))]
    assert books.balance("310", "2026-11-01") == "130.00"


def test_a_lock_that_came_after_the_plan_stops_it_and_the_next_plan_goes_around(
    client: XeroClient, warehouse: Warehouse, run: Run, books: LocalBooks
) -> None:
    run(cogs("120.00"))
    close_month(warehouse, cogs("130.00"))
    plan = make_plan(warehouse, TERMS, OCTOBER)
    books.change("lock-date", lock_date="2026-10-31")

    with pytest.raises(XeroRefusal, match="period lock date 2026-10-31"):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    run(cogs("130.00"))
    assert books.balance("310", "2026-11-01") == "130.00"


# Drift: what a person does in Xero.


def test_edited_lines_are_replaced(run: Run, books: LocalBooks) -> None:
    run(cogs("120.00"))
    books.change("journals/edit", journal=V1, lines=_lines("429", "120.00"))

    plan, _ = run(cogs("120.00"))

    assert _shown(plan) == [
        ("replaced", V2, V1, "2026-10-31", "somebody changed it in Xero: 310 120.00 -> 0.00; 429 0.00 -> 120.00"),
    ]
    assert books.standing() == {V2: "120.00"}


def test_an_edited_date_is_replaced(run: Run, books: LocalBooks) -> None:
    run(cogs("120.00"))
    books.change("journals/edit", journal=V1, date="2026-11-02")

    plan, _ = run(cogs("120.00"))

    assert _shown(plan) == [
        ("replaced", V2, V1, "2026-10-31", "somebody changed it in Xero: date 2026-10-31 -> 2026-11-02"),
    ]


def test_edited_lines_in_a_locked_month_are_made_up_for(run: Run, books: LocalBooks) -> None:
    run(cogs("120.00"))
    books.change("lock-date", lock_date="2026-10-31")
    books.change("journals/edit", journal=V1, lines=_lines("429", "100.00"))

    run(cogs("120.00"))

    assert [books.balance(code, "2026-11-30") for code in ("310", "429", "630")] == ["120.00", "0.00", "-120.00"]


def test_a_journal_that_lost_its_tag_is_still_known(
    run: Run, client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    run(cogs("120.00"))
    books.change("journals/edit", journal=V1, narration="October, checked")

    plan, _ = run(cogs("120.00"))

    assert plan.changes == ()
    assert len(books.journals()) == 1


@pytest.mark.parametrize("action", ["void", "approve", "archive"])
def test_what_a_person_does_is_answered_once(run: Run, books: LocalBooks, action: str) -> None:
    drafts = replace(TERMS, journal_status="DRAFT") if action == "approve" else TERMS
    run(cogs("120.00"), terms=drafts)
    books.change(f"journals/{action}", journal=V1)

    plan, _ = run(cogs("120.00"), terms=drafts)

    expected = {
        "void": [("new", V2, "version 1 does not stand in Xero")],
        "approve": [("unchanged", V1, "stands as it should; somebody approved it in Xero")],
        "archive": [("unchanged", V1, "stands as it should")],
    }
    assert [(one.action, one.tag, one.reason) for one in plan.documents] == expected[action]


def test_what_changed_in_xero_after_the_plan_stops_it(
    run: Run, client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    run(cogs("120.00"))
    close_month(warehouse, cogs("130.00"))
    plan = make_plan(warehouse, TERMS, OCTOBER)
    books.change("journals/edit", journal=V1, lines=_lines("429", "120.00"))

    with pytest.raises(Exception, match="changed: what stands in Xero: ACME-COGS-2026-10-v1"):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)


def test_amounts_of_a_change_show_before_and_after(run: Run, warehouse: Warehouse) -> None:
    run(cogs("120.00"), terms=DELTA)

    plan, _ = run(cogs("90.00"), terms=DELTA)

    assert [(one.old_debit_amount, one.debit_amount) for one in plan.changes] == [(Decimal("120.00"), Decimal("90.00"))]
    counts = warehouse.read("post.plans", "plan_hash = ?", [plan.plan_hash]).row(0, named=True)
    assert (counts["corrected_count"], counts["new_count"]) == (1, 0)


def _lines(account: str, amount: str) -> list[dict[str, str]]:
    return [{"account_code": account, "amount": amount}, {"account_code": "630", "amount": f"-{amount}"}]
