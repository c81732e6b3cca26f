"""Proves that Xero's stock accounts hold what the stock ledger holds, after the month's journals."""

from datetime import date
from decimal import Decimal

import polars as pl

from pipelines.errors import DoesNotTieOut
from pipelines.load.mirror import mirror_trial_balance
from pipelines.load.posted_lines import changed_lines
from pipelines.load.xero_client import XeroClient
from pipelines.steps.context import CloseContext
from pipelines.steps.stock import read_core
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.closing import TieOuts
from schemas.problems import Problem
from transforms.matching import match_bills
from transforms.periods import format_period
from transforms.tie_outs import (
    cause_of_billing,
    cause_of_changes,
    cause_of_method,
    cause_of_posting,
    cause_of_recognition,
    sum_ledger,
    tie_out,
)


def tie_out_month(close: CloseContext, warehouse: Warehouse, client: XeroClient) -> pl.DataFrame:
    """Read Xero's trial balance at the cut-off and walk from the ledger to it.

    Writes xero.trial_balance of that day and close.tie_outs of the month.

    Returns:
        TieOuts. The caller decides what an unexplained amount means.
    """
    mirror_trial_balance(client, warehouse, close.cut_off)
    core = read_core(warehouse)
    bookings = warehouse.read("close.bookings", "period <= ?", [close.period]).lazy()
    rules = close.maps.accounts
    is_periodic = close.policy.inventory_method == "periodic"
    lines = warehouse.read("close.journal_lines", "period <= ?", [close.period]).lazy()
    causes = pl.concat(
        [
            *([cause_of_method(bookings, close.policy.first_period)] if is_periodic else []),
            cause_of_recognition(warehouse.read("close.left_out", "period = ?", [close.period]).lazy(), bookings),
            cause_of_billing(
                match_bills(core, close.policy.base_currency, close.cut_off), bookings, core.products, rules
            ),
            cause_of_posting(lines, _documents_in_xero(warehouse)),
            cause_of_changes(lines, changed_lines(warehouse, close.period, close.cut_off).lazy(), close.cut_off),
        ]
    )
    steps = check(TieOuts, tie_out(sum_ledger(bookings, rules), causes, _balances(close, warehouse), close.period))
    warehouse.replace("close.tie_outs", steps, "period = ?", [close.period])
    return steps


def _documents_in_xero(warehouse: Warehouse) -> pl.LazyFrame:
    """Journals that Xero holds from us: `journal_key`, `document_status`; not those that somebody voided there."""
    return warehouse.query(
        """
        with standing as (
          select d.journal_key, coalesce(x.journal_status, d.status) as status
          from post.documents d left join xero.manual_journals x using (manual_journal_id)
          where d.status in ('POSTED', 'DRAFT')
        )
        select journal_key, if(bool_or(status = 'POSTED'), 'POSTED', 'DRAFT') as document_status
        from standing where status in ('POSTED', 'DRAFT') group by journal_key
        """
    ).lazy()


def _balances(close: CloseContext, warehouse: Warehouse) -> pl.LazyFrame:
    """Balance of each account at the cut-off: YTD debit less YTD credit (xero.md section 8)."""
    return (
        warehouse.read("xero.trial_balance", "balance_date = ?", [close.cut_off])
        .lazy()
        .select("account_code", pl.col("balance_amount").alias("amount"))
    )


def stop_on_difference(period: date, steps: pl.DataFrame) -> None:
    """Let a month pass that ties out.

    Args:
        period: first day of the month.
        steps: TieOuts of the month.

    Raises:
        DoesNotTieOut: an account differs by something that no document explains (exit 6).
    """
    open_steps = steps.filter((pl.col("cause") == "unexplained") & (pl.col("amount") != 0))
    problems = [_difference(row, steps) for row in open_steps.to_dicts()]
    if problems:
        raise DoesNotTieOut(f"{format_period(period)} does not tie out.", problems)


def _difference(row: dict[str, object], steps: pl.DataFrame) -> Problem:
    own = {
        step["cause"]: step["amount"] for step in steps.filter(pl.col("account_code") == row["account_code"]).to_dicts()
    }
    return Problem(
        where=f"account {row['account_code']}",
        found=(
            f"Xero holds {own['xero_balance']:,.2f}, "
            f"the stock ledger and its documents explain {own['expected_in_xero']:,.2f}"
        ),
        fix=(
            "Look in Xero for bills, journals or payments on this account that the source does not have, "
            "or that it has on another day."
        ),
        amount=Decimal(str(row["amount"])),
    )
