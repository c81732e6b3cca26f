"""A local server that a client takes for Xero: its rules after xero.md, its books in one file.

serving.py        start it: `serve`, `running_sandbox`; app.py: how the parts fit together
*_api.py          the endpoints: identity, settings, reports, journals, documents, contacts, items, payments, evidence
gate.py           token, tenant, scope, limits
traffic.py, exchange.py, faults.py, late_commits.py, request_log.py   around every request
consents.py       a person's consent; token_grants.py and tokens.py: what comes of it
journal_*.py      manual journals: as sent, checked, kept, listed; refusal_words.py has Xero's sentences
document_*.py     invoices, credit notes, purchase orders, bank transactions: the same for these four kinds
settlements.py    what pays them: payments.py, allocations.py
history.py, attachments.py   what hangs on a document; echoes.py: how a refused one is shown
ledger_views.py   what everything books: the general ledger as a view; trial_balances.py, balance_sheets.py read it
books.py          the file; book_tables.py and second_tables.py its tables; chart.py what documents are checked against
admin_api.py, person_api.py  for tests: faults, and what people do in Xero's own pages
bills.py, opening.py, settings_changes.py   what people enter who are not the client
"""

from pipelines.sandbox.xero.app import create_app
from pipelines.sandbox.xero.books import open_books
from pipelines.sandbox.xero.serving import running_sandbox, serve

__all__ = ["create_app", "open_books", "running_sandbox", "serve"]
