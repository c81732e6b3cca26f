"""Lists of anything: chosen by `where` and time of change, ordered, and cut into pages (xero.md section 1.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Protocol, cast

from fastapi import Request

from pipelines.sandbox.xero.answers import Answer, Refusal, query_invalid
from pipelines.sandbox.xero.where_filters import Where, is_selected, parse_order, parse_where
from pipelines.sandbox.xero.wire import EPOCH, parse_instant
from pipelines.sandbox.xero.writing import query_of

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE = 1000


class SupportsLess(Protocol):
    """What can be put in order."""

    def __lt__(self, other: object, /) -> bool: ...


@dataclass(frozen=True)
class ListRequest:
    """The query of a list; text as it came, None where it was left out."""

    where: str | None = None
    order: str | None = None
    page: str | None = None
    page_size: str | None = None
    modified_since: str | None = None

    @property
    def is_paged(self) -> bool:
        """Whether pages were asked for; a list without them leaves the lines of its documents out."""
        return self.page is not None or self.page_size is not None

    def without_change(self) -> "ListRequest":
        """The same of something that knows no time of change: If-Modified-Since is not looked at."""
        return replace(self, modified_since=None)


@dataclass(frozen=True)
class Candidate:
    """Something that may be listed: its identifier, its last change, and what `where` and `order` compare."""

    identifier: str
    updated_at: int
    values: Mapping[str, object]


def read_list_request(request: Request) -> ListRequest:
    """The query of a request, its names in any case."""
    query = query_of(request)
    return ListRequest(
        where=query.get("where"),
        order=query.get("order"),
        page=query.get("page"),
        page_size=query.get("pagesize"),
        modified_since=request.headers.get("if-modified-since"),
    )


def choose(
    candidates: Iterable[Candidate], request: ListRequest, fields: Mapping[str, type], where: Where | None = None
) -> list[str]:
    """Identifiers of what is asked for, in the order asked for; ties by identifier.

    Args:
        candidates: everything that may be listed.
        request: the query.
        fields: what `where` may compare, in lower case; `updateddateutc` is always among what orders.
        where: the expression, where it was parsed already.

    Raises:
        Refusal: 400 for a query that cannot be read, 412 for an If-Modified-Since that cannot.
    """
    expression = parse_where(request.where, fields) if where is None else where
    field, descending = parse_order(request.order, {**fields, "updateddateutc": date})
    since = since_ms(request.modified_since)
    chosen = [each for each in candidates if each.updated_at >= since and is_selected(expression, each.values)]
    chosen.sort(key=lambda each: each.identifier)

    chosen.sort(key=lambda each: _sort_key(each, field), reverse=descending)
    return [each.identifier for each in chosen]


def _sort_key(candidate: Candidate, field: str) -> tuple[bool, SupportsLess]:
    """What is not there comes first."""
    value = candidate.updated_at if field == "updateddateutc" else candidate.values[field]
    return value is not None, cast(SupportsLess, value if value is not None else 0)


def cut_page(found: Sequence[str], request: ListRequest) -> tuple[list[str], dict[str, object]]:
    """The identifiers of the page asked for, and the `pagination` beside it; everything where none was.

    Raises:
        Refusal: 400, a page that is no number.
    """
    if not request.is_paged:
        return list(found), {}
    page = max(1, whole_number(request.page, 1))
    size = min(LARGEST_PAGE, max(1, whole_number(request.page_size, DEFAULT_PAGE_SIZE)))
    pages = {"page": page, "pageSize": size, "pageCount": -(-len(found) // size), "itemCount": len(found)}
    return list(found[(page - 1) * size : page * size]), {"pagination": pages}


def since_ms(text: str | None) -> int:
    """Milliseconds of an If-Modified-Since, cut to the second; changes in that second are listed again.

    Raises:
        Refusal: 412, no instant.
    """
    if not text:
        return 0
    try:
        since = parse_instant(text).astimezone(UTC).replace(microsecond=0)
    except (ValueError, TypeError, OverflowError) as error:
        raise Refusal(Answer(412, b"The If-Modified-Since header cannot be read", "text/plain")) from error
    return (since - EPOCH) // timedelta(milliseconds=1)


def day_of(milliseconds: int) -> date:
    """The UTC day of an instant."""
    return (EPOCH + timedelta(milliseconds=milliseconds)).date()


def whole_number(text: str | None, default: int) -> int:
    """A page or page size.

    Raises:
        Refusal: 400, no number.
    """
    try:
        return default if not text else max(-(10**9), min(10**9, int(text)))
    except ValueError as error:
        raise query_invalid(f"page and pageSize are whole numbers, not {text[:50] if text else text}") from error
