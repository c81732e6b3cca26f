"""The files beside a warehouse, named in one place."""

from pathlib import Path


def lock_file(warehouse: Path) -> Path:
    """The file that is locked while a process writes."""
    return warehouse.with_name(f"{warehouse.name}.lock")


def holder_file(warehouse: Path) -> Path:
    """Who has the lock, for the message that others get."""
    return warehouse.with_name(f"{warehouse.name}.holder.json")


def read_copy(warehouse: Path) -> Path:
    """The published copy that readers open."""
    return warehouse.with_name(f"{warehouse.stem}.read{warehouse.suffix}")


def backup_folder(warehouse: Path) -> Path:
    """Where backups go."""
    return warehouse.with_name("backups")
