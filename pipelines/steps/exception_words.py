"""What each kind of exception means, and what to do about it, in the reader's words."""

from schemas.closing import EXCEPTION_KINDS


def _accept(kind: str) -> str:
    """The correction that lets the close go on."""
    return (
        f"accept it in corrections.yaml: {{{{id: ..., accepts: {kind}, "
        "subjects: [{subjects}], reason: ..., owner: ..., status: open}}"
    )


SENTENCES = {
    "missing_cost": (
        "sold, but never received: no cost is known",
        f"Bring the receipts into the source, or {_accept('missing_cost')}",
    ),
    "negative_stock": (
        "more was issued than is on hand at the cut-off",
        f"Enter the missing receipt or count, set close.negative_stock to list, or {_accept('negative_stock')}",
    ),
    "missing_rate": (
        'currency "{subject}" has no rate on or before the day of the document',
        "Add the rate to the document, or to core.currency_rates (select currency_rates of the source's YAML).",
    ),
    "unknown_sku": (
        'SKU "{subject}" is not among the products',
        "Add it to the select of products in the source's YAML.",
    ),
    "unmapped_reason": (
        'adjustment reason "{subject}" has no account',
        'Add to mappings/adjustments.yaml under reasons:  "{subject}": {{account: "..."}}',
    ),
    "unmapped_charge": (
        'landed charge "{subject}" has no account',
        'Add to mappings/landed_costs.yaml under charges:  {subject}: {{account: "...", basis: value}}',
    ),
    "unmapped_tracking": (
        "no tracking option for {subject}",
        "Add the value under options of that category in mappings/tracking.yaml, or give it an otherwise.",
    ),
    "unmapped_account": (
        "role {subject} has no account",
        'Add to mappings/accounts.yaml under accounts:  {subject}: "..."',
    ),
    "missing_received_line": (
        'a bill names received line "{subject}", which does not exist',
        "Look at the selects of bill_lines and receipt_lines in the source's YAML.",
    ),
    "unpriced_receipt": (
        'received "{subject}" without a price',
        "Enter the price of the purchase order line; a receipt at no cost has the price 0.",
    ),
    "rejected_row": (
        "the row {subject} was refused by its table's rules (raw.rejected_rows)",
        f"Repair the row in the source, or {_accept('rejected_row')}",
    ),
}
"""What was found and the next step, by kind; `{subject}` is the value at fault, `{subjects}` a YAML list of them."""

PLACES = {"unmapped_reason": "core.adjustment_lines", "unmapped_charge": "core.charges"}
"""Where a person looks, for exceptions that come to light in a table behind it."""

ONE_STEP_FOR_ALL = [kind for kind, sentences in SENTENCES.items() if "{subject}" not in "".join(sentences)]
"""Kinds whose subjects are told together: nothing in their words is about one of them."""

assert set(SENTENCES) == set(EXCEPTION_KINDS)  # noqa: S101 a kind without words cannot be shown
