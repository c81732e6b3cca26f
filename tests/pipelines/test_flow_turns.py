"""Flow runs on one warehouse take turns: who waits for whom, for how long, and what a dead run leaves behind."""

import contextvars
import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from types import ModuleType

import pytest

from pipelines.demo import demo_settings
from pipelines.errors import Incomplete
from pipelines.settings import Settings

SECONDS = 60.0


def test_a_second_run_on_a_warehouse_waits_and_says_for_whom_and_another_warehouse_does_not(
    flows: ModuleType, turns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LOOK_SECONDS", 0.05)
    said, entered, may_end = Queue[str](), Queue[str](), threading.Event()
    monkeypatch.setattr(turns, "get_run_logger", lambda: Told(said))
    first = start(held_run("first", company_at(tmp_path, "one"), entered, may_end))
    assert entered.get(timeout=SECONDS) == "first"
    second = start(held_run("second", company_at(tmp_path, "one"), entered, may_end))
    told = said.get(timeout=SECONDS)
    assert told.startswith(f"Waits for its turn on {tmp_path / 'one' / 'data' / 'demo' / 'warehouse.duckdb'}: ")
    assert 'the flow run "first", since 20' in told
    other = start(held_run("other", company_at(tmp_path, "two"), entered, may_end))
    assert entered.get(timeout=SECONDS) == "other"
    assert entered.empty()
    may_end.set()
    assert entered.get(timeout=SECONDS) == "second"
    for thread in (first, second, other):
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_a_run_that_waited_too_long_ends_with_the_name_of_the_holder_and_a_way_out(
    flows: ModuleType, turns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "QUEUE_SECONDS", 0.0)
    settings, entered, may_end = company_at(tmp_path, "one"), Queue[str](), threading.Event()
    first = start(held_run("slow run", settings, entered, may_end))
    assert entered.get(timeout=SECONDS) == "slow run"
    with pytest.raises(Incomplete) as busy:
        held_run("second", settings, entered, may_end)()
    may_end.set()
    first.join(SECONDS)
    assert 'is busy: the flow run "slow run", since 20' in str(busy.value)
    assert f"prefect gcl update {turns.limit_name(settings)} --active-slots 0" in str(busy.value)


def test_a_turn_that_a_dead_run_left_behind_is_taken_over(
    flows: ModuleType, turns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's server forgets leases when it is restarted, and keeps their slots."""
    monkeypatch.setattr(turns, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(turns, "ABANDONED_SECONDS", 0.2)
    settings, entered, may_end = company_at(tmp_path, "one"), Queue[str](), threading.Event()
    orchestration = importlib.import_module("prefect.client.orchestration")
    with orchestration.get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(turns.limit_name(settings), 1)
        client.increment_concurrency_slots([turns.limit_name(settings)], 1, "concurrency")
    may_end.set()
    held_run("next", settings, entered, may_end)()
    assert entered.get_nowait() == "next"


def test_companies_with_their_file_at_the_same_place_do_not_wait_for_each_other(
    turns: ModuleType, tmp_path: Path
) -> None:
    settings = company_at(tmp_path, "one")
    other = settings.model_copy(update={"organisation": "OTHER"})
    assert turns.limit_name(settings) != turns.limit_name(other)


class Told:
    """Stands for a logger."""

    def __init__(self, said: "Queue[str]") -> None:
        self._said = said

    def info(self, message: str, *arguments: object) -> None:
        """Keep the message."""
        self._said.put(message % arguments)


def held_run(name: str, settings: Settings, entered: "Queue[str]", may_end: threading.Event) -> Callable[[], None]:
    """A flow run that holds the turn of a warehouse until it may end."""
    turns = importlib.import_module("pipelines.flow_turns")

    def hold() -> None:
        with turns.one_at_a_time(settings):
            entered.put(name)
            assert may_end.wait(SECONDS)

    run: Callable[[], None] = importlib.import_module("prefect").flow(name="held", flow_run_name=name)(hold)
    return run


def start(run: Callable[[], None]) -> threading.Thread:
    """In a thread that talks to the same server."""
    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    return thread


def company_at(folder: Path, name: str) -> Settings:
    home = folder / name
    home.mkdir(exist_ok=True)
    return demo_settings(home, "http://127.0.0.1:9", "http://127.0.0.1:9")
