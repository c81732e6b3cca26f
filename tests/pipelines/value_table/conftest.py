"""A folder in which tests write tables of moves and run `tieout cost` on them."""

from pathlib import Path

import pytest

from tests.pipelines.value_table.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty folder."""
    return Desk(tmp_path)
