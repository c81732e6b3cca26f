"""A page of a list taken apart: the rows as raw keeps them, the keys, the stamps, and what is asked next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import polars as pl

from pipelines.errors import Incomplete
from pipelines.extract.api.drift import Drift
from pipelines.extract.api.fields import find, find_key, hash_text, read_stamp
from pipelines.extract.api.known_rows import KnownRows
from pipelines.extract.api.personal import without_personal
from pipelines.extract.api.raw_versions import ROWS
from pipelines.extract.api.reads import READ_WHOLE, Read, go_on
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Api, Page, Resource


@dataclass(frozen=True)
class TakenPage:
    """One page, without the parsed rows."""

    rows: pl.DataFrame
    """`raw_versions.ROWS`; none of a sweep."""
    keys: list[str]
    """To be kept, where what did not come is deleted."""
    latest: dict[str, str]
    """The highest stamp by followed field."""
    count: int
    total: int | None
    following: Read | None
    """The next question; None where this one is read to its end."""


class Pages:
    """The pages of one list, asked for one after the other.

    Each is taken apart in the thread that received it, at once: its thousands of small objects are still in the
    processor's cache there, and are gone before the next page comes.
    """

    def __init__(self, api: Api, resource: Resource, drift: Drift, repeats: Sequence[str]) -> None:
        """Begin before the first page; what an interrupted reading saw is known.

        Args:
            api: where the pages come from.
            resource: the list.
            drift: told what is in the rows.
            repeats: keys that rows without a key of their own got before an interruption.
        """
        self._api = api
        self._resource = resource
        self._drift = drift
        self._repeats = Counter(key.partition("#")[0] for key in repeats)
        self._before: list[str] = []
        """Texts of the rows of the page before."""
        self._longest = 0
        """Rows of the longest page."""
        self._size = 0
        """Rows of a page, where the server gives fewer than asked for."""
        self._stamped = dict.fromkeys(filter(None, (*resource.follows, resource.created)))
        self._known = KnownRows(drift.kinds, dict.fromkeys((*resource.keys, *self._stamped)))

    def read(self, read: Read, *, keeps_keys: bool, drops_personal: bool) -> TakenPage:
        """Ask for one page.

        Raises:
            Incomplete: the same page came again (exit 7). Otherwise as `Api.page`.
        """
        page = self._api.page(self._resource, read.question, read.page)
        rows = page.rows
        if drops_personal:
            rows = [without_personal(row, self._resource.personal) for row in rows]
        hashes = [hash_text(row.text) for row in rows]
        known = self._known.take(rows)
        values = known
        if values is None:
            values = {name: [find(row.fields, name) for row in rows] for name in self._known.wanted}
        keys = self._keys_of(rows, hashes, values)
        stamps = {name: [read_stamp(value) for value in values[name]] for name in self._stamped}
        following = self._following(read, page, stamps.get(read.follow or "", []))
        keeps_keys |= read.kind in READ_WHOLE or read.kind in ("nulls", "missing")
        kept_keys = keys if keeps_keys else []
        if read.kind == "sweep":
            return TakenPage(pl.DataFrame(schema=ROWS), kept_keys, {}, len(rows), page.total, following)
        if known is None:
            self._drift.look_at(rows, keys)
            self._known.learn()
        hashed = pl.Series(hashes, dtype=pl.String)
        columns = {"row": [row.text for row in rows], "_key": keys, "_row_hash": hashed, "_source_hash": hashed}
        frame = pl.DataFrame(columns, schema=ROWS)
        return TakenPage(frame, kept_keys, self._latest(stamps), len(rows), page.total, following)

    def _keys_of(
        self, rows: Sequence[ReceivedRow], hashes: Sequence[str], values: Mapping[str, Sequence[object]]
    ) -> list[str]:
        """The keys; for a row without one its content, and how often it came."""
        keys = []
        of_rows = (
            zip(*(values[name] for name in self._resource.keys), strict=True) if self._resource.keys else repeat(())
        )
        for row, row_hash, of_row in zip(rows, hashes, of_rows, strict=False):
            key = find_key(self._resource, row, of_row) if of_row else None
            if key is None:
                self._repeats[row_hash] += 1
                key = f"{row_hash}#{self._repeats[row_hash]}"
            keys.append(key)
        return keys

    def _latest(self, stamps: Mapping[str, Sequence[str | None]]) -> dict[str, str]:
        """The highest stamp by followed field."""
        given = {name: [stamp for stamp in stamps[name] if stamp] for name in self._resource.follows}
        return {name: max(found) for name, found in given.items() if found}

    def _following(self, read: Read, page: Page, stamps: Sequence[str | None]) -> Read | None:
        """What is asked next.

        A server that answers every page number with the same page would be read for ever.
        """
        before, self._before = self._before, [row.text for row in page.rows]
        is_news = before != self._before
        asked = replace(read, size=read.size or self._size)
        following = go_on(asked, page, self._resource, stamps, longest=self._longest, is_news=is_news)
        self._longest = max(self._longest, len(page.rows))
        if following is None:
            return None
        if read.pages and not is_news and self._resource.keys:
            raise Incomplete(
                f"{self._api.calls.server} answers {self._resource.name} with the same page again and again.\n"
                "    Nothing was changed. Is a proxy or a cache between?"
            )
        self._size = following.size
        return following
