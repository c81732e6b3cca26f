"""Carries the readings of several inputs on at once, and commits what came while more is on its way."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import Protocol

from pipelines.errors import TieoutError, UsageProblem
from pipelines.extract.api.batches import Batch
from pipelines.extract.api.jobs import Call
from pipelines.extract.api.landing import InputState, Progress, write_calls
from pipelines.extract.api.shapes import Api
from pipelines.warehouse import Warehouse

COMMIT_ROWS = 25_000
"""Rows after which what was received is committed although more is ready, once the commit before is done; else each
page is when it comes. A commit has its price, whatever is in it: what comes meanwhile goes into the next one."""

MOST_ROWS = 100_000
"""Rows after which the reading waits for the commit before."""

COMMIT_SECONDS = 4.0
"""Seconds after which it is."""

IDLE_SECONDS = 0.05
"""Seconds without an answer after which what was received is committed."""

OBJECTS_AT_ONCE = 100_000
"""Objects that are made before Python looks for circles among them."""

Tell = Callable[[float, str], None]
"""Told how much of the reading is done, from 0 to 1, and in words what goes on."""


class Job(Protocol):
    """The reading of one input."""

    state: InputState
    api: Api
    progress: Progress
    is_done: bool
    deleted_count: int

    @property
    def buffered(self) -> int:
        """Rows not yet committed."""

    @property
    def is_read_out(self) -> bool:
        """Whether every answer is here."""

    @property
    def share(self) -> float | None:
        """How much is done."""

    def calls(self) -> Sequence[Call]:
        """Calls that can be made now."""

    def absorb(self, answer: object) -> None:
        """Take an answer in."""

    def release(self, error: BaseException) -> bool:
        """A call was not answered; whether the reading goes on."""

    def take(self) -> Batch:
        """What was received since the last time, to be committed."""

    def conclude(self) -> None:
        """Let readers see it, or ask more."""


def read_together(jobs: Sequence[Job], warehouse: Warehouse, tell: Tell) -> None:
    """Read every job to its end; at the first error wait for the calls on their way, keep them, and raise it.

    Args:
        jobs: the readings, in the order in which their errors count.
        warehouse: open for writing; nobody else writes into it meanwhile.
        tell: told how far it is.
    """
    _Reading(jobs, warehouse, tell).run()


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Pages make millions of small objects, hardly one in a circle: look for those now and then only."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS_AT_ONCE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class _Reading:
    """Several jobs at once: calls in threads of their own, commits in another, everything else here.

    While a commit is on its way nothing else touches the warehouse (`_settle`): a connection has one transaction.
    """

    def __init__(self, jobs: Sequence[Job], warehouse: Warehouse, tell: Tell) -> None:
        self._jobs = jobs
        self._warehouse = warehouse
        self._tell = tell
        self._waiting: dict[Future[object], tuple[Job, Call]] = {}
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._commit: Future[None] | None = None
        self._errors: list[tuple[int, BaseException]] = []
        self._began = self._flushed = time.monotonic()

    def run(self) -> None:
        """As read_together."""
        with ExitStack() as stack:
            stack.enter_context(_seldom_collecting())
            stack.callback(self._writer.shutdown, wait=True)
            for api in {job.api.name: job.api for job in self._jobs}.values():
                pool = ThreadPoolExecutor(api.parallel, thread_name_prefix=api.name)
                stack.callback(pool.shutdown, wait=True, cancel_futures=True)
                self._pools[api.name] = pool
            while True:
                self._conclude()
                self._submit()
                if not self._waiting:
                    break
                self._take_answers()
            self._flush()
            self._settle()
        if self._errors:
            raise self._most_telling()

    def _submit(self) -> None:
        """Make every call that can be made."""
        if self._errors:
            for future in [future for future in self._waiting if future.cancel()]:
                del self._waiting[future]
            return
        for job in self._jobs:
            for call in job.calls():
                self._waiting[self._pools[job.api.name].submit(call.make)] = job, call

    def _take_answers(self) -> None:
        """Take in what is there; with nothing there, commit what was received and wait."""
        done, _ = wait(self._waiting, timeout=IDLE_SECONDS, return_when=FIRST_COMPLETED)
        if not done or self._is_due():
            self._flush()
        if not done:
            done, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
        while done:  # no page is held longer than it takes to put it aside
            future = done.pop()
            job, call = self._waiting.pop(future)
            error = future.exception()
            if error is None:
                error = self._absorb(job, call, future.result())
            elif job.release(error):
                error = None
            if error is not None:
                self._errors.append((self._jobs.index(job), error))

    def _absorb(self, job: Job, call: Call, answer: object) -> BaseException | None:
        """Take an answer in; the error where it cannot be right."""
        try:
            job.absorb(answer)
        except TieoutError as error:
            return error
        self._report(job, call)
        return None

    def _is_due(self) -> bool:
        """Whether what was received has to be committed although more is ready."""
        rows, is_free = sum(job.buffered for job in self._jobs), self._commit is None or self._commit.done()
        is_late = time.monotonic() - self._flushed >= COMMIT_SECONDS
        return (is_free and (rows >= COMMIT_ROWS or is_late)) or rows >= MOST_ROWS

    def _flush(self) -> None:
        """Have everything that was received committed: one transaction for all jobs."""
        self._settle()
        self._flushed = time.monotonic()
        batches = [job.take() for job in self._jobs if job.buffered]
        self._commit = self._writer.submit(self._write, batches)

    def _write(self, batches: Sequence[Batch]) -> None:
        with self._warehouse.transaction():
            for batch in batches:
                batch.commit()
            for api in {job.api.name: job.api for job in self._jobs}.values():
                write_calls(api.calls, self._warehouse)

    def _settle(self) -> None:
        """Wait for the commit that is on its way, and raise its error."""
        if self._commit is not None:
            self._commit.result()
            self._commit = None

    def _conclude(self) -> None:
        """Finish what is read to its end; it may find that more has to be asked."""
        if self._errors:
            return
        for job in self._jobs:
            if not job.is_done and job.is_read_out:
                self._settle()
                job.conclude()

    def _most_telling(self) -> BaseException:
        """Wrong credentials before an outage before anything else; of several, the one of the first input."""
        errors = [error for _, error in sorted(self._errors, key=lambda placed: placed[0])]
        bugs = [error for error in errors if not isinstance(error, TieoutError)]
        refusals = [error for error in errors if isinstance(error, UsageProblem)]
        return [*refusals, *bugs, *errors][0]

    def _report(self, job: Job, call: Call) -> None:
        """How far it is, in words: pages, rows, calls left today, time left."""
        shares = [1.0 if one.is_done else one.share for one in self._jobs]
        known = [share for share in shares if share is not None]
        share = sum(known) / len(shares) if shares else 1.0
        words = [call.what, f"{sum(one.progress.rows for one in self._jobs):,} rows"]
        left = job.api.calls.left
        if left is not None:
            words.append(f"{left:,} calls left today")
        passed = time.monotonic() - self._began
        if 0.02 < share < 1 and passed > 5:
            words.append(f"about {passed * (1 - share) / share / 60:.0f} min left")
        self._tell(share, ", ".join(words))
