"""Moves that contradict each other, as the exact loop tells them."""

import numpy as np
import polars as pl

from schemas.problems import Problem
from transforms.costing.kernel.frames import Columns
from transforms.costing.kernel.layout import (
    CARRIES_TOO_MUCH,
    FOLLOWING,
    HAS_LEFTOVER,
    LINK_MOVE,
    MADE_BEFORE,
    NOTHING_ON_HAND,
    WORTH_LESS,
    Ledger,
)
from transforms.costing.loop.linked_moves import HAND_OVER
from transforms.costing.problems import contradiction

WORDS = {
    MADE_BEFORE: "an assembly comes in before its components leave",
    CARRIES_TOO_MUCH: "a transfer brings in more than has left",
    NOTHING_ON_HAND: "a revaluation finds nothing on hand",
    WORTH_LESS: "a revaluation takes more than the stock is worth",
}
LEFT_OVER = "components leave after the last product of their assembly has come in"


def find_problems(columns: Columns, ledger: Ledger) -> list[Problem]:
    """Every contradiction that the kernel met, in the order of the moves, then of the documents."""
    at = np.flatnonzero(ledger.problem)
    met = columns.with_names(columns.moves[at].with_columns(code=pl.Series(ledger.problem[at])).sort("move_order"))
    problems = [contradiction(move_id, WORDS[code]) for move_id, code in met.select("move_id", "code").iter_rows()]
    return problems + [contradiction(move_id, LEFT_OVER) for move_id in _leftovers(columns, ledger)]


def _leftovers(columns: Columns, ledger: Ledger) -> list[str]:
    """The last component of each document of which one left after everything was made."""
    links = ledger.links
    if not len(links):
        return []
    ends = (links[:, FOLLOWING] < 0) & (links[:, HAS_LEFTOVER] > 0)
    if not ends.any():
        return []
    documents = columns.moves[links[ends, LINK_MOVE]]["document"].unique()
    sides = columns.moves.filter(pl.col("document").is_in(documents.implode()) & (pl.col("quantity") != 0))
    found = (
        sides.sort("move_order")
        .group_by("document", maintain_order=True)
        .agg(pl.col("row").filter(pl.col("action") == HAND_OVER).last())
    )
    return columns.with_names(found)["move_id"].to_list()
