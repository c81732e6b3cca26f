"""Xero's own client drives the local Xero over HTTP, and raises its own errors for what the server refuses."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from xero_python.accounting import (  # type: ignore[import-untyped]
    Account,
    AccountType,
    Allocation,
    Allocations,
    BankTransaction,
    BankTransactions,
    Contact,
    Contacts,
    CreditNote,
    CreditNotes,
    Currency,
    CurrencyCode,
    HistoryRecord,
    HistoryRecords,
    Invoice,
    Invoices,
    Item,
    Items,
    LineAmountTypes,
    LineItem,
    LineItemTracking,
    ManualJournal,
    ManualJournalLine,
    ManualJournals,
    Payment,
    PaymentDelete,
    Payments,
    PurchaseOrder,
    PurchaseOrders,
    TaxComponent,
    TaxRate,
    TaxRates,
    TrackingCategory,
    TrackingOption,
)
from xero_python.exceptions import (  # type: ignore[import-untyped]
    AccountingBadRequestException,
    HTTPStatusException,
    NotFoundException,
    OAuth2InvalidGrantError,
    RateLimitException,
)

from pipelines.sandbox.xero import running_sandbox
from tests.pipelines.sandbox.xero.local_xero import LocalXero
from tests.pipelines.sandbox.xero.official_sdk import OfficialClient, connect_officially

DAY = date(2026, 9, 30)
NOTHING = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def sdk(xero: LocalXero) -> OfficialClient:
    """The official client of a server with new books."""
    return connect_officially(xero.url)


def _journal(narration: str = "ACME-COGS-2026-09-v1", amount: str = "10.10", **fields: Any) -> Any:  # noqa: ANN401
    lines = [
        ManualJournalLine(line_amount=Decimal(amount), account_code="310", description="COGS"),
        ManualJournalLine(line_amount=-Decimal(amount), account_code="630"),
    ]
    known = {"narration": narration, "date": DAY, "status": "POSTED", "line_amount_types": LineAmountTypes.NOTAX}
    return ManualJournal(**{**known, "journal_lines": lines, **fields})


def _create(sdk: OfficialClient, *journals: Any, **options: Any) -> list[Any]:  # noqa: ANN401
    sent = ManualJournals(manual_journals=list(journals))
    found: list[Any] = sdk.accounting.create_manual_journals(sdk.tenant, sent, **options).manual_journals
    return found


def _line(account: str = "200", **fields: Any) -> Any:  # noqa: ANN401
    known = {"description": "x", "quantity": Decimal(1), "unit_amount": Decimal("100.00"), "account_code": account}
    return LineItem(**{**known, **fields})


def _document(**fields: Any) -> dict[str, Any]:  # noqa: ANN401
    known = {"contact": Contact(name="Ann"), "date": DAY, "line_items": [_line()], "status": "AUTHORISED"}
    return {**known, "line_amount_types": LineAmountTypes.EXCLUSIVE, **fields}


def test_the_organisation_and_its_settings_are_read(sdk: OfficialClient) -> None:
    (organisation,) = sdk.accounting.get_organisations(sdk.tenant).organisations
    assert (organisation.organisation_id, organisation.base_currency) == (sdk.tenant, CurrencyCode.NZD)
    assert organisation.created_date_utc.tzinfo is not None
    actions = sdk.accounting.get_organisation_actions(sdk.tenant).actions
    assert ("UseMulticurrency", "ALLOWED") in [(action.name, action.status) for action in actions]
    accounts = sdk.accounting.get_accounts(sdk.tenant, where='Type=="DIRECTCOSTS"').accounts
    assert [(account.code, account.type) for account in accounts] == [("310", AccountType.DIRECTCOSTS)]
    assert {rate.tax_type for rate in sdk.accounting.get_tax_rates(sdk.tenant).tax_rates} > {"INPUT2", "NONE"}


def test_accounts_rates_currencies_and_tracking_are_made(sdk: OfficialClient) -> None:
    api, tenant = sdk.accounting, sdk.tenant
    made = Account(code="0631", name="Made stock", type=AccountType.CURRENT)
    (account,) = api.create_account(tenant, made).accounts
    assert api.get_account(tenant, account.account_id).accounts[0].name == "Made stock"
    assert api.delete_account(tenant, account.account_id).accounts[0].status == "DELETED"
    rate = TaxRate(name="Local", report_tax_type="OUTPUT", tax_components=[TaxComponent(name="A", rate=Decimal(5))])
    assert api.create_tax_rates(tenant, TaxRates(tax_rates=[rate])).tax_rates[0].tax_type == "TAX001"
    assert api.create_currency(tenant, Currency(code=CurrencyCode.USD)).currencies[0].code == CurrencyCode.USD
    (category,) = api.create_tracking_category(tenant, TrackingCategory(name="Region")).tracking_categories
    key = category.tracking_category_id
    (option,) = api.create_tracking_options(tenant, key, TrackingOption(name="North")).options
    assert api.get_tracking_categories(tenant).tracking_categories[0].options[0].name == "North"
    assert api.delete_tracking_options(tenant, key, option.tracking_option_id).options[0].status == "DELETED"


def test_journals_are_made_found_changed_and_voided(sdk: OfficialClient) -> None:
    api, tenant = sdk.accounting, sdk.tenant
    first, second = _create(sdk, _journal(), _journal("draft", status="DRAFT"), idempotency_key="k1")
    assert (first.date, first.journal_lines[0].line_amount, first.status) == (DAY, Decimal("10.10"), "POSTED")
    again = _create(sdk, _journal(), _journal("draft", status="DRAFT"), idempotency_key="k1")
    assert [each.manual_journal_id for each in again] == [first.manual_journal_id, second.manual_journal_id]
    found = api.get_manual_journals(tenant, where='Narration=="ACME-COGS-2026-09-v1"', page=1).manual_journals
    assert [each.manual_journal_id for each in found] == [first.manual_journal_id]
    assert api.get_manual_journals(tenant, if_modified_since=datetime(2030, 1, 1, tzinfo=UTC)).manual_journals == []
    changed = ManualJournals(manual_journals=[_journal(amount="7.00", manual_journal_id=first.manual_journal_id)])
    (updated,) = api.update_manual_journal(tenant, first.manual_journal_id, changed).manual_journals
    assert updated.journal_lines[0].line_amount == 7
    void = ManualJournals(manual_journals=[ManualJournal(narration="ACME-COGS-2026-09-v1", status="VOIDED")])
    assert api.update_manual_journal(tenant, first.manual_journal_id, void).manual_journals[0].status == "VOIDED"


def test_a_batch_with_a_bad_element_gives_each_its_result(sdk: OfficialClient) -> None:
    good, bad = _create(sdk, _journal(), _journal("bad", journal_lines=[]), summarize_errors=False)
    assert (good.status_attribute_string, bad.status_attribute_string) == ("OK", "ERROR")
    assert bad.validation_errors[0].message == "A manual journal must have at least two lines."


def test_evidence_and_notes_are_attached(sdk: OfficialClient) -> None:
    api, tenant = sdk.accounting, sdk.tenant
    key = _create(sdk, _journal())[0].manual_journal_id
    notes = HistoryRecords(history_records=[HistoryRecord(details="Run 7, approved by Ana")])
    assert api.create_manual_journal_history_record(tenant, key, notes).history_records[0].details == (
        "Run 7, approved by Ana"
    )
    assert len(api.get_manual_journals_history(tenant, key).history_records) == 2
    (file,) = api.create_manual_journal_attachment_by_file_name(tenant, key, "Lines.csv", b"sku,amount\n").attachments
    assert (file.file_name, file.content_length) == ("Lines.csv", 11)
    listed = api.get_manual_journal_attachments(tenant, key).attachments
    assert [each.attachment_id for each in listed] == [file.attachment_id]
    path = api.get_manual_journal_attachment_by_id(tenant, key, file.attachment_id, "text/csv")
    assert Path(path).read_bytes() == b"sku,amount\n"


def test_an_invoice_is_paid_and_a_credit_note_allocated(sdk: OfficialClient) -> None:
    api, tenant = sdk.accounting, sdk.tenant
    sent = Invoice(type="ACCREC", due_date=date(2026, 10, 31), **_document())
    (invoice,) = api.create_invoices(tenant, Invoices(invoices=[sent])).invoices
    assert (invoice.total, invoice.amount_due, invoice.due_date) == (115, 115, date(2026, 10, 31))
    payment = Payment(
        invoice=Invoice(invoice_id=invoice.invoice_id), account=Account(code="090"), date=DAY, amount=Decimal("15.00")
    )
    (paid,) = api.create_payments(tenant, Payments(payments=[payment])).payments
    note = CreditNote(type="ACCRECCREDIT", **_document(contact=Contact(contact_id=invoice.contact.contact_id)))
    (credit,) = api.create_credit_notes(tenant, CreditNotes(credit_notes=[note])).credit_notes
    wanted = Allocations(
        allocations=[Allocation(invoice=Invoice(invoice_id=invoice.invoice_id), amount=Decimal(100), date=DAY)]
    )
    (allocated,) = api.create_credit_note_allocation(tenant, credit.credit_note_id, wanted).allocations
    (shown,) = api.get_invoice(tenant, invoice.invoice_id).invoices
    assert (shown.status, shown.amount_paid, shown.amount_credited) == ("PAID", 15, 100)
    undone = api.delete_credit_note_allocations(tenant, credit.credit_note_id, allocated.allocation_id)
    assert undone.is_deleted
    gone = api.delete_payment(tenant, paid.payment_id, PaymentDelete(status="DELETED")).payments[0]
    assert (gone.status, gone.amount) == ("DELETED", 15)
    listed = api.get_invoices(tenant, statuses=["AUTHORISED"], page=1, summary_only=False).invoices
    assert [each.amount_due for each in listed] == [115]


def test_bills_orders_bank_money_contacts_and_items(sdk: OfficialClient) -> None:
    api, tenant = sdk.accounting, sdk.tenant
    item = Item(code="SKU", name="Thing", is_tracked_as_inventory=False)
    assert api.create_items(tenant, Items(items=[item])).items[0].code == "SKU"
    (contact,) = api.create_contacts(tenant, Contacts(contacts=[Contact(name="Sup")])).contacts
    api.create_tracking_category(tenant, TrackingCategory(name="Region"))
    key = api.get_tracking_categories(tenant).tracking_categories[0].tracking_category_id
    api.create_tracking_options(tenant, key, TrackingOption(name="North"))
    line = _line("630", item_code="SKU", tracking=[LineItemTracking(name="Region", option="North")])
    bill = Invoice(type="ACCPAY", **_document(contact=Contact(contact_id=contact.contact_id), line_items=[line]))
    (made,) = api.create_invoices(tenant, Invoices(invoices=[bill]), unitdp=4).invoices
    assert made.line_items[0].tracking[0].option == "North"
    order = PurchaseOrder(**_document(contact=Contact(contact_id=contact.contact_id), line_items=[line]))
    (ordered,) = api.create_purchase_orders(tenant, PurchaseOrders(purchase_orders=[order])).purchase_orders
    assert ordered.purchase_order_number == "PO-0001"
    spent = BankTransaction(
        type="SPEND", bank_account=Account(code="090"), contact=contact, date=DAY, line_items=[_line("404")]
    )
    (money,) = api.create_bank_transactions(tenant, BankTransactions(bank_transactions=[spent])).bank_transactions
    assert (money.total, money.status) == (100, "AUTHORISED")
    (again,) = api.get_contacts(tenant, page=1, where='Name=="Sup"').contacts
    assert (again.is_supplier, again.balances.accounts_payable.outstanding) == (True, 100)


def test_reports_and_the_feed_are_read(sdk: OfficialClient) -> None:
    api, tenant = sdk.accounting, sdk.tenant
    _create(sdk, _journal())
    trial = api.get_report_trial_balance(tenant, date=DAY).reports[0]
    values = [cell.value for section in trial.rows for row in section.rows or () for cell in row.cells]
    assert "Cost of Goods Sold (310)" in values
    sheet = api.get_report_balance_sheet(tenant, date=DAY, periods=1, timeframe="MONTH").reports[0]
    assert sheet.report_name == "Balance Sheet"
    (posted,) = api.get_journals(tenant).journals
    assert sum(line.net_amount for line in posted.journal_lines) == 0


def test_a_refused_journal_is_a_bad_request_with_its_reason(sdk: OfficialClient) -> None:
    with pytest.raises(AccountingBadRequestException) as raised:
        _create(sdk, _journal(journal_lines=[ManualJournalLine(line_amount=Decimal(1), account_code="310")]))
    assert raised.value.reason == "A manual journal must have at least two lines."
    assert raised.value.error_data["ErrorNumber"] == 10


def test_what_is_not_there_is_not_found(sdk: OfficialClient) -> None:
    with pytest.raises(NotFoundException, match="cannot be found"):
        sdk.accounting.get_manual_journal(sdk.tenant, NOTHING)


def test_a_limit_is_a_rate_limit_error(sdk: OfficialClient, xero: LocalXero) -> None:
    for limit in ("minute", "day"):
        xero.admin("faults", {"name": f"rate_limit_{limit}", "times": 1, "on": "all"})
        with pytest.raises(RateLimitException) as raised:
            sdk.accounting.get_organisations(sdk.tenant)
        assert (raised.value.status, raised.value.rate_limit) == (429, limit)


def test_an_expired_token_and_another_tenant_are_status_errors(sdk: OfficialClient, xero: LocalXero) -> None:
    xero.admin("faults", {"name": "expired_token", "times": 1, "on": "all"})
    for tenant, status in ((sdk.tenant, 401), (NOTHING, 403)):
        with pytest.raises(HTTPStatusException) as raised:
            sdk.accounting.get_organisations(tenant)
        assert raised.value.status == status


def test_a_consent_is_refreshed_and_revoked_by_the_client(sdk: OfficialClient, xero: LocalXero) -> None:
    query = {
        "response_type": "code",
        "client_id": "sandbox",
        "redirect_uri": "http://localhost:1/",
        "scope": "offline_access accounting.settings",
    }
    location = xero.http.get("/identity/connect/authorize", params=query).headers["location"]
    form = {
        "grant_type": "authorization_code",
        "code": location.partition("code=")[2].partition("&")[0],
        "redirect_uri": "http://localhost:1/",
        "client_id": "sandbox",
        "client_secret": "sandbox",
    }
    token = xero.http.post("/connect/token", data=form).raise_for_status().json()
    sdk.tokens.append({**token, "scope": token["scope"].split()})
    refreshed = sdk.api_client.refresh_oauth2_token()
    assert refreshed["refresh_token"] != token["refresh_token"]
    assert sdk.accounting.get_organisations(sdk.tenant).organisations
    assert sdk.api_client.revoke_oauth2_token()["access_token"] is None
    sdk.tokens.append(refreshed)
    with pytest.raises((OAuth2InvalidGrantError, HTTPStatusException)):
        sdk.api_client.refresh_oauth2_token()


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[OfficialClient]:
    """A client of a server that allows two calls a minute."""
    with running_sandbox(tmp_path / "books.sqlite", minute_limit=2) as url:
        yield connect_officially(url)


def test_the_third_call_of_two_a_minute_is_over_the_limit(limited: OfficialClient) -> None:
    for _ in range(2):
        limited.accounting.get_organisations(limited.tenant)
    with pytest.raises(RateLimitException) as raised:
        limited.accounting.get_organisations(limited.tenant)
    assert raised.value.rate_limit == "minute"
