"""Reads back what was paid in Xero on our documents, and what contacts owe, into core."""

from pipelines.load.mirror_rows import frame_of
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.tables import ACCOUNTING_TABLES

_OURS = """
    our_documents as (
      select s.xero_id, s.xero_number, d.document_id, d.kind
      from post.synced_documents s join core.trade_documents d on s.document_key = d.kind || ':' || d.document_id
    )
"""

_PAYMENTS = f"""
    with {_OURS}
    select
      p.payment_id as xero_payment_id,
      our_documents.document_id,
      case when our_documents.kind in ('sales_credit', 'supplier_credit') then 'refund' else 'payment' end as kind,
      p.paid_on,
      p.amount,
      -- Xero writes foreign units for one unit of base currency; 1 / rate in whole numbers of 10^-8
      case when p.currency_rate > 0 and p.currency_rate <> 1 then
        ((200000000000000 + (p.currency_rate * 1000000)::hugeint)
          // (2 * (p.currency_rate * 1000000)::hugeint))::decimal(18, 0) * 0.00000001
      end as currency_rate,
      p.account_code,
      p.reference
    from xero.payments p join our_documents on our_documents.xero_id = p.document_id
    where p.payment_status = 'AUTHORISED'
      and p.payment_id not in (select xero_id from post.synced_documents where kind = 'payment')
    order by p.payment_id
"""

_DOCUMENTS = f"""
    with {_OURS}
    select
      our_documents.document_id,
      coalesce(x.document_number, our_documents.xero_number) as xero_number,
      x.document_status as xero_status,
      x.currency_code,
      x.total_amount,
      x.paid_amount,
      x.credited_amount,
      x.due_amount
    from our_documents join xero.trade_documents x on x.document_id = our_documents.xero_id
    order by our_documents.document_id
"""

_CONTACTS = """
    select s.document_key as contact_id, c.receivable_amount, c.payable_amount
    from post.synced_documents s
      join xero.contacts c on c.contact_id = s.xero_id
      join core.contacts own on own.contact_id = s.document_key
    where s.kind = 'contact'
    order by s.document_key
"""


def read_paid_back(warehouse: Warehouse) -> dict[str, int]:
    """Replace core.accounting_payments, document_balances and contact_balances by what Xero's mirror holds.

    Payments that we sent ourselves are none of them, so that what comes from Xero is never pushed back; nor are those
    of documents that hold several orders (cin7.md section 3B: they are not pulled).

    Args:
        warehouse: xero.payments, xero.trade_documents and xero.contacts as mirrored, post.synced_documents.

    Returns:
        Rows by table.
    """
    queries = {
        "core.accounting_payments": _PAYMENTS,
        "core.document_balances": _DOCUMENTS,
        "core.contact_balances": _CONTACTS,
    }
    counts: dict[str, int] = {}
    with warehouse.transaction():
        for name, sql in queries.items():
            frame = frame_of(name, warehouse.query(sql).to_dicts())
            check(ACCOUNTING_TABLES[name], frame)
            warehouse.replace(name, frame)
            counts[name] = frame.height
    return counts
