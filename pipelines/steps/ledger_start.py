"""Knows on which day the stock ledger begins, and what moved outside it: before that day, or after its last one.

What moved before is in the opening stock.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.errors import DataProblem
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.frames import dtypes_of
from schemas.policies import ClosePolicy
from schemas.problems import Problem
from schemas.stock import LandedCostAllocations
from transforms.core_tables import CoreTables
from transforms.stock_moves import build_stock_moves

_KEYS = {
    "sale_lines": ("sale_line_id", "sale", "moved_date"),
    "receipt_lines": ("receipt_line_id", "receipt", "received_date"),
    "adjustment_lines": ("adjustment_line_id", "adjustment", "adjustment_date"),
    "transfer_lines": ("transfer_line_id", "dispatch_out", "dispatched_date"),
    "production_lines": ("production_line_id", "production", "produced_date"),
}
"""Key, what stands before it in the id of its (first) move, and physical date of each table."""

EXAMPLES = 3

LISTED = "category in ('before_opening', 'dispatched_before_opening')"
"""Rows of close.left_out about moves before the opening."""


def first_day(policy: ClosePolicy, *, has_openings: bool) -> date | None:
    """First day whose moves count: that of the first month where there is opening stock; None: every day counts.

    The opening stock is what was on hand when the first month began, whatever the day of a layer: a SKU or branch
    without a row in it had nothing.
    """
    is_left_out = has_openings and policy.moves_before_first_period == "left_out"
    return policy.first_period if is_left_out else None


def ledger_begins_on(close: CloseContext, warehouse: Warehouse) -> date | None:
    """The same, of the warehouse's opening stock (core.opening_stock)."""
    has_openings = not warehouse.query("select 1 from core.opening_stock limit 1").is_empty()
    return first_day(close.policy, has_openings=has_openings)


def moves_before_opening(close: CloseContext, warehouse: Warehouse, *, new_only: bool = False) -> pl.DataFrame:
    """What documents moved before the ledger began.

    Args:
        close: policies.
        warehouse: core tables.
        new_only: only what was not there when the first month was closed (close.left_out).

    Returns:
        StockMoves; none where every day counts.
    """
    begins_on = ledger_begins_on(close, warehouse)
    if begins_on is None:
        return warehouse.query("from core.stock_moves limit 0")
    tables = {name: _earlier_rows(name, begins_on, warehouse, new_only=new_only) for name in _KEYS}
    return _build(close, warehouse, tables).filter(pl.col("moved_on") < begins_on)


def stop_on_jobs_over_opening(close: CloseContext, warehouse: Warehouse, last_day: date) -> None:
    """A product whose components left before the ledger began brings a cost that no document of the ledger tells.

    It was work in progress when the opening stock was counted, so it is not in it. What it costs stands in the accounts
    as work in progress; with all or some of its components missing, costing would bring it in for too little.

    Args:
        close: policies.
        warehouse: core tables.
        last_day: what is made later does not matter yet.

    Raises:
        DataProblem: such a product without a cost of its own (exit 3).
    """
    begins_on = ledger_begins_on(close, warehouse)
    if begins_on is None:
        return
    made = warehouse.query(
        """
        from core.production_lines
        where kind = 'output' and unit_cost is null and quantity > 0 and produced_date between $1 and $2
          and sku in (select sku from core.products where is_stocked)
          and production_id in (
            select production_id from core.production_lines
            where kind = 'component' and quantity > 0 and produced_date < $1
              and sku in (select sku from core.products where is_stocked))
        order by produced_date, production_number, production_line_id
        """,
        [begins_on, last_day],
    )
    if made.is_empty():
        return
    problem = Problem(
        "core.production_lines",
        f"components left before {begins_on}, and what was made of them came in after it: in the opening stock is"
        " neither, and nothing says what the product costs",
        "Give the output a unit_cost (select production_lines of the source's YAML): what the accounts hold as work in"
        " progress for the job, for one unit. It comes in at that, against the account of production_clearing. Or date"
        f" the components on {begins_on} or later, and count them in the opening stock.",
        made.height,
        None,
        tuple(f"{number} ({sku})" for number, sku in made.select("production_number", "sku").head(EXAMPLES).rows()),
    )
    raise DataProblem("Jobs reach over the day on which the ledger begins. Nothing was posted.", [problem])


def moves_between(day: date, last_day: date, close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """What documents moved after a day, up to another: the ledger carried on beyond its month, without values.

    Args:
        day: moves after it.
        last_day: the last day that counts.
        close: policies.
        warehouse: core tables.

    Returns:
        StockMoves without landed costs, which move no units.
    """
    also = {"transfer_lines": " or received_date > $1"}
    tables = {
        name: warehouse.query(f"from core.{name} where {of[2]} > $1{also.get(name, '')}", [day])
        for name, of in _KEYS.items()
    }
    return _build(close, warehouse, tables).filter(pl.col("moved_on").is_between(day, last_day, closed="right"))


def _earlier_rows(name: str, begins_on: date, warehouse: Warehouse, *, new_only: bool) -> pl.DataFrame:
    """Rows of a table that are dated before the ledger began."""
    key, kind, day = _KEYS[name]
    known = (
        f"and '{kind}:' || {key} not in (select move_id from close.left_out where period = $1 and {LISTED})"
        if new_only
        else ""
    )
    return warehouse.query(
        f"from core.{name} where {day} < $1 {known} and sku in (select sku from core.products where is_stocked)",
        [begins_on],
    )


def _build(close: CloseContext, warehouse: Warehouse, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Their moves: the rule that makes moves of documents is the same."""
    others = {name: warehouse.read(f"core.{name}") for name in ("products", "currency_rates")}
    others |= {
        name: warehouse.query(f"from core.{name} limit 0") for name in ("bill_lines", "charges", "opening_stock")
    }
    core = CoreTables(**{name: frame.lazy() for name, frame in (others | dict(tables)).items()})
    no_shares = pl.LazyFrame(schema=dtypes_of(LandedCostAllocations))
    policy = close.policy
    return build_stock_moves(core, no_shares, policy.recognition, policy.base_currency, date.max).collect()
