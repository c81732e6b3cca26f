"""The warehouse: one DuckDB file, one writer at a time, a published copy for readers."""

from pipelines.warehouse.opening import open_published, open_warehouse
from pipelines.warehouse.tables import Warehouse

__all__ = ["Warehouse", "open_published", "open_warehouse"]
