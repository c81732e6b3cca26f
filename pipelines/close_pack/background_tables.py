"""Tables of the close pack about how it came about: exceptions, what was left out, mappings, run, hashes, sign-off."""

from datetime import date

import polars as pl

from pipelines.close_pack.pack_tables import PackColumn, PackTable, make_table
from pipelines.release import code_version
from pipelines.steps.context import CloseContext
from pipelines.steps.exception_words import COUNTED
from pipelines.warehouse import Warehouse
from schemas.maps import RULE_ATTRIBUTES
from transforms.periods import format_period, name_period

EXCEPTIONS, LEFT_OUT, MAPPING, RUN = "exceptions", "left_out", "mapping", "run"


def exceptions_table(warehouse: Warehouse, period: date) -> PackTable:
    """Every exception of the month, and what accepts it."""
    rows = warehouse.query(
        """
        select replace(exception_kind, '_', ' ') as exception_kind,
          subject || coalesce(': ' || quantity::bigint || ' ' || counted, '') as subject,
          coalesce(document_number, '') as document_number, coalesce(sku, '') as sku, source_table, source_id,
          if(counted is null, quantity, null) as quantity, amount,
          case when is_blocking then 'stops the close' else 'accepted by ' || coalesce(correction_id, 'policy') end
            as settled
        from (
          select *, map_extract_value($2::map(varchar, varchar), exception_kind) as counted from close.exceptions
        )
        where period = $1 order by is_blocking desc, exception_kind, subject, source_id
        """,
        [period, COUNTED],
    )
    columns = (
        PackColumn("exception_kind", "Exception", width=20),
        PackColumn("subject", "Subject", width=28),
        PackColumn("document_number", "Document", width=16),
        PackColumn("sku", "SKU", width=20),
        PackColumn("source_table", "Table", width=24),
        PackColumn("source_id", "Row", width=26),
        PackColumn("quantity", "Units", "quantity", is_summed=True),
        PackColumn("amount", "Amount", "money", is_summed=True),
        PackColumn("settled", "Settled", width=28),
    )
    note = "" if rows.height else "There are none."
    return make_table(EXCEPTIONS, f"Exceptions, {name_period(period)}", columns, rows, note)


def left_out_table(warehouse: Warehouse, period: date) -> PackTable:
    """Sales and returns that COGS leaves out, with the rule."""
    rows = warehouse.query(
        """
        select document_number, sku, replace(category, '_', ' ') as category, reason, moved_on, invoice_date, quantity,
          goods_amount, cost_amount, revenue_amount
        from close.left_out where period = ?
        order by category, abs(cost_amount) desc, abs(goods_amount) desc nulls last, document_number, sku
        """,
        [period],
    )
    columns = (
        PackColumn("document_number", "Document", width=16),
        PackColumn("sku", "SKU", width=22),
        PackColumn("category", "Left out as", width=28),
        PackColumn("reason", "Why", width=44),
        PackColumn("moved_on", "Moved", "date", width=11),
        PackColumn("invoice_date", "Invoiced", "date", width=11),
        PackColumn("quantity", "Units", "quantity", is_summed=True),
        PackColumn("goods_amount", "At cost", "money", is_summed=True),
        PackColumn("cost_amount", "Still in Xero", "money", is_summed=True),
        PackColumn("revenue_amount", "Revenue", "money", is_summed=True),
    )
    note = "" if rows.height else "Nothing: every sale and return that moved is in COGS."
    return make_table(LEFT_OUT, f"Left out of COGS, {name_period(period)}", columns, rows, note)


def mapping_table(close: CloseContext) -> PackTable:
    """The rules that were in force, each with its place in the YAML."""
    maps = close.maps
    given = [
        _rules(maps.accounts, "account", pl.col("account_code")),
        _rules(maps.taxes, "tax type", pl.col("tax_type")),
        _rules(maps.tracking, "tracking", pl.concat_str("tracking_category", "tracking_option", separator=": ")),
        maps.charge_types.select(
            pl.lit("landed charge").alias("rule_kind"),
            pl.lit("").alias("role"),
            pl.concat_str(pl.lit("charge_type: "), "charge_type").alias("condition"),
            pl.concat_str(pl.lit("spread by "), "basis").alias("outcome"),
            "defined_at",
        ),
    ]
    columns = (
        PackColumn("rule_kind", "Rule", width=14),
        PackColumn("role", "Role", width=26),
        PackColumn("condition", "For lines with", width=50),
        PackColumn("outcome", "Gives", width=24),
        PackColumn("defined_at", "Defined at", width=50),
    )
    rows = pl.concat(given).with_columns(pl.col("role").str.replace_all("_", " "))
    return make_table(MAPPING, f"Mapping in force, {name_period(close.period)}", columns, rows)


def _rules(rules: pl.DataFrame, kind: str, outcome: pl.Expr) -> pl.DataFrame:
    conditions = [
        pl.when(pl.col(name).is_not_null()).then(
            pl.concat_str(pl.lit(f"{name}: "), pl.col(name).list.join(", ", ignore_nulls=True))
        )
        for name in RULE_ATTRIBUTES
    ]
    role = pl.col("role").fill_null("any") if "role" in rules.columns else pl.lit("")
    return rules.sort("rule_order").select(
        pl.lit(kind).alias("rule_kind"),
        role.alias("role"),
        pl.concat_str(conditions, separator="; ", ignore_nulls=True).alias("condition"),
        outcome.alias("outcome"),
        "defined_at",
    )


def run_table(close: CloseContext, warehouse: Warehouse) -> PackTable:
    """Settings, hashes, sources and runs behind the month."""
    policy = close.policy
    facts = [
        ("Organisation", close.settings.organisation),
        ("Month", format_period(close.period)),
        ("Last day that counts", close.cut_off.isoformat()),
        ("Release of tieout", code_version()),
        ("Costing method", policy.costing.method.replace("_", " ")),
        ("Cost pool", "SKU and location" if policy.costing.pool == "sku_location" else "SKU"),
        ("Inventory method", policy.inventory_method),
        ("Sales count on", policy.recognition.date.replace("_", " ")),
        ("sha256 of the mappings", close.mappings.content_hash()),
    ]
    plans = warehouse.query(
        "select plan_hash, status, prepared_by, prepared_on, created_at from post.plans where period = ? "
        "order by created_at",
        [close.period],
    ).to_dicts()
    facts += [
        (f"Plan of {row['created_at']:%Y-%m-%d %H:%M} UTC", f"{row['plan_hash']} {row['status'].replace('_', ' ')}")
        for row in plans
    ]
    loads = warehouse.query(
        """
        select source_name || coalesce(', ' || input_name, ', core tables') as what, content_hash, row_count
        from control.loads qualify row_number() over (partition by source_name, input_name order by loaded_at desc) = 1
        order by 1
        """
    ).to_dicts()
    facts += [(f"Source {row['what']}", f"{row['row_count']:,} rows, sha256 {row['content_hash']}") for row in loads]
    runs = warehouse.query(
        """
        select command, started_at, status, host, code_version, run_id from control.runs
        where period = ? order by started_at desc limit 20
        """,
        [close.period],
    ).to_dicts()
    facts += [
        (
            f"Run of {row['started_at']:%Y-%m-%d %H:%M} UTC",
            f"{row['command']}, {row['status']}, on {row['host']}, release {row['code_version']}, {row['run_id']}",
        )
        for row in runs
    ]
    frame = pl.DataFrame(facts, schema={"fact": pl.String, "value": pl.String}, orient="row")
    columns = (PackColumn("fact", "What", width=40), PackColumn("value", "Value", width=110))
    return make_table(RUN, f"Run and hashes, {name_period(close.period)}", columns, frame)
