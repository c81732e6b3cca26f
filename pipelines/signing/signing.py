"""Signs a month off: who, when, on which machine, and the hash of every source row that it rests on."""

from datetime import date

from pipelines.errors import ApprovalNeeded, DoesNotTieOut, UsageProblem
from pipelines.load.latest_plans import latest_plans, overtaken_months
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.load.person import current_host, current_login
from pipelines.load.plan_store import read_plan
from pipelines.load.post_log import export_plan, restore_posts
from pipelines.load.terms import hash_code
from pipelines.signing.month_diff import SignOff, read_sign_off
from pipelines.signing.signed_rows import freeze_rows, next_number
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from transforms.periods import last_day


def sign_month(close: CloseContext, warehouse: Warehouse, name: str, clock: Clock = utc_now) -> SignOff:
    """Freeze the inputs of a month that is posted, and keep who signed it: a row of post.sign_offs.

    It goes to the post log too, outside the warehouse. A month can be signed again; the last sign-off counts.

    Args:
        close: the month.
        warehouse: core.*, close.bookings and post.*; post.sign_offs and post.signed_rows are completed.
        name: who signs.
        clock: gives the present moment.

    Raises:
        UsageProblem: no name (exit 2).
        ApprovalNeeded: the month is not posted whole, or a month before it was posted again since (exit 4).
        DoesNotTieOut: its tie-out has an amount that nothing explains (exit 6).
    """
    if not (signer := name.strip()):
        raise UsageProblem("A sign-off needs a name: tieout sign PERIOD --as NAME.")
    restore_posts(warehouse, close.settings.post_log)  # an older copy of the warehouse must not count a number twice
    plan_hash = _posted_plan(warehouse, close.period)
    now, number = clock(), next_number(warehouse)
    with warehouse.transaction():
        count, inputs_hash = freeze_rows(warehouse, number, last_day(close.period))
        cogs, stock = _booked(warehouse, close.period)
        row = {
            "sign_off": number,
            "period": close.period,
            "cut_off": last_day(close.period),
            "signed_by": signer,
            "login": current_login(),
            "host": current_host(),
            "signed_at": now,
            "plan_hash": plan_hash,
            "row_count": count,
            "inputs_hash": inputs_hash,
            "mappings_hash": close.mappings.content_hash(),
            "code_hash": hash_code(),
            "cogs_amount": cogs,
            "stock_amount": stock,
        }
        warehouse.append("post.sign_offs", frame_of("post.sign_offs", [row]))
    export_plan(warehouse, read_plan(warehouse, plan_hash), close.settings.post_log, now)
    signed = read_sign_off(warehouse, close.period)
    if signed is None:
        raise RuntimeError("the sign-off was written")
    return signed


def _posted_plan(warehouse: Warehouse, period: date) -> str:
    """The plan that a month was posted with."""
    month = f"{period:%Y-%m}"
    plans = [row for row in latest_plans(warehouse).to_dicts() if row["period"] == period]
    if not plans or not plans[0]["is_settled"] or plans[0]["to_date"] is not None:
        raise ApprovalNeeded(
            f"{month} is not posted whole, so there is nothing to sign.\n    Run: tieout close {month}"
        )
    if period in overtaken_months(warehouse):
        raise ApprovalNeeded(
            f"{month} rests on figures of an earlier month that have changed since.\n    Run: tieout close {month}"
        )
    left = warehouse.query(
        "select coalesce(sum(abs(unexplained_amount)), 0) from close.tie_out_accounts "
        "where period = ? and abs(unexplained_amount) > materiality_amount",
        [period],
    ).item()
    if left:
        raise DoesNotTieOut(f"{month} does not tie out: {left:,.2f} is not explained.\n    Run: tieout tie-out {month}")
    return str(plans[0]["plan_hash"])


def _booked(warehouse: Warehouse, period: date) -> tuple[object, object]:
    """COGS and stock value that the months up to this one have booked."""
    return warehouse.query(
        "select coalesce(sum(recognised_amount), 0)::decimal(18, 2), coalesce(sum(cost_amount), 0)::decimal(18, 2) "
        "from close.bookings where period <= ?",
        [period],
    ).row(0)
