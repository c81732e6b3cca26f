"""Rows of a select become rows of a core table, or are refused with rule, key and value."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mappings.findings import Place
from pipelines.extract.core_casts import cast_to, is_rounded
from pipelines.extract.core_columns import core_table
from pipelines.extract.core_tables import TypedTable, find_column_problems, type_rows
from pipelines.extract.source_kinds import Sql
from pipelines.extract.source_sql import SourceConnection
from schemas.checking import check
from schemas.tables import SOURCE_TABLES


@dataclass(frozen=True)
class Typed(TypedTable):
    """What a select gave, with its good rows in memory."""

    rows: pl.DataFrame


def type_select(table: str, text: str, zone: str = "UTC", *, is_in_order: bool = True, **inputs: pl.DataFrame) -> Typed:
    """Type the rows of a select."""
    sql = Sql(text, Place("shop.yaml"), 1, (0,) * (text.count("\n") + 1))
    with SourceConnection(inputs, zone) as connection, connection.select(table, sql) as selected:
        typed = type_rows(core_table(f"core.{table}"), selected, is_in_order=is_in_order)
        rows = selected.query(typed.good_rows)
    assert rows.height == typed.row_count
    return Typed(**vars(typed), rows=rows)


def weigh(value: str) -> Typed:
    """Type one product whose weight (4 places) is an SQL expression."""
    return type_select("products", f"select 'A' as sku, true as is_stocked, {value} as weight")


def rejected(typed: Typed) -> list[tuple[object, ...]]:
    """Refused rows as key, rule, column and value."""
    return typed.rejected.select("source_key", "rule", "column_name", "value").rows()


@pytest.mark.parametrize(
    ("value", "weight", "is_rounded"),
    [
        ("'1.5'", "1.5000", False),
        ("' 2 '", "2.0000", False),
        ("'1e3'", "1000.0000", False),
        ("'.5'", "0.5000", False),
        ("'1.50000'", "1.5000", False),
        ("'1.23455'", "1.2346", True),
        ("1.23455", "1.2346", True),
        ("7", "7.0000", False),
        ("0.1::double", "0.1000", False),
        ("0.1::double + 0.2::double", "0.3000", False),
        ("0.1::float", "0.1000", False),
        ("1::double / 3", "0.3333", True),
        ("2.00005::double", "2.0001", True),
        ("'{\"w\": 1.25}'::json -> 'w'", "1.2500", False),
        ("'{\"w\": \"1.25\"}'::json -> 'w'", "1.2500", False),
        ("''", None, False),
        ("'  '", None, False),
        ("null", None, False),
    ],
)
def test_a_number_arrives_as_a_decimal_and_says_when_it_lost_places(
    value: str, weight: str | None, is_rounded: bool
) -> None:
    typed = weigh(value)
    assert typed.rows["weight"].to_list() == [None if weight is None else Decimal(weight)]
    assert typed.rounded == ((("weight", 1),) if is_rounded else ())
    assert typed.rejected_count == 0


@pytest.mark.parametrize(
    "value",
    ["'1,234.5'", "'12 kg'", "'n/a'", "'0x10'", "'1_000'", "'nan'", "'nan'::double", "'inf'::double", "'1e20'", "1e14"],
)
def test_what_is_no_number_is_refused_with_its_value(value: str) -> None:
    typed = weigh(value)
    ((key, rule, column, shown),) = rejected(typed)
    assert (key, rule, column) == ("A", "must be a number below 10^14", "weight")
    assert str(shown) in value.replace("::double", "").strip("'") or value == "1e14"
    assert typed.rows.is_empty()


@pytest.mark.parametrize(
    ("value", "zone", "day"),
    [
        ("'2026-01-05'", "UTC", date(2026, 1, 5)),
        ("'2026-1-5'", "UTC", date(2026, 1, 5)),
        ("'2026-01-05 00:00:00'", "UTC", date(2026, 1, 5)),
        ("'2026-01-05T23:30:00.000'", "Pacific/Auckland", date(2026, 1, 5)),
        ("timestamp '2026-01-05 23:30:00'", "Pacific/Auckland", date(2026, 1, 5)),
        ("timestamp_ns '2026-01-05 23:30:00'", "Pacific/Auckland", date(2026, 1, 5)),
        ("'2026-01-05 23:30:00'::timestamp_ms", "UTC", date(2026, 1, 5)),
        ("'2026-01-05 23:30:00'::timestamp_s", "UTC", date(2026, 1, 5)),
        ("timestamptz '2026-01-05 23:30:00+00'", "UTC", date(2026, 1, 5)),
        ("timestamptz '2026-01-05 23:30:00+00'", "Pacific/Auckland", date(2026, 1, 6)),
    ],
)
def test_a_date_is_the_day_that_was_meant(value: str, zone: str, day: date) -> None:
    text = f"select 'USD' as currency_code, {value} as rate_date, 1 as currency_rate"
    assert type_select("currency_rates", text, zone).rows["rate_date"].to_list() == [day]


@pytest.mark.parametrize(
    "value",
    [
        "'05/01/2026'",
        "'2026-02-30'",
        "'2026-01-05T10:00:00Z'",
        "'2026-01-05 10:00:00+13:00'",
        "'infinity'",
        "date 'infinity'",
        "'45000'",
        "45000",
    ],
)
def test_what_is_no_day_or_leaves_the_day_open_is_refused(value: str) -> None:
    typed = type_select("currency_rates", f"select 'USD' as currency_code, {value} as rate_date, 1 as currency_rate")
    assert [row[1:3] for row in rejected(typed)] == [("must be a date: YYYY-MM-DD", "rate_date")]


@pytest.mark.parametrize(
    ("value", "flag"),
    [("true", True), ("'TRUE'", True), ("'no'", False), ("1", True), ("'0'", False), ("2", None), ("'maybe'", None)],
)
def test_yes_and_no_are_told_from_anything_else(value: str, flag: bool | None) -> None:
    typed = type_select("products", f"select 'A' as sku, {value} as is_stocked")
    assert typed.rows["is_stocked"].to_list() == ([] if flag is None else [flag])
    assert [row[1] for row in rejected(typed)] == (["must be true or false"] if flag is None else [])


def test_casts_that_look_at_plain_text_first_say_what_the_full_rule_says() -> None:
    """Whatever 5 characters of these make, each text cast both ways: as JSON it always takes the full rule."""
    characters = ["0", "7", "+", "-", ".", "e", "_", " ", "\t", "\u00a0", "x"]
    texts = pl.DataFrame({"c": characters})
    every = "select concat(a.c, b.c, d.c, e.c, f.c) as t from c a, c b, c d, c e, c f"
    with SourceConnection({"c": texts}, "UTC") as connection:
        for dtype in (pl.Decimal(18, 4), pl.String(), pl.Date()):
            quick, full = cast_to(dtype, "t", "VARCHAR"), cast_to(dtype, "j", "JSON")
            for select in (every, f"select '2026-' || t[:2] || '-' || t[3:4] as t from ({every})"):
                both = f"select t, to_json(t) as j from ({select})"
                sql = Sql(f"select t from ({both}) where {quick} is distinct from {full}", Place("a.yaml"), 1, (0,))
                with connection.select("products", sql) as selected:
                    assert selected.query("from selected_rows").is_empty()


def test_whether_text_lost_places_is_asked_quickly_and_answered_as_by_the_full_rule() -> None:
    """Whatever 5 characters of these make, with one place kept: as JSON it always takes the full rule."""
    texts = pl.DataFrame({"c": ["0", "7", "-", ".", "e", "E", "_", " ", "\u00a0", ""]})
    every = "select concat(a.c, b.c, d.c, e.c, f.c) as t from c a, c b, c d, c e, c f"
    dtype = pl.Decimal(18, 1)
    with SourceConnection({"c": texts}, "UTC") as connection:
        result = cast_to(dtype, "j", "JSON")
        quick, full = is_rounded(dtype, "t", "VARCHAR", result), is_rounded(dtype, "j", "JSON", result)
        both = f"select coalesce({quick}, false) as quick, coalesce({full}, false) as full_rule"
        text = f"{both} from (select t, to_json(t) as j from ({every}))"
        with connection.select("products", Sql(text, Place("a.yaml"), 1, (0,))) as selected:
            wrong, lost = "count(*) filter (where quick <> full_rule)", "count(*) filter (where full_rule)"
            wrong_count, lost_count = selected.query(f"select {wrong}, {lost} from selected_rows").row(0)
    assert (wrong_count, lost_count > 0) == (0, True)


def test_what_was_worked_out_counts_before_what_was_sent() -> None:
    """It is rounded as any decimal; what is refused shows what was sent, or what was worked out and is too large."""
    typed = type_select(
        "products",
        """
        select 'A' as sku, true as is_stocked, or_as_sent(1.23455, 'x') as weight
        union all select 'B', true, or_as_sent(null, ' 2.5 ') union all select 'C', true, or_as_sent(null, null)
        union all select 'D', true, null union all select 'E', true, or_as_sent(null, '12 kg')
        union all select 'F', true, or_as_sent(1e14::decimal(20, 4), 'x')
        """,
    )
    weights = {"A": Decimal("1.2346"), "B": Decimal("2.5000"), "C": None, "D": None}
    assert dict(typed.rows.select("sku", "weight").rows()) == weights
    rule = "must be a number below 10^14"
    assert rejected(typed) == [("E", rule, "weight", "12 kg"), ("F", rule, "weight", "100000000000000.00000")]
    assert typed.rounded == (("weight", 1),)


def test_a_value_or_what_was_sent_is_typed_as_the_text_of_both() -> None:
    """The same rows, refused ones and counts as of `coalesce(worked_out::varchar, sent)`, of a number and of a day."""
    sent = ["7", "-1", "1.23456", "1.234567", "", " ", "x", "1e3", "2026-09-30", "2026-09-31", None]
    texts = pl.DataFrame({"place": range(len(sent)), "sent": sent})
    number, day = "try_cast(c.sent as decimal(16, 5))", "try_cast(c.sent as date)"
    found = []
    for give in ("coalesce(({})::varchar, d.sent)", "or_as_sent({}, d.sent)"):
        text = f"""
            select concat(c.place, '/', d.place) as opening_id, 'TENT' as sku, 'Auckland' as location, 1 as unit_cost,
              {give.format(day)} as opening_date, {give.format(number)} as quantity
            from c, c as d
            """
        typed = type_select("opening_stock", text, c=texts)
        found.append((typed.rows.sort("opening_id"), sorted(map(str, rejected(typed))), typed.rounded))
    (rows, refused, rounded), (quick_rows, quick_refused, quick_rounded) = found
    assert_frame_equal(quick_rows, rows)
    assert (quick_refused, quick_rounded) == (refused, rounded)
    assert (rows.is_empty(), refused == [], rounded == ()) == (False, False, False)


@pytest.mark.parametrize(
    ("value", "sku"),
    [
        ("707", "707"),
        ("707.0::double", "707"),
        ("1.5::double", "1.5"),
        ("'{\"a\":\"X\"}'::json -> 'a'", "X"),
        ("' X'", " X"),
    ],
)
def test_a_code_is_text_whatever_it_was(value: str, sku: str) -> None:
    assert type_select("products", f"select {value} as sku, true as is_stocked").rows["sku"].to_list() == [sku]


def test_columns_that_are_left_out_are_null_and_named() -> None:
    typed = type_select("products", "select true as IS_STOCKED, 'A' as Sku")
    assert typed.rows.rows()[0][:4] == ("A", None, None, True)
    assert typed.null_columns[:4] == ("product_name", "category", "weight", "volume")
    assert check(SOURCE_TABLES["core.products"], typed.rows).height == 1


def test_each_broken_rule_of_a_row_is_listed_and_the_row_counts_once() -> None:
    lines = pl.DataFrame(
        {
            "id": ["1", "2", "3", None],
            "kind": ["receipt", "gift", "receipt", "receipt"],
            "quantity": ["5", "-1", "many", "1"],
            "sku": ["A", "B", None, "C"],
        }
    )
    typed = type_select(
        "receipt_lines",
        "select id as receipt_line_id, 'P' as purchase_id, 'P' as purchase_number, kind, sku, quantity,"
        " 'Main' as location from lines",
        lines=lines,
    )
    assert typed.rows["receipt_line_id"].to_list() == ["1"]
    assert rejected(typed) == [
        ("2", "must be one of receipt, purchase_return", "kind", "gift"),
        ("2", "must be 0 or more", "quantity", "-1"),
        ("3", "must be a number below 10^14", "quantity", "many"),
        ("3", "must not be empty", "sku", None),
        ("row 4", "must not be empty", "receipt_line_id", None),
    ]
    assert typed.rejected_count == 3


def test_of_rows_with_one_key_the_first_good_one_stays() -> None:
    lines = pl.DataFrame({"sku": ["A", "B", "A", "A", "C"], "stocked": ["what?", "yes", "yes", "no", "yes"]})
    typed = type_select("products", "select sku, stocked as is_stocked from lines", lines=lines)
    assert typed.rows.select("sku", "is_stocked").rows() == [("B", True), ("A", True), ("C", True)]
    assert rejected(typed) == [
        ("A", "must be true or false", "is_stocked", "what?"),
        ("A", "sku must be unique: an earlier row has the same", "sku", "A"),
    ]


def test_of_rows_with_one_key_and_no_order_the_same_one_stays_however_they_come() -> None:
    text = "select sku, name as product_name, stocked as is_stocked from lines"
    lines = pl.DataFrame({"sku": ["A", "B", "A", "A"], "name": ["Tent", "Pot", None, "Tent"],
                          "stocked": ["yes", "yes", "what?", "no"]})  # fmt: skip
    for ordered in (lines, lines.reverse()):
        typed = type_select("products", text, is_in_order=False, lines=ordered)
        assert sorted(typed.rows.select("sku", "product_name", "is_stocked").rows()) == [
            ("A", "Tent", False), ("B", "Pot", True),
        ]  # fmt: skip
        assert ("A", "sku must be unique: an earlier row has the same", "sku", "A") in rejected(typed)


def test_a_key_of_two_columns_is_unique_as_a_pair() -> None:
    lines = pl.DataFrame(
        {"c": ["USD", "USD", "EUR", "USD"], "d": ["2026-01-01", "2026-01-02", "2026-01-01", "2026-01-1"]}
    )
    text = "select c as currency_code, d as rate_date, 2 as currency_rate from lines"
    typed = type_select("currency_rates", text, lines=lines)
    assert typed.rows.height == 3
    rule = "currency_code and rate_date must be unique: an earlier row has the same"
    assert rejected(typed) == [("USD 2026-01-1", rule, None, "USD 2026-01-1")]


def test_columns_that_are_missing_or_unknown_are_listed_with_what_they_mean() -> None:
    table = core_table("core.opening_stock")
    found = find_column_problems(table, ["opening_id", "sku", "location", "qty", "Opening_Date"], Place("s.yaml", 7, 3))
    assert [str(problem) for problem in found] == [
        's.yaml:7:3: tables.opening_stock gives a column "qty", which core.opening_stock does not have\n'
        "    Write one of: opening_id, sku, location, opening_date, quantity, unit_cost, lot",
        "s.yaml:7:3: tables.opening_stock leaves out 2 of the columns that core.opening_stock needs\n"
        "    Add to the select:\n"
        "      quantity (decimal(18, 4)): Units on hand\n"
        "      unit_cost (decimal(18, 6)): Base currency for one unit",
    ]


@pytest.mark.parametrize("name", SOURCE_TABLES)
def test_every_column_and_rule_of_every_core_table_can_be_asked_for(name: str) -> None:
    table = core_table(name)
    nulls = ", ".join(f"null as {column}" for column in table.column_names)
    typed = type_select(name.removeprefix("core."), f"select {nulls} where false")
    assert_frame_equal(typed.rows, check(SOURCE_TABLES[name], typed.rows))
    assert table.keys


def test_rows_keep_the_order_of_the_select() -> None:
    typed = type_select("products", "select i as sku, true as is_stocked from range(5000) r(i) order by i desc")
    numbers = [int(sku) for sku in typed.rows["sku"]]
    assert all(later == earlier - 1 for earlier, later in pairwise(numbers))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), min_size=1, max_size=30))
def test_a_float_is_rounded_from_its_shortest_text(numbers: list[float]) -> None:
    typed = type_select(
        "adjustment_lines",
        "select rowid as adjustment_line_id, 1 as adjustment_id, 1 as adjustment_number, date '2026-01-01' as"
        " adjustment_date, 'A' as sku, 'Main' as location, x as quantity from numbers",
        numbers=pl.DataFrame({"x": numbers}),
    )
    step = Decimal("0.0001")
    expected = [Decimal(repr(number)).quantize(step, ROUND_HALF_UP) for number in numbers]
    assert typed.rows["quantity"].to_list() == expected
