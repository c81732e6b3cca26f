"""Reads back what became of our documents in Xero: status, paid, credited and due amounts, and merged contacts."""

from datetime import datetime

from pipelines.warehouse import Warehouse


def read_back_state(warehouse: Warehouse, now: datetime) -> int:
    """Bring post.synced_documents to what xero.* shows of each document of ours; contacts follow their merges.

    What we ended keeps the status that we gave it. A document that somebody ended in Xero shows so in its status, and
    stays ours (`ended_at` is empty): the next plan tells it.

    Args:
        warehouse: xero.trade_documents, xero.payments and xero.contacts, just mirrored.
        now: when they were.

    Returns:
        Documents of ours that Xero shows.
    """
    with warehouse.transaction():
        warehouse.execute(
            """
            update post.synced_documents s set xero_status = x.document_status, paid_amount = x.paid_amount,
              credited_amount = x.credited_amount, due_amount = x.due_amount, seen_at = ?
            from xero.trade_documents x where x.document_id = s.xero_id and s.ended_at is null
              and s.kind not in ('contact', 'item', 'payment', 'allocation')
            """,
            [now],
        )
        warehouse.execute(
            "update post.synced_documents s set xero_status = x.payment_status, seen_at = ? from xero.payments x "
            "where s.kind = 'payment' and x.payment_id = s.xero_id and s.ended_at is null",
            [now],
        )
        warehouse.execute(
            """
            update post.synced_documents s set xero_id = m.last_id, xero_status = m.contact_status, seen_at = ?
            from (
              with recursive followed as (
                select contact_id as first_id, contact_id as last_id, 0 as steps from xero.contacts
                union all
                select f.first_id, c.merged_to_contact_id, f.steps + 1 from followed f
                join xero.contacts c on c.contact_id = f.last_id
                where c.merged_to_contact_id is not null and f.steps < 20
              )
              select f.first_id, arg_max(f.last_id, f.steps) as last_id, any_value(c.contact_status) as contact_status
              from followed f join xero.contacts c on c.contact_id = f.first_id group by f.first_id
            ) m where s.kind = 'contact' and m.first_id = s.xero_id
            """,
            [now],
        )
    return int(
        warehouse.query(
            "select count(*) from post.synced_documents where xero_id in (select document_id from xero.trade_documents)"
        ).item()
    )
