"""What a source YAML may say: the files and API resources it reads, and one select for each core table.

The dataclasses are the only declaration of its keys: the reader obeys them, and `mappings/sources/source.schema.json`
is written from them (`python -m pipelines.extract.source_schema`).
"""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mappings.containers import ListOf, ShapeOf, TableOf, Written, key
from mappings.kinds import Choice, Flag, PlacedText, Text, Whole, words_of
from pipelines.extract.source_kinds import Encoding, InputKind, RowCount, RowCountKind, Sql, SqlKind, TimeZone
from schemas.tables import SOURCE_TABLES

FileFormat = Literal["csv", "tsv", "parquet", "excel"]

NAME = r"^[a-z][a-z0-9_]{0,40}$"
"""Names of sources and inputs: they become names of raw tables."""

TABLE_NAMES = tuple(name.removeprefix("core.") for name in SOURCE_TABLES)

SEPARATORS = {",": ",", ";": ";", "|": "|", "tab": "\t"}
QUOTES = {'"': '"', "'": "'", "none": None}
EXPECT_ROWS = 'How many rows are right: "120", ">=200", "<=50" or "100..200"; anything else stops the extract'


@dataclass(frozen=True, kw_only=True)
class FileInput(Written):
    """One file, or all files that a pattern matches, read as one table."""

    file: str = key(
        Text(meaning="a path from the data folder"),
        "Path from the data folder; exports/sales_*.csv takes all that match, in order of their names",
    )
    format: str | None = key(Choice(words_of(FileFormat)), "Where the name of the file does not tell", default=None)
    header: bool = key(Flag(), "Whether the first line holds the column names", default=True)
    columns: tuple[PlacedText, ...] = key(
        ListOf(Text(meaning="a column name"), shortest=1), "Column names, for a file without header line", default=()
    )
    if_absent: tuple[PlacedText, ...] = key(
        ListOf(Text(meaning="a column name"), shortest=1),
        "Columns of a file that may be missing: without it the input has these columns and no rows",
        default=(),
    )
    renamed: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(Text(meaning="a column name"), Text(meaning="a column name")),
        "Names that columns have in older files, each with the name that the selects read; raw keeps what was received",
        default=None,
    )
    encoding: str | None = key(
        Encoding(), "Such as utf-8 (the default), utf-16, windows-1252, latin-1; a byte order mark wins", default=None
    )
    separator: str | None = key(
        Choice(tuple(SEPARATORS)), "Between fields; a comma for csv, a tab for tsv", default=None
    )
    quote: str | None = key(Choice(tuple(QUOTES)), 'Around fields; " for csv, none for tsv', default=None)
    sheet: str | None = key(
        Text(meaning="the sheet's name"), "Excel sheet; needed where there are several", default=None
    )
    skip_rows: int = key(
        Whole(0, 1000), "Lines before the header, or before the first row, that are no data", default=0
    )
    expect_rows: RowCount | None = key(RowCountKind(), EXPECT_ROWS, default=None)


@dataclass(frozen=True, kw_only=True)
class ApiInput(Written, ABC):
    """One resource of an API: each row lands as received, in one JSON column called `row`."""

    optional: bool = key(
        Flag(),
        "Whether the extract goes on without it where the server refuses it (no permission, or not there); the run"
        " report says so",
        default=False,
    )
    expect_rows: RowCount | None = key(RowCountKind(), EXPECT_ROWS, default=None)

    @property
    @abstractmethod
    def api(self) -> str:
        """Name of the server."""

    @property
    @abstractmethod
    def resource(self) -> str:
        """What is asked of it."""


@dataclass(frozen=True, kw_only=True)
class OmniInput(ApiInput):
    """One resource of Cin7 Omni."""

    omni: str = key(Text(pattern="[A-Za-z]+", meaning="a resource such as SalesOrders"), "Resource of the Omni API")

    @property
    def api(self) -> str:
        """Name of the server."""
        return "omni"

    @property
    def resource(self) -> str:
        """What is asked of it."""
        return self.omni


@dataclass(frozen=True, kw_only=True)
class CoreInput(ApiInput):
    """One resource of Cin7 Core."""

    core: str = key(Text(pattern="[A-Za-z/-]+", meaning="a resource such as saleList"), "Resource of the Core API")

    @property
    def api(self) -> str:
        """Name of the server."""
        return "core"

    @property
    def resource(self) -> str:
        """What is asked of it."""
        return self.core


Input = FileInput | OmniInput | CoreInput


@dataclass(frozen=True, kw_only=True)
class Assumption(Written):
    """What the selects take for granted where the source's own documentation does not say."""

    value: str = key(Text(meaning="a word or a number in quotes"), "What holds; getvariable('NAME') in SQL")
    means: str = key(Text(meaning="a sentence", has_lines=True), "What is assumed, in words: the run report prints it")


@dataclass(frozen=True, kw_only=True)
class About(Written):
    """What the source is."""

    description: str = key(Text(meaning="a sentence", has_lines=True), "Where the rows come from, in words", default="")
    time_zone: str = key(
        TimeZone(),
        "Where an instant becomes a date, such as Pacific/Auckland; getvariable('time_zone') in SQL",
        default="UTC",
    )
    assumptions: Mapping[PlacedText, Assumption] | None = key(
        TableOf(Text(pattern=NAME, meaning="a name in small letters, digits and _"), ShapeOf(Assumption)),
        "What is assumed where nobody documents it, by name; each is printed after an extract, and can be changed",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class SourceFile(Written):
    """A source YAML as it is written."""

    source: About = key(ShapeOf(About), "What the source is", default=About())
    inputs: Mapping[PlacedText, Input] = key(
        TableOf(
            Text(pattern=NAME, meaning="a name in small letters, digits and _"),
            InputKind(ShapeOf(FileInput), ShapeOf(OmniInput), ShapeOf(CoreInput)),
        ),
        "What the selects read, by name",
    )
    shared: Mapping[PlacedText, Sql] | None = key(
        TableOf(Text(pattern=NAME, meaning="a name in small letters, digits and _"), SqlKind()),
        "Selects over the inputs that several tables read by name, as they read an input: each is run once",
        default=None,
    )
    tables: Mapping[PlacedText, Sql] = key(
        TableOf(Choice(TABLE_NAMES), SqlKind()), "One DuckDB select for each core table, over the inputs"
    )


@dataclass(frozen=True)
class Source:
    """A source that was read: where rows come from and how they become core tables."""

    name: str
    """Name of the file without its ending; names of raw tables start with it."""
    path: Path
    content: SourceFile
    text: str = field(default="", repr=False)
    """The YAML as it was read: a change of it means that the core tables are made anew."""

    @property
    def inputs(self) -> Mapping[PlacedText, Input]:
        """The inputs by name."""
        return self.content.inputs

    @property
    def assumptions(self) -> Mapping[PlacedText, Assumption]:
        """What is assumed, by name."""
        return self.content.source.assumptions or {}

    @property
    def shared(self) -> Mapping[PlacedText, Sql]:
        """The selects that several tables read, by name; one may read those above it."""
        return self.content.shared or {}

    @property
    def tables(self) -> Mapping[PlacedText, Sql]:
        """The selects by core table, without `core.`."""
        return self.content.tables

    def raw_table(self, input_name: str) -> str:
        """Name of the raw table of an input, with schema."""
        return f"raw.{self.name}_{input_name}"
