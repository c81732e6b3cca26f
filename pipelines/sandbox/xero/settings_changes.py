"""Changes that a person makes in Xero's own pages: organisation, accounts, tax rates, tracking, lock dates."""

import uuid

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.demo_chart import new_account_state
from pipelines.sandbox.xero.shapes import (
    AccountShape,
    LockDatesShape,
    OrganisationShape,
    TaxRateShape,
    TrackingShape,
)
from schemas.problems import Problem


def change_organisation(books: Books, change: OrganisationShape) -> None:
    """Set what is given of the organisation."""
    for name, value in change.model_dump(exclude_none=True).items():
        books.execute(f"UPDATE organisation SET {name} = ?", [value])


def change_lock_dates(books: Books, change: LockDatesShape) -> None:
    """Set the lock dates that are given; null takes one away."""
    given = change.model_dump(mode="json", include={"lock_date", "end_of_year_lock_date"}, exclude_unset=True)
    columns = {"lock_date": "period_lock_date", "end_of_year_lock_date": "end_of_year_lock_date"}
    for name, value in given.items():
        books.execute(f"UPDATE organisation SET {columns[name]} = ?", [value])


def save_account(books: Books, change: AccountShape) -> None:
    """Add an account, or change what is given of the one with this code: rename, archive, restore.

    Raises:
        DataProblem: a new account without name or type, or another type for a system account.
    """
    row = books.row("SELECT * FROM accounts WHERE code = ?", [change.code])
    given = change.model_dump(exclude_none=True)
    where = f"account {change.code}"
    if row is None:
        if change.name is None or change.type is None:
            raise _refusal(where, "is new, and has no name or no type")
        state = new_account_state(books.now_ms())
        books.insert("accounts", [{**state, "tax_type": "NONE", **given}])
        return
    if row["system_account"] and change.type not in (None, row["type"]):
        raise _refusal(where, f"is a system account ({row['system_account']}): its type cannot change")
    for name, value in {**given, "updated_at": books.now_ms()}.items():
        books.execute(f"UPDATE accounts SET {name} = ? WHERE code = ?", [value, change.code])


def save_tax_rate(books: Books, change: TaxRateShape) -> None:
    """Add a tax rate, or replace the one of this tax type."""
    columns = {
        "assets": "ASSET",
        "equity": "EQUITY",
        "expenses": "EXPENSE",
        "liabilities": "LIABILITY",
        "revenue": "REVENUE",
    }
    applies = {column: name in change.classes for column, name in columns.items()}
    books.execute("DELETE FROM tax_rates WHERE tax_type = ?", [change.tax_type])
    values = {"tax_type": change.tax_type, "name": change.name, "status": change.status, "rate": str(change.rate)}
    books.insert("tax_rates", [{**values, **applies}])


def save_tracking(books: Books, change: TrackingShape) -> None:
    """Add a tracking category and options to it, or archive some.

    Raises:
        DataProblem: a third active category (xero.md section 8), or an option to archive that does not exist.
    """
    row = books.row("SELECT category_id FROM tracking_categories WHERE name = ?", [change.name])
    category_id = str(row["category_id"]) if row else str(uuid.uuid4())
    if row is None:
        books.insert("tracking_categories", [{"category_id": category_id, "name": change.name, "status": "ACTIVE"}])
    if change.status is not None:
        books.execute("UPDATE tracking_categories SET status = ? WHERE category_id = ?", [change.status, category_id])
    if len(books.rows("SELECT 1 FROM tracking_categories WHERE status = 'ACTIVE'")) > 2:
        raise _refusal(f"tracking category {change.name}", "is the third: Xero has at most 2 active ones")
    for option in change.options:
        books.execute(
            "INSERT INTO tracking_options (option_id, category_id, name, status) VALUES (?, ?, ?, 'ACTIVE')"
            " ON CONFLICT (category_id, name) DO UPDATE SET status = 'ACTIVE'",
            [str(uuid.uuid4()), category_id, option],
        )
    for option in change.archived_options:
        key = [category_id, option]
        if books.row("SELECT 1 FROM tracking_options WHERE category_id = ? AND name = ?", key) is None:
            raise _refusal(f"tracking category {change.name}", f'has no option "{option}" to archive')
        books.execute("UPDATE tracking_options SET status = 'ARCHIVED' WHERE category_id = ? AND name = ?", key)


def _refusal(where: str, found: str) -> DataProblem:
    """The error for one change."""
    return DataProblem("The settings were not changed.", [Problem(where, found)])
