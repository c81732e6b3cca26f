"""Pools in which no move waits for another: whole columns at once."""
