"""Reads what `tieout init` has to know from Xero."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mappings.xero_accounts import read_accounts
from pipelines.errors import Incomplete, TieoutError
from pipelines.init.facts import XeroFacts
from pipelines.load.mirror_rows import account_row, frame_of, tax_rate_row, tracking_rows
from pipelines.load.xero_client import XeroClient
from pipelines.load.xero_values import read_date

TIME_ZONES = {
    "AUSCENTRALSTANDARDTIME": "Australia/Darwin",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "CANADACENTRALSTANDARDTIME": "America/Regina",
    "CENAUSTRALIASTANDARDTIME": "Australia/Adelaide",
    "CENTRALSTANDARDTIME": "America/Chicago",
    "CHINASTANDARDTIME": "Asia/Shanghai",
    "EASTERNSTANDARDTIME": "America/New_York",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "FIJISTANDARDTIME": "Pacific/Fiji",
    "GMTSTANDARDTIME": "Europe/London",
    "INDIASTANDARDTIME": "Asia/Kolkata",
    "MOUNTAINSTANDARDTIME": "America/Denver",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "PACIFICSTANDARDTIME": "America/Los_Angeles",
    "ROMANCESTANDARDTIME": "Europe/Paris",
    "SINGAPORESTANDARDTIME": "Asia/Singapore",
    "SOUTHAFRICASTANDARDTIME": "Africa/Johannesburg",
    "TASMANIASTANDARDTIME": "Australia/Hobart",
    "TOKYOSTANDARDTIME": "Asia/Tokyo",
    "UTC": "UTC",
    "WAUSTRALIASTANDARDTIME": "Australia/Perth",
    "WEUROPESTANDARDTIME": "Europe/Berlin",
}
"""Xero's name of a time zone (Microsoft's, in capitals without blanks) -> IANA's."""

Element = Mapping[str, Any]


def read_xero(client: XeroClient) -> XeroFacts:
    """The organisation, its chart, tax rates, tracking, currencies and items; seven calls.

    Items and currencies may be out of reach for a narrow scope (xero.md section 6): that is noted and nothing fails.

    Raises:
        UsageProblem, XeroRefusal, Incomplete: as any call to Xero.
    """
    organisation = client.organisation()
    elements = list(client.accounts())
    accounts = frame_of("xero.accounts", map(account_row, elements))
    options = [row for category in client.tracking_categories() for row in tracking_rows(category)]
    unread: list[str] = []
    items = _if_allowed("items", client.items, unread)
    currencies = [str(each["Code"]) for each in _if_allowed("currencies", client.currencies, unread)]
    locks = [read_date(organisation.get(name)) for name in ("PeriodLockDate", "EndOfYearLockDate")]
    base = str(organisation["BaseCurrency"])
    return XeroFacts(
        organisation=str(organisation["Name"]),
        base_currency=base,
        time_zone=TIME_ZONES.get(str(organisation.get("Timezone") or "").upper()),
        lock_date=max((day for day in locks if day is not None), default=None),
        accounts=accounts,
        chart=read_accounts(accounts),
        tax_rates=frame_of("xero.tax_rates", map(tax_rate_row, client.tax_rates())),
        tracking_options=frame_of("xero.tracking_options", options),
        currencies=tuple(dict.fromkeys([base, *currencies])),
        tracked_items={
            str(item.get("Code")): str((item.get("PurchaseDetails") or {}).get("COGSAccountCode") or "")
            for item in items
            if item.get("IsTrackedAsInventory")
        },
        purchase_accounts=_purchase_accounts(items),
        payment_accounts=frozenset(
            str(element["Code"])
            for element in elements
            if element.get("EnablePaymentsToAccount") and element.get("Code") and element.get("Status") == "ACTIVE"
        ),
        unread=tuple(unread),
    )


def _purchase_accounts(items: Sequence[Element]) -> dict[str, int]:
    """How many untracked items are bought on which account."""
    codes = [(item.get("PurchaseDetails") or {}).get("AccountCode") for item in items]
    return dict(Counter(str(code) for code in codes if code))


def _if_allowed(what: str, read: Callable[[], list[dict[str, Any]]], unread: list[str]) -> list[dict[str, Any]]:
    """What Xero gives, or a note that it gives nothing."""
    try:
        return read()
    except Incomplete:
        raise
    except TieoutError as error:
        unread.append(f"Xero does not show its {what} to this client: {error.summary.splitlines()[0]}")
        return []
