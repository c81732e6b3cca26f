"""Pages are committed beside the reading: what a commit cannot write stops it, and nothing of it stays."""

from threading import Event, current_thread, main_thread

import polars as pl
import pytest

from pipelines.extract.api import reading_together
from pipelines.extract.api.batches import Batch
from pipelines.extract.api.raw_versions import RawVersions, Stamp
from pipelines.warehouse import Warehouse
from pipelines.warehouse.tables import WarehouseFailure
from tests.pipelines.extract.api.followed_company import Company, order

ORDERS = 23
"""Five pages of five."""


@pytest.fixture
def company(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr(reading_together, "COMMIT_ROWS", 1)
    found = Company(warehouse)
    found.put(*(order(number) for number in range(1, ORDERS + 1)))
    return found


def test_a_commit_that_fails_stops_the_reading_and_the_next_run_ends_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = RawVersions.append
    written: list[int] = []

    def fail_at_last(table: RawVersions, received: pl.DataFrame, stamp: Stamp) -> None:
        append(table, received, stamp)
        written.append(received.height)
        if len(written) == 2:
            raise WarehouseFailure("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(RawVersions, "append", fail_at_last)
        with pytest.raises(WarehouseFailure, match="the disk is full"):
            company.read()
    assert [row[4] for row in company.versions()] == list(range(1, written[0] + 1))
    assert company.current() == {}, "nobody sees half a table"
    assert company.read().row_count == ORDERS
    assert sorted(company.current()) == list(range(1, ORDERS + 1))


def test_the_reading_goes_on_while_a_commit_is_written(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    write, asked_on = Batch.commit, Event()
    page = company.api.page

    def ask(*given: object) -> object:
        if company.api.asked:
            asked_on.set()  # a second call
        return page(*given)  # type: ignore[arg-type]

    def commit(batch: Batch) -> None:
        if batch.rows and not written:
            assert current_thread() is not main_thread()
            assert asked_on.wait(30), "the next page is asked for before this one is written"
        written.append(len(batch.rows))
        write(batch)

    written: list[int] = []
    monkeypatch.setattr(company.api, "page", ask)
    monkeypatch.setattr(Batch, "commit", commit)
    assert company.read().row_count == ORDERS
    assert len(written) > 1
