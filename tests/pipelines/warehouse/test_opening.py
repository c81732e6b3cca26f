"""Who may open a warehouse, what the others are told, and what readers see."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import DataProblem, Incomplete
from pipelines.settings import Settings
from pipelines.warehouse import open_published, open_warehouse
from pipelines.warehouse.migrating import read_migrations
from pipelines.warehouse.places import holder_file, lock_file, read_copy

CHECKOUT = Path(__file__).parents[3]
RATE = pl.DataFrame(
    [("EUR", date(2026, 1, 31), Decimal("1.1"))],
    schema={"currency_code": pl.String, "rate_date": pl.Date, "currency_rate": pl.Decimal(18, 8)},
    orient="row",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@contextmanager
def _other_process(settings: Settings, program: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python program with `settings`, past its first printed line."""
    prelude = (
        "import sys\nfrom pathlib import Path\nfrom pipelines.settings import Settings\n"
        "from pipelines.warehouse import open_published, open_warehouse\n"
        f"settings = Settings(home=Path({str(settings.home)!r}))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", prelude + program],
        cwd=CHECKOUT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


HOLD = """
with open_warehouse(settings):
    print("open", flush=True)
    sys.stdin.readline()
print("closed", flush=True)
"""


def test_a_busy_warehouse_names_its_holder(settings: Settings) -> None:
    notes: list[str] = []
    with _other_process(settings, HOLD) as holder:
        assert _line(holder) == "open"

        with pytest.raises(Incomplete) as caught, open_warehouse(settings, wait=0.3, notify=notes.append):
            pass

    assert caught.value.exit_code == 7
    since = str(caught.value).split("since ")[1].split(")")[0]
    assert str(caught.value) == (
        f"The warehouse {settings.warehouse} is busy: "
        f"-c (process {holder.pid} on {socket.gethostname()}, since {since}) is writing to it. Waited 0.3 s.\n"
        "    Run the command again when that has ended, or give it more time with --wait SECONDS."
    )
    assert len(notes) == 1
    assert notes[0].startswith("The warehouse is busy: -c (process ")


def test_who_waits_long_enough_gets_it(settings: Settings) -> None:
    with _other_process(settings, HOLD) as holder:
        assert _line(holder) == "open"
        assert holder.stdin

        def let_go(_: str) -> None:
            assert holder.stdin
            holder.stdin.write("\n")
            holder.stdin.flush()

        with open_warehouse(settings, wait=30, notify=let_go) as warehouse:
            assert warehouse.read("control.runs").is_empty()
        assert _line(holder) == "closed"


def test_the_note_of_a_killed_process_is_not_trusted(settings: Settings) -> None:
    with _other_process(settings, HOLD) as holder:
        assert _line(holder) == "open"
        holder.send_signal(signal.SIGKILL)
        holder.wait()

    assert json.loads(holder_file(settings.warehouse).read_text())["pid"] == holder.pid
    with open_warehouse(settings, wait=0) as warehouse:
        assert warehouse.read("control.runs").is_empty()
        assert json.loads(holder_file(settings.warehouse).read_text())["pid"] == os.getpid()
    assert not holder_file(settings.warehouse).exists()


def test_a_stale_note_beside_a_lock_of_somebody_else_names_nobody(settings: Settings) -> None:
    with _other_process(settings, HOLD) as holder:
        assert _line(holder) == "open"
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        note = {"pid": gone.pid, "host": socket.gethostname(), "command": "gone", "since": "then"}
        holder_file(settings.warehouse).write_text(json.dumps(note))

        with pytest.raises(Incomplete, match="another process is writing"), open_warehouse(settings, wait=0):
            pass


def test_it_cannot_be_opened_inside_itself(settings: Settings) -> None:
    with (
        open_warehouse(settings),
        pytest.raises(Incomplete, match=f"process {os.getpid()} "),
        open_warehouse(settings, wait=0),
    ):
        pass


def test_a_program_that_knows_no_lock_is_waited_for_and_named(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    program = (
        "import duckdb\nconnection = duckdb.connect(str(settings.warehouse))\nprint('open', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    with _other_process(settings, program) as shell:
        assert _line(shell) == "open"
        with (
            pytest.raises(Incomplete, match=rf"open in another program that does not take turns(.|\n)*PID {shell.pid}"),
            open_warehouse(settings, wait=0.3),
        ):
            pass


KILLED_WRITER = """
from datetime import date
from decimal import Decimal
import polars as pl
rows = pl.DataFrame(
    {"currency_code": [f"C{n}" for n in range(5000)], "rate_date": date(2026, 1, 1), "currency_rate": Decimal("1.5")},
    schema_overrides={"currency_rate": pl.Decimal(18, 8)},
)
with open_warehouse(settings) as warehouse:
    print("open", flush=True)
    for day in range(1, 28):
        warehouse.replace("core.currency_rates", rows.with_columns(rate_date=pl.lit(date(2026, 1, day))))
        print(day, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_killed_writer_leaves_all_of_a_transaction_or_nothing(settings: Settings, lines: int) -> None:
    with _other_process(settings, KILLED_WRITER) as writer:
        seen = [_line(writer) for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    with open_warehouse(settings, wait=0) as warehouse:
        days = warehouse.query("select rate_date, count(*) as n from core.currency_rates group by all").rows()
    committed = 0 if seen[-1] == "open" else int(seen[-1])
    assert len(days) <= 1
    assert [n for _, n in days] == [5000] * len(days)
    assert sum(day.day for day, _ in days) >= committed
    with open_published(settings) as published:
        assert published.query("select count(*) from core.currency_rates").item() == 5000 * len(days)


def test_readers_see_the_published_copy_while_somebody_writes(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", RATE)
    with open_warehouse(settings) as warehouse:
        warehouse.replace("core.currency_rates", RATE.clear())
        with open_published(settings) as published:
            assert published.read("core.currency_rates").equals(RATE)
            assert 0 <= published.age.total_seconds() < 60
    with open_published(settings) as published:
        assert published.read("core.currency_rates").is_empty()


def test_an_open_reader_keeps_what_it_has_while_a_new_copy_is_published(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", RATE)
    program = (
        "with open_published(settings) as published:\n    print('open', flush=True)\n    sys.stdin.readline()\n"
        "    print(published.read('core.currency_rates').height, flush=True)\n"
    )
    with _other_process(settings, program) as reader:
        assert _line(reader) == "open"
        with open_warehouse(settings) as warehouse:
            warehouse.replace("core.currency_rates", RATE.clear())
        assert reader.stdin
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert _line(reader) == "1"


def test_what_was_committed_is_published_when_the_rest_fails(settings: Settings) -> None:
    def append_and_fail() -> None:
        with open_warehouse(settings) as warehouse:
            warehouse.append("core.currency_rates", RATE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        append_and_fail()

    with open_published(settings) as published:
        assert published.read("core.currency_rates").equals(RATE)


def test_a_session_that_only_reads_publishes_nothing(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    before = read_copy(settings.warehouse).stat()
    with open_warehouse(settings) as warehouse:
        warehouse.read("control.runs")

    assert read_copy(settings.warehouse).stat().st_ino == before.st_ino


def test_a_session_that_was_killed_before_it_published_is_published_by_the_next(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    with open_warehouse(settings, publishes=False) as warehouse:
        warehouse.append("core.currency_rates", RATE)
    with open_published(settings) as published:
        assert published.read("core.currency_rates").is_empty()

    with open_warehouse(settings):
        pass

    with open_published(settings) as published:
        assert published.read("core.currency_rates").equals(RATE)


def test_reading_before_anything_was_published_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(DataProblem, match=r"no warehouse to read yet(.|\n)*tieout close"), open_published(settings):
        pass


def test_a_file_that_is_not_duckdb_is_refused(settings: Settings) -> None:
    settings.warehouse.parent.mkdir()
    settings.warehouse.write_text("not a database " * 1000)

    with (
        pytest.raises(DataProblem, match=r"cannot be opened(.|\n)*put a backup in its place"),
        open_warehouse(settings),
    ):
        pass
    assert settings.warehouse.read_text().startswith("not a database")


def test_a_file_that_was_cut_short_is_refused_and_left_alone(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", RATE)
    with settings.warehouse.open("rb+") as handle:
        handle.truncate(6000)

    with pytest.raises(DataProblem), open_warehouse(settings):
        pass
    assert settings.warehouse.stat().st_size == 6000


def test_a_creation_that_was_killed_is_done_again(settings: Settings) -> None:
    settings.warehouse.parent.mkdir()
    settings.warehouse.with_name("warehouse.duckdb.new").write_bytes(b"half")

    with open_warehouse(settings) as warehouse:
        assert warehouse.read("control.schema_version").height == len(read_migrations())
    assert sorted(path.name for path in settings.warehouse.parent.iterdir()) == [
        "warehouse.duckdb",
        lock_file(settings.warehouse).name,
        "warehouse.read.duckdb",
    ]


def test_a_warehouse_can_be_moved(settings: Settings, tmp_path: Path) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.append("core.currency_rates", RATE)
    shutil.move(settings.warehouse, tmp_path / "moved.duckdb")

    with open_warehouse(Settings(home=tmp_path, warehouse=tmp_path / "moved.duckdb")) as warehouse:
        assert warehouse.read("core.currency_rates").equals(RATE)


@pytest.mark.parametrize("ending", ["", "    raise SystemExit(7)", "    warehouse.query('selec')"])
def test_nothing_about_leaks_is_printed_when_a_process_ends(settings: Settings, ending: str) -> None:
    """DuckDB's module reports what is alive when Python exits, and threads keep things alive, as Prefect's do."""
    program = f"""
import threading
kept = []
def work():
    kept.append(open_published)
    with open_warehouse(settings) as warehouse:
        kept.append(warehouse)
        warehouse.replace("core.currency_rates", warehouse.read("core.currency_rates"))
    with open_published(settings) as published:
        kept.append(published.query("select * from control.schema_version where version = ?", [1]))
    try:
        with open_warehouse(settings) as warehouse:
            warehouse.read("control.runs")
    {ending}
    except BaseException as error:
        kept.append(error)
    print("worked", flush=True)
    threading.Event().wait()
threading.Thread(target=work, daemon=True).start()
sys.stdin.readline()
"""
    with _other_process(settings, program) as process:
        assert _line(process) == "worked"
        _, complaint = process.communicate("\n", timeout=60)

    assert complaint == ""


def test_using_a_warehouse_after_its_block_says_so(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        pass

    with pytest.raises(RuntimeError, match="the warehouse is closed"):
        warehouse.read("control.runs")
