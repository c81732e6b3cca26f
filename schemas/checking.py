"""Checks a frame against its model and gives one report of everything that is wrong with it."""

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaError, SchemaErrors

from schemas.problems import Problem, describe_problems

EXAMPLES = 3


class SchemaViolation(Exception):
    """A frame breaks its model. Our own output never may: whoever raises this stops the close (exit 3)."""

    def __init__(self, model_name: str, problems: list[Problem]) -> None:
        self.model_name = model_name
        self.problems = problems
        super().__init__(f"{model_name} does not hold:\n{describe_problems(problems)}")


def check(model: type[pa.DataFrameModel], frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Collect a frame, put its columns in the model's order and validate names, types and values.

    pandera checks no values on a LazyFrame, so the frame is always collected first.

    Args:
        model: the model from `schemas` whose docstring gives the grain.
        frame: the rows, in any column order.

    Returns:
        The same rows, columns in the model's order.

    Raises:
        SchemaViolation: with every broken rule, its row count and its first three rows.
    """
    collected = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    expected = list(model.to_schema().columns)
    if set(expected) == set(collected.columns):
        collected = collected.select(expected)
    try:
        model.validate(collected, lazy=True)
    except SchemaErrors as errors:
        raise SchemaViolation(model.__name__, _problems(model, collected, errors)) from None
    return collected


def _problems(model: type[pa.DataFrameModel], frame: pl.DataFrame, errors: SchemaErrors) -> list[Problem]:
    """One problem for each rule that is broken."""
    return [_problem(model.__name__, frame, error) for error in errors.schema_errors]


def _problem(model_name: str, frame: pl.DataFrame, error: SchemaError) -> Problem:
    """What one broken rule means, with its first rows."""
    column = getattr(error.schema, "name", None)
    where = f"{model_name}.{column}" if column in frame.columns else model_name
    failing = _failing_rows(frame, error)
    rule = getattr(error.check, "error", None) or str(error.check or error.reason_code)
    if failing is None:
        return Problem(where, str(error).splitlines()[0])
    return Problem(where, f"rule broken: {rule}", row_count=failing.height, examples=_examples(failing, column))


def _failing_rows(frame: pl.DataFrame, error: SchemaError) -> pl.DataFrame | None:
    """The rows that break a value rule; None for a rule about names or types."""
    output = getattr(error, "check_output", None)
    if output is None:
        return None
    verdict = output.collect() if isinstance(output, pl.LazyFrame) else output
    if not isinstance(verdict, pl.DataFrame) or verdict.height != frame.height:
        return None
    mask = verdict.to_series(verdict.width - 1)
    return frame.filter(~mask.fill_null(value=False)) if mask.dtype == pl.Boolean else None


def _examples(failing: pl.DataFrame, column: str | None) -> tuple[str, ...]:
    """First rows as `key=value`, with the column at fault."""
    shown = list(dict.fromkeys([*failing.columns[:2], *([column] if column in failing.columns else [])]))
    return tuple(
        " ".join(f"{name}={value}" for name, value in row.items())
        for row in failing.select(shown).head(EXAMPLES).to_dicts()
    )
