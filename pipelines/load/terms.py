"""What decides a plan beside the tables: organisation, status of the documents, mappings and code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pipelines
from schemas.posting_choices import ApprovalRules, ChangePolicy, EvidenceScope, ForeignJournal, WhenLocked

if TYPE_CHECKING:
    from mappings.reader import Mappings
    from pipelines.settings import Settings

GUARDED_ROLES = frozenset({"stock_on_hand", "cogs", "late_cost", "landed_cost_clearing"})
"""Roles on whose accounts a journal of somebody else would count the month twice."""

PACKAGES = ("schemas", "transforms", "mappings", "pipelines")


@dataclass(frozen=True)
class PlanTerms:
    """The same for `make_plan` and `apply_plan`, or the plan counts as changed."""

    organisation: str
    """Prefix of every tag."""
    journal_status: Literal["POSTED", "DRAFT"] = "POSTED"
    show_on_cash_basis: bool = False
    needs_approval: bool = False
    """Whether nothing is applied before a person approved it."""
    mappings_hash: str = ""
    code_hash: str = ""
    changes: Mapping[str, ChangePolicy] = field(default_factory=dict)
    """How a posted journal changes, by kind; a kind that is not here is replaced."""
    when_locked: WhenLocked = "refuse"
    """What becomes of a new journal whose day is locked."""
    evidence: EvidenceScope = "none"
    """Journals that get the rows behind them as an attachment, and a note in their history."""
    guarded_accounts: frozenset[str] = frozenset()
    """Accounts on which nobody else may have posted the month: stock, COGS, late cost, landed charges."""
    foreign_journals: tuple[ForeignJournal, ...] = ()
    """Journals of others that somebody has decided on."""
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    """Who has to approve, where somebody has to."""


def plan_terms(settings: "Settings", mappings: "Mappings") -> PlanTerms:
    """The terms that settings and close.yaml give."""
    from mappings.mapping_set import account_uses  # noqa: PLC0415 - it brings Polars, which `--help` does not wait for

    close = mappings.close
    return PlanTerms(
        organisation=settings.organisation,
        journal_status=close.journal_status,
        show_on_cash_basis=close.show_on_cash_basis,
        needs_approval=close.approval_required,
        mappings_hash=mappings.content_hash(),
        code_hash=hash_code(),
        changes=close.close.journals.changes.policies,
        when_locked=close.close.journals.when_locked,
        evidence=close.close.journals.evidence,
        guarded_accounts=frozenset(str(use.account) for use in account_uses(mappings) if use.role in GUARDED_ROLES),
        foreign_journals=close.decided_journals,
        approval=close.close.approval.rules,
    )


@cache
def hash_code(root: Path | None = None) -> str:
    """sha256 over the code of our four packages: a plan made by other code is another plan.

    Args:
        root: folder of the packages; None: where this code runs from.
    """
    folder = root or Path(pipelines.__file__).parents[1]
    files = sorted(
        (file.relative_to(folder).as_posix(), file)
        for package in PACKAGES
        for pattern in ("*.py", "*.sql")
        for file in (folder / package).rglob(pattern)
    )
    digest = sha256()
    for name, file in files:
        # Line ends differ between a checkout on Windows and one on Linux, the code does not.
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
