"""The valuation journal: every reason why the ledger is not what was billed."""

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.journals import JournalEntries
from tests.transforms.builders import Row, bookings, pick
from transforms.entries.valuation import enter_valuation, split_bill_differences, split_share_rounding

SEPTEMBER, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
MONEY, COST = pl.Decimal(18, 2), pl.Decimal(28, 6)
RECEIPT: Row = {
    "receipt_line_id": "1",
    "kind": "receipt",
    "is_received": True,
    "is_billed": True,
    "is_base_currency": True,
    "received_cost": Decimal(90),
    "billed_amount": Decimal(90),
    "bill_line_count": 1,
}
NO_SHARES = pl.LazyFrame(schema={"source_id": pl.String, "charge_id": pl.String, "capitalised_amount": MONEY})
NOTHING_BEFORE = pl.LazyFrame(
    schema={"source_table": pl.String, "source_id": pl.String, "role": pl.String, "journaled_amount": MONEY}
)


def matched(*rows: Row) -> pl.LazyFrame:
    amounts = {"received_cost": COST, "billed_amount": MONEY}
    return pl.LazyFrame([{**RECEIPT, **row} for row in rows], schema_overrides=amounts)


def ledger(**amounts: str) -> pl.LazyFrame:
    """Value of receipts; keywords are ids after a letter."""
    keys = pl.Series([f"receipt:{name[1:]}" for name in amounts], dtype=pl.String)
    values = pl.Series([Decimal(text) for text in amounts.values()], dtype=MONEY)
    return pl.LazyFrame({"move_id": keys, "ledger_amount": values})


def split(row: Row, in_ledger: str) -> dict[str, str]:
    return dict(pick(split_bill_differences(matched(row), ledger(r1=in_ledger)), "role", "wanted_amount"))


def test_a_bill_for_what_came_in_makes_no_difference() -> None:
    assert split({}, "90.00") == {}


def test_half_a_cent_a_bill_line_is_rounding() -> None:
    # 3 x 3.335 = 10.005 came in, 10.01 in the ledger; the bill says 10.00
    row: Row = {"received_cost": Decimal("10.005"), "billed_amount": Decimal(10)}
    assert split(row, "10.01") == {"rounding": "0.01"}
    # 0.011 needs three bill lines to be rounding
    row = {"received_cost": Decimal("10.011"), "billed_amount": Decimal(10), "bill_line_count": 3}
    assert split(row, "10.01") == {"rounding": "0.01"}
    assert split(row | {"bill_line_count": 2}, "10.01") == {"purchase_price_variance": "0.01"}


def test_another_price_is_a_variance_and_what_the_pool_rounds_is_rounding() -> None:
    # 10.005 came in, 12.00 is billed: -1.995, so -2.00 (half away from zero). The ledger gained 10.01: -1.99 in all
    row = {"received_cost": Decimal("10.005"), "billed_amount": Decimal(12)}
    assert split(row, "10.01") == {"purchase_price_variance": "-2.00", "rounding": "0.01"}


def test_in_a_foreign_currency_it_is_an_exchange_difference() -> None:
    # USD 90 at 1.6 on receipt, at 1.7 on the bill: 144.00 - 153.00
    row = {"received_cost": Decimal(144), "billed_amount": Decimal(153), "is_base_currency": False}
    assert split(row, "144.00") == {"exchange_difference": "-9.00"}


def test_goods_sent_back_at_the_ledgers_cost_and_credited_at_their_price() -> None:
    # the ledger loses 95.00 (90.00 and 5.00 of freight), the supplier credits 90.00
    row = {"kind": "purchase_return", "received_cost": Decimal(-90), "billed_amount": Decimal(-90)}
    assert split(row, "-95.00") == {"purchase_return_variance": "-5.00"}


def test_a_receipt_without_a_price_differs_by_its_whole_bill() -> None:
    assert split({"received_cost": None}, "0.00") == {"purchase_price_variance": "-90.00"}


def test_what_is_only_received_or_only_billed_is_no_difference_yet() -> None:
    assert split({"is_billed": False, "billed_amount": Decimal(0)}, "90.00") == {}
    assert split({"is_received": False}, "0.00") == {}


CENTS = st.decimals(-500, 500, places=2)


@given(st.decimals(-500, 500, places=6), CENTS, CENTS, st.booleans(), st.booleans(), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_the_reasons_of_a_line_sum_to_ledger_less_bills(
    cost: Decimal, billed: Decimal, in_ledger: Decimal, is_base: bool, is_return: bool, lines: int
) -> None:
    row: Row = {"received_cost": cost, "billed_amount": billed, "is_base_currency": is_base, "bill_line_count": lines}
    found = split(row | {"kind": "purchase_return" if is_return else "receipt"}, str(in_ledger))
    assert sum((Decimal(amount) for amount in found.values()), Decimal(0)) == in_ledger - billed


def test_freight_is_rounded_by_its_pool_in_the_ledger_and_by_its_charge_in_the_journal() -> None:
    shares = pl.LazyFrame(
        {
            "source_id": ["F1:1", "F1:2"],
            "charge_id": ["F1", "F1"],
            "capitalised_amount": [Decimal("3.33"), Decimal("3.34")],
        },
        schema_overrides={"capitalised_amount": MONEY},
    )
    in_ledger = pl.LazyFrame(
        {"move_id": ["charge:F1:1"], "ledger_amount": [Decimal("3.34")]}, schema_overrides={"ledger_amount": MONEY}
    )
    assert pick(split_share_rounding(shares, in_ledger), "source_id", "wanted_amount") == [
        ("F1:1", "0.01"),
        ("F1:2", "-3.34"),
    ]


def enter(*booked: Row, receipts: pl.LazyFrame | None = None, in_ledger: pl.LazyFrame | None = None) -> pl.DataFrame:
    rows = bookings(*booked).lazy()
    facts = rows.select(
        "move_id", "moved_on", "document_id", "document_number", "sku", "category", "location", "channel", "party",
        "reason", "charge_type",
    )  # fmt: skip
    entered = enter_valuation(
        receipts if receipts is not None else matched({"is_billed": False}),
        NO_SHARES,
        in_ledger if in_ledger is not None else ledger(),
        facts,
        NOTHING_BEFORE,
        rows,
        SEPTEMBER,
        CUT_OFF,
    )
    return check(JournalEntries, entered).sort("source_id", "role", "entry_amount")


def test_each_reason_has_a_line_in_one_journal_of_the_month() -> None:
    receipt = {"move_id": "receipt:1", "kind": "receipt", "document_kind": "purchase", "cost_amount": "80"}
    entered = enter(receipt, receipts=matched({"received_cost": Decimal(80)}), in_ledger=ledger(r1="80.00"))
    assert pick(entered, "journal_key", "role", "line_topic", "entry_amount", "source_table") == [
        ("VALUATION-2026-09", "purchase_price_variance", "Bill differs from receipt", "10.00", "core.receipt_lines"),
        ("VALUATION-2026-09", "stock_on_hand", "Bill differs from receipt", "-10.00", "core.receipt_lines"),
    ]


def test_a_late_cost_goes_to_the_account_of_the_move_that_it_corrects() -> None:
    late = {"is_late": True, "cost_amount": "-5"}
    entered = enter(
        {
            "move_id": "adjustment:1",
            "kind": "adjustment_out",
            "document_kind": "adjustment",
            "reason": "Damaged",
            **late,
        },
        {"move_id": "production:1", "kind": "receipt", "document_kind": "production", **late},
        {"move_id": "sale:1", **late},
        {"move_id": "receipt:1", "kind": "receipt", "document_kind": "purchase", **late},
    )
    others = entered.filter(pl.col("role") != "stock_on_hand")
    assert pick(others, "source_id", "role", "entry_amount", "reason") == [
        ("adjustment:1", "adjustment", "5.00", "Damaged"),
        ("production:1", "production_clearing", "5.00", None),
    ]


def test_opening_stock_that_comes_to_light_later_is_a_difference_to_the_opening_balance() -> None:
    for is_late in (True, False):
        found = {"move_id": "opening:1", "kind": "opening", "document_kind": "opening", "cost_amount": "7"}
        entered = enter(found | {"is_late": is_late})
        assert pick(entered, "role", "entry_amount") == [("opening_difference", "-7.00"), ("stock_on_hand", "7.00")]


def test_a_transfer_between_locations_with_different_accounts_moves_value_between_them() -> None:
    leg = {"document_kind": "transfer", "document_id": "T1/1/dispatch"}
    out = {"move_id": "dispatch_out:1", "kind": "transfer_out", "cost_amount": "-30", **leg}
    into = {"move_id": "dispatch_in:1", "kind": "transfer_in", "cost_amount": "30", **leg}
    entered = enter(out, into | {"location": "Outlet", "stock_account_code": "632"})
    assert pick(entered, "role", "location", "entry_amount", "line_topic") == [
        ("stock_on_hand", "Auckland", "-30.00", "Moved between stock accounts"),
        ("stock_on_hand", "Outlet", "30.00", "Moved between stock accounts"),
    ]
    assert enter(out, into | {"location": "Outlet"}).is_empty()


def test_a_quiet_month_has_no_valuation() -> None:
    assert enter().is_empty()
