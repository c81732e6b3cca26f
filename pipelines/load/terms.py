"""What decides a plan beside the tables: organisation, status of the documents, mappings and code."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pipelines

if TYPE_CHECKING:
    from mappings.reader import Mappings
    from pipelines.settings import Settings

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


def plan_terms(settings: "Settings", mappings: "Mappings") -> PlanTerms:
    """The terms that settings and close.yaml give."""
    close = mappings.close
    return PlanTerms(
        organisation=settings.organisation,
        journal_status=close.journal_status,
        show_on_cash_basis=close.show_on_cash_basis,
        needs_approval=close.approval_required,
        mappings_hash=mappings.content_hash(),
        code_hash=hash_code(),
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
