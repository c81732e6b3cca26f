"""Contacts: customers and suppliers, unique by name among the active ones (xero.md section 5)."""

import json
import uuid
from collections.abc import Mapping
from sqlite3 import Row

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.history import record
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.wire import ZERO_ID, json_amount, xero_instant
from pipelines.sandbox.xero.writing import Element, Findings, Outcome

TEXTS: Mapping[str, int] = {
    "AccountNumber": 50,
    "FirstName": 255,
    "LastName": 255,
    "CompanyNumber": 50,
    "EmailAddress": 255,
    "BankAccountDetails": 255,
    "TaxNumber": 50,
    "AccountsReceivableTaxType": 50,
    "AccountsPayableTaxType": 50,
    "SalesDefaultAccountCode": 10,
    "PurchasesDefaultAccountCode": 10,
}
"""Fields that are kept as they are -> the most characters of each."""

PARTS: Mapping[str, Mapping[str, int]] = {
    "Addresses": {
        **dict.fromkeys((f"AddressLine{number}" for number in range(1, 5)), 500),
        "AddressType": 10,
        "City": 255,
        "Region": 255,
        "PostalCode": 50,
        "Country": 50,
        "AttentionTo": 255,
    },
    "Phones": {"PhoneType": 10, "PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20},
    "ContactPersons": {"FirstName": 255, "LastName": 255, "EmailAddress": 255},
}
"""Lists that are replaced as a whole -> the texts of their elements."""

KINDS = {"AddressType": ("POBOX", "STREET"), "PhoneType": ("DEFAULT", "DDI", "MOBILE", "FAX", "OFFICE")}
MERGED = "MergedToContactID"
"""Shown of one contact and in pages only (xero.md section 5)."""

STATUSES = ("ACTIVE", "ARCHIVED", "GDPRREQUEST")


def save_contact(books: Books, fields: Fields, contact_id: str | None, *, may_update: bool) -> Outcome:
    """Save a contact, new or known by identifier, number or name.

    Args:
        books: the books, inside a transaction.
        fields: the contact as sent; a field that was left out keeps its value.
        contact_id: the contact of the path.
        may_update: POST: a name or number that is known updates that contact. PUT: it is refused.

    Raises:
        Refusal: 404, an unknown identifier, for the whole request.
    """
    findings = Findings()
    known = _find_known(books, fields, contact_id, findings, may_update=may_update)
    kept = json.loads(known["details"]) if known else {}
    name = fields.text("Name") if fields.text("Name") is not None else (known["name"] if known else "")
    number = fields.text("ContactNumber") or (known["contact_number"] if known else None)
    status = fields.word("ContactStatus", STATUSES, "ContactStatus") or (known["status"] if known else "ACTIVE")
    if known is not None and known["status"] == "ARCHIVED":
        findings.refuse(words.CONTACT_ARCHIVED)
    _check_name(books, name or "", known, findings)
    details = {**kept, **_texts(fields, TEXTS, findings), **_parts(fields, findings)}
    if findings.errors:
        return Outcome({**fields.sent, "ContactID": known["contact_id"] if known else ZERO_ID}, findings)
    saved = known["contact_id"] if known else str(uuid.uuid4())
    books.execute(
        "INSERT INTO contacts (contact_id, name, status, contact_number, details, updated_at)"
        " VALUES (:id, :name, :status, :number, :details, :now) ON CONFLICT (contact_id) DO UPDATE SET name = :name,"
        " status = :status, contact_number = :number, details = :details, updated_at = :now",
        {
            "id": saved,
            "name": name,
            "status": status,
            "number": number,
            "details": json.dumps(details),
            "now": books.now_ms(),
        },
    )
    record(books, saved, "Edited" if known else "Created")
    return Outcome(show_contact(books, saved), findings)


def contact_for_document(books: Books, sent: Fields | None, findings: Findings) -> str | None:
    """The contact of a document: by ContactID, or by Name, which matches an active contact or makes one."""
    if sent is None:
        findings.refuse(words.CONTACT_MISSING)
        return None
    contact_id, name = sent.guid("ContactID"), (sent.text("Name") or "").strip()
    if contact_id is not None:
        row = books.row("SELECT status FROM contacts WHERE contact_id = ?", [contact_id])
        if row is None or row["status"] != "ACTIVE":
            findings.refuse(words.contact_not_usable(contact_id))
        return contact_id
    if not name:
        findings.refuse(words.CONTACT_MISSING)
        return None
    found = _by_name(books, name)
    if found is not None:
        return str(found["contact_id"])
    _check_name(books, name, None, findings)
    return None if findings.errors else contact_named(books, name)


def contact_named(books: Books, name: str) -> str:
    """The active contact of a name; a new one where there is none."""
    found = _by_name(books, name)
    if found is not None:
        return str(found["contact_id"])
    contact_id = str(uuid.uuid4())
    row = {"contact_id": contact_id, "name": name, "status": "ACTIVE", "contact_number": None, "details": "{}"}
    books.insert("contacts", [{**row, "updated_at": books.now_ms()}])
    record(books, contact_id, "Created")
    return contact_id


def show_contact(books: Books, contact_id: str, *, with_balances: bool = True) -> Element:
    """A contact as Xero shows it; it is a customer or supplier from its first invoice or bill on."""
    row = books.row("SELECT * FROM contacts WHERE contact_id = ?", [contact_id])
    if row is None:
        raise LookupError(contact_id)
    types = {
        each["type"] for each in books.rows("SELECT DISTINCT type FROM documents WHERE contact_id = ?", [contact_id])
    }
    details = json.loads(row["details"])
    shown: Element = {
        "ContactID": contact_id,
        "ContactStatus": row["status"],
        "Name": row["name"],
        **{name: details[name] for name in TEXTS if details.get(name)},
        "Addresses": details.get("Addresses", []),
        "Phones": details.get("Phones", []),
        "ContactPersons": details.get("ContactPersons", []),
        "ContactGroups": [],
        "IsSupplier": "ACCPAY" in types,
        "IsCustomer": "ACCREC" in types,
        "HasAttachments": _has_attachments(books, contact_id),
        "HasValidationErrors": False,
        "UpdatedDateUTC": xero_instant(row["updated_at"]),
    }
    if row["contact_number"]:
        shown["ContactNumber"] = row["contact_number"]
    if details.get(MERGED) and with_balances:
        shown[MERGED] = details[MERGED]
    if with_balances and ("ACCPAY" in types or "ACCREC" in types):
        shown["Balances"] = {
            "AccountsReceivable": _balance(books, contact_id, "ACCREC"),
            "AccountsPayable": _balance(books, contact_id, "ACCPAY"),
        }
    return shown


def merge_contacts(books: Books, merged_id: str, kept_id: str) -> None:
    """What a person does in Xero's own pages: one contact is archived, and its documents are the other one's.

    Args:
        books: the books, inside a transaction.
        merged_id: the contact that goes.
        kept_id: the contact that stays.
    """
    row = books.row("SELECT details FROM contacts WHERE contact_id = ?", [merged_id])
    if row is None or books.row("SELECT 1 FROM contacts WHERE contact_id = ?", [kept_id]) is None:
        raise words.unknown_contact()
    details, now = json.dumps({**json.loads(row["details"]), MERGED: kept_id}), books.now_ms()
    books.execute(
        "UPDATE contacts SET status = 'ARCHIVED', details = ?, updated_at = ? WHERE contact_id = ?",
        [details, now, merged_id],
    )
    books.execute("UPDATE documents SET contact_id = ?, updated_at = ? WHERE contact_id = ?", [kept_id, now, merged_id])
    record(books, merged_id, "Merged")


def _find_known(
    books: Books, fields: Fields, contact_id: str | None, findings: Findings, *, may_update: bool
) -> Row | None:
    """The contact that is meant; under PUT a known name or number is an error."""
    wanted = contact_id or fields.guid("ContactID")
    if wanted is not None:
        row = books.row("SELECT * FROM contacts WHERE contact_id = ?", [wanted])
        if row is None:
            raise words.unknown_contact()
        return row
    number, name = fields.text("ContactNumber"), fields.text("Name") or ""
    by_number = books.row("SELECT * FROM contacts WHERE contact_number = ?", [number]) if number else None
    found = by_number or _by_name(books, name)
    if found is None or may_update:
        return found
    findings.refuse(words.contact_number_taken(str(number)) if by_number else words.contact_name_taken(name))
    return None


def _by_name(books: Books, name: str) -> Row | None:
    """The active contact of a name, in any case."""
    return books.row("SELECT * FROM contacts WHERE lower(name) = lower(?) AND status = 'ACTIVE'", [name])


def _check_name(books: Books, name: str, known: Row | None, findings: Findings) -> None:
    """At most 255 characters, without `<>` and stray spaces, and of nobody else who is active."""
    if not name.strip():
        findings.refuse(words.CONTACT_NAME_MISSING)
    if len(name) > 255 or name != name.strip() or "  " in name or "<" in name or ">" in name:
        findings.refuse(words.CONTACT_NAME_INVALID)
    other = _by_name(books, name)
    if other is not None and known is not None and other["contact_id"] != known["contact_id"]:
        findings.refuse(words.contact_name_taken(name))


def _texts(fields: Fields, lengths: Mapping[str, int], findings: Findings) -> dict[str, str]:
    """The texts that were sent, each within its length."""
    texts = {name: text for name in lengths if (text := fields.text(name)) is not None}
    for name, text in texts.items():
        if len(text) > lengths[name]:
            findings.refuse(words.too_long(name, lengths[name]))
        if name in KINDS and text not in KINDS[name]:
            findings.refuse(words.unknown_word(name, text))
    return texts


def _parts(fields: Fields, findings: Findings) -> dict[str, list[dict[str, str]]]:
    """The lists that were sent."""
    found: dict[str, list[dict[str, str]]] = {}
    for name, lengths in PARTS.items():
        parts = fields.children(name, name.rstrip("s"))
        if parts is not None:
            found[name] = [_texts(part, lengths, findings) for part in parts]
    if len(found.get("ContactPersons", ())) > 5:
        findings.refuse(words.TOO_MANY_PERSONS)
    return found


def _has_attachments(books: Books, document_id: str) -> bool:
    """Whether a file is attached."""
    return books.row("SELECT 1 FROM attachments WHERE document_id = ?", [document_id]) is not None


def _balance(books: Books, contact_id: str, side: str) -> dict[str, float]:
    """What is owed in base currency, and what of it is overdue today."""
    row = books.row(
        "SELECT coalesce(sum(open_cents), 0) AS owed, coalesce(sum(open_cents) FILTER (WHERE due_date < :today), 0)"
        " AS overdue FROM open_documents WHERE contact_id = :contact AND type LIKE :side || '%'",
        {"contact": contact_id, "side": side, "today": books.clock().date().isoformat()},
    )
    owed, overdue = (row["owed"], row["overdue"]) if row else (0, 0)
    return {"Outstanding": json_amount(owed), "Overdue": json_amount(overdue)}
