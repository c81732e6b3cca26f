"""Faults between us and Xero: whatever goes wrong, in the end each planned journal stands exactly once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipelines.errors import Incomplete, TieoutError, UsageProblem
from pipelines.load.apply import apply_plan
from pipelines.load.courier import KEY_LIFE
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.plan_store import StoredPlan, read_plan
from pipelines.load.xero_answers import NoAnswer
from pipelines.load.xero_client import XeroClient, connect
from pipelines.warehouse import Warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause, sandbox_settings
from tests.pipelines.load.local_books import LocalBooks

KEYS = ["COGS-2026-10", *(f"ADJUSTMENT-2026-10-{number}" for number in (1, 2))]
EXPECTED = {f"ACME-{key}-v1": "7.00" for key in KEYS}


@pytest.fixture
def plan(client: XeroClient, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> StoredPlan:
    """Three journals in two requests; Xero was seen before."""
    monkeypatch.setattr("pipelines.load.batches.MOST_DOCUMENTS", 2)
    close_month(warehouse, *(cogs("7.00", key=key) for key in KEYS))
    refresh_posted(client, warehouse)
    return make_plan(warehouse, TERMS, OCTOBER)


def _later() -> datetime:
    return datetime.now(UTC) + KEY_LIFE + timedelta(minutes=1)


def _states(warehouse: Warehouse) -> dict[str, int]:
    rows = warehouse.query("select state, count(*) as n from post.outbox group by state").to_dicts()
    return {row["state"]: row["n"] for row in rows}


@pytest.mark.parametrize(
    ("fault", "every"),
    [
        ("drop_before_commit", 2),
        ("drop_after_commit", 1),
        ("drop_after_commit", 2),
        ("error_before_commit", 1),
        ("error_after_commit", 1),
        ("html", 2),
    ],
)
def test_one_fault_is_overcome(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan, fault: str, every: int
) -> None:
    books.change("faults", name=fault, every=every, times=1)

    result = apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert books.standing() == EXPECTED
    assert set(result.created) == set(EXPECTED)
    assert _states(warehouse) == {"confirmed": 3}


@pytest.mark.parametrize(
    ("fault", "is_late"),
    [
        ("drop_before_commit", True),
        ("drop_after_commit", False),
        ("drop_after_commit", True),
        ("error_after_commit", False),
        ("unavailable", False),
    ],
)
def test_a_fault_that_stays_ends_the_run_and_the_next_one_goes_on(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan, fault: str, *, is_late: bool
) -> None:
    books.change("faults", name=fault)
    try:
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    except Incomplete as error:
        assert error.exit_code == 7  # noqa: PT017 - after an error, a journal may be found and the run go on
    books.end_faults()

    if is_late:
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause, clock=_later)
    else:
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert books.standing() == EXPECTED
    assert len(books.statuses()) == 3
    assert read_plan(warehouse, plan.plan_hash).status == "applied"


def test_after_a_lost_answer_closing_again_goes_on_with_the_same_plan(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan
) -> None:
    books.change("faults", name="drop_after_commit")
    with pytest.raises(Incomplete):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    books.end_faults()

    refresh_posted(client, warehouse)
    again = make_plan(warehouse, TERMS, OCTOBER)
    apply_plan(client, warehouse, again.plan_hash, TERMS, pause=no_pause)

    assert again.plan_hash == plan.plan_hash
    assert books.standing() == EXPECTED


def test_after_a_lost_answer_a_changed_month_replaces_what_did_arrive(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, cogs("7.00"), cogs("8.00", key="ADJUSTMENT-2026-10-1"))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    books.change("faults", name="drop_after_commit")
    with pytest.raises(Incomplete):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    books.end_faults()

    close_month(warehouse, cogs("9.00"), cogs("8.00", key="ADJUSTMENT-2026-10-1"))
    refresh_posted(client, warehouse)
    changed = make_plan(warehouse, TERMS, OCTOBER)
    apply_plan(client, warehouse, changed.plan_hash, TERMS, pause=no_pause)

    assert books.standing() == {"ACME-COGS-2026-10-v2": "9.00", "ACME-ADJUSTMENT-2026-10-1-v1": "8.00"}


def test_the_day_limit_is_not_slept_on(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan, tmp_path: Path
) -> None:
    books.change("faults", name="rate_limit_day", every=2, times=1)

    with pytest.raises(Incomplete, match="the limit of requests a day is used up"):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=_never)

    assert _states(warehouse) == {"confirmed": 2, "planned": 1}
    with connect(sandbox_settings(tmp_path, books.url)) as next_day:
        result = apply_plan(next_day, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    assert len(result.created) == 1
    assert books.standing() == EXPECTED


def test_a_minute_limit_is_waited_for_as_long_as_xero_says(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan
) -> None:
    books.change("faults", name="rate_limit_minute", times=1)
    waited: list[float] = []

    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=waited.append)

    assert waited == [26.0]
    assert books.standing() == EXPECTED


def test_an_expired_token_is_renewed_in_mid_run(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan
) -> None:
    books.change("faults", name="expired_token", times=1)

    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert books.standing() == EXPECTED


def test_a_token_that_stays_refused_sends_nothing_more(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan
) -> None:
    books.change("faults", name="expired_token")

    with pytest.raises(UsageProblem, match="HTTP 401, also with a fresh token"):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert _states(warehouse) == {"planned": 3}
    books.end_faults()
    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    assert books.standing() == EXPECTED


@pytest.mark.parametrize("fault", ["drop_after_commit", "error_after_commit", "unavailable"])
def test_a_void_of_unknown_outcome_is_looked_up(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, fault: str
) -> None:
    for amount in ("7.00", "9.00"):
        close_month(warehouse, cogs(amount))
        refresh_posted(client, warehouse)
        plan = make_plan(warehouse, TERMS, OCTOBER)
        if amount == "9.00":
            books.change("faults", name=fault, every=2, times=1)
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert books.statuses() == {"ACME-COGS-2026-10-v1": "VOIDED", "ACME-COGS-2026-10-v2": "POSTED"}
    assert warehouse.read("post.documents", "status = 'VOIDED'")["tag"].to_list() == ["ACME-COGS-2026-10-v1"]


def test_a_void_that_never_was_confirmed_is_made_up_for(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    close_month(warehouse, cogs("7.00"))
    refresh_posted(client, warehouse)
    apply_plan(client, warehouse, make_plan(warehouse, TERMS, OCTOBER).plan_hash, TERMS)
    close_month(warehouse, cogs("9.00"))
    plan = make_plan(warehouse, TERMS, OCTOBER)
    end_manual_journal = client.end_manual_journal
    client.end_manual_journal = _no_answer  # type: ignore[method-assign]
    with pytest.raises(Incomplete):
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)
    assert books.standing() == {"ACME-COGS-2026-10-v1": "7.00", "ACME-COGS-2026-10-v2": "9.00"}

    client.end_manual_journal = end_manual_journal  # type: ignore[method-assign]
    apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause, clock=_later)

    assert books.standing() == {"ACME-COGS-2026-10-v2": "9.00"}


def _no_answer(manual_journal_id: str, body: str, idempotency_key: str) -> list[dict[str, object]]:
    raise NoAnswer("the cable is cut")


def test_a_xero_that_is_not_there_leaves_everything_to_the_next_run(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, plan: StoredPlan
) -> None:
    sent = client._http.request

    def refuse_writes(method: str, url: str, **given: object) -> httpx.Response:
        if method != "GET":
            raise httpx.ConnectError("refused")
        return sent(method, url, **given)  # type: ignore[arg-type]

    client._http.request = refuse_writes  # type: ignore[method-assign, assignment]
    with pytest.raises(TieoutError, match="Xero cannot be reached") as caught:
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause)

    assert caught.value.exit_code == 7
    assert _states(warehouse) == {"planned": 3}


def _never(_: float) -> None:
    raise AssertionError("nobody waits for another day")
