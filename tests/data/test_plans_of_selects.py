"""No select of the shipped sources joins its rows with a list of words: each such join carries the whole row."""

import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from mappings.findings import Place
from pipelines.extract import read_source
from pipelines.extract.source_kinds import Sql
from pipelines.extract.source_shapes import FileInput
from pipelines.extract.source_sql import SELECTED, SourceConnection
from pipelines.warehouse.arrow import StreamedQuery
from tests.data.trade_selects import KNOWN, SOURCES

Plan = dict[str, Any]


def streamed(columns: tuple[str, ...]) -> StreamedQuery:
    """An input of text columns; a stream, of which DuckDB knows nothing, so that it plans for rows."""
    nothing = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return StreamedQuery(nothing.__arrow_c_stream__, nothing.schema)


def columns_of(definition: object) -> tuple[str, ...]:
    """The columns of an input."""
    if not isinstance(definition, FileInput):
        return ("row",)
    return tuple(map(str, definition.if_absent)) or KNOWN[definition.file]


def nodes(plan: list[Plan]) -> Iterator[Plan]:
    """Every operator of a plan."""
    for node in plan:
        yield node
        yield from nodes(node["children"])


def joins_words(connection: SourceConnection, table: str, sql: Sql) -> bool:
    """Whether the plan of a select joins rows with constants; what another select gives is none."""
    with connection.select(table, sql) as selected:
        plan = json.loads(selected.query(f"explain (format json) select * from {SELECTED}")["explain_value"][0])
    return any(
        node["extra_info"].get("Join Type") == "MARK" and node["children"][1]["name"].strip() == "COLUMN_DATA_SCAN"
        for node in nodes(plan)
    )


@pytest.mark.parametrize("name", ["omni", "core"])
def test_no_list_of_words_is_a_join(name: str) -> None:
    source = read_source(SOURCES / f"{name}.yaml")
    inputs = {str(one): streamed(columns_of(definition)) for one, definition in source.inputs.items()}
    values = {str(one): str(assumption.value) for one, assumption in source.assumptions.items()}
    with SourceConnection(inputs, "Pacific/Auckland", threads=1, assumptions=values) as connection:
        for shared, sql in source.shared.items():
            connection.share(str(shared), sql)
        joining = [str(table) for table, sql in source.tables.items() if joins_words(connection, str(table), sql)]
    assert joining == [], "write `case` with a `when` for each word"


def test_a_list_of_five_words_is_found() -> None:
    """What the test above looks for is what DuckDB makes of such a list, and not of four words or of a select."""
    lists = {"'a', 'b', 'c', 'd', 'e'": True, "'a', 'b', 'c', 'd'": False, "select row from others": False}
    inputs = {"rows": streamed(("row",)), "others": streamed(("row",))}
    with SourceConnection(inputs, "UTC", threads=1) as connection:
        for words, is_join in lists.items():
            text = f"select upper(row) in ({words}) as is_one from rows"
            assert joins_words(connection, "products", Sql(text, Place("a.yaml"), 1, (0,))) == is_join
