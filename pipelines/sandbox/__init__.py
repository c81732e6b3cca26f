"""Local Cin7 and Xero servers for demos and tests."""
