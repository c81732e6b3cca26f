"""Records that a person approves a plan, and asks whether one did."""

from pipelines.errors import ApprovalNeeded, UsageProblem
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.load.person import current_host, current_login
from pipelines.load.plan_store import StoredPlan, read_plan
from pipelines.warehouse import Warehouse


def record_approval(
    warehouse: Warehouse,
    plan_hash: str,
    approved_by: str,
    *,
    may_be_preparer: bool = True,
    clock: Clock = utc_now,
) -> StoredPlan:
    """Keep who approved a plan, with the login and host of this process beside the name: a row of post.approvals.

    An approval is for one hash: whatever changes afterwards makes another plan, which nobody has approved.

    Args:
        warehouse: where the plan is.
        plan_hash: the whole hash, see `find_plan`.
        approved_by: name of the person.
        may_be_preparer: False where the login that made the plan must not approve it.
        clock: gives the present moment.

    Raises:
        UsageProblem: no such plan, or no name (exit 2).
        ApprovalNeeded: the preparer approves, and may not (exit 4).
    """
    plan = read_plan(warehouse, plan_hash)
    name, login = approved_by.strip(), current_login()
    if not name:
        raise UsageProblem("An approval needs a name: tieout approve PLAN --as NAME.")
    if not may_be_preparer and login == plan.prepared_by:
        raise ApprovalNeeded(
            f"{login} made plan {plan.short_hash} and may not approve it.\n"
            "    Let another person approve it from a login of their own."
        )
    row = {
        "plan_hash": plan.plan_hash,
        "approved_by": name,
        "login": login,
        "host": current_host(),
        "approved_at": clock(),
    }
    frame = frame_of("post.approvals", [row])
    warehouse.replace("post.approvals", frame, "plan_hash = ? and approved_by = ?", [plan.plan_hash, name])
    return plan


def approvers_of(warehouse: Warehouse, plan_hash: str) -> list[str]:
    """Names of those who approved a plan, first come first."""
    rows = warehouse.read("post.approvals", "plan_hash = ? order by approved_at, approved_by", [plan_hash])
    return [str(name) for name in rows["approved_by"].to_list()]


def require_approval(warehouse: Warehouse, plan: StoredPlan) -> None:
    """Let an approved plan pass.

    Raises:
        ApprovalNeeded: nobody approved it (exit 4).
    """
    if not approvers_of(warehouse, plan.plan_hash):
        raise ApprovalNeeded(
            f"Plan {plan.short_hash} of {plan.period:%Y-%m} waits for approval: nothing was posted.\n"
            f"    Let a person run `tieout approve {plan.short_hash} --as NAME`, then apply it again."
        )
