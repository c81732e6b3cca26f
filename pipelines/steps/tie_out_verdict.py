"""What a tie-out found, and whether a month may pass with it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.errors import DoesNotTieOut
from pipelines.steps.context import CloseContext
from schemas.problems import Problem
from transforms.periods import format_period
from transforms.tie_out.steps import STEPS


@dataclass(frozen=True)
class TieOutResult:
    """What a tie-out found."""

    steps: pl.DataFrame
    """TieOuts."""
    accounts: pl.DataFrame
    """TieOutAccounts."""
    documents: pl.DataFrame
    """TieOutDocuments."""
    refusals: dict[str, str]
    """Endpoints that Xero did not let be read, and why."""


def stop_on_difference(close: CloseContext, result: TieOutResult) -> None:
    """Let a month pass that ties out.

    Args:
        close: which month.
        result: its tie-out.

    Raises:
        DoesNotTieOut: an account differs by more than its materiality that no document explains, or by a cause that
            close.yaml stops on (exit 6).
    """
    problems = [
        _unexplained(row, result)
        for row in result.accounts.iter_rows(named=True)
        if abs(row["unexplained_amount"]) > row["materiality_amount"]
    ]
    stopping = result.steps.filter(pl.col("cause").is_in(list(close.policy.tie_out.stop_on)) & (pl.col("amount") != 0))
    problems += [_stopping(row, result) for row in stopping.iter_rows(named=True)]
    if problems:
        raise DoesNotTieOut(f"{format_period(close.period)} does not tie out.", problems)


def _unexplained(row: dict[str, object], result: TieOutResult) -> Problem:
    expected = Decimal(str(row["ledger_amount"])) + Decimal(str(row["explained_amount"]))
    books = "the stock ledger" if row["account_role"] == "stock_on_hand" else "our books"
    unread = "".join(f"\n    {resource} could not be read: {why}" for resource, why in result.refusals.items())
    return Problem(
        where=f"account {row['account_code']}",
        found=f"Xero holds {row['xero_amount']:,.2f}, {books} and the documents explain {expected:,.2f}; "
        f"it differs since {row['first_difference_on']}",
        fix=(
            "Look in Xero's account transactions of that day for what Xero tells to few apps only (its journals "
            "endpoint): an expense claim, an opening balance that was changed, a tracked item, a fixed asset, pay. "
            f"Journals, invoices, bills, credit notes, bank transactions and payments are accounted for.{unread}"
        ),
        amount=Decimal(str(row["unexplained_amount"])),
    )


def _stopping(row: dict[str, Any], result: TieOutResult) -> Problem:
    """A cause that close.yaml does not let pass."""
    own = result.documents.filter((pl.col("account_code") == row["account_code"]) & (pl.col("cause") == row["cause"]))
    return Problem(
        where=f"account {row['account_code']}",
        found=f"{STEPS[str(row['cause'])]}, which close.tie_out.stop_on does not let pass",
        fix=f"Settle the documents in Xero, then run: tieout tie-out {format_period(row['period'])}",
        row_count=own.height,
        amount=Decimal(str(row["amount"])),
        examples=tuple(own["document_number"].to_list()),
    )
