"""What moves must keep at standard cost, beside the rules of every method."""

import polars as pl

from schemas.kinds import STANDARD_KINDS
from schemas.problems import Problem
from transforms.costing.problems import MoveProblems

MOST_VALUE = 10.0**18 * 10**10
"""Value that may pass through a pool, in ten-billionths (design.md "Limits")."""


def check_at_standard(priced: pl.DataFrame) -> None:
    """Check that every move has a standard, and that nothing asks for what a standard rules out.

    Args:
        priced: moves with `standard_cost` of their day, in millionths.

    Raises:
        MoveProblems: every SKU without a standard on the day of a move; a revaluation of a whole pool; ids that own
        rows could have; pools beyond the limits.
    """
    problems = [*_pool_changes(priced), *_taken_ids(priced), *_bare_skus(priced), *_beyond_limits(priced)]
    if problems:
        raise MoveProblems(problems)


def _pool_changes(priced: pl.DataFrame) -> list[Problem]:
    """Revaluations of whole pools."""
    is_pool_change = (pl.col("kind") == "revaluation") & pl.col("source_row").is_null()
    found, fix = "a pool at standard cost cannot be revalued", "Give a new standard cost from that day on."
    return _problem("core.stock_moves.kind", found, fix, priced.filter(is_pool_change))


def _taken_ids(priced: pl.DataFrame) -> list[Problem]:
    """Ids that an own row could have."""
    is_own = pl.any_horizontal(pl.col("move_id").str.starts_with(f"{kind}:") for kind in STANDARD_KINDS)
    found, fix = "the id is one of those that standard costing gives its own rows", "Give the move another id."
    return _problem("core.stock_moves.move_id", found, fix, priced.filter(is_own))


def _bare_skus(priced: pl.DataFrame) -> list[Problem]:
    """All SKUs without a standard on the day of a move."""
    bare = priced.filter((pl.col("quantity") != 0) & pl.col("standard_cost").is_null())
    by_sku = bare.group_by("sku").agg(pl.len(), pl.col("moved_on").min(), pl.col("move_id").sort().head(3)).sort("sku")
    fix = "Give one from that day on, or earlier."
    return [
        Problem(f"standard costs, SKU {sku}", f"no standard cost on {day}", fix, row_count=rows, examples=tuple(ids))
        for sku, rows, day, ids in by_sku.iter_rows()
    ]


def _beyond_limits(priced: pl.DataFrame) -> list[Problem]:
    """Pools through which more passes than a pool may hold; a float is enough to see that."""
    value = (pl.col("quantity").cast(pl.Float64) * pl.col("standard_cost").cast(pl.Float64)).abs().sum()
    over = priced.group_by("pool").agg(pl.col("move_id").first(), value=value).filter(pl.col("value") > MOST_VALUE)
    found, fix = "more than 10^18 of base currency pass through one pool", "Look for a wrong quantity or cost."
    return _problem("core.stock_moves", found, fix, over)


def _problem(where: str, found: str, fix: str, rows: pl.DataFrame) -> list[Problem]:
    """A problem where there are rows."""
    examples = tuple(str(move_id) for move_id in rows["move_id"].head(3))
    return [Problem(where, found, fix, row_count=rows.height, examples=examples)] if rows.height else []
