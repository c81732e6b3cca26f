"""All entries of a month: from bookings, bills and charges to what its journals are the sum of. Read this first."""

from datetime import date, timedelta

import polars as pl

from schemas.dtypes import MONEY
from schemas.policies import ClosePolicy
from transforms.core_tables import CoreTables
from transforms.entries.adjustments import enter_adjustments
from transforms.entries.before_opening import find_goods_before_opening
from transforms.entries.cogs import enter_cogs
from transforms.entries.cumulative import latest_facts, sum_journaled
from transforms.entries.landed_costs import capitalise_charges, enter_landed_costs
from transforms.entries.opening import settled_by_opening
from transforms.entries.production import enter_production
from transforms.entries.valuation import enter_valuation
from transforms.known_charges import allocate_known_charges
from transforms.matching import match_bills


def enter_month(
    core: CoreTables,
    charge_types: pl.DataFrame,
    all_bookings: pl.LazyFrame,
    sources_before: pl.LazyFrame,
    policy: ClosePolicy,
    period: date,
    cut_off: date,
) -> pl.LazyFrame:
    """The entries of every journal that the inventory method keeps.

    Args:
        core: the source documents.
        charge_types: ChargeTypes.
        all_bookings: Bookings of this month and of all earlier ones, the opening before the first month included.
        sources_before: JournalLineSources of earlier months.
        policy: first month, base currency and inventory method.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        JournalEntries in base currency; under the periodic method without COGS and adjustments.
    """
    opening_day = policy.first_period - timedelta(days=1)
    before_first = all_bookings.filter(pl.col("period") < policy.first_period)
    bookings = all_bookings.filter(pl.col("period") == period)
    matched, capitalised = _bills_and_charges(core, charge_types, policy.base_currency, cut_off)
    earlier = find_goods_before_opening(core, capitalised, all_bookings, policy.base_currency, policy.first_period)
    known = latest_facts(all_bookings)
    facts = pl.concat([known, earlier.join(known, on="move_id", how="anti")])
    opening_bills = _bills_and_charges(core, charge_types, policy.base_currency, opening_day)
    settled = settled_by_opening(*opening_bills, _sum_ledger(before_first), earlier)
    journaled = pl.concat([sum_journaled(sources_before), settled])
    ledger = _sum_ledger(all_bookings)
    billed_before = core.bill_lines.filter(pl.col("bill_date") < period).select("receipt_line_id").unique()
    is_perpetual = policy.inventory_method == "perpetual"
    corrected = bookings if is_perpetual else bookings.filter(pl.col("document_kind") != "adjustment")
    kept = [
        enter_landed_costs(capitalised, core.charges, facts, journaled, period),
        enter_production(bookings, period, cut_off),
        enter_valuation(
            matched, capitalised, ledger, facts, journaled, corrected, period, cut_off, earlier, billed_before
        ),
    ]
    perpetual = [enter_cogs(bookings, period, cut_off), enter_adjustments(bookings, period)]
    return pl.concat(kept + (perpetual if is_perpetual else []))


def _bills_and_charges(
    core: CoreTables, charge_types: pl.DataFrame, base_currency: str, day: date
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Receipts with their bills, and shares of charges, as known on a day."""
    allocations = allocate_known_charges(core, charge_types, base_currency, day)
    return match_bills(core, base_currency, day), capitalise_charges(allocations, core.stocked())


def _sum_ledger(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """`move_id`, `ledger_amount`: stock value booked so far."""
    return bookings.group_by("move_id").agg(pl.col("cost_amount").sum().cast(MONEY).alias("ledger_amount"))
