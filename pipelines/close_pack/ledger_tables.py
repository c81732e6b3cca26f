"""Tables of the close pack about the ledger: journals, roll-forward, tie-out, stock by age."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipelines.close_pack.pack_tables import Kind, PackCheck, PackColumn, PackTable, Term, make_table
from pipelines.warehouse import Warehouse
from schemas.journals import JOURNAL_KINDS
from schemas.reporting import AGE_BANDS, MOVEMENTS
from transforms.periods import name_period, previous_period
from transforms.stock_ages import NO_RECEIPT
from transforms.tie_out.steps import STEPS

JOURNALS, ROLL_FORWARD, UNITS, TIE_OUT = "journals", "roll_forward", "roll_forward_units", "tie_out"
DOCUMENTS, AGES, CLEARING = "tie_out_documents", "stock_ages", "clearing"
NO_CATEGORY = "(no category)"

_MOVED = [name for name in MOVEMENTS if name not in {"opening", "closing"}]


def journal_lines_table(warehouse: Warehouse, period: date) -> PackTable:
    """Every journal line of the month, with the tag under which Xero holds it."""
    lines = warehouse.query(
        """
        with standing as (
            select journal_key, max_by(tag, version) as tag from post.documents
            where status in ('POSTED', 'DRAFT') group by journal_key
        )
        select coalesce(s.tag, l.journal_key) as tag, replace(j.journal_kind, '_', ' ') as kind, j.journal_date,
          j.narration_text, l.line_number, replace(l.role, '_', ' ') as role, l.account_code,
          coalesce(a.account_name, '') as account_name, l.description,
          concat_ws(' · ', l.tracking_option_1, l.tracking_option_2) as tracking, l.tax_type,
          if(l.line_amount > 0, l.line_amount, 0)::decimal(18, 2) as debit_amount,
          if(l.line_amount < 0, -l.line_amount, 0)::decimal(18, 2) as credit_amount
        from close.journal_lines l join close.journals j using (period, journal_key)
        left join standing s using (journal_key) left join xero.accounts a using (account_code)
        where l.period = $1 order by list_position($2, j.journal_kind), j.journal_date, l.journal_key, l.line_number
        """,
        [period, JOURNAL_KINDS],
    )
    columns = (
        PackColumn("tag", "Journal", width=30),
        PackColumn("kind", "Kind", width=12),
        PackColumn("journal_date", "Date", "date", width=11),
        PackColumn("narration_text", "Narration", width=34),
        PackColumn("line_number", "Line", "count", width=6),
        PackColumn("role", "Role", width=20),
        PackColumn("account_code", "Account", width=9),
        PackColumn("account_name", "Account name", width=30),
        PackColumn("description", "Description", width=44),
        PackColumn("tracking", "Tracking", width=20),
        PackColumn("tax_type", "Tax", width=8),
        PackColumn("debit_amount", "Debit", "money", is_summed=True),
        PackColumn("credit_amount", "Credit", "money", is_summed=True),
    )
    balanced = PackCheck("Debits equal credits", (Term(JOURNALS, "debit_amount"),), (Term(JOURNALS, "credit_amount"),))
    return make_table(JOURNALS, f"Journals, {name_period(period)}", columns, lines, checks=(balanced,))


def roll_forward_tables(warehouse: Warehouse, period: date) -> list[PackTable]:
    """The roll-forward in value and in units: a row for each account and category, a column for each movement."""
    lines = warehouse.read("close.roll_forward_lines", "period = ?", [period])
    before = warehouse.query(
        """
        select account_code, coalesce(category, $2) as category, sum(value_amount)::decimal(18, 2) as value_amount,
          sum(quantity)::decimal(18, 4) as quantity
        from close.roll_forward_lines where period = $1 and movement = 'closing' group by all
        """,
        [previous_period(period), NO_CATEGORY],
    )
    signed = _signed_closing(warehouse, previous_period(period))
    value = _wide(lines, before, period, "value_amount", ROLL_FORWARD, f"Roll-forward, {name_period(period)}", "money")
    units = _wide(lines, before, period, "quantity", UNITS, f"Roll-forward in units, {name_period(period)}", "quantity")
    return [replace(value, checks=(*value.checks, *signed)), units]


def _signed_closing(warehouse: Warehouse, period: date) -> list[PackCheck]:
    """The opening against the stock that was signed off, where the month before was."""
    signed = warehouse.query(
        "select stock_amount from post.sign_offs where period = ? order by sign_off desc limit 1", [period]
    )["stock_amount"].to_list()
    return [
        PackCheck(
            "Opening is the closing that was signed", (Term(ROLL_FORWARD, "opening"),), (Term("", "", amount=one),)
        )
        for one in signed
    ]


def _wide(
    lines: pl.DataFrame, before: pl.DataFrame, period: date, amount: str, key: str, title: str, kind: Kind
) -> PackTable:
    keys = ["account_code", "category"]
    named = lines.with_columns(pl.col("category").fill_null(NO_CATEGORY))
    sums = [
        pl.col(amount).filter(pl.col("movement") == name).sum().cast(lines.schema[amount]).alias(name)
        for name in MOVEMENTS
    ]
    wide = named.group_by(keys).agg(sums).sort(keys)
    last = before.select(*keys, pl.col(amount).alias("last_closing"))
    wide = wide.join(last, on=keys, how="left", validate="1:1").with_columns(pl.col("last_closing").fill_null(0))
    moved = "+".join(f"{{{name}}}" for name in ["opening", *_MOVED])
    columns = (
        PackColumn("account_code", "Account", width=9),
        PackColumn("category", "Category", width=22),
        *[
            PackColumn(name, label, kind, is_summed=True, formula=f"={moved}" if name == "closing" else "")
            for name, label in MOVEMENTS.items()
        ],
        PackColumn("last_closing", "Closing of last month", kind, is_summed=True),
    )
    foots = PackCheck(
        "Opening and movements are the closing",
        tuple(Term(key, name) for name in ["opening", *_MOVED]),
        (Term(key, "closing"),),
    )
    follows = PackCheck("Opening is last month's closing", (Term(key, "opening"),), (Term(key, "last_closing"),))
    net = PackCheck("Transfers net to zero but for goods in transit", (Term(key, "transfers"),), ())
    has_last, transfers = before.height > 0, sum(wide["transfers"].to_list())
    checks = [foots, *([follows] if has_last else []), *([net] if transfers == 0 else [])]
    note = (
        "" if has_last else "The month before was not closed with tieout: the opening is what the ledger begins with."
    )
    return make_table(key, title, columns, wide, note, tuple(checks))


def tie_out_table(warehouse: Warehouse, period: date, checks: tuple[PackCheck, ...] = ()) -> PackTable:
    """The walk from the stock ledger to Xero's balance, every step."""
    steps = warehouse.query(
        """
        select t.account_code, coalesce(a.account_name, '') as account_name, t.step, t.cause, t.description,
          t.document_count, t.amount
        from close.tie_outs t left join xero.accounts a using (account_code)
        where t.period = ? order by t.account_code, t.step
        """,
        [period],
    )
    columns = (
        PackColumn("account_code", "Account", width=9),
        PackColumn("account_name", "Account name", width=26),
        PackColumn("cause", "Step", width=26),
        PackColumn("description", "In words", width=56),
        PackColumn("document_count", "Documents", "count", width=11),
        PackColumn("amount", "Amount", "money", width=18),
    )
    return make_table(TIE_OUT, f"Tie-out to Xero, {name_period(period)}", columns, steps, checks=checks)


def tie_out_documents_table(warehouse: Warehouse, period: date) -> PackTable:
    """The documents behind each cause."""
    rows = warehouse.query(
        """
        select account_code, cause, document_kind, document_number, document_date, note, amount
        from close.tie_out_documents where period = ? order by account_code, cause, abs(amount) desc, document_number
        """,
        [period],
    ).with_columns(pl.col("cause").replace(dict(STEPS)))
    columns = (
        PackColumn("account_code", "Account", width=9),
        PackColumn("cause", "Cause", width=40),
        PackColumn("document_kind", "Kind", width=16),
        PackColumn("document_number", "Document", width=30),
        PackColumn("document_date", "Date", "date", width=11),
        PackColumn("note", "What is the matter", width=50),
        PackColumn("amount", "Amount", "money", is_summed=True),
    )
    return make_table(DOCUMENTS, f"Documents behind the tie-out, {name_period(period)}", columns, rows)


def clearing_table(warehouse: Warehouse, period: date) -> PackTable | None:
    """What stands open on the clearing accounts, by purchase order and age; None where no account is a clearing one."""
    rows = warehouse.query(
        """
        select account_code, order_number, coalesce(party, '') as party, opened_on, age_days, age_band, charged_amount,
          cleared_amount, open_amount
        from close.clearing_orders where period = ? order by account_code, opened_on, order_number
        """,
        [period],
    )
    if rows.is_empty():
        return None
    columns = (
        PackColumn("account_code", "Account", width=9),
        PackColumn("order_number", "Purchase order", width=18),
        PackColumn("party", "Party", width=28),
        PackColumn("opened_on", "Since", "date", width=11),
        PackColumn("age_days", "Days", "count", width=7),
        PackColumn("age_band", "Age", width=16),
        PackColumn("charged_amount", "Charged", "money", is_summed=True),
        PackColumn("cleared_amount", "Cleared", "money", is_summed=True),
        PackColumn("open_amount", "Open", "money", is_summed=True, formula="={charged_amount}+{cleared_amount}"),
    )
    foots = PackCheck(
        "Charged and cleared is what stands open",
        (Term(CLEARING, "charged_amount"), Term(CLEARING, "cleared_amount")),
        (Term(CLEARING, "open_amount"),),
    )
    return make_table(CLEARING, f"Clearing accounts, {name_period(period)}", columns, rows, checks=(foots,))


def stock_ages_table(warehouse: Warehouse, period: date) -> PackTable:
    """Stock on hand by account, category and age; it foots to the roll-forward."""
    order = [*AGE_BANDS, NO_RECEIPT]
    rows = warehouse.query(
        """
        select account_code, coalesce(category, $2) as category, age_band, quantity, value_amount
        from close.stock_ages where period = $1 order by account_code, category, list_position($3, age_band)
        """,
        [period, NO_CATEGORY, order],
    )
    columns = (
        PackColumn("account_code", "Account", width=9),
        PackColumn("category", "Category", width=22),
        PackColumn("age_band", "Age in days", width=14),
        PackColumn("quantity", "Units", "quantity", is_summed=True),
        PackColumn("value_amount", "Value", "money", is_summed=True),
    )
    foots = PackCheck(
        "Stock by age is the closing stock", (Term(AGES, "value_amount"),), (Term(ROLL_FORWARD, "closing"),)
    )
    note = "What is on hand is what came in last; transfers do not make stock younger."
    return make_table(AGES, f"Stock by age, {name_period(period)}", columns, rows, note, (foots,))
