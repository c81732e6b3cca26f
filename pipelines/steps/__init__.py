"""The steps of a close: each reads tables, writes tables, and can be run again alone."""
