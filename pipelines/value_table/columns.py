"""The columns of a table of moves: what is read from it, and what is written beside it."""

import polars as pl

from schemas.dtypes import COST, MONEY, QUANTITY, UNIT_COST
from schemas.policies import CostingPolicy

REQUIRED = ("move_id", "sku", "moved_on", "kind", "quantity")

TEXTS = ("move_id", "kind", "sku", "location", "lot", "source_move_id", "document_id")
DAYS = ("moved_on", "known_on")
NUMBERS = {"quantity": QUANTITY, "unit_cost": UNIT_COST, "amount": COST, "cost_share": COST}
READ = (*TEXTS, *DAYS, "sequence", *NUMBERS)
"""Every column that the contract of a table of moves names."""

ADDED = {
    "cost_amount": MONEY,
    "unit_cost_applied": UNIT_COST,
    "provisional_amount": MONEY,
    "is_provisional": pl.Boolean(),
    "cogs_amount": MONEY,
}
"""What a valued move has beside the columns it came with."""

POOL = ("sku", "location", "lot")
"""Pool columns of closing stock and periods; null where they do not tell pools apart."""


def pool_parts(policy: CostingPolicy) -> list[str]:
    """The columns whose values tell one pool from another."""
    parts = ["sku"]
    parts += ["location"] if policy.pool == "sku_location" else []
    return parts + (["lot"] if policy.method == "specific" else [])


def columns_that_count(policy: CostingPolicy) -> list[str]:
    """The columns whose values costing looks at: places and lots only where a policy asks for them."""
    by_place, by_lot = policy.pool == "sku_location", policy.method == "specific" or policy.pool == "sku_location"
    left_out = {name for name, counts in (("location", by_place), ("lot", by_lot)) if not counts}
    return [name for name in READ if name not in left_out]
