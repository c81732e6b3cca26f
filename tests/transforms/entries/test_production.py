"""What was made and what was used, through production clearing."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.journals import JournalEntries
from tests.transforms.builders import Row, bookings, pick
from transforms.entries.production import enter_production

MADE: Row = {"move_id": "production:1", "kind": "receipt", "document_kind": "production", "cost_amount": "80"}


def enter(*rows: Row) -> pl.DataFrame:
    entered = enter_production(bookings(*rows).lazy(), date(2026, 9, 1), date(2026, 9, 30))
    return check(JournalEntries, entered).sort("source_id", "role")


def test_goods_made_at_standard_cost_credit_clearing() -> None:
    assert pick(enter(MADE), "journal_key", "line_topic", "role", "entry_amount") == [
        ("PRODUCTION-2026-09", "Goods made", "production_clearing", "-80.00"),
        ("PRODUCTION-2026-09", "Goods made", "stock_on_hand", "80.00"),
    ]


def test_components_go_into_clearing_and_come_out_as_goods_made() -> None:
    # two tents at 30.00 become one set: clearing is left with nothing
    used = MADE | {"move_id": "production:2", "kind": "assembly_out", "cost_amount": "-60"}
    entered = enter(MADE | {"kind": "assembly_in", "cost_amount": "60"}, used)
    clearing = entered.filter(role="production_clearing")
    assert pick(clearing, "line_topic", "entry_amount") == [("Goods made", "-60.00"), ("Components used", "60.00")]


def test_corrections_of_earlier_months_and_other_documents_are_not_here() -> None:
    assert enter(MADE | {"is_late": True}, MADE | {"move_id": "receipt:1", "document_kind": "purchase"}).is_empty()
