"""Builds the month's journals, roll-forward, exceptions and the list of what was left out."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.steps.completeness import find_incomplete
from pipelines.steps.context import CloseContext
from pipelines.steps.cut_off import enter_month_end
from pipelines.steps.ledger_start import ledger_begins_on, moves_before_opening
from pipelines.steps.purchase_changes import PurchaseScope, find_scope, keep_scope
from pipelines.steps.source_changes import CORE_TABLES
from pipelines.steps.source_postings import find_posting_differences
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.journals import JournalEntries
from schemas.maps import MappingTables
from schemas.tables import TRADE_TABLES
from transforms.core_tables import CoreTables
from transforms.entries.month import enter_month
from transforms.entries.opening import enter_opening_differences
from transforms.exceptions import (
    describe_earlier,
    describe_unstocked,
    find_cost_exceptions,
    find_document_exceptions,
    settle_exceptions,
)
from transforms.journals import build_journals
from transforms.left_out import OpenLines, list_left_out
from transforms.periods import previous_period
from transforms.roll_forward import roll_forward
from transforms.unmapped import describe_unmapped

_READ_WHOLE = ("products", "receipt_lines", "bill_lines", "charges", "currency_rates")


def build_month(close: CloseContext, warehouse: Warehouse) -> None:
    """Write close.journals, journal_entries, journal_lines and their sources, roll_forward, exceptions and left_out.

    Args:
        close: which month.
        warehouse: holds the bookings of the month (value_stock).
    """
    with warehouse.transaction():
        _build(close, warehouse)


def _build(close: CloseContext, warehouse: Warehouse) -> None:
    maps, scope = close.maps, find_scope(close, warehouse)
    bookings = warehouse.read("close.bookings", "period = ?", [close.period])
    opening = _sum_before(warehouse, close.period)
    left_out = list_left_out_of(close, warehouse, opening).collect()
    at_cut_off = enter_month_end(close, warehouse, left_out)
    entered = _enter(close, warehouse, scope, maps, bookings)
    entries = entered if at_cut_off is None else pl.concat([entered, at_cut_off])
    journals = build_journals(entries, maps, close.period)
    headers, lines, sources, unmapped = pl.collect_all(
        [journals.journals, journals.lines, journals.sources, journals.unmapped]
    )
    rolled = roll_forward(bookings.lazy(), opening.lazy(), close.period, close.policy.costing.pool)
    rows = {
        "close.journals": headers.lazy(),
        "close.journal_entries": entries.with_columns(pl.lit(close.period).alias("period")),
        "close.journal_lines": lines.lazy(),
        "close.journal_line_sources": sources.lazy(),
        "close.roll_forward": rolled,
        "close.exceptions": _find_exceptions(close, warehouse, unmapped),
        "close.left_out": left_out.lazy(),
        "close.posting_differences": find_posting_differences(close, warehouse, bookings),
    }
    for table, frame in rows.items():  # each is checked against its model before it is written
        warehouse.replace(table, frame.collect(), "period = ?", [close.period])
    keep_scope(close, warehouse)


def read_purchases(warehouse: Warehouse) -> CoreTables:
    """Receipts, bills, charges, products and rates as they are; of other documents lines of unknown products.

    Sales and the like are journaled from their bookings: of their own rows only those matter that became no moves.
    """
    tables = {name: warehouse.read(f"core.{name}") for name in _READ_WHOLE}
    for name in CORE_TABLES:
        if name not in tables:
            tables[name] = _unknown_products(warehouse, name)
    return CoreTables(**{name: frame.lazy() for name, frame in tables.items()})


def _sum_before(warehouse: Warehouse, period: date) -> pl.DataFrame:
    """Units and value that earlier months booked, by stock account, SKU and location."""
    return warehouse.query(
        """
        select stock_account_code, sku, location,
          sum(moved_quantity)::decimal(18, 4) as moved_quantity, sum(cost_amount)::decimal(18, 2) as cost_amount
        from close.bookings where period < ? group by all
        """,
        [period],
    )


def list_left_out_of(close: CloseContext, warehouse: Warehouse, opening: pl.DataFrame | None = None) -> pl.LazyFrame:
    """LeftOut: sales that stand in one book only; what is surely in both by the cut-off is not even read.

    Args:
        close: which month, up to which day.
        warehouse: core tables, and bookings up to the month.
        opening: what earlier months booked (_sum_before), where it is known.
    """
    policy = close.policy.recognition
    in_both = "status = 'approved' and moved_quantity <> 0 and moved_quantity = ordered_quantity"
    given: list[object] = [close.cut_off, close.cut_off]
    if policy.accounting_statuses:
        in_both += " and coalesce(list_contains(?, accounting_status), true)"
        given.append(list(policy.accounting_statuses))
    in_one = f"not coalesce(moved_date <= ? and invoice_date <= ? and {in_both}, false)"
    begins_on = ledger_begins_on(close, warehouse)
    if begins_on is not None:  # recognised in this month, and not in the ledger
        in_one += " or moved_date < ? and (invoice_date >= ? or invoice_date is null)"
        given += [begins_on, close.period]
    earlier = moves_before_opening(close, warehouse) if close.period == begins_on else None
    # by row numbers: DuckDB would read every column of every line for the condition
    sale_lines = warehouse.query(
        f"from core.sale_lines where rowid in (select rowid from core.sale_lines where {in_one})", given
    )
    uncounted = warehouse.query(
        "from core.uncounted_lines where moved_date between ? and ?", [close.period, close.cut_off]
    )
    named = [sale_lines.select(source_line_id=one) for one in ("sale_line_id", "returned_sale_line_id")]
    of_sales = "period <= ? and kind in ('sale', 'sale_return')"
    booked = warehouse.find("close.bookings", "source_line_id", pl.concat(named).drop_nulls(), of_sales, [close.period])
    with_skus = (sale_lines, uncounted) if earlier is None else (sale_lines, uncounted, earlier)
    skus = pl.concat([frame.select("sku") for frame in with_skus]).unique()
    values = _value_stock_of(warehouse, skus, close.period, opening)
    stocked = warehouse.query("select sku from core.products where is_stocked")
    lines = OpenLines(
        sale_lines.lazy(),
        uncounted.lazy(),
        booked.lazy(),
        values.lazy(),
        stocked.lazy(),
        begins_on,
        None if earlier is None else earlier.lazy(),
    )
    return list_left_out(lines, policy, close.period, close.cut_off)


def _value_stock_of(
    warehouse: Warehouse, skus: pl.DataFrame, period: date, opening: pl.DataFrame | None
) -> pl.DataFrame:
    """Units of some SKUs and what they cost: those on hand; with none, all that ever came in.

    Args:
        warehouse: close.bookings up to the month.
        skus: `sku`.
        period: the month.
        opening: as of list_left_out_of.

    Returns:
        `sku`, `quantity`, `value` of those that were ever booked.
    """
    opening = _sum_before(warehouse, period) if opening is None else opening
    with warehouse.offering("skus", skus), warehouse.offering("opening", opening):
        on_hand = warehouse.query(
            """
            select sku, sum(moved_quantity)::decimal(18, 4) as quantity, sum(cost_amount)::decimal(18, 2) as value
            from (
              select sku, moved_quantity, cost_amount from close.bookings where period = ?
              union all by name select sku, moved_quantity, cost_amount from opening)
            where sku in (from skus) group by sku
            """,
            [period],
        )
    is_there = pl.col("quantity") > 0
    if on_hand.filter(~is_there).is_empty():
        return on_hand
    with warehouse.offering("skus", on_hand.filter(~is_there).select("sku")):
        came_in = warehouse.query(
            """
            select sku, coalesce(sum(moved_quantity) filter (is_inflow), 0)::decimal(18, 4) as quantity,
              coalesce(sum(cost_amount) filter (is_inflow), 0)::decimal(18, 2) as value
            from (
              select sku, moved_quantity, cost_amount,
                kind in ('opening', 'receipt', 'adjustment_in', 'assembly_in', 'landed_cost') as is_inflow
              from close.bookings where period <= ? and sku in (from skus)
            )
            group by sku
            """,
            [period],
        )
    return pl.concat([on_hand.filter(is_there), came_in])


def _enter(
    close: CloseContext, warehouse: Warehouse, scope: PurchaseScope, maps: MappingTables, bookings: pl.DataFrame
) -> pl.LazyFrame:
    """The entries of the month, checked: bills and charges are journaled as wanted so far, less journaled before."""
    core = core_of(
        warehouse,
        {
            "receipt_lines": scope.receipt_lines,
            "bill_lines": scope.bill_lines,
            "charges": scope.charges,
            "transfer_lines": scope.transfer_lines,
            "production_lines": scope.production_lines,
        },
    )
    all_bookings = pl.concat([scope.bookings_before, bookings]).lazy()
    entries = enter_month(
        core,
        maps.charge_types,
        all_bookings,
        scope.sources_before.lazy(),
        close.policy,
        close.period,
        close.cut_off,
    )
    differences = close.policy.opening_differences if close.period == close.policy.first_period else ()
    opened = enter_opening_differences(differences, maps.accounts, close.period, close.cut_off)
    return check(JournalEntries, pl.concat([entries, opened])).lazy()


def core_of(warehouse: Warehouse, rows: Mapping[str, pl.DataFrame]) -> CoreTables:
    """Products and rates as they are, some rows of other tables, and nothing of the rest."""
    tables = {name: warehouse.read(f"core.{name}") for name in ("products", "currency_rates")} | dict(rows)
    for name in CORE_TABLES:
        if name not in tables:
            tables[name] = warehouse.query(f"from core.{name} limit 0")
    return CoreTables(**{name: frame.lazy() for name, frame in tables.items()})


def _odd_rows(close: CloseContext, warehouse: Warehouse) -> CoreTables:
    """Rows of which one might need a decision: of an unknown product, without a price, or in another currency."""
    lacks_rate = "currency_rate is null and currency_code is not null and currency_code <> $1"
    base = [close.policy.base_currency]
    # find_scope has digested the bills as they are: one that bills nothing received would have no day
    has_unmatched = not warehouse.query(
        "select 1 from close.source_days where core_table = 'bill_lines' and day is null limit 1"
    ).is_empty()
    unmatched = (
        "union select rowid from core.bill_lines anti join core.receipt_lines using (receipt_line_id)"
        if has_unmatched
        else ""
    )
    bills = warehouse.query(
        f"from core.bill_lines where rowid in (select rowid from core.bill_lines where {lacks_rate} {unmatched})", base
    )
    unknown = "sku not in (select sku from core.products)"
    # no condition that nothing fulfils: DuckDB would read the keys of all lines for it
    or_billed = " or receipt_line_id in (from odd_bills)" if bills.height else ""
    with warehouse.offering("odd_bills", bills.select("receipt_line_id").unique()):
        receipts = warehouse.query(
            "from core.receipt_lines where rowid in (select rowid from core.receipt_lines"
            f" where {unknown} or unit_price is null or ({lacks_rate}){or_billed})",
            base,
        )
    tables = {"receipt_lines": receipts, "bill_lines": bills, "charges": warehouse.read("core.charges")}
    for name in CORE_TABLES:
        if name not in {*tables, "products", "currency_rates"}:
            tables[name] = _unknown_products(warehouse, name)
    return core_of(warehouse, tables)


def _unknown_products(warehouse: Warehouse, name: str) -> pl.DataFrame:
    """Rows of a source table whose SKU is no product."""
    unknown = f"select distinct sku from core.{name} anti join core.products using (sku) where sku is not null"
    return warehouse.find(f"core.{name}", "sku", warehouse.query(unknown))


def _find_exceptions(close: CloseContext, warehouse: Warehouse, unmapped: pl.DataFrame) -> pl.LazyFrame:
    """Everything that needs a decision, with the corrections that accept it."""
    uncovered = warehouse.read("close.valued_moves", "is_provisional")
    with warehouse.offering("uncovered_skus", uncovered.select("sku").unique()):
        moves = warehouse.query("from core.stock_moves where sku in (from uncovered_skus)")
    found = [
        find_document_exceptions(
            _odd_rows(close, warehouse), close.maps.charge_types, close.policy.base_currency, close.cut_off
        ),
        find_cost_exceptions(moves.lazy(), uncovered.drop("sku", "moved_on").lazy(), close.period, close.cut_off),
        describe_unmapped(unmapped.lazy()),
        _rejected_rows(warehouse),
        find_incomplete(close, warehouse),
        describe_unstocked(_stock_of_no_stock(close, warehouse).lazy()),
    ]
    columns = found[0].collect_schema().names()
    begins_on = ledger_begins_on(close, warehouse)
    if begins_on is not None:
        found[0] = found[0].filter(_has_begun(begins_on))
    if begins_on is not None and close.period > begins_on:
        found.append(describe_earlier(moves_before_opening(close, warehouse, new_only=True).lazy()))
    listed_only = ["negative_stock"] if close.policy.negative_stock == "list" else []
    listed_only += close.policy.completeness.listed_only
    exceptions = pl.concat([frame.select(columns) for frame in found])
    return settle_exceptions(exceptions, corrections_of(close).lazy(), listed_only, close.period)


def _stock_of_no_stock(close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """`sku`, `closing_quantity`, `closing_value`, `closed_on`: what is no stock now and had stock a month before."""
    return warehouse.query(
        """
        select sku, sum(closing_quantity) as closing_quantity, sum(closing_value) as closing_value,
          last_day(any_value(period)) as closed_on
        from close.roll_forward semi join (select sku from core.products where not is_stocked) using (sku)
        where period = ? group by sku having sum(closing_quantity) <> 0 or sum(closing_value) <> 0 order by sku
        """,
        [previous_period(close.period)],
    )


def _has_begun(begins_on: date) -> pl.Expr:
    """Whether a row of the documents matters: nothing has to be known of what is in the opening stock."""
    is_other = pl.col("source_table").is_in(["core.opening_stock", "core.charges", "core.bill_lines"])
    return is_other | (pl.col("happened_on") >= begins_on).fill_null(value=True)


def corrections_of(close: CloseContext) -> pl.DataFrame:
    """What corrections.yaml accepts in this month: `correction_id`, `accepts`, `subject`."""
    rows = [
        {"correction_id": entry.id, "accepts": entry.accepts, "subject": subject}
        for entry in close.mappings.corrections.entries
        if entry.holds_in(close.period)
        for subject in entry.subjects
    ]
    return pl.DataFrame(
        rows, schema={"correction_id": pl.String, "accepts": pl.String, "subject": pl.String}, orient="row"
    )


def _rejected_rows(warehouse: Warehouse) -> pl.LazyFrame:
    """Source rows that the last extract refused, as exceptions; those that no close reads are none."""
    return warehouse.query(
        f"""
        select 'rejected_row' as exception_kind, core_table as source_table,
               source_key || coalesce('/' || column_name, '') || '/' || rule as source_id,
               coalesce(document_number, source_key) as document_number,
               null::varchar as sku, core_table || ':' || source_key as subject, null::decimal(18, 4) as quantity,
               null::decimal(18, 2) as amount, null::date as happened_on
        from raw.rejected_rows
        where run_id in (select run_id from control.core_tables) and core_table not in {TRADE_TABLES}
        """
    ).lazy()
