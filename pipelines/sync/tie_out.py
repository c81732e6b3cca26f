"""Proves the sync: totals of what was sent against Xero's documents, and what they book against the trial balance."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pipelines.load.json_text import decode_json
from pipelines.load.mirror import mirror_trial_balance
from pipelines.load.mirror_rows import frame_of
from pipelines.load.xero_client import XeroClient
from pipelines.load.xero_values import read_amount
from pipelines.sync.books import Row
from pipelines.sync.elements import needed_keys
from pipelines.sync.entries import (
    ControlAccounts,
    base_lines,
    document_entries,
    read_control_accounts,
    to_base,
)
from pipelines.sync.kinds import ENDED, MODES, XERO_KINDS
from pipelines.sync.shown import CENT, currency_rate
from pipelines.warehouse import Warehouse

_NOTHING = Decimal("0.00")
_BOOKED = frozenset({"AUTHORISED", "PAID"})
_MODE_OF = {xero: mode for mode, xero in MODES.items()}
_SHOWN = 3


def tie_out_documents(client: XeroClient, warehouse: Warehouse, day: date) -> list[Row]:
    """Fill sync.totals: each kind, tax mode and currency against Xero's documents, each account against its balance.

    The balance of an account also holds what others booked there: journals, opening balances, entries of people. So the
    difference of an account is theirs, and 0.00 where nobody else books.

    Args:
        client: of the organisation; one request, the trial balance.
        warehouse: post.synced_documents and xero.*, read back.
        day: the trial balance's; the last day that anything of the sync is dated on, or later.

    Returns:
        SyncTotals as rows.
    """
    mirror_trial_balance(client, warehouse, day)
    rows = [*_document_totals(warehouse), *_account_totals(warehouse, day)]
    warehouse.replace("sync.totals", frame_of("sync.totals", rows))
    return rows


def differences(totals: Iterable[Row]) -> list[Row]:
    """Totals of documents that differ; accounts are left out, because others book on them, too."""
    return [one for one in totals if one["tie_out"] == "documents" and one["difference_amount"]]


def _document_totals(warehouse: Warehouse) -> Iterator[Row]:
    rows = warehouse.query(
        """
        select s.*, x.total_amount as shown_amount, x.document_status from post.synced_documents s
        left join xero.trade_documents x on x.document_id = s.xero_id
        where s.ended_at is null and s.kind not in ('contact', 'item', 'payment', 'allocation')
        order by s.kind, s.document_key
        """
    ).to_dicts()
    groups: dict[tuple[str, str, str], list[tuple[Row, Row]]] = defaultdict(list)
    for row in rows:
        content = decode_json(row["content_json"])
        mode = _MODE_OF[content["LineAmountTypes"]]
        groups[row["kind"], mode, str(row["currency_code"])].append((row, content))
    for (kind, mode, currency), found in groups.items():
        net, tax = (sum((amounts[place] for amounts in _sums(found)), _NOTHING) for place in (0, 1))
        shown = sum((_shown_amount(row) for row, _ in found), _NOTHING)
        odd = [row for row, content in found if _shown_amount(row) != sum(_net_and_tax(content), _NOTHING)]
        yield {
            "tie_out": "documents",
            "name": kind,
            "tax_mode": mode,
            "currency_code": currency,
            "document_count": len(found),
            "net_amount": net,
            "tax_amount": tax,
            "total_amount": net + tax,
            "xero_amount": shown,
            "difference_amount": shown - net - tax,
            "examples": _examples(odd),
        }


def _account_totals(warehouse: Warehouse, day: date) -> Iterator[Row]:
    control = read_control_accounts(warehouse)
    base = str(warehouse.query("select base_currency from xero.organisation").item())
    booked = _booked(warehouse, control)
    balances = {
        str(row["account_code"] or row["account_name"]): row
        for row in warehouse.read("xero.trial_balance", "balance_date = ?", [day]).to_dicts()
    }
    count: dict[str, int] = defaultdict(int)
    for code, amounts in sorted(booked.items()):
        balance = balances.get(code)
        shown = balance["balance_amount"] if balance else _NOTHING
        count[code] = len(amounts)
        total = sum(amounts, _NOTHING)
        yield {
            "tie_out": "accounts",
            "name": f"{code} {balance['account_name']}" if balance else code,
            "tax_mode": None,
            "currency_code": base,
            "document_count": count[code],
            "net_amount": total,
            "tax_amount": _NOTHING,
            "total_amount": total,
            "xero_amount": shown,
            "difference_amount": shown - total,
            "examples": None,
        }


def _booked(warehouse: Warehouse, control: ControlAccounts) -> Mapping[str, list[Decimal]]:
    """What our documents and payments book on each account, base currency, debit positive."""
    rows = warehouse.query(
        "select * from post.synced_documents where ended_at is null order by document_key"
    ).to_dicts()
    by_key = {row["document_key"]: row for row in rows}
    found: dict[str, list[Decimal]] = defaultdict(list)
    settled: dict[str, Decimal] = defaultdict(lambda: _NOTHING)
    for row in rows:
        if XERO_KINDS[row["kind"]].is_document and row["xero_status"] in _BOOKED:
            for entry in document_entries(row["kind"], decode_json(row["content_json"]), control):
                found[entry.account_code].append(entry.amount)
    for row in sorted(rows, key=lambda one: (str(one["document_date"]), one["document_key"])):
        if row["kind"] not in {"payment", "allocation"} or row["xero_status"] in ENDED:
            continue
        content = decode_json(row["content_json"])
        for key in needed_keys(content):
            document = by_key.get(key)
            if document is not None:
                owed = _owed(document, settled, read_amount(content["Amount"]))
                sale = XERO_KINDS[document["kind"]].is_sale
                found[control.receivable if sale else control.payable].append(owed)
        if row["kind"] == "payment" and (paid := by_key.get(needed_keys(content)[0])):
            amount = to_base(read_amount(content["Amount"]), currency_rate(content))
            kind = XERO_KINDS[paid["kind"]]
            found[str(content["Account"]["Code"])].append(amount if kind.is_sale != kind.is_credit else -amount)
    return found


def _owed(document: Row, settled: dict[str, Decimal], amount: Decimal) -> Decimal:
    """What a settlement takes off receivable or payable: its share of the document's own base total, on the running sum
    of what was settled, so that the last one takes it to zero."""
    content = decode_json(document["content_json"])
    total = sum(_net_and_tax(content), _NOTHING)
    base_total = sum((net + tax for _, net, tax in base_lines(content)), _NOTHING)
    before = settled[document["document_key"]]
    settled[document["document_key"]] = before + amount
    share = _share(base_total, before + amount, total) - _share(base_total, before, total)
    kind = XERO_KINDS[document["kind"]]
    return -share if kind.is_sale != kind.is_credit else share


def _share(base_total: Decimal, part: Decimal, total: Decimal) -> Decimal:
    return (base_total * part / total).quantize(CENT, ROUND_HALF_UP) if total else _NOTHING


def _sums(found: Iterable[tuple[Row, Row]]) -> list[tuple[Decimal, Decimal]]:
    return [_net_and_tax(content) for _, content in found]


def _net_and_tax(content: Row) -> tuple[Decimal, Decimal]:
    """What a content says of itself, document currency."""
    lines = content["LineItems"]
    tax = sum((read_amount(one.get("TaxAmount")) for one in lines), _NOTHING)
    amount = sum((read_amount(one["LineAmount"]) for one in lines), _NOTHING)
    return (amount - tax if content["LineAmountTypes"] == "Inclusive" else amount), tax


def _shown_amount(row: Row) -> Decimal:
    is_there = row["shown_amount"] is not None and row["document_status"] not in ENDED
    return row["shown_amount"] if is_there else _NOTHING


def _examples(rows: list[Row]) -> str | None:
    if not rows:
        return None
    shown = [
        f"{row['xero_number']} ({row['document_status'] or 'not there'}, {_shown_amount(row):,.2f})" for row in rows
    ]
    more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
