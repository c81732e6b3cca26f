"""A Cin7 account on loopback."""
