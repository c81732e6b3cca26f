"""Copies of the warehouse file: the published one for readers, and backups."""

import contextlib
import logging
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from pipelines.warehouse.places import backup_folder, read_copy

logger = logging.getLogger(__name__)

TRIES = 20
PAUSE = 0.1


def is_published(warehouse: Path) -> bool:
    """Whether the published copy is as new as the file."""
    copy = read_copy(warehouse)
    return copy.exists() and copy.stat().st_mtime_ns >= warehouse.stat().st_mtime_ns


def publish(warehouse: Path) -> None:
    """Copy a closed warehouse and put the copy in the place of the published one, in one step for its readers.

    Windows does not replace a file that somebody has open: after two seconds the old copy stays, with a warning, and
    the next writing session publishes.
    """
    copy = read_copy(warehouse)
    fresh = copy.with_name(f"{copy.name}.new")
    _copy_durably(warehouse, fresh)
    for _ in range(TRIES):
        with contextlib.suppress(PermissionError):
            fresh.replace(copy)
            return
        time.sleep(PAUSE)
    fresh.unlink(missing_ok=True)
    logger.warning("The published copy %s is open elsewhere and stays as it was; the next run publishes again.", copy)


def published_at(warehouse: Path) -> datetime:
    """When the published copy was made."""
    return datetime.fromtimestamp(read_copy(warehouse).stat().st_mtime, UTC)


def back_up(warehouse: Path, label: str) -> Path:
    """Copy a closed warehouse into the folder of backups, under a name with the moment and a label.

    Returns:
        The backup, complete: a copy that was cut short never has that name.
    """
    folder = backup_folder(warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    target = folder / f"{warehouse.stem}-{moment}-{label}{warehouse.suffix}"
    fresh = target.with_name(f"{target.name}.new")
    _copy_durably(warehouse, fresh)
    fresh.replace(target)
    return target


def _copy_durably(source: Path, target: Path) -> None:
    """Copy bytes and wait until the disk has them."""
    shutil.copyfile(source, target)
    with target.open("rb+") as handle:
        os.fsync(handle.fileno())
