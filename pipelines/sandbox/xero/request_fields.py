"""Reads the elements of a request body, field by field; what JSON cannot convert refuses the whole body, as in Xero."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.answers import post_data_invalid
from pipelines.sandbox.xero.wire import parse_date, read_decimal


class Fields:
    """A JSON object whose keys are matched in any case, and where it stands in the body.

    Every reader gives None for a field that was left out or is null, and raises the Refusal 400 ErrorNumber 14 for
    one that cannot be converted.
    """

    def __init__(self, sent: Mapping[str, object], path: str) -> None:
        self.sent = sent
        self.path = path
        self._values = {key.lower(): value for key, value in sent.items()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def text(self, name: str) -> str | None:
        """Text; a number stands for its digits, as Json.NET reads it."""
        value = self._values.get(name.lower())
        if value is None or (isinstance(value, str) and _is_text(value)):
            return value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        raise self._failed(type(value).__name__, "String", name)

    def guid(self, name: str) -> str | None:
        """Identifier in lower case; the zero identifier stands for none."""
        text = self.text(name)
        if not text:
            return None
        try:
            identifier = uuid.UUID(text)
        except ValueError as error:
            raise self._failed(text, "Guid", name) from error
        return str(identifier) if identifier.int else None

    def date(self, name: str) -> date | None:
        """Calendar date in one of the forms that Xero takes."""
        text = self.text(name)
        try:
            return parse_date(text) if text else None
        except (ValueError, OverflowError) as error:
            raise self._failed(text, "DateTime", name) from error

    def number(self, name: str) -> Decimal | None:
        """Exact number, or text that holds one."""
        value = self._values.get(name.lower())
        try:
            return None if value is None else read_decimal(value)
        except ValueError as error:
            raise self._failed(value, "Decimal", name) from error

    def boolean(self, name: str) -> bool | None:
        """Boolean, or the word for it in any case."""
        value = self._values.get(name.lower())
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if value is None or isinstance(value, bool):
            return value
        raise self._failed(value, "Boolean", name)

    def word(self, name: str, known: Sequence[str], type_name: str) -> str | None:
        """One of the words of an enumeration, in exactly this case."""
        text = self.text(name)
        if text is None or text in known:
            return text
        raise self._failed(text, type_name, name)

    def child(self, name: str) -> "Fields | None":
        """An object inside this one."""
        value = self._values.get(name.lower())
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._failed(value if isinstance(value, str) else type(value).__name__, name, name)
        return Fields(value, f"{self.path}.{name}")

    def children(self, name: str, type_name: str) -> "tuple[Fields, ...] | None":
        """The objects of a list."""
        value = self._values.get(name.lower())
        if value is None:
            return None
        if not isinstance(value, list):
            raise self._failed(name, f"{type_name}[]", name)
        for index, each in enumerate(value):
            if not isinstance(each, dict):
                raise self._failed(each, type_name, f"{name}[{index}]")
        return tuple(Fields(each, f"{self.path}.{name}[{index}]") for index, each in enumerate(value))

    def _failed(self, value: object, type_name: str, name: str) -> Exception:
        """400: this value cannot be of this type."""
        return post_data_invalid(words.conversion_failed(value, type_name, f"{self.path}.{name}"))


def read_elements(body: bytes, collection: str, type_name: str) -> list[Fields]:
    """Elements of `{"Collection": [...]}`, of one object in the envelope, or of a bare object (xero.md section 1).

    Args:
        body: JSON in UTF-8.
        collection: key of the envelope, in any case.
        type_name: name of an element in a refusal.

    Raises:
        Refusal: 400 ErrorNumber 14 for anything that is no such JSON.
    """
    content = _read_object(body)
    elements = next((value for key, value in content.items() if key.lower() == collection.lower()), content)
    if isinstance(elements, dict):
        elements = [elements]
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise post_data_invalid(words.conversion_failed(collection, f"{type_name}[]", collection))
    return [Fields(element, f"{collection}[{index}]") for index, element in enumerate(elements)]


def _read_object(body: bytes) -> dict[str, object]:
    """The JSON object of a body, its numbers exact."""
    try:
        content = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise post_data_invalid(f"The request body is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise post_data_invalid("The request body is not a JSON object.")
    return content


def _refuse_constant(name: str) -> object:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is not JSON")


def _is_text(value: str) -> bool:
    """JSON may hold half of a surrogate pair, which is no character and cannot be kept."""
    return not any("\ud800" <= character <= "\udfff" for character in value)
