"""Values stock moves: FIFO, moving average, periodic average."""
