"""Which source rows were refused when core was filled last, and why, in sentences."""

from dataclasses import dataclass

from pipelines.warehouse import Warehouse

EXAMPLES = 3
_DOCUMENTS = {
    "sale_lines": "order", "receipt_lines": "purchase order", "bill_lines": "bill", "charges": "purchase order",
    "adjustment_lines": "adjustment", "transfer_lines": "transfer", "production_lines": "job", "payments": "order",
    "contacts": "contact",
}  # fmt: skip
"""What the number of a core table's rows is the number of."""


@dataclass(frozen=True)
class _Unknown:
    """What a select writes in place of a number that nobody can work out, and what is missing for it."""

    begins: str
    """The value begins so."""
    found: str
    expected: str
    """And where a person may say it, other than in the row itself."""


_TAX = "the tax that is in the price is not known"
_UNKNOWNS = (
    _Unknown(
        "TaxCalculation ",
        _TAX,
        "Expected: TaxCalculation Inclusive or Exclusive, and Tax as a number or a TaxRule that has a TaxPercent in "
        "ref/tax. Enter the rule in Core and run tieout extract, or add it to the select tax_rules of the source's "
        "YAML.",
    ),
    _Unknown(
        "taxStatus ",
        _TAX,
        "Expected: taxStatus Incl, Excl or Exempt, and taxRate as a number, such as 15 or 0.15.",
    ),
)
"""By source: mappings/sources/core.yaml and omni.yaml write these values."""


def explain_value(value: str | None) -> tuple[str, str] | None:
    """What was found and what is expected, where a refused value says more than that it is no number."""
    known = next((one for one in _UNKNOWNS if (value or "").startswith(one.begins)), None)
    return (known.found, known.expected) if known else None


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
          list(document_number order by source_key, document_number)[1:$1] as numbers, min(value) as value,
          list_filter($2, lambda begins: starts_with(value, begins))[1] as unknown
        from raw.rejected_rows where run_id in (select run_id from control.core_tables)
        group by all order by rows desc, place, rule, unknown nulls first
        """,
        [EXAMPLES, [one.begins for one in _UNKNOWNS]],
    ).drop("unknown")
    return tuple(_sentence(**row) for row in found.to_dicts())


def _sentence(
    core_table: str, place: str, rule: str, rows: int, keys: list[str], numbers: list[str | None], value: str | None
) -> str:
    """A rule in words, how many rows break it, and the first of them."""
    shown = [name_row(core_table, key, number) for key, number in zip(keys, numbers, strict=True) if key]
    named = ("; " if any(numbers) else ", ").join(shown) or "without a key"
    sent = f" (sent: {value!r})" if value is not None else ""
    if explained := explain_value(value):
        rule = f"{rule}, and {explained[0]}"
    return f"{place} {rule}: {rows:,} row{'' if rows == 1 else 's'}, such as {named}{sent}; see raw.rejected_rows"
