"""Journals in Xero that are not ours, on our accounts: found, decided on, and in the way until somebody has."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipelines.errors import ApprovalNeeded
from pipelines.warehouse import Warehouse
from schemas.posting_choices import ForeignJournal
from schemas.problems import Problem

_COUNTING = ("POSTED", "DRAFT", "ARCHIVED")
"""Statuses that count, or may count tomorrow when somebody approves the draft."""


def find_foreign_journals(warehouse: Warehouse, period: date, accounts: frozenset[str]) -> pl.DataFrame:
    """Manual journals of others that touch these accounts in a month.

    Cin7's own sync posts COGS, landed cost and adjustments as manual journals, and so do people: together with ours the
    month would count twice.

    Args:
        warehouse: xero.foreign_journal_lines.
        period: first day of the month.
        accounts: account codes.

    Returns:
        One row per journal, in order of date and narration: `manual_journal_id`, `narration`, `journal_date`,
        `journal_status`, `account_codes` (those of ours), `amount` (debits on them less credits, base currency) and
        `turnover` (debits and credits without signs).
    """
    end = (period.replace(day=28) + timedelta(days=4)).replace(day=1)
    return warehouse.query(
        """
        select manual_journal_id, any_value(narration) as narration, any_value(journal_date) as journal_date,
               any_value(journal_status) as journal_status,
               list_sort(list_distinct(list(account_code))) as account_codes,
               sum(line_amount)::decimal(18, 2) as amount, sum(abs(line_amount))::decimal(18, 2) as turnover
        from xero.foreign_journal_lines
        where journal_date >= ? and journal_date < ? and list_contains(?, account_code)
          and list_contains(?, journal_status)
        group by manual_journal_id order by journal_date, narration, manual_journal_id
        """,
        [period, end, sorted(accounts), list(_COUNTING)],
    )


def adopted_journals(warehouse: Warehouse, decisions: Sequence[ForeignJournal]) -> dict[str, str]:
    """Key of our journal by Xero's id, for the journals of others that count as our own first version.

    Args:
        warehouse: xero.foreign_journal_lines.
        decisions: of close.yaml.
    """
    adopted = {one.journal: one.adopted_as for one in decisions if one.decision == "adopted" and one.adopted_as}
    if not adopted:
        return {}
    known = warehouse.query("select distinct manual_journal_id, narration from xero.foreign_journal_lines")
    return {
        journal_id: key
        for journal_id, narration in known.sort("manual_journal_id").iter_rows()
        if (key := adopted.get(journal_id) or adopted.get(narration))
    }


def stop_on_foreign_journals(
    warehouse: Warehouse, period: date, accounts: frozenset[str], decisions: Sequence[ForeignJournal]
) -> None:
    """Let a month pass that nobody else has posted, before the first journal of it is sent.

    Args:
        warehouse: xero.foreign_journal_lines, and post.documents, which tells whether the month was begun.
        period: first day of the month.
        accounts: stock, COGS and charge accounts of the mappings.
        decisions: of close.yaml.

    Raises:
        ApprovalNeeded: with every journal of others that nobody has decided on, and every decision about a journal
            that Xero does not have (exit 4); nothing was sent.
    """
    if problems := undecided_journals(warehouse, period, accounts, decisions):
        raise ApprovalNeeded(
            f"Somebody else has posted journals of {period:%Y-%m} to your stock and cost accounts: nothing was sent.\n"
            "    With tieout's own the month would count twice. Each needs a decision.",
            problems,
        )


def undecided_journals(
    warehouse: Warehouse, period: date, accounts: frozenset[str], decisions: Sequence[ForeignJournal]
) -> list[Problem]:
    """What `stop_on_foreign_journals` stops on, for the plan to warn of before it is approved.

    Args:
        warehouse: xero.foreign_journal_lines and post.documents.
        period: first day of the month.
        accounts: stock, COGS and charge accounts of the mappings.
        decisions: of close.yaml.
    """
    if not accounts or _is_begun(warehouse, period):
        return []
    decided = {one.journal for one in decisions}
    found = find_foreign_journals(warehouse, period, accounts)
    rows = [row for row in found.to_dicts() if not decided & {row["manual_journal_id"], row["narration"]}]
    return [*(_undecided(row, period) for row in rows), *_undone(warehouse, decisions)]


def _is_begun(warehouse: Warehouse, period: date) -> bool:
    """Whether tieout has posted this month before."""
    found = warehouse.query(
        "select 1 from post.documents where period = ? and plan_hash in (select plan_hash from post.plans) limit 1",
        [period],
    )
    return not found.is_empty()


def _undecided(row: dict[str, object], period: date) -> Problem:
    journal_id, codes = row["manual_journal_id"], row["account_codes"]
    shown = ", ".join(str(code) for code in codes) if isinstance(codes, list) else ""
    return Problem(
        where=f"Xero, manual journal {row['narration']!r} of {row['journal_date']}",
        found=f"is not tieout's, {str(row['journal_status']).lower()}, and books on {shown}",
        fix=(
            "Void it in Xero (Accounting, Manual journals), and switch off the sync that posted it; or write under "
            "foreign_journals in mappings/close.yaml\n"
            f'      - {{journal: "{journal_id}", decision: adopted, as: COGS-{period:%Y-%m}, reason: "...", '
            'owner: "..."}   to let tieout take its place,\n'
            f'      - {{journal: "{journal_id}", decision: foreign, reason: "...", owner: "..."}}   to leave it beside '
            "tieout's."
        ),
        amount=Decimal(str(row["turnover"])),
    )


def _undone(warehouse: Warehouse, decisions: Sequence[ForeignJournal]) -> list[Problem]:
    """Decisions about journals that Xero does not have, and adoptions that do not say as what."""
    known = warehouse.query(
        "select distinct manual_journal_id, narration from xero.foreign_journal_lines "
        "union select manual_journal_id, narration from post.documents"
    )
    names = {name for row in known.iter_rows() for name in row}
    gone = [
        Problem(
            one.defined_at,
            f"foreign_journals names {one.journal!r}, which Xero does not have",
            "Delete the entry, or write the journal's id or its whole narration as Xero shows it.",
        )
        for one in decisions
        if one.journal not in names
    ]
    unsaid = [
        Problem(one.defined_at, f"{one.journal!r} is adopted, and does not say as what", "Add: as: COGS-YYYY-MM")
        for one in decisions
        if one.decision == "adopted" and not one.adopted_as
    ]
    return [*gone, *unsaid]
