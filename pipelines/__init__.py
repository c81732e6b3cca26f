"""Everything with a side effect: settings, files, DuckDB, HTTP, Prefect and the command line."""
