"""Clearing accounts in the warehouse: which there are, and what our journals took off them, by purchase order."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.dtypes import MONEY
from transforms.core_tables import CoreTables
from transforms.entries.landed_costs import capitalise_charges
from transforms.known_charges import allocate_known_charges
from transforms.tie_out.clearing import CUT_OFF_ROLES

CHARGE_ROLE = "landed_cost_clearing"


@dataclass(frozen=True)
class TiedAccounts:
    """Every account of the tie-out, by what it is for."""

    stock: frozenset[str]
    charges: frozenset[str]
    """Accounts that carriers' bills are coded to."""
    carried: frozenset[str]
    """Accounts that cut-off journals use."""
    allowances: frozenset[str]

    @property
    def clearing(self) -> frozenset[str]:
        """Accounts that have to come to nothing some day."""
        return self.charges | self.carried

    @property
    def everything(self) -> frozenset[str]:
        """All of them."""
        return self.stock | self.clearing | self.allowances

    @property
    def roles(self) -> dict[str, str]:
        """ACCOUNT_ROLES by account."""
        roles = dict.fromkeys(self.allowances, "allowance") | dict.fromkeys(self.clearing, "clearing")
        return roles | dict.fromkeys(self.stock, "stock_on_hand")


def tied_accounts(close: CloseContext, ledger_accounts: list[str]) -> TiedAccounts:
    """The accounts that have to tie out.

    Args:
        close: mappings and settings.
        ledger_accounts: stock accounts that the ledger or the mappings use.
    """
    rules = close.maps.accounts
    by_role = {
        role: frozenset(rules.filter(pl.col("role") == role)["account_code"].to_list())
        for role in (CHARGE_ROLE, "cogs", "adjustment", *CUT_OFF_ROLES)
    }
    stock = frozenset(ledger_accounts)
    # an account that also takes COGS or adjustments is no clearing account: nothing ever empties it
    charges = by_role[CHARGE_ROLE] - stock - by_role["cogs"] - by_role["adjustment"]
    carried = frozenset().union(*(by_role[role] for role in CUT_OFF_ROLES)) - stock - charges
    return TiedAccounts(
        stock=stock,
        charges=charges,
        carried=carried,
        allowances=frozenset(close.policy.tie_out.allowances) - stock - charges - carried,
    )


def cleared_by_journals(warehouse: Warehouse, period: date, cut_off: date, accounts: frozenset[str]) -> pl.DataFrame:
    """What our journals book on clearing accounts up to the cut-off, by purchase order.

    Args:
        warehouse: close.journals, their lines and sources, core.charges, core.receipt_lines, close.bookings.
        period: first day of the month.
        cut_off: last day that counts.
        accounts: clearing accounts.

    Returns:
        `account_code`, `order_number` (the journal's key where no order is behind it), `party`, `opened_on` (the day of
        the receipt, or of the bill for goods that have not come), `amount` (Money, debit positive). It sums to the
        lines of wanted journals on the account.
    """
    return warehouse.query(
        """
        with lines as (
          select l.period, l.journal_key, l.line_number, l.account_code, j.journal_date
          from close.journal_lines l join close.journals j using (period, journal_key)
          where l.period <= $1 and j.journal_date <= $2 and list_contains($3, l.account_code)
        ),
        sources as (
          select l.account_code, l.journal_key, l.journal_date, s.source_table, s.source_id, s.source_amount
          from lines l join close.journal_line_sources s using (period, journal_key, line_number)
        ),
        receipts as (select 'receipt:' || receipt_line_id as move_id, * from core.receipt_lines),
        named as (
          select s.*, coalesce(c.purchase_number, r.purchase_number, m.purchase_number, b.document_number) as known,
                 coalesce(c.supplier, r.supplier, m.supplier, b.party) as party,
                 coalesce(d.billed_on, m.received_date, b.moved_on) as happened_on
          from sources s
          left join core.charges c
            on s.source_table = 'close.landed_cost_allocations' and c.charge_id = split_part(s.source_id, ':', 1)
          left join core.receipt_lines r on s.source_table = 'core.receipt_lines' and r.receipt_line_id = s.source_id
          left join (
            select receipt_line_id, min(bill_date) as billed_on from core.bill_lines group by receipt_line_id
          ) d on s.source_table = 'core.receipt_lines' and d.receipt_line_id = s.source_id
          left join receipts m on s.source_table = 'close.bookings' and m.move_id = s.source_id
          left join (
            select move_id, any_value(document_number) as document_number, any_value(party) as party,
                   min(moved_on) as moved_on
            from close.bookings where move_id in (select source_id from sources) group by move_id
          ) b on s.source_table = 'close.bookings' and b.move_id = s.source_id
        )
        select account_code, coalesce(known, journal_key) as order_number, any_value(party) as party,
               min(happened_on) as opened_on, sum(source_amount)::decimal(18, 2) as amount
        from named group by all
        """,
        [period, cut_off, sorted(accounts)],
    )


def settled_before(close: CloseContext, core: CoreTables, charges: pl.DataFrame, opening_day: date) -> pl.DataFrame:
    """Charges that were part of Xero's opening stock balance: nothing of them is journaled later.

    Args:
        close: mappings and settings.
        core: the source documents.
        charges: result of expected_charges.
        opening_day: last day before the first month.

    Returns:
        `account_code`, `order_number`, `amount` (Money, negative).
    """
    known = allocate_known_charges(core, close.maps.charge_types, close.policy.base_currency, opening_day)
    settled = capitalise_charges(known, core.stocked())
    return (
        settled.group_by("charge_id")
        .agg((-pl.col("capitalised_amount").sum()).cast(MONEY).alias("amount"))
        .join(charges.lazy().select("charge_id", "account_code", "purchase_number"), on="charge_id", how="inner")
        .select("account_code", pl.col("purchase_number").alias("order_number"), "amount")
        .collect()
    )
