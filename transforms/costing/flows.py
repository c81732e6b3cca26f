"""What each kind of move does to its pool."""

import polars as pl

from schemas.kinds import MOVE_KINDS
from schemas.policies import CostingPolicy

KIND = pl.Enum(MOVE_KINDS)
"""A kind as one byte; it compares with text as text does."""

INFLOW_KINDS = ("opening", "receipt", "sale_return", "adjustment_in", "transfer_in", "assembly_in")
"""Bring units and their cost."""

OUTFLOW_KINDS = ("purchase_return", "sale", "adjustment_out", "transfer_out", "assembly_out")
"""Take units and their cost."""

VALUE_KINDS = ("landed_cost", "revaluation")
"""Change a value and no quantity."""

CHARGEABLE_KINDS = ("opening", "receipt", "adjustment_in", "assembly_in", "transfer_in")
"""Inflows that a landed cost or a revaluation may name as its source."""

is_inflow = pl.col("kind").is_in(INFLOW_KINDS)
is_outflow = pl.col("kind").is_in(OUTFLOW_KINDS)
is_value_only = pl.col("kind").is_in(VALUE_KINDS)
is_transfer = pl.col("kind").is_in(("transfer_out", "transfer_in"))
is_assembly = pl.col("kind").is_in(("assembly_out", "assembly_in"))
is_priced = pl.col("own_cost").is_not_null()
"""The move brings a cost of its own."""

layer_cost = pl.when(is_inflow).then(pl.col("own_cost") + pl.col("late_cost"))
"""What an inflow costs with all charges that name it; null where it brings no cost of its own."""


def hands_over(policy: CostingPolicy) -> pl.Expr:
    """Sides of documents that take value from pool to pool: assemblies, and transfers where a location is a pool."""
    return is_assembly | is_transfer if policy.pool == "sku_location" else is_assembly
