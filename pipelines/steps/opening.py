"""Agrees the opening stock to Xero's balance before the first month: what differs has to be approved by somebody."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipelines.errors import DataProblem
from pipelines.load.xero_client import XeroClient
from pipelines.steps.context import CloseContext
from pipelines.steps.journals import list_left_out_of, read_purchases
from pipelines.steps.tie_out_balances import Balances
from pipelines.warehouse import Warehouse
from schemas.policies import OpeningDifference
from schemas.problems import Problem
from transforms.entries.opening import is_reachable
from transforms.matching import match_bills
from transforms.periods import previous_period
from transforms.tie_out.ledger import cause_of_billing, cause_of_recognition, sum_ledger

NOTHING = Decimal("0.00")


def stop_on_opening_difference(close: CloseContext, warehouse: Warehouse, client: XeroClient) -> None:
    """Let the first month pass when Xero's stock accounts held the opening stock, or what differs is approved.

    Only the first month is looked at, and only under the perpetual method: later ones build on it. Opening stock that
    is dated in the course of that month is not in Xero the day before: the month's tie-out proves it.

    Raises:
        DataProblem: an account differs and nobody approved just that amount (exit 3); nothing was posted.
        the errors of `XeroClient`.
    """
    if close.period != close.policy.first_period or close.policy.inventory_method == "periodic":
        return
    day = close.policy.first_period - timedelta(days=1)
    if _opens_after(day, warehouse):
        return
    expected = expected_opening(close, warehouse, day)
    balances = Balances(client, warehouse, day)
    found = {code: balances.of(code, day) for code in expected}
    problems = find_opening_problems(expected, found, close, day)
    if problems:
        raise DataProblem("The opening stock does not agree to Xero's balance. Nothing was posted.", problems)


def _opens_after(day: date, warehouse: Warehouse) -> bool:
    """Whether stock was counted into the books only after a day."""
    found = warehouse.query("select coalesce(max(opening_date) > ?, false) from core.opening_stock", [day])
    return bool(found.item())


def expected_opening(close: CloseContext, warehouse: Warehouse, day: date) -> dict[str, Decimal]:
    """What each stock account of Xero should have held on a day: opening stock, and what is a matter of time.

    Goods received and not billed, billed and not received, dispatched and not in COGS stand in one book only.

    Args:
        close: the first month.
        warehouse: close.bookings with those of the opening, core tables.
        day: the day before the first month.
    """
    before = replace(close, period=previous_period(close.period), cut_off=day)
    booked = warehouse.read("close.bookings", "period < ?", [close.period]).lazy()
    core, rules = read_purchases(warehouse), close.maps.accounts
    matched = match_bills(core, close.policy.base_currency, day)
    causes = [
        cause_of_billing(matched, booked, core.products, rules),
        cause_of_recognition(list_left_out_of(before, warehouse), booked),
    ]
    parts = [frame.select("account_code", "amount") for frame in (sum_ledger(booked, rules), *causes)]
    total = pl.concat(parts).group_by("account_code").agg(pl.col("amount").sum()).sort("account_code").collect()
    return {code: amount for code, amount in total.iter_rows() if code is not None}


def find_opening_problems(
    expected: dict[str, Decimal], found: dict[str, Decimal], close: CloseContext, day: date
) -> list[Problem]:
    """What differs and is not approved, and what is approved and does not differ.

    Args:
        expected: what the ledger says that Xero should have held, by stock account, base currency.
        found: Xero's balance of each account.
        close: what was approved.
        day: the day of both.

    Returns:
        One problem for each account, with the YAML to add or to change.
    """
    approved = {one.account_code: one for one in close.policy.opening_differences}
    problems = [
        problem
        for code, amount in expected.items()
        if (problem := _problem(code, amount, found[code], approved.get(code), close, day)) is not None
    ]
    strange = [one for code, one in approved.items() if code not in expected]
    fix = f"Name one of: {', '.join(expected)}; or delete the entry"
    return problems + [
        Problem(one.defined_at, f'account "{one.account_code}" is no stock account', fix) for one in strange
    ]


def _problem(
    code: str, wanted: Decimal, balance: Decimal, approved: OpeningDifference | None, close: CloseContext, day: date
) -> Problem | None:
    gap = (wanted - balance).quantize(NOTHING)
    agreed = approved.amount if approved is not None else NOTHING
    if gap == agreed and (not gap or is_reachable(code, close.maps.accounts)):
        return None
    where = approved.defined_at if approved is not None else str(close.settings.mappings / "close.yaml")
    sides = f'account "{code}" on {day}: the ledger has {wanted:,.2f}, Xero {balance:,.2f}'
    if gap == agreed:
        fix = f'Give a rule for stock_on_hand with account "{code}" a plain value in place of a pattern'
        return Problem(where, f"{sides}, and no entry can reach the account", fix)
    if approved is None:
        line = f'- {{account: "{code}", amount: "{gap}", reason: "...", owner: "..."}}'
        fix = f"Correct the opening stock or Xero's balance; or approve it under opening_differences:  {line}"
        return Problem(where, f"{sides}: opening difference {gap:,.2f}", fix)
    change = f'amount: "{gap}"' if gap else "nothing differs: delete the entry"
    return Problem(where, f"{sides}: opening difference {gap:,.2f}, approved were {agreed:,.2f}", f"Write {change}")
