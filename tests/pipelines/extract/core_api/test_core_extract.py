"""Core extracted over real HTTP: the same tables however often a run is cut off, in whatever casing the fields come."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import Incomplete
from pipelines.extract import extract_source, read_source
from pipelines.extract.core_api import connect_core
from pipelines.sandbox.cin7 import Fault, running_sandbox
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import open_warehouse

ROOT = Path(__file__).parents[4]
SOURCE = read_source(ROOT / "mappings" / "sources" / "core.yaml")
TABLES = (
    "sale_lines",
    "receipt_lines",
    "bill_lines",
    "charges",
    "adjustment_lines",
    "production_lines",
    "source_postings",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few documents of the sample."""
    folder = tmp_path_factory.mktemp("core-sample")
    shutil.copytree(ROOT / "data" / "sample" / "core", folder / "core")
    for name, most in (("sale", 15), ("advanced-purchase", 4), ("transactions", 40), ("stockTransfer", 3)):
        file = folder / "core" / f"{name}.json"
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))[:most]), encoding="utf-8")
    return folder


def settings_for(home: Path, url: str) -> Settings:
    home.mkdir(exist_ok=True)
    return load_settings(
        home=home,
        data=ROOT / "data/sample/files",
        core_url=url,
        core_account_id="sandbox",
        core_key="sandbox",
        threads=1,
    )


def extracted(home: Path, folder: Path, faults: Sequence[Fault] = ()) -> tuple[dict[str, pl.DataFrame], int]:
    """The core tables, and how many runs it took."""
    runs = 0
    with running_sandbox(folder, faults=faults) as url:
        settings = settings_for(home, url)
        while True:
            runs += 1
            with open_warehouse(settings, publishes=False) as warehouse, connect_core(settings, backoff=0) as core:
                try:
                    extract_source(SOURCE, settings, warehouse, {"core": core})
                except Incomplete:
                    continue
                tables = {name: warehouse.read(f"core.{name}") for name in TABLES}
            return {name: frame.sort(frame.columns[0]) for name, frame in tables.items()}, runs


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    tables, runs = extracted(tmp_path_factory.mktemp("undisturbed"), folder)
    assert runs == 1
    assert all(frame.height for frame in tables.values())
    return tables


@pytest.mark.thorough
def test_a_run_that_is_cut_off_again_and_again_ends_at_the_same_tables(
    undisturbed: dict[str, pl.DataFrame], folder: Path, tmp_path: Path
) -> None:
    tables, runs = extracted(tmp_path / "cut", folder, [Fault("html", every=23, times=2)])
    assert runs == 3
    assert all(frame.equals(undisturbed[name]) for name, frame in tables.items())


def test_refusals_and_other_casing_change_nothing(
    undisturbed: dict[str, pl.DataFrame], folder: Path, tmp_path: Path
) -> None:
    faults = [Fault("casing", every=2), Fault("silent_rate_limit", every=9), Fault("unavailable", every=13)]
    tables, runs = extracted(tmp_path / "odd", folder, faults)
    assert runs == 1
    different = [name for name, frame in tables.items() if not frame.equals(undisturbed[name])]
    assert different in ([], ["source_postings"])  # numbered by their content


def test_an_account_without_a_module_is_extracted_without_it_and_the_report_says_so_section_2_1(
    folder: Path, tmp_path: Path
) -> None:
    """cin7.md section 2.1: a wrong path is HTTP 200 with a page; section 2.2: production paths were pages live."""
    with running_sandbox(folder, faults=[Fault("html", path="disassembly")]) as url:
        settings = settings_for(tmp_path, url)
        with open_warehouse(settings, publishes=False) as warehouse, connect_core(settings, backoff=0) as core:
            report = extract_source(SOURCE, settings, warehouse, {"core": core})
    (said,) = [one for one in report.assumptions if one.startswith("input ")]
    assert said.startswith("input disassembly_list is not read: GET http://127.0.0.1")
    assert "answered with a web page (HTTP 200)" in said
    assert report.table("core.production_lines").row_count
