"""Signing a month off: its inputs are frozen row by row, and what changes later is named with its effect in cents."""
