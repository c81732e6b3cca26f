"""The keys of mappings/close.yaml: source, first month and accounting policies; the defaults are the policies' own."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

import datetime
from dataclasses import dataclass
from decimal import Decimal

from mappings.containers import ListOf, ShapeOf, Written, key
from mappings.kinds import Flag, Month, PlacedText, Whole
from mappings.opening_shape import OpeningDifferenceEntry
from mappings.posting_shape import EVIDENCE_SCOPE, WHEN_LOCKED, Approval, ForeignJournalEntry, JournalChanges
from mappings.tie_out_shape import CutOffSettings, TieOutSettings
from mappings.vocabulary import (
    ACCOUNTING_STATUS,
    AMOUNT,
    CLOSE_LATE_COST,
    CLOSE_METHOD,
    CURRENCY,
    EARLIER_MOVES,
    IDENTIFIER,
    INVENTORY_METHOD,
    JOURNAL_STATUS,
    NEGATIVE_STOCK,
    POOL,
    RECOGNITION_DATE,
    CloseMethod,
    InventoryMethod,
    JournalStatus,
    NegativeStock,
    RecognitionDate,
)
from schemas.policies import (
    CloseLateCost,
    ClosePolicy,
    CompletenessPolicy,
    CostingPolicy,
    EarlierMoves,
    Pool,
    RecognitionPolicy,
)
from schemas.posting_choices import EvidenceScope, ForeignJournal, WhenLocked


@dataclass(frozen=True, kw_only=True)
class Costing(Written):
    """How stock is valued (IAS 2.23 to 2.27)."""

    method: CloseMethod = key(CLOSE_METHOD, "Cost formula", default="fifo")
    pool: Pool = key(POOL, "Stock that shares its cost: a SKU everywhere, or a SKU at one location", default="sku")
    late_cost: CloseLateCost = key(
        CLOSE_LATE_COST,
        "Which month books a landed cost that becomes known after its goods: that of its bill (catch_up), that of its "
        "goods while Xero has not locked it (restate), or restate from an amount on (threshold)",
        default="catch_up",
    )
    late_cost_threshold: PlacedText = key(
        AMOUNT, "For late_cost: threshold, the smallest charge that restates", default=PlacedText("0.00")
    )


@dataclass(frozen=True, kw_only=True)
class Recognition(Written):
    """Which sales count, and in which month; the defaults are Cin7 Omni's rule."""

    date: RecognitionDate = key(RECOGNITION_DATE, "The date whose month takes the COGS", default="invoice_date")
    require_invoice: bool = key(Flag(), "Whether a line needs an invoice date to count", default=True)
    require_full_shipment: bool = key(Flag(), "Whether a line counts only when all of it was shipped", default=True)
    accounting_statuses: tuple[str, ...] = key(
        ListOf(ACCOUNTING_STATUS),
        "Statuses in accounting that count; [] takes every status",
        default=("imported", "do_not_import"),
    )


@dataclass(frozen=True, kw_only=True)
class JournalSettings(Written):
    """How journals stand in Xero."""

    status: JournalStatus = key(JOURNAL_STATUS, "POSTED, or DRAFT for somebody to post by hand", default="POSTED")
    show_on_cash_basis: bool = key(Flag(), "Whether cash-basis reports include the journals", default=False)
    stale_after_days: int = key(
        Whole(1, 366), "Days after a month's end when tieout status calls a month that is not closed late", default=10
    )
    changes: JournalChanges = key(
        ShapeOf(JournalChanges), "How a journal changes that Xero holds, by kind", default=JournalChanges()
    )
    when_locked: WhenLocked = key(
        WHEN_LOCKED,
        "A new journal whose day is locked: refuse it, post it on day 1 of the earliest open month, or draft it there",
        default="refuse",
    )
    evidence: EvidenceScope = key(
        EVIDENCE_SCOPE,
        "Journals that get the rows behind them attached as CSV, and a note in their history: monthly ones, all, none",
        default="monthly",
    )


@dataclass(frozen=True, kw_only=True)
class Flux(Written):
    """Which changes against another month ask for a comment; both thresholds have to be reached."""

    amount: int = key(Whole(0, 10**9), "Change of COGS or margin from which a line asks, base currency", default=1000)
    percent: int = key(Whole(0, 10**6), "The same as a part of what it was, in per cent", default=10)


@dataclass(frozen=True, kw_only=True)
class Completeness(Written):
    """Whether a month that seems not to be all there stops the close or is only listed."""

    no_cogs: NegativeStock = key(
        NEGATIVE_STOCK, "Goods were sold and none has COGS, where the month before had some", default="stop"
    )
    no_receipts: NegativeStock = key(NEGATIVE_STOCK, "Nothing was received for receipt_days", default="list")
    fewer_rows: NegativeStock = key(
        NEGATIVE_STOCK, "A table has fewer rows than fewest_rows_percent of the month before", default="list"
    )
    receipt_days: int = key(Whole(0, 366), "Days without a receipt at the cut-off; 0 does not ask", default=30)
    fewest_rows_percent: int = key(Whole(0, 100), "Part of last month's rows, in per cent; 0 does not ask", default=50)


@dataclass(frozen=True, kw_only=True)
class CloseSettings(Written):
    """What a close does: its source, its first month and the accounting policies."""

    source: PlacedText = key(IDENTIFIER, "The source that is closed: a file in mappings/sources, without .yaml")
    first_period: datetime.date = key(
        Month(), "First month that tieout closes (YYYY-MM); what moved before is in Xero's opening balance"
    )
    moves_before_first_period: EarlierMoves = key(
        EARLIER_MOVES,
        "Where there is opening stock, what moved before first_period: left_out, it is in the opening stock; or "
        "counted, on top of an opening that is older than all documents",
        default="left_out",
    )
    inventory_method: InventoryMethod = key(
        INVENTORY_METHOD, "periodic writes no COGS and no adjustment journals", default="perpetual"
    )
    base_currency: PlacedText | None = key(
        CURRENCY,
        "Currency of the books, such as NZD; left out: every currency that a document names needs a rate",
        default=None,
    )
    costing: Costing = key(ShapeOf(Costing), "How stock is valued", default=Costing())
    recognition: Recognition = key(ShapeOf(Recognition), "Which sales count, and when", default=Recognition())
    negative_stock: NegativeStock = key(
        NEGATIVE_STOCK, "Whether stock below zero at a month's end stops the close or is only listed", default="stop"
    )
    journals: JournalSettings = key(ShapeOf(JournalSettings), "How journals stand in Xero", default=JournalSettings())
    completeness: Completeness = key(
        ShapeOf(Completeness), "What a month that seems not to be all there does", default=Completeness()
    )
    approval: Approval = key(ShapeOf(Approval), "Who has to agree", default=Approval())
    flux: Flux = key(ShapeOf(Flux), "Which changes against another month ask for a comment", default=Flux())
    tie_out: TieOutSettings = key(ShapeOf(TieOutSettings), "When a month ties out to Xero", default=TieOutSettings())
    cut_off_journals: CutOffSettings = key(
        ShapeOf(CutOffSettings),
        "Journals at the cut-off, reversed on day 1 of the next month; off by default",
        default=CutOffSettings(),
    )


@dataclass(frozen=True, kw_only=True)
class CloseFile(Written):
    """Source, first month and accounting policies of the close."""

    close: CloseSettings = key(ShapeOf(CloseSettings), "What a close does")
    foreign_journals: tuple[ForeignJournalEntry, ...] = key(
        ListOf(ShapeOf(ForeignJournalEntry)),
        "Journals of others on our accounts that somebody has decided on; each must exist in Xero",
        default=(),
    )

    opening_differences: tuple[OpeningDifferenceEntry, ...] = key(
        ListOf(ShapeOf(OpeningDifferenceEntry)),
        "Opening stock less Xero's balance on the day before the first month, by account; the first month books it",
        default=(),
    )

    @property
    def decided_journals(self) -> tuple[ForeignJournal, ...]:
        """The decisions about journals of others."""
        return tuple(entry.decided() for entry in self.foreign_journals)

    @property
    def source(self) -> str:
        """Name of the source that is closed."""
        return str(self.close.source)

    @property
    def journal_status(self) -> JournalStatus:
        """POSTED or DRAFT."""
        return self.close.journals.status

    @property
    def show_on_cash_basis(self) -> bool:
        """Whether cash-basis reports include the journals."""
        return self.close.journals.show_on_cash_basis

    @property
    def stale_after_days(self) -> int:
        """Days after a month's end when a month that is not closed is late."""
        return self.close.journals.stale_after_days

    @property
    def flux(self) -> Flux:
        """Thresholds of the flux."""
        return self.close.flux

    @property
    def approval_required(self) -> bool:
        """Whether a plan waits for another person."""
        return self.close.approval.required

    @property
    def policy(self) -> ClosePolicy:
        """The accounting policies as the transforms take them."""
        close, recognition = self.close, self.close.recognition
        return ClosePolicy(
            first_period=close.first_period,
            base_currency=str(close.base_currency or ""),
            costing=CostingPolicy(method=close.costing.method, pool=close.costing.pool),
            recognition=RecognitionPolicy(
                date=recognition.date,
                require_invoice=recognition.require_invoice,
                require_full_shipment=recognition.require_full_shipment,
                accounting_statuses=recognition.accounting_statuses,
            ),
            moves_before_first_period=close.moves_before_first_period,
            inventory_method=close.inventory_method,
            negative_stock=close.negative_stock,
            late_cost=close.costing.late_cost,
            late_cost_threshold=Decimal(close.costing.late_cost_threshold),
            cut_off=close.cut_off_journals.policy,
            tie_out=close.tie_out.policy,
            opening_differences=tuple(entry.approved() for entry in self.opening_differences),
            completeness=CompletenessPolicy(
                no_cogs=close.completeness.no_cogs,
                no_receipts=close.completeness.no_receipts,
                fewer_rows=close.completeness.fewer_rows,
                receipt_days=close.completeness.receipt_days,
                fewest_rows_percent=close.completeness.fewest_rows_percent,
            ),
        )
