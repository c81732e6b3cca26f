"""Organisation, accounts, tax rates, tracking and connections as Xero shows them (xero.md sections 8, 11)."""

import uuid
from datetime import timedelta

from pipelines.sandbox.xero.chart import Account, Organisation, TaxRate
from pipelines.sandbox.xero.wire import EPOCH, xero_date, xero_instant

TIME_ZONES = {
    "America/Chicago": "CENTRALSTANDARDTIME",
    "America/Denver": "MOUNTAINSTANDARDTIME",
    "America/Los_Angeles": "PACIFICSTANDARDTIME",
    "America/New_York": "EASTERNSTANDARDTIME",
    "Asia/Singapore": "SINGAPORESTANDARDTIME",
    "Australia/Adelaide": "CENAUSTRALIASTANDARDTIME",
    "Australia/Brisbane": "EAUSTRALIASTANDARDTIME",
    "Australia/Melbourne": "AUSEASTERNSTANDARDTIME",
    "Australia/Perth": "WAUSTRALIASTANDARDTIME",
    "Australia/Sydney": "AUSEASTERNSTANDARDTIME",
    "Europe/Berlin": "WEUROPESTANDARDTIME",
    "Europe/London": "GMTSTANDARDTIME",
    "Pacific/Auckland": "NEWZEALANDSTANDARDTIME",
    "UTC": "UTC",
}
"""IANA name, which the books keep, -> the name that Xero gives a time zone."""

VERSIONS = {"AU": "AU", "GB": "UK", "NZ": "NZ", "US": "US"}
"""Country -> Xero's version of the organisation; any other country has the global one."""

ACTIONS = (
    *("AttachFilesIntoInvoice", "CreateApprovedBill", "CreateApprovedInvoice", "CreateApprovedPurchaseOrder"),
    *("CreateDraftBill", "CreateDraftInvoice", "CreateDraftPurchaseOrder", "CreateInvoicePayment", "UseMulticurrency"),
)


def show_organisation(organisation: Organisation) -> dict[str, object]:
    """The organisation; a lock date is there only where it is set."""
    version = VERSIONS.get(organisation.country_code, "GLOBAL")
    shown: dict[str, object] = {
        "OrganisationID": organisation.organisation_id,
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": True,
        "Version": version,
        "OrganisationType": "COMPANY",
        "BaseCurrency": organisation.base_currency,
        "CountryCode": organisation.country_code,
        "IsDemoCompany": True,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": organisation.financial_year_end_day,
        "FinancialYearEndMonth": organisation.financial_year_end_month,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "TWOMONTHS",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": xero_instant(organisation.created_at),
        "OrganisationEntityType": "COMPANY",
        "Timezone": TIME_ZONES[organisation.time_zone],
        "ShortCode": f"!{organisation.organisation_id[:5]}",
        "Class": "DEMO",
        "Edition": "BUSINESS",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
    for name, day in (
        ("PeriodLockDate", organisation.period_lock_date),
        ("EndOfYearLockDate", organisation.end_of_year_lock_date),
    ):
        if day is not None:
            shown[name] = xero_date(day.isoformat())
    return shown


def show_account(account: Account, base_currency: str) -> dict[str, object]:
    """An account; `SystemAccount` only where it has such a role."""
    shown: dict[str, object] = {
        "AccountID": account.account_id,
        "Code": account.code,
        "Name": account.name,
        "Status": account.status,
        "Type": account.type,
        "TaxType": account.tax_type,
        "Class": account.account_class,
        "EnablePaymentsToAccount": bool(account.enable_payments),
        "ShowInExpenseClaims": False,
        "HasAttachments": False,
        "UpdatedDateUTC": xero_instant(account.updated_at),
        "AddToWatchlist": False,
    }
    if account.type == "BANK":
        shown |= {
            "BankAccountNumber": account.bank_account_number or "0101010000000000",
            "BankAccountType": "BANK",
            "CurrencyCode": base_currency,
        }
    if account.description:
        shown["Description"] = account.description
    if account.system_account:
        shown["SystemAccount"] = account.system_account
    return shown


def show_tax_rate(rate: TaxRate) -> dict[str, object]:
    """A tax rate with its one component."""
    return {
        "Name": rate.name,
        "TaxType": rate.tax_type,
        "ReportTaxType": rate.tax_type
        if rate.tax_type in ("NONE", "GSTONIMPORTS", "INPUT2", "OUTPUT2")
        else "UNDEFINED",
        "CanApplyToAssets": "ASSET" in rate.classes,
        "CanApplyToEquity": "EQUITY" in rate.classes,
        "CanApplyToExpenses": "EXPENSE" in rate.classes,
        "CanApplyToLiabilities": "LIABILITY" in rate.classes,
        "CanApplyToRevenue": "REVENUE" in rate.classes,
        "DisplayTaxRate": float(rate.rate),
        "EffectiveRate": float(rate.rate),
        "Status": rate.status,
        "TaxComponents": [
            {"Name": "GST", "Rate": float(rate.rate), "IsCompound": False, "IsNonRecoverable": False},
        ],
    }


def show_actions() -> list[dict[str, object]]:
    """What the one who connected may do: everything that this server knows."""
    return [{"Name": name, "Status": "ALLOWED"} for name in ACTIONS]


def show_connection(organisation: Organisation, auth_event: str) -> dict[str, object]:
    """The one connection that a token of this server has: its tenant is the organisation."""
    created = (EPOCH + timedelta(milliseconds=organisation.created_at)).strftime("%Y-%m-%dT%H:%M:%S.%f0")
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, organisation.organisation_id)),
        "authEventId": auth_event,
        "tenantId": organisation.organisation_id,
        "tenantType": "ORGANISATION",
        "tenantName": organisation.name,
        "createdDateUtc": created,
        "updatedDateUtc": created,
    }
