"""Requests are as few and as small as Xero's limits ask for."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipelines.load.batches import MOST_BYTES, MOST_DOCUMENTS, batch_body, cut_batches, idempotency_key
from pipelines.load.json_text import decode_json
from pipelines.load.outbox import OutboxDocument


def _document(number: int, body: str = "{}") -> OutboxDocument:
    return OutboxDocument("p", "create", f"ACME-A-{number}-v1", number, None, "", "h", body)


@given(st.integers(0, 230))
def test_n_small_documents_take_n_over_fifty_requests(count: int) -> None:
    documents = [_document(number) for number in range(count)]

    batches = cut_batches(documents)

    assert [one for batch in batches for one in batch] == documents
    assert len(batches) == -(-count // MOST_DOCUMENTS)


@given(st.lists(st.integers(1, MOST_BYTES), max_size=20))
def test_a_request_stays_below_the_size_limit(sizes: list[int]) -> None:
    documents = [_document(number, "x" * (size - 30)) for number, size in enumerate(sizes)]

    batches = cut_batches(documents)

    assert [one for batch in batches for one in batch] == documents
    assert all(len(batch_body(batch)) <= MOST_BYTES for batch in batches)


def test_a_document_above_the_limit_goes_alone() -> None:
    small, large = _document(1), _document(2, "x" * (MOST_BYTES + 1))

    assert cut_batches([small, large, small]) == [[small], [large], [small]]


def test_the_body_is_xeros_envelope() -> None:
    assert decode_json(batch_body([_document(1), _document(2)])) == {"ManualJournals": [{}, {}]}


def test_the_key_differs_with_everything_that_makes_another_request() -> None:
    document = _document(1)
    keys = {
        idempotency_key("t", "p", [document], "body"),
        idempotency_key("u", "p", [document], "body"),
        idempotency_key("t", "q", [document], "body"),
        idempotency_key("t", "p", [replace(document, attempts=1)], "body"),
        idempotency_key("t", "p", [replace(document, action="end")], "body"),
        idempotency_key("t", "p", [document], "other body"),
    }

    assert len(keys) == 6
    assert all(len(key) <= 128 for key in keys)
    assert idempotency_key("t", "p", [document], "body") in keys
