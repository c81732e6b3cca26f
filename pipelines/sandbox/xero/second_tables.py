"""The tables that came with the second version of the books."""

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
)
