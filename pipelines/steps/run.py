"""One run of a close: its month, its open warehouse, its connections, and how a step is carried out."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pipelines.extract.report import ExtractReport
from pipelines.load.apply_result import ApplyResult
from pipelines.load.plan_store import StoredPlan
from pipelines.load.xero_client import XeroClient, connect
from pipelines.settings import Settings
from pipelines.steps.context import CloseContext
from pipelines.steps.stock import ValuedStock
from pipelines.warehouse import Warehouse


class StepRunner(Protocol):
    """Carries out one named step: as it is, with a progress bar, or as a Prefect task."""

    def __call__(self, name: str, work: Callable[[], None], *, is_safe_to_retry: bool) -> None:
        """Do the work; only a step that is safe to retry may be tried again."""


def run_plainly(name: str, work: Callable[[], None], *, is_safe_to_retry: bool) -> None:
    """Just do it."""
    work()


class Progress(Protocol):
    """Told how far a step is, for a progress bar."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """So much of so much."""


def no_progress(done: int, total: int, what: str) -> None:
    """Tell nobody."""


@dataclass
class CloseRun:
    """What the steps of one run share. Results that are tables stand in the warehouse, not here."""

    close: CloseContext
    warehouse: Warehouse
    run_id: str
    step_runner: StepRunner = run_plainly
    progress: Progress = no_progress
    client_factory: Callable[[Settings], XeroClient] = connect
    extracted: ExtractReport | None = None
    rebuild: bool = False
    """Whether everything is valued again from the beginning."""
    preparer: str | None = None
    """Name that the person gave who makes the plan, beside the login."""
    valued: ValuedStock | None = None
    plan: StoredPlan | None = None
    applied: ApplyResult | None = None
    keeps_nothing: bool = False
    """Whether the warehouse forgets what is written from now on."""
    _client: XeroClient | None = field(default=None, repr=False)
    _open_blocks: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def client(self) -> XeroClient:
        """The Xero client of the run, connected when it is first needed."""
        if self._client is None:
            self._client = self.client_factory(self.close.settings)
        return self._client

    def step(self, name: str, work: Callable[["CloseRun"], None], *, is_safe_to_retry: bool = False) -> None:
        """Carry out one step of the close."""
        self.step_runner(name, lambda: work(self), is_safe_to_retry=is_safe_to_retry)

    def keep_nothing(self) -> None:
        """From here on the warehouse forgets what is written when the run ends; until then it can be read."""
        self._open_blocks.enter_context(self.warehouse.scratch())
        self.keeps_nothing = True

    def keep_nothing_if(self, holds: Callable[[Warehouse, date], bool]) -> None:
        """The same where something holds of the warehouse and the month."""
        if holds(self.warehouse, self.close.period):
            self.keep_nothing()

    def forget(self) -> None:
        """Take back what is not kept, and keep again what is written from here on."""
        self._open_blocks.close()
        self.keeps_nothing = False

    def finish(self) -> None:
        """Forget what is not kept, and close the connections."""
        self.forget()
        if self._client is not None:
            self._client.close()

    def __enter__(self) -> "CloseRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()
