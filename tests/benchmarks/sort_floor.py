"""The floor under every program that values moves: DuckDB reads the table, sorts it by pool and order, writes it."""

import sys

import duckdb


def sort_file(source: str, target: str, pool: str) -> None:
    """Sort a table of moves.

    Args:
        source: a Parquet file.
        target: a Parquet file.
        pool: columns of the pool, with commas.
    """
    order = f"{pool}, moved_on, quantity < 0, move_id"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from read_parquet(?) order by {order}) to '{target}' (format parquet)", [source]
        )


if __name__ == "__main__":
    sort_file(*sys.argv[1:4])
