"""Balances of Xero's trial balance on the days that the tie-out asks for; each day is one request."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipelines.load.mirror import mirror_trial_balance
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse

_YEARLY = ("EXPENSE", "REVENUE")
"""Classes of accounts whose balance starts anew with each financial year (xero.md section 8)."""


class Balances:
    """Balances by account and day, debit positive, read once each.

    A clearing account may be an expense account: its balance in the trial balance starts at nothing in each financial
    year, so the balances at the year ends since the opening day are added.
    """

    def __init__(self, client: XeroClient, warehouse: Warehouse, opening_day: date) -> None:
        self._client = client
        self._warehouse = warehouse
        self._opening_day = opening_day
        self._days: dict[date, Mapping[str, Decimal]] = {}
        self._year_end: tuple[int, int] | None = None
        classes = warehouse.query(
            "select account_code, account_class from xero.accounts where account_code is not null"
        )
        self._yearly = {code for code, kind in classes.iter_rows() if kind in _YEARLY}

    def of(self, account_code: str, day: date) -> Decimal:
        """Balance of an account at the end of a day, whatever years lie between.

        Raises:
            the errors of `XeroClient`.
        """
        found = self._on(day).get(account_code, Decimal("0.00"))
        if account_code in self._yearly:
            ends = self._year_ends(day)
            found += sum((self._on(end).get(account_code, Decimal(0)) for end in ends), Decimal(0))
        return found

    def frame(self, account_codes: list[str], day: date) -> pl.DataFrame:
        """`account_code`, `amount` of several accounts."""
        rows = [(code, self.of(code, day)) for code in account_codes]
        return pl.DataFrame(rows, schema={"account_code": pl.String, "amount": pl.Decimal(18, 2)}, orient="row")

    def _on(self, day: date) -> Mapping[str, Decimal]:
        if day not in self._days:
            mirror_trial_balance(self._client, self._warehouse, day)
            rows = self._warehouse.query(
                "select account_code, balance_amount from xero.trial_balance "
                "where balance_date = ? and account_code is not null",
                [day],
            )
            self._days[day] = dict(rows.iter_rows())
        return self._days[day]

    def _year_ends(self, day: date) -> list[date]:
        """Last days of financial years from the opening day to the day before."""
        if self._year_end is None:
            organisation = self._client.organisation()
            self._year_end = (
                int(organisation.get("FinancialYearEndMonth") or 12),
                int(organisation.get("FinancialYearEndDay") or 31),
            )
        ends = [_last(year, *self._year_end) for year in range(self._opening_day.year, day.year + 1)]
        return [end for end in ends if self._opening_day <= end < day]


def _last(year: int, month: int, day: int) -> date:
    """A day of a year; 29 February and 31 of short months are their last days."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), first_of_next - timedelta(days=1))
