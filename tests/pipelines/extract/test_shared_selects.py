"""A select that several tables read runs once, goes after the last of them, and its faults stand at its own line."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import DataProblem
from pipelines.extract.shared_selects import SharedSelects
from pipelines.extract.source_sql import SourceConnection
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.shops import Extract, WriteSource

ITEMS = pl.DataFrame({"sku": ["A", "B"], "price": ["1", "x"]})


@pytest.fixture(autouse=True)
def items(data: Path) -> None:
    """The one input of these sources."""
    ITEMS.write_csv(data / "items.csv")


def refusal(extract: Extract, source: str) -> str:
    """What an extract says that stops at its selects, below the first line."""
    with pytest.raises(DataProblem) as caught:
        extract(source)
    return str(caught.value).partition("\n")[2]


def test_tables_that_read_a_shared_select_see_the_rows_of_one_run(extract: Extract, warehouse: Warehouse) -> None:
    extract(
        """
        inputs:
          items: {file: items.csv}
        shared:
          item: select sku, uuid()::varchar as made from items
          named_item: select sku || '/' as name, made from ITEM
        tables:
          products: select sku, made as product_name, true as is_stocked from Item
          contacts: |
            select sku as contact_id, 'both' as kind, made as contact_name, name as email, true as is_active
            from named_item join item using (made)
        """
    )
    products = warehouse.query("select sku, product_name from core.products order by sku").rows()
    contacts = warehouse.query("select contact_id, contact_name, email from core.contacts order by contact_id").rows()
    assert contacts == [(sku, made, f"{sku}/") for sku, made in products]
    assert len({made for _, made in products}) == 2


def test_rows_are_kept_for_whoever_reads_them_again_and_until_the_last_one_is_done(write_source: WriteSource) -> None:
    source = write_source(
        """
        inputs:
          items: {file: items.csv}
        shared:
          item: select * from items
          once: select * from items
          twice: select * from items
          never: select * from items
        tables:
          products: select sku from item
          contacts: select sku from item join once using (sku)
          charges: select sku from items
          payments: select sku from twice where sku in (select sku from twice)
        """
    )
    kept = {}
    with SourceConnection({"items": ITEMS}, "UTC") as connection:
        shared = SharedSelects(source, connection)
        for name, sql in source.tables.items():
            with shared.ready_for(str(name)), connection.select(str(name), sql) as selected:
                found = selected.query("select table_name from duckdb_tables() where temporary order by all")
                kept[str(name)] = found.to_series().to_list()
    assert kept == {"products": ["item"], "contacts": ["item"], "charges": [], "payments": ["twice"]}
    assert shared.problems == []


def test_what_binds_to_nothing_is_told_once_at_its_own_line(extract: Extract) -> None:
    assert refusal(
        extract,
        """
        inputs:
          items: {file: items.csv}
        shared:
          item: |
            select sku,
              prise as price
            from items
          read_by_none: select 1; select 2
          above: select * from item
        tables:
          products: select sku, 'a' as product_name, true as is_stocked from item
          contacts: select sku as contact_id, 'both' as kind, sku as contact_name, true as is_active from above
          charges: select skuu from items
        """,
    ) == (
        'shop.yaml:6:7: shared.item: Referenced column "prise" not found in FROM clause\n'
        '    Candidate bindings: "price"\n'
        "shop.yaml:8:17: shared.read_by_none is not one select but 2 statements\n"
        "    Write one select; common table expressions (with ... as) may stand before it\n"
        'shop.yaml:13:19: tables.charges: Referenced column "skuu" not found in FROM clause\n'
        '    Candidate bindings: "sku"'
    )


@pytest.mark.parametrize("second", ["items", "item"])
def test_what_fails_at_a_row_is_told_at_the_line_of_the_shared_select(extract: Extract, second: str) -> None:
    """Whether it runs as a part of the one table that reads it, or once for two."""
    assert refusal(
        extract,
        f"""
        inputs:
          items: {{file: items.csv}}
        shared:
          item: |
            select sku,
              cast(price as integer) as price
            from items
        tables:
          products: select sku, price::varchar as product_name, true as is_stocked from item
          contacts: select sku as contact_id, 'both' as kind, sku as contact_name, true as is_active from {second}
        """,
    ) == (
        "shop.yaml:6:7: shared.item: Could not convert string 'x' to INT32 when casting from source column price\n"
        "    Use try_cast: a value that does not fit is then null, and its row is listed by itself"
    )


def test_what_a_table_does_wrong_with_the_rows_stands_at_the_table(extract: Extract) -> None:
    assert refusal(
        extract,
        """
        inputs:
          items: {file: items.csv}
        shared:
          item: select * from items
        tables:
          products: select sku, 'a' as product_name, cast(price as integer) = 1 as is_stocked from item
          contacts: select sku as contact_id, 'both' as kind, sku as contact_name, true as is_active from itms
        """,
    ) == (
        "shop.yaml:6:46: tables.products: Could not convert string 'x' to INT32 when casting from source column price\n"
        "    Use try_cast: a value that does not fit is then null, and its row is listed by itself\n"
        'shop.yaml:7:99: tables.contacts: no input is called "itms"\n'
        '    Did you mean "items"? Inputs: items; shared: item'
    )


def test_a_shared_select_cannot_change_an_input(extract: Extract) -> None:
    message = refusal(
        extract,
        """
        inputs:
          items: {file: items.csv}
        shared:
          item: with gone as (delete from items returning *) select * from gone
        tables:
          products: select sku, sku as product_name, true as is_stocked from item
          contacts: select sku as contact_id, 'both' as kind, sku as contact_name, true as is_active from item
        """,
    )
    assert message.startswith("shop.yaml:4:")
    assert "shared.item: DML statements" in message


def test_the_name_of_an_input_is_taken(write_source: WriteSource) -> None:
    with pytest.raises(DataProblem) as caught:
        write_source(
            """
            inputs:
              items: {file: items.csv}
            shared:
              items: select 1 as sku
            tables:
              products: select * from items
            """
        )
    assert str(caught.value).partition("\n")[2] == (
        "shop.yaml:4:3: shared.items has the name of an input. Give the select another name"
    )
