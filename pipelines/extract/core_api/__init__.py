"""Cin7 Core's API v2 for the extract (cin7.md section 2).

client.py     connect: `connect_core`; lists in pages and documents one by one: `CoreApi`
resources.py  what can be read, where it is, and which fields it has
transport.py  the limit of 60 calls a minute, waits and second tries
answers.py    what an answer means: rows, a document, or an error that says what to do
"""

from pipelines.extract.core_api.client import CoreApi, connect_core
from pipelines.extract.core_api.resources import CORE_RESOURCES

__all__ = ["CORE_RESOURCES", "CoreApi", "connect_core"]
