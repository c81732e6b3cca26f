"""What a program is told while a run goes on: JSON lines, one for each thing that happens."""

import json
from io import StringIO

import pytest

from pipelines.progress import JsonEvents


def _told(stream: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_step_is_told_when_it_begins_goes_on_and_ends() -> None:
    stream = StringIO()
    events = JsonEvents(stream)

    with events.shown():
        events.run_step("Post to Xero", lambda: events.tell(50, 120, "documents"), is_safe_to_retry=False)

    began, went_on, ended = _told(stream)
    assert began == {"event": "step", "step": "Post to Xero", "state": "began"}
    assert went_on == {"event": "progress", "step": "Post to Xero", "done": 50, "total": 120, "what": "documents"}
    assert isinstance(ended.pop("seconds"), float)
    assert ended == {"event": "step", "step": "Post to Xero", "state": "done"}


def test_a_step_that_fails_is_told_as_stopped() -> None:
    stream = StringIO()

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        JsonEvents(stream).run_step("Post to Xero", fail, is_safe_to_retry=False)

    assert [one["state"] for one in _told(stream)] == ["began", "stopped"]
