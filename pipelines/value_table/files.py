"""Opens a table that a person names: Parquet as it is, CSV as text, each failure in a sentence."""

import csv
import gzip
import io
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from pipelines.errors import DataProblem, Incomplete, UsageProblem
from schemas.problems import Problem

ENDINGS = (".parquet", ".csv", ".csv.gz")


@dataclass(frozen=True)
class Table:
    """A table that was opened."""

    name: str
    """The file, for messages."""
    rows: pl.LazyFrame
    """Every column and row, in the file's order; for CSV all columns are text and an empty field is null."""
    is_text: bool
    path: Path
    stamp: tuple[int, int]
    """Time of change (nanoseconds) and size of the file when it was opened."""

    def refuse_change(self) -> None:
        """Stop where the file is not the one that was opened: Parquet is read again while results are written.

        Raises:
            Incomplete: somebody wrote the file meanwhile.
        """
        try:
            is_same = _stamp(self.path) == self.stamp
        except OSError:
            is_same = False
        if not is_same:
            raise Incomplete(f"{self.name} changed while it was valued; nothing was written. Run it again.")

    def column(self, name: str) -> str:
        """Where a column is, for messages."""
        return f"{self.name}, column {name}"

    def missing(self, names: tuple[str, ...]) -> list[Problem]:
        """A problem for each column that has to be there and is not."""
        present = self.rows.collect_schema().names()
        return [
            Problem(self.column(name), "the column is missing", _advice(name, present))
            for name in names
            if name not in present
        ]


def open_table(path: Path, empty_columns: tuple[str, ...] = ()) -> Table:
    """Open a table by its ending.

    Args:
        path: .parquet, .csv or .csv.gz (UTF-8, comma, header line).
        empty_columns: the columns of a CSV file that holds nothing at all.

    Raises:
        UsageProblem: no such file, or another kind of file.
        DataProblem: the file cannot be read as what its ending says.
    """
    kind = next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), None)
    if not path.is_file():
        raise UsageProblem(f"There is no file {path}." if not path.exists() else f"{path} is a folder, not a file.")
    if kind is None:
        raise UsageProblem(f"{path.name} is none of {', '.join(ENDINGS)}: give the table in one of these forms.")
    try:
        stamp = _stamp(path)
        rows = _scan_parquet(path) if kind == ".parquet" else _read_csv(path, empty_columns)
        return Table(path.name, rows, is_text=kind != ".parquet", path=path, stamp=stamp)
    except OSError as error:
        if error.errno is None:  # a packed file that is cut off
            raise DataProblem(f"{path.name} cannot be read.", [_explain(path, error)]) from None
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError, EOFError, csv.Error) as error:
        raise DataProblem(f"{path.name} cannot be read.", [_explain(path, error)]) from None


def _stamp(path: Path) -> tuple[int, int]:
    """Time of change and size."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def _scan_parquet(path: Path) -> pl.LazyFrame:
    rows = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    rows.collect_schema()
    return rows


def _read_csv(path: Path, empty_columns: tuple[str, ...]) -> pl.LazyFrame:
    """All fields as text, empty ones null (quoted too); blank lines are left out, others are not filled up."""
    names = _header(path)
    if not names:
        return pl.LazyFrame(schema=dict.fromkeys(empty_columns, pl.String))
    try:
        rows = pl.scan_csv(path, infer_schema=False, null_values="", glob=False).collect()
    except pl.exceptions.ComputeError:
        _refuse_uneven_lines(path, len(names))
        raise
    if rows.height and rows.to_series(-1).null_count():
        _refuse_uneven_lines(path, len(names))
    is_blank = pl.all_horizontal(pl.all().is_null())
    return rows.filter(~is_blank).lazy()


def _header(path: Path) -> list[str]:
    """The names in the first line; none where the file holds nothing."""
    with _text_of(path) as text:
        names = next((fields for fields in csv.reader(text) if fields), [])
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        found = f'the column "{twice[0]}" stands there {Counter(names)[twice[0]]} times'
        raise DataProblem(f"{path.name} cannot be read.", [Problem(path.name, found, "One name for each column.")])
    if len(names) == 1 and (other := next((mark for mark in (";", "\t", "|") if mark in names[0]), None)):
        shown = "tabs" if other == "\t" else f'"{other}"'
        found = f"the fields of the first line are separated by {shown}"
        raise DataProblem(f"{path.name} cannot be read.", [Problem(path.name, found, "Separate them by commas.")])
    return names


def _refuse_uneven_lines(path: Path, expected: int) -> None:
    """Stop at lines with another number of fields than the header; silent where there is none."""
    with _text_of(path) as text:
        lines = csv.reader(text)
        uneven = [(lines.line_num, len(fields)) for fields in lines if fields and len(fields) != expected]
    if uneven:
        is_more = uneven[0][1] > expected
        fix = "Quote fields that hold a comma." if is_more else "Is the file cut off? An empty field keeps its comma."
        examples = tuple(f"line {line} ({count} fields)" for line, count in uneven[:3])
        found = f"another number of fields than in the header, which has {expected}"
        problem = Problem(path.name, found, fix, row_count=len(uneven), examples=examples)
        raise DataProblem(f"{path.name} cannot be read.", [problem])


def _text_of(path: Path) -> io.TextIOWrapper:
    """The text of a CSV file, unpacked."""
    if path.name.lower().endswith(".gz"):
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _explain(path: Path, error: Exception) -> Problem:
    """What a library said, in words of the person who made the file."""
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, UnicodeDecodeError) or "utf-8" in said.lower():
        return Problem(path.name, "the text is not UTF-8", 'Save it as "CSV UTF-8".')
    return Problem(path.name, said, "Is the file complete? Write it again.")


def _advice(name: str, present: list[str]) -> str:
    near = get_close_matches(name, present, n=1)
    meant = f'Did you mean "{near[0]}"? Names have to be exact. ' if near else ""
    return f"{meant}The file has: {', '.join(present) or 'no column'}."
