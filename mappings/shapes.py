"""The only declaration of the keys of mappings/*.yaml: one frozen dataclass a file, with what each key means.

`reader.py` reads by it, `json_schema.py` writes the editors' schemas from it, and messages quote it. close.yaml, with
the accounting policies, is declared in `close_shape.py`.
"""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mappings.close_shape import CloseFile
from mappings.containers import ListOf, ShapeOf, TableOf, Written, key
from mappings.kinds import Month, PlacedText, Whole
from mappings.rule_shapes import LEVELS, MOST_RULES, Conditions
from mappings.vocabulary import (
    ACCOUNT_CODE,
    ANY_TEXT,
    BASIS,
    CORRECTION_STATUS,
    EXCEPTION_KIND,
    REMAINDER,
    ROLE,
    ROLE_OR_DEFAULT,
    TAX_TYPE,
    TRACKED_BY,
    XERO_NAME,
    Basis,
    CorrectionStatus,
    Remainder,
    TrackedBy,
)
from schemas.maps import PRECEDENCE

PRECEDENCE_WORDS = "Order in which rules are tried, the nearest to the single line first"

Account = PlacedText
"""A Xero account code that knows where it was written."""


@dataclass(frozen=True, kw_only=True)
class RoleAccounts(Written):
    """The account of each role, for every line that no rule, adjustment reason or charge decides."""

    stock_on_hand: Account = key(ACCOUNT_CODE, "Stock on hand, a CURRENT account: the one that the tie-out proves")
    cogs: Account = key(ACCOUNT_CODE, "Cost of goods sold")
    late_cost: Account | None = key(
        ACCOUNT_CODE,
        "Costs that came after their goods were sold; left out: the COGS account of that sale",
        default=None,
    )
    production_clearing: Account | None = key(ACCOUNT_CODE, "Other side of goods that were made", default=None)
    rounding: Account | None = key(
        ACCOUNT_CODE, "Half cents between rounded bill lines and exact receipts", default=None
    )
    exchange_difference: Account | None = key(
        ACCOUNT_CODE, "Receipt at the rate of its day against the bill at its own (IAS 21.21)", default=None
    )
    purchase_price_variance: Account | None = key(
        ACCOUNT_CODE, "Price on the bill against the price on receipt", default=None
    )
    purchase_return_variance: Account | None = key(
        ACCOUNT_CODE, "Cost of goods sent back against the supplier's credit", default=None
    )
    opening_difference: Account | None = key(
        ACCOUNT_CODE, "Opening stock of the ledger against Xero's balance on that day", default=None
    )
    goods_received_not_invoiced: Account | None = key(
        ACCOUNT_CODE,
        "Goods received without a bill at the cut-off, a liability; see close.cut_off_journals",
        default=None,
    )
    goods_in_transit: Account | None = key(
        ACCOUNT_CODE, "Bills of goods that have not come at the cut-off; see close.cut_off_journals", default=None
    )
    shipped_not_invoiced: Account | None = key(
        ACCOUNT_CODE, "Goods dispatched without an invoice at the cut-off; see close.cut_off_journals", default=None
    )


@dataclass(frozen=True, kw_only=True)
class AccountRule(Conditions):
    """Another account for lines of one role that have everything named here."""

    role: str = key(ROLE, "What the account is for")
    account: Account = key(ACCOUNT_CODE, "Xero account code")


@dataclass(frozen=True, kw_only=True)
class AccountsFile(Written):
    """Xero account of each role, and rules for the lines that need another one."""

    accounts: RoleAccounts = key(ShapeOf(RoleAccounts), "Account of each role")
    precedence: tuple[str, ...] = key(LEVELS, PRECEDENCE_WORDS, default=PRECEDENCE)
    rules: tuple[AccountRule, ...] = key(
        ListOf(ShapeOf(AccountRule), longest=MOST_RULES),
        "Tried before everything else, by precedence and then from top to bottom; the first match decides",
        default=(),
    )


@dataclass(frozen=True, kw_only=True)
class TaxRule(Conditions):
    """Another tax type for lines that have everything named here."""

    role: str | None = key(ROLE, "Only lines of this role", default=None)
    tax_type: PlacedText = key(TAX_TYPE, "Xero tax type")


@dataclass(frozen=True, kw_only=True)
class TaxesFile(Written):
    """Xero tax type of journal lines, by role, and rules for the lines that need another one."""

    tax_types: Mapping[PlacedText, PlacedText] = key(
        TableOf(ROLE_OR_DEFAULT, TAX_TYPE),
        "Tax type of each role; default serves the others; {} leaves every line to the journal's NoTax",
    )
    precedence: tuple[str, ...] = key(LEVELS, PRECEDENCE_WORDS, default=PRECEDENCE)
    rules: tuple[TaxRule, ...] = key(
        ListOf(ShapeOf(TaxRule), longest=MOST_RULES), "Tried before tax_types; the first match decides", default=()
    )


@dataclass(frozen=True, kw_only=True)
class TrackingRule(Conditions):
    """The option of lines that have everything named here."""

    option: PlacedText = key(XERO_NAME, "Option of the category in Xero")


@dataclass(frozen=True, kw_only=True)
class TrackingCategory(Written):
    """A Xero tracking category and the option of each location, channel, product category or rule."""

    name: PlacedText = key(XERO_NAME, "Name of the tracking category in Xero")
    by: TrackedBy | None = key(TRACKED_BY, "What chooses the option under `options`", default=None)
    options: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(ANY_TEXT, XERO_NAME), "Option in Xero of each value of what `by` names", default=None
    )
    precedence: tuple[str, ...] = key(LEVELS, PRECEDENCE_WORDS, default=PRECEDENCE)
    rules: tuple[TrackingRule, ...] = key(
        ListOf(ShapeOf(TrackingRule), longest=MOST_RULES), "Tried before options; the first match decides", default=()
    )
    otherwise: PlacedText | None = key(
        XERO_NAME, "Option of every other value; left out: such a value stops the close", default=None
    )


@dataclass(frozen=True, kw_only=True)
class TrackingFile(Written):
    """Which journal lines carry tracking options in Xero, and which ones."""

    tracked_roles: tuple[str, ...] = key(ListOf(ROLE), "Roles whose lines carry tracking options", default=())
    categories: tuple[TrackingCategory, ...] = key(
        ListOf(ShapeOf(TrackingCategory), longest=2), "At most two, as in Xero; [] for none"
    )


@dataclass(frozen=True, kw_only=True)
class Charge(Written):
    """How one kind of landed charge is spread, and the account that its bill was coded to."""

    account: Account = key(ACCOUNT_CODE, "Account that the carrier's bills are coded to; the journal empties it")
    basis: Basis = key(BASIS, "What the charge is spread by", default="value")
    places: int = key(Whole(2, 6), "Decimal places of a share", default=2)
    remainder: Remainder = key(REMAINDER, "Line that takes what rounding leaves over", default="largest")


@dataclass(frozen=True, kw_only=True)
class LandedCostsFile(Written):
    """Freight, customs and other charges that become part of the cost of stock (IAS 2.11)."""

    charges: Mapping[PlacedText, Charge] = key(
        TableOf(ANY_TEXT, ShapeOf(Charge)), "Each kind of charge, spelled as the source spells it; {} for none"
    )


@dataclass(frozen=True, kw_only=True)
class AdjustmentReason(Written):
    """The other side of stock adjustments with one reason."""

    account: Account = key(ACCOUNT_CODE, "Account that a write-off goes to and a surplus comes from")


@dataclass(frozen=True, kw_only=True)
class AdjustmentsFile(Written):
    """Account of each adjustment reason; a reason that is not here stops the close."""

    reasons: Mapping[PlacedText, AdjustmentReason] = key(
        TableOf(ANY_TEXT, ShapeOf(AdjustmentReason)), "Each reason, spelled as the source spells it; {} for none"
    )


@dataclass(frozen=True, kw_only=True)
class Correction(Written):
    """A known fault of the source data that a close may pass by, with who says so and why."""

    id: PlacedText = key(ANY_TEXT, "Name of the correction, never used twice")
    accepts: str = key(EXCEPTION_KIND, "Kind of exception that it settles")
    subjects: tuple[PlacedText, ...] = key(
        ListOf(ANY_TEXT, shortest=1), "What the exceptions name: SKUs, reasons, currencies; each must occur"
    )
    reason: PlacedText = key(ANY_TEXT, "Why the close may go on")
    owner: PlacedText = key(ANY_TEXT, "Who answers for it")
    status: CorrectionStatus = key(
        CORRECTION_STATUS, "open while the source is to be repaired, accepted when it stays as it is"
    )
    from_period: date | None = key(Month(), "First month that it serves; left out: all", name="from", default=None)
    to_period: date | None = key(Month(), "Last month that it serves; left out: no end", name="to", default=None)

    def holds_in(self, period: date) -> bool:
        """Whether it serves the month that begins on this day."""
        return (self.from_period or period) <= period <= (self.to_period or period)


@dataclass(frozen=True, kw_only=True)
class CorrectionsFile(Written):
    """Faults that somebody looked at; one that matches nothing fails, because the source was probably repaired."""

    entries: tuple[Correction, ...] = key(
        ListOf(ShapeOf(Correction)), "One entry a fault; [] for none", name="corrections"
    )


FILES: dict[str, type[Written]] = {
    "accounts": AccountsFile,
    "taxes": TaxesFile,
    "tracking": TrackingFile,
    "landed_costs": LandedCostsFile,
    "adjustments": AdjustmentsFile,
    "corrections": CorrectionsFile,
    "close": CloseFile,
}
"""Each file without its ending, in the order in which they are read and reported."""
