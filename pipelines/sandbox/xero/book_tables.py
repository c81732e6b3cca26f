"""The tables of the books, and the general ledger as a view over the documents, so that the two cannot differ."""

from pipelines.sandbox.xero.second_tables import SECOND_TABLES

FIRST_TABLES = (
    """CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)""",
    """CREATE TABLE organisation (
        organisation_id TEXT PRIMARY KEY, name TEXT NOT NULL, base_currency TEXT NOT NULL, country_code TEXT NOT NULL,
        time_zone TEXT NOT NULL, financial_year_end_day INTEGER NOT NULL, financial_year_end_month INTEGER NOT NULL,
        period_lock_date TEXT, end_of_year_lock_date TEXT, created_at INTEGER NOT NULL)""",
    """CREATE TABLE accounts (
        account_id TEXT PRIMARY KEY, code TEXT UNIQUE NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
        tax_type TEXT NOT NULL, status TEXT NOT NULL, system_account TEXT NOT NULL DEFAULT '',
        updated_at INTEGER NOT NULL)""",
    """CREATE TABLE tax_rates (
        tax_type TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, rate TEXT NOT NULL,
        assets INTEGER NOT NULL, equity INTEGER NOT NULL, expenses INTEGER NOT NULL, liabilities INTEGER NOT NULL,
        revenue INTEGER NOT NULL)""",
    """CREATE TABLE tracking_categories (
        category_id TEXT PRIMARY KEY, name TEXT UNIQUE NOT NULL, status TEXT NOT NULL)""",
    """CREATE TABLE tracking_options (
        option_id TEXT PRIMARY KEY, category_id TEXT NOT NULL REFERENCES tracking_categories, name TEXT NOT NULL,
        status TEXT NOT NULL, UNIQUE (category_id, name))""",
    """CREATE TABLE opening_balances (
        account_id TEXT NOT NULL REFERENCES accounts, balance_date TEXT NOT NULL, cents INTEGER NOT NULL)""",
    """CREATE TABLE bills (
        bill_id TEXT PRIMARY KEY, reference TEXT NOT NULL, bill_date TEXT NOT NULL, contact TEXT NOT NULL,
        currency_code TEXT NOT NULL, currency_rate TEXT NOT NULL, content_hash TEXT NOT NULL,
        UNIQUE (reference, bill_date))""",
    """CREATE TABLE bill_lines (
        bill_id TEXT NOT NULL REFERENCES bills, position INTEGER NOT NULL, account_id TEXT NOT NULL REFERENCES accounts,
        foreign_cents INTEGER NOT NULL, cents INTEGER NOT NULL, description TEXT NOT NULL,
        PRIMARY KEY (bill_id, position)) WITHOUT ROWID""",
    """CREATE TABLE manual_journals (
        journal_id TEXT PRIMARY KEY, narration TEXT NOT NULL, journal_date TEXT NOT NULL, status TEXT NOT NULL,
        line_amount_types TEXT NOT NULL, url TEXT, show_on_cash_basis INTEGER NOT NULL, updated_at INTEGER NOT NULL)""",
    """CREATE INDEX manual_journals_by_narration ON manual_journals (narration)""",
    """CREATE TABLE journal_lines (
        journal_id TEXT NOT NULL REFERENCES manual_journals, position INTEGER NOT NULL,
        account_id TEXT REFERENCES accounts, line_cents INTEGER NOT NULL, tax_cents INTEGER NOT NULL,
        net_cents INTEGER NOT NULL, tax_type TEXT NOT NULL, description TEXT, tracking TEXT NOT NULL,
        PRIMARY KEY (journal_id, position)) WITHOUT ROWID""",
    """CREATE TABLE answered_requests (
        idempotency_key TEXT PRIMARY KEY, request_hash TEXT NOT NULL, answered_at INTEGER NOT NULL,
        status INTEGER NOT NULL, content_type TEXT, body BLOB NOT NULL)""",
    # A draft, a voided and a deleted journal are in no report. An unpaid bill is in no report on a cash basis.
    """CREATE VIEW ledger AS
        SELECT balance_date AS entry_date, account_id, cents, 1 AS on_cash_basis FROM opening_balances
        UNION ALL
        SELECT bill_date, account_id, cents, 0 FROM bill_lines JOIN bills USING (bill_id)
        UNION ALL
        SELECT bill_date, (SELECT account_id FROM accounts WHERE system_account = 'CREDITORS'), -cents, 0
        FROM bill_lines JOIN bills USING (bill_id)
        UNION ALL
        SELECT journal_date, account_id, net_cents, show_on_cash_basis
        FROM journal_lines JOIN manual_journals USING (journal_id) WHERE status = 'POSTED'
        UNION ALL
        SELECT journal_date, (SELECT account_id FROM accounts WHERE system_account = 'GST'), tax_cents,
            show_on_cash_basis
        FROM journal_lines JOIN manual_journals USING (journal_id) WHERE status = 'POSTED' AND tax_cents <> 0""",
)

VERSIONS = (FIRST_TABLES, SECOND_TABLES)
"""The statements of each version of the books, each to be run after those before it."""

BOOKS_VERSION = len(VERSIONS)
