"""Compares what the source booked by itself with the bookings of a month."""

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.frames import dtypes_of
from schemas.postings import PostingDifferences
from transforms.source_postings import compare_postings

_TASKS = """
    select distinct sale_id as task_id, sale_number as document_number from core.sale_lines
    union select distinct purchase_id, purchase_number from core.receipt_lines
    union select distinct adjustment_id, adjustment_number from core.adjustment_lines
    union select distinct production_id, production_number from core.production_lines
    union select distinct transfer_id, transfer_number from core.transfer_lines
"""


def find_posting_differences(close: CloseContext, warehouse: Warehouse, bookings: pl.DataFrame) -> pl.LazyFrame:
    """Documents that the source booked at another stock value than the ledger; none where the source has no postings.

    Args:
        close: which month.
        warehouse: holds core.source_postings and the documents.
        bookings: Bookings of the month.

    Returns:
        PostingDifferences.
    """
    postings = warehouse.read("core.source_postings")
    if postings.is_empty():
        return pl.LazyFrame(schema=dtypes_of(PostingDifferences))
    accounts = warehouse.query("select distinct stock_account_code as code from close.bookings where code is not null")
    tasks = warehouse.query(_TASKS)
    return compare_postings(
        bookings.lazy(), postings.lazy(), tasks.lazy(), accounts["code"].to_list(), close.period, close.cut_off
    )
