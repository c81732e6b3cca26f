"""The tables of the page: the pack's own figures, put together so that they read well on one screen or sheet."""

from datetime import date
from decimal import Decimal

import polars as pl

from pipelines.close_pack import background_tables as background
from pipelines.close_pack import ledger_tables as ledger
from pipelines.close_pack import movement_tables as movements
from pipelines.close_pack.pack import Pack
from pipelines.close_pack.pack_tables import Kind, PackTable, make_table, sum_terms
from pipelines.close_pack.places import SHEET_NAMES
from pipelines.reports.month import ReportTable, money, quantity
from schemas.reporting import COMPARISONS, MOVEMENTS

MOST_LINES, MOST_CATEGORIES = 30, 7
ALWAYS_SHOWN = ("stock_ledger", "expected_in_xero", "xero_balance", "unexplained")


def page_tables(pack: Pack) -> list[ReportTable]:
    """Every table of the page in its order; those without rows only where they say something."""
    tables = [
        roll_forward(pack),
        tie_out(pack),
        plain(pack, movements.COGS),
        *[table for comparison in COMPARISONS for table in flux(pack, comparison)],
        journals(pack),
        plain(pack, movements.LANDED),
        adjustments(pack),
        plain(
            pack,
            movements.OPEN_RECEIPTS,
            ("purchase_number", "supplier", "sku", "received_date", "age_days", "quantity", "value_amount"),
        ),
        *([plain(pack, ledger.CLEARING)] if ledger.CLEARING in pack.tables else []),
        plain(pack, ledger.AGES),
        plain(
            pack,
            background.EXCEPTIONS,
            ("exception_kind", "subject", "document_number", "sku", "quantity", "amount", "settled"),
        ),
        plain(pack, background.LEFT_OUT),
        checks(pack),
        sign_off(pack),
        plain(pack, background.RUN),
    ]
    return [table for table in tables if table.rows or table.note]


def show(value: object, kind: Kind) -> str:
    """A value of DuckDB as a reader sees it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return quantity(value) if kind == "quantity" else money(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if kind == "count" and isinstance(value, int) else str(value)


def plain(pack: Pack, key: str, names: tuple[str, ...] = (), most: int = MOST_LINES) -> ReportTable:
    """A table of the pack as it is, some of its columns, with its sums; the workbook has what is beyond the most."""
    table = pack.tables[key]
    columns = tuple(column for column in table.columns if not names or column.name in names)
    short = make_table(key, table.title, columns, table.frame, most=most)
    rows = [tuple(show(row[column.name], column.kind) for column in columns) for row in short.frame.to_dicts()]
    figures = frozenset(column.label for column in columns if column.kind not in {"text", "date"})
    note = table.note
    if table.frame.height > most:
        note = f"{note} All {table.frame.height:,} rows: sheet {SHEET_NAMES[key]} of the workbook.".strip()
    if not any(column.is_summed for column in columns) or not rows:
        return ReportTable(table.title, tuple(column.label for column in columns), tuple(rows), figures, note=note)
    total = tuple(
        show(table.total(column.name), column.kind) if column.is_summed else "Total" if at == 0 else ""
        for at, column in enumerate(columns)
    )
    labels = tuple(column.label for column in columns)
    return ReportTable(table.title, labels, (*rows, total), figures, frozenset({len(rows)}), note)


def roll_forward(pack: Pack) -> ReportTable:
    """A row for each movement, a column for each category; small categories together."""
    value, units = pack.tables[ledger.ROLL_FORWARD], pack.tables[ledger.UNITS]
    frame = value.frame
    accounts = frame["account_code"].n_unique()
    name = pl.col("category") if accounts == 1 else pl.concat_str("account_code", "category", separator=" ")
    named = frame.with_columns(name.alias("shown"))
    largest = named.sort(pl.col("closing").abs(), descending=True)["shown"].head(MOST_CATEGORIES).sort().to_list()
    rest = named.filter(~pl.col("shown").is_in(largest))
    columns = [*largest, *(["Other categories"] if rest.height else [])]
    rows = []
    for movement, label in MOVEMENTS.items():
        amounts = [_sum(named.filter(pl.col("shown") == one)[movement]) for one in largest]
        amounts += [_sum(rest[movement])] if rest.height else []
        total = value.total(movement)
        if movement not in {"opening", "closing"} and total == 0 and not any(amounts) and units.total(movement) == 0:
            continue
        rows.append((label, *map(money, amounts), money(total), quantity(units.total(movement))))
    labels = ("", *columns, "Value", "Units")
    strong = frozenset({0, len(rows) - 1})
    return ReportTable(value.title, labels, tuple(rows), frozenset(labels[1:]), strong, value.note)


def tie_out(pack: Pack) -> ReportTable:
    """The steps that are not 0.00, of accounts that hold something."""
    table = pack.tables[ledger.TIE_OUT]
    moving = pl.col("account_code").is_in(table.frame.filter(pl.col("amount") != 0)["account_code"].to_list())
    is_shown = moving & ((pl.col("amount") != 0) | pl.col("cause").is_in(list(ALWAYS_SHOWN)))
    shown = table.frame.filter(is_shown).to_dicts()
    idle = table.frame.filter(~moving)["account_code"].unique().sort().to_list()
    rows = tuple(
        (
            f"{row['account_code']} {row['account_name']}".strip(),
            row["description"],
            show(row["document_count"] or None, "count"),
            money(row["amount"]),
        )
        for row in shown
    )
    strong = frozenset(at for at, row in enumerate(shown) if row["cause"] in ALWAYS_SHOWN)
    labels = ("Account", "Step", "Documents", "Amount")
    nothing = f"Nothing is open on {', '.join(idle)}, here and in Xero." if idle else ""
    note = "Not tied out yet." if table.frame.is_empty() else nothing
    return ReportTable(table.title, labels, rows, frozenset(labels[2:]), strong, note)


def journals(pack: Pack) -> ReportTable:
    """Debits and credits by kind and account."""
    table = pack.tables[ledger.JOURNALS]
    grouped = table.frame.group_by("kind", "account_code", "account_name", maintain_order=True).agg(
        pl.col("tag").n_unique().alias("journals"), pl.col("debit_amount").sum(), pl.col("credit_amount").sum()
    )
    rows = [
        (
            row["kind"],
            f"{row['account_code']} {row['account_name']}".strip(),
            f"{row['journals']:,}",
            money(row["debit_amount"]),
            money(row["credit_amount"]),
        )
        for row in grouped.to_dicts()
    ]
    total = (
        "Total",
        "",
        f"{table.frame['tag'].n_unique():,}",
        *(money(table.total(f"{side}_amount")) for side in ("debit", "credit")),
    )
    labels = ("Kind", "Account", "Journals", "Debit", "Credit")
    return ReportTable(
        table.title, labels, (*rows, total) if rows else (), frozenset(labels[2:]), frozenset({len(rows)})
    )


def adjustments(pack: Pack) -> ReportTable:
    """Units and value by reason."""
    table = pack.tables[movements.ADJUSTMENTS]
    grouped = table.frame.group_by("reason", maintain_order=True).agg(
        pl.col("document_number").n_unique().alias("documents"), pl.col("quantity").sum(), pl.col("value_amount").sum()
    )
    rows = [
        (row["reason"], f"{row['documents']:,}", quantity(row["quantity"]), money(row["value_amount"]))
        for row in grouped.to_dicts()
    ]
    documents = f"{table.frame['document_number'].n_unique():,}"
    total = ("Total", documents, quantity(table.total("quantity")), money(table.total("value_amount")))
    labels = ("Reason", "Adjustments", "Units", "Value")
    return ReportTable(
        table.title, labels, (*rows, total) if rows else (), frozenset(labels[1:]), frozenset({len(rows)})
    )


def flux(pack: Pack, comparison: str) -> list[ReportTable]:
    """COGS, then margin: the lines that ask for a comment, then the largest changes."""
    key = movements.FLUX if comparison == "last_month" else f"{movements.FLUX}_{comparison}"
    table = pack.tables.get(key)
    if table is None:
        return []
    if table.frame.is_empty():
        return [ReportTable(table.title, (), (), note=table.note)]
    against = COMPARISONS[comparison]
    cogs = ("base_cogs_amount", "cogs_volume_amount", "cogs_mix_amount", "cogs_cost_amount", "cogs_amount")
    parts = ("price", "volume", "mix", "cost")
    margin = ("base_margin_amount", *(f"margin_{part}_amount" for part in parts), "margin_amount")
    return [
        _flux_part(table, cogs, ("Then", "Volume", "Mix", "Cost", "Now"), f"COGS against {against}"),
        _flux_part(table, margin, ("Then", "Price", "Volume", "Mix", "Cost", "Now"), f"Margin against {against}"),
    ]


def _flux_part(table: PackTable, names: tuple[str, ...], words: tuple[str, ...], title: str) -> ReportTable:
    change = (pl.col(names[-1]) - pl.col(names[0])).abs()
    ordered = table.frame.sort(pl.col("state") == "", -change, "shown_category", "shown_branch", "shown_channel")
    shown, rest = ordered.head(MOST_LINES), ordered.slice(MOST_LINES)
    rows = [
        (
            " · ".join(row[f"shown_{part}"] for part in ("category", "branch", "channel") if row[f"shown_{part}"]),
            *(money(row[name]) for name in names),
            row["comment_text"] or {"asked for": "a comment is asked for"}.get(row["state"], ""),
        )
        for row in shown.to_dicts()
    ]
    if rest.height:
        rows.append((f"{rest.height:,} more lines", *(money(_sum(rest[name])) for name in names), ""))
    total = ("Total", *(money(table.total(name)) for name in names), "")
    labels = ("", *words, "Comment")
    return ReportTable(title, labels, (*rows, total), frozenset(words), frozenset({len(rows)}), table.note)


def checks(pack: Pack) -> ReportTable:
    """What foots to what."""
    rows = [
        (
            check.label,
            money(sum_terms(check.left, pack.tables)),
            money(sum_terms(check.right, pack.tables)),
            "OK" if sum_terms(check.left, pack.tables) == sum_terms(check.right, pack.tables) else "CHECK",
        )
        for table in pack.tables.values()
        for check in table.checks
    ]
    labels = ("Check", "This", "Against", "State")
    return ReportTable("Checks", labels, tuple(rows), frozenset({"This", "Against"}))


def sign_off(pack: Pack) -> ReportTable:
    """Who prepared, approved and signed."""
    rows = tuple((line.what, line.who, line.when, line.note) for line in pack.sign_off)
    return ReportTable("Sign-off", ("Sign-off", "By", "When", "Note"), rows)


def _sum(amounts: pl.Series) -> Decimal:
    return sum(amounts.drop_nulls().to_list(), Decimal(0))
