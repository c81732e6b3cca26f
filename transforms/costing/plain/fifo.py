"""FIFO without a row loop: an issue of the cumulative units (a, b] costs C(b) - C(a).

C is the cumulative cost of the inflows, linear inside each: the whole layers below b, and of the layer that b stands in
its share. The share is exact in whole numbers: of a total t for q units, x units cost (t // q) * x + (t % q) * x // q
ten-billionths, rounded down; rounding to the cent needs no more. A total is kept as cents and what is left of them, so
that 64 bits hold it.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.costing.flows import INFLOW_KINDS, KIND, OUTFLOW_KINDS, VALUE_KINDS
from transforms.costing.integers import COST_OF_ONE_CENT, FITS_64_BITS
from transforms.costing.plain.pool_runs import Marks, Places, PoolRuns, Whole, whole
from transforms.costing.plain.short_issues import Layers, ShortIssues, settle_short_issues

HALF_CENT = COST_OF_ONE_CENT // 2
MOST_CENTS = FITS_64_BITS // COST_OF_ONE_CENT
"""Up to so many cents a cost fits 64 bits as ten-billionths."""


@dataclass(frozen=True)
class Costs:
    """Costs as whole cents and what is left of them, in ten-billionths; a sum of such may have many cents left."""

    cents: Whole
    left: Whole

    @classmethod
    def of(cls, cost: Whole) -> "Costs":
        """Split ten-billionths."""
        cents = cost // COST_OF_ONE_CENT
        return cls(cents, cost - cents * COST_OF_ONE_CENT)

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(self.cents + other.cents, self.left + other.left)

    def __sub__(self, other: "Costs") -> "Costs":
        return Costs(self.cents - other.cents, self.left - other.left)

    def total(self, runs: PoolRuns) -> "Costs":
        """Running totals."""
        return Costs(runs.total(self.cents), runs.total(self.left))

    def before(self, runs: PoolRuns) -> "Costs":
        """Those of the row before."""
        return Costs(runs.before(self.cents), runs.before(self.left))

    def at(self, places: Places) -> "Costs":
        """Some of them."""
        return Costs(self.cents[places], self.left[places])

    def rounded(self) -> Whole:
        """Whole cents, half away from zero."""
        more = self.left // COST_OF_ONE_CENT
        cents, left = self.cents + more, self.left - more * COST_OF_ONE_CENT
        return cents + np.where(cents >= 0, left >= HALF_CENT, left > HALF_CENT)


def settle_plain_fifo(rows: pl.DataFrame) -> pl.DataFrame:
    """Cost every outflow by the oldest units first (IAS 2.27), and every inflow and charge at its own cost.

    Args:
        rows: PLAIN_COLUMNS of the moves of plain pools, sorted by pool and order. Units that are not there cost what
            covers them, or as long as nothing does, the last known cost; where nothing was ever received, nothing.

    Returns:
        VALUED, one row for each inflow, each outflow of a quantity, and each change of value.
    """
    kind, units = rows["kind"].to_physical().to_numpy(), rows["quantity"].to_numpy()
    pool, own = rows["pool"].to_numpy(), whole(rows["own_cost"])
    layer_cost = own + whole(rows["late_cost"])
    is_in, is_out = _is_of(INFLOW_KINDS)[kind], _is_of(OUTFLOW_KINDS)[kind]
    bringing = np.flatnonzero(is_in | _is_of(VALUE_KINDS)[kind])
    layers, issues = np.flatnonzero(is_in & (units > 0)), np.flatnonzero(is_out & (units < 0))
    runs = PoolRuns.of(pool)
    received, target, begin = _find_covered(runs, units, is_in, is_out)
    issued = _Issues(pool[issues], -units[issues], target[issues])
    stock = _Layers.of(pool[layers], units[layers], layer_cost[layers], received[layers])
    has_layers = _receives(pool, units, is_in)[issues]
    inflows = _inflows(rows["row"], bringing, PoolRuns.of(pool[bringing]), own, layer_cost, units)
    is_short = (target[issues] > received[issues]) & has_layers
    if not is_short.any():
        costs = issued.price(stock, has_layers) if layers.size else Costs(issued.units * 0, issued.units * 0)
        return pl.concat([inflows, _outflows(rows["row"], issues, issued, costs, has_layers)])
    end = runs.spread(received[runs.starts + runs.lengths - 1])[issues]
    covered = _Issues(issued.pool, issued.units, np.minimum(issued.covered_to, end))
    outflows = _outflows(rows["row"], issues, covered, covered.price(stock, has_layers), has_layers)
    short = np.flatnonzero(is_short)
    first = issued.covered_to[short] - issued.units[short]
    told = ShortIssues(short, issued.units[short], first, received[issues][short], begin[issues][short], end[short])
    return pl.concat([inflows, _with_short_issues(outflows, told, stock)])


def _with_short_issues(outflows: pl.DataFrame, short: ShortIssues, stock: "_Layers") -> pl.DataFrame:
    """Issues with what those of more than was there were thought to cost, and what the uncovered ones do."""
    at = tuple(np.searchsorted(stock.end, places) for places in (short.first, short.received, short.end))
    layers = Layers(
        stock.end, stock.units, stock.whole * stock.units + stock.rest, stock.before.cents, stock.before.left
    )
    told = list(settle_short_issues(short, layers, tuple(np.minimum(one, stock.end.size - 1) for one in at)))
    open_ones = [(one.place, *one.uncovered) for one in told if one.uncovered is not None]
    places, cents, units = (list(column) for column in zip(*open_ones, strict=True)) if open_ones else ([], [], [])
    thought = [one.provisional_cents for one in told]
    return outflows.with_columns(
        outflows["cents"].scatter(places, cents),
        outflows["unit_millionths"].scatter(places, units),
        outflows["provisional_cents"].scatter([one.place for one in told], thought),
        outflows["is_provisional"].scatter(places, values=True),
    )


def _is_of(kinds: tuple[str, ...]) -> Marks:
    """Whether a kind is one of some, by its number."""
    return np.array([kind in kinds for kind in KIND.categories])


def _find_covered(runs: PoolRuns, units: Whole, is_in: Marks, is_out: Marks) -> tuple[Whole, Whole, Whole]:
    """Units received up to each row over all pools; among these the last that has left its pool; where that begins."""
    came = np.where(is_in, units, 0)
    received = np.cumsum(came)
    before_pool = runs.spread(received[runs.starts] - came[runs.starts])
    return received, before_pool + runs.total(np.where(is_out, -units, 0)), before_pool


def _receives(pool: Whole, units: Whole, is_in: Marks) -> Marks:
    """Whether the pool of a row ever receives units."""
    runs = PoolRuns.of(pool)
    return runs.spread(np.logical_or.reduceat(is_in & (units > 0), runs.starts)) if pool.size else is_in


@dataclass(frozen=True)
class _Layers:
    """Inflows of units as intervals of the units received over all pools."""

    end: Whole
    units: Whole
    whole: Whole
    """Cost of a unit, rounded down."""
    rest: Whole
    """What that leaves of the cost of all units."""
    before: Costs
    """Of the layers of the pool below it."""

    @classmethod
    def of(cls, pool: Whole, units: Whole, cost: Whole, end: Whole) -> "_Layers":
        """From moves in order."""
        unit, split = cost // units, Costs.of(cost)
        return cls(end, units, unit, cost - unit * units, split.total(PoolRuns.of(pool)) - split)


@dataclass(frozen=True)
class _Issues:
    """Outflows of units."""

    pool: Whole
    units: Whole
    covered_to: Whole
    """The last unit that each takes, among the units received over all pools."""

    def price(self, layers: _Layers, has_layers: Marks) -> Costs:
        """C at the end of each; nothing where the pool has no layers."""
        place = np.searchsorted(layers.end, self.covered_to)
        np.minimum(place, layers.end.size - 1, out=place)
        taken = self.covered_to - layers.end[place] + layers.units[place]
        share = layers.whole[place] * taken + _share(layers.rest[place], taken, layers.units[place])
        costs = layers.before.at(place) + Costs.of(share)
        return Costs(costs.cents * has_layers, costs.left * has_layers)


def _share(rest: Whole, taken: Whole, units: Whole) -> Whole:
    """rest * taken // units; in 128 bits where 64 do not hold the product."""
    found = rest * taken // units
    large = np.flatnonzero(rest.astype(np.float64) * taken > FITS_64_BITS)
    if large.size:
        product = pl.col("rest") * pl.col("taken") // pl.col("units")
        found[large] = _in_128_bits(product, rest=rest[large], taken=taken[large], units=units[large])
    return found


def _in_128_bits(result: pl.Expr, **columns: Whole) -> Whole:
    """Arithmetic whose result fits 64 bits, and whose steps do not."""
    return pl.DataFrame(columns).cast(pl.Int128).select(result.cast(pl.Int64)).to_series().to_numpy()


def _inflows(
    row: pl.Series, places: Places, runs: PoolRuns, own: Whole, layer_cost: Whole, units: Whole
) -> pl.DataFrame:
    """Inflows and charges at their own cost, to the cent by the running total of their pool."""
    brought = Costs.of(own[places])
    total = brought.total(runs)
    in_units = units[places]
    unit = pl.Series(_divide_half_up(layer_cost[places], np.maximum(in_units, 1)))
    return _valued(
        row.gather(places),
        pl.Series(total.rounded() - (total - brought).rounded()),
        unit.set(pl.Series(in_units <= 0), None) if (in_units <= 0).any() else unit,
        None,
    )


def _outflows(row: pl.Series, places: Places, issued: _Issues, up_to: Costs, has_layers: Marks) -> pl.DataFrame:
    """What issues take out: C at their end less C at their beginning."""
    runs = PoolRuns.of(issued.pool)
    cents, cost = up_to.rounded(), up_to - up_to.before(runs)
    unit = _divide_half_up(cost.cents * COST_OF_ONE_CENT + cost.left, issued.units)
    large = np.flatnonzero(cost.cents > MOST_CENTS)
    if large.size:
        total = pl.col("cents") * COST_OF_ONE_CENT + pl.col("left")
        quotient = (total * 2 + pl.col("units")) // (pl.col("units") * 2)
        split = {"cents": cost.cents[large], "left": cost.left[large]}
        unit[large] = _in_128_bits(quotient, **split, units=issued.units[large])
    unknown = None if has_layers.all() else pl.Series(~has_layers)
    return _valued(row.gather(places), pl.Series(runs.before(cents) - cents), pl.Series(unit), unknown)


def _divide_half_up(cost: Whole, units: Whole) -> Whole:
    """Quotient of whole numbers, not negative, rounded half up."""
    found = cost // units
    left = cost - found * units
    return found + (left >= units - left)


def _valued(row: pl.Series, cents: pl.Series, unit: pl.Series, is_unknown: pl.Series | None) -> pl.DataFrame:
    """VALUED; what nothing is known of costs nothing, and stays provisional."""
    found = pl.DataFrame({"row": row, "cents": cents, "unit_millionths": unit})
    marks = pl.lit(value=False) if is_unknown is None else is_unknown
    return found.with_columns(
        provisional_cents=pl.when(marks).then(pl.lit(0, dtype=pl.Int64)),
        is_provisional=marks,
        expensed_cents=pl.lit(0, dtype=pl.Int64),
    )
