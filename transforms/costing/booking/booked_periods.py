"""Which month books what: everything that is not booked, at its final cost, in the month of its own move.

There is one truth for what a move cost, and a separate question of when a change is booked (IAS 8.36: a change in an
estimate belongs to the period in which it is known). A month books what its own end knew, less what earlier months had
booked; so, summed over the months, every policy books the final cost. Only pools that a late fact changes, and what
they take value from, are valued again: once for each month that taught them something (of plain pools only what follows
the first thing that changed, `plain_states`).
"""

from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.booked_at_standard import book_at_standard
from transforms.costing.booking.known_states import StateValuer
from transforms.costing.booking.late_facts import date_rows, find_late_facts, first_day, may_be_late
from transforms.costing.booking.plain_states import PlainStates
from transforms.costing.booking.pool_graph import connect_pools
from transforms.costing.booking.restated_moves import AMOUNTS, RestatedMoves, cents_of
from transforms.costing.booking.state_plan import DatedRows, plan_states
from transforms.costing.flows import is_value_only
from transforms.costing.standard.costs import FROM_THE_START, last_standard_day

SHIFTS = pl.Schema(
    {
        "row": pl.UInt32,
        "period": pl.Date,
        "cents": pl.Int64,
        "cogs_cents": pl.Int64,
        "true_up_cents": pl.Int64,
        "late_cents": pl.Int64,
    }
)


def booking_shifts(
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None = None,
    until: date | None = None,
    *,
    is_ordered: bool = False,
) -> pl.DataFrame:
    """Say what is booked in another month than that of its move.

    Every move books its final `cost_amount` and `cogs_amount` in the month of `moved_on`; what this gives is added to
    that. Under `catch_up` a month books the value of the moves that had happened and were known at its end, less what
    earlier months booked. A row is known on `known_on` (null: `moved_on`), a charge not before its own date, and no row
    before those that it needs (`known_rows`). Under `restate` a charge is booked in its receipt's month, as if it had
    been known from the start, and `known_on` does not count. Under `prospective` a charge stands at its own date by
    itself. Stock that was short is trued up in the month of the receipt that covers it, under every policy. A month in
    which what was known contradicts itself (a pool is set to a cost before its receipt was entered) books new moves as
    they are known next, and leaves earlier ones as they were.

    Args:
        moves: StockMoves.
        valued: ValuedMoves of them by the same policy, and under method `standard` its own rows behind them.
        policy: method, pool and when late costs are booked.
        standard_costs: as `value_moves` had them.
        until: as `value_moves` had it.
        is_ordered: `sequence` is the place of each move in the one order of all of them (`questioned_rows`).

    Returns:
        `row` (position in `valued`), `period` (first day of a month), `cents` (of stock value), `cogs_cents`, and of
        these, as far as they correct what an earlier month had booked, `true_up_cents` and `late_cents`. Of a move that
        was provisional then, the true-up is the change to its cost as the month's own moves tell it (the receipt that
        covers it, at its own cost), and late cost what the month's late facts add to that: charges known after their
        receipt, rows entered in a later month than their own; where only such a row covers it, all is true-up. Any
        other correction is late cost. What a charge expenses because its goods have gone is `late_cents` too, in its
        own month. `cents` and `cogs_cents` of a row sum to zero. One row per move and month with a shift, sorted.
    """
    if not may_be_late(moves, valued):
        return pl.DataFrame(schema=SHIFTS)
    dated = date_rows(moves, policy)
    if policy.method == "standard":
        last_day = until or last_standard_day(moves)
        shifts = book_at_standard(moves, valued, dated, policy, standard_costs, last_day or FROM_THE_START)
    else:
        shifts = _book_states(moves, valued, dated, policy, standard_costs, is_ordered)
    return (
        shifts.group_by("row", "month")
        .agg(pl.col(AMOUNTS).sum())
        .filter(pl.any_horizontal(pl.col(AMOUNTS) != 0))
        .sort("row", "month")
        .select("row", first_day(pl.col("month")).alias("period"), *AMOUNTS)
        .cast(SHIFTS)
    )


def _book_states(
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    dated: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    is_ordered: bool,
) -> pl.DataFrame:
    """What each month books of every move, less its final cost in its own month."""
    facts = find_late_facts(dated, valued["provisional_amount"].is_not_null(), policy)
    restated = RestatedMoves(valued)
    if facts.learned.height:
        rows, graph = DatedRows.of(dated), connect_pools(dated, policy)
        if standard_costs is None:  # they are a last resort that only the loop looks at
            plain = PlainStates(moves, dated, facts, graph, policy)
            for state, told in plain.value():
                restated.look_at(state, told)
            facts = plain.others
        valuer = StateValuer(moves, rows, graph, policy, standard_costs, is_ordered=is_ordered)
        for state, found in valuer.value(plan_states(rows, facts, graph)):
            restated.look_at(state, found)
    return pl.concat([restated.changes(), *_own_months(dated, valued, restated)])


def _own_months(dated: pl.DataFrame, valued: pl.DataFrame, restated: RestatedMoves) -> list[pl.DataFrame]:
    """What was booked first, in the month from which a move counts, less its final cost in the month of its day."""
    own = dated.select(
        pl.col("row").cast(pl.Int32),
        "moved_month",
        "counts_from",
        first=restated.first("cents"),
        first_cogs=restated.first("cogs_cents"),
        last=cents_of(valued, "cost_amount"),
        last_cogs=cents_of(valued, "cogs_amount"),
        # a charge that comes when its goods have gone corrects what they had cost
        late=pl.when(is_value_only).then(restated.first("cogs_cents")).otherwise(0),
    )
    is_moved = pl.col("counts_from") != pl.col("moved_month")
    is_other = (pl.col("first") != pl.col("last")) | (pl.col("first_cogs") != pl.col("last_cogs"))
    shifted = own.filter(is_moved | is_other | (pl.col("late") != 0))
    none = {"true_up_cents": pl.lit(0, dtype=pl.Int128), "late_cents": pl.lit(0, dtype=pl.Int128)}
    booked = none | {"late_cents": pl.col("late").cast(pl.Int128)}
    return [
        shifted.select("row", month="counts_from", cents="first", cogs_cents="first_cogs", **booked),
        shifted.select(
            "row", month="moved_month", cents=0 - pl.col("last"), cogs_cents=0 - pl.col("last_cogs"), **none
        ),
    ]
