"""Tables of the close pack about the month's movements: COGS, landed costs, adjustments, open receipts, flux."""

from dataclasses import replace
from datetime import date

from pipelines.close_pack.ledger_tables import JOURNALS, NO_CATEGORY, TIE_OUT
from pipelines.close_pack.pack_tables import PackCheck, PackColumn, PackTable, Term, make_table
from pipelines.warehouse import Warehouse
from schemas.reporting import AGE_BANDS, COMPARISONS
from transforms.periods import name_period

COGS, LANDED, ADJUSTMENTS, OPEN_RECEIPTS, FLUX = "cogs", "landed_costs", "adjustments", "open_receipts", "flux"


def journaled(kind: str, *roles: str) -> tuple[Term, ...]:
    """Debits less credits of some roles in the journals of a kind."""
    where = {"kind": (kind.replace("_", " "),), "role": tuple(role.replace("_", " ") for role in roles)}
    return Term(JOURNALS, "debit_amount", where), Term(JOURNALS, "credit_amount", where, sign=-1)


LATE_COST = (
    "Late cost belongs to sales that earlier months recognised: costs that came later, and what comes back where such "
    "a sale was changed or voided. Their revenue is not in this month: per cent of revenue are taken before late cost."
)


def cogs_table(warehouse: Warehouse, period: date, *, is_journaled: bool = True) -> PackTable:
    """Sales, COGS and margin of the month by category, branch and channel; it foots to the COGS journal."""
    rows = warehouse.query(
        """
        select coalesce(category, $2) as category, coalesce(branch, '') as branch, coalesce(channel, '') as channel,
          sum(quantity)::decimal(18, 4) as quantity, sum(revenue_amount)::decimal(18, 2) as revenue_amount,
          sum(cogs_amount)::decimal(18, 2) as cogs_amount,
          (sum(revenue_amount) - sum(cogs_amount))::decimal(18, 2) as before_amount,
          sum(late_cost_amount)::decimal(18, 2) as late_cost_amount,
          (sum(cogs_amount) + sum(late_cost_amount))::decimal(18, 2) as total_amount,
          (sum(revenue_amount) - sum(cogs_amount) - sum(late_cost_amount))::decimal(18, 2) as margin_amount
        from close.margins where period = $1 group by all order by category, branch, channel
        """,
        [period, NO_CATEGORY],
    )
    columns = (
        PackColumn("category", "Category", width=22),
        PackColumn("branch", "Branch", width=16),
        PackColumn("channel", "Channel", width=14),
        PackColumn("quantity", "Units", "quantity", is_summed=True),
        PackColumn("revenue_amount", "Revenue", "money", is_summed=True),
        PackColumn("cogs_amount", "COGS of the month", "money", is_summed=True, width=18),
        PackColumn(
            "before_amount",
            "Margin before late cost",
            "money",
            is_summed=True,
            formula="={revenue_amount}-{cogs_amount}",
            width=22,
        ),
        PackColumn("late_cost_amount", "Late cost", "money", is_summed=True),
        PackColumn("total_amount", "COGS", "money", is_summed=True, formula="={cogs_amount}+{late_cost_amount}"),
        PackColumn("margin_amount", "Margin", "money", is_summed=True, formula="={revenue_amount}-{total_amount}"),
    )
    stock = tuple(replace(term, sign=-term.sign) for term in journaled("cogs", "stock_on_hand"))
    foots = PackCheck("COGS is the COGS journal", (Term(COGS, "total_amount"),), stock)
    return make_table(
        COGS,
        f"Cost of goods sold, {name_period(period)}",
        columns,
        rows,
        note=LATE_COST,
        checks=(foots,) if is_journaled else (),
    )


def landed_costs_table(warehouse: Warehouse, period: date) -> PackTable:
    """Charges that went into stock this month; they foot to the landed cost journals."""
    rows = warehouse.query(
        """
        with booked as (
            select s.source_id, -sum(s.source_amount) as capitalised
            from close.journal_line_sources s join close.journals j using (period, journal_key)
            where s.period = $1 and j.journal_kind = 'landed_cost' and s.role = 'landed_cost_clearing' group by all
        ), share as (
            select charge_id || ':' || receipt_line_id as source_id, any_value(charge_id) as charge_id
            from close.landed_cost_allocations group by all
        )
        select coalesce(c.purchase_number, '') as purchase_number, coalesce(c.charge_type, 'no longer there') as
          charge_type, coalesce(c.supplier, '') as supplier, coalesce(s.charge_id, b.source_id) as charge_id,
          c.charge_date, c.charge_amount::decimal(28, 6) as charge_amount,
          sum(b.capitalised)::decimal(18, 2) as capitalised_amount
        from booked b left join share s using (source_id) left join core.charges c using (charge_id)
        group by all order by purchase_number, charge_type, charge_id
        """,
        [period],
    )
    columns = (
        PackColumn("purchase_number", "Purchase order", width=18),
        PackColumn("charge_type", "Charge", width=16),
        PackColumn("supplier", "Supplier", width=28),
        PackColumn("charge_id", "Charge id", width=18),
        PackColumn("charge_date", "Date", "date", width=11),
        PackColumn("charge_amount", "Whole charge", "money", width=16),
        PackColumn("capitalised_amount", "Into stock this month", "money", is_summed=True, width=20),
    )
    foots = PackCheck(
        "Landed cost is the landed cost journals",
        (Term(LANDED, "capitalised_amount"),),
        journaled("landed_cost", "stock_on_hand"),
    )
    return make_table(LANDED, f"Landed costs, {name_period(period)}", columns, rows, checks=(foots,))


def adjustments_table(warehouse: Warehouse, period: date, *, is_journaled: bool = True) -> PackTable:
    """Adjustments of the month by reason; they foot to the adjustment journals."""
    rows = warehouse.query(
        """
        select coalesce(reason, 'No reason given') as reason, document_number, moved_on, coalesce(location, '') as
          location, sku, coalesce(category, $2) as category, sum(moved_quantity)::decimal(18, 4) as quantity,
          sum(cost_amount)::decimal(18, 2) as value_amount
        from close.bookings where period = $1 and document_kind = 'adjustment' and not is_late
        group by all having sum(moved_quantity) <> 0 or sum(cost_amount) <> 0
        order by reason, moved_on, document_number, sku
        """,
        [period, NO_CATEGORY],
    )
    columns = (
        PackColumn("reason", "Reason", width=24),
        PackColumn("document_number", "Adjustment", width=16),
        PackColumn("moved_on", "Date", "date", width=11),
        PackColumn("location", "Branch", width=16),
        PackColumn("sku", "SKU", width=22),
        PackColumn("category", "Category", width=18),
        PackColumn("quantity", "Units", "quantity", is_summed=True),
        PackColumn("value_amount", "Value", "money", is_summed=True),
    )
    foots = PackCheck(
        "Adjustments are the adjustment journals",
        (Term(ADJUSTMENTS, "value_amount"),),
        journaled("adjustment", "stock_on_hand"),
    )
    return make_table(
        ADJUSTMENTS,
        f"Adjustments by reason, {name_period(period)}",
        columns,
        rows,
        checks=(foots,) if is_journaled else (),
    )


def open_receipts_table(warehouse: Warehouse, period: date) -> PackTable:
    """Goods received and not invoiced, line by line, with a column for each band of age."""
    bands = ", ".join(
        f"if(age_band = '{band}', value_amount, 0)::decimal(18, 2) as \"age {band}\"" for band in AGE_BANDS
    )
    rows = warehouse.query(
        f"""
        select account_code, purchase_number, coalesce(supplier, '') as supplier, sku, received_date, age_days,
          age_band, quantity, value_amount, {bands}
        from close.goods_received_not_invoiced where period = ? order by received_date, purchase_number, sku
        """,
        [period],
    )
    columns = (
        PackColumn("account_code", "Account", width=9),
        PackColumn("purchase_number", "Purchase order", width=16),
        PackColumn("supplier", "Supplier", width=28),
        PackColumn("sku", "SKU", width=22),
        PackColumn("received_date", "Received", "date", width=11),
        PackColumn("age_days", "Days", "count", width=7),
        PackColumn("age_band", "Age", width=10),
        PackColumn("quantity", "Units", "quantity", is_summed=True),
        PackColumn("value_amount", "Value", "money", is_summed=True),
        *[
            PackColumn(
                f"age {band}",
                f"{band} days",
                "money",
                is_summed=True,
                formula=f'=IF({{age_band}}="{band}",{{value_amount}},0)',
            )
            for band in AGE_BANDS
        ],
    )
    ages = PackCheck(
        "Bands of age are the whole",
        tuple(Term(OPEN_RECEIPTS, f"age {band}") for band in AGE_BANDS),
        (Term(OPEN_RECEIPTS, "value_amount"),),
    )
    title = f"Goods received, not invoiced, {name_period(period)}"
    return make_table(OPEN_RECEIPTS, title, columns, rows, checks=(ages,))


def open_receipts_check(tie_out: PackTable) -> PackCheck | None:
    """Open receipts against the step of the tie-out, where it has one."""
    cause = "received_not_billed"
    if cause not in tie_out.frame["cause"].to_list():
        return None
    step = Term(TIE_OUT, "amount", {"cause": (cause,)}, sign=-1)
    return PackCheck("Open receipts are the step of the tie-out", (Term(OPEN_RECEIPTS, "value_amount"),), (step,))


def flux_tables(warehouse: Warehouse, period: date) -> list[PackTable]:
    """A table for each month that there is to compare with; one that says so where there is none."""
    rows = warehouse.query("select distinct comparison from close.flux_lines where period = ?", [period])
    found = [name for name in COMPARISONS if name in rows["comparison"].to_list()]
    return [flux_table(warehouse, period, name) for name in found or ["last_month"]]


def flux_table(warehouse: Warehouse, period: date, comparison: str) -> PackTable:
    """COGS and margin against another month, with the parts of the change and the comments."""
    rows = warehouse.query(
        """
        with said as (
          select f.comparison, f.category, f.branch, f.channel,
            arg_max(c.comment_text || ' (' || c.commented_by || ')',
              (c.category is not null)::int + (c.branch is not null)::int + (c.channel is not null)::int)
                as comment_text
          from close.flux_lines f join close.flux_comments c on c.period = f.period and c.comparison = f.comparison
            and (c.category is null or c.category = f.category) and (c.branch is null or c.branch = f.branch)
            and (c.channel is null or c.channel = f.channel)
          where f.period = $1 group by all
        )
        select f.*, coalesce(f.category, $2) as shown_category,
          coalesce(f.branch, '') as shown_branch, coalesce(f.channel, '') as shown_channel,
          (f.cogs_amount - f.base_cogs_amount)::decimal(18, 2) as cogs_change,
          (f.revenue_amount - f.cogs_amount)::decimal(18, 2) as margin_amount,
          (f.base_revenue_amount - f.base_cogs_amount)::decimal(18, 2) as base_margin_amount,
          (f.revenue_amount - f.cogs_amount - f.base_revenue_amount + f.base_cogs_amount)::decimal(18, 2)
            as margin_change,
          case when not f.asks_comment then '' when s.comment_text is null then 'asked for' else 'given' end as state,
          coalesce(s.comment_text, '') as comment_text
        from close.flux_lines f left join said s on s.comparison = f.comparison
          and s.category is not distinct from f.category and s.branch is not distinct from f.branch
          and s.channel is not distinct from f.channel
        where f.period = $1 and f.comparison = $3 order by shown_category, shown_branch, shown_channel
        """,
        [period, NO_CATEGORY, comparison],
    )
    key = FLUX if comparison == "last_month" else f"{FLUX}_{comparison}"
    columns = (
        PackColumn("shown_category", "Category", width=18),
        PackColumn("shown_branch", "Branch", width=14),
        PackColumn("shown_channel", "Channel", width=12),
        PackColumn("base_cogs_amount", "COGS then", "money", is_summed=True),
        PackColumn("cogs_volume_amount", "Volume", "money", is_summed=True),
        PackColumn("cogs_mix_amount", "Mix", "money", is_summed=True),
        PackColumn("cogs_cost_amount", "Cost", "money", is_summed=True),
        PackColumn(
            "cogs_amount",
            "COGS now",
            "money",
            is_summed=True,
            formula="={base_cogs_amount}+{cogs_volume_amount}+{cogs_mix_amount}+{cogs_cost_amount}",
        ),
        PackColumn("base_margin_amount", "Margin then", "money", is_summed=True),
        PackColumn("margin_price_amount", "Price", "money", is_summed=True),
        PackColumn("margin_volume_amount", "Volume (margin)", "money", is_summed=True),
        PackColumn("margin_mix_amount", "Mix (margin)", "money", is_summed=True),
        PackColumn("margin_cost_amount", "Cost (margin)", "money", is_summed=True),
        PackColumn(
            "margin_amount",
            "Margin now",
            "money",
            is_summed=True,
            formula="={base_margin_amount}+{margin_price_amount}+{margin_volume_amount}+{margin_mix_amount}"
            "+{margin_cost_amount}",
        ),
        PackColumn("state", "Comment", width=10),
        PackColumn("comment_text", "What the analyst says", width=60),
    )
    words = COMPARISONS[comparison]
    foots = PackCheck(
        f"COGS against {words} is the COGS of the month", (Term(key, "cogs_amount"),), (Term(COGS, "total_amount"),)
    )
    note = (
        "Volume: more or fewer units at then's average. Mix: other products among them. Cost and price: other unit "
        "costs and prices. Late cost is in cost."
    )
    if rows.is_empty():
        note = "There is no closed month to compare with."
    title = f"Flux of COGS and margin against {words}, {name_period(period)}"
    return make_table(key, title, columns, rows, note, (foots,) if rows.height else ())
