"""The mapping rules at work: what they decide and why, what they leave out, and what other rules would move."""
