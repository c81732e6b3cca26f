"""Accounts as a client adds, changes, archives and deletes them: one a request (xero.md section 8)."""

from collections.abc import Mapping

from pipelines.sandbox.xero import setting_words as words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart, read_chart
from pipelines.sandbox.xero.demo_chart import ACCOUNT_CLASSES, new_account_state
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.settings_views import show_account
from pipelines.sandbox.xero.wire import ZERO_ID
from pipelines.sandbox.xero.writing import Element, Findings, Outcome

USES = ("opening_balances", "journal_lines", "document_lines", "payments")
"""Tables that name an account: one that is used can be archived and not deleted."""


def create_account(books: Books, chart: Chart, fields: Fields) -> Outcome:
    """Add an account; Code, Name and Type are needed, and a bank account needs a number.

    Args:
        books: the books, inside a transaction.
        chart: the accounts that there are.
        fields: the account as sent.
    """
    findings = Findings()
    sent = _sent(fields, chart, findings)
    code, name, type_ = (str(sent.get(key) or "") for key in ("code", "name", "type"))
    if not code or not name or not type_:
        findings.refuse(words.ACCOUNT_INCOMPLETE)
    if type_ == "BANK" and not sent.get("bank_account_number"):
        findings.refuse(words.BANK_NUMBER_MISSING)
    _check_unique(chart, None, code, name, findings)
    if findings.errors:
        return Outcome({**fields.sent, "AccountID": ZERO_ID}, findings)
    row = {**new_account_state(books.now_ms()), "tax_type": "NONE", **sent}
    books.insert("accounts", [row])
    return Outcome(_shown(books, str(row["account_id"])), findings)


def update_account(books: Books, chart: Chart, account: Account, fields: Fields) -> Outcome:
    """Change an account, or archive it; archiving goes with no other change, and never with a system account.

    Args:
        books: the books, inside a transaction.
        chart: the accounts that there are.
        account: the account of the path.
        fields: what is sent of it.
    """
    findings = Findings()
    sent = _sent(fields, chart, findings)
    status = fields.word("Status", ("ACTIVE", "ARCHIVED"), "AccountStatus")
    if status == "ARCHIVED" and (set(sent) - {"type"} or account.system_account):
        findings.refuse(words.ACCOUNT_ARCHIVE_ALONE)
    if sent.get("type", account.type) != account.type and account.system_account:
        findings.refuse(words.SYSTEM_ACCOUNT)
    _check_unique(chart, account, str(sent.get("code") or ""), str(sent.get("name") or ""), findings)
    if findings.errors:
        return Outcome({**fields.sent, "AccountID": account.account_id}, findings)
    changes: dict[str, object] = {**sent, **({"status": status} if status else {}), "updated_at": books.now_ms()}
    for name, value in changes.items():
        books.execute(f"UPDATE accounts SET {name} = ? WHERE account_id = ?", [value, account.account_id])
    return Outcome(_shown(books, account.account_id), findings)


def delete_account(books: Books, account: Account) -> Outcome:
    """Delete an account that nothing uses and that is no system account; it is shown once more, as DELETED."""
    findings = Findings()
    is_used = any(
        books.row(f"SELECT 1 FROM {table} WHERE account_id = ?", [account.account_id]) is not None for table in USES
    ) or books.row("SELECT 1 FROM documents WHERE bank_account_id = ?", [account.account_id])
    if is_used or account.system_account:
        findings.refuse(words.ACCOUNT_USED)
        return Outcome({"AccountID": account.account_id}, findings)
    shown = _shown(books, account.account_id)
    books.execute("DELETE FROM accounts WHERE account_id = ?", [account.account_id])
    return Outcome({**shown, "Status": "DELETED"}, findings)


def find_account(chart: Chart, account: str) -> Account:
    """An account by identifier.

    Raises:
        Refusal: 404, no such account.
    """
    found = chart.account(None, account.lower())
    if found is None:
        raise not_found()
    return found


def _sent(fields: Fields, chart: Chart, findings: Findings) -> dict[str, object]:
    """What was sent, under the names of the books; read-only fields are ignored."""
    texts: Mapping[str, tuple[str, int]] = {
        "code": ("Code", 10),
        "name": ("Name", 150),
        "description": ("Description", 4000),
        "bank_account_number": ("BankAccountNumber", 40),
    }
    sent: dict[str, object] = {}
    for column, (name, length) in texts.items():
        text = fields.text(name)
        if text is not None:
            sent[column] = text
            if len(text) > length:
                findings.refuse(words.too_long(name, length))
    if (type_ := fields.word("Type", tuple(ACCOUNT_CLASSES), "AccountType")) is not None:
        sent["type"] = type_
    if (tax_type := fields.text("TaxType")) is not None:
        sent["tax_type"] = tax_type
        if tax_type not in chart.tax_rates:
            findings.refuse(words.tax_type_unknown(tax_type))
    if (enabled := fields.boolean("EnablePaymentsToAccount")) is not None:
        sent["enable_payments"] = enabled
    return sent


def _check_unique(chart: Chart, account: Account | None, code: str, name: str, findings: Findings) -> None:
    """No two accounts have one code or one name."""
    for other in chart.accounts.values():
        if account is not None and other.account_id == account.account_id:
            continue
        if code and other.code == code:
            findings.refuse(words.CODE_TAKEN)
        if name and other.name.lower() == name.lower():
            findings.refuse(words.NAME_TAKEN)


def _shown(books: Books, account_id: str) -> Element:
    """An account as it is now."""
    chart = read_chart(books)
    return show_account(find_account(chart, account_id), chart.organisation.base_currency)
