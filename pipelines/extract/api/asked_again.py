"""Documents that are asked for again although their row in the list has not changed.

A list says little of its documents (cin7.md section 2.1), so a change may leave its row as it was. Core's entries in
/transactions tell that something was posted for a document (section 2.2); a backfill names its days.
"""

from dataclasses import dataclass
from datetime import date, datetime

from pipelines.extract.api.raw_versions import EVERY, RawVersions

LATER = "DueDate|InvoiceDueDate|ExpiryDate|RequiredBy|RequiredDate|ShipBy"
"""Fields with a day on which nothing has happened yet."""

_DAYS = f"""regexp_extract_all(
  regexp_replace(row::varchar, '(?i)"({LATER})"\\s*:\\s*"[^"]*"', '', 'g'), '"(\\d{{4}}-\\d{{2}}-\\d{{2}})[T" ]', 1
)"""


@dataclass(frozen=True)
class Postings:
    """Rows that name the document which they come from."""

    raw: RawVersions
    task_field: str


def keys_of_days(listed: RawVersions, documents: RawVersions, first: date, last: date) -> set[str]:
    """Documents with something on these days, in their row of the list or, as far as raw has it, in the document.

    One that has no day at all belongs to every day.
    """
    texts = " union all ".join(one.latest_sql(EVERY, "select _key, row") for one in (listed, documents))
    found = listed.warehouse.query(
        f"""
        with dated as (select _key, unnest({_DAYS}) as day from ({texts}))
        select _key from ({listed.latest_sql(EVERY, "select _key")})
        where _key in (select _key from dated where day between $first and $last)
          or _key not in (select _key from dated)
        """,
        {"first": f"{first}", "last": f"{last}"},
    )
    return set(found["_key"])


def keys_of_postings(
    postings: Postings, listed: RawVersions, documents: RawVersions, since: datetime
) -> dict[str, datetime]:
    """Documents with entries that were landed or deleted after an instant, each with when the last of them was.

    An entry names a document by its key, or by the TaskID of a part of it, such as an invoice.
    """
    table, warehouse = postings.raw.table, listed.warehouse
    pattern = f'(?i)"{postings.task_field}"\\s*:\\s*"([^"]+)"'
    tasks = warehouse.query(
        f"""
        select regexp_extract(row::varchar, $pattern, 1) as task, max(_loaded_at) as landed_at from {table}
        where _loaded_at > $since and task <> ''
        group by task
        """,
        {"pattern": pattern, "since": since},
    )
    if tasks.is_empty():
        return {}
    with warehouse.offering("posted_tasks", tasks):
        found = warehouse.query(
            f"""
            with named as (
              select _key, _key as task from ({listed.latest_sql(EVERY, "select _key")})
              union all
              select _key, unnest(regexp_extract_all(row::varchar, $pattern, 1))
              from ({documents.latest_sql(EVERY, "select _key, row")})
            )
            select _key, max(landed_at) as landed_at from named join posted_tasks using (task) group by _key
            """,
            {"pattern": pattern},
        )
    return dict(found.iter_rows())
