"""What Xero's answer says about each document."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.load.outbox import OutboxDocument
from pipelines.load.verdicts import judge_created, judge_ended, judge_found, match_elements

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NOBODY = "00000000-0000-0000-0000-000000000000"


def _document(number: int = 1, action: Any = "create") -> OutboxDocument:  # noqa: ANN401
    return OutboxDocument("p", action, f"ACME-A-v{number}", number, None, f"ACME-A-v{number} October", "h", "{}")


def test_an_element_is_matched_by_its_narration_and_not_by_its_place() -> None:
    documents = [_document(1), _document(2)]
    elements = [{"Narration": one.narration} for one in reversed(documents)]

    assert match_elements(documents, elements) == elements[::-1]


def test_the_place_counts_only_for_an_element_without_narration_in_a_complete_answer() -> None:
    documents = [_document(1), _document(2)]
    bare: list[dict[str, Any]] = [{"StatusAttributeString": "ERROR"}, {"Narration": documents[1].narration}]

    assert match_elements(documents, bare) == bare
    assert match_elements(documents, bare[:1]) == [None, None]


@pytest.mark.parametrize(
    ("element", "state", "journal_id", "reason"),
    [
        ({"ManualJournalID": "j", "StatusAttributeString": "OK"}, "confirmed", "j", None),
        ({"ManualJournalID": "j"}, "confirmed", "j", None),
        (
            {"ManualJournalID": NOBODY, "StatusAttributeString": "ERROR", "ValidationErrors": [{"Message": "no"}]},
            "refused",
            None,
            "no",
        ),
        ({"ManualJournalID": NOBODY, "StatusAttributeString": "ERROR"}, "refused", None, "refused without a reason"),
        ({"ManualJournalID": "j", "ValidationErrors": [{"Description": "no"}]}, "refused", None, "no"),
        (
            {"ManualJournalID": "j", "StatusAttributeString": "WARNING", "Warnings": [{"Message": "removed"}]},
            "refused",
            "j",
            "saved with a warning, and undone: removed",
        ),
        (
            {"ManualJournalID": "j", "StatusAttributeString": "OK", "JournalLines": [{"Warnings": [{"Message": "x"}]}]},
            "refused",
            "j",
            "saved with a warning, and undone: x",
        ),
        ({"ManualJournalID": NOBODY}, "unknown", None, "Xero's answer has no id for it"),
        (None, "unknown", None, "Xero's answer does not mention it"),
    ],
)
def test_a_creation_is_judged(
    element: dict[str, Any] | None, state: str, journal_id: str | None, reason: str | None
) -> None:
    judged = judge_created(_document(), element, NOW)

    assert (judged.state, judged.manual_journal_id, judged.reason) == (state, journal_id, reason)


@pytest.mark.parametrize(
    ("element", "state"),
    [
        ({"Status": "VOIDED"}, "confirmed"),
        ({"Status": "DELETED"}, "confirmed"),
        ({"Status": "POSTED"}, "unknown"),
        ({"Status": "POSTED", "ValidationErrors": [{"Message": "locked"}]}, "refused"),
        (None, "unknown"),
    ],
)
def test_an_ending_is_judged(element: dict[str, Any] | None, state: str) -> None:
    assert judge_ended(_document(action="end"), element, NOW).state == state


def test_what_is_looked_up_and_not_there_may_be_sent() -> None:
    assert judge_found(_document(), [], NOW) is None
    assert judge_found(_document(action="end"), [{"Status": "POSTED"}], NOW) is None


def test_what_is_looked_up_and_stands_is_taken_over() -> None:
    found = [{"Status": "VOIDED", "ManualJournalID": "old"}, {"Status": "POSTED", "ManualJournalID": "j"}]

    judged = judge_found(_document(), found, NOW)

    assert judged is not None
    assert (judged.document.state, judged.document.manual_journal_id) == ("confirmed", "j")


def test_a_tag_that_somebody_voided_is_not_sent_again() -> None:
    judged = judge_found(_document(), [{"Status": "VOIDED", "ManualJournalID": "j"}], NOW)

    assert judged is not None
    assert judged.document.state == "refused"
    assert judged.document.reason == "a journal with this tag is VOIDED in Xero: make a new plan, it gets a new tag"
    assert judged.document.manual_journal_id is None
