"""Knows what changed in the source since the stock was last valued, without reading what did not.

Each day of each core table has a digest of the rows that moves are made of (source_days). Only days (charges, products)
whose digest differs are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import polars as pl

from pipelines.steps.charge_days import TABLE as DATED_CHARGES
from pipelines.steps.charge_days import date_charges, read_charged, read_charged_receipts
from pipelines.steps.context import CloseContext
from pipelines.steps.ledger_start import ledger_begins_on
from pipelines.steps.source_days import refresh_days
from pipelines.warehouse import Warehouse
from schemas.policies import RecognitionPolicy
from transforms.core_tables import CoreTables
from transforms.recognition import recognise_sales

CORE_TABLES = list(CoreTables.__dataclass_fields__)

DAY_OF = {
    "sale_lines": "moved_date",
    "receipt_lines": "received_date",
    "adjustment_lines": "adjustment_date",
    "transfer_lines": "dispatched_date",
    "production_lines": "produced_date",
}
"""The physical date of each table that moves stock; opening stock counts as one day."""

DOCUMENTS_OF = {
    "sale_lines": ("sale", "credit_note"),
    "receipt_lines": ("purchase",),
    "adjustment_lines": ("adjustment",),
    "transfer_lines": ("transfer",),
    "production_lines": ("production",),
}
"""Which moves come from which table."""


@dataclass(frozen=True)
class SourceChanges:
    """Rows whose moves may differ from those that stand, and the moves that they would replace."""

    core: CoreTables
    """Those rows, with products and rates as they are, and the receipts that the charges are spread over."""
    standing: pl.DataFrame
    """StockMoves that came from them; they go, unless they are built again."""
    charge_ids: pl.DataFrame
    """`charge_id` of charges whose shares may differ."""
    is_everything: bool
    """Whether all rows are here, so that what is built is all there is."""


@dataclass(frozen=True)
class _Changed:
    """Rows of the changed buckets, and days of those that are read for their sake."""

    core: CoreTables
    related: pl.DataFrame
    """`move_id`, `day` of rows outside the changed days."""


def find_changes(
    close: CloseContext, warehouse: Warehouse, day: date, horizon: date, last_horizon: date, *, everything: bool
) -> SourceChanges:
    """Compare the digests of what is known up to a day with those of the last valuation.

    Args:
        close: policies and mappings.
        warehouse: an open transaction of it, in which the temporary table `fresh_digests` stays until keep_digests.
        day: last day of charges that count.
        horizon: last day of moves that count.
        last_horizon: the same of the last valuation: there are no moves after it.
        everything: take every row as changed.
    """
    date_charges(close, warehouse)
    _compute_digests(close, warehouse, day, horizon)
    changed = {} if everything else _changed_buckets(warehouse)
    if everything or warehouse.query("select 1 from close.source_digests limit 1").is_empty():
        core, standing = _all_rows(warehouse), warehouse.read("core.stock_moves")
        charge_ids = warehouse.query(
            "select charge_id from dated_charges where charge_date <= ?"
            " union select charge_id from close.landed_cost_allocations",
            [day],
        )
        return SourceChanges(core, standing, charge_ids, is_everything=True)
    charge_ids = pl.DataFrame({"charge_id": changed.get("charges", [])}, schema={"charge_id": pl.String})
    skus = pl.DataFrame({"sku": changed.get("products", [])}, schema={"sku": pl.String})
    with warehouse.offering("changed_charges", charge_ids), warehouse.offering("changed_skus", skus):
        standing = _standing_moves(warehouse, changed, last_horizon)
        with warehouse.offering("changed_lines", standing.select("source_line_id")):
            found = _changed_rows(warehouse, changed, horizon)
            standing = _with_related(warehouse, standing, found.related)
    return SourceChanges(found.core, standing, charge_ids, is_everything=False)


def keep_digests(warehouse: Warehouse) -> None:
    """Remember the digests that find_changes computed."""
    same = "f.core_table = close.source_digests.core_table and f.bucket = close.source_digests.bucket"
    warehouse.execute(
        f"delete from close.source_digests where not exists ("
        f"  select 1 from fresh_digests f where {same} and f.digest = close.source_digests.digest)"
    )
    warehouse.execute("insert into close.source_digests from (from fresh_digests except from close.source_digests)")
    warehouse.execute("drop table fresh_digests")


def find_horizon(warehouse: Warehouse, policy: RecognitionPolicy, cut_off: date) -> date:
    """Last physical day that is needed: a sale recognised by the cut-off may have left later."""
    later = warehouse.query("from core.sale_lines where moved_date > ?", [cut_off]).lazy()
    due = recognise_sales(later, policy).filter(pl.col("recognised_on") <= cut_off)
    latest = due.select(pl.col("moved_date").max()).collect().item()
    return latest if latest is not None else cut_off


def _compute_digests(close: CloseContext, warehouse: Warehouse, day: date, horizon: date) -> None:
    """Fill `fresh_digests`: core_table, bucket (a day, a SKU, a charge), row_count, digest."""
    policy = close.policy
    money = _salt(policy.base_currency)
    begins_on = ledger_begins_on(close, warehouse)
    since = "" if begins_on is None else _salt(begins_on)  # goods on the way, and charges, reach over that day
    has_begun = "true" if begins_on is None else f"day >= '{begins_on}'"
    refresh_days(warehouse, DAY_OF)
    parts = [
        _by_day("sale_lines", f"digest, '{_salt(policy.recognition)}'", has_begun),
        _by_day("adjustment_lines", "digest", has_begun),
        _by_day("transfer_lines", f"digest, detail <= $horizon::varchar, '{since}'"),
        _by_day("production_lines", "digest", has_begun),
        _by_day("receipt_lines", f"digest, currency_rate, '{money}'", has_begun),
        "select 'opening_stock' as core_table, 'all' as bucket, count(*) as row_count,"
        " coalesce(sum(hash(t)), 0)::varchar as digest from core.opening_stock t",
        "select 'products' as core_table, sku as bucket, 1 as row_count, is_stocked::varchar as digest"
        " from core.products",
        f"""select 'charges' as core_table, charge_id as bucket, 1 as row_count,
              hash(t, lines, line_digest, '{money}{_salt(close.maps.charge_types.rows())}{since}')::varchar as digest
            from dated_charges t left join charged using (purchase_id) where charge_date <= $day""",
    ]
    warehouse.execute(
        f"""
        create or replace temp table fresh_digests as
        with rated_days as (
          from close.source_days d asof left join core.currency_rates k
            on d.detail = k.currency_code and d.day >= k.rate_date
        ),
        charged as (
          select purchase_id, count(*) as lines, sum(hash(row_digest, p.is_stocked, p.weight, p.volume)) as line_digest
          from charged_lines left join core.products p using (sku)
          where came_on <= $day group by purchase_id
        )
        {" union all by name ".join(parts)}
        """,
        {"day": day, "horizon": horizon},
    )


def _by_day(table: str, parts: str, condition: str = "true") -> str:
    """Digests of a table by its physical date, for which a condition has to hold, of what its days consist of."""
    return (
        f"select '{table}' as core_table, day::varchar as bucket, sum(row_count)::bigint as row_count,"
        f" sum(hash({parts}))::varchar as digest from rated_days"
        f" where core_table = '{table}' and day <= $horizon and {condition} group by day"
    )


def _salt(setting: object) -> str:
    """A setting that decides what moves are made of rows: with another one every digest differs."""
    return sha256(repr(setting).encode()).hexdigest()[:16]


def _changed_buckets(warehouse: Warehouse) -> Mapping[str, list[str]]:
    """Buckets that are new, gone or different, by table."""
    found = warehouse.query(
        """
        select core_table, bucket from fresh_digests f full join close.source_digests s using (core_table, bucket)
        where f.digest is distinct from s.digest or f.row_count is distinct from s.row_count
        order by all
        """
    )
    return {str(table): rows["bucket"].to_list() for (table,), rows in found.group_by("core_table")}


def _all_rows(warehouse: Warehouse) -> CoreTables:
    tables = {name: warehouse.read(f"core.{name}").lazy() for name in CORE_TABLES}
    return CoreTables(**tables | {"charges": warehouse.query(f"from {DATED_CHARGES}").lazy()})


def _changed_rows(warehouse: Warehouse, changed: Mapping[str, list[str]], horizon: date) -> _Changed:
    """Rows of the changed days and products, returns of them, and receipts that charges are spread over."""
    # no condition that nothing fulfils: DuckDB would read all days for it
    or_sku = " or sku in (from changed_skus)" if changed.get("products") else ""
    tables = {
        name: warehouse.query(f"from core.{name} where {_on_days(day, changed.get(name, []))}{or_sku}")
        for name, day in DAY_OF.items()
    }
    has_openings = "true" if "opening_stock" in changed else "false"
    tables["opening_stock"] = warehouse.query(f"from core.opening_stock where {has_openings}{or_sku}")
    others: list[pl.DataFrame] = []
    for name, key, original, kind in (
        ("sale_lines", "sale_line_id", "returned_sale_line_id", "sale_return"),
        ("receipt_lines", "receipt_line_id", "returned_receipt_line_id", "purchase_return"),
    ):
        with warehouse.offering("known_rows", tables[name].select(key)):
            # row numbers first: returns lie among all rows, and DuckDB would read every column of them
            related = warehouse.query(
                f"""from core.{name} where rowid in (
                      select rowid from core.{name} where kind = '{kind}' and {DAY_OF[name]} <= ?
                        and ({original} in (from known_rows) or {original} in (from changed_lines)))
                      and {key} not in (from known_rows)""",
                [horizon],
            )
        tables[name] = pl.concat([tables[name], related])
        others.append(_moves_of(name, key, related))
    tables["charges"] = warehouse.query("from dated_charges where charge_id in (from changed_charges)")
    charged = read_charged_receipts(warehouse, tables["charges"])
    charged = charged.join(tables["receipt_lines"], on="receipt_line_id", how="anti")
    tables["receipt_lines"] = pl.concat([tables["receipt_lines"], charged])
    others.append(_moves_of("receipt_lines", "receipt_line_id", charged))
    for name, key in (("transfer_lines", "transfer_line_id"), ("production_lines", "production_line_id")):
        related = read_charged(warehouse, name, tables["charges"]).join(tables[name], on=key, how="anti")
        related = related.filter(pl.col(DAY_OF[name]) <= horizon)
        tables[name] = pl.concat([tables[name], related])
        others.append(_legs_of(related) if name == "transfer_lines" else _moves_of(name, key, related))
    for name in ("products", "currency_rates"):
        tables[name] = warehouse.read(f"core.{name}")
    tables["bill_lines"] = warehouse.query("from core.bill_lines limit 0")
    return _Changed(CoreTables(**{name: frame.lazy() for name, frame in tables.items()}), pl.concat(others))


def _moves_of(table: str, key: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`move_id` and `day` of the moves that rows of sales or receipts make."""
    name = table.removesuffix("_lines")
    return rows.select(move_id=pl.format(name + ":{}", key), day=DAY_OF[table])


def _legs_of(rows: pl.DataFrame) -> pl.DataFrame:
    """`move_id` and `day` of the moves that transfers make; a transfer that is on its way has no arrival."""
    legs = [("dispatch_out", "dispatched_date"), ("dispatch_in", "dispatched_date"), ("arrival_out", "received_date"),
            ("arrival_in", "received_date")]  # fmt: skip
    return pl.concat(
        [rows.select(move_id=pl.format(leg + ":{}", "transfer_line_id"), day=pl.col(day)) for leg, day in legs]
    )


def _standing_moves(warehouse: Warehouse, changed: Mapping[str, list[str]], last_horizon: date) -> pl.DataFrame:
    """Moves that came from rows of the changed days, products and charges."""
    conditions = ["sku in (from changed_skus)"] if changed.get("products") else []
    conditions += ["document_kind = 'opening'"] if "opening_stock" in changed else []
    if _have_shares(warehouse):
        conditions.append("document_kind = 'charge' and source_line_id in (from changed_charges)")
    for name, kinds in DOCUMENTS_OF.items():
        days = [day for day in changed.get(name, []) if day <= last_horizon.isoformat()]
        if not days:
            continue
        of_kind = f"document_kind in ({', '.join(repr(kind) for kind in kinds)})"
        on_days = _on_days("moved_on", days)
        if name == "transfer_lines":  # the arrival of a line of that day may have another day
            on_days = (
                "source_line_id in (select source_line_id from core.stock_moves"
                f" where document_kind = 'transfer' and starts_with(move_id, 'dispatch_out:') and {on_days})"
            )
        conditions.append(f"{of_kind} and {on_days}")
    # one query for each: DuckDB skips what lies outside the days of one condition, not of several
    parts = [warehouse.query(f"from core.stock_moves where {one}") for one in conditions]
    return pl.concat([warehouse.query("from core.stock_moves limit 0"), *parts]).unique("move_id")


def _have_shares(warehouse: Warehouse) -> bool:
    """Whether any changed charge was spread before."""
    return not warehouse.query(
        "select 1 from close.landed_cost_allocations where charge_id in (from changed_charges) limit 1"
    ).is_empty()


def _with_related(warehouse: Warehouse, standing: pl.DataFrame, related: pl.DataFrame) -> pl.DataFrame:
    """Also the moves of rows that are read for the sake of others; their day is that of their rows, which stand."""
    others = related.drop_nulls().join(standing, on="move_id", how="anti")
    if others.is_empty():
        return standing
    with warehouse.offering("related_moves", others.select("move_id")):
        return pl.concat(
            [
                standing,
                warehouse.query(
                    "from core.stock_moves where moved_on between ? and ? and move_id in (from related_moves)",
                    [others["day"].min(), others["day"].max()],
                ),
            ]
        )


def _on_days(column: str, days: list[str]) -> str:
    """A condition that lets DuckDB skip what lies outside the days."""
    if not days:
        return "false"
    listed = ", ".join(f"'{day}'" for day in days)
    return f"({column} between '{min(days)}' and '{max(days)}' and {column} in ({listed}))"
