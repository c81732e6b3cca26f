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
    """Preparer of the latest plan, approvers of any, and who signed the month last.

    Args:
        warehouse: holds post.plans, post.approvals and post.sign_offs.
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
    signed = warehouse.query(
        "select * from post.sign_offs where period = ? order by sign_off desc limit 1", [period]
    ).to_dicts()
    signatures = [
        SignOff(
            "Signed off",
            f"{row['signed_by']} ({row['login']} on {row['host']})",
            f"{row['signed_at']:%Y-%m-%d %H:%M} UTC",
            f"{row['row_count']:,} source rows, sha256 {str(row['inputs_hash'])[:12]}",
        )
        for row in signed
    ]
    return [
        *(prepared or [SignOff("Prepared")]),
        *(approved or [SignOff("Approved")]),
        *(signatures or [SignOff("Signed off")]),
    ]
