"""The costing engine: a table of stock moves in, what each move cost out, to the cent."""

from transforms.costing.problems import MoveProblems
from transforms.costing.valuation import show_order, value_moves

__all__ = ["MoveProblems", "show_order", "value_moves"]
