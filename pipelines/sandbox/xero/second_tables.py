"""The tables that came with the second version of the books."""

SECOND_TABLES = (
    """CREATE TABLE attachments (
        attachment_id TEXT PRIMARY KEY, document_id TEXT NOT NULL, file_name TEXT NOT NULL, mime_type TEXT NOT NULL,
        include_online INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (document_id, file_name))""",
    """CREATE TABLE history_records (
        record_id INTEGER PRIMARY KEY, document_id TEXT NOT NULL, changes TEXT NOT NULL, details TEXT NOT NULL,
        user_name TEXT NOT NULL, recorded_at INTEGER NOT NULL)""",
    """CREATE INDEX history_by_document ON history_records (document_id)""",
)
