"""The door between frames and DuckDB: an object with an Arrow stream and nothing else, so that no pyarrow is needed."""

from collections.abc import Callable
from typing import Protocol

import polars as pl


class Streamed(Protocol):
    """What gives an Arrow stream: a frame, a relation of DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The stream."""


class ArrowStream:
    """A frame that DuckDB can scan by name once it is registered, or a relation that Polars reads."""

    def __init__(self, source: Streamed) -> None:
        self._source = source

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow stream, made anew for each scan."""
        return self._source.__arrow_c_stream__(requested_schema)


class StreamedQuery:
    """The rows of a query, batch after batch, run anew for each scan; `Warehouse.streaming` makes one."""

    def __init__(self, run: Callable[[], object], schema: pl.Schema | None = None) -> None:
        self._run = run
        if schema is not None:  # DuckDB asks for it each time it binds; without it each time the query begins
            self.__arrow_c_schema__ = schema.__arrow_c_schema__

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow stream of a new run."""
        return self._run()


def read_relation(relation: Streamed) -> pl.DataFrame:
    """The rows of a relation of DuckDB.

    Polars keeps the class of whatever it is given until Python exits, once numpy is installed (it asks whether it might
    be an array), and DuckDB's module reports a class of its own that is alive then as a leak, on the user's terminal.
    """
    return pl.DataFrame(ArrowStream(relation))
