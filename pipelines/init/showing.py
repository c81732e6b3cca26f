"""The summary of a proposal: what was decided and why, what to look at, and what happens to each file."""

from collections.abc import Sequence

from pipelines.init.decisions import Decision
from pipelines.init.proposal import Proposal
from pipelines.init.writing import FilePlan
from pipelines.reports.month import ReportTable

WORDS = {
    "new": "new",
    "written": "written",
    "unchanged": "is as proposed",
    "differs": "is there and says something else",
    "kept": "is there already and stays",
    "replaced": "replaced",
    "proposed": "written; the file beside it stays as it is",
}


def summary_tables(proposal: Proposal) -> list[ReportTable]:
    """Facts, then every decision with its reason."""
    xero, cin7 = proposal.xero, proposal.cin7
    facts = (
        ("Xero", xero.organisation),
        ("Base currency", f"{xero.base_currency}" + (f"; Cin7: {cin7.base_currency}" if cin7.base_currency else "")),
        ("Locked up to", str(xero.lock_date or "not locked")),
        ("Currencies", ", ".join(xero.currencies)),
        ("Cin7", cin7.read_from),
        ("Branches", ", ".join(cin7.values.get("location", ())) or "none"),
        ("Channels", ", ".join(cin7.values.get("channel", ())) or "none"),
    )
    rows = tuple((one.key, one.label, one.reason, _state(one)) for one in proposal.decisions)
    return [
        ReportTable("Connected", ("", ""), facts),
        ReportTable("Proposed", ("Key", "Value", "Why", ""), rows),
    ]


def _state(decision: Decision) -> str:
    if decision.is_asked:
        return "answered"
    if decision.value is None:
        return "left out"
    return "" if decision.is_certain else "please look"


def file_lines(files: Sequence[FilePlan]) -> list[str]:
    """What will happen, or has happened, to each file: one line each."""
    return [f"  {file.name}: {WORDS[file.action]}" for file in files]


def facts_of(proposal: Proposal, files: Sequence[FilePlan], *, is_written: bool) -> dict[str, object]:
    """The same for programs."""
    xero, cin7 = proposal.xero, proposal.cin7
    return {
        "written": is_written,
        "organisation": xero.organisation,
        "base_currency": xero.base_currency,
        "lock_date": xero.lock_date,
        "currencies": list(xero.currencies),
        "source": cin7.source,
        "read_from": cin7.read_from,
        "found": {name: list(values) for name, values in cin7.values.items()},
        "warnings": proposal.warnings,
        "decisions": [vars(one) for one in proposal.decisions],
        "files": [{"file": file.name, "action": file.action, "difference": file.difference or None} for file in files],
    }
