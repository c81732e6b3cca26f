"""Where everything stands in the workbook, known before it is written, so that formulas can point to each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # type: ignore[import-untyped]

from pipelines.close_pack.pack_tables import PackCheck, PackTable, Term, sum_terms

NOTE_ROW, HEADER_ROW, FIRST_ROW = 2, 4, 5
CHECK_HEIGHT = 5
"""Rows of a check and the empty one after it."""

SHEET_NAMES = {
    "journals": "Journals",
    "roll_forward": "Roll-forward",
    "roll_forward_units": "Roll-forward units",
    "tie_out": "Tie-out",
    "tie_out_documents": "Tie-out documents",
    "cogs": "COGS",
    "landed_costs": "Landed costs",
    "adjustments": "Adjustments",
    "open_receipts": "GRNI",
    "clearing": "Clearing",
    "stock_ages": "Stock by age",
    "exceptions": "Exceptions",
    "left_out": "Left out",
    "flux": "Flux",
    "flux_last_year": "Flux last year",
    "mapping": "Mapping",
    "run": "Run",
}
"""At most 31 letters each, as Excel wants it."""


@dataclass(frozen=True)
class PlacedCheck:
    """A check and the row it begins in; counted from 0."""

    check: PackCheck
    sheet: str
    row: int

    @property
    def difference_formula(self) -> str:
        """Left less right, in cents."""
        return f"=ROUND(B{self.row + 2}-B{self.row + 3},4)"

    @property
    def state_formula(self) -> str:
        """OK or CHECK."""
        return f'=IF(B{self.row + 4}=0,"OK","CHECK")'

    def cell(self, offset: int, column: str = "B") -> str:
        """A cell of the check from another sheet."""
        return f"'{self.sheet}'!${column}${self.row + offset + 1}"


class Places:
    """Cells of every table of a pack."""

    def __init__(self, tables: Mapping[str, PackTable]) -> None:
        self._tables = tables

    def sheet(self, key: str) -> str:
        """Name of a table's sheet."""
        return SHEET_NAMES.get(key, key)

    def last_row(self, key: str) -> int:
        """Last row of the data, from 0; the one above the first where there is none."""
        return FIRST_ROW + self._tables[key].frame.height - 1

    def total_row(self, key: str) -> int:
        """Row of the sums: below the data, or below one empty row."""
        return max(self.last_row(key), FIRST_ROW) + 1

    def cells(self, key: str, column: str, *, with_sheet: bool = True) -> str:
        """All cells of a column; one empty cell where there are no rows."""
        letter = xl_col_to_name(self._tables[key].column_names.index(column))
        last = max(self.last_row(key), FIRST_ROW)
        area = f"${letter}${FIRST_ROW + 1}:${letter}${last + 1}"
        return f"'{self.sheet(key)}'!{area}" if with_sheet else area

    def checks(self, key: str) -> list[PlacedCheck]:
        """The checks of a table, two rows below its sums."""
        first = self.total_row(key) + 2
        return [
            PlacedCheck(check, self.sheet(key), first + at * CHECK_HEIGHT)
            for at, check in enumerate(self._tables[key].checks)
        ]

    def all_checks(self) -> list[PlacedCheck]:
        """Every check, in the order of the sheets."""
        return [placed for key in self._tables for placed in self.checks(key)]

    def formula(self, terms: tuple[Term, ...]) -> str:
        """The terms as live sums."""
        parts = [f"{'-' if term.sign < 0 else '+'}{part}" for term in terms for part in self._sums(term)]
        return "=" + ("".join(parts).removeprefix("+") or "0")

    def _sums(self, term: Term) -> list[str]:
        """SUM, or one SUMIFS for each combination of values."""
        if term.amount is not None:
            return [f"({term.amount:f})"]
        amounts = self.cells(term.table, term.column)
        if not term.where:
            is_summed = {column.name: column.is_summed for column in self._tables[term.table].columns}
            if is_summed[term.column]:
                at = self._tables[term.table].column_names.index(term.column)
                total = xl_rowcol_to_cell(self.total_row(term.table), at, row_abs=True, col_abs=True)
                return [f"'{self.sheet(term.table)}'!{total}"]
            return [f"SUM({amounts})"]
        combinations = [""]
        for column, values in term.where.items():
            area = self.cells(term.table, column)
            combinations = [f'{so_far},{area},"{value}"' for so_far in combinations for value in values]
        return [f"SUMIFS({amounts}{conditions})" for conditions in combinations]

    def value(self, terms: tuple[Term, ...]) -> Decimal:
        """What the formula comes to."""
        return sum_terms(terms, self._tables)
