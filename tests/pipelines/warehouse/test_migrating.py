"""Upgrading a warehouse: numbered migrations, each all or nothing, after a backup, with comments from the models."""

import re
from pathlib import Path

import pytest

from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.warehouse import open_published, open_warehouse
from pipelines.warehouse.migrating import MIGRATIONS, read_migrations
from pipelines.warehouse.places import backup_folder
from schemas.dictionary import create_statement, describe_columns, describe_grain
from schemas.tables import TABLES

COLUMNS = """
    select schema_name || '.' || table_name as table_name, column_name, data_type, is_nullable, comment
    from duckdb_columns() where not internal order by table_oid, column_index
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The migrations of a release after this one: those of today and another one."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in MIGRATIONS.glob("*.sql"):
        (folder / file.name).write_text(file.read_text())
    number = len(read_migrations()) + 1
    (folder / f"{number:04}_count_boxes.sql").write_text(
        "alter table core.products add column box_count bigint;\n"
        "create table close.boxes (box_id varchar not null);\n"
        "insert into close.boxes values ('first');\n"
    )
    return folder


def _add_run(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.execute(
            "insert into control.runs by name select 'r1' as run_id, 'close' as command, now() as started_at, "
            "'done' as status, '0.1.0' as code_version, 'here' as host, 1 as process_id"
        )


def test_a_warehouse_of_an_earlier_release_is_upgraded_and_keeps_its_rows(
    settings: Settings, next_release: Path
) -> None:
    _add_run(settings)
    first = len(read_migrations())

    with open_warehouse(settings, migrations=next_release) as warehouse:
        assert warehouse.read("control.runs")["run_id"].to_list() == ["r1"]
        assert warehouse.read("close.boxes").rows() == [("first",)]
        versions = warehouse.query("select version, migration_name from control.schema_version order by version")

    assert versions.rows()[-1] == (first + 1, "count_boxes")
    backups = list(backup_folder(settings.warehouse).iterdir())
    assert len(backups) == 1
    assert re.fullmatch(rf"warehouse-\d{{8}}T\d{{6}}\.\d+Z-layout-{first}\.duckdb", backups[0].name)
    with open_warehouse(Settings(home=settings.home, warehouse=backups[0])) as backup:
        assert backup.read("control.runs")["run_id"].to_list() == ["r1"]


def test_an_upgrade_happens_once(settings: Settings, next_release: Path) -> None:
    _add_run(settings)
    for _ in range(2):
        with open_warehouse(settings, migrations=next_release) as warehouse:
            assert warehouse.read("close.boxes").height == 1

    assert len(list(backup_folder(settings.warehouse).iterdir())) == 1


def test_a_new_file_needs_no_backup(settings: Settings) -> None:
    with open_warehouse(settings):
        pass

    assert not backup_folder(settings.warehouse).exists()


def test_a_migration_that_fails_is_undone_and_names_the_backup(settings: Settings, next_release: Path) -> None:
    _add_run(settings)
    file = next(next_release.glob("*_count_boxes.sql"))
    file.write_text(file.read_text() + "insert into close.boxes select error('no room');\n")

    with (
        pytest.raises(DataProblem, match=r"count_boxes\) failed and was undone: .*no room") as caught,
        open_warehouse(settings, migrations=next_release),
    ):
        pass

    backup = next(backup_folder(settings.warehouse).iterdir())
    assert str(backup) in str(caught.value)
    with open_warehouse(settings) as warehouse:
        assert warehouse.read("control.runs")["run_id"].to_list() == ["r1"]
        assert warehouse.read("control.schema_version").height == len(read_migrations())
        assert "box_count" not in warehouse.read("core.products").columns


def test_a_warehouse_of_a_newer_release_is_refused_and_left_alone(settings: Settings, next_release: Path) -> None:
    with open_warehouse(settings, migrations=next_release):
        pass
    before = settings.warehouse.read_bytes()

    for opening in (open_warehouse, open_published):
        with pytest.raises(DataProblem, match="written by a newer release") as caught, opening(settings):
            pass
        assert caught.value.exit_code == 3
        assert "Update tieout" in str(caught.value)
    assert settings.warehouse.read_bytes() == before


def test_a_published_copy_of_an_earlier_release_says_what_to_do(settings: Settings, next_release: Path) -> None:
    with open_warehouse(settings):
        pass
    with (
        pytest.raises(DataProblem, match=r"layout of an earlier release(.|\n)*tieout migrate"),
        open_published(settings, migrations=next_release),
    ):
        pass

    with open_warehouse(settings, migrations=next_release):
        pass
    with open_published(settings, migrations=next_release) as published:
        assert published.read("close.boxes").height == 1


def test_a_duckdb_file_of_something_else_is_refused(settings: Settings, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "0001_shop.sql").write_text("create table shop_orders (order_id varchar)")
    with pytest.raises(DataProblem), open_warehouse(settings, migrations=foreign):
        pass  # no control.schema_version to note the version in
    other = Settings(home=tmp_path, warehouse=tmp_path / "other.duckdb")
    with open_warehouse(other) as warehouse:
        warehouse.execute("create table orders (order_id varchar)")
        warehouse.execute("drop table control.schema_version")

    with pytest.raises(DataProblem, match="is not a warehouse of tieout"), open_warehouse(other):
        pass


def test_migrations_are_numbered_without_a_gap(tmp_path: Path) -> None:
    for name in ("0001_one.sql", "0003_three.sql"):
        (tmp_path / name).write_text("select 1")

    with pytest.raises(ValueError, match="without a gap"):
        read_migrations(tmp_path)


def test_the_migrations_create_exactly_the_models(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        found = warehouse.query(COLUMNS)
    tables = found.partition_by("table_name", as_dict=True, maintain_order=True)

    assert {str(key[0]) for key in tables} == set(TABLES), (
        "a migration creates every table of schemas.tables, and no other"
    )
    for table, model in TABLES.items():
        have = [(row["column_name"], row["data_type"], row["is_nullable"]) for row in tables[table,].to_dicts()]
        want = [(column.name, column.duckdb_type, column.is_nullable) for column in describe_columns(model)]
        assert have == want, f"the model of {table} says, for a migration:\n{create_statement(table, model)}"


def test_every_table_and_column_carries_the_comment_of_its_model(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        columns = warehouse.query(COLUMNS)
        tables = warehouse.query(
            "select schema_name || '.' || table_name, comment from duckdb_tables() where not internal"
        )

    assert dict(tables.iter_rows()) == {name: describe_grain(model) for name, model in TABLES.items()}
    want = {(name, each.name): each.description for name, model in TABLES.items() for each in describe_columns(model)}
    assert {(row["table_name"], row["column_name"]): row["comment"] for row in columns.to_dicts()} == want
