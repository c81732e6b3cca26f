"""The cut-off journals of a month, where close.yaml asks for them: what one book has and the other has not."""

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.steps.source_changes import CORE_TABLES
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.journals import JournalEntries
from transforms.core_tables import CoreTables
from transforms.entries.cut_off import enter_cut_off
from transforms.matching import match_bills

_READ = ("products", "receipt_lines", "bill_lines", "currency_rates")


def enter_month_end(close: CloseContext, warehouse: Warehouse, left_out: pl.DataFrame) -> pl.LazyFrame | None:
    """JournalEntries of the cut-off journals and their reversals; None where close.yaml asks for none.

    Args:
        close: which month.
        warehouse: core.* and close.bookings.
        left_out: LeftOut of the month.
    """
    policy = close.policy.cut_off
    if not policy.is_on:
        return None
    tables = {name: warehouse.query(f"from core.{name}{'' if name in _READ else ' limit 0'}") for name in CORE_TABLES}
    core = CoreTables(**{name: frame.lazy() for name, frame in tables.items()})
    matched = match_bills(core, close.policy.base_currency, close.cut_off).collect()
    waiting = matched.filter(pl.col("is_received") & ~pl.col("is_billed"))["receipt_line_id"]
    moves = [*(f"receipt:{one}" for one in waiting), *left_out["move_id"]]
    bookings = warehouse.read("close.bookings", "period <= ? and list_contains(?, move_id)", [close.period, moves])
    entries = enter_cut_off(
        matched.lazy(), bookings.lazy(), left_out.lazy(), core.products, policy, close.period, close.cut_off
    )
    return check(JournalEntries, entries).lazy()
