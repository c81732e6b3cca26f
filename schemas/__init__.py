"""What every table is: the declared shape of each frame that crosses a function or lands in DuckDB."""
