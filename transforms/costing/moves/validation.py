"""Whether a table of moves can be valued: all that is wrong at once, each with its count, money and first keys."""

from decimal import Decimal

import polars as pl

from schemas.policies import CostingPolicy
from schemas.problems import Problem
from transforms.costing.flows import is_inflow, is_outflow, is_transfer, is_value_only
from transforms.costing.integers import COST_OF_ONE_CENT, DECIMAL_COLUMNS
from transforms.costing.moves.repeated_ids import find_repeated
from transforms.costing.moves.rules import MOST_UNITS, MOST_VALUE, REQUIRED_COLUMNS, Rule, all_rules
from transforms.costing.problems import MoveProblems

TABLE = "core.stock_moves"

NEARLY = 1.0 - 2.0**-20
"""A sum of floats that stays below this share of a limit is surely within it."""


def check_columns(moves: pl.DataFrame) -> dict[str, Problem]:
    """Find columns that are missing, or whose values costing cannot read exactly.

    Args:
        moves: StockMoves.

    Returns:
        A problem for each such column: it is missing; it is a float, or has more digits than costing keeps; it is no
        date.
    """
    needs = f"Costing needs {', '.join(REQUIRED_COLUMNS)}."
    missing = {
        name: Problem(f"{TABLE}.{name}", "the column is missing", needs)
        for name in REQUIRED_COLUMNS
        if name not in moves.columns
    }
    present = [name for name in (*DECIMAL_COLUMNS, "moved_on", "sequence") if name in moves.columns]
    return missing | {name: problem for name in present if (problem := _type_problem(moves, name))}


def check_moves(rows: pl.DataFrame, unreadable: dict[str, Problem], policy: CostingPolicy) -> None:
    """Check every rule about moves, and that their totals stay in reach of whole numbers.

    Args:
        rows: moves as `links` leaves them.
        unreadable: what `check_columns` found; rules that look at such a column are left out.
        policy: whether the sides of a transfer are put in order by day or by month.

    Raises:
        MoveProblems: every rule that is broken.
    """
    judged = _with_facts(rows, policy)
    rules = [rule for rule in all_rules() if not rule.reads() & unreadable.keys()]
    counts = judged.select(rule.is_broken.sum().alias(str(at)) for at, rule in enumerate(rules)).row(0)
    broken = [_broken(judged, rule) for rule, count in zip(rules, counts, strict=True) if count]
    problems = [*unreadable.values(), *broken]
    problems += [] if unreadable.keys() & {*DECIMAL_COLUMNS, "kind", "sku"} else _beyond_limits(rows)
    if problems:
        raise MoveProblems(problems)


def _type_problem(moves: pl.DataFrame, name: str) -> Problem | None:
    """Why the values of a column cannot be read."""
    dtype, where = moves.schema[name], f"{TABLE}.{name}"
    if dtype == pl.Null:
        return None
    if name == "moved_on":
        is_zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
        found = f"{dtype} has a time zone" if is_zoned else f"{dtype} is no date"
        return None if dtype == pl.Date or _is_naive(dtype) else Problem(where, found, "Cast it to Date.")
    if name == "sequence":
        return None if dtype.is_integer() else Problem(where, f"{dtype} is no whole number", "Cast it to Int64.")
    if not (dtype.is_decimal() or dtype.is_integer()):
        return Problem(where, f"{dtype} cannot hold a number exactly", "Cast it to Decimal.")
    return _precision(moves, name)


def _is_naive(dtype: pl.DataType) -> bool:
    """Whether a column holds instants without a time zone."""
    return isinstance(dtype, pl.Datetime) and dtype.time_zone is None


def _precision(moves: pl.DataFrame, name: str) -> Problem | None:
    """A problem where a number has more places, or more digits, than costing keeps."""
    dtype = DECIMAL_COLUMNS[name]
    if moves.schema[name] == dtype:
        return None
    kept = pl.col(name).cast(dtype, strict=False)
    lost = moves.filter(pl.col(name).is_not_null() & (kept.is_null() | (kept != pl.col(name))))
    found = f"the number does not fit {dtype.precision} digits with {dtype.scale} places"
    return _problem(f"{TABLE}.{name}", found, "Round it in the source.", lost) if lost.height else None


def _with_facts(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Add what rules ask about a row that other rows tell: `is_repeated`, `lacks_components`, `arrives_early` and
    `changes_lot`."""
    repeated = find_repeated(rows["move_id"])
    is_product = (pl.col("kind") == "assembly_in") & (pl.col("quantity") != 0) & pl.col("own_cost").is_null()
    columns = ["row", "kind", "document_id"]
    products = rows.filter(is_product).select(columns)
    used = rows.filter(pl.col("kind") == "assembly_out").select("document_id").drop_nulls().unique()
    lacking = products.join(used, on="document_id", how="anti")
    early, relabelled = _odd_arrivals(rows, policy)
    marked = {"is_repeated": repeated, "lacks_components": lacking["row"], "arrives_early": early,
              "changes_lot": relabelled}  # fmt: skip
    return rows.with_columns(_marks(places, rows.height).alias(name) for name, places in marked.items())


def _odd_arrivals(rows: pl.DataFrame, policy: CostingPolicy) -> tuple[pl.Series, pl.Series]:
    """Transfers that come in before anything has left, and those of a lot that has not left: rows of each.

    Where nothing at all left under their document, they come from a place that the table does not know: that is fine.
    """
    columns = ["row", "kind", "document_id", "sku", "document", "pool", "moved_on", "sequence"]
    sides = rows.filter(is_transfer & (pl.col("quantity") != 0)).select(columns)
    # what hands nothing over stays in its pool
    is_handed = pl.col("document").is_not_null()
    goods = sides.with_columns(goods=pl.when(is_handed).then("document").otherwise("pool"), is_handed=is_handed)
    # under the periodic average all of a month comes in order of its phases
    by_month = policy.method == "periodic_average"
    day = pl.col("moved_on").dt.truncate("1mo") if by_month else pl.col("moved_on")
    in_day = pl.lit(0) if by_month else pl.col("sequence").fill_null(0)
    dated = goods.with_columns(day=day, in_day=in_day)
    by_goods, by_document = ["is_handed", "goods"], ["document_id", "sku"]
    left, came = (dated.filter(pl.col("kind") == kind) for kind in ("transfer_out", "transfer_in"))
    first = left.sort("day", "in_day").group_by(by_goods).agg(left_on=pl.first("day"), left_at=pl.first("in_day"))
    both = came.filter("is_handed").join(first, on=by_goods, how="inner")
    is_same_day = pl.col("day") == pl.col("left_on")
    early = both.filter((pl.col("day") < pl.col("left_on")) | (is_same_day & (pl.col("in_day") < pl.col("left_at"))))
    strange = came.join(left, on=[*by_goods, *by_document], how="anti", nulls_equal=True)
    relabelled = strange.join(left, on=by_document, how="semi", nulls_equal=True)
    return early["row"], relabelled["row"]


def _marks(places: pl.Series, height: int) -> pl.Expr | pl.Series:
    """True at some places."""
    if places.is_empty():
        return pl.lit(value=False)
    return pl.repeat(value=False, n=height, eager=True).scatter(places, values=True)


def _beyond_limits(rows: pl.DataFrame) -> list[Problem]:
    """Pools through which more passes than costing can count."""
    size, value = pl.col("quantity").abs(), pl.col("own_cost").abs()
    limits = (
        ("units come into", pl.when(is_inflow).then(size), MOST_UNITS, "10^12"),
        ("units leave", pl.when(is_outflow).then(size), MOST_UNITS, "10^12"),
        ("of base currency come into", pl.when(is_inflow | is_value_only).then(value), MOST_VALUE, "10^18"),
    )
    return [
        _problem(TABLE, f"more than {most_words} {words} one pool", "Look for a wrong quantity or cost.", over)
        for words, counted, most, most_words in limits
        if (over := _pools_beyond(rows, counted, most)).height
    ]


def _pools_beyond(rows: pl.DataFrame, counted: pl.Expr, most: int) -> pl.DataFrame:
    """First moves of pools whose sum is beyond a limit: floats find those that may be, whole numbers decide."""
    as_float = counted.cast(pl.Float64)
    if rows.select(as_float.sum()).item() < most * NEARLY:
        return rows.clear()
    sums = rows.group_by("pool", maintain_order=True).agg(pl.col("move_id").first(), float=as_float.sum())
    near = sums.filter(pl.col("float") >= most * NEARLY)
    # what is far beyond could wrap around even in 128 bits; what is near cannot
    far, close = near.filter(pl.col("float") > 2.0 * most), near.filter(pl.col("float") <= 2.0 * most)
    exact = (
        rows.join(close.select("pool"), on="pool", how="semi").group_by("pool").agg(sum=counted.cast(pl.Int128).sum())
    )
    over = close.join(exact.filter(pl.col("sum") > most), on="pool", how="semi")
    return pl.concat([far, over])


def _broken(rows: pl.DataFrame, rule: Rule) -> Problem:
    """One broken rule with its first rows."""
    return _problem(f"{TABLE}.{rule.column}", rule.found, rule.fix, rows.filter(rule.is_broken))


def _problem(where: str, found: str, fix: str, rows: pl.DataFrame) -> Problem:
    """A problem with its row count, the money that its rows bring, and its first keys."""
    examples = tuple(str(move_id) for move_id in rows["move_id"].head(3)) if "move_id" in rows.columns else ()
    return Problem(where, found, fix, row_count=rows.height, amount=_money(rows), examples=examples)


def _money(rows: pl.DataFrame) -> Decimal | None:
    """What the rows say that they cost, signs left out; None where they say nothing."""
    costs = rows["own_cost"].drop_nulls().to_list() if "own_cost" in rows.columns else []
    total = sum(abs(int(cost)) for cost in costs)
    cents = (total + COST_OF_ONE_CENT // 2) // COST_OF_ONE_CENT
    return Decimal(cents).scaleb(-2) if total else None
