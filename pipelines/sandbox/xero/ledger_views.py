"""The general ledger as views over everything that was posted: it cannot differ from the documents.

Debits are positive, cents are of base currency. A draft, a submitted, a voided and a deleted document are in no report.
What each document books (xero.md sections 2 to 4; an invoice's journals exist from AUTHORISED on):

    sales invoice, bill credit   control account against its lines and tax, lines on the credit side
    bill, sales credit note      the same, lines on the debit side
    spend, receive money         the bank account against lines and tax
    payment                      bank account against control account, each at its own rate; the rest is a realised gain
    allocation                   control account only, where note and invoice have different rates: a realised gain

On a cash basis nothing of invoices and credit notes is shown, nor their payments: Xero would show paid ones in
proportion, which this server does not.
"""

_SYSTEM = "(SELECT account_id FROM accounts WHERE system_account = '{}')"
_CREDITORS, _DEBTORS, _GST, _GAINS = (
    _SYSTEM.format(name) for name in ("CREDITORS", "DEBTORS", "GST", "REALISEDCURRENCYGAIN")
)
_CONTROL = f"CASE WHEN d.type LIKE 'ACCREC%' THEN {_DEBTORS} WHEN d.type LIKE 'ACCPAY%' THEN {_CREDITORS}"
_POSTED = "d.status IN ('AUTHORISED', 'PAID') AND d.kind <> 'PurchaseOrder'"
_SIGN = "CASE WHEN d.type IN ('ACCPAY', 'ACCRECCREDIT', 'SPEND') THEN 1 ELSE -1 END"
_CASH = "d.kind = 'BankTransaction'"
_IN = "CASE WHEN d.type IN ('ACCREC', 'ACCPAYCREDIT') THEN 1 ELSE -1 END"
_RECEIVABLE = "CASE WHEN d.type = 'ACCREC' THEN 1 ELSE -1 END"
_LINES = f"document_lines l JOIN documents d USING (document_id) WHERE {_POSTED}"
_PAYMENTS = "payments p JOIN documents d USING (document_id) WHERE p.status = 'AUTHORISED'"
_ALLOCATIONS = (
    "allocations a JOIN documents d ON d.document_id = a.invoice_id"
    " WHERE NOT a.is_deleted AND a.note_base_cents <> a.invoice_base_cents"
)

_ENTRIES = (
    "SELECT 'OPENING' AS source_type, NULL AS source_id, balance_date AS entry_date, account_id, cents,"
    " 1 AS on_cash_basis FROM opening_balances",
    "SELECT 'MANJOURNAL', journal_id, journal_date, account_id, net_cents, show_on_cash_basis"
    " FROM journal_lines JOIN manual_journals USING (journal_id) WHERE status IN ('POSTED', 'ARCHIVED')",
    f"SELECT 'MANJOURNAL', journal_id, journal_date, {_GST}, tax_cents, show_on_cash_basis"
    " FROM journal_lines JOIN manual_journals USING (journal_id)"
    " WHERE status IN ('POSTED', 'ARCHIVED') AND tax_cents <> 0",
    f"SELECT d.type, d.document_id, d.document_date, l.account_id, {_SIGN} * l.base_net_cents, {_CASH} FROM {_LINES}"
    " AND l.base_net_cents <> 0",
    f"SELECT d.type, d.document_id, d.document_date, {_GST}, {_SIGN} * l.base_tax_cents, {_CASH} FROM {_LINES}"
    " AND l.base_tax_cents <> 0",
    f"SELECT d.type, d.document_id, d.document_date, {_CONTROL} ELSE d.bank_account_id END,"
    f" -{_SIGN} * d.base_total_cents, {_CASH} FROM documents d WHERE {_POSTED} AND d.base_total_cents <> 0",
    f"SELECT d.type || 'PAYMENT', p.payment_id, p.payment_date, p.account_id, {_IN} * p.bank_cents, 0 FROM {_PAYMENTS}",
    f"SELECT d.type || 'PAYMENT', p.payment_id, p.payment_date, {_CONTROL} END, -{_IN} * p.base_cents, 0"
    f" FROM {_PAYMENTS}",
    f"SELECT d.type || 'PAYMENT', p.payment_id, p.payment_date, {_GAINS}, {_IN} * (p.base_cents - p.bank_cents), 0"
    f" FROM {_PAYMENTS} AND p.base_cents <> p.bank_cents",
    f"SELECT d.type || 'CREDIT', a.allocation_id, a.allocation_date, {_CONTROL} END,"
    f" {_RECEIVABLE} * (a.note_base_cents - a.invoice_base_cents), 0 FROM {_ALLOCATIONS}",
    f"SELECT d.type || 'CREDIT', a.allocation_id, a.allocation_date, {_GAINS},"
    f" {_RECEIVABLE} * (a.invoice_base_cents - a.note_base_cents), 0 FROM {_ALLOCATIONS}",
)

# What is left of each authorised invoice and credit note, in base currency at the document's own rate; notes negative.
OPEN_DOCUMENTS = """CREATE VIEW open_documents AS
    SELECT d.document_id, d.contact_id, d.type, coalesce(d.due_date, d.document_date) AS due_date,
        CASE WHEN d.type IN ('ACCREC', 'ACCPAY') THEN 1 ELSE -1 END * (d.base_total_cents
        - coalesce((SELECT sum(base_cents) FROM payments p WHERE p.document_id = d.document_id
            AND p.status = 'AUTHORISED'), 0)
        - coalesce((SELECT sum(invoice_base_cents) FROM allocations a WHERE a.invoice_id = d.document_id
            AND NOT a.is_deleted), 0)
        - coalesce((SELECT sum(note_base_cents) FROM allocations a WHERE a.note_id = d.document_id
            AND NOT a.is_deleted), 0)) AS open_cents
    FROM documents d WHERE d.status = 'AUTHORISED' AND d.type LIKE 'ACC%'"""

LEDGER = (f"CREATE VIEW ledger AS {' UNION ALL '.join(_ENTRIES)}", OPEN_DOCUMENTS)
