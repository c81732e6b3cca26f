"""The steps of a close, in the order in which they run; each reads tables, writes tables, and can be run again alone."""
