"""What is copied from Xero, as its tables hold it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines.errors import Incomplete
from pipelines.load.mirror import mirror_trial_balance, mirror_xero, refresh_posted
from pipelines.load.mirror_rows import account_row, frame_of, tracking_rows, trial_balance_rows
from pipelines.load.plan import make_plan
from pipelines.load.xero_client import XeroClient
from pipelines.load.xero_values import read_amount, read_date, read_instant
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.tables import TABLES, XERO_TABLES
from tests.pipelines.load.closed_months import OCTOBER, TERMS, close_month, cogs, post
from tests.pipelines.load.local_books import LocalBooks


def test_every_table_of_the_mirror_is_filled(client: XeroClient, warehouse: Warehouse, books: LocalBooks) -> None:
    books.change("tracking", name="Region", options=["North", "South"])
    books.change("lock-date", lock_date="2026-08-31")

    mirror_xero(client, warehouse)

    organisation = warehouse.read("xero.organisation").row(0, named=True)
    assert (organisation["base_currency"], organisation["period_lock_date"]) == ("NZD", date(2026, 8, 31))
    stock = warehouse.read("xero.accounts", "account_code = '630'").row(0, named=True)
    assert (stock["account_type"], stock["account_class"], stock["account_status"]) == ("CURRENT", "ASSET", "ACTIVE")
    assert stock["system_account"] is None
    receivable = warehouse.read("xero.accounts", "account_code = '610'")
    assert receivable["system_account"].to_list() == ["DEBTORS"]
    gst = warehouse.read("xero.tax_rates", "tax_type = 'INPUT2'").row(0, named=True)
    assert (gst["effective_rate"], gst["can_apply_to_expenses"], gst["can_apply_to_revenue"]) == (15, True, False)
    options = warehouse.read("xero.tracking_options")
    assert options["tracking_option"].sort().to_list() == ["North", "South"]


def test_our_journals_are_mirrored_as_xero_shows_them_and_others_are_not(
    client: XeroClient, warehouse: Warehouse
) -> None:
    post(client, warehouse, cogs("120.00"))
    client.create_manual_journals(_foreign("Accrual for October"), "key")

    refresh_posted(client, warehouse)

    mirrored = warehouse.read("xero.manual_journals")
    posted = warehouse.read("post.documents")
    assert mirrored["tag"].to_list() == ["ACME-COGS-2026-10-v1"]
    for column in ("manual_journal_id", "narration", "journal_date", "content_hash", "debit_amount"):
        assert mirrored[column].to_list() == posted[column].to_list()


def test_a_later_read_asks_only_for_what_changed_and_keeps_the_rest(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, cogs("120.00"))
    refresh_posted(client, warehouse)
    asked: list[datetime | None] = []
    manual_journals = client.manual_journals

    def remember(where: str | None = None, modified_since: datetime | None = None) -> object:
        asked.append(modified_since)
        return iter(()) if modified_since else manual_journals(where, modified_since)

    client.manual_journals = remember  # type: ignore[method-assign, assignment]
    refresh_posted(client, warehouse)

    latest = warehouse.read("xero.manual_journals").item(0, "updated_at")
    assert asked == [latest - timedelta(minutes=5)]


def test_books_of_another_organisation_replace_the_mirror(client: XeroClient, warehouse: Warehouse) -> None:
    post(client, warehouse, cogs("120.00"))
    refresh_posted(client, warehouse)
    warehouse.execute("update xero.organisation set organisation_id = 'another'")
    warehouse.execute("update xero.manual_journals set manual_journal_id = 'of another'")

    refresh_posted(client, warehouse)

    assert warehouse.read("xero.manual_journals")["manual_journal_id"].to_list() != ["of another"]


def test_the_trial_balance_gives_the_months_movement_and_the_balance(client: XeroClient, warehouse: Warehouse) -> None:
    september = cogs("100.00", key="COGS-2026-09", date=date(2026, 9, 30), text="September 2026")
    post(client, warehouse, september, period=date(2026, 9, 1))
    post(client, warehouse, cogs("20.00"))

    mirror_trial_balance(client, warehouse, date(2026, 10, 31))
    mirror_trial_balance(client, warehouse, date(2026, 10, 31))

    stock = warehouse.read("xero.trial_balance", "account_code = '630'").to_dicts()
    assert len(stock) == 1
    assert stock[0]["account_name"] == "Stock on Hand"
    assert (stock[0]["credit_amount"], stock[0]["balance_amount"]) == (Decimal("20.00"), Decimal("-120.00"))


def test_a_failure_leaves_the_mirror_as_it_was(client: XeroClient, warehouse: Warehouse, books: LocalBooks) -> None:
    mirror_xero(client, warehouse)
    before = [warehouse.read(table) for table in XERO_TABLES]
    books.change("accounts", code="999", name="New", type="EXPENSE")

    def fail() -> object:
        raise Incomplete("Xero is down")

    client.organisation = fail  # type: ignore[method-assign, assignment]
    with pytest.raises(Incomplete):
        mirror_xero(client, warehouse)

    after = [warehouse.read(table) for table in XERO_TABLES]
    assert all(found.equals(kept) for found, kept in zip(after, before, strict=True))


def test_no_rows_still_have_the_models_columns() -> None:
    for table in XERO_TABLES:
        check(TABLES[table], frame_of(table, []))


def test_an_account_without_code_and_a_category_without_option_have_rows() -> None:
    account = account_row({"AccountID": "a", "Name": "Bank", "Type": "BANK", "Code": "", "SystemAccount": ""})
    category = list(tracking_rows({"TrackingCategoryID": "t", "Name": "Region", "Status": "ACTIVE", "Options": []}))

    assert (account["account_code"], account["system_account"]) == (None, None)
    assert (len(category), category[0]["tracking_option"], category[0]["option_status"]) == (1, None, None)


def test_sums_and_headers_of_the_report_are_no_accounts() -> None:
    attributes = [{"Id": "account", "Value": "id-1"}]
    cells = [{"Value": "Freight (in) (425)", "Attributes": attributes}]
    cells += [{"Value": text} for text in ("1,234.50", "", "2000.00", "")]
    total = [{"Value": "Total"}, *[{"Value": "1.00"}] * 4]
    sections = [
        {"RowType": "Header", "Cells": []},
        {
            "RowType": "Section",
            "Rows": [{"RowType": "Row", "Cells": cells}, {"RowType": "SummaryRow", "Cells": total}],
        },
        {"RowType": "Section", "Rows": [{"RowType": "Row", "Cells": total}]},
    ]

    rows = list(trial_balance_rows({"Rows": sections}, date(2026, 10, 31)))

    assert [(row["account_name"], row["account_code"], row["debit_amount"], row["balance_amount"]) for row in rows] == [
        ("Freight (in)", "425", Decimal("1234.50"), Decimal("2000.00"))
    ]


@pytest.mark.parametrize("text", ["/Date(1793404800000+0000)/", "/Date(1793404800000)/", "2026-10-31T00:00:00"])
def test_a_date_stays_the_day_that_xero_means(text: str) -> None:
    assert read_date(text) == date(2026, 10, 31)


def test_missing_dates_and_amounts_are_nothing() -> None:
    assert read_date(None) is None
    assert read_instant("") is None
    assert read_amount("") == read_amount(None) == Decimal("0.00")


def test_a_plan_needs_no_mirror(warehouse: Warehouse) -> None:
    close_month(warehouse, cogs("120.00"))

    assert make_plan(warehouse, TERMS, OCTOBER).count("new") == 1


def _foreign(narration: str) -> str:
    lines = '[{"LineAmount":1.00,"AccountCode":"310"},{"LineAmount":-1.00,"AccountCode":"630"}]'
    return f'{{"ManualJournals":[{{"Narration":"{narration}","Date":"2026-10-31","JournalLines":{lines}}}]}}'
