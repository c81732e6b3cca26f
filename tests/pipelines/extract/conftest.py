"""A folder with files, a source YAML and a warehouse, for one test."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from textwrap import dedent

import pytest

from pipelines.extract import ExtractReport, Source, extract_source, read_source
from pipelines.extract.api.shapes import Api
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.extract.shops import Extract, WriteSource


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a home of its own; its data folder is there."""
    (tmp_path / "data").mkdir()
    return load_settings(home=tmp_path, threads=2)


@pytest.fixture
def data(settings: Settings) -> Path:
    """The folder that inputs are read from."""
    return settings.data_dir


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse without rows; migrating one takes longer than most tests, so they copy it."""
    settings = load_settings(home=tmp_path_factory.mktemp("empty"), threads=2)
    with open_warehouse(settings, publishes=False):
        pass
    return settings.warehouse


@pytest.fixture
def warehouse(settings: Settings, empty_warehouse: Path) -> Iterator[Warehouse]:
    """An empty warehouse of its own."""
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    copyfile(empty_warehouse, settings.warehouse)
    with open_warehouse(settings, publishes=False) as opened:
        yield opened


@pytest.fixture
def write_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteSource:
    """Write and read shop.yaml; messages name it without its folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> Source:
        path = tmp_path / "shop.yaml"
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return read_source(path)

    return write


@pytest.fixture
def extract(settings: Settings, warehouse: Warehouse, write_source: WriteSource) -> Extract:
    """Extract a source that is given as YAML."""

    def run(text: str, **apis: Api) -> ExtractReport:
        return extract_source(write_source(text), settings, warehouse, apis)

    return run
