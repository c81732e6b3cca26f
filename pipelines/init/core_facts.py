"""Reads what `tieout init` has to know from core tables, where they are extracted already."""

from contextlib import suppress
from datetime import date

from pipelines.errors import DataProblem
from pipelines.init.facts import Cin7Facts
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published

_VALUES = {
    "location": """
        select location as value, count(*) as rows from (
            select location from core.sale_lines union all select location from core.receipt_lines
            union all select location from core.adjustment_lines union all select location from core.opening_stock
            union all select from_location from core.transfer_lines
            union all select to_location from core.transfer_lines
        ) group by all""",
    "channel": "select channel as value, count(*) as rows from core.sale_lines group by all",
    "customer_group": "select customer_group as value, count(*) as rows from core.sale_lines group by all",
    "category": "select category as value, count(*) as rows from core.products group by all",
    "brand": "select brand as value, count(*) as rows from core.products group by all",
    "reason": "select reason as value, count(*) as rows from core.adjustment_lines group by all",
    "charge_type": "select charge_type as value, count(*) as rows from core.charges group by all",
    "currency": """
        select currency_code as value, count(*) as rows from (
            select currency_code from core.sale_lines union all select currency_code from core.receipt_lines
            union all select currency_code from core.bill_lines
        ) group by all""",
}
"""Each value that occurs, and how often."""


def read_core_tables(settings: Settings, source: str | None) -> Cin7Facts | None:
    """Values of the core tables; None where there is no warehouse, or another source filled it.

    Args:
        settings: which warehouse.
        source: name of the source that is asked for; None: whatever filled it.
    """
    with suppress(DataProblem), open_published(settings) as warehouse:
        filled = warehouse.query("select any_value(source_name) as source_name from control.core_tables")
        name = filled["source_name"].item()
        if name is None or (source is not None and name != source):
            return None
        return _facts(warehouse, str(name))
    return None


def _facts(warehouse: Warehouse, source: str) -> Cin7Facts:
    found = {name: _values(warehouse, name) for name in _VALUES}
    without = "select count(*) as rows from core.adjustment_lines where reason is null"
    unreasoned = warehouse.query(without)["rows"].item()
    opened: date | None = warehouse.query("select max(opening_date) as day from core.opening_stock")["day"].item()
    made = warehouse.query("select count(*) as rows from core.production_lines")["rows"].item()
    attributes = ("location", "channel", "category", "brand", "customer_group")
    return Cin7Facts(
        source=source,
        read_from=f"core tables of the warehouse, which {source} filled",
        values={name: found[name] for name in attributes},
        reasons=found["reason"],
        has_unreasoned_adjustments=unreasoned > 0,
        charge_types=found["charge_type"],
        currencies=found["currency"],
        opening_date=opened,
        has_production=made > 0,
    )


def _values(warehouse: Warehouse, name: str) -> tuple[str, ...]:
    """The values that occur, the most frequent first."""
    rows = warehouse.query(f"select value from ({_VALUES[name]}) where value is not null order by rows desc, value")
    return tuple(rows["value"])
