"""Everything that a close pack shows, read once from the warehouse: the workbook and the page draw the same tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from pipelines.close_pack import background_tables as background
from pipelines.close_pack import ledger_tables as ledger
from pipelines.close_pack import movement_tables as movements
from pipelines.close_pack.pack_tables import PackCheck, PackTable, Term, failed_checks
from pipelines.close_pack.sign_off import SignOff, read_sign_off
from pipelines.errors import UsageProblem
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from transforms.periods import format_period


@dataclass(frozen=True)
class Pack:
    """One month's pack."""

    organisation: str
    company: str
    currency: str
    period: date
    cut_off: date
    made_at: datetime
    sign_off: tuple[SignOff, ...]
    tables: Mapping[str, PackTable]
    """By key, in the order of the sheets."""
    trend: pl.DataFrame
    """`period`, `revenue_amount`, `cogs_amount` (with late cost), `late_cost_amount`: the last thirteen months."""

    @property
    def month(self) -> str:
        """YYYY-MM."""
        return format_period(self.period)

    @property
    def failed(self) -> list[PackCheck]:
        """Checks that do not hold."""
        return failed_checks(self.tables)


def read_pack(close: CloseContext, warehouse: Warehouse, made_at: datetime) -> Pack:
    """Read a month.

    Args:
        close: which month.
        warehouse: the open warehouse or its published copy.
        made_at: when the pack is made, UTC.

    Raises:
        UsageProblem: the month was never valued (exit 2).
    """
    period = close.period
    if warehouse.query("select 1 from close.roll_forward_lines where period = ? limit 1", [period]).is_empty():
        raise UsageProblem(
            f"The warehouse holds no figures of {format_period(period)}.\n"
            f"    Close it first: tieout close {format_period(period)}. "
            f"To see it without Xero: tieout pack {format_period(period)} --preview"
        )
    organisation = warehouse.read("xero.organisation").to_dicts()
    return Pack(
        organisation=close.settings.organisation,
        company=str(organisation[0]["name"]) if organisation else close.settings.organisation,
        currency=str(organisation[0]["base_currency"]) if organisation else close.policy.base_currency,
        period=period,
        cut_off=close.cut_off,
        made_at=made_at,
        sign_off=tuple(read_sign_off(warehouse, period)),
        tables={table.key: table for table in _tables(close, warehouse)},
        trend=_trend(warehouse, period),
    )


def _tables(close: CloseContext, warehouse: Warehouse) -> list[PackTable]:
    """The sheets in their order; one without rows says so in its note."""
    period, is_journaled = close.period, close.policy.inventory_method == "perpetual"
    tie_out, clearing = ledger.tie_out_table(warehouse, period), ledger.clearing_table(warehouse, period)
    open_check = movements.open_receipts_check(tie_out)
    checks = [_ledger_check(tie_out), open_check]
    tie_out = ledger.tie_out_table(warehouse, period, tuple(check for check in checks if check is not None))
    return [
        ledger.journal_lines_table(warehouse, period),
        *ledger.roll_forward_tables(warehouse, period),
        tie_out,
        ledger.tie_out_documents_table(warehouse, period),
        movements.cogs_table(warehouse, period, is_journaled=is_journaled),
        movements.landed_costs_table(warehouse, period),
        movements.adjustments_table(warehouse, period, is_journaled=is_journaled),
        movements.open_receipts_table(warehouse, period),
        *([clearing] if clearing is not None else []),
        ledger.stock_ages_table(warehouse, period),
        background.exceptions_table(warehouse, period),
        background.left_out_table(warehouse, period),
        *movements.flux_tables(warehouse, period),
        background.mapping_table(close),
        background.run_table(close, warehouse),
    ]


def _ledger_check(tie_out: PackTable) -> PackCheck | None:
    """Closing stock against the first step of the tie-out."""
    if "stock_ledger" not in tie_out.frame["cause"].to_list():
        return None
    step = Term(ledger.TIE_OUT, "amount", {"cause": ("stock_ledger",)})
    return PackCheck(
        "The stock ledger is the closing of the roll-forward", (step,), (Term(ledger.ROLL_FORWARD, "closing"),)
    )


def _trend(warehouse: Warehouse, period: date) -> pl.DataFrame:
    return warehouse.query(
        """
        select period, sum(revenue_amount)::decimal(18, 2) as revenue_amount,
          (sum(cogs_amount) + sum(late_cost_amount))::decimal(18, 2) as cogs_amount,
          sum(late_cost_amount)::decimal(18, 2) as late_cost_amount
        from close.margins where period <= ? group by period order by period desc limit 13
        """,
        [period],
    ).sort("period")
