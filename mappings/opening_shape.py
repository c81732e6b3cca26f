"""The keys of mappings/close.yaml about the opening: what Xero's stock account held otherwise, and who agreed to it."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from dataclasses import dataclass
from decimal import Decimal

from mappings.containers import Written, key
from mappings.kinds import PlacedText, Text
from mappings.vocabulary import ACCOUNT_CODE
from schemas.policies import OpeningDifference

_AMOUNT = Text(r"^-?[0-9]{1,15}\.[0-9]{2}$", 'an amount with two places, quoted, such as "-12.34"')
_TEXT = Text()


@dataclass(frozen=True, kw_only=True)
class OpeningDifferenceEntry(Written):
    """Opening stock of the ledger less Xero's balance on the day before the first month, approved to be booked."""

    account: PlacedText = key(ACCOUNT_CODE, "Stock account in Xero")
    amount: PlacedText = key(_AMOUNT, "What the first month books: debit stock where it is positive")
    reason: PlacedText = key(_TEXT, "Why the two differ")
    owner: PlacedText = key(_TEXT, "Who approved it")

    def approved(self) -> OpeningDifference:
        """The entry as a plain value."""
        return OpeningDifference(str(self.account), Decimal(self.amount), self.place_text)

    @property
    def place_text(self) -> str:
        """file:line:column of the amount."""
        return self.amount.defined_at
