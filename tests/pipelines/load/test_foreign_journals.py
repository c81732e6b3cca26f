"""Going live beside the sync of Cin7: a month that others have posted too waits for a decision on each journal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipelines.errors import ApprovalNeeded
from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import ApplyResult
from pipelines.load.foreign_journals import undecided_journals
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from schemas.posting_choices import ForeignJournal
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause
from tests.pipelines.load.local_books import LocalBooks

GUARDED = replace(TERMS, guarded_accounts=frozenset({"310", "630"}))
SYNC = "Cin7 Omni Cost of Goods Sold - October 2026"
V1 = "ACME-COGS-2026-10-v1"

Close = Callable[..., ApplyResult]


@pytest.fixture
def close(client: XeroClient, warehouse: Warehouse) -> Close:
    def carry_out(terms: PlanTerms = GUARDED, amount: str = "120.00") -> ApplyResult:
        close_month(warehouse, cogs(amount))
        refresh_posted(client, warehouse)
        plan = make_plan(warehouse, terms, OCTOBER)
        return apply_plan(client, warehouse, plan.plan_hash, terms, pause=no_pause)

    return carry_out


@pytest.fixture
def sync_id(books: LocalBooks) -> str:
    """What Cin7's own sync has posted."""
    _enter(books, SYNC, "120.00")
    return str(books.journals()[0]["journal_id"])


def _enter(books: LocalBooks, narration: str, amount: str, **other: Any) -> None:  # noqa: ANN401
    lines = [{"account_code": "310", "amount": amount}, {"account_code": "630", "amount": f"-{amount}"}]
    books.change("journals/enter", **{"narration": narration, "date": "2026-10-31", "lines": lines, **other})


def _decide(journal: str, decision: str, adopted_as: str | None = None) -> PlanTerms:
    entry = ForeignJournal(journal, decision, "why", "who", adopted_as, "mappings/close.yaml:40:5")  # type: ignore[arg-type]
    return replace(GUARDED, foreign_journals=(entry,))


def test_the_plan_can_warn_of_it_before_anybody_approves(
    client: XeroClient, warehouse: Warehouse, sync_id: str
) -> None:
    refresh_posted(client, warehouse)
    accounts = GUARDED.guarded_accounts

    (problem,) = undecided_journals(warehouse, OCTOBER, accounts, ())
    decided = undecided_journals(warehouse, OCTOBER, accounts, _decide(sync_id, "foreign").foreign_journals)

    assert problem.where == f"Xero, manual journal {SYNC!r} of 2026-10-31"
    assert decided == []


def test_a_month_that_cin7_posted_too_is_not_posted_again(close: Close, books: LocalBooks, sync_id: str) -> None:
    with pytest.raises(ApprovalNeeded) as caught:
        close()

    assert caught.value.exit_code == 4
    assert str(caught.value) == (
        "Somebody else has posted journals of 2026-10 to your stock and cost accounts: nothing was sent.\n"
        "    With tieout's own the month would count twice. Each needs a decision.\n"
        f"Xero, manual journal '{SYNC}' of 2026-10-31: is not tieout's, posted, and books on 310, 630 (240.00)\n"
        "    Void it in Xero (Accounting, Manual journals), and switch off the sync that posted it; or write under "
        "foreign_journals in mappings/close.yaml\n"
        f'      - {{journal: "{sync_id}", decision: adopted, as: COGS-2026-10, reason: "...", owner: "..."}}   to let '
        "tieout take its place,\n"
        f'      - {{journal: "{sync_id}", decision: foreign, reason: "...", owner: "..."}}   to leave it beside '
        "tieout's."
    )
    assert books.writes() == []


def test_a_journal_that_was_voided_by_hand_is_in_nobodys_way(close: Close, books: LocalBooks, sync_id: str) -> None:
    books.change("journals/void", journal=SYNC)

    close()

    assert books.balance("310", "2026-10-31") == "120.00"


def test_an_adopted_journal_is_replaced_by_ours(close: Close, books: LocalBooks, sync_id: str) -> None:
    terms = _decide(sync_id, "adopted", "COGS-2026-10")

    result = close(terms)

    assert (result.created, result.ended) == ((V1,), ("ACME-COGS-2026-10-v0",))
    assert {one["narration"]: one["status"] for one in books.journals()} == {
        f"{V1} October 2026": "POSTED",
        SYNC: "VOIDED",
    }
    assert close(terms).request_count == 0


def test_an_adopted_journal_of_a_locked_month_is_made_up_for_by_the_difference(
    close: Close, books: LocalBooks, sync_id: str
) -> None:
    books.change("lock-date", lock_date="2026-10-31")

    close(_decide(SYNC, "adopted", "COGS-2026-10"), amount="130.00")

    assert [books.balance("310", day) for day in ("2026-10-31", "2026-11-01")] == ["120.00", "130.00"]


@pytest.mark.parametrize("by_id", [True, False])
def test_a_journal_that_is_named_as_foreign_stays(
    close: Close, books: LocalBooks, sync_id: str, *, by_id: bool
) -> None:
    close(_decide(sync_id if by_id else SYNC, "foreign"))

    assert books.balance("310", "2026-10-31") == "240.00"


@pytest.mark.parametrize(
    ("decision", "found"),
    [
        (("no such id", "foreign", None), "foreign_journals names 'no such id', which Xero does not have"),
        ((SYNC, "adopted", None), f"'{SYNC}' is adopted, and does not say as what"),
    ],
)
def test_a_decision_that_says_nothing_is_told(
    close: Close, sync_id: str, decision: tuple[str, str, str | None], found: str
) -> None:
    with pytest.raises(ApprovalNeeded) as caught:
        close(_decide(*decision))

    assert f"mappings/close.yaml:40:5: {found}" in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        {"date": "2026-11-01"},
        {"date": "2026-09-30"},
        {"lines": [{"account_code": "429", "amount": "1.00"}, {"account_code": "425", "amount": "-1.00"}]},
    ],
)
def test_journals_of_other_months_or_accounts_are_left_alone(
    close: Close, books: LocalBooks, other: dict[str, object]
) -> None:
    _enter(books, "Accrual", "9.00", **other)

    assert close().is_complete


def test_a_draft_counts_too_because_somebody_may_approve_it(close: Close, books: LocalBooks) -> None:
    _enter(books, SYNC, "120.00", status="DRAFT")

    with pytest.raises(ApprovalNeeded, match="is not tieout's, draft, and books on 310, 630"):
        close()


def test_a_month_that_was_begun_is_asked_about_no_more(close: Close, books: LocalBooks) -> None:
    close()
    _enter(books, "Year-end correction", "9.00")

    assert close(amount="130.00").is_complete
