"""A Xero organisation on loopback."""
