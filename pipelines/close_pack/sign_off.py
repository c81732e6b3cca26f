"""Who prepared, approved and signed a month."""

from dataclasses import dataclass
from datetime import date

from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class SignOff:
    """One line of the sign-off block; empty where nobody has done it yet."""

    what: str
    who: str = ""
    when: str = ""
    note: str = ""


def read_sign_off(warehouse: Warehouse, period: date) -> list[SignOff]:
    """Preparer and approvers of the latest plan that was applied or waits, and a line to sign.

    Args:
        warehouse: holds post.plans and post.approvals.
        period: first day of the month.
    """
    plans = warehouse.query(
        "select plan_hash, prepared_by, prepared_on, created_at from post.plans where period = ? "
        "order by planned_at desc limit 1",
        [period],
    ).to_dicts()
    approvals = warehouse.query(
        "select a.* from post.approvals a join post.plans p using (plan_hash) where p.period = ? order by approved_at",
        [period],
    ).to_dicts()
    prepared = [
        SignOff(
            "Prepared",
            f"{row['prepared_by']} on {row['prepared_on']}",
            f"{row['created_at']:%Y-%m-%d %H:%M} UTC",
            f"plan {str(row['plan_hash'])[:12]}",
        )
        for row in plans
    ]
    approved = [
        SignOff(
            "Approved",
            f"{row['approved_by']} ({row['login']} on {row['host']})",
            f"{row['approved_at']:%Y-%m-%d %H:%M} UTC",
            f"plan {str(row['plan_hash'])[:12]}",
        )
        for row in approvals
    ]
    return [*(prepared or [SignOff("Prepared")]), *(approved or [SignOff("Approved")]), SignOff("Signed off")]
