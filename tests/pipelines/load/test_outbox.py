"""The outbox: states change on disk, bytes never do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.load.outbox import Outbox, OutboxDocument, OutboxRequest
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse

PLAN = "a" * 64
SENT_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
FIRST = OutboxDocument(PLAN, "create", "ACME-COGS-2026-10-v1", 1, None, "ACME-COGS-2026-10-v1 October", "c" * 64, "{1}")
SECOND = replace(FIRST, tag="ACME-ADJUSTMENT-7-v1", position=2, body="{2}")
REQUEST = OutboxRequest("key-1", PLAN, "create", "/ManualJournals", "[{1},{2}]", SENT_AT)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(Settings(home=tmp_path), publishes=False) as opened:
        yield opened


def test_what_a_run_saved_is_what_the_next_one_reads(warehouse: Warehouse) -> None:
    outbox = Outbox(warehouse, PLAN)
    outbox.save([FIRST, SECOND])
    sending = [replace(one, state="sending", attempts=1, idempotency_key="key-1") for one in (FIRST, SECOND)]
    outbox.save(sending, REQUEST)

    again = Outbox(warehouse, PLAN)

    assert again.documents("create") == sending
    assert again.open_requests("create") == [(REQUEST, sending)]


def test_a_verdict_reaches_its_own_document_and_request(warehouse: Warehouse) -> None:
    outbox = Outbox(warehouse, PLAN)
    outbox.save([FIRST, SECOND])
    outbox.save([replace(FIRST, state="sending", attempts=1, idempotency_key="key-1")], REQUEST)
    done = replace(FIRST, state="confirmed", attempts=1, idempotency_key="key-1", manual_journal_id="id-1")
    outbox.save([done], replace(REQUEST, outcome="answered", answered_at=SENT_AT))

    assert Outbox(warehouse, PLAN).documents("create") == [done, SECOND]
    assert warehouse.read("post.requests")["outcome"].to_list() == ["answered"]


def test_documents_of_another_plan_are_left_alone(warehouse: Warehouse) -> None:
    other = replace(FIRST, plan_hash="b" * 64)
    Outbox(warehouse, other.plan_hash).save([other])
    outbox = Outbox(warehouse, PLAN)
    outbox.save([FIRST])
    outbox.save([replace(FIRST, state="confirmed", manual_journal_id="id-1")])

    assert Outbox(warehouse, other.plan_hash).documents("create") == [other]


def test_bytes_that_may_have_left_never_change(warehouse: Warehouse) -> None:
    outbox = Outbox(warehouse, PLAN)
    outbox.save([FIRST])

    with pytest.raises(ValueError, match="bytes of create ACME-COGS-2026-10-v1 changed"):
        outbox.save([replace(FIRST, body="{1,}")])

    assert Outbox(warehouse, PLAN).documents("create") == [FIRST]
