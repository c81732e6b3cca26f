"""Fills the `sync` tables: core tables, Xero's mirror and documents.yaml become what Xero should hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from mappings.documents import sync_maps, sync_policy
from mappings.documents_shape import DocumentsFile
from mappings.reader import MappingProblems, read_documents
from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from schemas.sync_policy import SyncPolicy
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import OWN_CODES, keep_history
from transforms.sync.wanted import WantedSync, want_documents

TRADE_TABLES = ("core.contacts", "core.trade_documents", "core.trade_lines", "core.payments")


@dataclass(frozen=True)
class WantedCounts:
    """How much Xero should hold, and how much waits or does not count."""

    documents: dict[str, int]
    """Documents, contacts, items, payments and allocations by kind."""
    errors: dict[str, int]
    """Complaints of the computation by error code."""
    left_out: dict[str, int]
    """Documents that do not count, by why."""


def load_documents(settings: Settings) -> DocumentsFile | None:
    """documents.yaml of the mappings folder; None where nothing is to be sent.

    Raises:
        DataProblem: with every problem of the file at once (exit 3).
    """
    try:
        return read_documents(settings.mappings)
    except MappingProblems as error:
        raise DataProblem("documents.yaml does not hold. Nothing was sent.", error.problems) from None


def build_wanted(
    close: CloseContext,
    warehouse: Warehouse,
    to: date | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> WantedCounts:
    """Compute sync.contacts, items, documents, lines, line_sources, payments, allocations and deposits anew.

    Of sync.errors the rows of the computation's own codes are replaced: those that stay keep when they were first seen
    and whether somebody set them aside; those of other codes belong to planning and sending.

    Args:
        close: settings and mappings; its period does not matter.
        warehouse: holds core tables and Xero's mirror.
        to: last day that counts; None: no end.
        clock: gives the present moment.

    Raises:
        DataProblem: documents.yaml does not hold, or the base currency is another one than Xero's (exit 3).
    """
    documents = load_documents(close.settings)
    if documents is None:
        return _forget(warehouse)
    policy = sync_policy(documents, close.mappings, _base_currency(close, warehouse))
    inputs = read_inputs(warehouse)
    months = inputs.documents["document_date"].drop_nulls().dt.truncate("1mo").unique().sort().to_list()
    maps = sync_maps(documents, close.mappings, close.settings.organisation, months)
    wanted = want_documents(inputs, maps, policy, to)
    _write(wanted, policy, warehouse, clock())
    return _count(wanted)


def read_inputs(warehouse: Warehouse) -> SyncInputs:
    """Everything that the wanted documents are computed from."""
    return SyncInputs(
        contacts=warehouse.read("core.contacts"),
        documents=warehouse.read("core.trade_documents"),
        lines=warehouse.read("core.trade_lines"),
        payments=warehouse.read("core.payments"),
        products=warehouse.read("core.products"),
        rates=warehouse.read("core.currency_rates"),
        xero_contacts=warehouse.read("xero.contacts"),
        xero_accounts=warehouse.read("xero.accounts"),
        xero_tax_rates=warehouse.read("xero.tax_rates"),
        xero_currencies=warehouse.read("xero.currencies"),
        xero_items=warehouse.read("xero.items"),
        synced=warehouse.read("post.synced_documents"),
        rejected=warehouse.read("raw.rejected_rows", "list_contains(?, core_table)", [list(TRADE_TABLES)]),
    )


def _base_currency(close: CloseContext, warehouse: Warehouse) -> str:
    """The base currency of the company, which must be Xero's (cin7.md 3A, Other rules)."""
    own, place = close.mappings.close.policy.base_currency, close.mappings.close.close
    mirrored = warehouse.read("xero.organisation")
    theirs = str(mirrored.item(0, "base_currency")) if mirrored.height else ""
    if own and theirs and own != theirs:
        found = f"the base currency is {own}, and Xero's is {theirs}"
        fix = f"Write base_currency: {theirs}, or connect the organisation whose books are in {own}"
        raise DataProblem("Documents cannot be sent.", [Problem(place.defined_at, found, fix)])
    if not own and not theirs:
        found = "the base currency is not known"
        fix = "Write close.base_currency, or read Xero first"
        raise DataProblem("Documents cannot be sent.", [Problem(place.defined_at, found, fix)])
    return own or theirs


def _write(wanted: WantedSync, policy: SyncPolicy, warehouse: Warehouse, now: datetime) -> None:
    """All tables in one transaction."""
    before = warehouse.read("sync.errors")
    own = before.filter(pl.col("error_code").is_in(OWN_CODES))
    with warehouse.transaction():
        for name, frame in _tables(wanted).items():
            warehouse.replace(name, frame)
        errors = keep_history(wanted.errors, own, policy.owners, now)
        warehouse.replace("sync.errors", errors, "list_contains(?, error_code)", [list(OWN_CODES)])


def _tables(wanted: WantedSync) -> dict[str, pl.DataFrame]:
    return {
        "sync.contacts": wanted.contacts,
        "sync.items": wanted.items,
        "sync.documents": wanted.documents,
        "sync.lines": wanted.lines,
        "sync.line_sources": wanted.line_sources,
        "sync.payments": wanted.payments,
        "sync.allocations": wanted.allocations,
        "sync.deposit_roll_forward": wanted.deposits,
    }


def _count(wanted: WantedSync) -> WantedCounts:
    kinds = dict(wanted.documents.group_by("kind").len().sort("kind").rows())
    others = {
        "contact": wanted.contacts.height,
        "item": wanted.items.height,
        "payment": wanted.payments.height,
        "allocation": wanted.allocations.height,
    }
    return WantedCounts(
        documents={**others, **kinds},
        errors=dict(wanted.errors.group_by("error_code").len().sort("error_code").rows()),
        left_out=dict(wanted.left_out.group_by("why").len().sort("why").rows()),
    )


def _forget(warehouse: Warehouse) -> WantedCounts:
    """Nothing is to be sent: the tables of an earlier run say nothing any more."""
    with warehouse.transaction():
        for name in (
            "contacts",
            "items",
            "documents",
            "lines",
            "line_sources",
            "payments",
            "allocations",
            "deposit_roll_forward",
        ):
            warehouse.execute(f"delete from sync.{name}")
        warehouse.execute("delete from sync.errors where list_contains(?, error_code)", [list(OWN_CODES)])
    return WantedCounts({}, {}, {})
