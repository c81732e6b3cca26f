"""Entries become balanced lines, and every line keeps the rows it came from."""

from datetime import date
from decimal import Decimal
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.journals import JournalLines, JournalLineSources, Journals
from schemas.maps import MappingTables
from tests.transforms.builders import Row, day, entries, mappings, pick
from transforms.journals import BuiltJournals, build_journals
from transforms.unmapped import describe_unmapped

SEPTEMBER = date(2026, 9, 1)
LINE = ("journal_key", "line_number", "account_code", "line_amount")
REGION = {"location": "Auckland", "tracking_option": "North"}


def both_sides(
    source_id: str, amount: str, debit: str = "cogs", credit: str = "stock_on_hand", **other: object
) -> list[Row]:
    row = {"source_id": source_id, **other}
    return [
        {"role": debit, "entry_amount": amount, **row},
        {"role": credit, "entry_amount": -Decimal(amount), **row},
    ]


def build(rows: list[Row], maps: MappingTables | None = None) -> BuiltJournals:
    built = build_journals(entries(*rows).lazy(), maps or mappings(), SEPTEMBER)
    check(Journals, built.journals)
    check(JournalLines, built.lines)
    check(JournalLineSources, built.sources)
    return built


def test_rows_of_one_account_and_topic_become_one_line_debits_first() -> None:
    built = build([*both_sides("sale:1", "20.00"), *both_sides("sale:2", "12.34")])
    assert pick(built.lines, *LINE, "description", "source_count") == [
        ("COGS-2026-09", 1, "310", "32.34", "Cost of goods sold", 2),
        ("COGS-2026-09", 2, "630", "-32.34", "Cost of goods sold", 2),
    ]
    assert pick(built.journals, "journal_date", "narration_text", "debit_amount", "line_count") == [
        (day("09-30"), "Cost of goods sold, September 2026", "32.34", 2)
    ]
    assert pick(built.sources, "line_number", "role", "source_id", "source_amount") == [
        (1, "cogs", "sale:1", "20.00"),
        (1, "cogs", "sale:2", "12.34"),
        (2, "stock_on_hand", "sale:1", "-20.00"),
        (2, "stock_on_hand", "sale:2", "-12.34"),
    ]


def test_accounts_tax_types_tracking_and_topics_set_lines_apart() -> None:
    maps = mappings(
        {"role": "cogs", "channel": "Wholesale", "account_code": "311"},
        tracking=(REGION, {"tracking_option": "South"}),
        tracked_roles=("cogs", "late_cost"),
        taxes=({"role": "cogs", "tax_type": "NONE"},),
    )
    built = build(
        [
            *both_sides("sale:1", "1"),
            *both_sides("sale:2", "2", location="Dunedin"),
            *both_sides("sale:3", "4", channel="Wholesale"),
            *both_sides("sale:4", "8", debit="late_cost", line_topic="Late cost of earlier months"),
        ],
        maps,
    )
    assert pick(built.lines, "account_code", "tax_type", "description", "line_amount") == [
        ("310", "NONE", "Cost of goods sold · North", "1.00"),
        ("310", "NONE", "Cost of goods sold · South", "2.00"),
        ("311", "NONE", "Cost of goods sold · North", "4.00"),
        ("310", None, "Late cost of earlier months · North", "8.00"),
        ("630", None, "Cost of goods sold", "-7.00"),
        ("630", None, "Late cost of earlier months", "-8.00"),
    ]


def test_an_unknown_reason_leaves_both_sides_of_its_row_out_and_is_named() -> None:
    adjustment = {"journal_key": "ADJUSTMENT-2026-09-ADJ-1", "journal_kind": "adjustment", "journal_subject": "ADJ-1"}
    built = build(
        [
            *both_sides("adjustment:1", "5", debit="adjustment", reason="Damaged", **adjustment),
            *both_sides("adjustment:2", "7", debit="adjustment", reason="Eaten by possums", **adjustment),
        ]
    )
    assert pick(built.lines, "account_code", "line_amount") == [("429", "5.00"), ("630", "-5.00")]
    shown = ("exception_kind", "source_id", "document_number", "subject", "amount")
    assert pick(describe_unmapped(built.unmapped), *shown) == [
        ("unmapped_reason", "adjustment:2", "ADJ-1", "Eaten by possums", "7.00")
    ]


def test_what_is_missing_is_named_by_its_kind() -> None:
    tracking = (
        {"chosen_by": "channel", "tracking_category": "Channel", "channel": "Web", "tracking_option": "Online"},
    )
    maps = mappings(tracking=tracking, tracked_roles=("cogs",))
    nameless = MappingTables(
        maps.accounts.filter(pl.col("role") == "cogs"), maps.taxes, maps.tracking, ("cogs",), maps.charge_types
    )
    rows = [
        *both_sides("sale:1", "1", channel="Phone"),
        *both_sides("sale:2", "1", debit="landed_cost_clearing", charge_type="demurrage"),
        *both_sides("sale:3", "1", debit="adjustment"),
    ]
    found = pick(describe_unmapped(build(rows, nameless).unmapped), "exception_kind", "subject")
    assert sorted(set(found)) == [
        ("unmapped_account", "stock_on_hand"),
        ("unmapped_charge", "demurrage"),
        ("unmapped_reason", "(none)"),
        ("unmapped_tracking", "Channel: Phone"),
    ]


def test_rows_that_cancel_out_give_no_line_but_are_remembered() -> None:
    # rounding of +0.01 on one stock account and -0.01 on the other: the rounding account sees nothing
    maps = mappings({"role": "stock_on_hand", "category": "Made", "account_code": "631"})
    valuation = {
        "journal_key": "VALUATION-2026-09",
        "journal_kind": "valuation",
        "line_topic": "Rounding of bill lines",
    }
    built = build(
        [
            *both_sides("1", "0.01", "stock_on_hand", "rounding", **valuation),
            *both_sides("2", "-0.01", "stock_on_hand", "rounding", category="Made", **valuation),
        ],
        maps,
    )
    assert pick(built.lines, "line_number", "account_code", "line_amount") == [(1, "630", "0.01"), (2, "631", "-0.01")]
    remembered = built.sources.filter(pl.col("role") == "rounding")
    assert pick(remembered, "line_number", "source_id", "source_amount") == [(0, "1", "-0.01"), (0, "2", "0.01")]


def test_a_journal_of_which_nothing_is_left_is_left_out() -> None:
    built = build([*both_sides("sale:1", "5"), *both_sides("sale:2", "-5")])
    assert built.journals.collect().is_empty()
    assert built.lines.collect().is_empty()


def test_nothing_gives_no_journal() -> None:
    built = build([])
    assert [frame.collect().height for frame in (built.journals, built.lines, built.sources, built.unmapped)] == [0] * 4


ROLES = ("cogs", "late_cost", "rounding", "adjustment")
AMOUNTS = st.integers(-300, 300).filter(bool).map(lambda cents: Decimal(cents) / 100)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(ROLES), AMOUNTS, st.sampled_from(["Auckland", "Dunedin"]), st.sampled_from(["A", "B"])),
    max_size=10,
)
TRACKED = mappings(tracking=(REGION, {"location": "Dunedin", "tracking_option": "South"}), tracked_roles=("cogs",))


@given(ENTRIES, st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_lines_balance_equal_their_sources_and_do_not_depend_on_row_order(
    given_entries: list[tuple[str, Decimal, str, str]], random: Random
) -> None:
    rows = [
        side
        for at, (role, amount, location, subject) in enumerate(given_entries)
        for side in both_sides(
            f"{at}",
            str(amount),
            role,
            location=location,
            reason="Damaged",
            journal_key=subject,
            journal_subject=subject,
        )
    ]
    built = build(rows, TRACKED)
    lines, sources = built.lines.collect(), built.sources.collect()
    assert lines["line_amount"].sum() == 0
    traced = sources.group_by("journal_key", "line_number").agg(pl.col("source_amount").sum())
    both = lines.join(traced.filter(pl.col("source_amount") != 0), on=["journal_key", "line_number"], how="full")
    assert both.filter(pl.col("line_amount").ne_missing(pl.col("source_amount"))).is_empty()
    entered = sum((amount for _, amount, _, _ in given_entries), Decimal(0))
    assert -sources.filter(role="stock_on_hand")["source_amount"].sum() == entered
    random.shuffle(rows)
    again = build(rows, TRACKED)
    assert again.lines.collect().equals(lines)
    assert again.sources.collect().equals(sources)
