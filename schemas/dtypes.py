"""Precision and scale of every amount, in one place.

Money in results has 2 places, unit costs 6, quantities 4 and rates 8. A cost before rounding (the total of a receipt,
a share of a charge) keeps 6. Nothing in a result is a binary float.
"""

from typing import Annotated

import polars as pl

Money = Annotated[pl.Decimal, 18, 2]
"""An amount in base currency that a person reads and Xero holds: 2 places."""

Cost = Annotated[pl.Decimal, 28, 6]
"""A total cost before rounding, in base currency: exact where the unit cost does not divide."""

Quantity = Annotated[pl.Decimal, 18, 4]
"""Stock units."""

UnitCost = Annotated[pl.Decimal, 18, 6]
"""Base currency, or the document's own currency where the column says so, for one stock unit."""

Rate = Annotated[pl.Decimal, 18, 8]
"""Units of base currency for one unit of foreign currency."""

Instant = Annotated[pl.Datetime, "us", "UTC"]
"""A moment, in UTC."""

MONEY = pl.Decimal(18, 2)
COST = pl.Decimal(28, 6)
QUANTITY = pl.Decimal(18, 4)
UNIT_COST = pl.Decimal(18, 6)
RATE = pl.Decimal(18, 8)
INSTANT = pl.Datetime("us", "UTC")
