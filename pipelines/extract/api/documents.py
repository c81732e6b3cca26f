"""The reading of whole documents: one call for each whose row in the list has changed (Core's sale of saleList).

Those that have changed without it: asked_again.py.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import polars as pl

from pipelines.extract.api.asked_again import Postings, keys_of_days, keys_of_postings
from pipelines.extract.api.batches import Batch, Inbox
from pipelines.extract.api.fields import hash_text
from pipelines.extract.api.jobs import Call
from pipelines.extract.api.landing import InputState, Progress
from pipelines.extract.api.personal import without_personal
from pipelines.extract.api.raw_versions import EVERY, ROWS, RawVersions, Stamp
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Api
from pipelines.extract.api.wishes import Wish

GONE = "gone:"
"""Written before a key whose document the server does not have."""


class DocumentsJob:
    """The documents of a list; it begins when the list is read to its end."""

    def __init__(
        self,
        state: InputState,
        api: Api,
        wish: Wish,
        stamp: Stamp,
        parent: RawVersions,
        postings: Postings | None = None,
    ) -> None:
        """Begin, or go on with what was begun.

        Args:
            state: of the documents.
            api: where they come from.
            wish: what is asked for.
            stamp: of the run.
            parent: the list.
            postings: rows that name documents, where they are an input.
        """
        self.state = state
        self.api = api
        self.is_done = False
        self.deleted_count = 0
        self._wish = wish
        self._stamp = stamp
        self._parent = parent
        self._postings = postings
        self._inbox = Inbox(state, stamp)
        self._in_flight: dict[str, str] = {}
        self.progress = self._begin()
        self._open = self._open_keys()
        self._total = len(self._open)

    @property
    def buffered(self) -> int:
        """Documents that are received and not yet committed."""
        return len(self._inbox)

    def calls(self) -> Sequence[Call]:
        """A call for each of the next documents, as many as the server takes at once."""
        calls = []
        while self._open and len(self._in_flight) < self.api.parallel:
            key, list_hash = self._open.pop()
            self._in_flight[key] = list_hash
            done = self._total - len(self._open)
            calls.append(
                Call(partial(self._ask, key), f"{self.state.resource.name} document {done:,} of {self._total:,}")
            )
        return calls

    def absorb(self, answer: object) -> None:
        """Take a document in."""
        if not isinstance(answer, tuple):
            raise TypeError("a document was asked for")
        key, received = answer
        list_hash = self._in_flight.pop(key)
        self.progress.pages += 1
        self._inbox.keys.append(key if received is not None else GONE + key)
        if received is None:
            return
        personal = self.state.resource.personal
        row = without_personal(received, personal) if self._wish.drops_personal else received
        self.progress.rows += 1
        self._inbox.rows.append(
            pl.DataFrame([(row.text, key, hash_text(row.text), list_hash)], schema=ROWS, orient="row")
        )
        self._inbox.drift.look_at([row], [key])

    def release(self, error: BaseException) -> bool:
        """A call was not answered: it is made again by the next run."""
        return False

    @property
    def is_read_out(self) -> bool:
        """Whether every document is here."""
        return not self._open and not self._in_flight

    def take(self) -> Batch:
        """What was received since the last time, to be committed."""
        return self._inbox.take(self.progress)

    def conclude(self) -> None:
        """Documents that the list does not have any more are deleted; then readers see the table."""
        self.take().commit()
        gone = f"_key in (select substr(row_key, {len(GONE) + 1}) from control.extract_keys where source_name ="
        gone += " $source_name and input_name = $input_name and starts_with(row_key, $gone))"
        listed = self._parent.latest_sql(EVERY, "select _key")
        with self.state.warehouse.transaction():
            parameters = {**self.state.parameters, "gone": GONE}
            condition = f"(_key not in ({listed}) or {gone})"
            self.deleted_count = self.state.raw.mark_deleted(condition, parameters, self._stamp)
            swept_at = datetime.now(UTC)
            self.state.complete(self.progress, self.api.server, self.api.name, self._stamp.run_id, swept_at)
        self.is_done = True

    @property
    def share(self) -> float | None:
        """How much of the reading is done, from 0 to 1."""
        return 1 - (len(self._open) + len(self._in_flight)) / self._total if self._total else 1.0

    def _begin(self) -> Progress:
        """Go on with what was begun."""
        plan, first, now = "documents", self._wish.first_day, datetime.now(UTC)
        if self._wish.is_full:
            plan = "all documents"
        elif first is not None:
            plan = f"documents of {first} {self._wish.last_day or now.date()}"
        last = self.state.last()
        if last and (last["server"], last["resource"]) != (self.api.server, self.state.resource.name):
            self.state.forget()
            plan = "all documents"
        begun = self.state.begun()
        if begun is not None and plan in (begun.plan, "documents"):
            return begun
        progress = Progress(plan, now, [])
        self.state.begin(progress)
        return progress

    def _open_keys(self) -> list[tuple[str, str]]:
        """Key and hash of the list's rows whose document is missing or older; the last one is asked first.

        One that was posted to since it was asked for by an interrupted reading is asked for once more.
        """
        listed = self._parent.latest_sql(EVERY, "select _key, _row_hash")
        known = self.state.raw.latest_sql(EVERY, "select _key, _source_hash as _row_hash")
        changed = "" if self.progress.plan == "all documents" else f" except ({known})"
        done = "select replace(row_key, ?, '') from control.extract_keys where source_name = ? and input_name = ?"
        again = pl.DataFrame(self._asked_again(), schema={"_key": pl.String, "is_news": pl.Boolean}, orient="row")
        with self.state.warehouse.offering("asked_again", again):
            found = self.state.warehouse.query(
                f"""
                select * from (({listed}){changed} union {listed} and _key in (select _key from asked_again))
                where _key not in ({done}) or _key in (select _key from asked_again where is_news)
                order by _key desc
                """,
                [GONE, self.state.source_name, self.state.input_name],
            )
        return [(key, row_hash) for key, row_hash in found.iter_rows()]

    def _asked_again(self) -> list[tuple[str, bool]]:
        """Keys of documents that may have changed without the list; whether that was after this reading began."""
        raw, words = self.state.raw, self.progress.plan.split()
        keys: dict[str, bool] = {}
        if words[:2] == ["documents", "of"]:
            first, last = map(date.fromisoformat, words[2:])
            keys = dict.fromkeys(keys_of_days(self._parent, raw, first, last), False)
        before = self.state.last()
        if self._postings is not None and before is not None and self.progress.plan != "all documents":
            since = min(
                before["read_at"], self._stamp.loaded_at - timedelta(microseconds=1)
            )  # a clock may have been ahead
            posted = keys_of_postings(self._postings, self._parent, raw, since)
            keys |= {key: landed_at > self.progress.started_at for key, landed_at in posted.items()}
        return list(keys.items())

    def _ask(self, key: str) -> tuple[str, ReceivedRow | None]:
        return key, self.api.detail(self.state.resource, key)
