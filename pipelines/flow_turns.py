"""Lets one flow run at a time work on a warehouse: a Prefect concurrency limit of one for each warehouse."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.settings import get_current_settings

from pipelines.errors import Incomplete
from pipelines.settings import Settings
from pipelines.warehouse.lock import read_holder
from pipelines.warehouse.opening import WAIT

QUEUE_SECONDS = 3600.0
"""How long a run waits for another one on the same warehouse."""

LOOK_SECONDS = 5.0
"""How often a waiting run looks whether it is its turn."""

LEASE_SECONDS = 60.0
"""How long a turn outlives a run that was killed; Prefect takes nothing shorter, and a run that lives renews it."""

ABANDONED_SECONDS = 60.0
"""After how long without anybody at the warehouse a turn counts as abandoned."""


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[float]:
    """Hold the turn of a warehouse for a block, whichever deployment started the run.

    Without a server there is nobody to queue with: the lock of the warehouse alone keeps two runs apart.

    Yields:
        Seconds that the block should wait for the lock of the warehouse, which `tieout` commands take too.

    Raises:
        Incomplete: another run has not ended within an hour; names it (exit 7).
    """
    if not get_current_settings().api.url:
        yield WAIT
        return
    with ExitStack() as stack, get_client(sync_client=True) as client:
        _take_turn(stack, client, settings)
        yield QUEUE_SECONDS


def limit_name(settings: Settings) -> str:
    """Name of a warehouse's limit, which is also the tag of the runs that work on it.

    The organisation is part of it: in containers several companies have their file at the same place.
    """
    place = hashlib.sha256(str(settings.warehouse).encode()).hexdigest()[:8]
    return f"tieout-{settings.organisation}-{place}"


def _take_turn(stack: ExitStack, client: SyncPrefectClient, settings: Settings) -> None:
    """Wait until the limit is free, and hold it until the stack closes."""
    name = limit_name(settings)
    client.upsert_global_concurrency_limit_by_name(name, 1)
    queue = _Queue(client, settings)
    while not (_is_free(client, name) and _try_turn(stack, name)):
        queue.wait()
    _tag_this_run(client, name)


class _Queue:
    """A run that waits for its turn, and what it sees meanwhile."""

    def __init__(self, client: SyncPrefectClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._began = self._last_busy = time.monotonic()
        self._is_told = False

    def wait(self) -> None:
        """Wait a little.

        Raises:
            Incomplete: it has been an hour.
        """
        holder = _describe(_find_holder(self._client, limit_name(self._settings)))
        if time.monotonic() - self._began >= QUEUE_SECONDS:
            raise Incomplete(_busy_text(self._settings, holder))
        if not self._is_told:
            get_run_logger().info("Waits for its turn on %s: %s works on it.", self._settings.warehouse, holder)
            self._is_told = True
        self._free_if_abandoned()
        time.sleep(LOOK_SECONDS)

    def _free_if_abandoned(self) -> None:
        """Free a turn whose holder is gone: a server that is restarted forgets leases, and keeps their slots.

        A run that lives has the lock of the warehouse nearly all the time. Should one have been asleep, that lock
        still keeps the two apart.
        """
        if read_holder(self._settings.warehouse) is not None:
            self._last_busy = time.monotonic()
        elif time.monotonic() - self._last_busy >= ABANDONED_SECONDS:
            free = GlobalConcurrencyLimitUpdate(active_slots=0)
            self._client.update_global_concurrency_limit(limit_name(self._settings), free)
            self._last_busy = time.monotonic()


def _is_free(client: SyncPrefectClient, name: str) -> bool:
    """Whether it looks worth a try; a try in vain leaves a traceback in Prefect's log."""
    return client.read_global_concurrency_limit_by_name(name).active_slots == 0


def _try_turn(stack: ExitStack, name: str) -> bool:
    """Take the turn, unless another run was quicker."""
    turn = concurrency(
        name,
        occupy=1,
        max_retries=0,
        lease_duration=LEASE_SECONDS,
        strict=True,
        # The lock of the warehouse still keeps others out, and a post must not be cut short by a restart of the server.
        raise_on_lease_renewal_failure=False,
    )
    try:
        stack.enter_context(turn)
    except ConcurrencySlotAcquisitionError as error:
        cause = error.__cause__
        if isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code == httpx.codes.LOCKED:
            return False
        raise
    return True


def _find_holder(client: SyncPrefectClient, name: str) -> FlowRun | None:
    """The run whose turn it is, by its tag."""
    found = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[name]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING])),
        ),
        sort=FlowRunSort.START_TIME_DESC,  # one that was killed without a word counts as running for good
        limit=1,
    )
    return found[0] if found else None


def _tag_this_run(client: SyncPrefectClient, name: str) -> None:
    """Let people and waiting runs see which run works on the warehouse."""
    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None:
        client.update_flow_run(context.flow_run.id, tags={*context.flow_run.tags, name})


def _describe(holder: FlowRun | None) -> str:
    if holder is None:
        return "another run"
    since = f", since {holder.start_time:%Y-%m-%d %H:%M} UTC" if holder.start_time else ""
    return f'the flow run "{holder.name}"{since}'


def _busy_text(settings: Settings, holder: str) -> str:
    return (
        f"The warehouse {settings.warehouse} is busy: {holder} has worked on it for an hour or more.\n"
        "    Look at that run and start this one again. If it is long dead, free its turn: "
        f"prefect gcl update {limit_name(settings)} --active-slots 0"
    )
