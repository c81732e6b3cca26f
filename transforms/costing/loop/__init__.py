"""Moves that wait for each other: the exact loop, one move after the other; the compiled one is in kernel."""
