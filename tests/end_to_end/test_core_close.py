"""A month closed from Cin7 Core: the same steps as from Omni, and the same figures where both carry the same facts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published
from tests.made_once import MakeOnce
from tests.sample_company import SEPTEMBER, Company, Outcome, copy_what_it_needs, running_company

SERVICE_ORDER = "SO-1113"
"""Core booked no cost for it: the sample's lost entry (cin7.md section 4, pain 18)."""


@pytest.fixture(scope="module")
def core_home(made_once: MakeOnce) -> Path:
    """The sample company on Cin7 Core before its first close."""

    def make(home: Path) -> None:
        copy_what_it_needs(home)
        settings = home / "mappings/close.yaml"
        text = settings.read_text(encoding="utf-8")
        assert text.count("source: omni") == 1
        settings.write_text(text.replace("source: omni", "source: core"), encoding="utf-8")

    return made_once("core-company", make)


@pytest.fixture(scope="module")
def closed_from_core(core_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, Outcome]]:
    """The company after September, and what the close said."""
    home = tmp_path_factory.mktemp("core") / "home"
    shutil.copytree(core_home, home)
    with running_company(home) as company:
        yield company, company.tieout("close", SEPTEMBER)


def figures(settings: Settings) -> list[tuple[object, ...]]:
    """The roll-forward by SKU, and COGS.

    Which order of a day takes the older units follows the ids of the lines, and those are Core's own: COGS is compared
    for the month and not by branch and channel.
    """
    with open_published(settings) as warehouse:
        return _figures(warehouse)


def _figures(warehouse: Warehouse) -> list[tuple[object, ...]]:
    rolled = warehouse.query(
        "select sku, closing_quantity, closing_value, receipts_value, landed_cost_value, sales_value, returns_value,"
        " adjustments_value, production_value from close.roll_forward where period = date '2026-09-01' order by sku"
    )
    cogs = warehouse.query(
        "select sum(line_amount) from close.journal_lines join close.journals using (period, journal_key)"
        " where period = date '2026-09-01' and journal_kind = 'cogs' and line_amount > 0"
    )
    return [*rolled.rows(), *cogs.rows()]


def test_a_month_closes_from_core_and_ties_out(closed_from_core: tuple[Company, Outcome]) -> None:
    _, outcome = closed_from_core
    assert outcome.exit_code == 0, outcome.message
    assert "It ties out." in outcome.out


def test_core_and_omni_give_the_same_figures_of_the_same_company(
    closed_from_core: tuple[Company, Outcome], closed_settings: Settings
) -> None:
    company, _ = closed_from_core
    assert figures(company.settings) == figures(closed_settings)


def test_what_core_booked_by_itself_differs_by_document_only_where_it_should(
    closed_from_core: tuple[Company, Outcome],
) -> None:
    company, outcome = closed_from_core
    found = company.query("from close.posting_differences where period = date '2026-09-01' order by document_number")
    causes = {row["document_number"]: row["cause"] for row in found.to_dicts()}
    assert causes[SERVICE_ORDER] == "not_posted"
    assert {number for number, cause in causes.items() if cause == "not_posted"} == {SERVICE_ORDER}
    assert "only_posted" not in causes.values()
    assert all(number.startswith("PO-") for number, cause in causes.items() if cause == "billed_not_received")
    assert f"{SERVICE_ORDER}    sale       the source booked nothing in the month" in outcome.out


def test_what_the_source_assumes_is_printed(closed_from_core: tuple[Company, Outcome]) -> None:
    company, _ = closed_from_core
    said = company.tieout("extract")
    assert said.exit_code == 0, said.message
    assert "stock_date is shipment: goods leave stock on the latest shipment date" in " ".join(said.out.split())
