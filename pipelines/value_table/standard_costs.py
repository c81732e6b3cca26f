"""Reads a file of standard costs: sku, unit_cost and, where they change, valid_from."""

from pathlib import Path

import polars as pl

from pipelines.errors import DataProblem
from pipelines.value_table.checks import flag, problems_of
from pipelines.value_table.days import read_days
from pipelines.value_table.exact_numbers import read_number
from pipelines.value_table.files import open_table
from schemas.dtypes import UNIT_COST


def read_standard_costs(path: Path, time_zone: str) -> pl.DataFrame:
    """Read standard costs.

    Args:
        path: .parquet, .csv or .csv.gz with `sku`, `unit_cost` (base currency) and perhaps `valid_from`.
        time_zone: where zoned times become days.

    Returns:
        `sku`, `unit_cost` and, if the file has it, `valid_from`: one row per SKU and change.

    Raises:
        UsageProblem: no such file, or another kind of file.
        DataProblem: missing columns or values that cannot be read exactly.
    """
    table = open_table(path, ("sku", "unit_cost"))
    present = table.rows.collect_schema()
    problems = table.missing(("sku", "unit_cost"))
    if problems:
        raise DataProblem(f"{table.name} holds no standard costs; nothing was written.", problems)
    cost = read_number("unit_cost", present["unit_cost"], UNIT_COST)
    values, checks = [pl.col("sku").cast(pl.String), cost.value.alias("unit_cost")], [*cost.checks]
    if "valid_from" in present:
        since = read_days(table, "valid_from", time_zone).day
        values.append(since.value.cast(pl.Date).alias("valid_from"))
        checks += since.checks
    flags = [check.is_broken.fill_null(value=False).alias(flag(at)) for at, check in enumerate(checks)]
    flagged = table.rows.select(*values, *flags).collect()
    problems = problems_of(table, checks, flagged.with_columns(move_id="sku"))
    if problems:
        raise DataProblem(f"{table.name} cannot be read; nothing was written.", problems)
    return flagged.select("sku", "unit_cost", *(["valid_from"] if "valid_from" in present else []))
