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
    """Preparer of the latest plan, approvers of any, who signed the month last, and who reopened it after a sign-off.

    Args:
        warehouse: holds post.plans, post.approvals, post.sign_offs and post.reopenings.
        period: first day of the month.
    """
    plans = warehouse.query(
        "select plan_hash, preparer_name, prepared_by, prepared_on, created_at from post.plans where period = ? "
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
            _person(row["preparer_name"], row["prepared_by"], row["prepared_on"]),
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
    reopenings = [
        SignOff(
            "Reopened",
            _person(row["reopened_by"], row["login"], row["host"]),
            f"{row['reopened_at']:%Y-%m-%d %H:%M} UTC",
            row["reason"],
        )
        for row in warehouse.read("post.reopenings", "period = ? order by sign_off", [period]).to_dicts()
    ]
    is_reopened = bool(signed and reopenings) and _is_set_aside(warehouse, signed[0]["sign_off"])
    return [
        *(prepared or [SignOff("Prepared")]),
        *(approved or [SignOff("Approved")]),
        *([] if is_reopened else reopenings),
        *(signatures or [SignOff("Signed off")]),
        *(reopenings if is_reopened else []),
    ]


def _is_set_aside(warehouse: Warehouse, sign_off: int) -> bool:
    return not warehouse.read("post.reopenings", "sign_off = ?", [sign_off]).is_empty()


def _person(name: str | None, login: str, host: str) -> str:
    return f"{name} ({login} on {host})" if name else f"{login} on {host}"
