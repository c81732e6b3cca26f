"""What was posted outlives the warehouse: a log beside it, a backup, and Xero itself never make a journal twice."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.backups import backup
from pipelines.errors import DataProblem, Incomplete
from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import ApplyResult
from pipelines.load.approve import approvers_of, record_approval
from pipelines.load.courier import KEY_LIFE
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.post_log import LOGGED, restore_posts
from pipelines.load.xero_client import XeroClient
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, no_pause
from tests.pipelines.load.local_books import LocalBooks

ADJUSTMENT = cogs("5.00", key="ADJUSTMENT-2026-10-1", kind="adjustment")
V1, V2 = "ACME-COGS-2026-10-v1", "ACME-COGS-2026-10-v2"
AND_ADJUSTMENT = {"ACME-ADJUSTMENT-2026-10-1-v1": "5.00"}

Close = Callable[..., ApplyResult]


@pytest.fixture
def settings(tmp_path: Path, warehouse_file: Path) -> Settings:
    return Settings(home=tmp_path, warehouse=warehouse_file)


@pytest.fixture
def close(client: XeroClient, settings: Settings) -> Close:
    """Restore, plan, approve and apply in a warehouse session of its own, as a command does."""

    def carry_out(*journals: dict[str, object]) -> ApplyResult:
        with _opened(client, settings) as warehouse:
            close_month(warehouse, *journals)
            plan = make_plan(warehouse, TERMS, OCTOBER)
            record_approval(warehouse, plan.plan_hash, "Ana Lopez")
            return apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause, post_log=settings.post_log)

    return carry_out


@contextmanager
def _opened(client: XeroClient, settings: Settings) -> Iterator[Warehouse]:
    with open_warehouse(settings, publishes=False) as warehouse:
        refresh_posted(client, warehouse)
        restore_posts(warehouse, settings.post_log)
        yield warehouse


def test_each_row_is_written_down_once_and_changes_are_appended(close: Close, settings: Settings) -> None:
    close(cogs("120.00"))
    files = list(settings.post_log.iterdir())
    before = files[0].read_text(encoding="utf-8")
    close(cogs("130.00"))

    assert [file.name.partition("-v")[0][:7] for file in settings.post_log.iterdir()] == ["2026-10", "2026-10"]
    assert files[0].read_text(encoding="utf-8") == before
    entries = [json.loads(line) for line in before.splitlines()]
    assert {entry["table"] for entry in entries} == set(LOGGED)
    assert next(entry["row"]["approved_by"] for entry in entries if entry["table"] == "post.approvals") == "Ana Lopez"


def test_applied_again_it_writes_nothing(client: XeroClient, close: Close, settings: Settings) -> None:
    plan_hash = close(cogs("120.00")).plan_hash
    file = next(settings.post_log.iterdir())
    before = file.read_bytes()

    with open_warehouse(settings, publishes=False) as warehouse:
        apply_plan(client, warehouse, plan_hash, TERMS, pause=no_pause, post_log=settings.post_log)

    assert file.read_bytes() == before


def test_a_lost_warehouse_gets_everything_back_and_posts_nothing_twice(
    client: XeroClient, close: Close, settings: Settings, books: LocalBooks, empty_warehouse: Path
) -> None:
    close(cogs("120.00"), ADJUSTMENT)
    plan_hash = close(cogs("130.00"), ADJUSTMENT).plan_hash
    with open_warehouse(settings, publishes=False) as warehouse:
        before = {table: warehouse.read(table, "true order by all") for table in LOGGED}
    shutil.copy(empty_warehouse, settings.warehouse)

    with _opened(client, settings) as warehouse:
        for table, rows in before.items():
            assert warehouse.read(table, "true order by all").equals(rows), table
        assert approvers_of(warehouse, plan_hash) == ["Ana Lopez"]
        assert restore_posts(warehouse, settings.post_log) == 0

    assert close(cogs("130.00"), ADJUSTMENT).request_count == 0
    assert books.standing() == {V2: "130.00", **AND_ADJUSTMENT}
    assert len(books.journals()) == 3


@pytest.mark.parametrize("keeps_log", [True, False])
def test_a_restored_backup_learns_what_came_after_it(
    close: Close, settings: Settings, books: LocalBooks, *, keeps_log: bool
) -> None:
    close(cogs("120.00"))
    copy = backup(settings)
    close(cogs("130.00"), ADJUSTMENT)
    shutil.copy(copy, settings.warehouse)
    if not keeps_log:
        shutil.rmtree(settings.post_log)

    again = close(cogs("130.00"), ADJUSTMENT)
    assert again.request_count == 0
    close(cogs("140.00"), ADJUSTMENT)

    assert books.standing() == {"ACME-COGS-2026-10-v3": "140.00", **AND_ADJUSTMENT}
    assert len(books.journals()) == 4


def test_a_backup_from_before_a_lost_answer_asks_xero_before_it_sends(
    client: XeroClient, settings: Settings, books: LocalBooks
) -> None:
    with _opened(client, settings) as warehouse:
        close_month(warehouse, cogs("120.00"))
        plan_hash = make_plan(warehouse, TERMS, OCTOBER).plan_hash
    copy = backup(settings)
    books.change("faults", name="drop_after_commit")
    with open_warehouse(settings, publishes=False) as warehouse, pytest.raises(Incomplete):
        apply_plan(client, warehouse, plan_hash, TERMS, pause=no_pause, post_log=settings.post_log)
    books.end_faults()
    shutil.copy(copy, settings.warehouse)

    later = datetime.now(UTC) + KEY_LIFE + timedelta(minutes=2)
    with _opened(client, settings) as warehouse:
        states = warehouse.read("post.outbox")["state"].to_list()
        plan = make_plan(warehouse, TERMS, OCTOBER)
        apply_plan(client, warehouse, plan.plan_hash, TERMS, pause=no_pause, clock=lambda: later)

    assert states == ["unknown"]
    assert books.standing() == {V1: "120.00"}
    assert len(books.journals()) == 1


def test_a_line_that_a_kill_cut_short_is_cut_off(close: Close, settings: Settings) -> None:
    plan_hash = close(cogs("120.00")).plan_hash
    file = next(settings.post_log.iterdir())
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"at": "2026-')

    with open_warehouse(settings, publishes=False) as warehouse:
        assert restore_posts(warehouse, settings.post_log) == 0
        warehouse.execute("update post.plans set status = 'failed' where plan_hash = ?", [plan_hash])
    close(cogs("130.00"))
    close(cogs("120.00"))

    assert all(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[:-1])


def test_a_line_that_cannot_be_read_is_named(client: XeroClient, close: Close, settings: Settings) -> None:
    close(cogs("120.00"))
    file = next(settings.post_log.iterdir())
    file.write_text("not a line\n" + file.read_text(encoding="utf-8"), encoding="utf-8")

    with open_warehouse(settings, publishes=False) as warehouse, pytest.raises(DataProblem) as caught:
        restore_posts(warehouse, settings.post_log)

    assert str(caught.value) == (
        "What was posted earlier cannot be read back.\n"
        f"{file}:1: is not a line of the post log\n"
        "    Put the file back from a copy, or move it elsewhere: Xero is asked for what stands there."
    )


def test_the_log_of_another_organisation_is_left_alone(
    close: Close, settings: Settings, empty_warehouse: Path, client: XeroClient
) -> None:
    close(cogs("120.00"))
    file = next(settings.post_log.iterdir())
    text = file.read_text(encoding="utf-8")
    own = json.loads(text.splitlines()[0])["organisation_id"]
    file.write_text(text.replace(own, "another"), encoding="utf-8")
    shutil.copy(empty_warehouse, settings.warehouse)

    with open_warehouse(settings, publishes=False) as warehouse:
        refresh_posted(client, warehouse)
        assert restore_posts(warehouse, settings.post_log) == 0
