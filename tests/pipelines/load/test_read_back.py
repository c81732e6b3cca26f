"""What came twice, of a late request or of another warehouse: one counts, the other is voided, and it is said so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import ApprovalNeeded, Incomplete
from pipelines.load.apply import apply_plan
from pipelines.load.courier import KEY_LIFE
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.xero_client import XeroClient
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause
from tests.pipelines.load.local_books import LocalBooks

V1 = "ACME-COGS-2026-10-v1"


@pytest.fixture
def other(tmp_path: Path, empty_warehouse: Path) -> Iterator[Warehouse]:
    """Another warehouse that posts to the same organisation."""
    file = tmp_path / "other.duckdb"
    file.write_bytes(empty_warehouse.read_bytes())
    with open_warehouse(Settings(home=tmp_path, warehouse=file), publishes=False) as found:
        yield found


def _late() -> datetime:
    return datetime.now(UTC) + KEY_LIFE + timedelta(minutes=1)


def _send_late(client: XeroClient, warehouse: Warehouse, books: LocalBooks) -> str:
    """A first apply gets no answer and gives up; a second one, after the key's time, looks up and sends anew."""
    close_month(warehouse, cogs("120.00"))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    books.change("faults", name="late_commit", requests=10_000)
    with pytest.raises(Incomplete):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    books.end_faults()
    return plan.plan_hash


def test_a_request_that_is_late_beyond_all_look_ups_is_voided_by_the_same_run(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    plan_hash = _send_late(client, warehouse, books)
    create = client.create_manual_journals

    def then_the_late_one(body: str, idempotency_key: str) -> list[dict[str, object]]:
        """Both look-ups found nothing; just after the second sending the first one arrives."""
        answer = create(body, idempotency_key)
        books.change("late-commits")
        return answer

    client.create_manual_journals = then_the_late_one  # type: ignore[method-assign]

    result = apply_plan(client, warehouse, plan_hash, TERMS, pause=no_pause, clock=_late)

    assert result.twins == (f"{V1}+2",)
    assert result.notes == (
        f"{V1} stood twice, because a request came late or another warehouse posted it: the second one was voided.",
    )
    assert books.standing() == {V1: "120.00"}
    assert sorted(str(one["status"]) for one in books.journals()) == ["POSTED", "VOIDED"]
    refresh_posted(client, warehouse)
    assert make_plan(warehouse, TERMS, OCTOBER).changes == ()


def test_a_request_that_is_later_still_is_voided_by_the_next_plan(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    plan_hash = _send_late(client, warehouse, books)
    apply_plan(client, warehouse, plan_hash, TERMS, pause=no_pause, clock=_late)
    books.change("late-commits")
    assert len(books.journals()) == 2

    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert [(one.action, one.reason) for one in plan.changes] == [
        ("voided", "posted twice: a request came late, or another warehouse posted it")
    ]
    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    assert books.standing() == {V1: "120.00"}
    refresh_posted(client, warehouse)
    assert make_plan(warehouse, TERMS, OCTOBER).changes == ()


def test_a_late_request_of_a_locked_month_is_reversed_in_the_first_open_one(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    plan_hash = _send_late(client, warehouse, books)
    apply_plan(client, warehouse, plan_hash, TERMS, pause=no_pause, clock=_late)
    books.change("late-commits")
    books.change("lock-date", lock_date="2026-10-31")

    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert [books.balance("310", day) for day in ("2026-10-31", "2026-11-01")] == ["240.00", "120.00"]


def test_a_request_that_is_late_within_the_keys_time_stands_once(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, cogs("120.00"))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    books.change("faults", name="late_commit", requests=1, times=1)

    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert books.standing() == {V1: "120.00"}
    assert len(books.journals()) == 1


def test_two_warehouses_that_post_the_same_at_once_leave_each_journal_once_and_tell(
    client: XeroClient, warehouse: Warehouse, other: Warehouse, books: LocalBooks
) -> None:
    journals = [cogs("120.00"), cogs("5.00", key="ADJUSTMENT-2026-10-1", kind="adjustment")]
    for one in (warehouse, other):
        close_month(one, *journals)
        refresh_posted(client, one)
    plans = [make_plan(one, TERMS, OCTOBER).plan_hash for one in (warehouse, other)]
    assert plans[0] == plans[1]
    post_between = client.create_manual_journals
    results = []

    def both(body: str, idempotency_key: str) -> list[dict[str, object]]:
        """Just before ours arrives, the other warehouse's does, under another app's key."""
        client.create_manual_journals = post_between  # type: ignore[method-assign]
        results.append(apply_plan(client, other, plans[1], TERMS, pause=no_pause))
        return post_between(body, f"{idempotency_key}x")

    client.create_manual_journals = both  # type: ignore[method-assign]
    result = apply_plan(client, warehouse, plans[0], TERMS, pause=no_pause)

    assert books.standing() == {V1: "120.00", "ACME-ADJUSTMENT-2026-10-1-v1": "5.00"}
    assert len(result.twins) == 2
    for one in (warehouse, other):
        refresh_posted(client, one)
        plan = make_plan(one, TERMS, OCTOBER)
        apply_plan(client, one, plan.plan_hash, TERMS, pause=no_pause)
    assert books.standing() == {V1: "120.00", "ACME-ADJUSTMENT-2026-10-1-v1": "5.00"}


def test_another_warehouse_that_posts_other_things_meanwhile_is_told(
    client: XeroClient, warehouse: Warehouse, other: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, cogs("120.00"))
    close_month(other, cogs("5.00", key="ADJUSTMENT-2026-10-1", kind="adjustment"))
    for one in (warehouse, other):
        refresh_posted(client, one)
    plans = [make_plan(one, TERMS, OCTOBER).plan_hash for one in (warehouse, other)]
    post = client.create_manual_journals

    def both(body: str, idempotency_key: str) -> list[dict[str, object]]:
        client.create_manual_journals = post  # type: ignore[method-assign]
        apply_plan(client, other, plans[1], TERMS, pause=no_pause)
        return post(body, idempotency_key)

    client.create_manual_journals = both  # type: ignore[method-assign]
    result = apply_plan(client, warehouse, plans[0], TERMS, pause=no_pause)

    assert result.strangers == ("ACME-ADJUSTMENT-2026-10-1-v1",)
    with pytest.raises(ApprovalNeeded, match="Another warehouse posts for this organisation: 1 journals") as caught:
        result.raise_for_refusals()
    assert caught.value.exit_code == 4


def test_what_another_warehouse_posted_before_stops_a_plan_that_did_not_know(
    client: XeroClient, warehouse: Warehouse, other: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, cogs("120.00"))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    close_month(other, cogs("99.00"))
    refresh_posted(client, other)
    apply_plan(client, other, make_plan(other, TERMS, OCTOBER).plan_hash, TERMS, pause=no_pause)

    with pytest.raises(ApprovalNeeded, match="what stands in Xero: ACME-COGS-2026-10-v1"):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert books.standing() == {V1: "99.00"}


def test_a_quiet_period_is_waited_for_from_the_last_sending(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, *(cogs("1.00", key=f"ADJUSTMENT-2026-10-{number}") for number in range(3)))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    books.change("faults", name="error_before_commit", times=1)
    waited: list[float] = []

    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=waited.append, quiet_seconds=60.0)

    assert len(waited) == 1
    assert 55 < waited[0] <= 60
    assert len(books.standing()) == 3


def test_an_own_tag_with_other_content_is_no_twin_and_stays(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    """A person copies our journal in Xero and changes an amount: nothing of it is voided by itself."""
    close_month(warehouse, cogs("120.00"))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    lines = [{"account_code": "310", "amount": "9.00"}, {"account_code": "630", "amount": "-9.00"}]
    books.change("journals/enter", narration=f"{V1} October 2026", date="2026-10-31", lines=lines)

    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, replace(TERMS), OCTOBER)

    assert [(one.action, one.old_tag) for one in plan.changes] == [("voided", f"{V1}+2")]
