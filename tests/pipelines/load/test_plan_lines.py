"""The lines of a plan: what an account holds before and after."""

from decimal import Decimal

import pytest

from pipelines.errors import ApprovalNeeded
from pipelines.load.approve import record_approval, require_approval
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.plan_lines import changed_by_account, read_lines
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from schemas.posting_choices import ApprovalLimit, ApprovalRules
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, post


def test_a_replaced_journal_shows_each_line_before_and_after(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, cogs("120.00"), cogs("5.00", key="ADJUSTMENT-2026-10-SA1", kind="adjustment"))
    close_month(warehouse, cogs("130.00"))
    refresh_posted(client, warehouse)

    plan = make_plan(warehouse, TERMS, OCTOBER)

    lines = read_lines(warehouse, plan.plan_hash)
    shown = [(one.tag, one.account_code, one.old_amount, one.new_amount) for one in lines]
    v2, adjustment = "ACME-COGS-2026-10-v2", "ACME-ADJUSTMENT-2026-10-SA1-v1"
    assert shown == [
        (v2, "310", Decimal("120.00"), Decimal("130.00")),
        (v2, "630", Decimal("-120.00"), Decimal("-130.00")),
        (adjustment, "310", Decimal("5.00"), Decimal("0.00")),
        (adjustment, "630", Decimal("-5.00"), Decimal("0.00")),
    ]
    # 10.00 more COGS and 5.00 of the adjustment taken back
    assert changed_by_account(lines) == {"310": Decimal("15.00"), "630": Decimal("15.00")}


def test_a_limit_asks_for_its_approver_before_anything_is_sent(client: XeroClient, warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("1200.00"))
    refresh_posted(client, warehouse)
    plan = make_plan(warehouse, TERMS, OCTOBER)
    rules = ApprovalRules(limits=(ApprovalLimit(Decimal(1000), ("Ben Ito",), ("310",)),))
    record_approval(warehouse, plan.plan_hash, "Ana Lopez")

    with pytest.raises(ApprovalNeeded) as caught:
        require_approval(warehouse, plan, rules)
    assert "1,200.00 on account 310 is more than 1,000.00: it needs Ben Ito." in str(caught.value)

    record_approval(warehouse, plan.plan_hash, "Ben Ito")
    require_approval(warehouse, plan, rules)
