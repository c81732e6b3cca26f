"""The judge of requests and answers itself: what it lets pass, and what it objects to."""

import httpx
import pytest

from tests.pipelines.xero_specification import (
    API,
    SPECIFICATION,
    needs_specification,
    read_specification,
    request_problems,
    response_problems,
)
from tests.pipelines.xero_specification_defects import DEFECTS

pytestmark = needs_specification
JOURNAL = {"Narration": "x", "Date": "2026-10-31", "JournalLines": [{"LineAmount": 1.5, "AccountCode": "310"}]}


def _put(content: object, query: str = "summarizeErrors=false", **headers: str) -> list[str]:
    return request_problems(
        httpx.Request("PUT", f"https://api.example{API}/ManualJournals?{query}", json=content, headers=headers)
    )


def test_a_request_as_it_should_be_has_no_problem() -> None:
    assert _put({"ManualJournals": [JOURNAL]}, **{"Idempotency-Key": "k", "xero-tenant-id": "t"}) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"ManualJournals": [{"Date": "2026-10-31"}]}, "'Narration' is a required property"),
        ({"ManualJournals": [{"Narration": 7}]}, "7 is not of type 'string'"),
        ({"ManualJournals": [{"Narration": "x", "Status": "DONE"}]}, "'DONE' is not one of"),
        ({"ManualJournals": [{"Narration": "x", "Number": "7"}]}, "('Number' was unexpected)"),
        ({"ManualJournals": [{"Narration": "x", "HasAttachments": False}]}, "read-only property"),
        (
            {"ManualJournals": [{"Narration": "x", "JournalLines": [{"LineAmount": "1"}]}]},
            "'1' is not of type 'number'",
        ),
    ],
)
def test_a_body_that_breaks_its_schema_is_told(content: object, words: str) -> None:
    problems = _put(content)

    assert len(problems) == 1
    assert words in problems[0]


def test_unknown_parameters_and_wrong_values_are_told() -> None:
    problems = _put({"ManualJournals": [JOURNAL]}, "summarizeErrors=nein&dry=1", **{"X-Mine": "1"})

    assert problems == [
        "PUT /ManualJournals: query summarizeErrors: $: 'nein' is not of type 'boolean'",
        "PUT /ManualJournals: query dry is unknown",
        "PUT /ManualJournals: header x-mine is unknown",
    ]


def test_paths_are_read_in_any_case_and_unknown_ones_are_told() -> None:
    assert request_problems(httpx.Request("GET", f"https://api.example{API}/organisation")) == []
    assert request_problems(httpx.Request("GET", "https://api.example/connections")) == []
    assert request_problems(httpx.Request("DELETE", f"https://api.example{API}/Organisation")) == [
        f"DELETE {API}/Organisation: not in the specification"
    ]


def test_an_answer_is_judged_by_the_schema_of_its_status() -> None:
    assert response_problems("GET", f"{API}/Organisation", 200, '{"Organisations":[{"Name":"Acme"}]}') == []
    assert response_problems("GET", f"{API}/Organisation", 200, '{"Organisations":[{"Naem":"Acme"}]}') != []
    assert response_problems("GET", f"{API}/Organisation", 200, "<html>") == ["GET /Organisation: 200 without JSON"]
    assert response_problems("GET", f"{API}/Organisation", 503, "<html>") == []


def test_every_known_defect_is_still_in_the_specification() -> None:
    published = read_specification(SPECIFICATION)

    assert [defect.place for defect in DEFECTS if not defect.is_there(published)] == []
