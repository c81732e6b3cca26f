"""Results come all at once: whoever looks, at any moment, sees the old ones, the new ones, or that some are missing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import Incomplete
from pipelines.value_table import valuing
from pipelines.value_table.out_folder import replaced_together, write_parquet
from tests.pipelines.value_table.desk import Desk
from tests.sample_company import ROOT

NAMES = ("one", "two", "three")
TABLE = "move_id sku moved_on kind quantity unit_cost\na A 2026-09-01 receipt 1 {cost}"


def write(folder: Path, text: str, *, fails: bool = False) -> None:
    """Write all results with one text."""
    with replaced_together(folder, NAMES) as made:
        for name in NAMES:
            (made / name).write_text(text, encoding="utf-8")
            if fails:
                raise OSError(28, "No space left on device")


def read(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_appears_with_all_files(tmp_path: Path) -> None:
    write(tmp_path / "deep/out", "new")
    assert read(tmp_path / "deep/out") == ["new"] * 3
    assert names(tmp_path / "deep") == ["out"]


def test_older_results_are_replaced_together(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    write(tmp_path / "out", "new")
    assert read(tmp_path / "out") == ["new"] * 3
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_other_files_of_the_folder_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool) -> None:
    if not can_exchange:
        monkeypatch.setattr(sys, "platform", "elsewhere")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/zz-notes").write_text("mine", encoding="utf-8")
    write(tmp_path / "out", "old")
    write(tmp_path / "out", "new")
    assert read(tmp_path / "out") == ["new"] * 3 + ["mine"]
    assert names(tmp_path) == ["out"]


def test_a_folder_cannot_be_exchanged_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "elsewhere")
    write(tmp_path / "out", "old")
    write(tmp_path / "out", "new")
    assert read(tmp_path / "out") == ["new"] * 3


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with pytest.raises(Incomplete, match="No space left on device"):
        write(tmp_path / "out", "new", fails=True)
    assert read(tmp_path / "out") == ["old"] * 3
    assert names(tmp_path) == ["out"]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit for the size of files")
def test_results_for_which_the_disk_has_no_room_are_told_and_leave_what_was_there(desk: Desk) -> None:
    import resource  # noqa: PLC0415 - Windows has none

    lines = "\n".join(
        f"r{at} S{at % 997} 2026-09-01 receipt {at % 89 + 1} {at % 97}.{at % 83 + 10}" for at in range(9999)
    )
    table = desk.write(f"move_id sku moved_on kind quantity unit_cost\n{lines}")
    write(desk.folder / "out", "old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        outcome = desk.cost(table)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert outcome.exit_code == 7
    assert outcome.message.startswith("HOME/out was not written: ")
    assert outcome.message.endswith(". What was there is still there.")
    assert names(desk.folder) == ["moves.csv", "out"]
    assert read(desk.folder / "out") == ["old"] * 3


def test_what_is_no_failure_of_the_disk_is_not_called_one(tmp_path: Path) -> None:
    wrong = pl.LazyFrame({"quantity": ["three"]}).select(pl.col("quantity").cast(pl.Int8))
    with pytest.raises(pl.exceptions.InvalidOperationError, match="three"):
        write_parquet(wrong, tmp_path / "one.parquet")


@pytest.mark.parametrize("change", ["again", "other", "gone"])
def test_a_table_that_changes_while_it_is_valued_leaves_what_was_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    table = desk.folder / "moves.parquet"
    pl.read_csv(desk.write(TABLE.format(cost=1)), try_parse_dates=True).write_parquet(table)
    write(desk.folder / "out", "old")

    def change_first(rows: pl.LazyFrame, path: Path) -> None:
        if path.name == "valued_moves.parquet" and change == "gone":
            table.unlink()
        elif path.name == "valued_moves.parquet":
            other = pl.DataFrame({"sku": ["B"]}) if change == "other" else pl.read_parquet(table)
            pl.concat([other, other]).write_parquet(table)
        write_parquet(rows, path)

    monkeypatch.setattr(valuing, "write_parquet", change_first)
    outcome = desk.cost(table)
    assert outcome.exit_code == 7
    assert outcome.message == "moves.parquet changed while it was valued; nothing was written. Run it again."
    assert read(desk.folder / "out") == ["old"] * 3


def test_what_killed_runs_left_is_removed_after_a_day(tmp_path: Path) -> None:
    for name, age in (("old", 25), ("young", 1)):
        left = tmp_path / f".out.unfinished-{name}"
        left.mkdir()
        os.utime(left, (time.time() - age * 3600,) * 2)
    write(tmp_path / "out", "new")
    assert names(tmp_path) == [".out.unfinished-young", "out"]


STALLING = """
import sys, time
from pathlib import Path
from pipelines.value_table import out_folder, run
whole, Place = out_folder._put_into_place, sys.argv[1]
def stall():
    print("ready", flush=True); time.sleep(60)
if Place == "before":
    out_folder._put_into_place = lambda *given: stall()
elif Place == "after":
    out_folder._put_into_place = lambda *given: (whole(*given), stall())
else:
    rename = Path.rename
    def slow(path, target):
        if path.name == Place: stall()
        return rename(path, target)
    Path.rename = slow
    out_folder._exchange = lambda *given: False
sys.argv = ["tieout", *sys.argv[2:]]
from pipelines.cli import main; main()
"""


@pytest.mark.parametrize(
    ("moment", "seen"),
    [
        ("before", "1.00"),
        ("after", "2.00"),
        ("closing_stock.parquet", "nothing whole"),
        ("periods.parquet", "nothing whole"),
    ],
)
def test_a_kill_while_results_are_written_leaves_old_or_new_and_never_a_mix(desk: Desk, moment: str, seen: str) -> None:
    assert desk.cost(desk.write(TABLE.format(cost=1))).exit_code == 0
    table = desk.write(TABLE.format(cost=2))
    arguments = [moment, "cost", table, "--method", "fifo", "--out", desk.folder / "out"]
    with subprocess.Popen(
        [sys.executable, "-c", STALLING, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    if seen == "nothing whole":
        assert not desk.holds_results()
    else:
        totals = (("valued_moves", "cost_amount"), ("closing_stock", "value"), ("periods", "receipt_value"))
        found = {str(desk.result(name)[column].sum()) for name, column in totals}
        assert found == {seen}
    # the next run puts everything right
    assert desk.cost(table).exit_code == 0
    assert str(desk.result("closing_stock")["value"].sum()) == "2.00"
