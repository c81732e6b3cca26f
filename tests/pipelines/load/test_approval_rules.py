"""Who has to approve: another person than the preparer, and for large amounts somebody who may."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipelines.load.approval_rules import Approver, missing_approvals
from pipelines.load.plan_store import StoredPlan
from schemas.posting_choices import ApprovalLimit, ApprovalRules

PLAN = StoredPlan(
    "a" * 64, date(2026, 10, 1), None, "planned", datetime(2026, 11, 2, tzinfo=UTC), "ana", "desk", "{}", ()
)
CHANGED = {"310": Decimal("1200.00"), "630": Decimal("1200.00")}
ANA, BEN = Approver("Ana Lopez", "ana", "desk"), Approver("Ben Ito", "ben", "desk")
SHARED = Approver("Ben Ito", "ana", "desk")
"""Ben, at the machine and under the login that Ana prepared the plan with."""
BOARD = ApprovalLimit(Decimal(1000), ("Ben Ito", "cfo"), ("310",))


@pytest.mark.parametrize(
    ("approvers", "rules", "passes"),
    [
        ([], ApprovalRules(), False),
        ([ANA], ApprovalRules(), True),
        ([ANA], ApprovalRules(differs=True), False),
        ([ANA, BEN], ApprovalRules(differs=True), True),
        ([SHARED], ApprovalRules(differs=True), False),
        ([SHARED], ApprovalRules(differs=True, trust_names=True), True),
        ([replace(SHARED, name="ANA")], ApprovalRules(differs=True, trust_names=True), False),
        ([ANA], ApprovalRules(limits=(BOARD,)), False),
        ([BEN], ApprovalRules(limits=(BOARD,)), True),
        ([replace(ANA, login="CFO")], ApprovalRules(limits=(BOARD,)), True),
        ([ANA], ApprovalRules(limits=(replace(BOARD, above=Decimal(1200)),)), True),
        ([ANA], ApprovalRules(limits=(replace(BOARD, accounts=("429",)),)), True),
        ([ANA], ApprovalRules(limits=(replace(BOARD, accounts=()),)), False),
        ([ANA], ApprovalRules(limits=(replace(BOARD, accounts=(), above=Decimal(1200)),)), True),
    ],
)
def test_a_plan_passes_when_everybody_has_approved_who_must(
    approvers: list[Approver], rules: ApprovalRules, passes: bool
) -> None:
    assert (missing_approvals(PLAN, approvers, CHANGED, rules) == []) is passes


def test_a_name_given_with_the_plan_is_the_preparers_where_names_are_trusted() -> None:
    rules, plan = ApprovalRules(differs=True, trust_names=True), replace(PLAN, preparer_name="Ana Lopez")

    assert missing_approvals(plan, [replace(SHARED, name=" ana lopez")], CHANGED, rules) == [
        "it waits for the approval of a person other than Ana Lopez, who made it"
    ]
    assert missing_approvals(plan, [replace(SHARED, name="ana")], CHANGED, rules) == []


def test_what_is_missing_is_said_with_amount_account_and_names() -> None:
    found = missing_approvals(PLAN, [ANA], CHANGED, ApprovalRules(limits=(BOARD,)))

    assert found == ["1,200.00 on account 310 is more than 1,000.00: it needs Ben Ito or cfo"]
