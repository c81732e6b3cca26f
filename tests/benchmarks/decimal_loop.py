"""The obvious program, as a yardstick: FIFO by a loop over decimals, SKU by SKU, from Parquet to Parquet."""

import sys
from collections import deque
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import polars as pl

CENT = Decimal("0.01")


def value_file(source: Path, target: Path) -> None:
    """Give each move of a table of receipts and sales its cost.

    Args:
        source: moves as `ledgers` writes them in the shape `plain`.
        target: the same rows, sorted by SKU and day, with `cost_amount`.
    """
    moves = pl.read_parquet(source).sort("sku", "moved_on", "kind", "move_id")
    costs: list[Decimal] = []
    for _, rows in groupby(moves.select("sku", "quantity", "unit_cost").iter_rows(), key=itemgetter(0)):
        layers: deque[list[Decimal]] = deque()
        last = Decimal(0)
        for _, quantity, unit_cost in rows:
            if quantity > 0:
                layers.append([quantity, unit_cost])
                last = unit_cost
                costs.append((quantity * unit_cost).quantize(CENT, ROUND_HALF_UP))
            else:
                costs.append(-_issue(layers, -quantity, last).quantize(CENT, ROUND_HALF_UP))
    moves.with_columns(cost_amount=pl.Series(costs, dtype=pl.Decimal(18, 2))).write_parquet(target)


def _issue(layers: deque[list[Decimal]], wanted: Decimal, last: Decimal) -> Decimal:
    """Cost of units from the oldest layers; what is short costs what the last receipt did."""
    cost = Decimal(0)
    while wanted and layers:
        left, unit_cost = layers[0]
        taken = min(left, wanted)
        cost += taken * unit_cost
        wanted -= taken
        if taken == left:
            layers.popleft()
        else:
            layers[0][0] = left - taken
    return cost + wanted * last


if __name__ == "__main__":
    value_file(Path(sys.argv[1]), Path(sys.argv[2]))
