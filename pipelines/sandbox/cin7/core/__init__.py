"""Cin7 Core's API v2 as the local server gives it, after cin7.md section 2.

routes.py     the addresses: headers, limit, pages, documents, HTML for what does not exist
store.py      the folder: one JSON file a resource; lists are made from documents where they have no file
headers.py    the row that a list shows of a document
questions.py  Page, Limit, UpdatedSince and the other parameters
"""

from pipelines.sandbox.cin7.core.routes import CORE_LIMITS, add_core

__all__ = ["CORE_LIMITS", "add_core"]
