"""Keeps a digest of each day of the core tables, and reads a table again only where something in it has changed.

Whether it has is asked of the file (pipelines.warehouse.marks), not of whoever may have written: an extract, a person
with a DuckDB shell, a backup that was put back. What cannot be told is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pipelines.warehouse import Warehouse

TABLE = "close.source_days"
CHARGED = "charged_lines"
FIRST_BILLS = "first_bills"
"""Received lines by the day of the first bill that names them, instead of by what is in them."""

_PLACE_OF_RATE = "if({0}.currency_rate is null, {0}.currency_code, null)"
"""A line without a rate of its own takes that of its currency and day."""


@dataclass(frozen=True)
class _Digests:
    """How the days of a core table are digested."""

    rows: str
    """SQL of `day`, `detail` and `row_digest`."""
    tables: tuple[str, ...]
    """What that reads."""


def _by_day(table: str, day: str, detail: str = "null") -> _Digests:
    return _Digests(f"select {day} as day, {detail} as detail, hash(t) as row_digest from core.{table} t", (table,))


_DIGESTS: Mapping[str, _Digests] = {
    "sale_lines": _by_day("sale_lines", "moved_date"),
    "adjustment_lines": _by_day("adjustment_lines", "adjustment_date"),
    "transfer_lines": _by_day("transfer_lines", "dispatched_date", "received_date"),
    "production_lines": _by_day("production_lines", "produced_date"),
    "receipt_lines": _by_day("receipt_lines", "received_date", _PLACE_OF_RATE.format("t")),
    "bill_lines": _Digests(  # by hash: a key of text takes longer to join; a bill of nothing received has no day
        "select r.received_date as day, concat_ws(' ', b.bill_date, b.currency) as detail, b.row_digest"
        " from (select hash(receipt_line_id) as line, bill_date, hash(t) as row_digest,"
        f" {_PLACE_OF_RATE.format('t')} as currency from core.bill_lines t) b"
        " left join (select hash(receipt_line_id) as line, received_date from core.receipt_lines) r using (line)",
        ("bill_lines", "receipt_lines"),
    ),
    FIRST_BILLS: _Digests(
        "select r.received_date as day, b.bill_date as detail, hash(receipt_line_id) as row_digest"
        " from core.receipt_lines r left join"
        " (select receipt_line_id, min(bill_date) as bill_date from core.bill_lines group by receipt_line_id) b"
        " using (receipt_line_id)",
        ("receipt_lines", "bill_lines"),
    ),
}

_CARRIERS = """
    select purchase_id, sku, received_date as came_on, currency_code, hash(t)::varchar as row_digest
    from core.receipt_lines t where rowid in (
      select rowid from core.receipt_lines where purchase_id in (from charged_orders))
    union all
    select 'transfer:' || transfer_id, sku,
      if(received_date is null, null, greatest(dispatched_date, received_date)), null, hash(t)::varchar
    from core.transfer_lines t where 'transfer:' || transfer_id in (from charged_orders)
    union all
    select 'production:' || production_id, sku, produced_date, null, hash(t)::varchar
    from core.production_lines t
    where kind = 'output' and 'production:' || production_id in (from charged_orders)
"""
"""Lines that charges are spread over (transforms.charge_carriers)."""


def digest_core(warehouse: Warehouse) -> None:
    """Digest everything in core that has changed, once for all steps that come."""
    warehouse.write_to_file()  # what lies in the write-ahead log has no mark yet
    with warehouse.transaction():
        refresh_days(warehouse, _DIGESTS)
        refresh_charged_lines(warehouse)


def refresh_days(warehouse: Warehouse, tables: Iterable[str]) -> None:
    """Bring the digests of some core tables up to date, in close.source_days.

    Args:
        warehouse: an open transaction of it, which may have changed core itself.
        tables: of the keys of this module.
    """
    marks = _Marks(warehouse)
    for table in tables:
        digests = _DIGESTS[table]
        if _is_current(warehouse, table, digests.tables, marks):
            continue
        warehouse.execute(f"delete from {TABLE} where core_table = ?", [table])
        warehouse.execute(
            f"insert into {TABLE} by name select ? as core_table, day, detail::varchar as detail,"
            f" count(*) as row_count, sum(row_digest)::varchar as digest from ({digests.rows}) group by all",
            [table],
        )


def refresh_charged_lines(warehouse: Warehouse) -> None:
    """Bring close.charged_lines up to date: the lines of every order, transfer and job that a charge names."""
    if not _is_current(warehouse, CHARGED, ("receipt_lines", "transfer_lines", "production_lines"), _Marks(warehouse)):
        warehouse.execute(f"delete from close.{CHARGED}")
    # an order that a charge names for the first time; its lines are looked up among all
    orders = warehouse.query(
        f"select distinct purchase_id from core.charges"
        f" where purchase_id not in (select purchase_id from close.{CHARGED})"
    )
    if orders.height:
        with warehouse.offering("charged_orders", orders):
            warehouse.execute(f"insert into close.{CHARGED} by name {_CARRIERS}")


class _Marks(dict[str, str | None]):
    """Marks of core tables, each looked up once: only for as long as nothing writes to core."""

    def __init__(self, warehouse: Warehouse) -> None:
        super().__init__()
        self._warehouse = warehouse

    def __missing__(self, table: str) -> str | None:
        self[table] = self._warehouse.find_mark(f"core.{table}")
        return self[table]


def _is_current(warehouse: Warehouse, name: str, tables: tuple[str, ...], marks: _Marks) -> bool:
    """Whether nothing has changed in some core tables since this was asked last; remembers how they are now."""
    found = [marks[table] for table in tables]
    now = None if None in found else sha256(" ".join(str(mark) for mark in found).encode()).hexdigest()
    known = warehouse.query("select mark from close.source_marks where core_table = ?", [name])["mark"].to_list()
    if now is not None and known == [now]:
        return True
    warehouse.execute("delete from close.source_marks where core_table = ?", [name])
    if now is not None:
        warehouse.execute("insert into close.source_marks values (?, ?)", [name, now])
    return False
