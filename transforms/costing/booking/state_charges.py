"""What charges that are known before a month add to their receipts."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.costing.booking.pool_graph import Flags, Numbers
from transforms.costing.flows import is_value_only
from transforms.costing.integers import FITS_64_BITS
from transforms.costing.moves.rules import MOST_UNIT_COST
from transforms.costing.problems import MoveProblems, contradiction


@dataclass(frozen=True)
class StateCharges:
    """Charges that count as if known from the start, and the receipts that they name."""

    row: Numbers
    cost: Numbers
    """Ten-billionths that each adds."""
    receipt: Numbers
    """Row of the receipt of each."""
    named: Numbers
    """Rows of these receipts, each once."""
    own: Numbers
    units: Numbers
    names: pl.Series
    """Ids of the receipts in `named`."""
    size: int
    fit: bool
    """Whether 64 bits hold the sum of any of them."""

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "StateCharges":
        """Find them.

        Args:
            rows: moves as `links.add_late_costs` leaves them.
        """
        is_charge = is_value_only & pl.col("source_row").is_not_null() & ~pl.col("is_absorbed")
        charges = rows.filter(is_charge).select("row", "source_row", pl.col("own_cost").fill_null(0))
        named = rows.filter(pl.col("row").is_in(charges["source_row"].unique().implode()))
        fit = all(dtype == pl.Int64 for dtype in (rows.schema["own_cost"], rows.schema["late_cost"]))
        # a float is enough to see that
        most = charges.group_by("source_row").agg(pl.col("own_cost").cast(pl.Float64).abs().sum())["own_cost"].max()
        fit = fit and (not isinstance(most, float) or most < FITS_64_BITS / 2)
        # a receipt without a cost of its own is priced elsewhere
        priced = named.filter(pl.col("own_cost") >= 0)
        if not fit:
            charges, priced = charges.clear(), priced.clear()
        return cls(
            _whole(charges["row"]),
            _whole(charges["own_cost"]),
            _whole(charges["source_row"]),
            _whole(priced["row"]),
            _whole(priced["own_cost"]),
            _whole(priced["quantity"]),
            priced["move_id"],
            int(rows["row"].to_numpy().max(initial=0)) + 1,
            fit,
        )

    def add_up(self, is_known: Flags) -> Numbers | None:
        """What the known ones add to each row; None where there are none.

        Raises:
            MoveProblems: the receipts that cost less than nothing, or more than the limit, because others are not
                known yet (the rules: `moves.rules`).
        """
        if not self.row.size:
            return None
        counts = is_known[self.row]
        late = np.zeros(self.size, dtype=np.int64)
        np.add.at(late, self.receipt[counts], self.cost[counts])
        cost = self.own + late[self.named]
        is_wrong = (cost < 0) | ((self.units > 0) & ((cost - 1) // MOST_UNIT_COST >= self.units))
        wrong = np.flatnonzero(is_wrong & is_known[self.named])
        if wrong.size:
            found = "an inflow costs less than nothing, or too much, with the charges known by then"
            raise MoveProblems([contradiction(str(self.names[int(at)]), found) for at in wrong])
        return late


def _whole(numbers: pl.Series) -> Numbers:
    return numbers.cast(pl.Int64).to_numpy()
