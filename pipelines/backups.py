"""Copies the warehouse to a file that nobody writes to."""

from pathlib import Path

from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse
from pipelines.warehouse.copies import back_up
from pipelines.warehouse.lock import hold
from pipelines.warehouse.opening import WAIT


def backup(settings: Settings, wait: float = WAIT) -> Path:
    """Copy the warehouse into the folder `backups` beside it, while no other process writes.

    The file is opened first: what a killed process had committed gets into the copy, and a damaged file is found now.

    Args:
        settings: says which warehouse.
        wait: seconds to wait for another process.

    Returns:
        The backup; to go back, put it in the warehouse's place.

    Raises:
        DataProblem: when there is no warehouse yet, or it cannot be opened (exit 3).
        Incomplete: when another process has it (exit 7).
    """
    file = settings.warehouse
    if not file.exists():
        raise DataProblem(f"There is no warehouse to back up: {file} does not exist.")
    with open_warehouse(settings, wait, publishes=False):
        pass
    with hold(file, wait):
        return back_up(file, "backup")
