"""Reads and writes the states that closes go on from, and refuses to go on under other policies."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.errors import DataProblem
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.dtypes import MONEY
from schemas.policies import CostingPolicy
from schemas.problems import Problem
from transforms.costing.checkpoints.continuing import Opening, Resumed, costing_version
from transforms.costing.checkpoints.tables import read_issue_costs, read_states, write_states
from transforms.periods import format_period, last_day, previous_period

BEFORE_ALL = date.min

_SETTINGS = {
    "costing_method": "close.costing.method",
    "cost_pool": "close.costing.pool",
    "late_cost": "close.costing.late_cost",
    "prospective_share": "close.costing.prospective_share",
    "purchase_return": "close.costing.purchase_return",
    "costing_version": "the costing engine's version",
}
"""What a state depends on, and where it is set."""


@dataclass(frozen=True)
class Checkpoint:
    """Where the last close has left off."""

    number: int = 0
    period: date = BEFORE_ALL
    cut_off: date = BEFORE_ALL
    state_day: date = BEFORE_ALL
    horizon: date = BEFORE_ALL


def state_day_of(close: CloseContext) -> date:
    """End of the closing state: the cut-off; under the periodic average the last month that is whole."""
    if close.policy.costing.method == "periodic_average" and close.is_partial:
        return last_day(previous_period(close.period))
    return close.cut_off


def read_checkpoint(close: CloseContext, warehouse: Warehouse, *, rebuild: bool) -> Checkpoint:
    """The last state.

    Returns:
        The beginning of time where there is none, where the close goes back behind it, or where all is valued again.

    Raises:
        DataProblem: the state was computed under another method, policy or version (exit 3).
    """
    rows = warehouse.query("from close.checkpoints order by checkpoint desc limit 1")
    if rows.is_empty():
        return Checkpoint()
    row = rows.row(0, named=True)
    number = int(row["checkpoint"])
    if rebuild:
        return Checkpoint(number)
    _stop_on_other_settings(close, row)
    if close.cut_off < row["cut_off"] or close.period == close.policy.first_period:
        return Checkpoint(number)
    return Checkpoint(number, row["period"], row["cut_off"], row["state_day"], row["horizon"])


def _settings(policy: CostingPolicy) -> dict[str, str | int]:
    return {
        "costing_method": policy.method,
        "cost_pool": policy.pool,
        "late_cost": policy.late_cost,
        "prospective_share": policy.share_by,
        "purchase_return": policy.returns_at,
        "costing_version": costing_version(policy),
    }


def _stop_on_other_settings(close: CloseContext, row: dict[str, object]) -> None:
    month, file = format_period(close.period), str(close.settings.mappings / "close.yaml")
    closed = f"{row['period']:%Y-%m}"
    fix = (
        f"Put the old value back, or value everything again and book the difference in {month}: see it first with "
        f"`tieout preview {month} --rebuild`, then run `tieout close {month} --rebuild`."
    )
    problems = [
        Problem(file, f"{_SETTINGS[name]} is {wanted}, and {closed} was closed with {row[name]}", fix)
        for name, wanted in _settings(close.policy.costing).items()
        if row[name] != wanted
    ]
    if problems:
        raise DataProblem("The closing layers of the last close do not fit the settings. Nothing was posted.", problems)


def read_states_of(warehouse: Warehouse, keys: pl.DataFrame) -> pl.DataFrame:
    """Every state that closes have left of some pools.

    Args:
        warehouse: the warehouse.
        keys: `sku`, `location`, `lot` of pools.

    Returns:
        `sku`, `location`, `lot`, `checkpoint`, `is_resumable`, `valued_from`, and `state_day` of the checkpoint.
    """
    with warehouse.offering("wanted_pools", keys.select("sku", "location", "lot")):
        return warehouse.query(
            """
            select sku, location, lot, checkpoint, is_resumable, valued_from, state_day
            from close.checkpoint_pools semi join wanted_pools using (sku, location, lot)
              join close.checkpoints using (checkpoint)
            """
        )


def read_opening(warehouse: Warehouse, states: pl.DataFrame, named: pl.DataFrame) -> Opening:
    """States of pools, and costs of the sales that are named by their returns.

    Args:
        warehouse: the warehouse.
        states: `sku`, `location`, `lot` and `checkpoint` of pools.
        named: StockMoves.
    """
    quantities = named.select("move_id", "quantity")
    with warehouse.offering("wanted_states", states), warehouse.offering("named_moves", quantities):
        wanted = "semi join wanted_states using (checkpoint, sku, location, lot)"
        pools = warehouse.query(f"select p.* from close.checkpoint_pools p {wanted}")
        layers = warehouse.query(f"select l.* from close.checkpoint_layers l {wanted}")
        sales = warehouse.query(
            "select move_id, quantity, unit_cost_applied, exact_cost"
            " from close.valued_moves join named_moves using (move_id) where moved_on >= ?",
            [named["moved_on"].min() or BEFORE_ALL],
        )
    return Opening(read_states(pools, layers), read_issue_costs(sales))


def keep_checkpoint(
    close: CloseContext,
    warehouse: Warehouse,
    before: Checkpoint,
    resumed: Resumed,
    components: pl.DataFrame,
    gone_back: pl.DataFrame,
    horizon: date,
    *,
    rebuild: bool,
) -> None:
    """Write the state that a valuation has left; rows of earlier checkpoints stay as they are.

    Args:
        close: period and policies.
        warehouse: an open transaction of it.
        before: what was gone on from.
        resumed: result of settle_from.
        components: `sku`, `location`, `lot`, `component` of the pools that were valued or connected anew.
        gone_back: `sku`, `location`, `lot`, `start_day` of pools that went on from an earlier state (null: from none).
        horizon: last physical day of the moves that were valued.
        rebuild: whether that was asked for.
    """
    number = before.number + 1
    versions = warehouse.query("select count(*) from close.checkpoints where period = ?", [close.period]).item()
    row = {
        "checkpoint": number,
        "period": close.period,
        "version": versions + 1,
        "cut_off": close.cut_off,
        "state_day": state_day_of(close),
        "horizon": horizon,
        **_settings(close.policy.costing),
        "is_rebuilt": rebuild,
    }
    warehouse.append("close.checkpoints", pl.DataFrame([row]))
    pools, layers = write_states(resumed.states, resumed.open_pools, number)
    warehouse.append("close.checkpoint_pools", _dated(pools, gone_back, before.state_day))
    warehouse.append("close.checkpoint_layers", layers)
    _point_to(warehouse, pools, components, number)


def _dated(pools: pl.DataFrame, gone_back: pl.DataFrame, state_day: date) -> pl.DataFrame:
    """CheckpointPools with the first day that was valued for each; null where that was the first of all."""
    went = gone_back.select("sku", "location", "lot", "start_day", has_gone_back=pl.lit(value=True))
    since = pl.when("has_gone_back").then("start_day").otherwise(pl.lit(None if state_day == BEFORE_ALL else state_day))
    joined = pools.drop("valued_from").join(went, on=["sku", "location", "lot"], how="left", validate="1:1")
    return joined.with_columns(valued_from=since.cast(pl.Date).dt.offset_by("1d")).select(pools.columns)


def _point_to(warehouse: Warehouse, pools: pl.DataFrame, components: pl.DataFrame, number: int) -> None:
    """Let the pools' states be those of a new checkpoint."""
    key = ["sku", "location", "lot"]
    valued = pools.select(*key, pl.lit(number, pl.Int64).alias("checkpoint"), "is_resumable")
    standing = warehouse.read("close.pool_checkpoints")
    others = standing.join(valued, on=key, how="anti").drop("component").select(valued.columns)
    numbers = pl.concat([components, standing.join(components, on=key, how="anti").select(components.columns)])
    both = pl.concat([valued, others]).join(numbers, on=key, how="left", validate="1:1")
    warehouse.replace("close.pool_checkpoints", both)


def measure_restatement(before: pl.DataFrame, after: pl.DataFrame, up_to: date) -> pl.DataFrame:
    """What valuing everything again changes of what was valued before, by month and SKU.

    Args:
        before: MoveCosts as they stood.
        after: MoveCosts as they are.
        up_to: last day that an earlier close had valued.

    Returns:
        `period`, `sku`, `before_amount`, `after_amount`, `changed_amount` (Money: stock value that moved), where they
        differ; largest change first.
    """
    sides = [
        frame.filter(pl.col("moved_on") <= up_to)
        .group_by(period=pl.col("moved_on").dt.truncate("1mo"), sku="sku")
        .agg(pl.col("cost_amount").sum().cast(MONEY).alias(name))
        for name, frame in (("before_amount", before), ("after_amount", after))
    ]
    both = sides[0].join(sides[1], on=["period", "sku"], how="full", coalesce=True, validate="1:1")
    amounts = [pl.col(name).fill_null(0).cast(MONEY) for name in ("before_amount", "after_amount")]
    return (
        both.with_columns(amounts)
        .with_columns((pl.col("after_amount") - pl.col("before_amount")).cast(MONEY).alias("changed_amount"))
        .filter(pl.col("changed_amount") != 0)
        .sort(pl.col("changed_amount").abs(), "period", "sku", descending=[True, False, False])
    )
