"""The steps from the stock ledger to Xero's balance, and what the rows of a cause look like."""

from collections.abc import Mapping

import polars as pl

from schemas.dtypes import MONEY

STEPS: Mapping[str, str] = {
    "stock_ledger": "Stock ledger at the cut-off",
    "dispatched_not_recognised": "Dispatched, not yet in COGS",
    "excluded_by_rule": "Dispatched, kept out of COGS by a rule",
    "recognised_not_dispatched": "In COGS, not yet dispatched",
    "received_not_billed": "Received, not yet billed",
    "billed_not_received": "Billed, not yet received",
    "kept_by_method": "Sales and adjustments, which the periodic method does not book",
    "carried_by_cut_off": "Carried by cut-off journals",
    "billed_on_another_day": "Billed on the other side of the cut-off in Xero",
    "posted_later": "Journals dated after the cut-off",
    "landed_cost_in_clearing": "Landed cost still in clearing in Xero",
    "draft_in_xero": "Drafts and unapproved documents in Xero",
    "not_posted": "Missing in Xero",
    "change_not_posted": "Changes of journals that are not posted",
    "duplicate": "Twice in Xero",
    "edited": "Edited in Xero",
    "voided": "Voided or deleted in Xero",
    "foreign_named": "Entries of others, named in close.yaml",
    "foreign": "Entries of others in Xero",
    "currency": "Another currency or rate in Xero",
    "rounding": "Rounding of bill lines",
    "mapping": "On another account than mapped",
    "expected_in_xero": "Expected in Xero",
    "xero_balance": "Balance in Xero's trial balance",
    "unexplained": "Unexplained",
}
"""Every step in order; those between the ledger and the expected balance are causes."""

TOTALS = frozenset({"stock_ledger", "expected_in_xero", "xero_balance", "unexplained"})
"""Steps that are no causes."""

CAUSES = tuple(step for step in STEPS if step not in TOTALS)

TIMING = frozenset(CAUSES[: CAUSES.index("posted_later") + 1])
"""Causes that pass by themselves when the other document comes; the others are for somebody to look at."""

ALWAYS_SHOWN = frozenset(
    {
        "dispatched_not_recognised", "excluded_by_rule", "recognised_not_dispatched", "received_not_billed",
        "billed_not_received", "draft_in_xero", "not_posted",
    }
)  # fmt: skip
"""Causes that a stock account has at 0.00 too; the others stand there only where they occur."""

LEDGER_WORDS: Mapping[str, str] = {
    "stock_on_hand": STEPS["stock_ledger"],
    "clearing": "Open orders at the cut-off",
    "allowance": "Allowance of our own journals",
}
"""What the first step is called, by role of the account."""

CAUSE_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "account_code": pl.String,
    "cause": pl.String,
    "amount": MONEY,
    "document_kind": pl.String,
    "document_number": pl.String,
    "document_date": pl.Date,
    "xero_id": pl.String,
    "note": pl.String,
}
"""Columns of the rows of a cause: what Xero holds above our books because of a document, in base currency."""


def cause_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows of causes as a frame, also where there is none; rows of 0.00 are left out."""
    return pl.DataFrame([row for row in rows if row["amount"]], schema=dict(CAUSE_SCHEMA), orient="row")


def select_cause(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The columns of a cause's rows; those that are missing are null, and rows of 0.00 are left out."""
    given = set(rows.collect_schema().names())
    return rows.select(
        [
            (pl.col(name) if name in given else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in CAUSE_SCHEMA.items()
        ]
    ).filter(pl.col("amount") != 0)
