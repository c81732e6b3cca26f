"""The reading of one list: asks, takes pages in, and concludes when every question is read to its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial

from pipelines.errors import Incomplete, NotGranted, UsageProblem, WebPage
from pipelines.extract.api.batches import Batch, Inbox
from pipelines.extract.api.fields import write_stamp
from pipelines.extract.api.landing import InputState, Progress
from pipelines.extract.api.pages import Pages, TakenPage
from pipelines.extract.api.raw_versions import Stamp
from pipelines.extract.api.reads import Read, reads_after
from pipelines.extract.api.shapes import Api
from pipelines.extract.api.wishes import Wish, plan_reads

KEYS_A_CALL = 40
"""Rows that are asked for by key in one call."""

TRIES = 2
"""How often a list is read again whose rows went missing while it was read."""

SUSPICIOUS = 10
"""Days that had so many rows and have none are not believed; of fewer somebody may well have undone all. A whole list
that had any and has none never is: documents are voided, not deleted, and a company loses no last branch."""

MANY = 20
"""Nor is a list that had so many rows, of which more than `MOST_LOST` are gone and that is less than half as long now:
it was cut short, more likely. What is shorter is one page, which comes whole or not at all. A list as long as before
whose rows have other keys now was read to its end."""

MOST_LOST = 0.5


@dataclass(frozen=True)
class Call:
    """One call that can be made now."""

    make: Callable[[], object]
    what: str = ""


class ListJob:
    """The reading of one list of an API."""

    def __init__(self, state: InputState, api: Api, wish: Wish, stamp: Stamp, *, is_optional: bool = False) -> None:
        self.state = state
        self.api = api
        self.is_done = False
        self.deleted_count = 0
        self._is_optional = is_optional
        self._wish = wish
        self._stamp = stamp
        self._resource = state.resource
        self._inbox = Inbox(state, stamp)
        self._is_asking = False
        self._last = state.last()
        self.progress = self._begin()
        self._pages = Pages(api, self._resource, self._inbox.drift, state.kept_repeats())

    @property
    def buffered(self) -> int:
        """Rows that are received and not yet committed."""
        return len(self._inbox)

    def calls(self) -> Sequence[Call]:
        """The next call; pages of one question come one after the other."""
        if self.is_done or self._is_asking or not self.progress.reads:
            return []
        self._is_asking = True
        read = self.progress.reads[0]
        what = f"{self._resource.name} page {self.progress.pages + 1}"
        return [Call(partial(self._ask, read), what)]

    def absorb(self, answer: object) -> None:
        """Take a page in."""
        self._is_asking = False
        if not isinstance(answer, TakenPage):
            raise TypeError("a page was asked for")
        read = self.progress.reads[0]
        if answer.rows.height:
            self._inbox.rows.append(answer.rows)
        self._inbox.keys += answer.keys
        for name, stamp in answer.latest.items():
            self.progress.latest[name] = max(self.progress.latest.get(name, ""), stamp)
        self.progress.pages += 1
        if read.kind == "whole":
            self.progress.total = answer.total
        self.progress.rows += answer.count
        if answer.following is not None:
            self.progress.reads[0] = answer.following
            return
        ended = replace(read, pages=read.pages + 1)
        self.progress.is_swept |= read.kind == "sweep"
        latest = self.progress.latest.get(read.follow or "")
        more = reads_after(ended, self._resource, write_stamp(self.progress.started_at), latest)
        self.progress.reads[:1] = more

    def release(self, error: BaseException) -> bool:
        """The call was not answered; whether the reading goes on nevertheless.

        A server may not know `is null`: rows without a stamp are then not looked for, and never taken for deleted. An
        optional input that the server refuses stays as it stands, and the run report says so.
        """
        self._is_asking = False
        is_unknown = isinstance(error, WebPage) and self._last is None  # once it was read, such a page is an outage
        if self._is_optional and (is_unknown or isinstance(error, NotGranted)):
            self.api.calls.notes[f"input {self.state.input_name}"] = f"not read: {str(error).splitlines()[0]}"
            self.is_done = True
            return True
        if isinstance(error, UsageProblem) and self.progress.reads[0].kind == "nulls":
            self.progress.is_null_refused = True
            del self.progress.reads[0]
            return True
        return False

    @property
    def is_read_out(self) -> bool:
        """Whether every question is read to its end."""
        return not self.progress.reads and not self._is_asking

    def take(self) -> Batch:
        """What was received since the last time, to be committed."""
        return self._inbox.take(self.progress)

    def conclude(self) -> None:
        """With every question read to its end: look for deleted rows, then let readers see the table, or ask more."""
        self.take().commit()
        if self._asks_more():
            self.take().commit()
            return
        self._refuse_loss()
        with self.state.warehouse.transaction():
            swept_at = self._delete_absent()
            self.state.complete(self.progress, self.api.server, self.api.name, self._stamp.run_id, swept_at)
        self.is_done = True

    def _begin(self) -> Progress:
        """Go on with what was begun, where the same is asked for, or plan anew."""
        last = self._last
        if last and (last["server"], last["resource"]) != (self.api.server, self._resource.name):
            self.state.forget()
            self._last = last = None
        now = datetime.now(UTC)
        plan = plan_reads(self._resource, last, self.state.watermarks(), self._wish, now)
        begun = self.state.begun()
        if begun is not None and begun.plan == plan.name:
            return begun
        progress = Progress(plan.name, now, list(plan.reads))
        self.state.begin(progress)
        return progress

    def _ask(self, read: Read) -> TakenPage:
        is_whole = self.progress.plan == "whole"
        return self._pages.read(read, keeps_keys=is_whole, drops_personal=self._wish.drops_personal)

    def _asks_more(self) -> bool:
        """Whether something is missing that another question may bring."""
        if self.progress.tries >= TRIES:
            return False
        if self.progress.plan == "whole":
            return self._reads_again()
        missing = self.state.missing_keys() if self.progress.is_swept else []
        if not missing:
            return False
        self.progress.tries = TRIES
        self.progress.reads = [
            Read("missing", keys=tuple(missing[at : at + KEYS_A_CALL])) for at in range(0, len(missing), KEYS_A_CALL)
        ]
        return True

    def _reads_again(self) -> bool:
        """Whether a list of several pages, read by number, lacks rows: a deletion may have shifted one past us."""
        is_shifting = self._resource.paging == "number" and self.progress.pages > 1
        if not is_shifting or not self._resource.keys:
            return False
        is_short = (self.progress.total or 0) > self.state.count_kept()
        if not is_short and not self.state.count_absent():
            return False
        self.progress.tries += 1
        self.progress.reads = [Read("whole")]
        return True

    def _delete_absent(self) -> datetime | None:
        """Mark rows deleted that the source does not have any more; when deleted rows were last looked for."""
        kept = self._last["swept_at"] if self._last else None
        plan = self.progress.plan
        if plan == "whole" or self.progress.is_swept:
            condition, parameters = self.state.absent_condition(), self.state.parameters
            if self.progress.is_null_refused:
                condition += " and nullif(row ->> $stamp, '') is not null"
                parameters["stamp"] = self._resource.follows[0]
            self.deleted_count = self.state.raw.mark_deleted(condition, parameters, self._stamp)
            return self.progress.started_at
        if self._resource.dated and plan.startswith("days"):
            condition, parameters = self._days()
            condition = f"{self.state.absent_condition()} and {condition}"
            parameters |= self.state.parameters
            self.deleted_count = self.state.raw.mark_deleted(condition, parameters, self._stamp)
            return self.progress.started_at
        return kept

    def _days(self) -> tuple[str, dict[str, object]]:
        """SQL for the rows of the days that were read, and its parameters."""
        first, last = (date.fromisoformat(day) for day in self.progress.plan.split()[1:])
        condition = "try_cast(left(row ->> $dated, 10) as date) between $first_day and $last_day"
        return condition, {"dated": self._resource.dated, "first_day": first, "last_day": last}

    def _refuse_loss(self) -> None:
        """Where most rows would be deleted, a lost permission or a cut list is more likely than that they are gone.

        What was read is forgotten then, so that the next run asks the server again.
        """
        if self._last is None or self._wish.is_full:
            return
        if self.progress.plan == "whole" or self.progress.is_swept:
            had, suspicious = self._last["row_count"], 1
        elif self._resource.dated and self.progress.plan.startswith("days"):
            had, suspicious = self.state.count_current(*self._days()), SUSPICIOUS
        else:
            return
        came = self.state.count_kept()
        is_empty = had >= suspicious and not came
        is_cut = had >= MANY and came < had * (1 - MOST_LOST) and self.state.count_absent() > had * MOST_LOST
        if not is_empty and not is_cut:
            return
        self.state.forget_reading()
        name = self._resource.name
        found = f"gives only {came:,} {name}" if came else f"gives no {name} any more"
        before = f"there {'was' if had == 1 else 'were'} {had:,}"
        raise Incomplete(
            f"{self.api.calls.server} {found}, where {before}.\n    Nothing was changed."
            f" {'Is its answer cut short, or h' if came else 'H'}as the connection lost a permission?"
            " `tieout extract --full` believes it."
        )

    @property
    def share(self) -> float | None:
        """How much of the reading is done, from 0 to 1; None where nobody knows."""
        if not self.progress.reads:
            return 1.0
        read = self.progress.reads[0]
        if read.total:
            return min(1.0, read.rows / read.total)
        if read.begin and read.since and read.pages:
            begin, at = datetime.fromisoformat(read.begin), datetime.fromisoformat(read.since)
            whole = (self.progress.started_at - begin).total_seconds()
            return max(0.0, min(1.0, (at - begin).total_seconds() / whole)) if whole > 0 else None
        return None
