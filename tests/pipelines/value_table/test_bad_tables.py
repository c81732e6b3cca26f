"""Everything that is wrong with a table is told at once, in words of its file, and nothing is written."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from schemas.kinds import MOVE_KINDS
from tests.pipelines.value_table.desk import Desk
from tests.sample_company import run_here

HEADER = "move_id sku moved_on kind quantity unit_cost amount source_move_id document_id"


def test_a_report_holds_every_broken_rule_with_its_rows_and_first_keys(desk: Desk) -> None:
    table = desk.write(f"""
        {HEADER}
        r1 A 2026-09-01 receipt      10      2.5 . . .
        r2 A 2026-09-01 reciept      10      2.5 . . .
        r3 A 2026-09-01 receipt      -10     2.5 . . .
        r4 A 2026-09-01 receipt      10      2;5 . . .
        r5 A 2026-09-01 receipt      10      nan . . .
        r6 A 2026-09-01 receipt      10      inf . . .
        r7 A 2026-09-01 receipt      10      ??? . . .
        r1 A 2026-09-01 receipt      10      2.5 . . .
        .  A 2026-09-01 receipt      10      2.5 . . .
        s1 A 2026-02-30 sale         -1      . . . .
        s2 A 1899-12-31 sale         -1      . . . .
        s3 A 2026-09-02 sale         1       . . . .
        s4 A 2026-09-02 sale         .       . . . .
        x1 A 2026-09-02 sale_return  1       . . nowhere .
        s5 A 2026-09-09 sale         -1      . . . .
        x2 A 2026-09-02 sale_return  1       . . s5 .
        l1 A 2026-09-02 landed_cost  .       . 5 nowhere .
        l2 A 2026-09-02 landed_cost  .       . 5 . .
        a1 A 2026-09-02 assembly_in  1       . . . D1
        b1 A 2026-09-02 receipt      1.23456 1 . . .
        b2 .  2026-09-02 receipt     1       1 . . .
    """)
    outcome = desk.cost(table)
    assert outcome.exit_code == 3
    assert outcome.out == ""
    assert not (desk.folder / "out").exists()
    assert outcome.message == MESSAGE


MESSAGE = """\
moves.csv cannot be valued; nothing was written.
moves.csv, column move_id: the value is missing (1 row)
    Every move needs one.
    First: row 9
moves.csv, column moved_on: it is no date (1 row)
    Write 2026-09-30, 2026-09-30 14:05:00, or 2026-09-30T14:05:00+12:00.
    First: s1
moves.csv, column quantity: the number has more than 4 decimals (1 row)
    Round it in the source, or cast it to Decimal.
    First: b1
moves.csv, column quantity: the value is missing (1 row)
    Only a change of value has no quantity.
    First: s4
moves.csv, column unit_cost: it is no number (4 rows)
    Write 1234.5: a point before the decimals, nothing between thousands.
    First: r4, r5, r6
moves.csv, column sku: the value is missing (1 row, 1.00)
    Every move needs one.
    First: b2
moves.csv, column move_id: the id stands on more than one row (2 rows, 50.00)
    One row a move.
    First: r1, r1
moves.csv, column kind: the kind is unknown (1 row, 25.00)
    Known: KINDS.
    First: r2
moves.csv, column moved_on: the date lies outside 1900 to 2200 (1 row)
    Correct the date.
    First: s2
moves.csv, column quantity: an inflow is negative (1 row, 25.00)
    Inflows are positive.
    First: r3
moves.csv, column quantity: an outflow is positive (1 row)
    Outflows are negative.
    First: s3
moves.csv, column amount: an inflow costs less than nothing (1 row, 25.00)
    Its cost is 0 or more.
    First: r3
moves.csv, column source_move_id: a landed cost names no receipt (1 row, 5.00)
    Name the receipt that it belongs to.
    First: l2
moves.csv, column source_move_id: the move that it names does not exist (2 rows, 5.00)
    Leave it empty if the original is unknown.
    First: x1, l1
moves.csv, column source_move_id: a return comes before its original (1 row)
    Correct one of the two dates.
    First: x2
moves.csv, column document_id: an assembly has no components and no cost (1 row)
    Give components of the same document_id, or a unit_cost.
    First: a1""".replace("KINDS", ", ".join(MOVE_KINDS))


@pytest.mark.parametrize(
    ("column", "dtype", "message"),
    [
        ("quantity", pl.Boolean, "Boolean is no number"),
        ("moved_on", pl.Int64, "Int64 is no date or time"),
        ("sku", pl.Date, "Date is no text"),
    ],
)
def test_a_column_of_another_type_is_told(desk: Desk, column: str, dtype: pl.DataType, message: str) -> None:
    table = pl.DataFrame(
        {"move_id": ["a"], "sku": ["A"], "moved_on": ["2026-09-01"], "kind": ["receipt"], "quantity": [1]}
    )
    table = table.with_columns(pl.lit(1).cast(dtype).alias(column))
    table.write_parquet(desk.folder / "moves.parquet")
    outcome = desk.cost(desk.folder / "moves.parquet")
    assert outcome.exit_code == 3
    assert outcome.message.startswith(
        "moves.parquet cannot be valued; nothing was written.\n"
        f"moves.parquet, column {column}: {message} (1 row)\n"
        "    Write it in another type.\n"
        "    First: a"
    )


def test_a_quoted_or_written_empty_text_is_no_key(desk: Desk) -> None:
    quoted = desk.folder / "quoted.csv"
    lines = ("move_id,sku,moved_on,kind,quantity", '"r1","",2026-09-01,receipt,1', '"","A",2026-09-01,receipt,1')
    quoted.write_text("\n".join(lines) + "\n", encoding="utf-8")
    outcome = desk.cost(quoted)
    assert "column move_id: the value is missing (1 row)" in outcome.message
    assert "column sku: the value is missing (1 row)" in outcome.message
    rows = {"move_id": ["r1", "r2"], "sku": ["A", ""], "moved_on": ["2026-09-01"] * 2, "quantity": [1, 1]}
    pl.DataFrame(rows | {"kind": ["", "receipt"]}).write_parquet(desk.folder / "moves.parquet")
    outcome = desk.cost(desk.folder / "moves.parquet")
    assert "column kind: the value is missing (1 row)" in outcome.message
    assert "column sku: the value is missing (1 row)" in outcome.message


def test_missing_columns_are_told_with_those_that_are_there(desk: Desk) -> None:
    outcome = desk.cost(desk.write("move_id sku moved_on kind Quantity\na A 2026-09-01 receipt 1"))
    assert outcome.exit_code == 3
    assert outcome.message == (
        "moves.csv cannot be valued; nothing was written.\n"
        "moves.csv, column quantity: the column is missing\n"
        '    Did you mean "Quantity"? Names have to be exact. The file has: move_id, sku, moved_on, kind, Quantity.'
    )


def test_a_column_that_has_the_name_of_a_result_is_told(desk: Desk) -> None:
    outcome = desk.cost(desk.write("move_id sku moved_on kind quantity cost_amount\na A 2026-09-01 receipt 1 5"))
    assert (outcome.exit_code, outcome.message) == (
        3,
        "moves.csv cannot be valued; nothing was written.\n"
        "moves.csv, column cost_amount: a column of this name is written beside the moves\n"
        "    Rename it: the result would hold two columns of this name.",
    )


UNEVEN = "moves.csv: another number of fields than in the header, which has 2 (1 row)"
UNREADABLE = [
    (
        "moves.csv",
        b"move_id;sku\na;b\n",
        'moves.csv: the fields of the first line are separated by ";"\n    Separate them by commas.',
    ),
    (
        "moves.csv",
        b"sku,sku\na,b\n",
        'moves.csv: the column "sku" stands there 2 times\n    One name for each column.',
    ),
    ("moves.csv", b"move_id,sku\na,\xff\n", 'moves.csv: the text is not UTF-8\n    Save it as "CSV UTF-8".'),
    (
        "moves.csv",
        b"move_id,sku\na,b,c\n",
        f"{UNEVEN}\n    Quote fields that hold a comma.\n    First: line 2 (3 fields)",
    ),
    (
        "moves.csv",
        b"move_id,sku\na,b\nc\n",
        f"{UNEVEN}\n    Is the file cut off? An empty field keeps its comma.\n    First: line 3 (1 fields)",
    ),
    ("moves.csv.gz", b"move_id,sku\n", "moves.csv.gz: "),
    ("moves.csv.gz", gzip.compress(b"move_id,sku\na,b\n", mtime=0)[:-9], "moves.csv.gz: "),
    ("moves.parquet", b"", "moves.parquet: "),
    ("moves.parquet", b"PAR1 and nothing else PAR1", "moves.parquet: "),
]


@pytest.mark.parametrize(("name", "content", "message"), UNREADABLE)
def test_a_file_that_cannot_be_read_is_told(desk: Desk, name: str, content: bytes, message: str) -> None:
    (desk.folder / name).write_bytes(content)
    outcome = desk.cost(desk.folder / name)
    assert outcome.exit_code == 3
    assert outcome.message.startswith(f"{name} cannot be read.\n{message}")
    assert not (desk.folder / "out").exists()


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ("nowhere.csv", [], "There is no file HOME/nowhere.csv."),
        (".", [], "HOME is a folder, not a file."),
        ("moves.txt", [], "moves.txt is none of .parquet, .csv, .csv.gz: give the table in one of these forms."),
        (
            "moves.csv",
            ["--time-zone", "Pacific/Aukland"],
            '--time-zone: "Pacific/Aukland" is no time zone. Did you mean "Pacific/Auckland"?',
        ),
        (
            "moves.csv",
            ["--as-known-on", "31.10.2026"],
            '--as-known-on: "31.10.2026" is no date. Write it like 2026-10-31.',
        ),
        ("moves.csv", ["--standard-costs", "HOME/nowhere.csv"], "There is no file HOME/nowhere.csv."),
        ("moves.csv", ["--out", "HOME/moves.txt"], "HOME/moves.txt is a file: --out wants a folder."),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_a_sentence(desk: Desk, table: str, options: list[str], message: str) -> None:
    desk.write("move_id sku moved_on kind quantity")
    (desk.folder / "moves.txt").write_text("", encoding="utf-8")
    outcome = desk.cost(
        desk.folder / table, *[option.replace("HOME", str(desk.folder)) for option in options], out=None
    )
    assert (outcome.exit_code, outcome.message, outcome.out) == (2, message, "")


def test_the_method_has_to_be_said(desk: Desk) -> None:
    outcome = run_here(desk.folder, "cost", desk.write("move_id sku moved_on kind quantity"))
    assert outcome.exit_code == 2
    assert "Missing option '--method'" in outcome.message


def test_standard_costs_have_to_be_given_and_to_be_exact(desk: Desk) -> None:
    table = desk.write("move_id sku moved_on kind quantity unit_cost\na A 2026-09-01 receipt 1 5")
    needs = "--method standard needs --standard-costs FILE: sku, unit_cost and, where they change, valid_from."
    assert (desk.cost(table, method="standard").exit_code, desk.cost(table, method="standard").message) == (2, needs)
    costs = desk.write("sku unit_cost valid_from\nA x 2026-02-30\nB 0.1234567 .", "costs.csv")
    outcome = desk.cost(table, "--standard-costs", costs, method="standard")
    assert outcome.exit_code == 3
    assert outcome.message == (
        "costs.csv cannot be read; nothing was written.\n"
        "costs.csv, column unit_cost: it is no number (1 row)\n"
        "    Write 1234.5: a point before the decimals, nothing between thousands.\n"
        "    First: A\n"
        "costs.csv, column unit_cost: the number has more than 6 decimals (1 row)\n"
        "    Round it in the source, or cast it to Decimal.\n"
        "    First: B\n"
        "costs.csv, column valid_from: it is no date (1 row)\n"
        "    Write 2026-09-30, 2026-09-30 14:05:00, or 2026-09-30T14:05:00+12:00.\n"
        "    First: A"
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("1000000000000.0001 1 .", "moves.csv, column quantity: more than 10^12 units (1 row, 1,000,000,000,000.00)"),
        ("1 10000000000.000001 .", "moves.csv, column unit_cost: a unit costs more than 10,000,000,000 (1 row"),
        ("1 . 1000000000000000000.01", "moves.csv, column amount: more than 10^18 of base currency (1 row"),
    ],
)
def test_what_is_beyond_the_limits_is_told(desk: Desk, values: str, message: str) -> None:
    header = "move_id sku moved_on kind quantity unit_cost amount"
    outcome = desk.cost(desk.write(f"{header}\na A 2026-09-01 receipt {values}"))
    assert outcome.exit_code == 3
    assert message in outcome.message
    assert not (desk.folder / "out").exists()


def test_an_unreadable_place_for_results_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    outcome = desk.cost(desk.write("move_id sku moved_on kind quantity"), out="file/out")
    assert outcome.exit_code == 2
    assert outcome.message.startswith("Nobody may write beside HOME/file/out: ")
