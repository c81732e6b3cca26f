"""The tables that came with the second version of the books."""

from pipelines.sandbox.xero.ledger_views import LEDGER

_GUID = " || '-' || ".join(f"lower(hex(randomblob({size})))" for size in (4, 2, 2, 2, 6))

_BILLS_AS_DOCUMENTS = (
    f"""INSERT INTO contacts SELECT {_GUID}, contact, 'ACTIVE', NULL, '{{}}', 0
        FROM (SELECT DISTINCT contact FROM bills)""",
    """INSERT INTO documents SELECT bill_id, 'Invoice', 'ACCPAY', reference, NULL,
        (SELECT contact_id FROM contacts WHERE name = contact), bill_date, bill_date, 'AUTHORISED', 'NoTax',
        currency_code, currency_rate, sum(foreign_cents), 0, sum(cents), NULL, '{}', content_hash, 0
        FROM bills JOIN bill_lines USING (bill_id) GROUP BY bill_id""",
    f"""INSERT INTO document_lines SELECT {_GUID}, bill_id, position, description, '1', foreign_cents || 'e-2', NULL,
        NULL, account_id, 'NONE', '[]', foreign_cents, 0, cents, 0 FROM bill_lines""",
    """INSERT OR IGNORE INTO currencies SELECT DISTINCT currency_code, currency_code FROM bills""",
    "DROP VIEW ledger",
    "DROP TABLE bill_lines",
    "DROP TABLE bills",
)
"""The first version kept supplier bills in tables of their own."""

SECOND_TABLES = (
    """CREATE TABLE attachments (
        attachment_id TEXT PRIMARY KEY, document_id TEXT NOT NULL, file_name TEXT NOT NULL, mime_type TEXT NOT NULL,
        include_online INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (document_id, file_name))""",
    """CREATE TABLE history_records (
        record_id INTEGER PRIMARY KEY, document_id TEXT NOT NULL, changes TEXT NOT NULL, details TEXT NOT NULL,
        user_name TEXT NOT NULL, recorded_at INTEGER NOT NULL)""",
    """CREATE INDEX history_by_document ON history_records (document_id)""",
    """CREATE TABLE authorization_codes (
        code TEXT PRIMARY KEY, auth_event TEXT NOT NULL, redirect_uri TEXT NOT NULL, scope TEXT NOT NULL,
        code_challenge TEXT NOT NULL, issued_at INTEGER NOT NULL)""",
    # used_at: when it was first exchanged; its successors carry it as their parent.
    """CREATE TABLE refresh_tokens (
        token TEXT PRIMARY KEY, auth_event TEXT NOT NULL, scope TEXT NOT NULL, parent TEXT, issued_at INTEGER NOT NULL,
        used_at INTEGER)""",
    """CREATE TABLE removed_connections (auth_event TEXT PRIMARY KEY)""",
    """ALTER TABLE accounts ADD COLUMN description TEXT""",
    """ALTER TABLE accounts ADD COLUMN enable_payments INTEGER NOT NULL DEFAULT 0""",
    """ALTER TABLE accounts ADD COLUMN bank_account_number TEXT""",
    """UPDATE accounts SET enable_payments = 1 WHERE type = 'EQUITY' AND system_account = ''""",
    """CREATE TABLE currencies (code TEXT PRIMARY KEY, description TEXT NOT NULL)""",
    """CREATE TABLE contacts (
        contact_id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, contact_number TEXT,
        details TEXT NOT NULL, updated_at INTEGER NOT NULL)""",
    """CREATE INDEX contacts_by_name ON contacts (lower(name))""",
    """CREATE TABLE items (
        item_id TEXT PRIMARY KEY, code TEXT UNIQUE NOT NULL, details TEXT NOT NULL, updated_at INTEGER NOT NULL)""",
    # Amounts in cents of the document's currency, unless their name begins with base.
    """CREATE TABLE documents (
        document_id TEXT PRIMARY KEY, kind TEXT NOT NULL, type TEXT NOT NULL, number TEXT, reference TEXT,
        contact_id TEXT REFERENCES contacts, document_date TEXT NOT NULL, due_date TEXT, status TEXT NOT NULL,
        line_amount_types TEXT NOT NULL, currency_code TEXT NOT NULL, currency_rate TEXT NOT NULL,
        total_cents INTEGER NOT NULL, tax_cents INTEGER NOT NULL, base_total_cents INTEGER NOT NULL,
        bank_account_id TEXT REFERENCES accounts, details TEXT NOT NULL, content_hash TEXT,
        updated_at INTEGER NOT NULL)""",
    """CREATE INDEX documents_by_number ON documents (kind, number)""",
    """CREATE TABLE document_lines (
        line_id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents, position INTEGER NOT NULL,
        description TEXT, quantity TEXT NOT NULL, unit_amount TEXT NOT NULL, discount_rate TEXT, item_code TEXT,
        account_id TEXT REFERENCES accounts, tax_type TEXT NOT NULL, tracking TEXT NOT NULL,
        line_cents INTEGER NOT NULL, tax_cents INTEGER NOT NULL, base_net_cents INTEGER NOT NULL,
        base_tax_cents INTEGER NOT NULL, UNIQUE (document_id, position))""",
    # cents: of the document's currency; base_cents: that part of the document at its own rate; bank_cents: at the rate
    # of the payment. What the two differ by is a realised gain or loss.
    """CREATE TABLE payments (
        payment_id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents, account_id TEXT NOT NULL,
        payment_date TEXT NOT NULL, cents INTEGER NOT NULL, base_cents INTEGER NOT NULL, bank_cents INTEGER NOT NULL,
        currency_rate TEXT NOT NULL, reference TEXT, is_reconciled INTEGER NOT NULL, status TEXT NOT NULL,
        updated_at INTEGER NOT NULL)""",
    """CREATE INDEX payments_by_document ON payments (document_id)""",
    """CREATE TABLE allocations (
        allocation_id TEXT PRIMARY KEY, note_id TEXT NOT NULL REFERENCES documents,
        invoice_id TEXT NOT NULL REFERENCES documents, allocation_date TEXT NOT NULL, cents INTEGER NOT NULL,
        note_base_cents INTEGER NOT NULL, invoice_base_cents INTEGER NOT NULL, is_deleted INTEGER NOT NULL)""",
    """CREATE INDEX allocations_by_note ON allocations (note_id)""",
    """CREATE INDEX allocations_by_invoice ON allocations (invoice_id)""",
    *_BILLS_AS_DOCUMENTS,
    *LEDGER,
)
