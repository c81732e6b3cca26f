"""Lines of journals that stand in Xero otherwise than as one document of their own month, for the tie-out."""

from datetime import date
from typing import Any

import polars as pl

from pipelines.load.contents import read_contents
from pipelines.load.posted import Standing
from pipelines.warehouse import Warehouse
from schemas.dtypes import MONEY

_COLUMNS: dict[str, Any] = {
    "journal_key": pl.String,
    "journal_date": pl.Date,
    "account_code": pl.String,
    "line_amount": MONEY,
}

_STANDING = """
    with standing as (
      select d.*, x.material_hash is distinct from coalesce(d.material_hash, x.material_hash) as is_edited,
             coalesce(x.journal_date, d.journal_date) as shown_date
      from post.documents d left join xero.manual_journals x using (manual_journal_id)
      where coalesce(if(d.status = 'POSTED', x.journal_status, d.status), d.status) in ('POSTED', 'ARCHIVED')
        and d.period <= $1
    )
    select journal_key, tag, version, period, shown_date as journal_date, status, content_hash, debit_amount, narration,
           manual_journal_id
    from standing
    qualify count(*) over (partition by journal_key) > 1
         or max(shown_date) over (partition by journal_key) > $2
         or bool_or(is_edited and manual_journal_id in (select manual_journal_id from xero.manual_journals))
              over (partition by journal_key)
         or journal_key not in (select journal_key from close.journal_lines where period <= $1)
    order by tag
"""


def changed_lines(warehouse: Warehouse, period: date, cut_off: date) -> pl.DataFrame:
    """Lines of all documents that stand posted of each journal that stands in several, on a later day, or edited.

    Args:
        warehouse: post.documents, close.journal_lines and xero.manual_journals.
        period: first day of the month; journals of the months before count too.
        cut_off: last day of the trial balance.

    Returns:
        `journal_key`, `journal_date`, `account_code`, `line_amount` (base currency, debit positive), as Xero has them.
    """
    standings = [Standing(**row) for row in warehouse.query(_STANDING, [period, cut_off]).to_dicts()]
    contents = read_contents(warehouse, standings)
    rows = [
        (one.journal_key, one.journal_date, line.account_code, line.line_amount)
        for one in standings
        for line in contents[one.tag].lines
    ]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")
