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
    document_number: str = pa.Field(
        nullable=True, description="Number of its document that people use, where the select has it"
    )

    class Config:
        strict = True


class Watermarks(pa.DataFrameModel):
    """One row per field with the instant of a change that an input of a source follows: how far it was read."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(description="Input that is read")
    field_name: str = pa.Field(description="Field that is followed, such as modifiedDate")
    watermark: Instant = pa.Field(description="Everything that changed up to here was read; asked again with overlap")
    run_id: str = pa.Field(description="The run that moved it")

    class Config:
        strict = True
        unique = ["source_name", "input_name", "field_name"]


class ApiInputs(pa.DataFrameModel):
    """One row per input that comes from an API: what of its raw table readers see, and when it was read."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(description="Input that is read")
    api_name: str = pa.Field(description="omni or core")
    resource: str = pa.Field(description="Resource of the API, such as SalesOrders")
    server: str = pa.Field(description="Host that the rows came from")
    landed_version: int = pa.Field(ge=0, description="Rows of the raw table up to this _version are complete")
    row_count: int = pa.Field(ge=0, description="Rows that are current and not deleted")
    read_at: Instant = pa.Field(description="When it was last read to the end")
    swept_at: Instant = pa.Field(nullable=True, description="When deleted rows were last looked for")

    class Config:
        strict = True
        unique = ["source_name", "input_name"]


class ExtractReads(pa.DataFrameModel):
    """One row per input whose reading was begun and not finished: where it goes on after an interruption."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(description="Input that is read")
    plan: str = pa.Field(description="What was asked for: changes, whole, or the days of a backfill")
    reads: str = pa.Field(description="JSON: the questions that are open, each with its next page")
    page_count: int = pa.Field(ge=0, description="Pages received so far")
    row_count: int = pa.Field(ge=0, description="Rows received so far")
    started_at: Instant = pa.Field(description="When the reading began")

    class Config:
        strict = True
        unique = ["source_name", "input_name"]


class ExtractKeys(pa.DataFrameModel):
    """One row per key that a list gave while it is read whole or swept: keys that are not there are deleted."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(description="Input that is read")
    row_key: str = pa.Field(description="Key of the row, as _key of the raw table")

    class Config:
        strict = True


class ApiCalls(pa.DataFrameModel):
    """One row per minute and write of the calls of a connection: a day's calls are counted across runs."""

    connection: str = pa.Field(description="API and user name or account, no secret")
    minute_at: Instant = pa.Field(description="The minute of the calls")
    call_count: int = pa.Field(ge=1, description="Calls")

    class Config:
        strict = True


class SourceFields(pa.DataFrameModel):
    """One row per field that an API sent: fields that nobody documents are schema drift."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(description="Input whose rows have it")
    field_path: str = pa.Field(description="The field as it was spelled, with the rows it stands in: lineItems.code")
    is_known: bool = pa.Field(description="Whether it is documented; matched without case")
    is_spelled: bool = pa.Field(description="Whether it is spelled as documented")
    first_seen_at: Instant = pa.Field(description="When it first came")

    class Config:
        strict = True


class SourceValues(pa.DataFrameModel):
    """One row per value of a field with documented values that an API sent and that is not among them."""

    source_name: str = pa.Field(description="Name of the source, as its YAML file is called")
    input_name: str = pa.Field(description="Input whose rows have it")
    field_path: str = pa.Field(description="The field, such as accountingAttributes.accountingImportStatus")
    unknown_value: str = pa.Field(description="The value, as it came")
    first_key: str = pa.Field(description="Key of the first row that had it")
    first_seen_at: Instant = pa.Field(description="When it first came")

    class Config:
        strict = True
