"""Plan, approve, apply: nothing is posted before a person approves exactly this plan."""

import re

import pytest

from tests.sample_company import SEPTEMBER, Company, Outcome

JOURNALS_OF_SEPTEMBER = 12


@pytest.fixture
def company(opened: Company) -> Company:
    """Its close.yaml asks for approval."""
    opened.edit_text("mappings/close.yaml", "required: false", "required: true")
    return opened


def hash_in(outcome: Outcome) -> str:
    """The plan's hash as the command prints it."""
    match = re.search(r"tieout approve ([0-9a-f]{12}) ", outcome.out + outcome.message)
    assert match is not None, outcome
    return match[1]


def test_a_plan_waits_for_approval_and_is_posted_once_approved(company: Company) -> None:
    planned = company.tieout("plan", SEPTEMBER)
    assert planned.exit_code == 0, planned.message
    plan = hash_in(planned)
    assert f"Plan {plan} for September 2026" in planned.out
    assert f"Have it approved: tieout approve {plan} --as NAME" in planned.out

    waiting = company.tieout("apply", plan)
    assert (waiting.exit_code, company.books.journals()) == (4, [])
    assert waiting.message == (
        f"Plan {plan} of 2026-09 waits for approval: nothing was posted.\n"
        f"    Let a person run `tieout approve {plan} --as NAME`, then apply it again."
    )

    approved = company.tieout("approve", plan[:6], "--as", "Kiri")
    assert (approved.exit_code, approved.out) == (
        0,
        f"Kiri approved plan {plan}. Post it with: tieout apply {plan}\n",
    )
    applied = company.tieout("apply", plan)
    assert applied.exit_code == 0, applied.message
    assert applied.out.endswith("Sent to Xero: 12 documents. It ties out.\n")
    assert len(company.books.standing()) == JOURNALS_OF_SEPTEMBER

    again = company.tieout("apply", plan)
    assert (again.exit_code, len(company.books.statuses())) == (0, JOURNALS_OF_SEPTEMBER)
    assert "Nothing is left to post" in again.out


def test_a_close_stops_at_the_approval_and_goes_on_after_it(company: Company) -> None:
    waiting = company.tieout("close", SEPTEMBER)
    assert (waiting.exit_code, company.books.journals()) == (4, [])
    assert company.tieout("approve", hash_in(waiting), "--as", "Kiri").exit_code == 0
    closed = company.tieout("close", SEPTEMBER)
    assert closed.exit_code == 0, closed.message
    assert len(company.books.standing()) == JOURNALS_OF_SEPTEMBER


@pytest.mark.thorough
def test_an_approval_does_not_hold_for_other_data(company: Company) -> None:
    plan = hash_in(company.tieout("plan", SEPTEMBER))
    company.tieout("approve", plan, "--as", "Kiri")
    company.edit_rows("Adjustments", "ADJ-41", lambda row: row["lineItems"][0].update(qty=-2, qtyAdjusted=-2))

    other = company.tieout("close", SEPTEMBER)
    assert (other.exit_code, company.books.journals()) == (4, [])
    assert hash_in(other) != plan

    changed = company.tieout("apply", plan)
    assert (changed.exit_code, company.books.journals()) == (4, [])
    assert changed.message.startswith(f"Plan {plan} of 2026-09 ")


def test_an_approval_does_not_hold_for_other_mappings(company: Company) -> None:
    plan = hash_in(company.tieout("plan", SEPTEMBER))
    company.tieout("approve", plan, "--as", "Kiri")
    company.edit_text(
        "mappings/adjustments.yaml", 'Marketing sample: { account: "431" }', 'Marketing sample: { account: "429" }'
    )
    changed = company.tieout("apply", plan)
    assert (changed.exit_code, company.books.journals()) == (4, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["approve", "abcd", "--as", "Kiri"], "There is no plan 'abcd'. Make one with `tieout plan PERIOD`."),
        (["apply", "latest"], "There is no plan 'latest'. Make one with `tieout plan PERIOD`."),
    ],
)
def test_a_plan_that_does_not_exist_is_told(untouched: Company, arguments: list[str], message: str) -> None:
    stopped = untouched.tieout(*arguments)
    assert (stopped.exit_code, stopped.message) == (2, message)
