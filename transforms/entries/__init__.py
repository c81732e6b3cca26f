"""The journals of a month as pairs of entries: one module for each kind, all built from bookings and documents."""
