"""What engineers edit, and the reader for it."""
