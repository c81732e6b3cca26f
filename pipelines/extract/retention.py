"""Forgets old raw rows: versions that are not current any more, and rows that the source deleted."""

from datetime import datetime

from pipelines.extract.source_shapes import ApiInput, Source
from pipelines.warehouse import Warehouse


def forget_old_rows(source: Source, warehouse: Warehouse, months: int | None, now: datetime) -> None:
    """Delete raw rows that were landed more than so many months ago and that no select reads any more.

    What is current stays, however old it is: core is made from it.

    Args:
        source: whose raw tables.
        warehouse: open for writing.
        months: how long; None keeps everything.
        now: the time.
    """
    if months is None:
        return
    is_old = "_loaded_at < $now::timestamptz - to_months($months)"
    given = {"now": now, "months": months}
    with warehouse.transaction():
        for name, definition in source.inputs.items():
            table = source.raw_table(name)
            if isinstance(definition, ApiInput):
                # The highest version stays in any case: the next one follows it.
                read = f"select max(_version) from {table} group by _key having not max_by(_is_deleted, _version)"
                gone = f"_version not in ({read}) and _version < (select max(_version) from {table})"
                warehouse.execute(f"delete from {table} where {is_old} and (_version is null or {gone})", given)
            else:
                run = "select run_id from control.loads where source_name = $source and input_name = $input"
                gone = f"_run_id not in ({run} order by loaded_at desc limit 1)"
                names = {"source": source.name, "input": str(name)}
                warehouse.execute(f"delete from {table} where {is_old} and {gone}", given | names)
