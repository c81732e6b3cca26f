"""Nobody changes rows of core unnoticed, not another program, a restored backup or SQL of our own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.settings import Settings
from pipelines.steps.source_days import TABLE, refresh_charged_lines, refresh_days
from pipelines.warehouse import Warehouse, open_warehouse
from pipelines.warehouse.marks import LAYOUT
from schemas.tables import SOURCE_TABLES
from tests.transforms.builders import table

RATES, SALES = "core.currency_rates", "core.sale_lines"
SALE_COLUMNS = (
    "sale_line_id, sale_id, sale_number, kind, sku, ordered_quantity, moved_quantity, moved_date, status, location"
)
SALE_VALUES = (
    "'S' || i, 'O' || i, 'SO-' || i, 'sale', 'TENT', 1, 1 + i % 7, date '2026-06-01' + (i % 60)::int, 'approved', 'A'"
)

OTHER_PROGRAM = """
import duckdb, json, os, sys
opened = []
for file, statements in json.loads(sys.argv[2]).items():
    connection = duckdb.connect(file)
    for statement in statements:
        connection.execute(statement)
    opened.append(connection)
if sys.argv[1] == "killed":
    os._exit(9)
for connection in opened:
    connection.close()
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed warehouse with days that are digested: sales in two groups of rows, and some rates."""
    settings = Settings(home=tmp_path_factory.mktemp("filled"))
    with open_warehouse(settings, publishes=False) as warehouse:
        warehouse.execute(f"insert into {SALES} ({SALE_COLUMNS}) select {SALE_VALUES} from range(130000) numbers(i)")
        warehouse.execute(f"insert into {RATES} values ('EUR', '2026-05-01', 1.1), ('USD', '2026-05-01', 1.2)")
    with open_warehouse(settings, publishes=False) as warehouse:
        _refresh(warehouse)
    return settings.warehouse


@pytest.fixture
def settings(filled: Path, tmp_path: Path) -> Settings:
    """A company of its own with a copy of that."""
    settings = Settings(home=tmp_path)
    settings.warehouse.parent.mkdir(exist_ok=True)
    shutil.copyfile(filled, settings.warehouse)
    return settings


def _refresh(warehouse: Warehouse) -> None:
    refresh_days(warehouse, ["sale_lines", "receipt_lines", "bill_lines"])
    refresh_charged_lines(warehouse)


def _mark(settings: Settings, table: str = SALES) -> str | None:
    with open_warehouse(settings, publishes=False) as warehouse:
        return warehouse.find_mark(table)


def _other_program(work: dict[Path, list[str]], end: str = "closed") -> None:
    """Statements by file; a program that is killed leaves what it committed in the write-ahead logs."""
    times = {file: file.stat() for file in work}
    given = json.dumps({str(file): statements for file, statements in work.items()})
    done = subprocess.run([sys.executable, "-c", OTHER_PROGRAM, end, given], check=False)
    assert done.returncode == (9 if end == "killed" else 0)
    for file, time in times.items():  # it may even look as if nobody had written
        os.utime(file, ns=(time.st_atime_ns, time.st_mtime_ns))


def _days(warehouse: Warehouse) -> pl.DataFrame:
    _refresh(warehouse)
    return warehouse.read(TABLE).sort("core_table", "day", "detail")


def _assert_days_hold(settings: Settings) -> None:
    """What is kept of the days is what reading everything gives."""
    with open_warehouse(settings, publishes=False) as warehouse:
        kept = _days(warehouse)
        warehouse.execute("delete from close.source_marks")
        assert_frame_equal(kept, _days(warehouse))


def _swap(table: str, column: str, key: str, one: str, other: str) -> str:
    """Two rows change places: count, sum, least and greatest value stay."""
    of_other, of_one = (f"(select {column} from {table} where {key} = '{row}')" for row in (other, one))
    value = f"case {key} when '{one}' then {of_other} else {of_one} end"
    return f"update {table} set {column} = {value} where {key} in ('{one}', '{other}')"


BY_HAND = {
    "a value": [f"update {SALES} set moved_quantity = 7 where sale_line_id = 'S129999'"],
    "two values change places": [_swap(SALES, "moved_quantity", "sale_line_id", "S1", "S2")],
    "a column that is the same in all rows": [f"update {SALES} set ordered_quantity = 2"],
    "a day": [f"update {SALES} set moved_date = date '2026-06-30' where sale_line_id = 'S5'"],
    "a row goes": [f"delete from {SALES} where sale_line_id = 'S7'"],
    "a row comes": [f"insert into {SALES} ({SALE_COLUMNS}) select {SALE_VALUES} from range(200000, 200001) numbers(i)"],
    "a row goes, another one comes": [
        f"delete from {SALES} where sale_line_id = 'S7'",
        f"insert into {SALES} ({SALE_COLUMNS}) select {SALE_VALUES} from range(200000, 200001) numbers(i)",
    ],
    "again and again, so that blocks are used twice": [
        statement
        for quantity in (2, 3, 4, 5)
        for statement in (f"update {SALES} set moved_quantity = {quantity} where sale_line_id = 'S0'", "checkpoint")
    ],
    "a table made anew": [
        f"create table copied as from {SALES}",
        f"delete from {SALES}",
        f"insert into {SALES} select * replace (moved_quantity + 1 as moved_quantity) from copied",
        "drop table copied",
    ],
}


@pytest.fixture(scope="module", params=["closed", "killed"])
def edited(filled: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A home for each of BY_HAND, with a warehouse in which another program did that and ended."""
    folder = tmp_path_factory.mktemp("edited")
    for name in BY_HAND:
        (folder / name).mkdir()
    files = {name: Settings(home=folder / name).warehouse for name in BY_HAND}
    for file in files.values():
        file.parent.mkdir(exist_ok=True)
        shutil.copyfile(filled, file)
    _other_program({file: BY_HAND[name] for name, file in files.items()}, end=request.param)
    return folder


@pytest.mark.parametrize("name", BY_HAND)
def test_what_another_program_changes_is_noticed(filled: Path, edited: Path, name: str) -> None:
    settings = Settings(home=edited / name)

    assert _mark(settings) != _mark(Settings(home=filled.parent.parent))
    _assert_days_hold(settings)


def test_a_change_that_is_taken_back_leaves_the_days_as_they_were(settings: Settings) -> None:
    with open_warehouse(settings, publishes=False) as warehouse:
        before = _days(warehouse)

    change = [f"update {SALES} set moved_quantity = {quantity} where sale_line_id = 'S0'" for quantity in (6, 1)]
    _other_program({settings.warehouse: change})  # S0 has moved one

    with open_warehouse(settings, publishes=False) as warehouse:
        assert_frame_equal(_days(warehouse), before)


def test_the_days_of_a_backup_that_is_put_back_are_its_own(settings: Settings, tmp_path: Path) -> None:
    backup = tmp_path / "backup.duckdb"
    shutil.copy2(settings.warehouse, backup)
    _other_program({settings.warehouse: BY_HAND["a value"]})
    _assert_days_hold(settings)

    shutil.copy2(backup, settings.warehouse)

    _assert_days_hold(settings)
    assert _mark(settings) is not None


def test_looking_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    before = _mark(settings)

    _other_program({settings.warehouse: [f"select count(*) from {SALES}"]})
    with open_warehouse(settings, publishes=False) as warehouse:
        warehouse.execute(f"update {RATES} set currency_rate = 1.3 where currency_code = 'EUR'")
        _days(warehouse)
        warehouse.execute(f"delete from {RATES} where currency_code = 'USD'")
    (tmp_path / "copy").mkdir()
    copy = Settings(home=tmp_path / "copy")
    copy.warehouse.parent.mkdir(exist_ok=True)
    shutil.copyfile(settings.warehouse, copy.warehouse)

    assert [_mark(settings), _mark(copy)] == [before, before]


def test_days_that_stand_are_not_read_again(settings: Settings) -> None:
    with open_warehouse(settings, publishes=False) as warehouse:
        warehouse.execute(f"update {TABLE} set digest = 'as it was'")  # nobody does that; it shows who reads

        assert _days(warehouse)["digest"].unique().to_list() == ["as it was"]


def _insert(warehouse: Warehouse, number: int) -> None:
    rows = f"from range({number}, {number + 1}) numbers(i)"
    warehouse.execute(f"insert into {SALES} ({SALE_COLUMNS}) select {SALE_VALUES} {rows}")


def _replace_new_row(warehouse: Warehouse) -> None:
    """A row that the transaction added goes, another one comes: both lie in no file."""
    _insert(warehouse, 300_000)
    _refresh(warehouse)
    warehouse.execute(f"delete from {SALES} where sale_line_id = 'S300000'")
    _insert(warehouse, 300_001)


OWN = {
    "update": lambda warehouse: warehouse.execute(f"update {SALES} set moved_quantity = 7 where sale_line_id = 'S0'"),
    "update through a query": lambda warehouse: warehouse.query(
        f"update {SALES} set moved_quantity = 7 where sale_line_id = 'S0' returning sale_id"
    ),
    "delete": lambda warehouse: warehouse.execute(f"delete from {SALES} where sale_line_id = 'S0'"),
    "insert": lambda warehouse: _insert(warehouse, 300_000),
    "insert, delete, insert": _replace_new_row,
    "replace": lambda warehouse: warehouse.replace(SALES, warehouse.read(SALES).head(5)),
}


@pytest.mark.parametrize("change", OWN.values(), ids=OWN.keys())
def test_sql_of_our_own_is_noticed_in_its_transaction_and_after_it(
    settings: Settings, change: Callable[[Warehouse], object]
) -> None:
    with open_warehouse(settings, publishes=False) as warehouse:
        before = _days(warehouse)
        for block in (warehouse.scratch, warehouse.transaction):
            with block():
                change(warehouse)
                kept = _days(warehouse)
                warehouse.execute("delete from close.source_marks")
                assert_frame_equal(kept, _days(warehouse))
                assert not kept.equals(before)
            if block == warehouse.scratch:
                assert_frame_equal(_days(warehouse), before)
        assert_frame_equal(_days(warehouse), kept)

    _assert_days_hold(settings)


def test_a_file_that_another_one_took_the_place_of_is_not_believed(settings: Settings, tmp_path: Path) -> None:
    shutil.copyfile(settings.warehouse, tmp_path / "other.duckdb")

    with open_warehouse(settings, publishes=False) as warehouse:
        (tmp_path / "other.duckdb").replace(settings.warehouse)
        assert warehouse.find_mark(SALES) is None


def test_another_program_stays_locked_out_while_marks_are_read(settings: Settings) -> None:
    with open_warehouse(settings, publishes=False) as warehouse:
        assert warehouse.find_mark(SALES)
        command = [sys.executable, "-c", OTHER_PROGRAM, "closed", json.dumps({str(settings.warehouse): []})]
        tried = subprocess.run(command, check=False, capture_output=True, text=True)

    assert "Could not set lock on file" in tried.stderr


def test_without_a_file_beside_it_everything_is_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.pread")

    with open_warehouse(settings, publishes=False) as warehouse:
        assert warehouse.find_mark(SALES) is None
        before = _days(warehouse)
        warehouse.execute(f"delete from {SALES} where sale_line_id = 'S0'")
        assert not _days(warehouse).equals(before)


def _charged_lines(warehouse: Warehouse) -> pl.DataFrame:
    refresh_charged_lines(warehouse)
    return warehouse.read("close.charged_lines").sort(pl.all())


CHARGES = {
    "another order is charged": "insert into core.charges by name select * replace ('F2' as charge_id, 'P2' as"
    " purchase_id) from core.charges",
    "a line of the order": "update core.receipt_lines set quantity = 7 where purchase_id = 'P1'",
    "a line of another order": "update core.receipt_lines set purchase_id = 'P1' where purchase_id = 'P2'",
    "lines go": "delete from core.receipt_lines",
}


def test_charged_lines_that_are_kept_are_what_looking_at_all_gives(settings: Settings) -> None:
    columns = SOURCE_TABLES["core.receipt_lines"]
    goods = {"received_date": "2026-06-02", "quantity": 10, "unit_price": 10}
    lines = [{"receipt_line_id": f"R{number}", "purchase_id": f"P{number % 3}"} | goods for number in range(9)]
    with open_warehouse(settings, publishes=False) as warehouse:
        warehouse.replace("core.receipt_lines", table(columns, *lines))
        charge = {"charge_id": "F1", "purchase_id": "P1", "charge_date": "2026-06-05", "charge_amount": 9}
        warehouse.replace("core.charges", table(SOURCE_TABLES["core.charges"], charge))
    counts = []
    for statement in ("select 1", *CHARGES.values()):
        with open_warehouse(settings, publishes=False) as warehouse:
            before = _charged_lines(warehouse)
            warehouse.execute(statement)
        with open_warehouse(settings, publishes=False) as warehouse:
            kept = _charged_lines(warehouse)
            warehouse.execute("delete from close.source_marks")
            fresh = _charged_lines(warehouse)
        assert_frame_equal(kept, fresh)
        counts.append((before.height, kept.height))

    assert counts == [(3, 3), (3, 6), (6, 6), (6, 6), (6, 0)]


def test_a_block_that_is_used_again_for_other_values_has_another_mark(settings: Settings) -> None:
    layouts, marks = set(), set()
    for quantity in (2, 3, 4, 5, 6, 7):  # between the least and the greatest of the column
        with open_warehouse(settings, publishes=False) as warehouse:
            warehouse.execute(f"update {SALES} set moved_quantity = {quantity} where sale_line_id = 'S0'")
        with open_warehouse(settings, publishes=False) as warehouse:
            layouts.add(warehouse.query(LAYOUT.format(SALES))["layout"].item())
            marks.add(warehouse.find_mark(SALES))

    assert len(layouts) < len(marks) == 6  # places alone would not tell
