"""Which month books what at standard cost: moves, and the rows of variances and revaluations beside them."""

from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.late_facts import find_late_facts
from transforms.costing.booking.states_at_standard import AT_LAST, find_states, to_cents_of
from transforms.costing.flows import is_value_only
from transforms.costing.moves.connected_pools import connect_pools, pool_columns


def book_at_standard(
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    dated: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    until: date,
) -> pl.DataFrame:
    """Say what each month books of moves and own rows, less their final cost in their own month.

    Args:
        moves: StockMoves.
        valued: ValuedMoves of them at standard cost, and own rows behind them.
        dated: the moves as `late_facts.date_rows` leaves them.
        policy: method `standard`.
        standard_costs: as `value_moves` had them.
        until: as `value_moves` had it.

    Returns:
        `row` (position in `valued`), `month`, `cents`, `cogs_cents`, `true_up_cents`, `late_cents`.
    """
    learned = find_late_facts(dated, valued["provisional_amount"].head(moves.height).is_not_null(), policy).learned
    members = _find_members(dated, learned, policy)
    shifts = [_expensed(dated, valued, members)]
    if members.height:
        pools = members.select(pl.col("pool").cast(pl.Int64), "component").unique()
        facts = learned.join(pools, on="pool", how="inner").select(
            "component", month=(pl.col("stage") // 2).cast(pl.Int32)
        )
        states = find_states(
            moves, valued, members, facts.unique().sort("month", "component"), policy, standard_costs, until
        )
        shifts.append(_shift(states))
    return pl.concat(shifts)


def _find_members(dated: pl.DataFrame, learned: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Rows of all pools that hang together with one that learned something, with `component`."""
    codes = pool_columns(policy)
    taught = dated.filter(pl.col("pool").is_in(learned["pool"].implode())).select(codes).unique()
    if taught.is_empty():
        return dated.with_columns(component=pl.lit(0, dtype=pl.UInt32)).clear()
    pools = connect_pools(dated, taught, policy)
    return dated.join(pools, on=codes, how="inner", validate="m:1", maintain_order="left")


def _expensed(dated: pl.DataFrame, valued: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """What charges expensed in their own month, where nothing is valued again."""
    charges = dated.filter(is_value_only).join(members, on="row", how="anti")
    cogs = to_cents_of(valued, "cogs_amount").gather(charges["row"])
    return charges.select(
        pl.col("row").cast(pl.UInt32),
        month="moved_month",
        cents=_NOTHING,
        cogs_cents=_NOTHING,
        true_up_cents=_NOTHING,
        late_cents=cogs,
    )


_NOTHING = pl.lit(0, dtype=pl.Int128)


def _shift(states: pl.DataFrame) -> pl.DataFrame:
    """Differences between what was known at one time and at the next, less the booking in the move's own month."""
    # states stand by row and month: what is above a row's first one is another row's
    is_same = pl.col("number") == pl.col("number").shift(1)
    steps = states.with_columns(
        pl.when(is_same).then(pl.col("cents", "cogs_cents").shift(1)).otherwise(_NOTHING).name.suffix("_before"),
        known_before=pl.when(is_same).then(pl.col("month").shift(1)),
        was_provisional=pl.when(is_same).then(pl.col("is_provisional").shift(1)),
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
