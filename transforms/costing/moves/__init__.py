"""What a table of moves must be: checked, in order, and with what belongs together found."""
