"""Tags, narrations, content hashes and the object that Xero gets."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DataProblem
from pipelines.load.json_text import canonical_json, decode_json
from pipelines.load.manual_journals import (
    Line,
    ManualJournal,
    Tag,
    journal_from_content,
    journal_from_xero,
    narration,
    plain_text,
    read_tag,
)

JOURNAL = ManualJournal(
    journal_date=date(2026, 10, 31),
    status="POSTED",
    text="October 2026 from Cin7 Omni",
    lines=(
        Line("310", Decimal("12.30"), "COGS", "NONE", (("Region", "North"), ("Channel", "Web"))),
        Line("0630", Decimal("-12.30"), "Stock"),
    ),
)
TAG = Tag("ACME", "COGS-2026-10", 1)


def test_the_object_for_xero_holds_exact_numbers_and_only_what_is_given() -> None:
    assert JOURNAL.element(TAG) == (
        '{"Narration":"ACME-COGS-2026-10-v1 October 2026 from Cin7 Omni","Date":"2026-10-31","Status":"POSTED",'
        '"LineAmountTypes":"NoTax","ShowOnCashBasisReports":false,"JournalLines":['
        '{"LineAmount":12.30,"AccountCode":"310","Description":"COGS","TaxType":"NONE",'
        '"Tracking":[{"Name":"Region","Option":"North"},{"Name":"Channel","Option":"Web"}]},'
        '{"LineAmount":-12.30,"AccountCode":"0630","Description":"Stock"}]}'
    )


def test_a_journal_read_back_from_xero_has_the_same_content() -> None:
    shown = decode_json(JOURNAL.element(TAG)) | {"Date": "/Date(1793404800000+0000)/"}
    shown["JournalLines"][1]["TaxType"] = "NONE"  # as Xero fills it in

    assert journal_from_xero(shown).content_hash() == JOURNAL.content_hash()


def test_the_content_hash_does_not_know_the_version() -> None:
    first, second = (journal_from_xero(decode_json(JOURNAL.element(replace(TAG, version=n)))) for n in (1, 2))

    assert first.content_hash() == second.content_hash() == JOURNAL.content_hash()


@pytest.mark.parametrize(
    "other",
    [
        replace(JOURNAL, journal_date=date(2026, 10, 30)),
        replace(JOURNAL, status="DRAFT"),
        replace(JOURNAL, text="October 2026"),
        replace(JOURNAL, show_on_cash_basis=True),
        replace(JOURNAL, line_amount_types="Exclusive"),
        replace(JOURNAL, lines=JOURNAL.lines[::-1]),
        replace(JOURNAL, lines=(replace(JOURNAL.lines[0], account_code="311"), JOURNAL.lines[1])),
        replace(JOURNAL, lines=(replace(JOURNAL.lines[0], description="cogs"), JOURNAL.lines[1])),
        replace(JOURNAL, lines=(replace(JOURNAL.lines[0], tax_type="INPUT2"), JOURNAL.lines[1])),
        replace(JOURNAL, lines=(replace(JOURNAL.lines[0], tracking=()), JOURNAL.lines[1])),
    ],
)
def test_any_other_difference_is_other_content(other: ManualJournal) -> None:
    assert other.content_hash() != JOURNAL.content_hash()


@given(
    st.from_regex(r"[A-Za-z0-9]{1,16}", fullmatch=True),
    st.from_regex(r"[A-Z]+-2026-(0[1-9]|1[0-2])(-[A-Za-z0-9/#.-]{1,20})?", fullmatch=True),
    st.integers(1, 999),
    st.text(max_size=100),
)
def test_a_tag_is_read_back_from_its_narration(organisation: str, key: str, version: int, words: str) -> None:
    tag = Tag(organisation, key, version)

    assert read_tag(narration(tag, plain_text(words))) == tag


@pytest.mark.parametrize(
    "text", ["", "October", "COGS-2026-10 v1", "ACME-COGS-2026-10-v0 x", "see ACME-COGS-2026-10-v1"]
)
def test_other_narrations_have_no_tag(text: str) -> None:
    assert read_tag(text) is None


@given(st.text())
def test_plain_text_is_one_line_that_a_search_can_hold(text: str) -> None:
    plain = plain_text(text)

    assert '"' not in plain
    assert "\\" not in plain
    assert plain == " ".join(plain.split())


def test_a_narration_that_xero_may_cut_is_refused() -> None:
    with pytest.raises(DataProblem) as caught:
        narration(TAG, "x" * 480)

    assert str(caught.value) == (
        "The narration of ACME-COGS-2026-10-v1 has 501 characters, 500 are allowed.\n"
        "    It names the document that it is about: shorten that name in the source."
    )


def test_content_is_canonical_json_and_is_read_back() -> None:
    lines = (
        Line("310", Decimal("1.20"), 'sold "é"', "NONE", (("Region", "North"),)),
        Line("630", Decimal("-1.20"), ""),
    )
    journal = ManualJournal(date(2026, 10, 31), "POSTED", "October 2026", lines)

    content = journal.content_json()

    assert canonical_json(decode_json(content)) == content
    assert journal_from_content(content).content_hash() == journal.content_hash()


def test_status_words_and_order_are_not_material() -> None:
    lines = (Line("310", Decimal("1.20"), "sold"), Line("630", Decimal("-1.20"), "sold"))
    journal = ManualJournal(date(2026, 10, 31), "POSTED", "October 2026", lines)
    other = replace(
        journal, status="DRAFT", text="x", lines=tuple(replace(line, description="y") for line in reversed(lines))
    )
    moved = replace(journal, lines=(replace(lines[0], account_code="311"), lines[1]))

    assert journal.material_hash() == other.material_hash()
    assert journal.material_hash() != moved.material_hash()
