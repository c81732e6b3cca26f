"""The books survive a restart and a kill, and what was answered is in them."""

import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from pipelines.sandbox.xero import open_books, running_sandbox
from pipelines.sandbox.xero.book_tables import FIRST_TABLES
from pipelines.sandbox.xero.document_kinds import INVOICE
from pipelines.sandbox.xero.document_store import show_documents
from tests.pipelines.sandbox.xero.local_xero import LocalXero, connect, journal

START = """
import sys
from pathlib import Path
from pipelines.sandbox.xero import serve
serve(int(sys.argv[2]), Path(sys.argv[1]), None, None, lambda line: print(line, flush=True))
print("stopped", flush=True)
"""


@contextmanager
def _server_process(books: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], LocalXero]]:
    command = [sys.executable, "-c", START, str(books), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            name, _, url = process.stdout.readline().strip().partition(" ")
            assert name == "xero"
            with closing(connect(url)) as xero:
                yield process, xero
        finally:
            process.kill()


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    books = tmp_path / "books.sqlite"
    with running_sandbox(books) as url, closing(connect(url)) as xero:
        created = xero.create(journal())
        xero.admin("lock-date", {"lock_date": "2026-08-31"})
        before = (xero.read("Accounts")["Accounts"], xero.trial_balance("2026-09-30"))
        authorization = xero.http.headers["authorization"]
    assert [path.name for path in tmp_path.iterdir()] == ["books.sqlite"]
    with running_sandbox(books) as url, closing(connect(url)) as xero:
        xero.http.headers["authorization"] = authorization
        assert (xero.read("Accounts")["Accounts"], xero.trial_balance("2026-09-30")) == before
        assert xero.read("ManualJournals", page=1)["ManualJournals"] == created
        assert "PeriodLockDate" in xero.read("Organisation")["Organisations"][0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_was_answered_before_a_kill_is_in_the_books(tmp_path: Path) -> None:
    books = tmp_path / "books.sqlite"
    with _server_process(books) as (process, xero):
        for number in range(3):
            assert xero.put(*(journal(f"J{number}-{each}") for each in range(50))).status_code == 200
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    with running_sandbox(books) as url, closing(connect(url)) as xero:
        assert len(xero.narrations()) == 150
        assert xero.trial_balance("2026-09-30") == {"310": (1500, 1500), "630": (-1500, -1500)}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_in_the_middle_of_a_request_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    books, batch = tmp_path / "books.sqlite", [journal(f"J{each}") for each in range(500)]
    with _server_process(books) as (process, xero):
        with closing(socket.create_connection(("127.0.0.1", int(xero.url.rpartition(":")[2])))) as connection:
            connection.sendall(_as_bytes(xero, batch))
            process.send_signal(signal.SIGKILL)
        process.wait(10)
    with running_sandbox(books) as url, closing(connect(url)) as xero:
        assert len(xero.narrations()) in (0, 500)
        assert xero.put(*batch, headers={"Idempotency-Key": "k1"}).status_code == 200
        assert len(xero.narrations()) == 500


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM for a process of its own")
def test_a_term_signal_stops_it_cleanly_and_its_port_is_free_again(tmp_path: Path) -> None:
    with _server_process(tmp_path / "books.sqlite") as (process, xero):
        port = int(xero.url.rpartition(":")[2])
        process.terminate()
        output, _ = process.communicate(timeout=10)
        assert (process.returncode, output) == (0, "stopped\n")
    with _server_process(tmp_path / "books.sqlite", port) as (_, xero):
        assert xero.url == f"http://127.0.0.1:{port}"


def _as_bytes(xero: LocalXero, batch: list[dict[str, object]]) -> bytes:
    request = xero.http.build_request(
        "PUT",
        "/api.xro/2.0/ManualJournals",
        params={"summarizeErrors": "false"},
        json={"ManualJournals": batch},
        headers={"Idempotency-Key": "k1"},
    )
    head = [
        f"{request.method} {request.url.raw_path.decode()} HTTP/1.1",
        *(f"{name}: {value}" for name, value in request.headers.items()),
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + request.content


def test_a_second_process_may_not_take_the_port_of_the_first(tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "books.sqlite") as url:
        port = url.rpartition(":")[2]
        command = [sys.executable, "-c", START, str(tmp_path / "other.sqlite"), port]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "Address already in use" in done.stderr or "WinError" in done.stderr
        assert httpx.get(f"{url}/_sandbox/journals").json() == {"journals": []}


def test_books_of_the_first_version_are_carried_on(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    accounts = [("a1", "630", "CURRENT", ""), ("a2", "800", "CURRLIAB", "CREDITORS"), ("a3", "820", "CURRLIAB", "GST")]
    with closing(sqlite3.connect(path)) as old:
        for statement in FIRST_TABLES:
            old.execute(statement)
        old.execute("PRAGMA user_version = 1")
        old.execute("INSERT INTO settings VALUES ('token_key', 'kept')")
        for key, code, type_, system in accounts:
            row = (key, code, code, type_, "NONE", "ACTIVE", system, 0)
            old.execute("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for number in ("1", "2"):
            bill = (f"b{number}", f"B-{number}", "2026-09-30", "Sup", "USD", "0.5", "hash")
            old.execute("INSERT INTO bills VALUES (?, ?, ?, ?, ?, ?, ?)", bill)
            old.execute("INSERT INTO bill_lines VALUES (?, 0, 'a1', 1234, 2468, 'x')", [f"b{number}"])
        old.commit()
    with closing(open_books(path)) as books:
        ledger = books.rows(
            "SELECT account_id, sum(cents) AS cents FROM ledger GROUP BY account_id ORDER BY account_id"
        )
        shown = show_documents(books, INVOICE, ["b1"])[0]
        kept = books.row("SELECT value FROM settings")
    assert [tuple(row) for row in ledger] == [("a1", 4936), ("a2", -4936)]
    assert (shown["InvoiceNumber"], shown["Total"], shown["CurrencyCode"]) == ("B-1", 12.34, "USD")
    assert kept is not None
    assert kept["value"] == "kept"
