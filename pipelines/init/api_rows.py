"""Rows of a Cin7 API for the wizard: the first pages of a list, field names in small letters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain

from pipelines.extract.api.shapes import Api, Question

Row = Mapping[str, object]

MOST_PAGES = 8
"""Of documents a sample is enough to know the values that occur; master data is read whole."""

RECENT = timedelta(days=366)


def list_rows(api: Api, name: str, most_pages: int | None = None) -> Iterator[Row]:
    """Rows of a list from its beginning.

    Args:
        api: Omni or Core.
        name: of the resource; one that this API does not have is empty.
        most_pages: after how many pages to stop; None: at the end.
    """
    yield from _rows(api, name, Question(), most_pages)


def recent_rows(api: Api, name: str, now: datetime) -> list[Row]:
    """Rows of documents that changed within a year, some pages of them; where there are none, the oldest ones."""
    resource = api.resources.get(name)
    if resource is None or not resource.follows:
        return list(list_rows(api, name, MOST_PAGES))
    since = f"{(now - RECENT).astimezone(UTC):%Y-%m-%dT00:00:00Z}"
    recent = list(_rows(api, name, Question(follow=resource.follows[0], since=since), MOST_PAGES))
    return recent or list(list_rows(api, name, MOST_PAGES))


def _rows(api: Api, name: str, question: Question, most_pages: int | None) -> Iterator[Row]:
    resource = api.resources.get(name)
    number = 1
    while resource is not None and (most_pages is None or number <= most_pages):
        page = api.page(resource, question, number)
        yield from ({field.lower(): value for field, value in row.fields.items()} for row in page.rows)
        if page.is_last:
            return
        number += 1


def values_of(rows: Iterable[Row], *fields: str) -> tuple[str, ...]:
    """Distinct texts of the fields, the most frequent first; what is empty is left out."""
    return tuple(name for name, _ in count_values(rows, *fields).most_common())


def count_values(rows: Iterable[Row], *fields: str) -> Counter[str]:
    """How often each text occurs in the fields."""
    found = chain.from_iterable((row.get(field.lower()) for field in fields) for row in rows)
    return Counter(str(value).strip() for value in found if isinstance(value, str | int) and str(value).strip())
