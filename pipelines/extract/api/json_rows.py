"""An answer cut into its rows: each row keeps the text it came as, so raw holds what was received to the character."""

import json
import re
from collections.abc import Iterator

import msgspec

from pipelines.extract.api.received_row import ReceivedRow

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")
_CUT = msgspec.json.Decoder(list[msgspec.Raw])


class NotRowsError(ValueError):
    """An answer that is no list of rows. What is no JSON at all is a plain ValueError."""


def array_rows(answer: str | bytes) -> list[ReceivedRow]:
    """The rows of an answer that is a JSON array of objects (blanks around it do not matter).

    Raises:
        ValueError: no JSON, no array, or an array of something else.
    """
    try:
        cut = _CUT.decode(answer)
    except (msgspec.MsgspecError, RecursionError):
        # Broken, or of the little that this parser refuses and json takes, such as half a surrogate pair.
        return _rows_at(answer if isinstance(answer, str) else answer.decode())
    rows = [ReceivedRow(str(row, "utf-8")) for row in cut]
    if not all(row.text.startswith("{") for row in rows):
        raise NotRowsError("a row is no JSON object")
    return rows


def envelope_rows(text: str, list_name: str | None = None) -> tuple[dict[str, object], list[ReceivedRow]]:
    """The fields beside the list, and the rows of the list, of an answer such as `{"Total": 2, "SaleList": [...]}`.

    Args:
        text: the answer.
        list_name: name of the list, without case; None: the only array of objects at the top. Core names the list of
            /stockTakeList StockAdjustmentList (cin7.md section 2.2), so the first array of objects is taken where the
            name is not there.

    Raises:
        ValueError: no JSON object, or no list in it.
    """
    whole = json.loads(text)
    if not isinstance(whole, dict):
        raise NotRowsError("no JSON object")
    lists = [name for name, value in whole.items() if isinstance(value, list)]
    wanted = [name for name in lists if list_name is not None and name.lower() == list_name.lower()] or lists
    if not wanted:
        raise NotRowsError("no list of rows")
    rows = _rows_at(text, _start_of(text, wanted[0]))
    return {name: value for name, value in whole.items() if name != wanted[0]}, rows


def _rows_at(text: str, start: int = 0) -> list[ReceivedRow]:
    """The rows of an array that begins at `start`, whatever stands behind it."""
    return [row for row, _ in _array_rows(text, start)]


def _array_rows(text: str, start: int) -> Iterator[tuple[ReceivedRow, int]]:
    """Row after row, and where each ends."""
    at = _skip(text, start)
    if text[at : at + 1] != "[":
        json.loads(text[at:])  # what is no JSON at all is another error
        raise NotRowsError("no JSON array")
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        fields, end = _DECODER.raw_decode(text, at)
        if not isinstance(fields, dict):
            raise NotRowsError("a row is no JSON object")
        yield ReceivedRow(text[at:end], fields), end
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise NotRowsError("the JSON is cut off")


def _start_of(text: str, name: str) -> int:
    """Where the value of a name at the top of an object begins."""
    at = _skip(text, _skip(text, 0) + 1)
    while True:
        found, end = _DECODER.raw_decode(text, at)
        value_at = _skip(text, _skip(text, end) + 1)
        if found == name:
            return value_at
        _, end = _DECODER.raw_decode(text, value_at)
        at = _skip(text, _skip(text, end) + 1)


def _skip(text: str, at: int) -> int:
    """The next character that is not blank."""
    matched = _BLANK.match(text, at)
    return matched.end() if matched else at
