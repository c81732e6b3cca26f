"""The words that Xero refuses a manual journal with; one function a sentence.

The first group is Xero's own text (xero.md section 2, the specification's example, answers that others recorded). For
the second group no recorded text is known: the rule is Xero's, the sentence is ours. Compare neither in a client.
"""

from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def unbalanced(debits: str, credit_total: str) -> str:
    """Debits as a positive, credits as a negative text amount, as in the specification's example."""
    return f"The total debits ({debits}) must equal total credits ({credit_total})"


def account_not_valid(code: str) -> str:
    """Unknown account, or one that is closed to journals: receivables, payables, bank, INVENTORY ..."""
    return f"Account code '{code}' is not a valid code for this document."


def account_archived(code: str) -> str:
    """Account that is archived or deleted."""
    return (
        f"Account code '{code}' has been archived, or has been deleted. Each line item must reference a valid account."
    )


def account_removed(code: str) -> str:
    """Warning, not error: a draft loses an unknown account code."""
    return f"Account code '{code}' has been removed as it does not match a recognised account."


def tax_type_unknown(tax_type: str) -> str:
    """Tax type that no active tax rate has."""
    return f"The TaxType code '{tax_type}' does not exist or cannot be used for this type of transaction."


def tax_type_not_applicable(tax_type: str, code: str) -> str:
    """Tax rate that may not be applied to the class of this account."""
    return f"The TaxType code '{tax_type}' cannot be used with account code '{code}'."


def status_not_applicable(status: str) -> str:
    """Unknown status, or a transition that Xero has not."""
    return f"The status '{status}' cannot be applied to the document"


def period_locked(lock_date: date) -> str:
    """Document dated on or before the period lock date."""
    return f"The document date cannot be before the period lock date, currently set at {_day(lock_date)}"


def year_locked(lock_date: date) -> str:
    """Document dated on or before the year-end lock date."""
    return f"The document date cannot be before the end of year lock date, currently set at {_day(lock_date)}"


def conversion_failed(value: object, type_name: str, path: str) -> str:
    """JSON value of another type: the whole body is refused (ErrorNumber 14)."""
    shown = f'"{value}"' if isinstance(value, str) else value
    return f"Error converting value {shown} to type '{type_name}'. Path '{path}'."


def key_reused(key: str) -> str:
    """Idempotency-Key that another method, URL or body had within the last six minutes."""
    return f"Idempotency Key: {key} is used with a different request."


NARRATION_MISSING = "Narration is required."
TOO_FEW_LINES = "A manual journal must have at least two lines."
AMOUNT_TOO_LARGE = "LineAmount must be at most 9,999,999,999.99."
LINE_AMOUNT_MISSING = "LineAmount is required on every journal line."
ACCOUNT_MISSING = "An account code or account ID is required on every line of a posted journal."
TOO_MANY_TRACKING_OPTIONS = "A journal line can have at most 2 tracking categories."

FILE_EMPTY = "The attachment has no content."
TOO_MANY_FILES = "A document can have at most 10 attachments."
HISTORY_DETAILS_MISSING = "A history record needs Details."
HISTORY_DETAILS_TOO_LONG = "The Details of a history record have at most 2500 characters."


def file_name_forbidden(file_name: str) -> str:
    """One of `< > : " / \\ | ? * +` or NUL in the name of a file."""
    return f"The file name {file_name} has a character that cannot be in one."


def file_too_large(size: int) -> str:
    """More than 10 MB; the size in bytes."""
    return f"The attachment has {size} bytes; at most 10 MB can be attached."


def too_many_decimals(amount: object) -> str:
    """What Xero does with a third decimal is not known, so the sandbox takes the side that shows the mistake."""
    return f"LineAmount {amount} has more than 2 decimals."


def tracking_unknown(category: str, option: str) -> str:
    """No active tracking category and option of these names or identifiers."""
    return f"The tracking option '{option}' does not exist or is not active in the tracking category '{category}'."


def tracking_repeated(category: str) -> str:
    """Two options of one category on one line."""
    return f"The tracking category '{category}' is used more than once on a line."


def _day(day: date) -> str:
    """31-Jul-2013, in English whatever the locale."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}"
