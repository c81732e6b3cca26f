"""The error that costing raises: every problem of a table of moves at once, one for each rule that is broken."""

from dataclasses import replace
from itertools import groupby

from schemas.problems import Problem, describe_problems


class MoveProblems(Exception):
    """The moves cannot be valued as they are: bad data (exit 3), nothing was valued."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(describe_problems(problems))


def contradiction(move_id: str, found: str) -> Problem:
    """A move that contradicts others, which only the order of moves shows."""
    fix = "Look at the dates and quantities of its document in the source."
    return Problem("core.stock_moves", found, fix, row_count=1, examples=(move_id,))


def gather_problems(problems: list[Problem]) -> list[Problem]:
    """One problem for each rule, with its count and its first keys, whatever found the moves and in which order."""
    by_rule = sorted(problems, key=lambda problem: (problem.where, problem.found, problem.examples))
    gathered = []
    for _, same in groupby(by_rule, key=lambda problem: (problem.where, problem.found)):
        members = list(same)
        rows = sum(problem.row_count or 0 for problem in members)
        keys = tuple(key for problem in members for key in problem.examples)
        gathered.append(replace(members[0], row_count=rows, examples=keys))
    return gathered
