"""A local server that a client takes for Xero: its rules after xero.md, its books in one file.

serving.py      start it: `serve`, `running_sandbox`
app.py          how the parts fit together
*_api.py        the endpoints: identity, settings and reports, manual journals, admin
gate.py         token, tenant, scope and limits; traffic.py, faults.py, request_log.py: around every request
journal_*.py    manual journals: as sent, checked, kept, listed; refusal_words.py has Xero's sentences
books.py        the file; book_tables.py its tables; chart.py what documents are checked against
bills.py, opening.py, settings_changes.py   what people enter who are not the client
"""

from pipelines.sandbox.xero.app import create_app
from pipelines.sandbox.xero.books import open_books
from pipelines.sandbox.xero.serving import running_sandbox, serve

__all__ = ["create_app", "open_books", "running_sandbox", "serve"]
