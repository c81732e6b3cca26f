"""CSV and TSV text as a frame of text columns: nothing is guessed, and a line that is cut short is not filled up."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import polars as pl

from mappings.wording import quote
from pipelines.extract.file_bytes import UnreadableInputError
from schemas.problems import Problem


@dataclass(frozen=True)
class Layout:
    """How fields are told apart, and whom to tell when they cannot be."""

    separator: str
    quote: str | None
    has_header: bool
    columns: tuple[str, ...]
    skip_rows: int
    shown: str
    """The file, for messages."""
    defined_at: str
    """The line of the YAML that reads it."""

    def refuse(self, found: str, fix: str = "") -> NoReturn:
        """Stop with a problem at the YAML line."""
        raise UnreadableInputError(Problem(self.defined_at, found, fix)) from None


def read_delimited(text: str, layout: Layout) -> pl.DataFrame:
    """Read CSV or TSV text; every column is text, an empty field is null, blank lines are left out.

    Raises:
        UnreadableInputError: one column only, names that do not fit, another number of fields in a line, open quote.
    """
    body = text.split("\n", layout.skip_rows)[-1] if text.count("\n") >= layout.skip_rows else ""
    names = _column_names(body, layout)
    try:
        frame = pl.read_csv(
            body.encode(),
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=layout.separator,
            quote_char=layout.quote,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        _refuse_ragged_lines(body, layout, len(names))
        layout.refuse(f"{layout.shown} cannot be read: {str(error).splitlines()[0]}", "Check its quotes and separator.")
    rows = frame.slice(1 if layout.has_header else 0)
    if rows.height and rows.to_series(-1).null_count():
        _refuse_ragged_lines(body, layout, len(names))
    return rows.filter(~pl.all_horizontal(pl.all().is_null()))


def _column_names(body: str, layout: Layout) -> list[str]:
    """Names of the columns: those of the YAML, else those of the header line."""
    first = next((fields for _, fields in _records(body, layout)), [])
    if not first:
        layout.refuse(f"{layout.shown} holds no line", "Export it again.")
    if not layout.has_header and not layout.columns:
        layout.refuse(f"{layout.shown} has no header line, and the input names no columns", "Add: columns: [a, b, c]")
    names = list(layout.columns) or [field.strip() or f"column_{at}" for at, field in enumerate(first, 1)]
    if len(first) != len(names):
        found = f"{layout.shown} has {len(first)} fields in its first line, and `columns` names {len(names)}"
        layout.refuse(found, _other_separator(first) or f"The first line is: {', '.join(map(quote, first[:12]))}")
    if len(names) == 1 and (advice := _other_separator(first)):
        layout.refuse(f"{layout.shown} has one column only, called {quote(names[0])}", advice)
    refuse_equal_names(names, layout)
    return names


def refuse_equal_names(names: list[str], layout: Layout) -> None:
    """SQL cannot tell columns apart whose names are equal but for capitals."""
    twice = [name for name, count in Counter(name.lower() for name in names).items() if count > 1]
    if twice:
        fix = "Name them in the YAML: columns: [...], one name for each column; header: true skips the header line."
        layout.refuse(f"{layout.shown} has two columns called {quote(twice[0])}", fix)


def _other_separator(fields: list[str]) -> str:
    """What to write where another character seems to stand between the fields."""
    counts = {name: ",".join(fields).count(mark) for name, mark in ((";", ";"), ("tab", "\t"), ("|", "|"), (",", ","))}
    name, count = max(counts.items(), key=lambda entry: entry[1])
    return f'Did you mean separator: "{name}"? It stands {count} times in the first line.' if count else ""


def _refuse_ragged_lines(body: str, layout: Layout, expected: int) -> None:
    """Stop at the first line with another number of fields; silent where there is none."""
    for line, fields in _records(body, layout):
        if len(fields) != expected:
            is_last = line - layout.skip_rows > body.rstrip().count("\n")
            fix = "The file looks cut off: export or copy it again." if is_last else "Check quotes and separator there."
            layout.refuse(f"line {line} of {layout.shown} has {len(fields)} fields, and {expected} are expected", fix)


def _records(body: str, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """The fields of each line that is not blank, with the number of the line it ends on."""
    reader = csv.reader(
        io.StringIO(body, newline=""),
        delimiter=layout.separator,
        quotechar=layout.quote,
        quoting=csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        for fields in reader:
            if fields:
                yield reader.line_num + layout.skip_rows, fields
    except csv.Error as error:
        layout.refuse(f"line {reader.line_num + layout.skip_rows} of {layout.shown} cannot be read: {error}")
