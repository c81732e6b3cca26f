"""What `tieout check` says about the document sync."""

from mappings.documents_shape import DocumentsFile


def describe_kinds(documents: DocumentsFile) -> str:
    """What is sent, in one sentence."""
    kinds = ", ".join(name.replace("_", " ") for name in documents.kinds.sent)
    return f"Documents from {documents.from_date} on: {kinds}."
