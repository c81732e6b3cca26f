"""The document sync: what Xero should hold of trade documents, planned, approved, posted once, and read back."""
