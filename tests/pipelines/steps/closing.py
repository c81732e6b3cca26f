"""What the tests of closes share: the sample's mappings from June 2026 on, a policy of choice, documents."""

import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from mappings.kinds import PlacedText
from mappings.reader import Mappings, read_mappings
from mappings.vocabulary import CloseMethod
from pipelines.settings import Settings, load_settings
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.policies import CloseLateCost, Pool
from schemas.tables import SOURCE_TABLES
from tests.sample_company import ROOT
from tests.transforms.builders import Row, table

Method = CloseMethod


def company_settings(home: Path) -> Settings:
    """A company of its own in a folder; its first month is June 2026."""
    shutil.copytree(ROOT / "mappings", home / "mappings", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = home / "mappings/close.yaml"
    text = file.read_text(encoding="utf-8").replace("first_period: 2026-09", "first_period: 2026-06")
    file.write_text(text, encoding="utf-8")
    return load_settings(home=home, warehouse=home / "warehouse.duckdb", mappings=home / "mappings")


@cache
def _mappings(folder: Path) -> Mappings:
    """The company's mappings, which no test changes."""
    return read_mappings(folder)


def close_of(
    settings: Settings,
    period: date,
    cut_off: date,
    method: Method = "fifo",
    pool: Pool = "sku",
    late_cost: CloseLateCost = "catch_up",
    threshold: str = "0.00",
) -> CloseContext:
    """A close under another costing policy than the file has."""
    mappings = _mappings(settings.mappings)
    whole = mappings.close
    costing = replace(
        whole.close.costing,
        method=method,
        pool=pool,
        late_cost=late_cost,
        late_cost_threshold=PlacedText(threshold),
    )
    file = replace(whole, close=replace(whole.close, costing=costing))
    return CloseContext(settings, replace(mappings, close=file), period, cut_off)


def fill(warehouse: Warehouse, name: str, *rows: Row) -> None:
    """The rows, and no others, as the core table of a name."""
    warehouse.replace(f"core.{name}", table(SOURCE_TABLES[f"core.{name}"], *rows))
