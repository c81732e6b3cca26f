"""What a warehouse knows about itself: its version, the runs that wrote it, what they loaded and what they refused."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant

RUN_STATUSES = ["running", "done", "failed", "killed"]
"""killed: the process ended without a word, found out by a later run."""


class SchemaVersions(pa.DataFrameModel):
    """One row per migration that this file has been through; the highest version is the layout it has now."""

    version: int = pa.Field(unique=True, ge=1, description="Number of the migration")
    migration_name: str = pa.Field(description="Its name, after the number")
    applied_at: Instant = pa.Field(description="When it was applied")
    code_version: str = pa.Field(description="Release of tieout that applied it")

    class Config:
        strict = True


class Runs(pa.DataFrameModel):
    """One row per run of a command that writes."""

    run_id: str = pa.Field(unique=True, description="Key of the run; raw rows carry it as _run_id")
    command: str = pa.Field(description="extract, plan, apply, close, ...")
    period: pl.Date = pa.Field(nullable=True, description="First day of the month it was about")
    started_at: Instant = pa.Field(description="When it began")
    finished_at: Instant = pa.Field(nullable=True, description="When it ended; null while it runs")
    status: str = pa.Field(isin=RUN_STATUSES, description="running, done, failed, or killed: ended without a word")
    exit_code: int = pa.Field(nullable=True, description="Exit code of the command; null while it runs")
    message: str = pa.Field(nullable=True, description="What it says about its end, first line")
    code_version: str = pa.Field(description="Release of tieout that ran")
    host: str = pa.Field(description="Machine it ran on")
    process_id: int = pa.Field(description="Process on that machine")

    class Config:
        strict = True


class Loads(pa.DataFrameModel):
    """One row per load of a source: an input landed in raw, or its core tables typed; the latest one is current."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(
        nullable=True, description="Input that was landed; null for the typing of the core tables"
    )
    run_id: str = pa.Field(description="The run that loaded")
    content_hash: str = pa.Field(description="sha256 of what was read; of inputs, YAML and models for the typing")
    row_count: int = pa.Field(ge=0, description="Rows loaded")
    loaded_at: Instant = pa.Field(description="When it was loaded")

    class Config:
        strict = True


class CoreTables(pa.DataFrameModel):
    """One row per core table of the design: what the last extract put into it, and what it had to leave out."""

    core_table: str = pa.Field(unique=True, description="Table with schema, such as core.sale_lines")
    source_name: str = pa.Field(description="Name of the source that filled it")
    run_id: str = pa.Field(description="The run that filled it; its refused rows are in raw.rejected_rows")
    is_given: bool = pa.Field(description="Whether the source's YAML has a select for it; otherwise it is empty")
    row_count: int = pa.Field(ge=0, description="Rows in the table")
    rejected_count: int = pa.Field(ge=0, description="Rows of the select that were refused")
    null_columns: str = pa.Field(
        nullable=True, description="Columns that the select leaves out, which are null, with commas between"
    )
    rounded_columns: str = pa.Field(
        nullable=True, description="Columns with values of more places than the table keeps, and how many: column=rows"
    )
    filled_at: Instant = pa.Field(description="When it was filled")

    class Config:
        strict = True


class RejectedRows(pa.DataFrameModel):
    """One row per value of a source row that its core table could not take."""

    run_id: str = pa.Field(description="The run that refused it")
    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    core_table: str = pa.Field(description="Table it was meant for")
    source_key: str = pa.Field(description="Key of the row, as the source gives it")
    rule: str = pa.Field(description="The rule it breaks")
    column_name: str = pa.Field(nullable=True, description="Column at fault; null for a rule about the whole row")
    value: str = pa.Field(nullable=True, description="What stood there")

    class Config:
        strict = True
