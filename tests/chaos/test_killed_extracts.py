"""Extracts of both servers, killed again and again at random steps: the same tables as of an undisturbed one."""

import os
import random
import signal
from pathlib import Path

import pytest

from pipelines.sandbox.cin7 import running_sandbox
from tests.chaos import killed_extract
from tests.pipelines.extract.test_killed_extract import ROOT, SAMPLE, kill_at, tables

pytestmark = pytest.mark.skipif(os.environ.get("CHAOS") != "all", reason="takes a quarter of an hour: make chaos")

STEPS = {"answer": 12, "commit": 12, "committed": 12, "complete": 6}
KILLS = 5
SEEDS = 20


@pytest.mark.parametrize("source_name", ["omni", "core"])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_however_often_it_is_killed_the_tables_are_the_same(tmp_path: Path, source_name: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test
    source = ROOT / "mappings" / "sources" / f"{source_name}.yaml"
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    with running_sandbox(SAMPLE) as url:
        undisturbed = killed_extract.settings_of(url, whole, SAMPLE)
        killed_extract.extract(undisturbed, source)
        deaths = 0
        for _ in range(KILLS):
            step = chance.choice(list(STEPS))
            code = kill_at(step, chance.randint(1, STEPS[step]), url, killed, source)
            assert code in (0, -signal.SIGKILL)
            deaths += code != 0
        assert deaths
        resumed = killed_extract.settings_of(url, killed, SAMPLE)
        killed_extract.extract(resumed, source)
    expected, found = tables(undisturbed), tables(resumed)
    assert expected.keys() == found.keys()
    for name, frame in expected.items():
        assert frame.equals(found[name]), name
