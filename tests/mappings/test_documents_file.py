"""documents.yaml: what it may say, and what Xero says to it."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mappings.documents import sync_maps, sync_policy
from mappings.documents_checks import check_documents_against_xero
from mappings.documents_shape import DocumentsFile
from mappings.reader import MappingProblems, read_documents, read_mappings
from schemas.xero import XeroAccounts, XeroTaxRates
from tests.mappings.conftest import Company

SMALL = """
from: 2026-10-01
kinds:
  sales_invoices: {status: DRAFT, number_prefix: INV-}
  bills: {}
accounts: {revenue: "200"}
tax_types:
  sales: {"15%": OUTPUT2, exempt: NONE}
  purchases: {"GST on Expenses": INPUT2}
"""


def test_without_the_file_or_with_every_kind_off_nothing_is_sent(company: Company) -> None:
    assert read_documents(company()) is None
    assert read_documents(company(documents='from: "2026-10-01"\nkinds: {}\n')) is None
    off = "from: 2026-10-01\nkinds: {sales_invoices: {send: false}}\n"
    assert read_documents(company(documents=off)) is None
    assert read_mappings(company(documents="nonsense: [")), "a close never reads it"


def test_the_file_becomes_plain_values_and_frames(company: Company) -> None:
    folder = company(
        documents=SMALL
        + 'rules: [{role: revenue, channel: [Web, "Pop*"], account: "201"}]\n'
        + 'payment_terms: {"  20th of  NEXT month": {days: 20, type: OFFOLLOWINGMONTH}}\n'
        + "consolidate: [{channels: Store, by: day, contact: Store sales, kinds: [sales_invoices]}]\n"
        + "owners: {bills: Ana, ambiguous_contact: Ben, default: Cleo}\n"
    )
    mappings, documents = read_mappings(folder), _read(folder)
    policy = sync_policy(documents, mappings, "NZD")
    assert documents.kinds_on == {"sales_invoice", "bill"}
    assert (policy.first_date, policy.kinds["sales_invoice"].status) == (date(2026, 10, 1), "DRAFT")
    assert policy.kinds["sales_invoice"].number_prefix == "INV-"
    assert policy.owners == {"bill": "Ana", "ambiguous_contact": "Ben", "default": "Cleo"}
    assert policy.consolidations[0].kinds == ("sales_invoice",)
    maps = sync_maps(documents, mappings)
    assert maps.terms.rows() == [("20th of next month", 20, "OFFOLLOWINGMONTH")]
    assert ("purchases", "gst on expenses", "INPUT2") in maps.taxes.rows()
    roles = maps.accounts.select("rule_order", "role", "account_code", "channel").rows()
    assert roles[0] == (1, "revenue", "201", ["Web", "Pop*"])
    lent = [row[1:] for row in roles if row[1] == "freight_income"]
    assert lent == [("freight_income", "201", ["Web", "Pop*"]), ("freight_income", "200", None)]
    assert {row[1]: row[2] for row in roles}["purchases"] == "630", "the stock account of accounts.yaml"


def test_rules_of_some_months_serve_documents_of_those_months(company: Company) -> None:
    folder = company(documents=SMALL + 'rules: [{role: revenue, channel: Web, account: "201", from: 2026-11}]\n')
    months = [date(2026, 10, 1), date(2026, 11, 1)]
    maps = sync_maps(_read(folder), read_mappings(folder), None, months)
    assert [maps.of(month).accounts.filter(role="revenue")["account_code"].to_list() for month in months] == [
        ["200"], ["201", "200"],
    ]  # fmt: skip


def _read(folder: Path) -> DocumentsFile:
    documents = read_documents(folder)
    assert documents is not None
    return documents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from: 2026-02-30\nkinds: {bills: {}}\n", "1:7: from is a date (YAML read 2026-02-30 as one). Write a day as"),
        (SMALL.replace("bills: {}", "bills: {status: APPROVED}"), 'status is "APPROVED"'),
        (SMALL.replace('accounts: {revenue: "200"}', ""), "sales_invoices are sent, and accounts.revenue is missing"),
        (SMALL.replace("purchases: {", "purchased: {"), 'unknown key "purchased". Did you mean "purchases"?'),
        (SMALL.replace("  bills: {}", "  allocations: {}"), "allocations are sent, and nothing that they belong to"),
        (SMALL + "payments: {push: true}\n", "payments.push is true, and kinds.payments is off"),
        (SMALL + 'consolidate: [{channels: "*", by: week, contact: X}]\n', 'consolidate[].by is "week"'),
        (
            SMALL
            + 'consolidate: [{channels: "*", by: day, contact: X, kinds: [sales_invoices]}, '
            + "{channels: Web, by: day, contact: Y, kinds: [sales_invoices]}]\n",
            "the rule gets no document: the one on line 10 takes them",
        ),
        (SMALL + "schedule: {bills: {every: 1 hours, cron: 0 6 * * *}}\n", "needs either every or cron"),
        (SMALL + "rounding: {cap: 0.05}\n", "rounding.cap is the number 0.05. Quote it"),
    ],
)
def test_what_contradicts_itself_is_said_with_its_place(company: Company, text: str, message: str) -> None:
    with pytest.raises(MappingProblems) as stopped:
        read_documents(company(documents=text))
    assert message in str(stopped.value)
    assert "mappings/documents.yaml:" in str(stopped.value)


ACCOUNTS = [
    ("200", "Sales", "REVENUE", "REVENUE", "ACTIVE", ""),
    ("090", "Bank", "BANK", "ASSET", "ACTIVE", ""),
    ("610", "Receivables", "CURRENT", "ASSET", "ACTIVE", "DEBTORS"),
    ("612", "Card clearing", "CURRENT", "ASSET", "ACTIVE", ""),
    ("630", "Stock on hand", "CURRENT", "ASSET", "ACTIVE", ""),
    ("700", "Old", "CURRLIAB", "LIABILITY", "ARCHIVED", ""),
    ("860", "Rounding", "CURRLIAB", "LIABILITY", "ACTIVE", "ROUNDING"),
]
RATES = [("OUTPUT2", "GST on Income", "ACTIVE", True, False), ("INPUT2", "GST on Expenses", "ACTIVE", False, True),
         ("NONE", "No GST", "ACTIVE", True, True), ("OLD", "Old", "DELETED", True, True)]  # fmt: skip


def _chart(rows: list[tuple[str, str, str, str, str, str]]) -> pl.DataFrame:
    names = ("account_code", "account_name", "account_type", "account_class", "account_status", "system_account")
    filled = [dict(zip(names, row, strict=True)) | {"account_id": row[0], "tax_type": "NONE"} for row in rows]
    return pl.DataFrame(filled).select(list(XeroAccounts.to_schema().columns))


def _rates() -> pl.DataFrame:
    rows = [
        {
            "tax_type": code, "tax_name": name, "tax_status": status, "effective_rate": None,
            "can_apply_to_assets": purchases, "can_apply_to_equity": False, "can_apply_to_expenses": purchases,
            "can_apply_to_liabilities": True, "can_apply_to_revenue": sales,
        }
        for code, name, status, sales, purchases in RATES
    ]  # fmt: skip
    return pl.DataFrame(rows).select(list(XeroTaxRates.to_schema().columns))


def test_check_proves_that_xero_has_every_account_and_tax_type(company: Company) -> None:
    folder = company(documents=SMALL + 'payment_accounts: {Card: "612", default: "090"}\n')
    mappings, documents = read_mappings(folder), _read(folder)
    assert check_documents_against_xero(documents, mappings, _chart(ACCOUNTS), _rates(), {"612"}) == []

    broken = (
        SMALL.replace('revenue: "200"', 'revenue: "630", sales_deposit: "700", freight_income: "999", rounding: "610"')
        .replace("OUTPUT2", "INPUT2")
        .replace("NONE", "OLD")
        + 'payment_accounts: {Card: "612", default: "90"}\n'
    )
    documents = _read(company(documents=broken))
    found = [str(one) for one in check_documents_against_xero(documents, mappings, _chart(ACCOUNTS[:6]), _rates(), ())]
    assert [one.split(": ", 1)[1].split("\n")[0] for one in found] == [
        'account "630" (revenue) is "Stock on hand" in Xero, of type CURRENT; '
        "revenue needs OTHERINCOME or REVENUE or SALES",
        'account "999" (freight_income) does not exist in Xero',
        'account "700" (sales_deposit) is "Old" in Xero, which is ARCHIVED',
        'account "610" (rounding) is "Receivables" in Xero, its system account DEBTORS: Xero books on it by itself',
        'account "612" (payments by Card) is "Card clearing" in Xero, which takes no payments',
        'account "90" (payments by default) does not exist in Xero',
        'tax type "INPUT2" (sales, 15%) is "GST on Expenses" in Xero, not for accounts of class REVENUE',
        'tax type "OLD" (sales, exempt) is DELETED in Xero',
    ]
