"""Writes a folder of results at once: a reader sees the old files or the new ones, never some of each.

Everything is written into a hidden folder beside the target first. A target that holds nothing else is exchanged for it
in one step, where the file system can do that. Where other files live beside the results, or it cannot, the old results
are taken away before the new ones move in: killed in that moment, the folder lacks results and does not look whole.
"""

import ctypes
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.errors import Incomplete, UsageProblem

ABANDONED = 24 * 3600
"""Seconds after which a hidden folder that nobody finished is removed by the next run."""

COMPRESSION: Literal["snappy"] = "snappy"
"""Every reader of Parquet knows it, and writing takes a quarter less time than with better ones."""

DISK_SIGNS = ("(os error ", "zip node received non-equal length inputs")
"""What Polars says when the disk refuses a write: the system's error, or, where the writer broke off first, that one of
two tables laid side by side ended before the other."""

AT_CURRENT_FOLDER, EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux's renameat2."""


@contextmanager
def replaced_together(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """Give a folder to write results into, and put all of them into place when the block ends without an error.

    Args:
        folder: where the results belong; it may exist, with older results and with other files.
        names: the files that the block writes.

    Raises:
        UsageProblem: the folder is a file, or nobody may write there.
        Incomplete: the disk failed or is full; what was there is still there.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 resolve() would leave a link for what it points to
    prefix = f".{folder.name}.unfinished-"
    if folder.exists() and not folder.is_dir():
        raise UsageProblem(f"{folder} is a file: --out wants a folder.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder.parent, prefix)
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    except OSError as error:
        raise UsageProblem(f"Nobody may write beside {folder}: {error.strerror}.") from None
    try:
        yield made
        made.chmod(0o777 & ~_umask())
        _put_into_place(made, folder, names)
    except OSError as error:
        raise Incomplete(
            f"{folder} was not written: {error.strerror or error}. What was there is still there."
        ) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_parquet(rows: pl.LazyFrame, path: Path) -> None:
    """Write a table.

    Raises:
        OSError: the disk failed or is full; Polars has other words for that, and not the same each time. Any other
            error of Polars is raised as it is.
    """
    try:
        rows.sink_parquet(path, compression=COMPRESSION)
    except pl.exceptions.PolarsError as error:
        if not any(sign in str(error) for sign in DISK_SIGNS):
            raise
        _, _, told = str(error).partition("IO error: ")
        raise OSError(told or "the disk failed or is full") from error


def _put_into_place(made: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Exchange whole folders where that is possible, files where it is not."""
    if not folder.exists():
        made.rename(folder)
        return
    holds_results_only = not folder.is_symlink() and {entry.name for entry in folder.iterdir()} <= set(names)
    if not (holds_results_only and _exchange(made, folder)):
        _replace_files(made, folder, names)


def _replace_files(made: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Take old results away, then move new ones in."""
    old = made / "old"
    old.mkdir()
    for name in names:
        with suppress(FileNotFoundError):
            (folder / name).rename(old / name)
    for name in names:
        (made / name).rename(folder / name)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return bool(rename(AT_CURRENT_FOLDER, paths[0], AT_CURRENT_FOLDER, paths[1], EXCHANGE) == 0)


def _remove_abandoned(parent: Path, prefix: str) -> None:
    """What killed runs left behind; what is young may belong to a run that still writes."""
    for left in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                shutil.rmtree(left, ignore_errors=True)


def _umask() -> int:
    """The permissions that new folders do not get; the temporary one is private at first."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
