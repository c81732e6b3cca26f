"""Accounts, tax rates, currencies and tracking as a client changes them; reports and the feed of the ledger."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, journal

Json = dict[str, Any]


def _send(xero: LocalXero, method: str, path: str, content: Json | None = None) -> httpx.Response:
    return xero.http.request(method, f"{API}/{path}", json=content)


def _done(xero: LocalXero, method: str, path: str, content: Json | None = None) -> Json:
    response = _send(xero, method, path, content)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def _refusal(response: httpx.Response) -> list[str]:
    assert response.status_code == 400
    return [error["Message"] for error in response.json()["Elements"][0]["ValidationErrors"]]


def test_an_account_is_added_changed_archived_and_deleted(xero: LocalXero) -> None:
    account = _done(xero, "PUT", "Accounts", {"Code": "0631", "Name": "Made stock", "Type": "CURRENT"})["Accounts"][0]
    path = f"Accounts/{account['AccountID']}"
    assert (account["Class"], account["Status"], account["TaxType"]) == ("ASSET", "ACTIVE", "NONE")
    assert _done(xero, "POST", path, {"Name": "Goods", "Description": "d"})["Accounts"][0]["Description"] == "d"
    assert _refusal(_send(xero, "POST", path, {"Status": "ARCHIVED", "Name": "x"})) == [
        "An account is archived without any other change, and a system account is not archived."
    ]
    assert _done(xero, "POST", path, {"Status": "ARCHIVED"})["Accounts"][0]["Status"] == "ARCHIVED"
    assert _done(xero, "DELETE", path)["Accounts"][0]["Status"] == "DELETED"
    assert _send(xero, "GET", path).status_code == 404


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Code": "630"}, "Please enter a unique Code."),
        ({"Name": "sales"}, "Please enter a unique Name."),
        ({"Name": ""}, "An account needs a Code, a Name and a Type."),
        ({"TaxType": "NOPE"}, "The TaxType code 'NOPE' does not exist."),
        ({"Type": "BANK"}, "A bank account needs a BankAccountNumber."),
    ],
)
def test_an_account_that_cannot_be_is_refused(xero: LocalXero, change: Json, message: str) -> None:
    sent = {"Code": "0631", "Name": "Made stock", "Type": "CURRENT", **change}
    assert _refusal(_send(xero, "PUT", "Accounts", sent)) == [message]


def test_a_used_account_and_a_system_account_stay(xero: LocalXero) -> None:
    xero.create(journal())
    accounts = {each["Code"]: each["AccountID"] for each in xero.read("Accounts")["Accounts"]}
    for code in ("630", "800"):
        assert _refusal(_send(xero, "DELETE", f"Accounts/{accounts[code]}")) == [
            "The account is used, or is a system account, and cannot be deleted."
        ]


def test_a_tax_rate_gets_a_type_of_its_own_and_is_deleted_by_status(xero: LocalXero) -> None:
    components = [{"Name": "A", "Rate": 5}, {"Name": "B", "Rate": 2.5}]
    sent = {"Name": "Local", "ReportTaxType": "OUTPUT", "TaxComponents": components}
    rate = _done(xero, "PUT", "TaxRates", {"TaxRates": [sent]})["TaxRates"][0]
    assert (rate["TaxType"], rate["EffectiveRate"]) == ("TAX001", 7.5)
    gone = _done(xero, "POST", "TaxRates", {"TaxRates": [{"TaxType": "TAX001", "Status": "DELETED"}]})
    assert gone["TaxRates"][0]["Status"] == "DELETED"
    assert _refusal(_send(xero, "POST", "TaxRates", {"TaxType": "INPUT2", "Status": "DELETED"}))
    assert _refusal(_send(xero, "PUT", "TaxRates", {"Name": "Bare"}))
    assert xero.read("TaxRates/INPUT2")["TaxRates"][0]["EffectiveRate"] == 15


def test_a_currency_is_added_once(xero: LocalXero) -> None:
    for _ in range(2):
        _done(xero, "PUT", "Currencies", {"Code": "USD", "Description": "ignored"})
    assert [each["Code"] for each in xero.read("Currencies")["Currencies"]] == ["NZD", "USD"]
    assert _refusal(_send(xero, "PUT", "Currencies", {"Code": "QQQ"})) == ["The currency code is not known."]


def test_tracking_has_two_active_categories_and_options_one_by_one(xero: LocalXero) -> None:
    first, second = (
        _done(xero, "PUT", "TrackingCategories", {"Name": name})["TrackingCategories"][0]["TrackingCategoryID"]
        for name in ("Region", "Channel")
    )
    assert _refusal(_send(xero, "PUT", "TrackingCategories", {"Name": "Third"})) == [
        "There can be at most 2 active tracking categories."
    ]
    options = f"TrackingCategories/{first}/Options"
    north = _done(xero, "PUT", options, {"Name": "North"})["Options"][0]["TrackingOptionID"]
    assert _refusal(_send(xero, "PUT", options, {"Name": "North"}))
    assert _done(xero, "POST", f"{options}/{north}", {"Name": "N"})["Options"][0]["Name"] == "N"
    lines = [
        {"AccountCode": code, "LineAmount": amount, "Tracking": [{"TrackingCategoryID": first, "Option": "N"}]}
        for code, amount in (("310", 1), ("630", -1))
    ]
    xero.create(journal(JournalLines=lines))
    assert _done(xero, "DELETE", f"{options}/{north}")["Options"][0]["Status"] == "ARCHIVED"
    assert _done(xero, "DELETE", f"TrackingCategories/{first}")["TrackingCategories"][0]["Status"] == "ARCHIVED"
    assert _done(xero, "DELETE", f"TrackingCategories/{second}")["TrackingCategories"][0]["Status"] == "DELETED"
    assert xero.read("TrackingCategories")["TrackingCategories"] == []
    assert len(xero.read("TrackingCategories", includeArchived="True")["TrackingCategories"]) == 1
    assert _send(xero, "POST", f"TrackingCategories/{second}", {"Name": "x"}).status_code == 404


def test_the_actions_are_allowed(xero: LocalXero) -> None:
    actions = xero.read("Organisation/Actions")["Actions"]
    assert {"Name": "UseMulticurrency", "Status": "ALLOWED"} in actions


def _sheet(xero: LocalXero, **query: str | int) -> dict[str, list[Decimal]]:
    rows = xero.read("Reports/BalanceSheet", **query)["Reports"][0]["Rows"]
    cells = [row["Cells"] for section in rows[1:] for row in section["Rows"]]
    return {row[0]["Value"]: [Decimal(cell["Value"]) for cell in row[1:]] for row in cells}


def test_a_balance_sheet_balances_and_shows_earlier_months(xero: LocalXero) -> None:
    lines = [{"account_code": "630", "amount": "80.00"}]
    xero.admin("bills", {"date": "2026-08-15", "contact": "Sup", "reference": "B-1", "lines": lines})
    xero.create(journal())
    sheet = _sheet(xero, date="2026-09-30", periods=2, timeframe="MONTH")
    assert sheet["Stock on Hand"] == [70, 80, 0]
    assert sheet["Total Assets"] == [70, 80, 0]
    assert sheet["Accounts Payable"] == sheet["Total Liabilities"] == [80, 80, 0]
    assert sheet["Net Assets"] == sheet["Total Equity"] == sheet["Current Year Earnings"] == [-10, 0, 0]


@pytest.mark.parametrize("query", [{"periods": 12}, {"timeframe": "WEEK"}, {"date": "soon"}])
def test_a_balance_sheet_that_cannot_be_read_is_refused(xero: LocalXero, query: dict[str, str | int]) -> None:
    assert xero.http.get(f"{API}/Reports/BalanceSheet", params=query).status_code == 400


def test_the_feed_has_every_posting_and_may_be_refused(xero: LocalXero) -> None:
    created = xero.create(journal())[0]
    (shown,) = xero.read("Journals")["Journals"]
    assert (shown["SourceType"], shown["SourceID"]) == ("MANJOURNAL", created["ManualJournalID"])
    assert {line["AccountCode"]: line["NetAmount"] for line in shown["JournalLines"]} == {"310": 10, "630": -10}
    assert xero.read("Journals", offset=1)["Journals"] == []
    for key in (shown["JournalID"], 1):
        assert xero.read(f"Journals/{key}")["Journals"][0]["JournalID"] == shown["JournalID"]
    assert xero.http.get(f"{API}/Journals/99").status_code == 404
    xero.admin("faults", {"name": "journals_refused", "on": "reads"})
    assert xero.http.get(f"{API}/Journals").status_code == 403
    assert xero.http.get(f"{API}/ManualJournals").status_code == 200
