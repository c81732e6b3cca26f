"""A document that is edited in a served file changes as one that a person edits in Cin7."""

from datetime import UTC, datetime

from pipelines.sandbox.cin7.edits import Row, stamp_edits

OLD, FIRST, SECOND = "2026-09-03T00:00:00Z", datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)


def order(quantity: int, modified: str = OLD) -> Row:
    return {"id": 1, "modifiedDate": modified, "lineItems": [{"qty": quantity}]}


def test_an_edit_moves_the_last_change_to_its_moment_and_a_second_one_again() -> None:
    served = [order(3)]
    edited = [order(4)]
    stamp_edits(served, edited, FIRST)
    assert edited == [order(4, "2026-11-01T08:00:00Z")]
    taken_back = [order(3)]
    stamp_edits(edited, taken_back, SECOND)
    assert taken_back == [order(3, "2026-11-02T08:00:00Z")]


def test_what_nobody_edited_keeps_the_last_change_that_was_served() -> None:
    again = [order(4)]
    stamp_edits([order(4, "2026-11-01T08:00:00Z")], again, SECOND)
    assert again == [order(4, "2026-11-01T08:00:00Z")]


def test_an_editor_who_writes_a_later_change_is_left_alone() -> None:
    edited = [order(4, "2026-12-01T00:00:00Z")]
    stamp_edits([order(3)], edited, FIRST)
    assert edited == [order(4, "2026-12-01T00:00:00Z")]


def test_new_rows_and_rows_without_a_key_stay_as_they_are() -> None:
    rows: list[Row] = [{"name": "x", "modifiedDate": OLD}, {"id": 2, "modifiedDate": OLD}]
    stamp_edits([{"name": "y", "modifiedDate": OLD}], rows, FIRST)
    assert [row["modifiedDate"] for row in rows] == [OLD, OLD]
