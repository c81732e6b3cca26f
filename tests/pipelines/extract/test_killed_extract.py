"""An extract that is killed goes on at its page, and leaves the tables of an undisturbed one, byte for byte."""

import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.sandbox.cin7 import running_sandbox
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from schemas.tables import SOURCE_TABLES
from tests.chaos import killed_extract

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "data" / "sample"
STAMPS = ("_run_id", "_loaded_at", "_version")


def tables(settings: Settings) -> dict[str, pl.DataFrame]:
    """Raw tables but for run, moment and order of arrival, core tables, and what the next extract starts from."""
    with open_warehouse(settings, publishes=False) as warehouse:
        names = warehouse.query("select table_name from duckdb_tables() where schema_name = 'raw' order by all")
        found = {
            name: warehouse.query(f"from raw.{name}").drop(STAMPS, strict=False).sort(pl.all())
            for name in names["table_name"]
            if name != "rejected_rows"
        }
        found |= {name: warehouse.read(name) for name in SOURCE_TABLES}
        found["marks"] = warehouse.read("control.watermarks").drop("run_id").sort(pl.all())
        assert warehouse.read("control.extract_reads").is_empty()
        assert warehouse.read("control.extract_keys").is_empty()
    return found


def count(warehouse: Warehouse, table: str) -> int:
    """Rows of a table."""
    return int(warehouse.query(f"select count(*) from {table}").item())


def kill_at(step: str, count: int, url: str, home: Path, source: Path) -> int:
    """Exit code of an extract in a process of its own."""
    module = "tests.chaos.killed_extract"
    command = [sys.executable, "-m", module, step, str(count), url, str(home), str(source), str(SAMPLE)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode


@pytest.mark.thorough
def test_a_killed_extract_goes_on_and_leaves_the_same_tables(tmp_path: Path) -> None:
    source = ROOT / "mappings" / "sources" / "omni.yaml"
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    log = tmp_path / "log.jsonl"
    whole.mkdir()
    killed.mkdir()
    with running_sandbox(SAMPLE, log) as url:
        undisturbed = killed_extract.settings_of(url, whole, SAMPLE)
        killed_extract.extract(undisturbed, source)
        calls = len(log.read_text().splitlines())
        assert kill_at("commit", 11, url, killed, source) == -signal.SIGKILL
        until_killed = len(log.read_text().splitlines())
        resumed = killed_extract.settings_of(url, killed, SAMPLE)
        with open_warehouse(resumed, publishes=False) as warehouse:
            half_read = warehouse.read("control.extract_reads")
            landed = [name for name in half_read["input_name"] if count(warehouse, f"raw.omni_{name}")]
            assert landed
            assert not any(count(warehouse, f"raw.omni_{name}_current") for name in landed)  # nobody sees half of it
        killed_extract.extract(resumed, source)
    committed = half_read["page_count"].sum()
    assert committed
    assert len(log.read_text().splitlines()) - until_killed <= calls - committed  # that is not asked again
    expected, found = tables(undisturbed), tables(resumed)
    assert expected.keys() == found.keys()
    for name, frame in expected.items():
        assert frame.equals(found[name]), name
