"""Follows what moves cost from state to state, backwards from the end, and says which month books each difference."""

import polars as pl

from transforms.costing.booking.state_plan import State

AMOUNTS = ["cents", "cogs_cents", "true_up_cents", "late_cents"]
_NOTHING = pl.lit(0, dtype=pl.Int128)
_VALUES = {"cents": pl.Int128, "cogs_cents": pl.Int128, "is_provisional": pl.Boolean}


class RestatedMoves:
    """What every move costs in the earliest state looked at so far, and the differences found up to there.

    Only differences are kept: most states of most moves are equal.
    """

    def __init__(self, valued: pl.DataFrame) -> None:
        """Begin with what is known in the end.

        Args:
            valued: ValuedMoves.
        """
        self._later = {
            "cents": cents_of(valued, "cost_amount"),
            "cogs_cents": cents_of(valued, "cogs_amount"),
            "is_provisional": valued["is_provisional"].rechunk(),
        }
        self._waits_for = pl.zeros(valued.height, dtype=pl.Int32, eager=True)
        self._changes = [
            pl.DataFrame(schema=dict.fromkeys(["row", "month"], pl.Int32) | dict.fromkeys(AMOUNTS, pl.Int128))
        ]

    def look_at(self, state: State, found: pl.DataFrame | None) -> None:
        """Compare a state with the next one; stages come from the last to the first.

        Args:
            state: its stage, and which rows were asked for.
            found: `row`, `cents`, `cogs_cents`, `is_provisional` of these; None where what was known contradicted
                itself: its month leaves them as the month before did, and what follows is booked when it is over.
        """
        if found is None:
            rows = pl.Series(state.rows[state.is_asked], dtype=pl.UInt32)
            waiting = self._waits_for.gather(rows)
            self._waits_for.scatter(
                rows, waiting.zip_with(waiting > 0, pl.repeat(state.stage // 2, len(rows), dtype=pl.Int32, eager=True))
            )
            return
        both = found.with_columns(
            *(pl.lit(self._later[name]).gather("row").alias(f"{name}_later") for name in _VALUES),
            month=pl.lit(self._waits_for).gather("row"),
        )
        is_other = pl.any_horizontal(*(pl.col(name) != pl.col(f"{name}_later") for name in _VALUES))
        other = both.filter(is_other | (pl.col("month") > 0))
        if other.is_empty():
            return
        for name in _VALUES:
            self._later[name].scatter(other["row"], other[name])
        self._waits_for.scatter(other["row"], 0)
        self._changes.append(_difference(other, state.stage))

    def changes(self) -> pl.DataFrame:
        """`row`, `month` that books, and AMOUNTS: what corrects an earlier booking."""
        return pl.concat(self._changes)

    def first(self, name: str) -> pl.Series:
        """What each move cost when it was booked for the first time: `cents` or `cogs_cents`."""
        return self._later[name]


def cents_of(valued: pl.DataFrame, name: str) -> pl.Series:
    """An amount as whole cents."""
    return valued[name].to_physical().cast(pl.Int128).rechunk()


def _difference(other: pl.DataFrame, stage: int) -> pl.DataFrame:
    """What the month of a stage books, beside what was known before it.

    What the month's own moves change of something provisional is a true-up. What its late facts change further is late
    cost, unless only they cover it. Any other correction is late cost.
    """
    change = pl.col("cogs_cents_later") - pl.col("cogs_cents")
    covers = ~pl.col("is_provisional_later") if stage % 2 else pl.lit(value=True)
    is_true_up = pl.col("is_provisional") & covers
    month = pl.when(pl.col("month") > 0).then("month").otherwise(stage // 2)
    return other.select(
        pl.col("row").cast(pl.Int32),
        month.cast(pl.Int32).alias("month"),
        cents=pl.col("cents_later") - pl.col("cents"),
        cogs_cents=change,
        true_up_cents=pl.when(is_true_up).then(change).otherwise(_NOTHING),
        late_cents=pl.when(is_true_up).then(_NOTHING).otherwise(change),
    ).filter((pl.col("cents") != 0) | (pl.col("cogs_cents") != 0))
