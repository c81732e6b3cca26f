"""A plan is the difference between what a month should hold in Xero and what it holds, and its hash is its inputs."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import DataProblem, UsageProblem
from pipelines.load.json_text import decode_json, sha256_of
from pipelines.load.locks import LockDates
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.plan_hashes import differences
from pipelines.load.plan_store import SummaryRow, find_plan, plan_summary, read_plan
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, book_something, close_month, cogs, post
from tests.pipelines.load.local_books import LocalBooks

ADJUSTMENT = cogs("5.00", key="ADJUSTMENT-2026-10-SA 1", kind="adjustment", date=date(2026, 10, 7), text="SA 1")


def _actions(warehouse: Warehouse) -> list[tuple[str, str | None, str | None]]:
    return [(one.action, one.tag, one.old_tag) for one in make_plan(warehouse, TERMS, OCTOBER).documents]


def test_journals_that_xero_does_not_hold_are_new(warehouse: Warehouse) -> None:
    close_month(warehouse, ADJUSTMENT, cogs("120.00"))

    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert plan_summary(plan) == (
        SummaryRow(
            "new",
            "COGS-2026-10",
            "ACME-COGS-2026-10-v1",
            date(2026, 10, 31),
            Decimal("120.00"),
            None,
            "not in Xero yet",
        ),
        SummaryRow(
            "new",
            "ADJUSTMENT-2026-10-SA 1",
            "ACME-ADJUSTMENT-2026-10-SA_1-v1",
            date(2026, 10, 7),
            Decimal("5.00"),
            None,
            "not in Xero yet",
        ),
    )


def test_a_posted_month_plans_nothing(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, ADJUSTMENT, cogs("120.00"))

    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert plan.changes == ()
    assert plan.count("unchanged") == 2


def test_other_content_is_replaced_and_what_is_not_wanted_is_voided(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, ADJUSTMENT, cogs("120.00"))
    close_month(warehouse, cogs("130.00", date=date(2026, 10, 30)))

    summary = plan_summary(make_plan(warehouse, TERMS, OCTOBER))

    assert [(row.action, row.tag, row.debit_amount, row.old_debit_amount, row.reason) for row in summary] == [
        (
            "replaced",
            "ACME-COGS-2026-10-v2",
            Decimal("130.00"),
            Decimal("120.00"),
            "date 2026-10-31 -> 2026-10-30; total 120.00 -> 130.00",
        ),
        ("voided", "ACME-ADJUSTMENT-2026-10-SA_1-v1", None, Decimal("5.00"), "not wanted any more"),
    ]


def test_other_words_replace_too(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, cogs("120.00"))
    close_month(warehouse, cogs("120.00", text="October 2026, corrected"))

    assert [row.reason for row in plan_summary(make_plan(warehouse, TERMS, OCTOBER))] == [
        "same total, other lines or words"
    ]


def test_an_empty_month_plans_nothing(warehouse: Warehouse) -> None:
    assert make_plan(warehouse, TERMS, OCTOBER).documents == ()


def test_another_month_is_not_touched(client: XeroClient, warehouse: Warehouse) -> None:
    september = cogs("100.00", key="COGS-2026-09", date=date(2026, 9, 30), text="September 2026")
    post(client, warehouse, september, period=date(2026, 9, 1))
    close_month(warehouse, cogs("120.00"))

    assert _actions(warehouse) == [("new", "ACME-COGS-2026-10-v1", None)]


@given(order=st.permutations(range(8)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5, deadline=None)
def test_the_order_of_rows_does_not_matter(warehouse: Warehouse, order: list[int]) -> None:
    keys = ["COGS-2026-10", *(f"ADJUSTMENT-2026-10-{number}" for number in (9, 10, 11))]
    close_month(warehouse, *(cogs(f"{10 + place}.00", key=key) for place, key in enumerate(keys)))
    expected = make_plan(warehouse, TERMS, OCTOBER)
    lines = warehouse.read("close.journal_lines")
    warehouse.replace("close.journal_lines", lines[order])
    warehouse.replace(
        "close.journals", warehouse.read("close.journals").sample(fraction=1, shuffle=True, seed=order[0])
    )

    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert (plan.plan_hash, plan.canonical_json) == (expected.plan_hash, expected.canonical_json)
    assert plan.documents == expected.documents


def test_the_hash_covers_the_canonical_text_and_nothing_that_differs_between_two_runs(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))

    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert plan.plan_hash == sha256_of(plan.canonical_json)
    assert decode_json(plan.canonical_json) == {
        "format": 1,
        "period": "2026-10-01",
        "to_date": None,
        "terms": ["ACME", "POSTED", False],
        "mappings": "m",
        "code": "c",
        "bookings": decode_json(plan.canonical_json)["bookings"],
        "wanted": [["COGS-2026-10", decode_json(plan.canonical_json)["wanted"][0][1]]],
        "posted": [],
        "actions": [["new", "ACME-COGS-2026-10-v1", ""]],
    }


def test_the_same_inputs_use_the_same_plan_again(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))
    first = make_plan(warehouse, TERMS, OCTOBER, clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))

    second = make_plan(warehouse, TERMS, OCTOBER, clock=lambda: datetime(2026, 11, 3, tzinfo=UTC))

    assert second == first
    assert warehouse.read("post.plans").height == 1
    assert warehouse.read("post.plan_documents").height == 1


@pytest.mark.parametrize(
    ("terms", "to_date", "changed"),
    [
        (replace(TERMS, mappings_hash="other"), None, ["the mappings"]),
        (replace(TERMS, code_hash="other"), None, ["the version of tieout"]),
        (TERMS, date(2026, 10, 15), []),
        (
            replace(TERMS, journal_status="DRAFT"),
            None,
            ["organisation, status or cash basis of the documents", "the journals of the month: COGS-2026-10"],
        ),
    ],
)
def test_other_terms_make_another_plan(
    warehouse: Warehouse, terms: object, to_date: date | None, changed: list[str]
) -> None:
    close_month(warehouse, cogs("120.00"))
    first = make_plan(warehouse, TERMS, OCTOBER)

    second = make_plan(warehouse, terms, OCTOBER, to_date)  # type: ignore[arg-type]

    assert second.plan_hash != first.plan_hash
    assert differences(first.canonical_json, second.canonical_json) == changed


def test_a_journal_that_xero_has_and_this_warehouse_lost_counts_as_posted(
    client: XeroClient, warehouse: Warehouse
) -> None:
    post(client, warehouse, cogs("120.00"), ADJUSTMENT)
    for table in ("post.documents", "post.outbox", "post.requests", "post.plans"):
        warehouse.execute(f"delete from {table}")
    close_month(warehouse, cogs("130.00"), ADJUSTMENT)
    refresh_posted(client, warehouse)

    assert _actions(warehouse) == [
        ("replaced", "ACME-COGS-2026-10-v2", "ACME-COGS-2026-10-v1"),
        ("unchanged", "ACME-ADJUSTMENT-2026-10-SA_1-v1", None),
    ]


def test_a_tag_is_never_used_again(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, cogs("120.00"))
    posted = warehouse.read("post.documents").row(0, named=True)
    client.void_manual_journal(posted["manual_journal_id"], posted["narration"], "by hand")
    refresh_posted(client, warehouse)

    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert [(one.action, one.tag, one.reason) for one in plan.documents] == [
        ("new", "ACME-COGS-2026-10-v2", "version 1 does not stand in Xero")
    ]


def test_the_journals_of_another_organisations_tag_are_left_alone(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, cogs("120.00"))
    other = replace(TERMS, organisation="OTHER")
    for table in ("post.documents", "post.outbox"):
        warehouse.execute(f"delete from {table}")
    refresh_posted(client, warehouse)

    plan = make_plan(warehouse, other, OCTOBER)

    assert [(one.action, one.tag) for one in plan.documents] == [("new", "OTHER-COGS-2026-10-v1")]


@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        (LockDates(), None),
        (LockDates(date(2026, 10, 30)), None),
        (LockDates(date(2026, 10, 31)), "period lock date 2026-10-31"),
        (LockDates(None, date(2026, 12, 31)), "end of year lock date 2026-12-31"),
    ],
)
def test_a_document_dated_on_or_before_a_lock_date_is_blocked(locks: LockDates, expected: str | None) -> None:
    assert locks.blocking([date(2026, 10, 31)]) == expected


def test_a_lock_date_marks_the_changes_and_not_what_stays(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    post(client, warehouse, ADJUSTMENT)
    close_month(warehouse, ADJUSTMENT, cogs("120.00"))
    before = make_plan(warehouse, TERMS, OCTOBER)
    books.change("lock-date", lock_date="2026-10-31")
    refresh_posted(client, warehouse)

    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert [(row.action, row.reason) for row in plan_summary(plan)] == [
        ("blocked", "period lock date 2026-10-31: new, not in Xero yet"),
        ("unchanged", "stands as it should"),
    ]
    # A lock is judged again when the plan is applied, so it makes no other plan.
    assert plan.plan_hash == before.plan_hash
    assert warehouse.read("post.plans", "plan_hash = ?", [plan.plan_hash])["blocked_count"].to_list() == [1]


def test_a_change_of_the_values_behind_equal_journals_is_another_plan(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))
    first = make_plan(warehouse, TERMS, OCTOBER)
    book_something(warehouse)

    second = make_plan(warehouse, TERMS, OCTOBER)

    assert differences(first.canonical_json, second.canonical_json) == [
        "the values behind the journals (close.bookings)"
    ]


def test_a_plan_is_found_by_the_beginning_of_its_hash_and_as_the_latest(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))
    plan = make_plan(warehouse, TERMS, OCTOBER)

    assert find_plan(warehouse, plan.plan_hash[:6].upper()) == plan.plan_hash
    assert find_plan(warehouse, "latest") == plan.plan_hash


def test_the_latest_plan_is_the_one_that_was_made_last(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))
    first = make_plan(warehouse, TERMS, OCTOBER, clock=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    close_month(warehouse, cogs("130.00"))
    make_plan(warehouse, TERMS, OCTOBER, clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))
    close_month(warehouse, cogs("120.00"))
    make_plan(warehouse, TERMS, OCTOBER, clock=lambda: datetime(2026, 11, 3, tzinfo=UTC))

    assert find_plan(warehouse, "latest") == first.plan_hash


@pytest.mark.parametrize("reference", ["latest", "abcd", "zz"])
def test_a_plan_that_is_not_there_is_a_usage_problem(warehouse: Warehouse, reference: str) -> None:
    with pytest.raises(UsageProblem, match=rf"There is no plan '{reference}'\. Make one with `tieout plan PERIOD`\."):
        find_plan(warehouse, reference)


def test_too_short_a_beginning_is_refused(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))
    plan = make_plan(warehouse, TERMS, OCTOBER)

    with pytest.raises(UsageProblem, match="Give at least 4 characters"):
        find_plan(warehouse, plan.plan_hash[:2])


def test_an_unknown_hash_is_a_usage_problem(warehouse: Warehouse) -> None:
    with pytest.raises(UsageProblem, match="There is no plan 'ffff'"):
        read_plan(warehouse, "ffff")


def test_documents_that_would_share_a_tag_are_refused(warehouse: Warehouse) -> None:
    close_month(warehouse, *(cogs("1.00", key=f"ADJUSTMENT-2026-10-SA{gap}1") for gap in (" ", "_")))

    with pytest.raises(DataProblem) as caught:
        make_plan(warehouse, TERMS, OCTOBER)

    assert str(caught.value) == (
        "Journals cannot be told apart in Xero: nothing was planned.\n"
        "close.journals, 'ADJUSTMENT-2026-10-SA 1' and 'ADJUSTMENT-2026-10-SA_1': both get the tag "
        '"ADJUSTMENT-2026-10-SA_1"\n'
        "    Renumber one document."
    )


def test_a_journal_without_lines_is_refused(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))
    warehouse.execute("delete from close.journal_lines")

    with pytest.raises(DataProblem, match=r"differ in 1 journals, first COGS-2026-10\.\n    Close the month again\."):
        make_plan(warehouse, TERMS, OCTOBER)
