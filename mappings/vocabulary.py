"""The words and texts that may stand in mappings/*.yaml, each kind of value declared once."""

from typing import Literal

from mappings.kinds import Choice, Text, words_of
from schemas.closing import EXCEPTION_KINDS
from schemas.journals import JOURNAL_KINDS, ROLES
from schemas.policies import CloseLateCost, EarlierMoves, Pool

Basis = Literal["value", "quantity", "weight", "volume", "equal"]
Remainder = Literal["largest", "last"]
TrackedBy = Literal["category", "location", "channel", "brand", "customer", "customer_group"]
CorrectionStatus = Literal["open", "accepted"]
JournalStatus = Literal["POSTED", "DRAFT"]
CloseMethod = Literal["fifo", "moving_average", "periodic_average", "specific"]
RecognitionDate = Literal["invoice_date", "moved_date"]
AccountingStatus = Literal["not_imported", "imported", "do_not_import", "error"]
InventoryMethod = Literal["perpetual", "periodic"]
NegativeStock = Literal["stop", "list"]

ANY_TEXT = Text()
IDENTIFIER = Text("^[a-z][a-z0-9_]{0,49}$", "small letters, digits and _, beginning with a letter")
ACCOUNT_CODE = Text("^[^ ](.{0,8}[^ ])?$", 'a Xero account code, quoted, of at most 10 characters, such as "310"')
TAX_TYPE = Text("^[A-Z][A-Z0-9]*$", "Xero's code of a tax type in capitals, such as NONE or INPUT2")
CURRENCY = Text("^[A-Z]{3}$", "an ISO 4217 code in capitals, such as NZD")
XERO_NAME = Text("^.{1,100}$", "a name of at most 100 characters, as in Xero")

ROLE = Choice[str](tuple(ROLES))
JOURNAL_KIND = Choice[str](tuple(JOURNAL_KINDS))
ROLE_OR_DEFAULT = Choice[str](("default", *ROLES))
EXCEPTION_KIND = Choice[str](tuple(EXCEPTION_KINDS))
BASIS = Choice[Basis](words_of(Basis))
REMAINDER = Choice[Remainder](words_of(Remainder))
TRACKED_BY = Choice[TrackedBy](words_of(TrackedBy))
CORRECTION_STATUS = Choice[CorrectionStatus](words_of(CorrectionStatus))
JOURNAL_STATUS = Choice[JournalStatus](words_of(JournalStatus))
CLOSE_METHOD = Choice[CloseMethod](words_of(CloseMethod))
POOL = Choice[Pool](words_of(Pool))
CLOSE_LATE_COST = Choice[CloseLateCost](words_of(CloseLateCost))
AMOUNT = Text(r"^[0-9]{1,12}(\.[0-9]{1,2})?$", 'an amount in base currency, quoted, such as "0.00"')
RECOGNITION_DATE = Choice[RecognitionDate](words_of(RecognitionDate))
ACCOUNTING_STATUS = Choice[str](words_of(AccountingStatus))
INVENTORY_METHOD = Choice[InventoryMethod](words_of(InventoryMethod))
EARLIER_MOVES = Choice[EarlierMoves](words_of(EarlierMoves))
NEGATIVE_STOCK = Choice[NegativeStock](words_of(NegativeStock))
