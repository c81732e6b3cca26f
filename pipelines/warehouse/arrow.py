"""The door for frames into DuckDB: an object with an Arrow stream and nothing else, so that no pyarrow is needed."""

import polars as pl


class ArrowStream:
    """A frame that DuckDB can scan by name once it is registered."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The frame's Arrow stream, made anew for each scan."""
        return self._frame.__arrow_c_stream__(requested_schema)
