"""Hears, on this machine only, where Xero sends the browser after a person has signed in."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Empty, SimpleQueue
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from pipelines.errors import Incomplete, UsageProblem
from schemas.problems import Problem

PATH = "/callback"
_PAGE = "<!doctype html><meta charset=utf-8><title>tieout</title><p>{words}</p>"


class RedirectListener:
    """A web server on loopback for one answer; it listens from the moment it is made, until it is closed."""

    def __init__(self, port: int, state: str) -> None:
        """Take the port.

        Args:
            port: that the app's redirect address names; 0 takes a free one.
            state: what an answer to our own question carries; any other is turned away.

        Raises:
            UsageProblem: the port is taken (exit 2).
        """
        self._answers: SimpleQueue[str] = SimpleQueue()
        try:
            self._server = HTTPServer(("127.0.0.1", port), _handler(state, self._answers))
        except OSError as error:
            fix = "Take another with --port, and register its address on the Xero app."
            raise UsageProblem(
                "Nobody can sign in.", [Problem(f"port {port}", f"cannot be used: {error.strerror}", fix)]
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def redirect_url(self) -> str:
        """The address as Xero must know it; it takes http for `localhost`, not for 127.0.0.1 (xero.md section 11)."""
        return f"http://localhost:{self._server.server_port}{PATH}"

    def __enter__(self) -> "RedirectListener":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, seconds: float) -> str:
        """The query of the first answer that came, whether it carries our state or not.

        Raises:
            Incomplete: nobody came (exit 7).
        """
        try:
            return self._answers.get(timeout=seconds)
        except Empty:
            raise Incomplete(
                f"Nobody signed in within {seconds:.0f} s. Nothing was stored.\n    Run the same command again."
            ) from None


def _handler(state: str, answers: "SimpleQueue[str]") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request of the browser."""

        def do_GET(self) -> None:
            """Take the answer; tell the person to go on in the terminal."""
            address = urlsplit(self.path)
            if address.path != PATH:
                self._tell(404, "Nothing is here.")
                return
            given = parse_qs(address.query)
            if given.get("state") != [state]:
                self._tell(400, "This answer belongs to another sign-in. Nothing was stored.")
            elif "code" not in given:
                self._tell(400, "Xero did not agree. Go on in the terminal.")
            else:
                self._tell(200, "You are signed in. Close this page and go on in the terminal.")
            answers.put(address.query)

        def _tell(self, status: int, words: str) -> None:
            content = _PAGE.format(words=words).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing: the address holds the code."""

    return Handler
