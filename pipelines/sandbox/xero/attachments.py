"""Files attached to documents (xero.md section 2, Attachments): at most 10 a document, each at most 10 MB."""

import mimetypes
import uuid
from sqlite3 import Row

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.answers import not_found, validation_failed
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.history import record

MOST_FILES = 10
LARGEST_FILE = 10 * 1024 * 1024
FORBIDDEN_IN_NAMES = '<>:"/\\|?*+\0'
_COLUMNS = "attachment_id, document_id, file_name, mime_type, include_online, length(content) AS content_length"


def save_attachment(
    books: Books, document_id: str, file_name: str, mime_type: str | None, content: bytes, *, include_online: bool
) -> str:
    """Attach a file; one of the same name is replaced, and keeps its identifier.

    Args:
        books: the books, inside a transaction.
        document_id: an existing document.
        file_name: as in the path, percent-decoded.
        mime_type: Content-Type of the request; without one the name decides.
        content: the bytes.
        include_online: show it with an online invoice.

    Returns:
        Its identifier.

    Raises:
        Refusal: 400, a name that Xero does not take, an eleventh file, no byte, or too many.
    """
    known = _find_by_name(books, document_id, file_name)
    problems = _problems(books, document_id, file_name, content, is_new=known is None)
    if problems:
        raise validation_failed([{"FileName": file_name, "ValidationErrors": [{"Message": each} for each in problems]}])
    attachment_id = str(known["attachment_id"]) if known else str(uuid.uuid4())
    books.execute("DELETE FROM attachments WHERE attachment_id = ?", [attachment_id])
    row = {
        "attachment_id": attachment_id,
        "document_id": document_id,
        "file_name": file_name,
        "mime_type": mime_type or mimetypes.guess_type(file_name)[0] or "application/octet-stream",
        "include_online": include_online,
        "content": content,
    }
    books.insert("attachments", [row])
    record(books, document_id, "Attached a file", f"Attached the file {file_name}")
    return attachment_id


def show_attachments(books: Books, document_id: str, address: str) -> list[dict[str, object]]:
    """The files of a document as Xero shows them, by name.

    Args:
        books: the books.
        document_id: a document.
        address: URL of the attachments, without a slash at its end.
    """
    rows = books.rows(f"SELECT {_COLUMNS} FROM attachments WHERE document_id = ? ORDER BY file_name", [document_id])
    return [_show(row, address) for row in rows]


def read_attachment(books: Books, document_id: str, name_or_id: str) -> tuple[str, bytes]:
    """MIME type and bytes of a file by its name, or by its identifier.

    Raises:
        Refusal: 404, no such file.
    """
    row = books.row(
        "SELECT mime_type, content FROM attachments WHERE document_id = ? AND (file_name = ? OR attachment_id = ?)",
        [document_id, name_or_id, name_or_id.lower()],
    )
    if row is None:
        raise not_found()
    return str(row["mime_type"]), bytes(row["content"])


def _problems(books: Books, document_id: str, file_name: str, content: bytes, *, is_new: bool) -> list[str]:
    """What stands against a file."""
    problems: list[str] = []
    if any(character in FORBIDDEN_IN_NAMES for character in file_name):
        problems.append(words.file_name_forbidden(file_name))
    if not content:
        problems.append(words.FILE_EMPTY)
    if len(content) > LARGEST_FILE:
        problems.append(words.file_too_large(len(content)))
    count = len(books.rows("SELECT 1 FROM attachments WHERE document_id = ?", [document_id]))
    if is_new and count >= MOST_FILES:
        problems.append(words.TOO_MANY_FILES)
    return problems


def _find_by_name(books: Books, document_id: str, file_name: str) -> Row | None:
    """The file of this name, if the document has it."""
    return books.row(
        f"SELECT {_COLUMNS} FROM attachments WHERE document_id = ? AND file_name = ?", [document_id, file_name]
    )


def _show(row: Row, address: str) -> dict[str, object]:
    """One file in Xero's names."""
    return {
        "AttachmentID": row["attachment_id"],
        "FileName": row["file_name"],
        "Url": f"{address}/{row['attachment_id']}",
        "MimeType": row["mime_type"],
        "ContentLength": row["content_length"],
        "IncludeOnline": bool(row["include_online"]),
    }
