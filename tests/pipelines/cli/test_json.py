"""`--json` gives programs what people read: one object, amounts as text."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sample_company import OCTOBER, SEPTEMBER, Company


def numbers(value: object) -> Iterator[object]:
    """Every number in a JSON value that is not whole."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, float):
        yield value


@pytest.mark.thorough
def test_every_command_that_reads_prints_json_without_a_float(closed: Company) -> None:
    commands: list[list[str]] = [
        ["check"], ["extract"], ["preview", OCTOBER], ["plan", OCTOBER], ["tie-out", OCTOBER], ["status"],
        ["explain", "DEMO-COGS-2026-10-v1:1"], ["dictionary"], ["backup"], ["migrate"],
    ]  # fmt: skip
    for command in commands:
        outcome = closed.tieout(*command, "--json")
        assert (outcome.exit_code, outcome.message) == (0, ""), command
        assert isinstance(outcome.json, dict), command
        assert list(numbers(outcome.json)) == [], command


@pytest.mark.thorough
def test_a_close_in_json_says_what_was_sent_and_holds_every_table(opened: Company) -> None:
    first = opened.tieout("close", SEPTEMBER, "--json").json
    assert (first["changes"], first["sent"]) == (12, 12)
    titles = [table["title"] for table in first["tables"]]
    assert len([title for title in titles if title.startswith("DEMO-")]) == 12
    assert titles[-5:] == [
        "Inventory roll-forward, September 2026",
        "Tie-out to Xero, September 2026",
        "Stock ledger against the source's stock on hand, September 2026",
        "Documents behind the tie-out, September 2026",
        "Left out of COGS, September 2026",
    ]
    again = opened.tieout("close", SEPTEMBER, "--json").json
    assert (again["plan_hash"], again["changes"], again["sent"]) != (first["plan_hash"], 12, 12)
    assert (again["changes"], again["sent"]) == (0, 0)


def test_plan_approve_and_apply_pass_the_hash_on(opened: Company) -> None:
    plan = opened.tieout("plan", SEPTEMBER, "--json").json
    assert (len(plan["plan_hash"]), plan["changes"]) == (64, 12)
    approved = opened.tieout("approve", plan["plan_hash"], "--as", "Kiri", "--json").json
    assert approved == {"plan_hash": plan["plan_hash"], "approved_by": "Kiri"}
    applied = opened.tieout("apply", plan["plan_hash"], "--json").json
    assert (applied["plan_hash"], applied["sent"]) == (plan["plan_hash"], 12)
    assert applied["tables"][0]["title"] == "Tie-out to Xero, September 2026"


@pytest.mark.parametrize("command", [["explain", "COGS-2031-01"], ["close", "2026-13"], ["apply", "latest"]])
def test_a_command_that_stops_prints_no_json_on_the_result_stream(untouched: Company, command: list[str]) -> None:
    stopped = untouched.tieout(*command, "--json")
    assert (stopped.exit_code, stopped.out) == (2, "")
    assert stopped.message


def test_amounts_stay_text_to_the_cent(closed: Company) -> None:
    found: dict[str, Any] = json.loads(closed.tieout("explain", "COGS-2026-10:1", "--json").out)
    assert found["lines"] == [{"line_amount": "4143.74", "source_amount": "4143.74", "foots": True}]
