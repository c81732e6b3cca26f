"""Finds the receipts, bills and charges of which a month may have something to journal, without reading the others.

Bills and charges are journaled as wanted so far, less journaled before. What was journaled is what was wanted when the
month before was built; so only rows of which something has changed since can book anything: the received line, its
bills, its charges, its value in the ledger, or what earlier months journaled. Each day of receipts and of charges has a
digest of all that; DuckDB compares them where the rows are.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import polars as pl

from pipelines.steps.charge_days import date_charges, read_charged, read_charged_receipts
from pipelines.steps.context import CloseContext
from pipelines.steps.source_days import refresh_days
from pipelines.warehouse import Warehouse

ENTRIES_VERSION = 1
"""Raised when the same receipts, bills and charges are journaled otherwise: then every row is looked at again."""

_NO_DAY = "none"
_RECEIPT = "receipt:"
_CUMULATIVE = "source_table in ('core.receipt_lines', 'close.landed_cost_allocations')"
_BOOKED = "document_kind in ('purchase', 'charge')"


@dataclass(frozen=True)
class PurchaseScope:
    """Rows that the journals of a month have to look at."""

    receipt_lines: pl.DataFrame
    bill_lines: pl.DataFrame
    charges: pl.DataFrame
    transfer_lines: pl.DataFrame
    production_lines: pl.DataFrame
    """Transfers and jobs that these charges are spread over."""
    bookings_before: pl.DataFrame
    """Bookings of earlier months of these receipts and charges."""
    sources_before: pl.DataFrame
    """JournalLineSources of earlier months, of these receipts and charges and of those that have vanished."""


def find_scope(close: CloseContext, warehouse: Warehouse) -> PurchaseScope:
    """Receipts, bills and charges that may differ from what earlier months journaled of them.

    Args:
        close: which month, up to which day.
        warehouse: an open transaction of it, with the bookings of the month; the temporary tables
            `fresh_entry_digests` and `past_digests` stay until keep_scope.
    """
    date_charges(close, warehouse)
    _compute_digests(close, warehouse)
    _digest_history(warehouse, close.period)
    before = _last_digests(warehouse, close.period)
    if before.is_empty() or _is_history_changed(warehouse, before):
        return _everything(warehouse, close.period)
    return _read_scope(warehouse, close.period, before)


def keep_scope(close: CloseContext, warehouse: Warehouse) -> None:
    """Remember the digests that find_scope computed, and those of what the month has booked and journaled.

    Args:
        close: which month.
        warehouse: the same transaction, after the month's journals were written.
    """
    warehouse.execute("delete from close.entry_digests where period = ?", [close.period])
    warehouse.execute(
        "insert into close.entry_digests by name select ? as period, * from fresh_entry_digests", [close.period]
    )
    warehouse.execute(
        "insert into close.entry_digests by name select $1 as period, *"
        f" from (from past_digests union all by name {_history_of('period = $1')})",
        [close.period],
    )
    warehouse.execute("drop table fresh_entry_digests")
    warehouse.execute("drop table past_digests")


def _compute_digests(close: CloseContext, warehouse: Warehouse) -> None:
    """Fill `fresh_entry_digests`: topic, bucket (a day, or all), digest."""
    policy = close.policy
    salt = [ENTRIES_VERSION, policy.base_currency, policy.first_period, policy.inventory_method]
    settings = sha256(repr([salt, close.maps.charge_types.rows()]).encode()).hexdigest()[:16]
    refresh_days(warehouse, ("receipt_lines", "bill_lines"))
    warehouse.execute(
        """
        create or replace temp table fresh_entry_digests as
        with receipts as (
          select day, hash(digest, k.currency_rate, day <= $day) as digest
          from close.source_days d asof left join core.currency_rates k
            on d.detail = k.currency_code and d.day >= k.rate_date
          where core_table = 'receipt_lines'
        ),
        bills as (
          select day, digest, split_part(detail, ' ', 1)::date as bill_date, split_part(detail, ' ', 2) as currency_code
          from close.source_days where core_table = 'bill_lines'
        ),
        rated_bills as (
          select day, hash(digest, k.currency_rate) as digest
          from bills b asof left join core.currency_rates k
            on b.currency_code = k.currency_code and b.bill_date >= k.rate_date
          where b.bill_date <= $day
        ),
        not_stocked as (
          select received_date as day, hash(receipt_line_id, p.is_stocked) as digest
          from core.receipt_lines r left join core.products p using (sku)
          where r.sku not in (select sku from core.products where is_stocked)
        ),
        by_day as (from receipts union all from rated_bills union all from not_stocked),
        charged as (
          select purchase_id, count(*) as lines, sum(hash(row_digest, p.is_stocked, p.weight, p.volume)) as digest
          from charged_lines left join core.products p using (sku)
          where came_on <= $day group by purchase_id
        )
        select 'receipts' as topic, coalesce(day::varchar, 'none') as bucket, sum(digest)::varchar as digest
        from by_day group by day
        union all by name
        select 'charges' as topic, coalesce(charge_date::varchar, 'none') as bucket,
          sum(hash(c, h.lines, h.digest, charge_date <= $day))::varchar as digest
        from dated_charges c left join charged h using (purchase_id) group by charge_date
        union all by name
        select 'settings' as topic, 'all' as bucket, $settings as digest
        """,
        {"day": close.cut_off, "settings": settings},
    )


def _digest_history(warehouse: Warehouse, period: date) -> None:
    """Fill `past_digests`: topic, bucket (a month before), digest.

    What a month has booked and journaled was digested when it was built; book_month takes the digest of its bookings
    away, so months without one are digested here.
    """
    warehouse.execute(
        """
        create or replace temp table past_digests as
        select topic, bucket, digest from close.entry_digests
        where topic in ('bookings', 'sources') and bucket = period::varchar and period < $1
        """,
        [period],
    )
    months = warehouse.query(
        """
        from (select distinct 'bookings' as topic, period from close.bookings where period < $1
              union all select distinct 'sources', period from close.journal_line_sources where period < $1)
          anti join (select topic, bucket::date as period from past_digests) using (topic, period)
        """,
        [period],
    )
    for topic, unknown in months.group_by("topic"):
        with warehouse.offering("unknown_months", unknown.select("period")):
            found = _history_of("period in (from unknown_months)")
            warehouse.execute(f"insert into past_digests from ({found}) where topic = '{topic[0]}'")


def _history_of(months: str) -> str:
    """SQL for `topic`, `bucket` (a month), `digest` of what some months have booked and journaled of purchases."""
    return f"""
        select 'bookings' as topic, period::varchar as bucket, sum(hash(move_id, cost_amount))::varchar as digest
        from close.bookings where {months} and {_BOOKED} group by period
        union all by name
        select 'sources' as topic, period::varchar as bucket,
          sum(hash(source_table, source_id, role, source_amount))::varchar as digest
        from close.journal_line_sources where {months} and {_CUMULATIVE} group by period
        """


def _last_digests(warehouse: Warehouse, period: date) -> pl.DataFrame:
    """`topic`, `bucket`, `digest` as the latest month before this one has left them."""
    return warehouse.query(
        "select topic, bucket, digest from close.entry_digests "
        "where period = (select max(period) from close.entry_digests where period < ?)",
        [period],
    )


def _is_history_changed(warehouse: Warehouse, before: pl.DataFrame) -> bool:
    """Whether settings, or what earlier months booked or journaled, are not what the last month was built on."""
    settings = "from fresh_entry_digests where topic = 'settings'"
    now = warehouse.query(f"from past_digests union all by name ({settings})").sort("topic", "bucket")
    then = before.filter(~pl.col("topic").is_in(["receipts", "charges"])).sort("topic", "bucket")
    return not now.equals(then)


def _read_scope(warehouse: Warehouse, period: date, before: pl.DataFrame) -> PurchaseScope:
    """The rows of changed days, those that the month booked, and what was journaled of them or of vanished ones."""
    days = _changed_days(warehouse, before)
    booked = warehouse.query(
        f"select move_id, document_kind, document_id, moved_on, is_late from close.bookings"
        f" where period = ? and {_BOOKED}",
        [period],
    )
    own_charges = booked.filter(pl.col("document_kind") == "charge").select("document_id").unique()
    own_receipts = booked.filter(pl.col("document_kind") == "purchase").select(
        pl.col("move_id").str.strip_prefix(_RECEIPT).alias("receipt_line_id"), "moved_on", "is_late"
    )
    with warehouse.offering("own_charges", own_charges):
        charges = _rows(
            warehouse,
            "dated_charges",
            "charge_id",
            [_on_days("charge_date", days["charges"]), "charge_id in (from own_charges)"],
        )
    receipts = pl.concat(
        [
            _rows(warehouse, "core.receipt_lines", "receipt_line_id", [_on_days("received_date", days["receipts"])]),
            _find_receipts(warehouse, own_receipts),
            read_charged_receipts(warehouse, charges),
        ]
    ).unique("receipt_line_id")
    sources = _sources_before(warehouse, period, receipts, charges)
    booked_once = receipts.join(_first_booked(own_receipts), on="receipt_line_id", how="anti")
    with warehouse.offering("lines", receipts.select("receipt_line_id")):
        bills = warehouse.query("from core.bill_lines where receipt_line_id in (from lines)")
    return PurchaseScope(
        receipts,
        bills,
        charges,
        read_charged(warehouse, "transfer_lines", charges),
        read_charged(warehouse, "production_lines", charges),
        _booked_before(warehouse, period, booked_once, charges, sources),
        sources,
    )


def _find_receipts(warehouse: Warehouse, booked: pl.DataFrame) -> pl.DataFrame:
    """Receipts of some bookings: a key stands in one row, and nearly all since the first day that was booked.

    Args:
        warehouse: core.receipt_lines.
        booked: `receipt_line_id`, `moved_on`.
    """
    found = warehouse.query("from core.receipt_lines limit 0")
    since = booked["moved_on"].min()
    for days in ("received_date >= ?", "not coalesce(received_date >= ?, false)"):
        left = booked.join(found, on="receipt_line_id", how="anti")
        found = pl.concat([found, warehouse.find("core.receipt_lines", "receipt_line_id", left, days, [since])])
    return found


def _first_booked(own_receipts: pl.DataFrame) -> pl.DataFrame:
    """`receipt_line_id` of those that no month before has booked: otherwise the month would have booked them late."""
    return own_receipts.group_by("receipt_line_id").agg(pl.col("is_late").any()).filter(~pl.col("is_late"))


def _changed_days(warehouse: Warehouse, before: pl.DataFrame) -> dict[str, list[str]]:
    """Days of which the rows are new, gone or different, by topic."""
    fresh = warehouse.query("from fresh_entry_digests")
    keys = ["topic", "bucket"]
    both = fresh.join(before, on=keys, how="full", coalesce=True, validate="1:1")
    changed = both.filter(pl.col("digest").ne_missing(pl.col("digest_right")))
    return {topic: changed.filter(pl.col("topic") == topic)["bucket"].to_list() for topic in ("receipts", "charges")}


def _on_days(column: str, days: list[str]) -> str:
    """A condition that lets DuckDB skip what lies outside the days."""
    dated = [day for day in days if day != _NO_DAY]
    listed = ", ".join(f"'{day}'" for day in dated)
    between = f"{column} between '{min(dated)}' and '{max(dated)}' and {column} in ({listed})" if dated else "false"
    return f"({between}) or {column} is null" if _NO_DAY in days else between


def _rows(warehouse: Warehouse, table: str, key: str, conditions: list[str]) -> pl.DataFrame:
    """Rows for which a condition holds; one query for each: DuckDB skips days for one condition, not for several."""
    parts = [warehouse.query(f"from {table} where {one}") for one in conditions if one != "false"]
    return pl.concat([warehouse.query(f"from {table} limit 0"), *parts]).unique(key)


def _sources_before(warehouse: Warehouse, period: date, receipts: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    """What earlier months journaled, but for receipts and charges that stand as they were journaled."""
    # by row numbers: DuckDB would read every column of every source for the few that are journaled as a running total
    table = "close.journal_line_sources"
    found = f"select rowid from {table} where period < ? and {_CUMULATIVE}"
    sources = warehouse.query(f"from {table} where rowid in ({found})", [period])
    ids = sources.select("source_id").unique()
    with (
        warehouse.offering("journaled", ids),
        warehouse.offering("lines", receipts.select("receipt_line_id")),
        warehouse.offering("scope_charges", charges.select("charge_id")),
    ):
        settled = warehouse.query(
            """
            select 'core.receipt_lines' as source_table, receipt_line_id as source_id from core.receipt_lines
            where receipt_line_id in (from journaled) and receipt_line_id not in (from lines)
            union all
            select 'close.landed_cost_allocations', charge_id || ':' || receipt_line_id
            from close.landed_cost_allocations
            where charge_id not in (from scope_charges) and charge_id || ':' || receipt_line_id in (from journaled)
            """
        )
    return sources.join(settled, on=["source_table", "source_id"], how="anti")


def _booked_before(
    warehouse: Warehouse, period: date, receipts: pl.DataFrame, charges: pl.DataFrame, sources: pl.DataFrame
) -> pl.DataFrame:
    """Bookings of earlier months of these receipts and charges, and of what was journaled and has vanished.

    Args:
        warehouse: close.bookings.
        period: the month.
        receipts: those that earlier months may have booked.
        charges: of the scope.
        sources: what earlier months journaled of all those.
    """
    lines = pl.concat(
        [receipts.select(pl.format(_RECEIPT + "{}", "receipt_line_id").alias("move_id")), _moves_of(sources)]
    )
    with (
        warehouse.offering("scope_moves", lines.unique()),
        warehouse.offering("scope_charges", charges.select("charge_id")),
    ):
        # by row numbers: DuckDB would read every column of every booking for what a join finds
        return warehouse.query(
            f"""
            from close.bookings where rowid in (
              select rowid from close.bookings where period < $1 and {_BOOKED} and move_id in (from scope_moves)
              union
              select rowid from close.bookings
              where period < $1 and document_kind = 'charge' and document_id in (from scope_charges))
            """,
            [period],
        )


def _moves_of(sources: pl.DataFrame) -> pl.DataFrame:
    """`move_id` of the receipts and shares that were journaled."""
    is_receipt = pl.col("source_table") == "core.receipt_lines"
    prefix = pl.when(is_receipt).then(pl.lit(_RECEIPT)).otherwise(pl.lit("charge:"))
    return sources.select(pl.concat_str(prefix, "source_id").alias("move_id"))


def _everything(warehouse: Warehouse, period: date) -> PurchaseScope:
    return PurchaseScope(
        warehouse.read("core.receipt_lines"),
        warehouse.read("core.bill_lines"),
        warehouse.query("from dated_charges"),
        read_charged(warehouse, "transfer_lines"),
        read_charged(warehouse, "production_lines"),
        warehouse.read("close.bookings", f"period < ? and {_BOOKED}", [period]),
        warehouse.read("close.journal_line_sources", f"period < ? and {_CUMULATIVE}", [period]),
    )
