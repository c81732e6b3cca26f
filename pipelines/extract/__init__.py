"""From Cin7 or files to `raw` and `core` tables."""
