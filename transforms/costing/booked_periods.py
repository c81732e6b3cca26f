"""Which month books what: everything that is not booked, at its final cost, in the month of its own move.

There is one truth for what a move cost, and a separate question of when a change is booked (IAS 8.36: a change in an
estimate belongs to the period in which it is known). A month books what its own end knew, less what earlier months had
booked; so, summed over the months, every policy books the final cost. Only pools with a late fact, and what is
connected with them, are valued again: once for each month that learned something.
"""

from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.connected_pools import connect_pools, pool_columns
from transforms.costing.flows import is_value_only
from transforms.costing.known_states import AT_LAST, find_states, to_cents_of
from transforms.costing.late_facts import date_rows, find_late_facts, find_suspects, first_day, may_be_late

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
AMOUNTS = ["cents", "cogs_cents", "true_up_cents", "late_cents"]


def booking_shifts(
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None = None,
    until: date | None = None,
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

    Returns:
        `row` (position in `valued`), `period` (first day of a month), `cents` (of stock value), `cogs_cents`, and of
        these, as far as they correct what an earlier month had booked, `true_up_cents` (the move was provisional then)
        and `late_cents` (any other). What a charge expenses because its goods have gone is `late_cents` too, in its own
        month. `cents` and `cogs_cents` of a row sum to zero. One row per move and month with a shift, sorted.
    """
    if not may_be_late(moves, valued):
        return pl.DataFrame(schema=SHIFTS)
    dated = date_rows(moves, policy)
    members = _find_members(dated, valued, policy)
    shifts = [_expensed(dated, valued, members)]
    if members.height:
        facts = find_late_facts(members, policy)
        last_day = until or moves.select(pl.col("moved_on").cast(pl.Date).max().dt.month_end()).item()
        shifts.append(_shift(find_states(moves, valued, members, facts, policy, standard_costs, last_day)))
    return (
        pl.concat(shifts)
        .group_by("row", "month")
        .agg(pl.col(AMOUNTS).sum())
        .filter(pl.any_horizontal(pl.col(AMOUNTS) != 0))
        .sort("row", "month")
        .select("row", first_day(pl.col("month")).alias("period"), *AMOUNTS)
        .cast(SHIFTS)
    )


def _find_members(dated: pl.DataFrame, valued: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Rows of the components that have a late fact, with `pool` and `component`."""
    suspects = find_suspects(dated, valued, policy)
    codes = pool_columns(policy)
    pools = connect_pools(dated, suspects.select(codes).unique(), policy) if suspects.height else suspects
    numbered = pools.select(*codes, component=pl.col("component") if suspects.height else pl.lit(0, dtype=pl.UInt32))
    numbered = numbered.with_row_index("pool")
    members = dated.join(numbered, on=codes, how="inner", validate="m:1", maintain_order="left")
    return members.join(find_late_facts(members, policy), on="component", how="semi", maintain_order="left")


def _expensed(dated: pl.DataFrame, valued: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """What charges expensed in their own month, where nothing is valued again."""
    charges = dated.filter(is_value_only).join(members, on="row", how="anti")
    cogs = to_cents_of(valued, "cogs_amount").gather(charges["row"])
    return charges.select(
        "row", month="moved_month", cents=_NOTHING, cogs_cents=_NOTHING, true_up_cents=_NOTHING, late_cents=cogs
    )


_NOTHING = pl.lit(0, dtype=pl.Int128)


def _shift(states: pl.DataFrame) -> pl.DataFrame:
    """Differences between what was known at one time and at the next, less the booking in the move's own month."""
    before = (
        pl.col("cents", "cogs_cents").shift(1).over("move_id", order_by="month").fill_null(0).name.suffix("_before")
    )
    steps = states.with_columns(
        before,
        known_before=pl.col("month").shift(1).over("move_id", order_by="month"),
        was_provisional=pl.col("is_provisional").shift(1).over("move_id", order_by="month"),
    )
    change = pl.col("cogs_cents") - pl.col("cogs_cents_before")
    is_first = pl.col("known_before").is_null()
    booked = steps.select(
        "row",
        pl.coalesce("known_before", "counts_from").alias("month"),
        pl.col("cents") - pl.col("cents_before"),
        cogs_cents=change,
        true_up_cents=pl.when(~is_first & pl.col("was_provisional")).then(change).otherwise(_NOTHING),
        late_cents=pl.when(pl.when(is_first).then("is_charge").otherwise(~pl.col("was_provisional")))
        .then(change)
        .otherwise(_NOTHING),
    )
    last = states.filter(pl.col("month") == AT_LAST)
    own_month = last.select(
        "row",
        month="moved_month",
        cents=0 - pl.col("cents"),
        cogs_cents=0 - pl.col("cogs_cents"),
        true_up_cents=_NOTHING,
        late_cents=_NOTHING,
    )
    return pl.concat([booked, own_month])
