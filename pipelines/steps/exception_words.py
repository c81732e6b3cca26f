"""What each kind of exception means, and what to do about it, in the reader's words."""

import json

from schemas.closing import EXCEPTION_KINDS


def _accept(kind: str) -> str:
    """The correction that lets the close go on."""
    return (
        f"accept it in corrections.yaml: {{{{id: ..., accepts: {kind}, "
        "subjects: [{subjects}], reason: ..., owner: ..., status: open}}"
    )


SENTENCES = {
    "missing_cost": (
        "sold, and not received by the cut-off: no cost is known",
        f"Bring receipts of the month or before into the source, or {_accept('missing_cost')}",
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
        "Was it renamed or deleted in the source? tieout extract --full reads every document again, and the data files "
        "may still name it; bring it back, or add it to the select of products in the source's YAML.",
    ),
    "unmapped_reason": (
        'adjustment reason "{subject}" has no account',
        'Add to mappings/adjustments.yaml under reasons:  {quoted}: {{account: "..."}}',
    ),
    "unmapped_charge": (
        'landed charge "{subject}" has no account',
        'Add to mappings/landed_costs.yaml under charges:  {quoted}: {{account: "...", basis: value}}',
    ),
    "unmapped_tracking": (
        "no tracking option for {subject}",
        'Add to mappings/tracking.yaml, category {category}, under options:  {option_of}: "..."  '
        '(for every other value too:  otherwise: "...")',
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
    "no_cogs": (
        "goods were sold in {subject} and none of them has COGS, where the month before had some",
        "See what was left out and why (tieout preview): invoices, shipments or statuses may be missing. "
        f"Set close.completeness.no_cogs to list, or {_accept('no_cogs')}",
    ),
    "no_receipts": (
        "nothing was received for close.completeness.receipt_days or longer when {subject} ends",
        f"Enter the missing receipts, change close.completeness.receipt_days, or {_accept('no_receipts')}",
    ),
    "fewer_rows": (
        "{subject} has far fewer rows than the month before",
        "Is the extract complete (tieout extract --full)? Change close.completeness.fewest_rows_percent, or "
        f"{_accept('fewer_rows')}",
    ),
    "before_opening": (
        "dated before the first month, and not there when that month was closed: the opening stock has none of it",
        "Date the document in an open month if its goods moved since; or enter the units as an adjustment; or, where "
        f"the opening stock counted them, {_accept('before_opening')}",
    ),
    "unstocked": (
        "is no stock product any more, and had stock when the month before closed: all of its history would be undone",
        "Count it down to nothing first and give it its old type until then; or, to book all of it back now, "
        f"{_accept('unstocked')}",
    ),
    "rejected_row": (
        "the row {subject} was refused by its table's rules (raw.rejected_rows)",
        f"Repair the row in the source, or {_accept('rejected_row')}",
    ),
}
"""What was found and the next step, by kind; `next_step` says what stands in the braces."""

OTHER_SPELLING = (
    "The products have {known}, which is spelt otherwise: write it alike in Cin7 or in the data file, or in the select "
    "of the source's YAML."
)
"""The next step for a SKU that is a product but for capitals and blanks."""

WITHOUT = "(none)"
"""The subject of entries that have nothing where a rule asks for something."""

STEPS_WITHOUT = {
    "unmapped_reason": "Add to mappings/accounts.yaml under rules:  "
    '- {role: adjustment, journal_kind: [adjustment, valuation], account: "..."}',
    "unmapped_charge": "Add to mappings/accounts.yaml under rules:  "
    '- {role: landed_cost_clearing, journal_kind: [landed_cost, valuation], account: "..."}',
}
"""The next step for entries without a reason or kind of charge."""


def next_step(kind: str, subject: str, subjects: str = "") -> str:
    """What to do about an exception, with the line of YAML to add.

    Args:
        kind: of EXCEPTION_KINDS.
        subject: the value at fault; for tracking `category: value`.
        subjects: all of them, as a YAML list without its brackets.
    """
    if subject == WITHOUT and kind in STEPS_WITHOUT:
        return STEPS_WITHOUT[kind]
    category, _, value = subject.partition(": ")
    if kind == "unmapped_tracking" and value == WITHOUT:
        return f'Add to mappings/tracking.yaml, category {_quoted(category)}:  otherwise: "..."'
    return SENTENCES[kind][1].format(
        subject=subject,
        subjects=subjects,
        quoted=_quoted(subject),
        category=_quoted(category),
        option_of=_quoted(value),
    )


def _quoted(text: str) -> str:
    """A text as YAML takes it in double quotes."""
    return json.dumps(text, ensure_ascii=False)


COUNTED = {"no_cogs": "sale lines", "no_receipts": "days", "fewer_rows": "rows"}
"""What the quantity of an exception counts where that is not units of stock."""

PLACES = {"unmapped_reason": "core.adjustment_lines", "unmapped_charge": "core.charges"}
"""Where a person looks, for exceptions that come to light in a table behind it."""

ONE_STEP_FOR_ALL = [kind for kind, sentences in SENTENCES.items() if "{subject}" not in "".join(sentences)]
"""Kinds whose subjects are told together: nothing in their words is about one of them."""

assert set(SENTENCES) == set(EXCEPTION_KINDS)  # noqa: S101 a kind without words cannot be shown
