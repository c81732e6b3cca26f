"""The words that changes of accounts, tax rates, currencies and tracking are refused with; the sentences are ours."""

ACCOUNT_INCOMPLETE = "An account needs a Code, a Name and a Type."
BANK_NUMBER_MISSING = "A bank account needs a BankAccountNumber."
ACCOUNT_ARCHIVE_ALONE = "An account is archived without any other change, and a system account is not archived."
ACCOUNT_USED = "The account is used, or is a system account, and cannot be deleted."
SYSTEM_ACCOUNT = "The type of a system account cannot change."
CODE_TAKEN = "Please enter a unique Code."
NAME_TAKEN = "Please enter a unique Name."
CURRENCY_UNKNOWN = "The currency code is not known."
RATE_INCOMPLETE = "A tax rate needs a Name and at least one TaxComponent with Name and Rate."
RATE_REPORT_TYPE = "A tax rate of this organisation needs a ReportTaxType."
RATE_INVALID = "The Rate of a tax component is at least 0, at most 100, with at most 4 decimals."
RATE_FIXED = "A tax rate that Xero made cannot be changed."
TRACKING_NAME = "A tracking category or option needs a Name of at most 100 characters."
TRACKING_TAKEN = "A tracking category or option with this name exists already."
TRACKING_FULL = "There can be at most 2 active tracking categories."


def too_long(name: str, length: int) -> str:
    """Text with more characters than its field has."""
    return f"The field {name} must be at most {length} characters long."


def tax_type_unknown(tax_type: str) -> str:
    """Tax type that no tax rate has."""
    return f"The TaxType code '{tax_type}' does not exist."
