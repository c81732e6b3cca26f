"""Records that a person approves a plan, and asks whether one did."""

from pipelines.errors import ApprovalNeeded, UsageProblem
from pipelines.load.approval_rules import Approver, missing_approvals
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.load.person import current_host, current_login
from pipelines.load.plan_lines import changed_by_account, read_lines
from pipelines.load.plan_store import StoredPlan, read_plan
from pipelines.warehouse import Warehouse
from schemas.posting_choices import ApprovalRules


class PlanWaits(ApprovalNeeded):
    """A plan waits for an approval; nothing was posted."""

    def __init__(self, plan_hash: str, summary: str) -> None:
        super().__init__(summary)
        self.plan_hash = plan_hash


def record_approval(
    warehouse: Warehouse,
    plan_hash: str,
    approved_by: str,
    *,
    rules: ApprovalRules | None = None,
    login: str | None = None,
    clock: Clock = utc_now,
) -> StoredPlan:
    """Keep who approved a plan, with the login and host of this process beside the name: a row of post.approvals.

    An approval is for one hash: whatever changes afterwards makes another plan, which nobody has approved.

    Args:
        warehouse: where the plan is.
        plan_hash: the whole hash, see `find_plan`.
        approved_by: name of the person.
        rules: `approval` of close.yaml, which may say that the person who made the plan must not approve it.
        login: where it is not the one of this process.
        clock: gives the present moment.

    Raises:
        UsageProblem: no such plan, or no name (exit 2).
        ApprovalNeeded: the preparer approves, and may not (exit 4).
    """
    plan = read_plan(warehouse, plan_hash)
    name, login = approved_by.strip(), login or current_login()
    if not name:
        raise UsageProblem("An approval needs a name: tieout approve PLAN --as NAME.")
    rules, approver = rules or ApprovalRules(), Approver(name, login, current_host())
    if rules.differs and approver.is_preparer(plan, rules):
        own = "under a name of their own" if rules.trust_names else "from a login of their own"
        raise ApprovalNeeded(
            f"{plan.preparer} made plan {plan.short_hash} and may not approve it.\n"
            f"    Let another person approve it {own}."
        )
    row = {
        "plan_hash": plan.plan_hash,
        "approved_by": name,
        "login": login,
        "host": approver.host,
        "approved_at": clock(),
    }
    frame = frame_of("post.approvals", [row])
    warehouse.replace("post.approvals", frame, "plan_hash = ? and approved_by = ?", [plan.plan_hash, name])
    return plan


def approvers_of(warehouse: Warehouse, plan_hash: str) -> list[str]:
    """Names of those who approved a plan, first come first."""
    rows = warehouse.read("post.approvals", "plan_hash = ? order by approved_at, approved_by", [plan_hash])
    return [str(name) for name in rows["approved_by"].to_list()]


def require_approval(warehouse: Warehouse, plan: StoredPlan, rules: ApprovalRules | None = None) -> None:
    """Let an approved plan pass.

    Args:
        warehouse: post.approvals and post.plan_lines.
        plan: what is to be posted.
        rules: `approval` of close.yaml; None: anybody may approve.

    Raises:
        PlanWaits: nobody approved it, or not everybody who has to (exit 4).
    """
    rows = warehouse.read("post.approvals", "plan_hash = ? order by approved_at", [plan.plan_hash]).to_dicts()
    approvers = [Approver(row["approved_by"], row["login"], row["host"]) for row in rows]
    changed = changed_by_account(read_lines(warehouse, plan.plan_hash))
    missing = missing_approvals(plan, approvers, changed, rules or ApprovalRules())
    if not missing:
        return
    title = f"Plan {plan.short_hash} of {plan.title} waits for approval: nothing was posted.\n"
    if approvers:
        title += "".join(f"    {sentence}.\n" for sentence in missing)
    step = f"    Let a person run `tieout approve {plan.short_hash} --as NAME`, then apply it again."
    raise PlanWaits(plan.plan_hash, title + step)
