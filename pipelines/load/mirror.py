"""Copies what a close has to know about Xero into the `xero` tables: reads only, nothing is changed in Xero."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from pipelines.load.mirror_rows import (
    account_row,
    foreign_line_rows,
    frame_of,
    manual_journal_row,
    organisation_row,
    tax_rate_row,
    tracking_rows,
    trial_balance_rows,
)
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse

Clock = Callable[[], datetime]
"""Gives the present moment, in UTC."""

_OVERLAP = timedelta(minutes=5)
"""How far a later read of changed journals goes back: two clocks never agree, and changes may show late."""


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def mirror_xero(client: XeroClient, warehouse: Warehouse, clock: Clock = utc_now) -> None:
    """Fill xero.organisation, accounts, tax_rates, tracking_options and manual_journals; five requests or a few more.

    Everything is read before anything is written, in one transaction, so a failure leaves the mirror as it was.

    Raises:
        the errors of `XeroClient`.
    """
    accounts = frame_of("xero.accounts", map(account_row, client.accounts()))
    tax_rates = frame_of("xero.tax_rates", map(tax_rate_row, client.tax_rates()))
    options = [row for category in client.tracking_categories() for row in tracking_rows(category)]
    with warehouse.transaction():
        refresh_posted(client, warehouse, clock)
        warehouse.replace("xero.accounts", accounts)
        warehouse.replace("xero.tax_rates", tax_rates)
        warehouse.replace("xero.tracking_options", frame_of("xero.tracking_options", options))


def refresh_posted(client: XeroClient, warehouse: Warehouse, clock: Clock = utc_now) -> None:
    """Read the lock dates, and which manual journals changed in Xero since they were mirrored: two requests, or a page
    more for each thousand journals.

    Fills xero.organisation, xero.manual_journals (ours: by their tag, or by the id that we know) and
    xero.foreign_journal_lines (everybody else's). They are emptied first when the client leads to another organisation
    than before.

    Raises:
        the errors of `XeroClient`.
    """
    organisation = frame_of("xero.organisation", [organisation_row(client.organisation(), clock())])
    is_same = _organisation_id(warehouse) == organisation.item(0, "organisation_id")
    since = _latest_change(warehouse) if is_same else None
    known = _known_tags(warehouse)
    ours, foreign = [], []
    for element in client.manual_journals(modified_since=since):
        row = manual_journal_row(element, known.get(str(element["ManualJournalID"])))
        if row is None:
            foreign += list(foreign_line_rows(element))
        else:
            ours.append(row)
    found = {
        "xero.manual_journals": frame_of("xero.manual_journals", ours),
        "xero.foreign_journal_lines": frame_of("xero.foreign_journal_lines", foreign),
    }
    changed = [one for frame in found.values() for one in frame["manual_journal_id"].unique().to_list()]
    with warehouse.transaction():
        warehouse.replace("xero.organisation", organisation)
        for table, frame in found.items():
            if since is None:
                warehouse.replace(table, frame)
            else:
                warehouse.replace(table, frame, "list_contains(?, manual_journal_id)", [changed])
        _take_as_first_seen(warehouse)


def mirror_trial_balance(client: XeroClient, warehouse: Warehouse, balance_date: date) -> None:
    """Fill xero.trial_balance for a day: one request, base currency.

    The day's movement columns are the month's, the balance is YTD debit less YTD credit (xero.md section 8, Reports).

    Raises:
        the errors of `XeroClient`.
    """
    report = client.trial_balance(balance_date)
    rows = frame_of("xero.trial_balance", trial_balance_rows(report, balance_date))
    warehouse.replace("xero.trial_balance", rows, "balance_date = ?", [balance_date])


def _organisation_id(warehouse: Warehouse) -> str | None:
    found = warehouse.read("xero.organisation")
    return None if found.is_empty() else str(found.item(0, "organisation_id"))


def _known_tags(warehouse: Warehouse) -> dict[str, str]:
    """The tag of each journal that we posted, by its id in Xero."""
    return dict(warehouse.query("select manual_journal_id, tag from post.documents").rows())


def _take_as_first_seen(warehouse: Warehouse) -> None:
    """A journal of an earlier release has no note of what Xero showed first: what it shows now stands for it."""
    warehouse.execute(
        "update post.documents d set material_hash = x.material_hash, content_json = x.content_json "
        "from xero.manual_journals x where x.manual_journal_id = d.manual_journal_id and d.material_hash is null"
    )


def _latest_change(warehouse: Warehouse) -> datetime | None:
    """The last change of a journal that is mirrored already, less the overlap; None: read all."""
    found = warehouse.query(
        "select max(updated_at) as latest from (select updated_at from xero.manual_journals "
        "union all select updated_at from xero.foreign_journal_lines)"
    ).item(0, "latest")
    return found - _OVERLAP if isinstance(found, datetime) else None
