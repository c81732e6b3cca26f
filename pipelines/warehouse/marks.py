"""Tells whether the rows of a table are still what they were, without reading them: by where they lie in the file.

DuckDB never writes over what a checkpoint has left: a row that changes goes to another block, or the block gets another
checksum, or the change is still in memory and says so. So where each piece of a table lies, the checksums of its blocks
and which rows are there are together a mark that no change leaves as it is, whoever makes it, with whatever program.
"""

from __future__ import annotations  # text only: a live annotation of a DuckDB type is reported as a leak at exit

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import duckdb

HEADERS = 3 * 4096
"""Bytes before the first block: DuckDB's main header and two that take turns."""

CHECKSUM = 8
"""Bytes at the beginning of a block, over the rest of it."""

LOCAL_ROWS = 2**54
"""Rows that an open transaction has added are numbered from there on; they lie in no block yet."""

LAYOUT = """
    select md5(string_agg(hash(s)::varchar, ' ' order by row_group_id, column_path, segment_id)) as layout,
      coalesce(bool_and(persistent and not has_updates and (block_id >= 0 or not segment_type in ('VARCHAR', 'BLOB'))),
               true) as is_in_file,
      coalesce(list_sort(list_distinct(flatten(list(list_append(additional_block_ids, block_id))))), []) as blocks
    from pragma_storage_info('{}') s
"""
"""Each segment of each column: its place, its count and its least and greatest value (all there is of a constant)."""

ROWS = "select count(*), coalesce(max(rowid), -1) from {}"
ROW_NUMBERS = "select sum(hash(rowid)) from {}"
"""Which rows are there: a deleted row stays in its block. Without one they are numbered from 0 without a gap."""


class BlockFile:
    """The file behind an open connection, for the checksums of its blocks."""

    def __init__(self, file: Path, number: int | None) -> None:
        self._file = file
        self._number = number

    def read_checksums(self, blocks: list[int], block_size: int) -> list[bytes] | None:
        """Checksums of some blocks; None where the file cannot be read beside DuckDB."""
        if self._number is None:
            return None
        with suppress(OSError):
            if not os.path.samestat(os.fstat(self._number), self._file.stat()):  # another file took its place
                return None
            found = [os.pread(self._number, CHECKSUM, HEADERS + block * block_size) for block in blocks]
            return found if all(len(one) == CHECKSUM for one in found) else None
        return None


@contextmanager
def beside_connection(file: Path) -> Iterator[BlockFile]:
    """Open a warehouse's file for reading; DuckDB has to open it, and close it again, inside the block.

    A process that closes a file loses its locks on it, DuckDB's too: so this one is closed last.
    """
    try:
        number = os.open(file, os.O_RDONLY) if hasattr(os, "pread") else None
    except OSError:
        number = None
    try:
        yield BlockFile(file, number)
    finally:
        if number is not None:
            os.close(number)


def find_mark(connection: duckdb.DuckDBPyConnection, file: BlockFile, table: str) -> str | None:
    """The mark of a table's rows.

    Args:
        connection: an open connection to the file.
        file: the same file.
        table: name with schema.

    Returns:
        Text that is equal only while the rows are; None where rows are not in the file yet, or nobody can tell.
    """
    row_count, last_row = connection.execute(ROWS.format(table)).fetchall()[0]
    layout, is_in_file, blocks = connection.execute(LAYOUT.format(table)).fetchall()[0]
    if not is_in_file or last_row >= LOCAL_ROWS:
        return None
    has_gaps = last_row + 1 != row_count
    numbers = connection.execute(ROW_NUMBERS.format(table)).fetchall()[0][0] if has_gaps else None
    block_size = connection.execute("select block_size from pragma_database_size()").fetchall()[0][0]
    checksums = file.read_checksums([block for block in blocks if block >= 0], int(block_size))
    if checksums is None:
        return None
    return sha256(repr([duckdb.__version__, layout, row_count, numbers, blocks, checksums]).encode()).hexdigest()
