"""Which month books what, and what became known too late for its own month."""
