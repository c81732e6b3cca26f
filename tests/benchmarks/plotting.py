"""Draws time against moves, with the floor of sorting beside it."""

from collections.abc import Mapping
from pathlib import Path

import altair as alt
import polars as pl

from tests.benchmarks.ledgers import Shape
from tests.benchmarks.measuring import Taken

WORDS = {
    "fifo": "FIFO",
    "moving_average": "moving average",
    "periodic_average": "periodic average",
    "sort floor": "sort floor (DuckDB)",
    "Decimal loop": "Decimal loop",
    "Decimal loop, moves only": "Decimal loop, moves only",
}


def draw_growth(taken: Mapping[tuple[str, Shape, int], Taken], path: Path) -> None:
    """Write an SVG: seconds from Parquet to Parquet against millions of moves, both logarithmic.

    Args:
        taken: by program, shape and millions of moves; only the shape `plain` is drawn.
        path: where the picture goes.
    """
    points = pl.DataFrame(
        [
            {"program": WORDS[name], "moves": millions, "seconds": run.seconds}
            for (name, shape, millions), run in taken.items()
            if shape == "plain"
        ]
    )
    order = [word for word in WORDS.values() if word in points["program"].to_list()]
    drawn = alt.Chart(points)
    lines = drawn.mark_line(point=True).encode(
        x=alt.X("moves:Q", scale=alt.Scale(type="log"), title="moves, millions", axis=alt.Axis(values=[1, 10, 50])),
        y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds, Parquet to Parquet"),
        color=alt.Color("program:N", sort=order, title=None),
        strokeDash=alt.condition(alt.datum.program == WORDS["sort floor"], alt.value([6, 4]), alt.value([1, 0])),
    )
    lines.properties(width=480, height=300, title="Valuing a table of stock moves").save(str(path))
