"""Signed source rows outside the warehouse: a Parquet file for each state of them, and the way back.

They stand beside the post log, so that a warehouse that was lost, or is an older copy, still knows what was signed.
"""

from datetime import date
from pathlib import Path

import polars as pl

from pipelines.errors import DataProblem
from pipelines.warehouse import Warehouse
from schemas.posting import SignedRows
from schemas.problems import Problem

FOLDER = "signed_rows"
"""Below the folder of the post log."""

_STATE = """
    select count(*), sha256(coalesce(string_agg(core_table || ' ' || row_key || ' ' || row_digest, '\n'
           order by core_table, row_key), ''))
    from (
      select core_table, row_key, counts_from, row_digest from post.signed_rows where sign_off <= $1
      qualify row_number() over (partition by core_table, row_key order by sign_off desc) = 1
    )
    where counts_from <= $2 and row_digest is not null
"""


def export_states(warehouse: Warehouse, organisation_id: str, post_log: Path) -> None:
    """Write the states that have no file yet; a file is never changed.

    Args:
        warehouse: post.signed_rows.
        organisation_id: Xero's id of whose they are.
        post_log: folder of the log.
    """
    folder = post_log / FOLDER
    there = _files(folder, organisation_id)
    for number in _numbers(warehouse):
        if number in there:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        rows = warehouse.read("post.signed_rows", "sign_off = ? order by core_table, row_key", [number])
        file = folder / f"{organisation_id}-{number:06}.parquet"
        unfinished = file.with_suffix(".part")
        rows.write_parquet(unfinished, compression="zstd")
        unfinished.replace(file)


def restore_states(warehouse: Warehouse, organisation_id: str, post_log: Path) -> int:
    """Put back the states that the warehouse does not have.

    Args:
        warehouse: post.signed_rows, which is completed.
        organisation_id: Xero's id; files of another organisation are left alone.
        post_log: folder of the log.

    Returns:
        The number of states that were put back.

    Raises:
        DataProblem: a file cannot be read (exit 3).
    """
    known = set(_numbers(warehouse))
    missing = {number: file for number, file in _files(post_log / FOLDER, organisation_id).items()
               if number not in known}  # fmt: skip
    for number in sorted(missing):
        warehouse.append("post.signed_rows", _read(missing[number]))
    return len(missing)


def holds_state(warehouse: Warehouse, sign_off: int, inputs_hash: str, cut_off: date) -> bool:
    """Whether the rows of a sign-off are all here, as they were: their hash says it."""
    return bool(warehouse.query(_STATE, [sign_off, cut_off]).item(0, 1) == inputs_hash)


def _numbers(warehouse: Warehouse) -> list[int]:
    return [
        int(one) for one in warehouse.query("select distinct sign_off from post.signed_rows order by 1")["sign_off"]
    ]


def _files(folder: Path, organisation_id: str) -> dict[int, Path]:
    """Files of an organisation, by the number of their state."""
    return {int(file.stem.rpartition("-")[2]): file for file in folder.glob(f"{organisation_id}-*.parquet")}


def _read(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file).select(list(SignedRows.to_schema().columns))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataProblem(
            "What was signed earlier cannot be read back.",
            [Problem(str(file), f"is not a file of signed rows ({type(error).__name__})", "Put it back from a copy, "
                     "or move it elsewhere: `tieout diff` then says what it cannot compare.")],
        ) from None  # fmt: skip
