"""Goes from a journal line in Xero down to the source rows that make up its amount, to the cent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.errors import UsageProblem
from pipelines.reports.month import ReportTable, money, quantity
from pipelines.tagged_journals import find_journal
from pipelines.warehouse import Warehouse

_SOURCE_SQL = {
    "close.bookings": """
        select s.source_amount, s.source_id, b.document_number, b.sku, b.moved_on as happened_on,
               b.unit_cost_applied as unit_cost,
               case when is_correction then null when b.is_late then m.quantity else b.moved_quantity end as quantity,
               concat_ws(' ', replace(b.kind, '_', ' '),
                         case when is_correction then '(late cost)' when b.is_late then '(moved earlier)' end) as what
        from picked s left join (
          select * replace (is_late and not is_renamed as is_late), is_late and not is_renamed and
            case when kind in ('sale', 'sale_return') then is_late_recognition else true end as is_correction
          from (
            select *, kind in ('renamed_out', 'renamed_in') as is_renamed,
              if(document_kind in ('sale', 'credit_note'), -recognised_amount, cost_amount) as renamed_amount
            from close.bookings
          )
        ) b on b.move_id = s.source_id and b.period = s.period
          and (not is_renamed or (s.journal_key like 'VALUATION-%' and renamed_amount = s.source_amount))
        left join core.stock_moves m using (move_id)
        qualify row_number() over (partition by s.source_id, s.role, s.source_amount order by is_renamed desc) = 1""",
    "core.receipt_lines": """
        select s.source_amount, s.source_id, r.purchase_number as document_number, r.sku,
               r.received_date as happened_on, r.quantity, r.unit_price as unit_cost,
               concat_ws(' ', 'receipt against its bills', '(price in ' || r.currency_code || ')') as what
        from picked s left join core.receipt_lines r on r.receipt_line_id = s.source_id""",
    "close.landed_cost_allocations": """
        select s.source_amount, s.source_id, c.purchase_number as document_number, a.sku, c.charge_date as happened_on,
               r.quantity, null::decimal(18, 6) as unit_cost,
               concat(c.charge_type, ' ', c.charge_id) as what, c.charge_amount as whole_amount
        from picked s
        left join close.landed_cost_allocations a on concat(a.charge_id, ':', a.receipt_line_id) = s.source_id
        left join core.charges c on c.charge_id = a.charge_id
        left join core.receipt_lines r on r.receipt_line_id = a.receipt_line_id""",
    "xero.trial_balance": """
        select s.source_amount, s.source_id, 'opening balance' as document_number, null::varchar as sku,
               s.period - 1 as happened_on, null::decimal(18, 4) as quantity, null::decimal(18, 6) as unit_cost,
               'opening stock less Xero''s balance, approved in close.yaml' as what
        from picked s""",
}
"""What a reader is shown of a source row, by the table that holds it."""


@dataclass(frozen=True)
class Explanation:
    """A journal, or one line of it, with the source rows behind it."""

    table: ReportTable
    line_amount: Decimal
    source_amount: Decimal

    @property
    def foots(self) -> bool:
        """Whether the source rows sum to the line."""
        return self.line_amount == self.source_amount


def explain(warehouse: Warehouse, reference: str, most: int = 40) -> list[Explanation]:
    """Explain TAG or TAG:LINE: the lines of the journal, each with its source rows.

    Args:
        warehouse: holds close.journal_lines and close.journal_line_sources.
        reference: a tag as in Xero's narration, with or without organisation and version; a line number after a colon.
        most: source rows shown for a line, the largest first; the sum covers all of them.

    Raises:
        UsageProblem: no such journal or line (exit 2).
    """
    tag, line = split_reference(reference.strip())
    journal_key, period = find_journal(warehouse, tag)
    lines = warehouse.query(
        "select * from close.journal_lines where journal_key = ? and period = ? order by line_number",
        [journal_key, period],
    ).to_dicts()
    wanted = [row for row in lines if not line or str(row["line_number"]) == line]
    if not wanted:
        numbers = ", ".join(str(row["line_number"]) for row in lines)
        raise UsageProblem(f"{journal_key} has no line {line}. It has the lines {numbers}.")
    return [_explain_line(warehouse, row, most) for row in wanted]


def split_reference(reference: str) -> tuple[str, str]:
    """Tag and line number; a document number in a tag may hold a colon of its own."""
    tag, _, line = reference.rpartition(":")
    return (tag, line) if tag and line.isdecimal() else (reference, "")


def _explain_line(warehouse: Warehouse, line: dict[str, Any], most: int) -> Explanation:
    rows: list[dict[str, Any]] = []
    for table, sql in _SOURCE_SQL.items():
        picked = (
            "select * from close.journal_line_sources "
            "where period = ? and journal_key = ? and line_number = ? and source_table = ?"
        )
        keys = [line["period"], line["journal_key"], line["line_number"], table]
        rows += warehouse.query(f"with picked as ({picked}) {sql}", keys).to_dicts()
    rows.sort(key=lambda row: (-abs(row["source_amount"]), row["source_id"]))
    total = sum((row["source_amount"] for row in rows), Decimal("0.00"))
    shown = [_source_row(row) for row in rows[:most]]
    if len(rows) > most:
        rest = sum((row["source_amount"] for row in rows[most:]), Decimal("0.00"))
        shown.append(("", _count(len(rows) - most, "more row"), "", "", "", "", money(rest)))
    shown.append(("", _count(len(rows), "source row"), "", "", "", "", money(total)))
    side = "debit" if line["line_amount"] > 0 else "credit"
    name = f"{line['journal_key']}:{line['line_number']} · {line['account_code']} · {line['description']}"
    title = f"{name} · {side} {money(abs(line['line_amount']))}"
    columns = ("Date", "What", "Document", "SKU", "Units", "Unit cost", "Amount")
    table_shown = ReportTable(
        title, columns, tuple(shown), frozenset({"Units", "Unit cost", "Amount"}), frozenset({len(shown) - 1})
    )
    return Explanation(table_shown, line["line_amount"], total)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def _source_row(row: dict[str, Any]) -> tuple[str, ...]:
    unit_cost = "" if row["unit_cost"] is None else f"{row['unit_cost']:,.6f}".rstrip("0").rstrip(".")
    return (
        str(row["happened_on"] or ""),
        " of ".join(
            [row["what"] or "", *([money(row["whole_amount"])] if row.get("whole_amount") is not None else [])]
        ),
        row["document_number"] or row["source_id"],
        row["sku"] or "",
        quantity(row["quantity"]),
        unit_cost,
        money(row["source_amount"]),
    )
