"""The words that contacts, items, invoices, credit notes, payments, orders and bank transactions are refused with.

The first group is Xero's own text (xero.md sections 3 to 7). For the second group no recorded text is known: the rule
is Xero's, the sentence is ours. Compare neither in a client.
"""

from pipelines.sandbox.xero.answers import Refusal, not_found

CONTACT_ARCHIVED = (
    "The specified contact details matched an archived contact."
    " Archived contacts cannot currently be edited via the API."
)
NUMBER_NOT_UNIQUE = "Invoice # must be unique."
INVOICE_CLOSED = "Invoice not of valid status for modification"
HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."
VOID_HAS_PAYMENTS = (
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
)
ORDER_DELETED = "Deleted PurchaseOrders cannot be updated"
PAYMENT_TOO_LARGE = "Payment amount exceeds the amount outstanding on this document"


def contact_name_taken(name: str) -> str:
    """Name of another active contact, recorded in this wording."""
    return (
        f"The contact name {name} is already assigned to another contact."
        " The contact name must be unique across all active contacts."
    )


def line_total(sent: str, expected: str) -> str:
    """LineAmount that is not quantity x price less discount."""
    return f"The line total {sent} does not match the expected line total {expected}"


def currency_not_subscribed(code: str) -> str:
    """Currency that the organisation has not added."""
    return f"Organisation is not subscribed to currency {code}"


def item_exists(code: str) -> str:
    """Code of another item."""
    return f"Price List Item with Code '{code}' already exists"


CONTACT_MISSING = "A Contact must be specified for this type of transaction."
CONTACT_NAME_MISSING = "The contact name cannot be empty."
CONTACT_NAME_INVALID = "The contact name has at most 255 characters, none of them < or >, and no stray spaces."
TOO_MANY_PERSONS = "A contact can have at most 5 contact persons."
NO_LINES = "One or more line items must be specified"
DUE_DATE_MISSING = "DueDate is required to approve a document."
LINE_ACCOUNT_MISSING = "Account code or ID must be specified on every line of an approved document."
LINE_TOO_LARGE = "LineAmount must be at most 9,999,999,999.99."
NO_DISCOUNTS = "Discounts are possible on sales invoices only."
TOTAL_NEGATIVE = "The total of a document cannot be negative."
TYPE_MISSING = "A Type must be specified."
BANK_ACCOUNT_MISSING = "A BankAccount of type BANK must be specified."
PAYMENT_DOCUMENT = "A payment is of exactly one Invoice or CreditNote, by identifier or number."
PAYMENT_ACCOUNT = "The account of a payment is of type BANK, or has EnablePaymentsToAccount."
PAYMENT_AMOUNT = "The amount of a payment is more than zero."
PAYMENT_FIXED = "A payment cannot be changed, only deleted."
PAYMENT_RECONCILED = "A reconciled payment cannot be deleted."
PAYMENT_NOT_OPEN = "A payment is possible on an authorised document only."
ALLOCATION_NOTE = "Only an authorised credit note can be allocated."
ALLOCATION_INVOICE = "A credit note is allocated to an authorised invoice of the same contact, side and currency."
ALLOCATION_AMOUNT = "The amount of an allocation is more than zero, and at most what is left of both documents."
ITEM_CODE_MISSING = "Price List Item Code must be supplied"
ITEM_UNTRACKABLE = "A tracked item has an InventoryAssetAccountCode of type INVENTORY and a COGSAccountCode."
ITEM_USED = "The item is used in documents and cannot be deleted."
RATE_INVALID = "CurrencyRate must be more than 0, with at most 6 decimals."


def contact_not_usable(contact_id: str) -> str:
    """Unknown or archived contact on a document."""
    return f"The contact with ContactID {contact_id} does not exist or is archived."


def contact_number_taken(number: str) -> str:
    """ContactNumber of another contact."""
    return f"The contact number {number} is already assigned to another contact."


def too_long(name: str, length: int) -> str:
    """Text with more characters than its field has."""
    return f"The field {name} must be at most {length} characters long."


def unknown_word(name: str, text: str) -> str:
    """A word that an enumeration has not."""
    return f"The {name} '{text}' is not known."


def item_unknown(code: str) -> str:
    """Item code of a line that no item has."""
    return f"Item code '{code}' is not valid"


def unknown_contact() -> Refusal:
    """404 for the whole request."""
    return not_found()
