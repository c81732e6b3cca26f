"""Cost of goods sold and closing stock of every product and month, against what two other programs computed.

There is no difference at all, so no half cent that might have gone the other way has to be listed.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import load_settings
from pipelines.steps.context import open_close
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse, open_warehouse
from tests.adventureworks.closed_months import LAST, MAPPINGS, ClosedMonths
from tests.adventureworks.truth import cumulative_truth, find_differences

MONTHS_OF_PRODUCTS = {"purchased": 819, "made": 7328}
"""Rows of the truth up to the last closed month: a product from its first movement on."""


@pytest.fixture(scope="module")
def copy(months: ClosedMonths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The warehouse after the last close, to value again by other policies; nothing of that is kept."""
    file = tmp_path_factory.mktemp("methods") / "warehouse.duckdb"
    shutil.copy(months.settings.warehouse, file)
    with open_warehouse(load_settings(home=file.parent, warehouse=file), publishes=False) as warehouse:
        yield warehouse


@pytest.mark.parametrize(("scope", "basis"), [("purchased", "landed"), ("made", "standard")])
def test_what_the_closed_months_booked_is_the_truth(months: ClosedMonths, scope: str, basis: str) -> None:
    booked = months.query(
        "select sku, period as month, sum(recognised_amount) as sold"
        " from close.bookings where kind = 'sale' group by 1, 2"
    )
    closing = months.query(
        "select sku, period as month, sum(closing_value) as closing_cents from close.roll_forward group by all"
    )
    ours = (
        cumulative_truth(scope, basis, "fifo")
        .select("sku", "month")
        .join(booked, on=["sku", "month"], how="left", validate="1:1")
        .sort("sku", "month")
        .with_columns(pl.col("sold").fill_null(0).cum_sum().over("sku").alias("sold_cents"))
        .join(closing, on=["sku", "month"], how="left", validate="1:1")
        .select("sku", "month", "sold_cents", "closing_cents")
    )
    assert ours.height == MONTHS_OF_PRODUCTS[scope]
    assert find_differences(ours, scope, basis, "fifo").rows() == []


@pytest.mark.parametrize("method", ["fifo", "moving_average", "periodic_average"])
@pytest.mark.parametrize("basis", ["po_price", "landed"] if os.environ.get("CHAOS") == "all" else ["landed"])
def test_every_method_and_basis_gives_the_truth(
    copy: Warehouse, months: ClosedMonths, tmp_path: Path, method: str, basis: str
) -> None:
    with copy.scratch():
        if basis == "po_price":
            copy.execute("delete from core.charges")
        ours = _value(copy, months, tmp_path, method)
    named = {"fifo": "fifo", "moving_average": "wac_moving", "periodic_average": "wac_periodic"}[method]
    for scope, its_basis in (("purchased", basis), ("made", "standard")):
        assert cumulative_truth(scope, its_basis, named).height == MONTHS_OF_PRODUCTS[scope]
        assert find_differences(ours, scope, its_basis, named).rows() == []


def _value(warehouse: Warehouse, months: ClosedMonths, folder: Path, method: str) -> pl.DataFrame:
    """Cumulative cents of every product at the end of every month, valued at the last cut-off by another method."""
    shutil.copytree(MAPPINGS, folder / "mappings")
    policy = folder / "mappings/close.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("method: fifo", f"method: {method}"), encoding="utf-8")
    settings = months.settings.model_copy(update={"mappings": folder / "mappings"})
    value_stock(open_close(settings, LAST), warehouse, rebuild=True)
    changes = (
        warehouse.read("close.valued_moves")
        .group_by("sku", pl.col("moved_on").dt.truncate("1mo").alias("month"))
        .agg(pl.col("cogs_amount").sum().alias("sold"), pl.col("cost_amount").sum().alias("changed"))
    )
    every_month = pl.DataFrame({"month": pl.date_range(pl.date(2011, 1, 1), LAST, "1mo", eager=True)})
    return (
        changes.select("sku")
        .unique()
        .join(every_month, how="cross")
        .join(changes, on=["sku", "month"], how="left", validate="1:1")
        .sort("sku", "month")
        .select(
            "sku",
            "month",
            pl.col("sold").fill_null(0).cum_sum().over("sku").alias("sold_cents"),
            pl.col("changed").fill_null(0).cum_sum().over("sku").alias("closing_cents"),
        )
    )
