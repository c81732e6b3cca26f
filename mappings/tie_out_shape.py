"""The keys of mappings/close.yaml about the tie-out and about journals at the cut-off."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mappings.containers import ListOf, TableOf, Written, key
from mappings.kinds import Choice, Flag, PlacedText, Text, words_of
from mappings.vocabulary import ACCOUNT_CODE
from schemas.policies import CutOffPolicy, ShippedNotInvoiced, StockGate, TieOutPolicy

_AMOUNT = Text(r"^[0-9]{1,12}(\.[0-9]{1,2})?$", 'an amount in base currency, quoted, such as "0.00"')
_GATE = Choice[StockGate](words_of(StockGate))
_SHIPPED = Choice[ShippedNotInvoiced](words_of(ShippedNotInvoiced))
StopCause = Literal[
    "landed_cost_in_clearing", "draft_in_xero", "not_posted", "change_not_posted", "duplicate", "edited", "voided",
    "foreign", "currency", "rounding", "mapping",
]  # fmt: skip
_CAUSE = Choice[str](words_of(StopCause))


@dataclass(frozen=True, kw_only=True)
class TieOutSettings(Written):
    """When a month ties out to Xero."""

    materiality: PlacedText = key(
        _AMOUNT, "Unexplained amount of an account up to which the month still ties out", default=PlacedText("0.00")
    )
    account_materiality: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(ACCOUNT_CODE, _AMOUNT), "Another amount for single accounts, by code", default=None
    )
    stop_on: tuple[str, ...] = key(
        ListOf(_CAUSE), "Causes that stop the close though their documents explain them, such as foreign", default=()
    )
    allowances: tuple[PlacedText, ...] = key(
        ListOf(ACCOUNT_CODE),
        "Accounts that hold a write-down to net realisable value beside stock (IAS 2.28): each is proved by itself",
        default=(),
    )
    stock_on_hand: StockGate = key(
        _GATE,
        "Whether units that differ from the source's own stock on hand at the cut-off stop the close or are listed",
        default="stop",
    )

    @property
    def policy(self) -> TieOutPolicy:
        """The settings as plain values."""
        return TieOutPolicy(
            materiality=Decimal(self.materiality),
            account_materiality={str(code): Decimal(text) for code, text in (self.account_materiality or {}).items()},
            stop_on=self.stop_on,
            allowances=tuple(str(code) for code in self.allowances),
            stock_on_hand=self.stock_on_hand,
        )


@dataclass(frozen=True, kw_only=True)
class CutOffSettings(Written):
    """Journals at the cut-off for what one book has and the other not; each is reversed on day 1 of the next month."""

    received_not_billed: bool = key(
        Flag(), "Goods received without a bill: debit stock, credit goods received not invoiced", default=False
    )
    billed_not_received: bool = key(Flag(), "Bills without goods: debit goods in transit, credit stock", default=False)
    shipped_not_invoiced: ShippedNotInvoiced = key(
        _SHIPPED,
        "Goods dispatched without an invoice: debit an account of their own (clearing), or COGS where revenue is "
        "accrued (cogs); credit stock",
        default="off",
    )

    @property
    def policy(self) -> CutOffPolicy:
        """The settings as plain values."""
        return CutOffPolicy(
            received_not_billed=self.received_not_billed,
            billed_not_received=self.billed_not_received,
            shipped_not_invoiced=self.shipped_not_invoiced,
        )
