"""What moves cost as known at the end of a month: one valuation for each month that learned something."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.late_facts import first_day, number_month
from transforms.costing.flows import VALUE_KINDS
from transforms.costing.moves.connected_pools import pool_columns
from transforms.costing.problems import MoveProblems
from transforms.costing.standard.rows import VARIANCE, own_rows
from transforms.costing.valuation import value_moves

AT_LAST = 10**6
"""Later than every month: what is known in the end."""


@dataclass(frozen=True)
class Rule:
    """How everything is valued."""

    policy: CostingPolicy
    standard_costs: pl.DataFrame | None
    until: date


STATE = ["move_id", "month", "cents", "cogs_cents", "is_provisional"]
ROW = ["row", "move_id", "component", "counts_from", "moved_month", "is_charge", "is_own"]


def find_states(
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    members: pl.DataFrame,
    facts: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    until: date,
) -> pl.DataFrame:
    """Value the members as known just before each of their late facts, and in the end.

    Args:
        moves: StockMoves.
        valued: ValuedMoves in the end, and own rows.
        members: dated rows with their `component`.
        facts: `component`, `month` that learned something.
        policy: as in `valued`.
        standard_costs: as in `valued`.
        until: as in `valued`.

    Returns:
        `number` (of the row among all that are looked at), `row` (position in `valued`), `month` (before which this was
        known; AT_LAST), `cents`, `cogs_cents`, `is_provisional`, and `counts_from`, `moved_month`, `is_charge` of the
        row; sorted by number and month.
    """
    rule = Rule(policy, standard_costs, until)
    rows = pl.concat([_as_rows(members), _locate_own_rows(moves, valued, members, policy)])
    found, failed, gone = [_last(valued, rows)], [], [rows.clear()]
    for (month,), components in facts.group_by("month", maintain_order=True):
        chosen = members.join(components, on="component", how="semi", maintain_order="left")
        known = chosen.filter(pl.col("counts_from") < month)
        for part, values in _value_parts(moves, known, rule, int(str(month))):
            if values is None:
                failed.append(pl.DataFrame({"component": part, "month": month}, schema=facts.schema))
            else:
                found.append(values.with_columns(month=pl.lit(month, dtype=pl.Int32)).select(STATE))
                gone.append(values.filter("is_own").join(rows, on="move_id", how="anti").select(ROW))
    # what the end does not have any more is booked with the row that it hangs on
    rows = pl.concat([rows, pl.concat(gone).unique("move_id", keep="first", maintain_order=True)])
    rows = rows.with_row_index("number")
    return _fill(rows, facts, pl.concat(found), pl.concat([facts.clear(), *failed]))


def to_cents_of(valued: pl.DataFrame, name: str) -> pl.Series:
    """An amount as whole cents."""
    return valued[name].to_physical().cast(pl.Int128)


def _as_rows(members: pl.DataFrame) -> pl.DataFrame:
    """What the states need of a move."""
    is_charge = pl.col("kind").is_in(VALUE_KINDS)
    return members.with_columns(pl.col("row").cast(pl.UInt32), is_charge=is_charge, is_own=pl.lit(value=False)).select(
        ROW
    )


def _locate_own_rows(
    moves: pl.DataFrame, valued: pl.DataFrame, members: pl.DataFrame, policy: CostingPolicy
) -> pl.DataFrame:
    """The own rows of the members at standard cost: a variance counts with its move, a revaluation from its day."""
    own = _described(moves, valued, members, policy).drop("row").with_row_index("row", moves.height)
    return own.filter(pl.col("component").is_not_null()).select(ROW)


def _described(moves: pl.DataFrame, valued: pl.DataFrame, members: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Own rows with component, months, and the row that they hang on: their move, or the first of the pool."""
    columns = {"location": pl.String(), "source_move_id": pl.String()}
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in columns.items() if name not in moves.columns]
    own = own_rows(moves.with_columns(missing), valued).select(
        "move_id",
        "kind",
        pl.col("source_move_id").cast(pl.String),
        pl.col("sku").cast(pl.String),
        pl.col("location").cast(pl.String).fill_null(""),
        month=number_month(pl.col("moved_on").cast(pl.Date)),
    )
    of_move = members.select(
        source_move_id="move_id", host="row", of_component="component", of_counts_from="counts_from"
    )
    codes = [code for code in pool_columns(policy) if code != "lot"]  # only standard cost has own rows
    pools = members.group_by(codes, maintain_order=True).agg(
        pool_host=pl.col("row").first(), component=pl.col("component").first()
    )
    joined = own.join(of_move, on="source_move_id", how="left", validate="m:1", maintain_order="left").join(
        pools, on=codes, how="left", validate="m:1", maintain_order="left"
    )
    is_variance = pl.col("kind") == VARIANCE
    host = pl.when(is_variance).then("host").otherwise("pool_host")
    return joined.select(
        row=host.cast(pl.UInt32),
        move_id="move_id",
        component=pl.when(is_variance).then("of_component").otherwise("component"),
        counts_from=pl.when(is_variance).then("of_counts_from").otherwise("month"),
        moved_month="month",
        is_charge=pl.lit(value=False),
        is_own=pl.lit(value=True),
    )


def _last(valued: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What is known in the end."""
    at = rows["row"]
    return pl.DataFrame(
        {
            "move_id": rows["move_id"],
            "month": pl.repeat(AT_LAST, len(at), dtype=pl.Int32, eager=True),
            "cents": to_cents_of(valued, "cost_amount").gather(at),
            "cogs_cents": to_cents_of(valued, "cogs_amount").gather(at),
            "is_provisional": valued["is_provisional"].gather(at),
        }
    )


def _value_parts(
    moves: pl.DataFrame, known: pl.DataFrame, rule: Rule, month: int
) -> Iterator[tuple[list[int], pl.DataFrame | None]]:
    """Value what is known before a month; components that contradict themselves are found by halving."""
    components = known["component"].unique().sort().to_list()
    if not components:
        return
    frame = moves[known["row"]]
    last_day = pl.select(first_day(pl.lit(month)).dt.offset_by("-1d")).item()
    try:
        values = value_moves(frame, rule.policy, rule.standard_costs, until=min(last_day, rule.until))
    except MoveProblems:
        if len(components) == 1:
            yield components, None
            return
        half = len(components) // 2
        for part in (components[:half], components[half:]):
            yield from _value_parts(moves, known.filter(pl.col("component").is_in(part)), rule, month)
        return
    own = _described(frame, values, known, rule.policy)
    yield (
        components,
        pl.concat([_as_rows(known), own]).with_columns(
            cents=to_cents_of(values, "cost_amount"),
            cogs_cents=to_cents_of(values, "cogs_amount"),
            is_provisional=values["is_provisional"],
        ),
    )


def _fill(rows: pl.DataFrame, facts: pl.DataFrame, found: pl.DataFrame, failed: pl.DataFrame) -> pl.DataFrame:
    """One state for a row and time: nothing for an own row that was not there; what contradicted itself as before."""
    learned = rows.join(facts, on="component", how="inner", validate="m:m")
    times = learned.filter(pl.col("month") > pl.col("counts_from"))
    last = rows.with_columns(month=pl.lit(AT_LAST, dtype=pl.Int32))
    stated = (
        pl.concat([times, last])
        .join(found, on=["move_id", "month"], how="left", validate="1:1")
        .join(failed.with_columns(has_failed=pl.lit(value=True)), on=["component", "month"], how="left", validate="m:1")
    )
    values = ["cents", "cogs_cents", "is_provisional"]
    absent = [pl.lit(0, dtype=pl.Int128), pl.lit(0, dtype=pl.Int128), pl.lit(value=False)]
    known = [
        pl.when(pl.col("has_failed").is_null()).then(pl.coalesce(name, nothing)).otherwise(name).alias(name)
        for name, nothing in zip(values, absent, strict=True)
    ]
    carried = [pl.col(name).forward_fill().over("number") for name in values]
    to_come = [pl.col(name).backward_fill().over("number") for name in values]
    in_time = stated.with_columns(known).sort("number", "month")
    return in_time if failed.is_empty() else in_time.with_columns(carried).with_columns(to_come)
