"""What Xero should hold of the source's trade documents, computed from core tables, the mappings and Xero's mirror."""
