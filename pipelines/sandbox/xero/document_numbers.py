"""Numbers of documents: unique for sales, made by Xero where none is sent (xero.md sections 3, 4, 7)."""

from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.document_kinds import Kind


def find_by_number(books: Books, kind: Kind, type_: str | None, number: str | None) -> Row | None:
    """The document that holds a number, the live one first; none for purchases, whose numbers may repeat."""
    if not number or (type_ or kind.types[0]) not in kind.number_prefix:
        return None
    return books.row(
        "SELECT * FROM documents WHERE kind = ? AND number = ? AND type = ?"
        " ORDER BY status IN ('DELETED', 'VOIDED'), updated_at DESC",
        [kind.name, number, type_ or kind.types[0]],
    )


def next_number(books: Books, kind: Kind, type_: str) -> str | None:
    """The next free number of a type: INV-0001; None where the type has no numbers of its own."""
    prefix = kind.number_prefix.get(type_)
    if prefix is None:
        return None
    taken = {row["number"] for row in books.rows("SELECT number FROM documents WHERE kind = ?", [kind.name])}
    next_one = len(taken) + 1
    while f"{prefix}-{next_one:04d}" in taken:
        next_one += 1
    return f"{prefix}-{next_one:04d}"
