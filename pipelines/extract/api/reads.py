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

LEAST_PAGE = 50
"""Rows of the shortest page that may be a whole one: Omni's default (cin7.md section 1.2)."""

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
    size: int = 0
    """Rows of a page of this server, where it gives fewer than asked for."""
    doubted: int = 0
    """Rows of a short page: this question asks whether it was the last one."""
    resume: str | None = None
    """The stamp behind a doubted page, from which the reading goes on where that was not the last one."""
    is_numbered: bool = False
    """Whether pages of a list that is read by stamp were asked for by number."""
    numbered_from: str | None = None
    """`since` of the first such question."""
    repeats: Kind | None = None
    """Of `again`: what is read again from `numbered_from` on, where something has changed meanwhile."""
    is_repeat: bool = False
    """Whether it is that second reading."""

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
        return {name: value for name, value in asdict(self).items() if value not in (None, (), [], False)}


def read_from_json(written: dict[str, Any]) -> Read:
    """What `as_json` wrote."""
    return Read(**{**written, "keys": tuple(written.get("keys", ()))})


def go_on(
    read: Read, page: Page, resource: Resource, stamps: Sequence[str | None], *, longest: int = 0, is_news: bool = True
) -> Read | None:
    """What is asked after a page; None when the question is read to its end.

    Where the server sorts by the followed field, the next question starts at the last row's stamp instead of asking for
    page 2: a document that is edited between two pages moves to the end, and one that is deleted shifts the others, so
    by number a row could slip past. Rows of the same second come twice, which raw does not mind. Where the rows are not
    sorted, or a whole page has one stamp, the next page of the same question is asked for.

    A short page is the last one, unless it may be as long as the pages of this server are: then the page behind it is
    asked for first. If that brings rows, the reading goes on in pages of that length.

    Args:
        read: the question.
        page: its answer.
        resource: the list.
        stamps: of the rows, in the field that the question follows; none where it follows none.
        longest: rows of the longest page that the server gave of this list before.
        is_news: whether the answer differs from the one before.
    """
    if read.doubted:
        return _go_on_in_short_pages(read, page, resource, stamps) if page.rows and is_news else None
    if read.kind == "nulls" and any(stamps):
        return None  # the server does not understand the question and gives everything
    done = replace(read, pages=read.pages + 1, rows=read.rows + len(page.rows), total=page.total or read.total)
    done = replace(done, begin=read.begin or next(filter(None, stamps), None))
    following = _following(done, resource, stamps)
    if not page.is_last or (read.size and len(page.rows) >= read.size):
        return following
    if read.size or not _is_in_doubt(read, page, longest):
        return None
    resume = following.since if following.page == 1 else None
    behind = replace(following, since=read.since, page=read.page + 1, pages=read.pages)
    return replace(behind, doubted=len(page.rows), resume=resume)


def _following(done: Read, resource: Resource, stamps: Sequence[str | None]) -> Read:
    """The next question, by the last stamp or by number."""
    if resource.paging != "stamp":
        return replace(done, page=done.page + 1)
    if done.kind != "nulls" and _is_sorted(stamps, done.since):
        last = stamps[-1]
        if last not in (None, done.since) and stamps[0] != last:
            return replace(done, since=last, page=1)
    numbered_from = done.numbered_from if done.is_numbered else done.since
    return replace(done, page=done.page + 1, is_numbered=True, numbered_from=numbered_from)


def _is_in_doubt(read: Read, page: Page, longest: int) -> bool:
    """Whether a short page may be a whole one of a server that gives fewer rows than asked for."""
    return page.total is None and read.kind != "missing" and len(page.rows) >= max(LEAST_PAGE, longest)


def _go_on_in_short_pages(probe: Read, page: Page, resource: Resource, stamps: Sequence[str | None]) -> Read | None:
    """There was more behind a short page: the reading goes on, now that the length of a page is known."""
    known = replace(probe, size=probe.doubted, doubted=0, resume=None, pages=probe.pages + 1)
    if probe.resume is not None:  # by stamp from the page before, since a row may have slipped between the two
        return replace(known, since=probe.resume, page=1)
    known = replace(known, pages=known.pages + 1, rows=known.rows + len(page.rows))
    if len(page.rows) < known.size:
        return None
    return _following(known, resource, stamps)


def _is_sorted(stamps: Sequence[str | None], since: str | None) -> bool:
    """Whether stamps rise, with missing ones in front only, and none is before what was asked for."""
    given = [stamp for stamp in stamps if stamp is not None]
    if not given or any(stamp is None for stamp in stamps[len(stamps) - len(given) :]):
        return False
    return given == sorted(given) and (since is None or given[0] >= since)


def reads_after(read: Read, resource: Resource, started: str, latest: str | None = None) -> list[Read]:
    """The reads that a finished one makes necessary: what may have slipped past its pages.

    Args:
        read: the finished one.
        resource: the list.
        started: when the reading began.
        latest: the highest stamp of the field that was followed, on the last page or before.
    """
    if read.repeats is not None:
        if (latest or "") < (read.since or ""):
            return []  # nothing changed meanwhile, so no row changed its place
        return [
            Read(read.repeats, follow=read.follow, since=read.numbered_from, until=read.until, is_repeat=True)
        ]  # fmt: skip
    if read.pages <= 1 or not resource.follows or read.is_repeat:
        return []
    if resource.paging == "stamp":
        nulls = [Read("nulls", follow=read.follow)] if read.kind in ("whole", "sweep") else []
        return nulls + _again_after_numbers(read, started)
    if read.kind in ("whole", "changes"):
        return [Read("again", follow=field, since=started) for field in resource.follows]
    return []


def _again_after_numbers(read: Read, started: str) -> list[Read]:
    """A read of a list by stamp whose pages were asked for by number: did anything change meanwhile?"""
    if not read.is_numbered or read.kind not in ("whole", "changes", "sweep"):
        return []
    return [
        Read("again", follow=read.follow, since=started, until=read.until, numbered_from=read.numbered_from,
             repeats=read.kind)
    ]  # fmt: skip
