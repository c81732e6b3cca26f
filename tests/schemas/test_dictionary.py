"""The data dictionary says for every table what a row is and for every column what it holds."""

import pandera.polars as pa
import polars as pl
import pytest

from schemas.dictionary import comment_statements, create_statement, data_dictionary, describe_columns, describe_grain
from schemas.dtypes import Instant, Money
from schemas.tables import TABLES


class Crates(pa.DataFrameModel):
    """One row per crate: the yard's view,
    as it was on the day.

    A second paragraph is for programmers.
    """

    crate_id: str = pa.Field(unique=True, description="The yard's number")
    value_amount: Money = pa.Field(nullable=True, description="Base currency | 2 places")
    counted_at: Instant = pa.Field(description="When it was counted")


def test_a_table_reads_as_grain_and_columns() -> None:
    text = data_dictionary({"core.crates": Crates})

    assert (
        "### core.crates\n"
        "\n"
        "One row per crate: the yard's view, as it was on the day.\n"
        "\n"
        "| column | type | may be empty | meaning |\n"
        "| --- | --- | --- | --- |\n"
        "| `crate_id` | VARCHAR |  | The yard's number |\n"
        "| `value_amount` | DECIMAL(18,2) | yes | Base currency \\| 2 places |\n"
        "| `counted_at` | TIMESTAMP WITH TIME ZONE |  | When it was counted |\n"
    ) in text


def test_comments_quote_text_and_leave_out_what_the_file_does_not_have() -> None:
    existing = [("core.crates", "crate_id"), ("core.barrels", "barrel_id")]

    assert comment_statements(existing, {"core.crates": Crates}) == [
        "comment on table core.crates is 'One row per crate: the yard''s view, as it was on the day.'",
        "comment on column core.crates.crate_id is 'The yard''s number'",
    ]


def test_a_create_statement_has_the_model_s_columns() -> None:
    assert create_statement("core.crates", Crates) == (
        "create table core.crates (\n"
        "    crate_id varchar not null,\n"
        "    value_amount decimal(18,2),\n"
        "    counted_at timestamp with time zone not null\n"
        ");\n"
    )


def test_a_float_has_no_place_in_a_table() -> None:
    class Drifting(pa.DataFrameModel):
        amount: pl.Float64

    with pytest.raises(ValueError, match="no column of ours has the type Float64"):
        describe_columns(Drifting)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_says_what_one_row_is_and_every_column_what_it_holds(table: str) -> None:
    model = TABLES[table]

    assert describe_grain(model).startswith("One row")
    assert [column.name for column in describe_columns(model) if not column.description] == []


def test_the_dictionary_holds_every_table_once() -> None:
    text = data_dictionary()

    assert [text.count(f"### {table}\n") for table in TABLES] == [1] * len(TABLES)
