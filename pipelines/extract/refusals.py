"""Which source rows were refused when core was filled last, and why, in sentences."""

from pipelines.warehouse import Warehouse

EXAMPLES = 3


def read_refusals(warehouse: Warehouse) -> tuple[str, ...]:
    """One sentence for each rule that rows of the current core tables broke, the most rows first.

    Args:
        warehouse: raw.rejected_rows and control.core_tables.

    Returns:
        Such as: `core.bill_lines.purchase_id must not be empty: 49 rows, such as B-1, B-2, B-3 (raw.rejected_rows)`.
    """
    found = warehouse.query(
        """
        select core_table || coalesce('.' || column_name, '') as place, rule, count(*) as rows,
          list(source_key order by source_key)[1:$1] as keys, min(value) as value
        from raw.rejected_rows where run_id in (select run_id from control.core_tables)
        group by all order by rows desc, place, rule
        """,
        [EXAMPLES],
    )
    return tuple(
        _sentence(row["place"], row["rule"], row["rows"], row["keys"], row["value"]) for row in found.to_dicts()
    )


def _sentence(place: str, rule: str, rows: int, keys: list[str | None], value: str | None) -> str:
    """A rule in words, how many rows break it, and the first of them."""
    named = ", ".join(key for key in keys if key) or "without a key"
    sent = f" (sent: {value!r})" if value is not None else ""
    return f"{place} {rule}: {rows:,} row{'' if rows == 1 else 's'}, such as {named}{sent}; see raw.rejected_rows"
