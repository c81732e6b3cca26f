"""The keys of mappings/documents.yaml: which trade documents go to Xero, and how."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mappings.containers import ListOf, OneOrMore, ShapeOf, TableOf, Written, key, keys_of
from mappings.documents_words import (
    CONTACT_CHOICE,
    GROUP_KIND,
    GROUP_RATE,
    GROUP_SPAN,
    KIND_SENT,
    LEVEL,
    LINE_ROLE,
    NUMBER_PREFIX,
    SYNC_STATUS,
    TERM_TYPE,
)
from mappings.kinds import Day, Flag, PlacedText, Text, Whole
from mappings.rule_shapes import LEVELS, MOST_RULES, Conditions
from mappings.shapes import PRECEDENCE_WORDS
from mappings.vocabulary import ACCOUNT_CODE, ACCOUNTING_STATUS, AMOUNT, ANY_TEXT, TAX_TYPE
from schemas.maps import PRECEDENCE
from schemas.sync_policy import KINDS_SENT, GroupRate, GroupSpan, MatchLevel, SyncStatus, TermType

Account = PlacedText


@dataclass(frozen=True, kw_only=True)
class KindSettings(Written):
    """How documents of one kind are sent."""

    send: bool = key(Flag(), "Whether they are sent at all", default=True)
    status: SyncStatus = key(
        SYNC_STATUS, "Status in Xero: AUTHORISED is booked, DRAFT waits for a person", default="AUTHORISED"
    )
    number_prefix: str = key(NUMBER_PREFIX, "Stands before their numbers in Xero", default="")


KIND = ShapeOf(KindSettings)


@dataclass(frozen=True, kw_only=True)
class SentKinds(Written):
    """What goes to Xero; a kind that is left out stays in the source."""

    contacts: KindSettings | None = key(
        KIND, "Customers and suppliers that have a document to send; left out: they are only matched", default=None
    )
    items: KindSettings | None = key(KIND, "Products on those documents, as untracked items", default=None)
    sales_invoices: KindSettings | None = key(KIND, "Sales invoices", default=None)
    sales_credits: KindSettings | None = key(KIND, "Customers' credit notes", default=None)
    bills: KindSettings | None = key(KIND, "Suppliers' bills", default=None)
    supplier_credits: KindSettings | None = key(KIND, "Suppliers' credit notes", default=None)
    purchase_orders: KindSettings | None = key(KIND, "Purchase orders: no entries in Xero's ledger", default=None)
    sales_deposits: KindSettings | None = key(
        KIND, "Invoices for money asked for before the goods; the final invoice reverses them", default=None
    )
    purchase_deposits: KindSettings | None = key(KIND, "The same on the purchase side", default=None)
    payments: KindSettings | None = key(KIND, "Payments of the documents above; see payments.push", default=None)
    allocations: KindSettings | None = key(KIND, "Credits set against the invoice that they credit", default=None)

    @property
    def sent(self) -> Mapping[str, KindSettings]:
        """The kinds that are on, by their names here."""
        given = {name: getattr(self, name) for name in keys_of(SentKinds)}
        return {name: settings for name, settings in given.items() if settings is not None and settings.send}


@dataclass(frozen=True, kw_only=True)
class LineAccounts(Written):
    """The account of each kind of line, for every line that no rule decides."""

    revenue: Account | None = key(ACCOUNT_CODE, "Goods and services sold", default=None)
    purchases: Account | None = key(
        ACCOUNT_CODE, "Goods bought; left out: the stock account of accounts.yaml", default=None
    )
    purchases_not_stocked: Account | None = key(
        ACCOUNT_CODE, "Bought products that are not valued as stock, and other lines of bills", default=None
    )
    freight_income: Account | None = key(ACCOUNT_CODE, "Freight charged to customers; left out: revenue", default=None)
    surcharge_income: Account | None = key(ACCOUNT_CODE, "Surcharges to customers; left out: revenue", default=None)
    discount_given: Account | None = key(ACCOUNT_CODE, "Discounts to customers; left out: revenue", default=None)
    freight_cost: Account | None = key(
        ACCOUNT_CODE, "Freight on suppliers' bills; left out: purchases, it is cost of the goods", default=None
    )
    surcharge_cost: Account | None = key(ACCOUNT_CODE, "Surcharges of suppliers; left out: purchases", default=None)
    discount_received: Account | None = key(ACCOUNT_CODE, "Discounts of suppliers; left out: purchases", default=None)
    sales_deposit: Account | None = key(
        ACCOUNT_CODE, "Customers' deposits, a liability until the goods go", default=None
    )
    purchase_deposit: Account | None = key(
        ACCOUNT_CODE, "Deposits paid to suppliers, an asset until the goods come", default=None
    )
    rounding: Account | None = key(ACCOUNT_CODE, "Rounding lines; left out: Xero's own rounding account", default=None)


@dataclass(frozen=True, kw_only=True)
class LineAccountRule(Conditions):
    """Another account for lines of one kind that have everything named here."""

    role: str = key(LINE_ROLE, "What the line is")
    account: Account = key(ACCOUNT_CODE, "Xero account code")


@dataclass(frozen=True, kw_only=True)
class DocumentTaxTypes(Written):
    """Xero tax type of each tax of the source."""

    sales: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(ANY_TEXT, TAX_TYPE),
        "The source's name of a tax, else its rate such as 15%; exempt: documents without tax; default: the rest",
        default=None,
    )
    purchases: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(ANY_TEXT, TAX_TYPE), "The same for bills and what belongs to them", default=None
    )


@dataclass(frozen=True, kw_only=True)
class RoundingSettings(Written):
    """What happens to cents between a document's lines and the total that the source states."""

    cap: str = key(
        AMOUNT, "Up to this difference a rounding line makes them equal; above it is an error", default="0.02"
    )
    tax_type: PlacedText = key(TAX_TYPE, "Tax type of rounding lines", default=PlacedText("NONE"))


@dataclass(frozen=True, kw_only=True)
class TermSettings(Written):
    """When a document is due."""

    days: int = key(Whole(0, 366), "Days, or the day of the month")
    type: TermType = key(
        TERM_TYPE,
        "Xero's word: days after the document, after its month, or a day of this or the next month",
        default="DAYSAFTERBILLDATE",
    )


@dataclass(frozen=True, kw_only=True)
class PaymentSettings(Written):
    """Which way payments go."""

    push: bool = key(Flag(), "Payments of the source are sent to Xero", default=False)
    pull: bool = key(Flag(), "Payments that people enter in Xero are read back", default=False)
    update_source: bool = key(Flag(), "Payments that were read back are written into the source", default=False)


@dataclass(frozen=True, kw_only=True)
class GroupRule(Written):
    """Sales of a channel that become one document a day or a month; purchases never do."""

    channels: tuple[PlacedText, ...] = key(
        OneOrMore(ANY_TEXT), 'A channel, a list of them, or a pattern with * and ?; "*" is any, also none'
    )
    by: GroupSpan = key(GROUP_SPAN, "One document a day, or a month")
    contact: PlacedText = key(
        Text("^.{1,255}$", "a name of at most 255 characters"), "Name of the contact that it carries"
    )
    rate: GroupRate = key(
        GROUP_RATE,
        "document: documents of another rate make another group; average: the group takes the average of its rates",
        default="document",
    )
    kinds: tuple[str, ...] = key(
        ListOf(GROUP_KIND, shortest=1), "What is put together", default=("sales_invoices", "sales_credits")
    )


@dataclass(frozen=True, kw_only=True)
class ContactSettings(Written):
    """How contacts of the source find theirs in Xero."""

    match: tuple[MatchLevel, ...] = key(
        ListOf(LEVEL),
        "What is compared, the surest first; the first that finds something decides",
        default=("stored_id", "contact_number", "tax_number", "email", "name"),
    )
    number_prefix: str = key(NUMBER_PREFIX, "Stands before the source's id in Xero's ContactNumber", default="CIN7-")
    decisions: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(ANY_TEXT, CONTACT_CHOICE),
        "For contacts that wait: the source's contact id, and Xero's contact id or new",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class CountSettings(Written):
    """Which documents count."""

    accounting_statuses: tuple[str, ...] = key(
        ListOf(ACCOUNTING_STATUS),
        "What the source may say about a document in accounting; a document of which it says nothing counts",
        default=("not_imported", "imported", "error"),
    )
    moved_only: bool = key(Flag(), "Only documents whose goods moved completely", default=False)


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings(Written):
    """When a kind is sent by itself."""

    every: PlacedText | None = key(
        Text("^[1-9][0-9]{0,3} (minutes|hours|days|weeks)$", 'such as "30 minutes", "1 hours" or "1 days"'),
        "How often",
        default=None,
    )
    cron: PlacedText | None = key(ANY_TEXT, "Or when, as cron writes it, such as 0 6 * * 1-5", default=None)
    start: PlacedText | None = key(
        Text("^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]$", 'such as "2026-10-01 06:00"'),
        "Not before, in the organisation's time zone",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class DocumentsFile(Written):
    """Which trade documents of the source go to Xero, and how; without this file none do."""

    from_date: date = key(Day(), "Date of the first documents that are sent", name="from")
    kinds: SentKinds = key(ShapeOf(SentKinds), "What is sent, each kind for itself")
    counts: CountSettings = key(ShapeOf(CountSettings), "Which documents count", default=CountSettings())
    accounts: LineAccounts = key(ShapeOf(LineAccounts), "Account of each kind of line", default=LineAccounts())
    use_order_accounts: bool = key(
        Flag(),
        "An account on the order's line is the Xero account, where no rule asks for order_account",
        default=False,
    )
    precedence: tuple[str, ...] = key(LEVELS, PRECEDENCE_WORDS, default=PRECEDENCE)
    rules: tuple[LineAccountRule, ...] = key(
        ListOf(ShapeOf(LineAccountRule), longest=MOST_RULES),
        "Tried before accounts, by precedence and then from top to bottom; the first match decides",
        default=(),
    )
    tax_types: DocumentTaxTypes = key(ShapeOf(DocumentTaxTypes), "Tax types", default=DocumentTaxTypes())
    tracked_roles: tuple[str, ...] = key(
        ListOf(LINE_ROLE), "Lines that carry the tracking options of tracking.yaml", default=()
    )
    rounding: RoundingSettings = key(ShapeOf(RoundingSettings), "Rounding lines", default=RoundingSettings())
    payment_terms: Mapping[PlacedText, TermSettings] | None = key(
        TableOf(ANY_TEXT, ShapeOf(TermSettings)),
        "The source's words for payment terms; default: documents without any",
        default=None,
    )
    payment_accounts: Mapping[PlacedText, Account] | None = key(
        TableOf(ANY_TEXT, ACCOUNT_CODE),
        "Bank or clearing account of each way to pay; default: the rest",
        default=None,
    )
    payments: PaymentSettings = key(ShapeOf(PaymentSettings), "Which way payments go", default=PaymentSettings())
    consolidate: tuple[GroupRule, ...] = key(
        ListOf(ShapeOf(GroupRule)), "Sales that become one document; the first rule that fits decides", default=()
    )
    contacts: ContactSettings = key(ShapeOf(ContactSettings), "Contacts", default=ContactSettings())
    owners: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(ANY_TEXT, ANY_TEXT),
        "Who looks after what tieout errors lists: by error code, by kind such as bill, or default",
        default=None,
    )
    schedule: Mapping[PlacedText, ScheduleSettings] | None = key(
        TableOf(KIND_SENT, ShapeOf(ScheduleSettings)),
        "When each kind is sent by itself; left out: when somebody runs tieout sync",
        default=None,
    )

    @property
    def kinds_on(self) -> frozenset[str]:
        """Kinds of rows in `sync` that are sent: deposits with their reversals, payments only where they are pushed."""
        sent = {KINDS_SENT[name] for name in self.kinds.sent if name != "payments" or self.payments.push}
        return frozenset(sent | {f"{kind}_reversal" for kind in sent if kind.endswith("_deposit")})


OPTIONAL_FILES: dict[str, type[Written]] = {"documents": DocumentsFile}
"""Files that a company may do without: a close never reads them."""
