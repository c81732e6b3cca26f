"""The kinds of rows of the stock ledger, for those who need no more than their names."""

MOVE_KINDS = [
    "opening", "receipt", "purchase_return", "sale", "sale_return", "adjustment_in", "adjustment_out", "transfer_out",
    "transfer_in", "assembly_out", "assembly_in", "landed_cost", "revaluation",
]  # fmt: skip
"""Every kind of stock move, in the order in which they stand in a roll-forward."""

RENAMED_OUT, RENAMED_IN = "renamed_out", "renamed_in"
"""Bookings that carry what stands of a move from one SKU or location to another name of it."""

STANDARD_KINDS = ["purchase_price_variance", "standard_revaluation"]
"""Rows that standard costing adds to the moves: value without quantity, between stock and a variance account."""
