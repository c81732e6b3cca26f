"""A file input as a frame: CSV, TSV, Parquet or Excel, gzipped or not, one file or all that a pattern matches."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from pipelines.extract.delimited_files import Layout, read_delimited
from pipelines.extract.excel_files import read_sheet
from pipelines.extract.file_bytes import FoundFile, UnreadableInputError, decode, find_files, is_absent, unpack
from pipelines.extract.source_shapes import QUOTES, SEPARATORS, FileInput
from schemas.problems import Problem

FORMATS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet",
    ".xlsx": "excel", ".xlsm": "excel", ".xlsb": "excel", ".xls": "excel", ".ods": "excel",
}  # fmt: skip
"""Format by the ending of a file's name, after `.gz` is taken off."""


@dataclass(frozen=True)
class ReceivedFiles:
    """The files of one input, read from disk and not yet understood."""

    definition: FileInput
    files: tuple[FoundFile, ...]

    @cached_property
    def source_hash(self) -> str:
        """sha256 of the file; of the hashes of all files, one a line, where there are several."""
        hashes = [file.sha256 for file in self.files]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    @cached_property
    def content_hash(self) -> str:
        """sha256 of the files and of how the YAML reads them: another encoding makes other rows."""
        given = self.definition
        reading = [given.format, given.header, given.columns, given.encoding, given.separator, given.quote, given.sheet]
        names = [file.path.name for file in self.files]
        text = json.dumps([self.source_hash, names, *reading, given.skip_rows, *given.if_absent])
        return hashlib.sha256(text.encode()).hexdigest()

    def rows(self) -> pl.DataFrame:
        """The rows as received: text columns for CSV, TSV and Excel, the file's own types for Parquet.

        Raises:
            UnreadableInputError: when a file is damaged, cut off, or not what the YAML says.
        """
        if not self.files:
            return pl.DataFrame(schema={str(name): pl.String for name in self.definition.if_absent})
        frames = [_read_rows(file, self.definition) for file in self.files]
        for file, frame in zip(self.files[1:], frames[1:], strict=True):
            if frame.schema != frames[0].schema:
                found = f"the columns of {file.path.name} are not those of {self.files[0].path.name}"
                raise UnreadableInputError(Problem(self.definition.defined_at, found, _difference(frames[0], frame)))
        return pl.concat(frames)


def receive_files(definition: FileInput, folder: Path) -> ReceivedFiles:
    """Read the bytes of an input's files; relative paths start at `folder`.

    A file that may be missing (`if_absent`) and is gives no files, and so no rows.

    Raises:
        UnreadableInputError: when a file is missing or empty.
    """
    if definition.if_absent and is_absent(definition.file, folder):
        return ReceivedFiles(definition, ())
    return ReceivedFiles(definition, tuple(find_files(definition.file, folder, definition.defined_at)))


def _read_rows(file: FoundFile, given: FileInput) -> pl.DataFrame:
    """The rows of one file."""
    data = unpack(file, given.defined_at)
    file_format = given.format or _format_of(file.path, given)
    if file_format == "parquet":
        return _read_parquet(data, file.path, given)
    layout = _layout(given, file_format, file.path)
    if file_format == "excel":
        return read_sheet(data, given.sheet, layout)
    return read_delimited(decode(data, given.encoding, file.path, given.defined_at), layout)


def _format_of(path: Path, given: FileInput) -> str:
    """The format that the file's name tells."""
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix not in FORMATS:
        found = f"the name of {path} does not tell its format"
        raise UnreadableInputError(Problem(given.defined_at, found, "Add format: csv, tsv, parquet or excel"))
    return FORMATS[suffix]


def _layout(given: FileInput, file_format: str, path: Path) -> Layout:
    """How the file is laid out: what the YAML says, else what is usual for the format."""
    usual_separator, usual_quote = ("\t", None) if file_format == "tsv" else (",", '"')
    return Layout(
        separator=SEPARATORS[given.separator] if given.separator else usual_separator,
        quote=QUOTES[given.quote] if given.quote else usual_quote,
        has_header=given.header,
        columns=tuple(map(str, given.columns)),
        skip_rows=given.skip_rows,
        shown=str(path),
        defined_at=given.defined_at,
    )


def _read_parquet(data: bytes, path: Path, given: FileInput) -> pl.DataFrame:
    """The rows of a Parquet file with its own types; categories become text."""
    try:
        frame = pl.read_parquet(data)
    except (pl.exceptions.PolarsError, OSError) as error:
        found = f"the file {path} is damaged or cut off: {str(error).splitlines()[0]}"
        raise UnreadableInputError(Problem(given.defined_at, found, "Copy or export it again.")) from None
    return frame.cast({pl.Categorical: pl.String, pl.Enum: pl.String})


def _difference(first: pl.DataFrame, other: pl.DataFrame) -> str:
    """Columns that one of two frames has and the other has not, or has with another type."""
    sides = dict(first.schema.items() ^ other.schema.items())
    return f"They differ in: {', '.join(sorted(sides)) or 'the order of columns'}"
