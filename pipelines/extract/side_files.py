"""The files that a source wants beside its API: which are missing, what their header has, and empty ones to fill."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.extract.file_bytes import is_absent
from pipelines.extract.source_shapes import FileInput, Source
from schemas.problems import Problem

HEADERS = {
    "opening_stock.csv": "opening_id,sku,branch,date,quantity,unit_cost",
    "currency_rates.csv": "currency,date,base_for_one",
    "landed_costs.csv": "charge_id,purchase_order,type,date,base_amount,carrier",
    "supplier_bills.csv": "bill_line_id,bill_number,purchase_order,sku,supplier,date,currency,amount,base_for_one",
}
"""First line of the files that the sources which come with tieout read (mappings/sources/README.md)."""


@dataclass(frozen=True)
class MissingFile:
    """A file that an extract would stop without."""

    path: Path
    defined_at: str
    header: str | None
    """Its first line, where it is known."""

    @property
    def problem(self) -> Problem:
        """What to do about it, in words."""
        columns = f" with the columns {self.header.replace(',', ', ')}" if self.header else ""
        fix = f"Put it there{columns}; the header line alone is enough. tieout extract stops without it."
        return Problem(self.defined_at, f"the file {self.path} is missing", fix)


def find_missing_files(source: Source, folder: Path) -> list[MissingFile]:
    """Files of a source that are not there and may not be missing.

    Args:
        source: its definition.
        folder: where relative paths start (TIEOUT_DATA).
    """
    return [
        MissingFile(folder / one.file, one.defined_at, _header(Path(one.file).name, source))
        for one in source.inputs.values()
        if isinstance(one, FileInput) and not one.if_absent and is_absent(one.file, folder)
    ]


def _header(file: str, source: Source) -> str | None:
    """The first line of a file; a YAML of a company's own may ask for the names that these columns had before."""
    header = HEADERS.get(file)
    is_older = "nzd_for_one" in source.text and "base_for_one" not in source.text
    return header.replace("base_", "nzd_") if header and is_older else header


def write_empty_files(source: Source, folder: Path) -> list[Path]:
    """Write those whose columns are known, with the header line and no rows; what is there stays.

    Returns:
        The files that were written.
    """
    written = []
    for missing in find_missing_files(source, folder):
        if missing.header is None:
            continue
        missing.path.parent.mkdir(parents=True, exist_ok=True)
        missing.path.write_text(missing.header + "\n", encoding="utf-8", newline="\n")
        written.append(missing.path)
    return written
