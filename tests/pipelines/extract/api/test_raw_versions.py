"""The raw table of an API's input, and the view of its current rows: both say what is in each column."""

from pipelines.extract.api.raw_versions import COLUMNS, RawVersions
from pipelines.warehouse import Warehouse


def meanings(warehouse: Warehouse, table: str) -> dict[str, str]:
    """Comments of the columns."""
    found = warehouse.query("select column_name, comment from duckdb_columns() where table_name = $1", [table])
    return dict(found.iter_rows())


def test_table_and_view_say_what_each_column_is(warehouse: Warehouse) -> None:
    RawVersions("core", "sales", warehouse).prepare("Cin7 Core sale")
    words = {name: meaning for name, (_, meaning) in COLUMNS.items()}
    assert meanings(warehouse, "core_sales") == meanings(warehouse, "core_sales_current") == words


def test_a_view_of_an_earlier_release_gets_its_words(warehouse: Warehouse) -> None:
    raw = RawVersions("core", "sales", warehouse)
    raw.prepare("Cin7 Core sale")
    for name in COLUMNS:
        warehouse.execute(f'comment on column raw.core_sales_current."{name}" is null')
    raw.prepare("Cin7 Core sale")
    assert None not in meanings(warehouse, "core_sales_current").values()
