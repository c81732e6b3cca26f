"""Who approved a plan, and who may."""

import getpass
import socket
from datetime import UTC, datetime

import pytest

from pipelines.errors import ApprovalNeeded, UsageProblem
from pipelines.load.approve import approvers_of, record_approval, require_approval
from pipelines.load.person import current_login
from pipelines.load.plan import make_plan
from pipelines.load.plan_store import StoredPlan
from pipelines.warehouse import Warehouse
from schemas.posting_choices import ApprovalRules
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def plan(warehouse: Warehouse) -> StoredPlan:
    close_month(warehouse, cogs("120.00"))
    return make_plan(warehouse, TERMS, OCTOBER)


def test_the_login_and_the_host_stand_beside_the_name(warehouse: Warehouse, plan: StoredPlan) -> None:
    record_approval(warehouse, plan.plan_hash, " Ana Lopez ", clock=lambda: NOON)

    assert warehouse.read("post.approvals").rows() == [
        (plan.plan_hash, "Ana Lopez", getpass.getuser(), socket.gethostname(), NOON)
    ]


def test_approved_twice_by_one_person_is_one_approval(warehouse: Warehouse, plan: StoredPlan) -> None:
    for name in ("Ana Lopez", "Ben Ito", "Ana Lopez"):
        record_approval(warehouse, plan.plan_hash, name)

    assert sorted(approvers_of(warehouse, plan.plan_hash)) == ["Ana Lopez", "Ben Ito"]


def test_an_approval_survives_the_same_plan_made_again(warehouse: Warehouse, plan: StoredPlan) -> None:
    record_approval(warehouse, plan.plan_hash, "Ana Lopez")

    require_approval(warehouse, make_plan(warehouse, TERMS, OCTOBER))


def test_the_preparer_may_be_kept_from_approving(warehouse: Warehouse, plan: StoredPlan) -> None:
    with pytest.raises(ApprovalNeeded, match="may not approve it") as caught:
        record_approval(warehouse, plan.plan_hash, "Ana Lopez", rules=ApprovalRules(differs=True))

    assert caught.value.exit_code == 4
    assert approvers_of(warehouse, plan.plan_hash) == []


def test_another_login_approves_where_the_preparer_may_not(
    warehouse: Warehouse, plan: StoredPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.load.approve.current_login", lambda: "another")

    record_approval(warehouse, plan.plan_hash, "Ben Ito", rules=ApprovalRules(differs=True))

    assert approvers_of(warehouse, plan.plan_hash) == ["Ben Ito"]


def test_a_login_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)

    assert current_login().startswith(("uid ", "unknown"))


def test_an_approval_needs_a_name_and_a_plan(warehouse: Warehouse, plan: StoredPlan) -> None:
    with pytest.raises(UsageProblem, match="An approval needs a name"):
        record_approval(warehouse, plan.plan_hash, "  ")
    with pytest.raises(UsageProblem, match="There is no plan"):
        record_approval(warehouse, "f" * 64, "Ana Lopez")
