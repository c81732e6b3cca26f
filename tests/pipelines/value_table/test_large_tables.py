"""A table that is too large for one go gives the same results, valued in parts."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.value_table import parts
from tests.benchmarks.ledgers import Shape, write_ledger
from tests.pipelines.value_table.desk import FILES, Desk


@pytest.mark.parametrize(("shape", "pool"), [("plain", "sku"), ("linked", "sku_location")])
def test_large_tables_are_valued_as_small_ones_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, shape: Shape, pool: str
) -> None:
    table = Path(desk.folder / "moves.parquet")
    write_ledger(table, 5_000, shape)
    assert desk.cost(table, "--pool", pool, out="whole").exit_code == 0
    monkeypatch.setattr(parts, "LARGE", 1_000)
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 700)
    outcome = desk.cost(table, "--pool", pool, out="cut")
    assert outcome.exit_code == 0, outcome.message
    for name in FILES:
        assert desk.result(name, "cut").equals(desk.result(name, "whole"))


def test_the_same_size_and_shape_are_the_same_table(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_ledger(tmp_path / name, 3_000, "linked")
    one, two = (pl.read_parquet(tmp_path / name) for name in ("one", "two"))
    assert one.equals(two)
    assert one["kind"].n_unique() == 6
