"""One journal and its versions in Xero, each fault by itself: the stock account is 630, amounts as Xero differs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.tie_out.journal_versions import (
    Lines,
    Version,
    WantedJournal,
    explain_journal,
    split_moved,
    sum_lines,
)

DAY, CUT_OFF, LATER = date(2026, 10, 15), date(2026, 10, 31), date(2026, 11, 1)


def lines(*pairs: tuple[str, str]) -> Lines:
    return tuple((code, Decimal(amount)) for code, amount in pairs)


COGS = lines(("310", "100.00"), ("630", "-100.00"))


def version(
    tag: str = "v1",
    posted: Lines = COGS,
    shown: Lines | None = None,
    state: str = "standing",
    posted_on: date = DAY,
    shown_on: date | None = None,
    *,
    is_known: bool = True,
) -> Version:
    there = posted if shown is None else shown
    return Version(tag, f"id-{tag}", state, posted_on, shown_on or posted_on, posted, there, is_known)


def on_stock(*versions: Version, wanted: Lines = COGS, day: date | None = DAY, kind: str = "cogs") -> dict[str, str]:
    """Cause and sum of it on the stock account."""
    found: dict[str, Decimal] = {}
    for row in explain_journal(WantedJournal("COGS-2026-10", kind, day, wanted, versions), CUT_OFF):
        amount = row["amount"]
        assert isinstance(amount, Decimal)
        if row["account_code"] == "630":
            found[str(row["cause"])] = found.get(str(row["cause"]), Decimal(0)) + amount
    return {cause: str(amount) for cause, amount in found.items() if amount}


def test_a_journal_that_stands_as_wanted_is_no_cause() -> None:
    assert on_stock(version()) == {}


def test_a_draft_is_what_xero_lacks() -> None:
    assert on_stock(version(state="draft")) == {"draft_in_xero": "100.00"}


def test_a_voided_journal_is_what_xero_lacks() -> None:
    assert on_stock(version(state="ended")) == {"voided": "100.00"}


def test_a_journal_without_any_document_is_missing() -> None:
    assert on_stock() == {"not_posted": "100.00"}


def test_a_landed_cost_without_a_document_is_still_in_clearing() -> None:
    landed = lines(("630", "40.00"), ("425", "-40.00"))
    assert on_stock(wanted=landed, kind="landed_cost") == {"landed_cost_in_clearing": "-40.00"}


def test_an_edited_journal_differs_by_the_edit() -> None:
    assert on_stock(version(shown=lines(("310", "90.00"), ("630", "-90.00")))) == {"edited": "10.00"}


def test_a_journal_that_somebody_moved_to_the_next_month_is_edited() -> None:
    assert on_stock(version(shown_on=LATER)) == {"edited": "100.00"}


def test_a_copy_under_the_same_tag_stands_twice() -> None:
    assert on_stock(version(), version("v1+2", is_known=False)) == {"duplicate": "-100.00"}


def test_an_old_version_that_xero_would_not_void_stands_twice() -> None:
    old = lines(("310", "80.00"), ("630", "-80.00"))
    assert on_stock(version("v1", old), version("v2")) == {"duplicate": "-80.00"}


def test_a_voided_version_with_a_new_one_in_its_place_is_no_cause() -> None:
    assert on_stock(version("v1", state="ended"), version("v2")) == {}


def test_a_difference_that_is_dated_in_the_next_month_is_later() -> None:
    # wanted 100.00; 70.00 stand in October, 30.00 were posted on 1 November because October was locked
    first, rest = (lines(("310", one), ("630", f"-{one}")) for one in ("70.00", "30.00"))
    assert on_stock(version("v1", first), version("v2", rest, posted_on=LATER)) == {"posted_later": "30.00"}


def test_a_journal_that_is_wanted_otherwise_now_has_a_change_to_post() -> None:
    assert on_stock(version(), wanted=lines(("310", "130.00"), ("630", "-130.00"))) == {"change_not_posted": "30.00"}


def test_a_line_on_another_account_than_mapped_now_is_mapping_on_both() -> None:
    wanted = lines(("310", "100.00"), ("631", "-100.00"))
    rows = explain_journal(WantedJournal("COGS-2026-10", "cogs", DAY, wanted, (version(),)), CUT_OFF)
    assert [(row["account_code"], row["cause"], str(row["amount"])) for row in rows if row["amount"]] == [
        ("630", "mapping", "-100.00"),
        ("631", "mapping", "100.00"),
    ]


def test_a_reversal_of_the_next_month_is_no_cause_until_somebody_dates_it_earlier() -> None:
    assert on_stock(version(posted_on=LATER), day=LATER) == {}
    assert on_stock(version(posted_on=LATER, shown_on=DAY), day=LATER) == {"edited": "-100.00"}


def test_a_journal_that_is_not_wanted_any_more_still_stands() -> None:
    assert on_stock(version(), day=None, wanted=()) == {"change_not_posted": "-100.00"}


def test_edits_and_duplicates_of_one_journal_are_told_apart() -> None:
    edited = version(shown=lines(("310", "90.00"), ("630", "-90.00")))
    assert on_stock(edited, version("v1+2", is_known=False)) == {"edited": "10.00", "duplicate": "-100.00"}


@pytest.mark.parametrize("amount", ["100.00", "99.00"])
def test_moved_lines_are_of_the_same_amount(amount: str) -> None:
    moved, changed = split_moved(lines(("630", "100.00")), lines(("631", amount)))
    assert (bool(moved), bool(changed)) == ((True, False) if amount == "100.00" else (False, True))


AMOUNTS = st.integers(-500, 500).map(lambda cents: Decimal(cents).scaleb(-2))
SIDES = st.lists(st.tuples(st.sampled_from(["630", "631", "310"]), AMOUNTS), min_size=1, max_size=3).map(tuple)
DAYS = st.sampled_from([DAY, CUT_OFF, LATER])
VERSIONS = st.builds(
    Version,
    tag=st.sampled_from(["v1", "v2", "v1+2"]),
    xero_id=st.uuids().map(str),
    state=st.sampled_from(["standing", "draft", "ended"]),
    posted_on=DAYS,
    shown_on=DAYS,
    posted=SIDES,
    shown=SIDES,
    is_known=st.booleans(),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SIDES, st.one_of(st.none(), DAYS), st.lists(VERSIONS, max_size=4))
def test_the_causes_are_always_what_stands_less_what_is_wanted(
    wanted: Lines, day: date | None, versions: list[Version]
) -> None:
    journal = WantedJournal("COGS-2026-10", "cogs", day, wanted if day else (), tuple(versions))
    explained = sum_lines(
        tuple((str(row["account_code"]), Decimal(str(row["amount"]))) for row in explain_journal(journal, CUT_OFF))
    )
    standing = [line for one in versions if one.state == "standing" and one.shown_on <= CUT_OFF for line in one.shown]
    due = [(code, -amount) for code, amount in wanted] if day and day <= CUT_OFF else []
    assert explained == sum_lines((*standing, *due))
