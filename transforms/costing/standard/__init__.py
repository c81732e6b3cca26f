"""Standard cost: issues at standard, and every difference as a row of its own."""
