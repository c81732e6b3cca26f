"""The error that costing raises: every problem of a table of moves at once."""

from schemas.problems import Problem, describe_problems


class MoveProblems(Exception):
    """The moves cannot be valued as they are: bad data (exit 3), nothing was valued."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(describe_problems(problems))
