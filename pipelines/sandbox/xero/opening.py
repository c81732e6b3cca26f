"""Loads an opening file into the books, once: settings, balances and the supplier bills up to now."""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.bills import add_bills
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart, read_chart
from pipelines.sandbox.xero.settings_changes import (
    change_lock_dates,
    change_organisation,
    save_account,
    save_tax_rate,
    save_tracking,
)
from pipelines.sandbox.xero.shapes import OpeningShape
from pipelines.sandbox.xero.wire import to_cents
from schemas.problems import Problem


def load_opening(books: Books, path: Path) -> bool:
    """Load an opening file in one transaction; the same file again changes nothing.

    Args:
        books: the books.
        path: JSON as `shapes.OpeningShape` declares it; amounts in base currency, bills in their own.

    Returns:
        Whether anything was loaded.

    Raises:
        DataProblem: the file cannot be read, breaks a rule, or differs from the one these books were opened with.
    """
    opening = _read(path)
    content = hashlib.sha256(opening.model_dump_json().encode()).hexdigest()
    with books.writing():
        loaded = books.row("SELECT value FROM settings WHERE name = 'opening'")
        if loaded is not None:
            if loaded["value"] != content:
                fix = "Name new books, or send later bills to POST /_sandbox/bills."
                found = f"differs from the opening that {books.path} were started with"
                raise DataProblem("The opening was not loaded.", [Problem(str(path), found, fix)])
            return False
        _load(books, opening)
        books.insert("settings", [{"name": "opening", "value": content}])
    return True


def _load(books: Books, opening: OpeningShape) -> None:
    """Everything of an opening; the lock dates last, so that what lies before them can be booked."""
    change_organisation(books, opening.organisation)
    for account in opening.accounts:
        save_account(books, account)
    for rate in opening.tax_rates:
        save_tax_rate(books, rate)
    for category in opening.tracking:
        save_tracking(books, category)
    chart = read_chart(books)
    _book_balances(books, chart, opening)
    add_bills(books, chart, opening.bills)
    change_lock_dates(books, opening)


def _book_balances(books: Books, chart: Chart, opening: OpeningShape) -> None:
    """Balances on their accounts, and what they do not sum to zero by on Historical Adjustment, as Xero does it."""
    unknown = [
        Problem(f"balances[{index}]", f'account "{balance.account_code}" does not exist', "Add it under accounts.")
        for index, balance in enumerate(opening.balances)
        if balance.account_code not in chart.accounts
    ]
    if unknown:
        raise DataProblem("The opening was not loaded.", unknown)
    cents = [(chart.accounts[each.account_code], to_cents(each.amount)) for each in opening.balances]
    cents.append((chart.system_account("HISTORICAL"), -sum(amount for _, amount in cents)))
    day = opening.date.isoformat()
    rows = [
        {"account_id": account.account_id, "balance_date": day, "cents": amount} for account, amount in cents if amount
    ]
    books.insert("opening_balances", rows)


def _read(path: Path) -> OpeningShape:
    """The file as a model; every problem of it at once."""
    try:
        return OpeningShape.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataProblem("The opening was not loaded.", [Problem(str(path), f"cannot be read: {error}")]) from error
    except ValidationError as error:
        problems = [
            Problem(f"{path}: {'.'.join(str(part) for part in each['loc'])}", each["msg"]) for each in error.errors()
        ]
        raise DataProblem("The opening was not loaded.", problems) from error
