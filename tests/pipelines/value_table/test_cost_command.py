"""The command around the numbers: forms of files, columns that pass through, totals, empty tables."""

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.value_table.columns import ADDED, POOL
from schemas.kinds import MOVE_KINDS
from tests.pipelines.value_table.desk import Desk, costs

SOLD = """
    move_id sku moved_on   kind    quantity unit_cost
    r1      A   2026-09-01 receipt 10       2.50
    s1      A   2026-09-02 sale    -4       .
    s2      B   2026-09-03 sale    -1       .
"""


def test_the_totals_are_json_with_amounts_as_text(desk: Desk) -> None:
    found = desk.cost(desk.write(SOLD), "--json", out=None).json
    seconds = found.pop("seconds")
    assert list(seconds) == ["read", "value", "book", "total"]
    assert found == {
        "moves": 3,
        "unknown_moves": 0,
        "cogs_total": "10.00",
        "closing_quantity": "5.0000",
        "closing_value": "15.00",
        "provisional_count": 1,
        "provisional_value": "0.00",
        "by_kind": [
            {"kind": "receipt", "moves": 1, "quantity": "10.0000", "value": "25.00"},
            {"kind": "sale", "moves": 2, "quantity": "-5.0000", "value": "-10.00"},
        ],
        "files": [],
    }


def test_without_a_folder_nothing_is_written_and_the_output_says_how(desk: Desk) -> None:
    outcome = desk.cost(desk.write(SOLD), out=None)
    assert [path.name for path in desk.folder.iterdir()] == ["moves.csv"]
    assert [line.rstrip() for line in outcome.out.splitlines() if line.strip()] == [
        "moves.csv by FIFO, pool SKU",
        " kind            rows   quantity    value",
        " ────────────────────────────────────────",
        " receipt            1         10    25.00",
        " sale               2         -5   -10.00",
        " closing stock      3          5    15.00",
        "COGS 10.00",
        "1 move has a cost that is still provisional: 0.00 in all",
        "Nothing was written: add --out DIR for valued moves, closing stock and months as Parquet.",
    ]


def test_csv_with_a_byte_order_mark_quotes_windows_lines_and_gzip_is_read(desk: Desk) -> None:
    head = "\ufeffmove_id,sku,moved_on,kind,quantity,unit_cost,note\r\n"
    text = head + 'r1,"A, blue",2026-09-01,receipt,10,2.5,"two\r\nlines"\r\n\r\n'
    (desk.folder / "moves.csv").write_bytes(text.encode())
    (desk.folder / "moves.csv.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("moves.csv", "moves.csv.gz"):
        assert desk.cost(desk.folder / name).exit_code == 0
        (row,) = desk.result("valued_moves").to_dicts()
        assert (row["sku"], row["note"], row["cost_amount"]) == ("A, blue", "two\r\nlines", Decimal("25.00"))
        assert (row["moved_on"], row["quantity"]) == (date(2026, 9, 1), Decimal(10))


def test_parquet_passes_through_as_it_is_and_keeps_its_order(desk: Desk) -> None:
    table = pl.DataFrame(
        {
            "when": [datetime(2026, 9, day, 12, 30) for day in (3, 2, 1)],  # noqa: DTZ001 any column passes
            "kind": pl.Series(["sale", "sale", "receipt"], dtype=pl.Categorical),
            "quantity": [-1.5, -0.1, 10.0],
            "sku": pl.Series(["A", "A", "A"], dtype=pl.Enum(["A", "B"])),
            "move_id": [3, 2, 1],
            "moved_on": [date(2026, 9, 3), date(2026, 9, 2), date(2026, 9, 1)],
            "unit_cost": [None, None, 2.5],
            "source_move_id": [None, None, float("nan")],
            "tags": [["a"], [], None],
        }
    ).drop("source_move_id")
    table.write_parquet(desk.folder / "moves.parquet", row_group_size=2)
    assert desk.cost(desk.folder / "moves.parquet").exit_code == 0
    valued = desk.result("valued_moves")
    assert valued.columns == [*table.columns, *ADDED]
    assert valued.select(table.columns).equals(table)
    assert valued.select(table.columns).schema == table.schema
    assert [str(cost) for cost in valued["cost_amount"]] == ["-3.75", "-0.25", "25.00"]


def test_an_empty_text_of_parquet_names_no_other_move_and_no_document(desk: Desk) -> None:
    rows = {
        "move_id": ["r", "s"],
        "sku": ["A", "A"],
        "moved_on": ["2026-09-01", "2026-09-02"],
        "kind": ["receipt", "sale"],
        "quantity": [2, -1],
        "unit_cost": [3, None],
        "source_move_id": ["", ""],
        "document_id": ["", None],
    }
    pl.DataFrame(rows).write_parquet(desk.folder / "moves.parquet")
    outcome = desk.cost(desk.folder / "moves.parquet")
    assert outcome.exit_code == 0, outcome.message
    assert costs(desk.result("valued_moves")) == {"r": "6.00", "s": "-3.00"}


def test_ids_that_a_program_made_floats_of_are_whole_numbers_again(desk: Desk) -> None:
    pl.DataFrame(
        {
            "move_id": [1, 2, 3],
            "sku": ["A", "A", "A"],
            "moved_on": [date(2026, 9, 1)] * 3,
            "kind": ["receipt", "sale", "sale_return"],
            "quantity": [2, -1, 1],
            "unit_cost": [3, None, None],
            "source_move_id": [None, None, 2.0],
        }
    ).write_parquet(desk.folder / "moves.parquet")
    assert desk.cost(desk.folder / "moves.parquet").exit_code == 0
    assert [str(cost) for cost in desk.result("valued_moves")["cost_amount"]] == ["6.00", "-3.00", "3.00"]


def write_empty(folder: Path, name: str) -> Path:
    """A table without rows."""
    columns = ["move_id", "sku", "moved_on", "kind", "quantity", "note"]
    if name == "moves.parquet":
        pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).write_parquet(folder / name)
    else:
        (folder / name).write_text(",".join(columns) if name == "moves.csv" else "", encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("name", ["moves.csv", "moves.parquet", "nothing.csv"])
@pytest.mark.parametrize("method", ["fifo", "moving_average", "periodic_average", "specific"])
def test_an_empty_table_has_empty_results_with_all_columns(desk: Desk, name: str, method: str) -> None:
    outcome = desk.cost(write_empty(desk.folder, name), "--json", method=method)
    assert outcome.exit_code == 0, outcome.message
    assert (outcome.json["moves"], outcome.json["closing_value"]) == (0, "0.00")
    valued, stock, months = (desk.result(file) for file in ("valued_moves", "closing_stock", "periods"))
    assert valued.is_empty()
    assert valued.columns[-len(ADDED) :] == list(ADDED)
    assert {one: valued.schema[one] for one in ADDED} == ADDED
    assert (stock.columns, stock.height) == ([*POOL, "quantity", "value"], 0)
    assert months.columns == [
        "period", *POOL, "opening_quantity", "opening_value", "closing_quantity", "closing_value",
        *(f"{kind}_{one}" for kind in MOVE_KINDS if kind != "opening" for one in ("quantity", "value")),
        "cogs_amount", "true_up_amount", "late_cost_amount",
    ]  # fmt: skip
    assert months.is_empty()


def test_an_empty_table_at_standard_or_known_on_a_day_is_empty_too(desk: Desk) -> None:
    standards = desk.write("sku unit_cost\nA 1", "standards.csv")
    empty = write_empty(desk.folder, "moves.csv")
    assert desk.cost(empty, "--standard-costs", standards, method="standard").exit_code == 0
    assert desk.cost(empty, "--as-known-on", "2026-09-30").exit_code == 0
    table = desk.write(SOLD, "known.csv")
    assert desk.cost(table, "--as-known-on", "2026-08-31").exit_code == 0
    assert desk.result("valued_moves")["cost_amount"].to_list() == [None] * 3
    assert desk.result("periods").is_empty()


def test_results_may_lie_beside_the_table(desk: Desk) -> None:
    table = desk.write(SOLD)
    assert desk.cost(table, out=".").exit_code == 0
    assert costs(desk.result("valued_moves", "."))["s1"] == "-10.00"
    assert table.is_file()


def test_amounts_that_18_digits_do_not_hold_have_38(desk: Desk) -> None:
    table = desk.write("""
        move_id sku moved_on   kind    quantity      unit_cost
        r1      A   2026-09-01 receipt 100000000     10000000000
        s1      A   2026-09-02 sale    -99999999.5   .
    """)
    assert desk.cost(table, "--json").json["cogs_total"] == "999999995000000000.00"
    assert desk.result("valued_moves").schema["cost_amount"] == pl.Decimal(38, 2)
    assert desk.result("closing_stock")["value"].to_list() == [Decimal("5000000000.00")]
    assert desk.result("periods").schema["closing_value"] == pl.Decimal(38, 2)
    assert desk.result("periods")["sale_value"].to_list() == [Decimal("-999999995000000000.00")]


def test_a_lot_that_arrives_under_another_name_is_refused_where_lots_have_costs_of_their_own(desk: Desk) -> None:
    table = desk.write("""
        move_id sku lot moved_on   kind         quantity unit_cost document_id
        r1      A   L1  2026-09-01 receipt      10       10        .
        o1      A   L1  2026-09-02 transfer_out -4       .         T
        i1      A   L2  2026-09-02 transfer_in  4        .         T
    """)
    for pool in ("sku", "sku_location"):
        outcome = desk.cost(table, "--pool", pool, method="specific")
        assert outcome.exit_code == 3
        assert "lot: a transfer brings in a lot that has not left (1 row)" in outcome.message
    assert desk.cost(table, method="fifo").exit_code == 0
    assert desk.cost(table, "--pool", "sku_location", method="fifo").exit_code == 3


def test_standard_costing_by_location_ends_in_files(desk: Desk) -> None:
    standards = desk.write("sku unit_cost\nA 10", "standards.csv")
    table = "move_id sku location moved_on kind quantity unit_cost\nr1 A Main 2026-09-01 receipt 10 11"
    valued = desk.valued(table, "--pool", "sku_location", "--standard-costs", standards, method="standard")
    assert valued.select("move_id", "location", "cost_amount").rows() == [
        ("r1", "Main", Decimal("110.00")),
        ("purchase_price_variance:r1", "Main", Decimal("-10.00")),
    ]


def test_no_result_is_written_over_the_file_it_comes_from(desk: Desk) -> None:
    (desk.folder / "out").mkdir()
    table = desk.write(SOLD, "out/valued_moves.parquet")
    pl.read_csv(table).write_parquet(table)
    before = table.read_bytes()
    outcome = desk.cost(table)
    assert outcome.exit_code == 2
    assert "--out would write over it" in outcome.message
    assert table.read_bytes() == before
