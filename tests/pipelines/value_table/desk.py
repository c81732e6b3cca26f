"""Where tests value files: tables of moves as text in, and what the command wrote and said as text out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

from tests.sample_company import Outcome, run_here

FILES = ("valued_moves", "closing_stock", "periods")


@dataclass(frozen=True)
class Desk:
    """A folder with tables and results."""

    folder: Path

    def write(self, text: str, name: str = "moves.csv") -> Path:
        """Write a table that stands in columns here: one or more blanks are a comma, a point alone is empty."""
        lines = [line.split() for line in text.strip().splitlines()]
        body = "".join(",".join("" if field == "." else field for field in line) + "\n" for line in lines)
        path = self.folder / name
        path.write_text(body, encoding="utf-8")
        return path

    def cost(self, table: Path, *options: object, method: str = "fifo", out: str | None = "out") -> Outcome:
        """Run the command; results go into the folder `out`."""
        target = ["--out", self.folder / out] if out else []
        return run_here(self.folder, "cost", table, "--method", method, *target, *options)

    def result(self, name: str, out: str = "out") -> pl.DataFrame:
        """One of the three files."""
        return pl.read_parquet(self.folder / out / f"{name}.parquet")

    def valued(self, text: str, *options: object, method: str = "fifo") -> pl.DataFrame:
        """Value a table and read what the moves cost."""
        outcome = self.cost(self.write(text), *options, method=method)
        assert outcome.exit_code == 0, outcome.message
        return self.result("valued_moves")

    def holds_results(self, out: str = "out") -> bool:
        """Whether all three files are there."""
        return all((self.folder / out / f"{name}.parquet").is_file() for name in FILES)


def costs(valued: pl.DataFrame, *columns: str) -> dict[str, str]:
    """Some columns of each move as one text, by its id."""
    shown = valued.select("move_id", *(columns or ("cost_amount",))).iter_rows()
    return {move_id: " ".join("-" if value is None else str(value) for value in values) for move_id, *values in shown}


def rows_of(periods: pl.DataFrame) -> list[dict[str, str]]:
    """What is not zero in each month, with the month and the SKU before it."""
    return [
        {
            "period": f"{row['period']:%Y-%m}",
            "sku": str(row["sku"]),
            **{name: f"{value:f}" for name, value in row.items() if isinstance(value, Decimal) and value},
        }
        for row in periods.iter_rows(named=True)
    ]


def total(values: Iterable[Decimal | None]) -> Decimal:
    """Sum of what there is."""
    return sum((value for value in values if value is not None), Decimal(0))
