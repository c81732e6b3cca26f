"""The SQL of a source sees its inputs and nothing else, and what DuckDB says about it stands at the YAML line."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from mappings.findings import Place
from pipelines.errors import DataProblem
from pipelines.extract.source_kinds import Sql
from pipelines.extract.source_sql import SourceConnection, SqlFaultError
from tests.pipelines.extract.shops import Extract

SALES = pl.DataFrame({"id": ["1", "2"], "qty": ["2", "x"], "sent": ["2026-09-30T12:00:00Z", "2026-09-29T12:00:00Z"]})


def in_yaml(text: str) -> Sql:
    """A select that stands in line 10 of a YAML, after `products: |`."""
    return Sql(text, Place("shop.yaml", 9, 13), 10, tuple(4 for _ in text.split("\n")))


def rows_of(text: str, zone: str = "UTC") -> list[tuple[object, ...]]:
    """The rows of a select over SALES."""
    with (
        SourceConnection({"sales": SALES}, zone) as connection,
        connection.select("products", in_yaml(text)) as selected,
    ):
        return selected.query("from selected_rows").rows()


def refusal(text: str) -> str:
    """What a select says that is refused."""
    with pytest.raises(SqlFaultError) as caught:
        rows_of(text)
    return str(caught.value)


def test_a_select_sees_the_inputs_and_the_time_zone() -> None:
    text = "select id, cast(sent::timestamptz as date)::varchar, getvariable('time_zone') from sales -- all\n;"
    assert rows_of(text, "Pacific/Auckland") == [
        ("1", "2026-10-01", "Pacific/Auckland"),
        ("2", "2026-09-30", "Pacific/Auckland"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from read_blob('{file}')",
        "select * from read_json('{file}')",
        "select * from parquet_scan('{file}')",
        "select * from sniff_csv('{file}')",
        "select * from glob('{folder}/*')",
        "from '{file}'",
        "select * from read_duckdb('{file}')",
        "select * from sqlite_scan('{file}', 'x')",
        "select * from query('from read_text(''{file}'')')",
        "select * from duckdb_extensions()",
        "select getenv('HOME')",
        "from outside",
        "from core.products",
        "from raw.shop_sales",
        "from duckdb_secrets()",
    ],
)
def test_no_file_no_variable_and_no_extension_can_be_read(tmp_path: Path, text: str) -> None:
    outside = pl.DataFrame({"secret": [1]})
    file = tmp_path / "secret.csv"
    outside.write_csv(file)
    assert "shop.yaml:" in refusal(text.format(file=file, folder=tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "attach '{file}'",
        "copy sales to '{file}'",
        "export database '{file}'",
        "import database '{file}'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set variable time_zone = 'UTC'",
        "create table x as select 1",
        "create secret x (type s3)",
        "pragma database_list",
        "call pragma_version()",
        "delete from sales",
        "select 1; copy sales to '{file}'",
        "begin transaction",
        "-- nothing",
    ],
)
def test_anything_but_one_select_is_refused_and_writes_no_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "written"
    message = refusal(text.format(file=file))
    assert message.startswith("shop.yaml:9:13: tables.products is not one select")
    assert not file.exists()


def test_the_connection_itself_refuses_files_and_its_own_unlocking(tmp_path: Path) -> None:
    file = tmp_path / "written.csv"
    with SourceConnection({"sales": SALES}, "UTC") as connection:
        inside = connection._connection
        for statement in (
            f"copy sales to '{file}'",
            f"attach '{file}'",
            f"export database '{tmp_path}'",
            "install httpfs",
            "set enable_external_access = true",
            "set lock_configuration = false",
            "set temp_directory = '/tmp'",
            "set python_enable_replacements = true",
            "reset enable_external_access",
        ):
            with pytest.raises(duckdb.Error):
                inside.execute(statement)
    assert list(tmp_path.iterdir()) == []


def test_a_select_that_changes_an_input_changes_nothing_for_the_next_one() -> None:
    with SourceConnection({"sales": SALES}, "UTC") as connection:
        changing = in_yaml("with gone as (delete from sales returning *) select * from gone")
        try:
            with connection.select("products", changing) as selected:
                selected.query("from selected_rows")
        except SqlFaultError:
            pass  # a later DuckDB may refuse it altogether
        with connection.select("products", in_yaml("from sales")) as selected:
            assert selected.query("select count(*) from selected_rows").item() == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "select\n  id,\n  qyt as qty\nfrom sales",
            'shop.yaml:12:7: tables.products: Referenced column "qyt" not found in FROM clause\n'
            '    Candidate bindings: "qty", "sent"',
        ),
        (
            "select 'é', x.id from sale x",
            'shop.yaml:10:27: tables.products: no input is called "sale"\n    Did you mean "sales"? Inputs: sales',
        ),
        (
            "select id\nfrm sales",
            'shop.yaml:11:9: tables.products: syntax error at or near "sales"',
        ),
        (
            "select id,\n  cast(qty as decimal(18, 4))\nfrom sales",
            'shop.yaml:11:7: tables.products: Could not convert string "x" to DECIMAL(18,4)'
            " when casting from source column qty\n"
            "    Use try_cast: a value that does not fit is then null, and its row is listed by itself",
        ),
        (
            "select 1 from sales,\n  read_text('/etc/hostname')",
            'shop.yaml:11:7: tables.products: Cannot access file "/etc/hostname"'
            " - file system operations are disabled by configuration\n"
            "    The SQL of a source sees its inputs and nothing else; name the file under inputs",
        ),
    ],
)
def test_duckdbs_complaint_stands_at_the_line_of_the_yaml(text: str, message: str) -> None:
    assert refusal(text) == message


def test_every_select_that_is_wrong_is_reported_and_core_stays(extract: Extract, data: Path) -> None:
    (data / "a.csv").write_text("sku\nA\n", encoding="utf-8")
    with pytest.raises(DataProblem) as caught:
        extract(
            """
            inputs:
              a: {file: a.csv}
            tables:
              products: |
                select sku, true as is_stockd, 1 as weight
                from a
              charges: |
                select nothing
                from a
            """
        )
    assert caught.value.exit_code == 3
    assert str(caught.value) == (
        "The source shop has selects that cannot be used; core is as it was.\n"
        'shop.yaml:4:3: tables.products gives a column "is_stockd", which core.products does not have\n'
        '    Did you mean "is_stocked"?\n'
        "shop.yaml:4:3: tables.products leaves out 1 of the columns that core.products needs\n"
        "    Add to the select:\n"
        "      is_stocked (boolean): Whether the product is valued as stock; false for services and expensed parts\n"
        'shop.yaml:8:12: tables.charges: Referenced column "nothing" not found in FROM clause\n'
        '    Candidate bindings: "sku"'
    )


def test_what_memory_does_not_hold_goes_into_the_folder_for_it_and_nowhere_else(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret", encoding="utf-8")
    large = in_yaml("select i, repeat(i::varchar, 30) as word from range(400000) r(i)")
    with SourceConnection({}, "UTC", threads=1, memory="30MB", spill=tmp_path / "spill") as connection:
        with connection.select("products", large) as selected:
            selected.execute("create temp table kept as from selected_rows")
            assert selected.query("select count(*) from kept").item() == 400_000
            assert any((tmp_path / "spill").iterdir())
        with (
            pytest.raises(SqlFaultError, match="Cannot access file"),
            connection.select("products", in_yaml(f"from read_text('{outside}')")),
        ):
            pass
