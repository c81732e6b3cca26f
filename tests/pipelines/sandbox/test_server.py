"""The two ways to run a local server: until a signal, and inside a block."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pipelines.sandbox.server import serve_app, serving

ROOT = Path(__file__).parents[3]
PROGRAM = """
from fastapi import FastAPI
from pipelines.sandbox.server import serve_app
app = FastAPI()
app.get("/ping")(lambda: "pong")
serve_app(app, 0, "ping", lambda line: print(line, flush=True))
print("stopped", flush=True)
"""


def _app() -> FastAPI:
    app = FastAPI()

    @app.get("/ping")
    def ping() -> str:
        return "pong"

    return app


def test_a_block_has_a_server_on_loopback_that_is_gone_afterwards() -> None:
    with serving(_app(), "ping") as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/ping").json() == "pong"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/ping")


def test_two_servers_run_side_by_side() -> None:
    with serving(_app(), "one") as one, serving(_app(), "two") as two:
        assert one != two
        assert httpx.get(f"{two}/ping").status_code == 200


def test_a_taken_port_is_an_error_and_not_a_hang() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            serve_app(_app(), taken.getsockname()[1], "ping", print)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_program_cleanly(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        name, url = program.stdout.readline().split()
        assert name == "ping"
        assert httpx.get(f"{url}/ping").json() == "pong"
        program.send_signal(number)
        assert program.stdout.readline() == "stopped\n"
    assert program.returncode == 0
