"""The compiled loop for large tables of moves: the same rules as `settlement`, over arrays instead of objects.

Read `passes` first, then `moves`. Nothing here is imported before a table is large enough (`dependent_pools`), because
importing numba takes longer than settling a small table.

It decides nothing that is not certain: an amount carries a bound on its error (`amounts`), and a pool with a rounding
that the bound leaves in doubt is settled again by the exact loop (`replay`).
"""
