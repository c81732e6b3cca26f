"""What has changed since a month was signed: each source row, and what it does to COGS and to stock, in cents.

The changes are applied to the signed documents one after the other, in the order in which they are told: products and
rates, opening stock, receipts, bills, charges, adjustments, production, transfers, sales; in each by day and key. The
effect of a change is what the totals move when it is applied, so the effects sum to the whole change by construction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.errors import DataProblem, UsageProblem
from pipelines.load.locks import read_locks
from pipelines.load.terms import hash_code
from pipelines.signing.affected import narrow_down
from pipelines.signing.replay import NOTHING, Totals, total_up, with_rows
from pipelines.signing.signed_rows import RowChange, as_frame, changed_rows
from pipelines.signing.state_files import FOLDER, holds_state
from pipelines.steps.context import CloseContext
from pipelines.steps.stock import read_core
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from transforms.core_tables import CoreTables
from transforms.costing import MoveProblems

MOST_STEPS = 200
"""Changes that are applied one by one; what is beyond is applied by table."""

KEYS = {
    "products": ["sku"],
    "currency_rates": ["currency_code", "rate_date"],
    "opening_stock": ["opening_id"],
    "receipt_lines": ["receipt_line_id"],
    "bill_lines": ["bill_line_id"],
    "charges": ["charge_id"],
    "adjustment_lines": ["adjustment_line_id"],
    "production_lines": ["production_line_id"],
    "transfer_lines": ["transfer_line_id"],
    "sale_lines": ["sale_line_id"],
}


@dataclass(frozen=True)
class SignOff:
    """A row of post.sign_offs."""

    sign_off: int
    period: date
    cut_off: date
    signed_by: str
    login: str
    host: str
    signed_at: datetime
    plan_hash: str
    row_count: int
    inputs_hash: str
    mappings_hash: str
    code_hash: str
    cogs_amount: Decimal
    stock_amount: Decimal

    @property
    def totals(self) -> Totals:
        """COGS so far and stock, as signed."""
        return Totals(self.cogs_amount, self.stock_amount)


@dataclass(frozen=True)
class Cause:
    """Rows that changed together, or settings, and what they do."""

    changes: tuple[RowChange, ...]
    """None: settings, mappings or the version of tieout."""
    effect: Totals
    words: str = ""


@dataclass(frozen=True)
class MonthDiff:
    """Everything that changed since a month was signed."""

    signed: SignOff
    causes: tuple[Cause, ...]
    now: Totals
    reopened: tuple[Mapping[str, Any], ...]
    """The row of post.reopenings that set this sign-off aside; none: it stands."""
    is_signed_year: bool
    """Whether Xero's year-end lock covers the month: a correction of it is one of an earlier year (IAS 8.41)."""

    @property
    def change(self) -> Totals:
        """All of it: now less signed. The effects of the causes sum to it."""
        return self.now - self.signed.totals


def read_sign_off(warehouse: Warehouse, period: date) -> SignOff | None:
    """The last sign-off of a month; None: nobody has signed it."""
    rows = warehouse.read("post.sign_offs", "period = ? order by sign_off desc limit 1", [period]).to_dicts()
    return SignOff(**rows[0]) if rows else None


def diff_month(close: CloseContext, warehouse: Warehouse) -> MonthDiff:
    """Compare the documents as extracted last with those that were signed.

    Args:
        close: the month, under the settings and mappings of now.
        warehouse: core.*, post.sign_offs, post.signed_rows.

    Returns:
        Causes whose effects sum to the whole change, exactly.

    Raises:
        UsageProblem: nobody has signed the month (exit 2).
        DataProblem: the rows that were signed are not all in the warehouse (exit 3).
    """
    signed = read_sign_off(warehouse, close.period)
    if signed is None:
        raise UsageProblem(_not_signed(close))
    _stop_without_rows(warehouse, signed, close)
    changes = changed_rows(warehouse, signed.sign_off, signed.cut_off)
    core = read_core(warehouse)
    before = _as_signed(core, changes)
    was, now = total_up(before, close), total_up(core, close)
    causes = [*_settings(signed, close, was), *_apply(close, core, before, changes, now - was)]
    locks = read_locks(warehouse)
    is_signed_year = locks.end_of_year is not None and signed.cut_off <= locks.end_of_year
    reopened = warehouse.read("post.reopenings", "sign_off = ?", [signed.sign_off]).to_dicts()
    return MonthDiff(signed, tuple(causes), now, tuple(reopened), is_signed_year)


def _not_signed(close: CloseContext) -> str:
    """Nobody signed it, or the warehouse is new and has not met its organisation, whose sign-offs the log keeps."""
    month, folder = f"{close.period:%Y-%m}", close.settings.post_log / FOLDER
    if folder.is_dir():
        return (
            f"This warehouse knows of no sign-off of {month}; {folder} keeps rows of some.\n"
            f"    Run `tieout plan {month}` first: it asks Xero which organisation this is, and brings them back."
        )
    return f"{month} is not signed. Sign it: tieout sign {month} --as NAME"


def _stop_without_rows(warehouse: Warehouse, signed: SignOff, close: CloseContext) -> None:
    """The rows as signed are what everything is compared with: all of them, or nothing is told."""
    if holds_state(warehouse, signed.sign_off, signed.inputs_hash, signed.cut_off):
        return
    folder = close.settings.post_log / FOLDER
    raise DataProblem(
        f"What changed in {signed.period:%Y-%m} cannot be told: the source rows that were signed are not all here.",
        [
            Problem(
                "post.signed_rows",
                f"does not hold the {signed.row_count:,} rows that {signed.signed_by} signed on "
                f"{signed.signed_at:%Y-%m-%d %H:%M} UTC as they were (sha256 {signed.inputs_hash[:12]})",
                f"The warehouse is an older copy, and {folder} lacks files. Put that folder back, or a backup of the "
                "warehouse made after the sign-off; then run this command again.",
            )
        ],
    )


def _settings(signed: SignOff, close: CloseContext, was: Totals) -> Iterator[Cause]:
    """What the signed documents come to now, less what they came to then: only settings and code can do that."""
    if (effect := was - signed.totals).is_nothing:
        return
    named = {
        "mappings": close.mappings.content_hash() != signed.mappings_hash,
        "the version of tieout": hash_code() != signed.code_hash,
    }
    words = " and ".join(name for name, is_other in named.items() if is_other) or "settings"
    yield Cause((), effect, f"{words} changed")


def _as_signed(core: CoreTables, changes: Sequence[RowChange]) -> CoreTables:
    """The documents with every change taken back."""
    for name in {one.core_table for one in changes}:
        core = _with(core, name, [one for one in changes if one.core_table == name], is_new=False)
    return core


def _with(core: CoreTables, name: str, changes: Sequence[RowChange], *, is_new: bool) -> CoreTables:
    """The documents with the rows of some changes as they are, or as they were."""
    known = as_frame(name, [row for one in changes for row in (one.old, one.new) if row is not None])
    wanted = [row for one in changes if (row := one.new if is_new else one.old) is not None]
    frame = as_frame(name, wanted)
    gone = known.select(KEYS[name]).unique()
    full = getattr(core, name).collect_schema()
    return with_rows(core, name, gone, frame.select(list(full)))


def _apply(
    close: CloseContext, core: CoreTables, before: CoreTables, changes: Sequence[RowChange], whole: Totals
) -> Iterator[Cause]:
    """Each change's effect, applied in order; changes that only make sense together count together."""
    if not changes:
        return
    current = narrow_down(before, core, changes)
    last, told, waiting = total_up(current, close), NOTHING, list[RowChange]()
    for group in _grouped(changes):
        for change in group:
            current = _with(current, change.core_table, [change], is_new=True)
        waiting += group
        try:
            totals = total_up(current, close)
        except MoveProblems:  # such as the return of a sale that comes with the next change
            continue
        yield Cause(tuple(waiting), totals - last)
        told, last, waiting = told + (totals - last), totals, []
    if waiting or not (whole - told).is_nothing:
        yield Cause(tuple(waiting), whole - told, "" if waiting else "through stock that these rows share with others")


def _grouped(changes: Sequence[RowChange]) -> Iterator[Sequence[RowChange]]:
    """One by one; beyond a number of them the rest of each table at once."""
    yield from ([one] for one in changes[:MOST_STEPS])
    rest = changes[MOST_STEPS:]
    for name in dict.fromkeys(one.core_table for one in rest):
        yield [one for one in rest if one.core_table == name]
