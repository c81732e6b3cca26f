"""Runs a local server on loopback: in the foreground until a signal, or in a thread for as long as a block lasts."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0


def serve_app(app: FastAPI, port: int, name: str, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight and return.

    Args:
        app: the application.
        port: TCP port on loopback; 0 takes a free one.
        name: opens the line that `ready` gets.
        ready: called once with `NAME http://127.0.0.1:PORT`, when requests are answered.

    Raises:
        OSError: the port is taken.
    """
    with _listen(port) as listener, _signals_that_only_stop_the_server():
        _Server(app, lambda: ready(f"{name} {_url(listener)}")).run(sockets=[listener])


@contextmanager
def serving(app: FastAPI, name: str) -> Iterator[str]:
    """Serve from a thread on a free loopback port, and yield the URL without a slash at its end.

    Args:
        app: the application.
        name: names the thread, for a reader of a stack dump.

    Raises:
        RuntimeError: the application did not start.
    """
    started = threading.Event()
    with _listen(0) as listener:
        server = _Server(app, started.set)

        def run() -> None:
            try:
                server.run(sockets=[listener])
            finally:
                started.set()

        thread = threading.Thread(target=run, name=f"{name}-sandbox", daemon=True)
        thread.start()
        try:
            if not started.wait(START_SECONDS) or not server.started:
                raise RuntimeError(f"the local {name} server did not start")
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it answers requests."""

    def __init__(self, app: FastAPI, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=5),
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listen(port: int) -> socket.socket:
    """A socket bound to loopback: nothing outside this machine can reach it."""
    # with the protocol named, asyncio sends answers at once; without it each one waits 40 ms for a fuller packet
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # on Windows this option would let a second server take the port from under the first
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    """Address that a client uses."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


@contextmanager
def _signals_that_only_stop_the_server() -> Iterator[None]:
    """uvicorn raises a caught signal again after its clean stop; here it must not end the process with an error."""

    def ignore(_number: int, _frame: FrameType | None) -> None:
        return None

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ignore) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
