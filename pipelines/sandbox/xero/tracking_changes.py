"""Tracking categories and options as a client adds, renames, archives and deletes them (xero.md section 8)."""

import uuid
from collections.abc import Mapping
from sqlite3 import Row

from pipelines.sandbox.xero import setting_words as words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.writing import Element, Findings, Outcome

MOST_ACTIVE = 2


def save_category(books: Books, fields: Fields, category_id: str | None) -> Outcome:
    """Add a tracking category without options, or change the one of the path.

    Raises:
        Refusal: 404, no such category.
    """
    findings = Findings()
    known = _category(books, category_id) if category_id else None
    name = fields.text("Name") or (known["name"] if known else "")
    status = fields.word("Status", ("ACTIVE", "ARCHIVED"), "TrackingCategoryStatus")
    status = status or (known["status"] if known else "ACTIVE")
    saved = str(known["category_id"]) if known else str(uuid.uuid4())
    _check_name(books, name, "tracking_categories", "category_id", saved, {}, findings)
    others = books.rows("SELECT 1 FROM tracking_categories WHERE status = 'ACTIVE' AND category_id <> ?", [saved])
    if status == "ACTIVE" and len(others) >= MOST_ACTIVE:
        findings.refuse(words.TRACKING_FULL)
    if findings.errors:
        return Outcome(fields.sent, findings)
    books.execute(
        "INSERT INTO tracking_categories VALUES (:id, :name, :status)"
        " ON CONFLICT (category_id) DO UPDATE SET name = :name, status = :status",
        {"id": saved, "name": name, "status": status},
    )
    return Outcome(show_category(books, saved), findings)


def save_option(books: Books, category_id: str, fields: Fields, option_id: str | None) -> Outcome:
    """Add an option to a category, or change one of it.

    Raises:
        Refusal: 404, no such category or option.
    """
    findings, category = Findings(), _category(books, category_id)
    known = _option(books, category["category_id"], option_id) if option_id else None
    name = fields.text("Name") or (known["name"] if known else "")
    status = fields.word("Status", ("ACTIVE", "ARCHIVED"), "TrackingOptionStatus")
    status = status or (known["status"] if known else "ACTIVE")
    saved = str(known["option_id"]) if known else str(uuid.uuid4())
    within = {"category_id": category["category_id"]}
    _check_name(books, name, "tracking_options", "option_id", saved, within, findings)
    if findings.errors:
        return Outcome(fields.sent, findings)
    books.execute(
        "INSERT INTO tracking_options VALUES (:id, :category, :name, :status)"
        " ON CONFLICT (option_id) DO UPDATE SET name = :name, status = :status",
        {"id": saved, "category": category["category_id"], "name": name, "status": status},
    )
    return Outcome(show_option(_option(books, category["category_id"], saved)), findings)


def delete_category(books: Books, category_id: str) -> Element:
    """Delete a category with its options; one that is used is archived (not confirmed of Xero).

    Raises:
        Refusal: 404, no such category.
    """
    category = _category(books, category_id)
    shown = show_category(books, category["category_id"])
    if _is_used(books, category["category_id"]):
        books.execute(
            "UPDATE tracking_categories SET status = 'ARCHIVED' WHERE category_id = ?", [category["category_id"]]
        )
        return {**shown, "Status": "ARCHIVED"}
    books.execute("DELETE FROM tracking_options WHERE category_id = ?", [category["category_id"]])
    books.execute("DELETE FROM tracking_categories WHERE category_id = ?", [category["category_id"]])
    return {**shown, "Status": "DELETED"}


def delete_option(books: Books, category_id: str, option_id: str) -> Element:
    """Delete an option; one that is used is archived.

    Raises:
        Refusal: 404, no such option of this category.
    """
    option = _option(books, _category(books, category_id)["category_id"], option_id)
    if _is_used(books, option["option_id"]):
        books.execute("UPDATE tracking_options SET status = 'ARCHIVED' WHERE option_id = ?", [option["option_id"]])
        return {**show_option(option), "Status": "ARCHIVED"}
    books.execute("DELETE FROM tracking_options WHERE option_id = ?", [option["option_id"]])
    return {**show_option(option), "Status": "DELETED"}


def show_category(books: Books, category_id: str, *, include_archived: bool = True) -> Element:
    """A tracking category with its options.

    Raises:
        Refusal: 404, no such category.
    """
    category = _category(books, category_id)
    options = books.rows(
        "SELECT * FROM tracking_options WHERE category_id = ? AND (status = 'ACTIVE' OR ?) ORDER BY name",
        [category["category_id"], include_archived],
    )
    return {
        "Name": category["name"],
        "Status": category["status"],
        "TrackingCategoryID": category["category_id"],
        "Options": [show_option(option) for option in options],
    }


def show_option(option: Row) -> Element:
    """One option in Xero's names."""
    return {
        "TrackingOptionID": option["option_id"],
        "Name": option["name"],
        "Status": option["status"],
        "HasValidationErrors": False,
        "IsDeleted": False,
        "IsArchived": option["status"] == "ARCHIVED",
        "IsActive": option["status"] == "ACTIVE",
    }


def _check_name(
    books: Books, name: str, table: str, key: str, saved: str, within: Mapping[str, str], findings: Findings
) -> None:
    """A name of at most 100 characters that no other has."""
    if not name.strip() or len(name) > 100:
        findings.refuse(words.TRACKING_NAME)
    category = within.get("category_id")
    scope = "" if category is None else " AND category_id = :category"
    other = books.row(
        f"SELECT 1 FROM {table} WHERE name = :name AND {key} <> :saved{scope}",
        {"name": name, "saved": saved, "category": category},
    )
    if other is not None:
        findings.refuse(words.TRACKING_TAKEN)


def _category(books: Books, category_id: str) -> Row:
    """A category that is there."""
    row = books.row("SELECT * FROM tracking_categories WHERE category_id = ?", [category_id.lower()])
    if row is None:
        raise not_found()
    return row


def _option(books: Books, category_id: str, option_id: str) -> Row:
    """An option that is there."""
    row = books.row(
        "SELECT * FROM tracking_options WHERE option_id = ? AND category_id = ?", [option_id.lower(), category_id]
    )
    if row is None:
        raise not_found()
    return row


def _is_used(books: Books, identifier: str) -> bool:
    """Whether a line of any document names it."""
    found = books.row(
        "SELECT 1 FROM journal_lines WHERE instr(tracking, :id) UNION ALL"
        " SELECT 1 FROM document_lines WHERE instr(tracking, :id)",
        {"id": identifier},
    )
    return found is not None
