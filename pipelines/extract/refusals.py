"""Which source rows were refused when core was filled last, and why, in sentences."""

from pipelines.warehouse import Warehouse

EXAMPLES = 3
_DOCUMENTS = {
    "sale_lines": "order", "receipt_lines": "purchase order", "bill_lines": "bill", "charges": "purchase order",
    "adjustment_lines": "adjustment", "transfer_lines": "transfer", "production_lines": "job", "payments": "order",
    "contacts": "contact",
}  # fmt: skip
"""What the number of a core table's rows is the number of."""


def name_row(core_table: str, source_key: str, document_number: str | None) -> str:
    """A refused row as a person finds it in the source: `order SO-1042, line 88`; its key where it has no number."""
    name = core_table.removeprefix("core.")
    if document_number is None or document_number == source_key:
        return source_key
    what = "line " if name.endswith("_lines") else ""
    return f"{_DOCUMENTS.get(name, 'document')} {document_number}, {what}{source_key}"


def read_refusals(warehouse: Warehouse) -> tuple[str, ...]:
    """One sentence for each rule that rows of the current core tables broke, the most rows first.

    Args:
        warehouse: raw.rejected_rows and control.core_tables.

    Returns:
        Such as: `core.bill_lines.purchase_id must not be empty: 49 rows, such as bill INV-9, line 1, bill INV-9, line 2
        (sent: 'x'); see raw.rejected_rows`.
    """
    found = warehouse.query(
        """
        select core_table, core_table || coalesce('.' || column_name, '') as place, rule, count(*) as rows,
          list(source_key order by source_key, document_number)[1:$1] as keys,
          list(document_number order by source_key, document_number)[1:$1] as numbers, min(value) as value
        from raw.rejected_rows where run_id in (select run_id from control.core_tables)
        group by all order by rows desc, place, rule
        """,
        [EXAMPLES],
    )
    return tuple(_sentence(**row) for row in found.to_dicts())


def _sentence(
    core_table: str, place: str, rule: str, rows: int, keys: list[str], numbers: list[str | None], value: str | None
) -> str:
    """A rule in words, how many rows break it, and the first of them."""
    shown = [name_row(core_table, key, number) for key, number in zip(keys, numbers, strict=True) if key]
    named = ("; " if any(numbers) else ", ").join(shown) or "without a key"
    sent = f" (sent: {value!r})" if value is not None else ""
    return f"{place} {rule}: {rows:,} row{'' if rows == 1 else 's'}, such as {named}{sent}; see raw.rejected_rows"
