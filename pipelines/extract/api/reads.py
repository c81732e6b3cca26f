"""How a question is read page by page, so that what changes meanwhile is not lost."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from pipelines.extract.api.shapes import Page, Question, Resource

Kind = Literal["changes", "whole", "nulls", "again", "sweep", "missing", "days"]
"""changes: since the watermark. whole: all rows. nulls: rows without a stamp, which a sort may put last. again: what
changed while pages were read by number. sweep: all keys. missing: rows that the sweep found and raw does not have.
days: the rows of some days."""

READ_WHOLE: tuple[Kind, ...] = ("whole", "sweep", "days")
"""Reads after which a row that did not come is deleted."""


@dataclass(frozen=True)
class Read:
    """One question and where its reading stands; as JSON in control.extract_reads."""

    kind: Kind
    follow: str | None = None
    since: str | None = None
    until: str | None = None
    keys: tuple[str, ...] = ()
    first_day: str | None = None
    last_day: str | None = None
    page: int = 1
    """Page that is asked next."""
    pages: int = 0
    """Pages received."""
    rows: int = 0
    """Rows received."""
    begin: str | None = None
    """The first stamp, for how far it is."""
    total: int | None = None

    @property
    def question(self) -> Question:
        """What to ask the server."""
        return Question(
            follow=self.follow,
            since=self.since,
            until=self.until,
            is_null=self.kind == "nulls",
            first_day=date.fromisoformat(self.first_day) if self.first_day else None,
            last_day=date.fromisoformat(self.last_day) if self.last_day else None,
            keys_only=self.kind == "sweep",
            keys=self.keys,
        )

    def as_json(self) -> dict[str, Any]:
        """As it is written down."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), [])}


def read_from_json(written: dict[str, Any]) -> Read:
    """What `as_json` wrote."""
    return Read(**{**written, "keys": tuple(written.get("keys", ()))})


def go_on(read: Read, page: Page, resource: Resource, stamps: Sequence[str | None]) -> Read | None:
    """What is asked after a page; None when the question is read to its end.

    Where the server sorts by the followed field, the next question starts at the last row's stamp instead of asking for
    page 2: a document that is edited between two pages moves to the end, and one that is deleted shifts the others, so
    by number a row could slip past. Rows of the same second come twice, which raw does not mind. Where the rows are not
    sorted, or a whole page has one stamp, the next page of the same question is asked for.

    Args:
        read: the question.
        page: its answer.
        resource: the list.
        stamps: of the rows, in the field that the question follows; none where it follows none.
    """
    done = replace(read, pages=read.pages + 1, rows=read.rows + len(page.rows), total=page.total or read.total)
    if page.is_last:
        return None
    if read.kind == "nulls" and any(stamps):
        return None  # the server does not understand the question and gives everything
    done = replace(done, begin=read.begin or next(filter(None, stamps), None))
    if resource.paging == "stamp" and read.kind != "nulls" and _is_sorted(stamps, read.since):
        last = stamps[-1]
        if last is not None and last != read.since:
            return replace(done, since=last, page=1)
    return replace(done, page=read.page + 1)


def _is_sorted(stamps: Sequence[str | None], since: str | None) -> bool:
    """Whether stamps rise, with missing ones in front only, and none is before what was asked for."""
    given = [stamp for stamp in stamps if stamp is not None]
    if not given or any(stamp is None for stamp in stamps[len(stamps) - len(given) :]):
        return False
    return given == sorted(given) and (since is None or given[0] >= since)


def reads_after(read: Read, resource: Resource, started: str) -> list[Read]:
    """The reads that a finished one makes necessary: what may have slipped past its pages."""
    if read.pages <= 1 or not resource.follows:
        return []
    if resource.paging == "stamp":
        return [Read("nulls", follow=read.follow)] if read.kind in ("whole", "sweep") else []
    if read.kind in ("whole", "changes"):
        return [Read("again", follow=field, since=started) for field in resource.follows]
    return []
