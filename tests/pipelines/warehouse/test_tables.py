"""Reading and writing tables of an open warehouse."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published, open_warehouse
from schemas.checking import SchemaViolation
from schemas.documents import CurrencyRates

RATES = {name: column.dtype.type for name, column in CurrencyRates.to_schema().columns.items()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def _rates(*rows: tuple[str, date, str]) -> pl.DataFrame:
    return pl.DataFrame([(code, day, Decimal(rate)) for code, day, rate in rows], schema=RATES, orient="row")


JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)


def test_rows_come_back_as_they_went_in(settings: Settings) -> None:
    rows = _rates(("EUR", JANUARY, "1.08123456"), ("NZD", JANUARY, "0.5"))

    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", rows.select("currency_rate", "currency_code", "rate_date"))
        found = warehouse.read("core.currency_rates")

    assert found.equals(rows)
    assert found.schema == rows.schema


def test_read_takes_a_condition_with_parameters(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1"), ("NZD", JANUARY, "0.5")))

        found = warehouse.read("core.currency_rates", "currency_code = ? and rate_date <= ?", ["NZD", FEBRUARY])

    assert found["currency_code"].to_list() == ["NZD"]


def test_replace_puts_new_rows_in_the_place_of_those_of_the_condition(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1"), ("EUR", FEBRUARY, "1.2")))
        warehouse.replace("core.currency_rates", _rates(("EUR", FEBRUARY, "1.3")), "rate_date = ?", [FEBRUARY])
        found = warehouse.read("core.currency_rates")

    assert found.equals(_rates(("EUR", JANUARY, "1.1"), ("EUR", FEBRUARY, "1.3")))


def test_replace_with_no_rows_empties_the_table(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))
        warehouse.replace("core.currency_rates", _rates())

        assert warehouse.read("core.currency_rates").is_empty()


def test_rows_that_break_the_model_leave_the_table_as_it_was(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))
        with pytest.raises(SchemaViolation, match="CurrencyRates"):
            warehouse.replace("core.currency_rates", _rates(("EUR", JANUARY, "-1")))

        assert warehouse.read("core.currency_rates").equals(_rates(("EUR", JANUARY, "1.1")))


def test_a_transaction_is_all_or_nothing_with_those_inside_it(settings: Settings) -> None:
    def append_twice_and_fail(warehouse: Warehouse) -> None:
        with warehouse.transaction():
            warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))
            with warehouse.transaction():
                warehouse.append("core.currency_rates", _rates(("EUR", FEBRUARY, "1.2")))
            raise ZeroDivisionError

    with open_warehouse(settings) as warehouse:
        with pytest.raises(ZeroDivisionError):
            append_twice_and_fail(warehouse)
        assert warehouse.read("core.currency_rates").is_empty()

        warehouse.append("core.currency_rates", _rates(("NZD", JANUARY, "0.5")))

    with open_published(settings) as published:
        assert published.read("core.currency_rates").equals(_rates(("NZD", JANUARY, "0.5")))


def test_a_statement_that_fails_inside_a_transaction_undoes_it(settings: Settings) -> None:
    def append_and_fail(warehouse: Warehouse) -> None:
        with warehouse.transaction():
            warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))
            warehouse.execute("delete from no_such_table")

    with open_warehouse(settings) as warehouse:
        with pytest.raises(Exception, match="no_such_table"):
            append_and_fail(warehouse)

        assert warehouse.read("core.currency_rates").is_empty()


def test_instants_are_utc(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        applied = warehouse.read("control.schema_version")["applied_at"]

    assert applied.dtype == pl.Datetime("us", "UTC")
    assert abs((datetime.now(UTC) - applied[0]).total_seconds()) < 60


def test_a_table_without_a_model_takes_any_rows(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.execute("create table raw.shop_orders (order_id varchar, row_text varchar)")
        warehouse.append("raw.shop_orders", pl.DataFrame({"row_text": ["{}"], "order_id": ["1"]}))

        assert warehouse.read("raw.shop_orders").rows() == [("1", "{}")]


@pytest.mark.parametrize("name", ["bookings", "close.bookings; drop table x", 'close."b"'])
def test_only_a_plain_name_with_its_schema_is_a_table(settings: Settings, name: str) -> None:
    with open_warehouse(settings) as warehouse, pytest.raises(ValueError, match="not the name of a table"):
        warehouse.read(name)


def test_sql_sees_no_python_variables(settings: Settings) -> None:
    local_rows = pl.DataFrame({"a": [1]})

    with open_warehouse(settings) as warehouse, pytest.raises(Exception, match="local_rows"):
        warehouse.query("select * from local_rows")

    assert local_rows.height == 1


def test_threads_and_memory_of_the_settings_hold(tmp_path: Path) -> None:
    limits = "select current_setting('threads') as threads, current_setting('memory_limit') as memory"

    with open_warehouse(Settings(home=tmp_path, threads=1, memory="512MiB")) as warehouse:
        assert warehouse.query(limits).rows() == [(1, "512.0 MiB")]


def test_the_published_copy_cannot_be_written(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    with open_published(settings) as published, pytest.raises(Exception, match="read-only"):
        published.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))


def test_a_warehouse_opened_with_unread_results_closes_quietly(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.execute("select * from range(1000000)")
        warehouse.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))

        assert warehouse.query("select count(*) as n from core.currency_rates").item() == 1


def test_settings_are_values_not_globals(tmp_path: Path) -> None:
    one, two = (Settings(home=tmp_path, warehouse=tmp_path / f"{name}.duckdb") for name in ("one", "two"))

    with open_warehouse(one) as first, open_warehouse(two) as second:
        assert isinstance(first, Warehouse)
        first.append("core.currency_rates", _rates(("EUR", JANUARY, "1.1")))

        assert second.read("core.currency_rates").is_empty()
