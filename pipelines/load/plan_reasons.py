"""Says why each line of a plan changes: which late cost, edited document, mapping, rate or version of tieout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.load.plan_lines import PlanLine
from pipelines.load.planned import PlannedDocument
from pipelines.load.posted_sources import PostedInputs, read_inputs, read_sources
from pipelines.load.terms import PlanTerms
from pipelines.signing.signed_rows import RowChange, changed_rows, describe_change, document_of
from pipelines.warehouse import Warehouse

SHOWN = 3
"""Reasons that a line tells, the largest first."""

_TABLE_OF = {
    "sale": "sale_lines",
    "receipt": "receipt_lines",
    "charge": "charges",
    "adjustment": "adjustment_lines",
    "production": "production_lines",
    "opening": "opening_stock",
}
"""The core table of a move, by the word that opens its id."""

_KEYS = ["role", "source_table", "source_id"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What is known beside the sources of a journal."""

    changes: Mapping[tuple[str, str], RowChange]
    """Source rows that differ from those that the journal was posted with, by table and key."""
    goods: Mapping[str, set[str]]
    """SKUs of the purchase orders whose charges changed."""
    posted_with: PostedInputs
    terms: PlanTerms


def explain_lines(
    warehouse: Warehouse,
    terms: PlanTerms,
    period: date,
    documents: Sequence[PlannedDocument],
    lines: Sequence[PlanLine],
) -> list[PlanLine]:
    """Give every line its reason.

    Args:
        warehouse: close.* of the month, core.*, and what the last plans were posted with (posted_sources).
        terms: mappings and code of now.
        period: first day of the month.
        documents: of the plan, in its order.
        lines: what changes.
    """
    found: dict[int, Callable[[PlanLine], str]] = {}
    compared: dict[str, Known] = {}
    for position in dict.fromkeys(one.position for one in lines):
        found[position] = _reasons(warehouse, terms, period, documents[position - 1], compared)
    return [replace(one, why=found[one.position](one)) for one in lines]


def _reasons(
    warehouse: Warehouse, terms: PlanTerms, period: date, document: PlannedDocument, compared: dict[str, Known]
) -> Callable[[PlanLine], str]:
    """What says why the lines of one document change."""
    if document.action == "new":
        return lambda _: "new"
    tag = _last_posted(warehouse, document.journal_key)
    posted_with = read_inputs(warehouse, tag) if tag else None
    if tag is None or posted_with is None:
        return lambda _: document.reason
    old = warehouse.read("post.posted_sources", "tag = ?", [tag]).drop("tag")
    new = read_sources(warehouse, period, [document.journal_key]).drop("journal_key")
    both = old.join(new, on=_KEYS, how="full", coalesce=True, suffix="_new", validate="m:m")
    if posted_with.plan_hash not in compared:
        compared[posted_with.plan_hash] = _compare(warehouse, terms, posted_with)
    known = compared[posted_with.plan_hash]
    return lambda line: _why(line, both, known) or document.reason


def _compare(warehouse: Warehouse, terms: PlanTerms, posted_with: PostedInputs) -> Known:
    changes = changed_rows(warehouse, posted_with.frozen_as, posted_with.day)
    charges = [one for one in changes if one.core_table == "charges"]
    orders = {str(row["purchase_id"]) for one in charges for row in (one.old, one.new) if row}
    lines = warehouse.query(
        """
        select purchase_id, sku
        from (
          select purchase_id, sku from core.receipt_lines
          union all select 'transfer:' || transfer_id, sku from core.transfer_lines
          union all select 'production:' || production_id, sku from core.production_lines where kind = 'output'
        )
        where list_contains(?, purchase_id)
        """,
        [sorted(orders)],
    )
    goods: dict[str, set[str]] = {}
    for purchase_id, sku in lines.iter_rows():
        goods.setdefault(purchase_id, set()).add(sku)
    return Known({(one.core_table, one.row_key): one for one in changes}, goods, posted_with, terms)


def _last_posted(warehouse: Warehouse, journal_key: str) -> str | None:
    """Tag of the latest version of a journal of which the sources were kept."""
    rows = warehouse.query(
        "select tag from post.documents where journal_key = ? and tag in (select tag from post.posted_sources) "
        "order by version desc limit 1",
        [journal_key],
    )
    return None if rows.is_empty() else str(rows.item())


def _why(line: PlanLine, both: pl.DataFrame, known: Known) -> str:
    """The reasons of a line, those that move most first."""
    place = {"account_code": line.account_code, "tracking": line.tracking, "description": line.description}
    was = pl.all_horizontal(pl.col(name).eq_missing(pl.lit(value)) for name, value in place.items())
    now = pl.all_horizontal(pl.col(f"{name}_new").eq_missing(pl.lit(value)) for name, value in place.items())
    moved = both.with_columns(
        before=pl.when(was).then("source_amount").otherwise(pl.lit(0)).fill_null(0),
        after=pl.when(now).then("source_amount_new").otherwise(pl.lit(0)).fill_null(0),
    ).filter(pl.col("before") != pl.col("after"))
    sums: dict[str, Decimal] = {}
    for row in moved.iter_rows(named=True):
        words = _cause(row, known)
        sums[words] = sums.get(words, Decimal(0)) + row["after"] - row["before"]
    told = sorted((one for one in sums.items() if one[1]), key=lambda one: (-abs(one[1]), one[0]))
    shown = [f"{words} ({amount:+,.2f})" for words, amount in told[:SHOWN]]
    rest = sum((amount for _, amount in told[SHOWN:]), Decimal(0))
    return "; ".join([*shown, *([f"{len(told) - SHOWN} more ({rest:+,.2f})"] if len(told) > SHOWN else [])])


def _cause(row: Row, known: Known) -> str:
    """Why one source row brings another amount to a line."""
    before, after = row["source_amount"], row["source_amount_new"]
    if before == after:
        return f"mapping: {_place(row, '')} -> {_place(row, '_new')}"
    table, key = _core_row(str(row["source_table"]), str(row["source_id"]))
    document = row["document_number_new"] or row["document_number"] or key
    if (change := known.changes.get((table, key))) is not None:
        if change.old is None or change.new is None:
            return f"{'new' if change.old is None else 'deleted'} document {document}"
        return f"edited document {document}: {describe_change(change)}"
    return _upstream(row["sku_new"] or row["sku"], known)


def _upstream(sku: str | None, known: Known) -> str:
    """Why a row costs something else though nobody touched it: a late cost, a price, a rate, or the program."""
    related = [one for one in known.changes.values() if _concerns(one, sku, known)]
    words = [
        f"late cost {one.row_key} on {document_of(one)}" if one.core_table == "charges" and one.old is None
        else f"{_KIND.get(one.core_table, 'edited document')} {document_of(one)}: {describe_change(one)}"
        for one in related
    ]  # fmt: skip
    if words:
        return ", ".join(words[:2]) + (f" and {len(words) - 2} more" if len(words) > 2 else "")
    if known.terms.mappings_hash != known.posted_with.mappings_hash:
        return "mappings changed"
    if known.terms.code_hash != known.posted_with.code_hash:
        return "another version of tieout"
    return "cost of earlier moves changed"


_KIND = {"charges": "late cost", "currency_rates": "rate", "receipt_lines": "cost of receipt", "products": "product"}


def _concerns(change: RowChange, sku: str | None, known: Known) -> bool:
    """Whether a change can move the cost of a product: its own rows, charges and rates."""
    row: Row = change.new or change.old or {}
    if change.core_table == "charges":
        return sku in known.goods.get(str(row.get("purchase_id")), ())
    return change.core_table == "currency_rates" or row.get("sku") == sku


def _core_row(source_table: str, source_id: str) -> tuple[str, str]:
    """Table and key of the source row behind a move, a receipt or a share of a charge."""
    if source_table == "core.receipt_lines":
        return "receipt_lines", source_id
    if source_table == "close.landed_cost_allocations":
        return "charges", source_id.partition(":")[0]
    word, _, key = source_id.partition(":")
    table = _TABLE_OF.get(word, word)
    return table, key.partition(":")[0] if table == "charges" else key


def _place(row: Row, end: str) -> str:
    return " ".join(part for part in (row[f"account_code{end}"], row[f"tracking{end}"]) if part) or "no line"
