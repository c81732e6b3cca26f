"""What people enter who are not the client: supplier bills, the opening of the books, settings."""

import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DataProblem
from pipelines.sandbox.xero import open_books, running_sandbox
from pipelines.sandbox.xero.document_lines import to_base_cents
from pipelines.sandbox.xero.opening import load_opening
from pipelines.sandbox.xero.wire import to_cents
from tests.pipelines.sandbox.xero.local_xero import Json, LocalXero, connect, journal, lines, messages

OPENING: dict[str, Any] = {
    "date": "2026-08-31",
    "organisation": {"name": "Acme Ltd", "base_currency": "AUD", "country_code": "AU", "time_zone": "Australia/Sydney"},
    "accounts": [
        {"code": "631", "name": "Made stock", "type": "CURRENT"},
        {"code": "0630", "name": "Leading zero", "type": "CURRENT", "tax_type": "NONE"},
    ],
    "tax_rates": [{"tax_type": "TAX001", "name": "Half", "rate": "7.5", "classes": ["EXPENSE"]}],
    "tracking": [{"name": "Region", "options": ["North", "South"]}],
    "balances": [{"account_code": "630", "amount": "1000.10"}, {"account_code": "631", "amount": 250}],
    "bills": [
        {
            "date": "2026-08-15",
            "contact": "Acme Supplies",
            "reference": "PO-1",
            "lines": [{"account_code": "630", "amount": "100.00", "description": "12 bolts"}],
        },
        {
            "date": "2026-09-05",
            "contact": "Shenzhen Parts",
            "reference": "PO-2",
            "currency_code": "USD",
            "currency_rate": "0.66",
            "lines": [{"account_code": "630", "amount": "100.00"}, {"account_code": "425", "amount": "33.33"}],
        },
    ],
    "lock_date": "2026-08-31",
}


def _bill(**fields: Json) -> dict[str, Any]:
    return {
        "date": "2026-09-10",
        "contact": "Acme",
        "reference": "B-1",
        "lines": [{"account_code": "630", "amount": "9.00"}],
        **fields,
    }


def _write(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(json.dumps(content))
    return path


def test_books_open_with_balances_and_bills(tmp_path: Path) -> None:
    opening = _write(tmp_path / "opening.json", OPENING)
    with running_sandbox(tmp_path / "books.sqlite", opening) as url, closing(connect(url)) as xero:
        august, september = xero.trial_balance("2026-08-31"), xero.trial_balance("2026-09-30")
        organisation = xero.read("Organisation")["Organisations"][0]
        assert messages(xero.put(journal(Date="2026-08-31")))[0].endswith("currently set at 31-Aug-2026")
        assert xero.create(journal(JournalLines=lines(("631", "1"), ("0630", "-1"))))
    amounts = {"630": "1100.10", "631": "250.00", "800": "-100.00", "840": "-1250.10"}
    assert august == {code: (Decimal(amount), Decimal(amount)) for code, amount in amounts.items()}
    # 100.00 / 0.66 = 151.515...; 33.33 / 0.66 = 50.50; payables take the sum of the rounded lines
    assert september["630"] == (Decimal("151.52"), Decimal("1251.62"))
    assert september["425"] == (Decimal("50.50"), Decimal("50.50"))
    assert september["800"] == (Decimal("-202.02"), Decimal("-302.02"))
    assert (organisation["Name"], organisation["BaseCurrency"], organisation["Timezone"]) == (
        "Acme Ltd",
        "AUD",
        "AUSEASTERNSTANDARDTIME",
    )
    assert organisation["PeriodLockDate"] == "/Date(1788134400000+0000)/"


def test_the_same_opening_loads_once(tmp_path: Path) -> None:
    opening = _write(tmp_path / "opening.json", OPENING)
    with closing(open_books(tmp_path / "books.sqlite")) as books:
        assert load_opening(books, opening)
        before = (tmp_path / "books.sqlite").read_bytes()
        assert not load_opening(books, _write(tmp_path / "again.json", OPENING))
    assert (tmp_path / "books.sqlite").read_bytes() == before


def test_another_opening_of_the_same_books_is_refused(tmp_path: Path) -> None:
    opening = _write(tmp_path / "opening.json", OPENING)
    other = _write(tmp_path / "other.json", {**OPENING, "balances": []})
    with closing(open_books(tmp_path / "books.sqlite")) as books:
        load_opening(books, opening)
        with pytest.raises(DataProblem) as raised:
            load_opening(books, other)
    assert str(raised.value) == (
        "The opening was not loaded.\n"
        f"{other}: differs from the opening that {tmp_path / 'books.sqlite'} were started with\n"
        "    Name new books, or send later bills to POST /_sandbox/bills."
    )


def test_every_problem_of_an_opening_is_reported_and_nothing_is_loaded(tmp_path: Path) -> None:
    bad_shape = {
        "date": "2026-08-31",
        "balances": [{"account_code": 630, "amount": "1.005"}],
        "accounts": [{"code": "1", "name": "x", "type": "STOCK"}],
        "colour": "red",
    }
    bad_account = {"date": "2026-08-31", "balances": [{"account_code": "999", "amount": 1}]}
    with closing(open_books(tmp_path / "books.sqlite")) as books:
        before = (tmp_path / "books.sqlite").read_bytes()
        with pytest.raises(DataProblem) as raised:
            load_opening(books, _write(tmp_path / "shape.json", bad_shape))
        assert [problem.where.rpartition(" ")[2] for problem in raised.value.problems] == [
            "balances.0.account_code",
            "balances.0.amount",
            "accounts.0.type",
            "colour",
        ]
        with pytest.raises(DataProblem, match='balances\\[0\\]: account "999" does not exist'):
            load_opening(books, _write(tmp_path / "account.json", bad_account))
        with pytest.raises(DataProblem, match="cannot be read"):
            load_opening(books, tmp_path / "missing.json")
    assert (tmp_path / "books.sqlite").read_bytes() == before


def test_a_bill_is_known_by_its_reference_and_date(xero: LocalXero) -> None:
    assert xero.admin("bills", _bill()) == {"added": 1, "unchanged": 0}
    several = {"bills": [_bill(), _bill(reference="B-2"), _bill(date="2026-09-11")]}
    assert xero.admin("bills", several) == {"added": 2, "unchanged": 1}
    assert xero.trial_balance("2026-09-30") == {"630": (27, 27), "800": (-27, -27)}


def test_a_supplier_credit_is_a_bill_with_negative_lines(xero: LocalXero) -> None:
    xero.admin("bills", _bill(lines=[{"account_code": "630", "amount": "-4.00"}]))
    assert xero.trial_balance("2026-09-30") == {"630": (-4, -4), "800": (4, 4)}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"lines": [{"account_code": "999", "amount": 1}]},
            "Account code '999' is not a valid code for this document.",
        ),
        (
            {"lines": [{"account_code": "800", "amount": 1}]},
            "Account code '800' is not a valid code for this document.",
        ),
        (
            {"lines": [{"account_code": "400", "amount": 1}]},
            "Account code '400' has been archived, or has been deleted. Each line item must reference a valid account.",
        ),
        ({"currency_code": "USD"}, "the currency USD needs a currency_rate: USD for one NZD"),
        ({"currency_rate": "1.5"}, "the currency_rate 1.5 cannot be: the bill is in base currency"),
        (
            {"date": "2026-08-31"},
            "The document date cannot be before the period lock date, currently set at 31-Aug-2026",
        ),
        (
            {"reference": "B-0"},
            "is in the books already, with another content\n"
            "    A bill is known by its reference and date; give a changed bill another reference.",
        ),
    ],
)
def test_a_bill_that_xero_would_refuse_keeps_out_all_that_came_with_it(
    xero: LocalXero, fields: dict[str, Any], problem: str
) -> None:
    xero.admin("bills", _bill(reference="B-0", contact="Other"))
    xero.admin("accounts", {"code": "400", "status": "ARCHIVED"})
    xero.admin("lock-date", {"lock_date": "2026-08-31"})
    bad = _bill(**fields)
    answer = xero.http.post("/_sandbox/bills", json={"bills": [_bill(reference="good"), bad]})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "The bills were not booked.",
        "problems": [f"bill {bad['reference']} of {bad['date']}: {problem}"],
    }
    assert {line["reference"] for line in xero.admin_get("bills")["bill_lines"]} == {"B-0"}


def test_a_rate_with_more_than_six_decimals_is_refused(xero: LocalXero) -> None:
    answer = xero.http.post("/_sandbox/bills", json=_bill(currency_code="USD", currency_rate="0.6543217"))
    assert answer.status_code == 422
    assert "Decimal input should have no more than 6 decimal places" in answer.text


@given(
    st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2),
    st.decimals(Decimal("0.0001"), Decimal(10**6), places=6),
)
def test_conversion_is_the_nearest_cent_and_symmetric(amount: Decimal, rate: Decimal) -> None:
    cents = to_base_cents(to_cents(amount), rate)
    # |amount x 100 - cents x rate| <= rate / 2, exactly, and a credit mirrors its bill
    assert abs(amount * 100 - cents * rate) <= rate / 2
    assert to_base_cents(to_cents(-amount), rate) == -cents


def test_half_a_cent_goes_away_from_zero() -> None:
    # 0.01 / 2 = 0.005; 0.03 / 2 = 0.015
    assert [to_base_cents(cents, Decimal(2)) for cents in (1, -1, 3)] == [1, -1, 2]


def test_accounts_are_added_renamed_and_archived(xero: LocalXero) -> None:
    xero.admin("accounts", {"code": "0631", "name": "Made stock", "type": "CURRENT"})
    xero.admin("accounts", {"code": "0631", "name": "Finished goods"})
    xero.admin("accounts", {"code": "0631", "status": "ARCHIVED"})
    accounts = xero.read("Accounts", where='Code=="0631"')["Accounts"]
    assert [
        (each["Code"], each["Name"], each["Type"], each["Class"], each["Status"], each["TaxType"]) for each in accounts
    ] == [("0631", "Finished goods", "CURRENT", "ASSET", "ARCHIVED", "NONE")]
    assert xero.read(f"Accounts/{accounts[0]['AccountID']}")["Accounts"] == accounts


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        ("accounts", {"code": "777"}, "account 777: is new, and has no name or no type"),
        (
            "accounts",
            {"code": "800", "type": "CURRENT"},
            "account 800: is a system account (CREDITORS): its type cannot change",
        ),
        ("tracking", {"name": "Third"}, "tracking category Third: is the third: Xero has at most 2 active ones"),
        (
            "tracking",
            {"name": "Region", "archived_options": ["West"]},
            'tracking category Region: has no option "West" to archive',
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused(xero: LocalXero, path: str, content: dict[str, Any], problem: str) -> None:
    xero.admin("tracking", {"name": "Region", "options": ["North"]})
    xero.admin("tracking", {"name": "Channel", "options": ["Web"]})
    answer = xero.http.post(f"/_sandbox/{path}", json=content)
    assert (answer.status_code, answer.json()["problems"]) == (400, [problem])
    assert [each["Name"] for each in xero.read("TrackingCategories")["TrackingCategories"]] == ["Channel", "Region"]


def test_tax_rates_say_what_they_apply_to(xero: LocalXero) -> None:
    xero.admin("tax-rates", {"tax_type": "TAX001", "name": "Half", "rate": "7.5", "classes": ["EXPENSE"]})
    rates = {each["TaxType"]: each for each in xero.read("TaxRates")["TaxRates"]}
    applies = [name for name in rates["TAX001"] if name.startswith("CanApplyTo") and rates["TAX001"][name]]
    assert (rates["TAX001"]["EffectiveRate"], applies) == (7.5, ["CanApplyToExpenses"])
    assert (rates["INPUT2"]["CanApplyToExpenses"], rates["INPUT2"]["CanApplyToRevenue"]) == (True, False)
    assert (rates["OUTPUT2"]["CanApplyToExpenses"], rates["OUTPUT2"]["CanApplyToRevenue"]) == (False, True)
    assert [each["TaxType"] for each in xero.read("TaxRates", where='TaxType=="NONE"')["TaxRates"]] == ["NONE"]


def test_archived_tracking_is_listed_only_on_demand(xero: LocalXero) -> None:
    xero.admin("tracking", {"name": "Region", "options": ["North", "Old"], "archived_options": ["Old"]})
    (now,) = xero.read("TrackingCategories")["TrackingCategories"]
    (all_of_it,) = xero.read("TrackingCategories", includeArchived="True")["TrackingCategories"]
    assert [option["Name"] for option in now["Options"]] == ["North"]
    assert [(option["Name"], option["Status"]) for option in all_of_it["Options"]] == [
        ("North", "ACTIVE"),
        ("Old", "ARCHIVED"),
    ]


def test_the_demo_chart_has_what_a_close_needs(xero: LocalXero) -> None:
    accounts = {each["Code"]: each for each in xero.read("Accounts")["Accounts"]}
    kinds = {
        code: (accounts[code]["Type"], accounts[code].get("SystemAccount"))
        for code in ("090", "310", "610", "630", "800", "860")
    }
    assert kinds == {
        "090": ("BANK", None),
        "310": ("DIRECTCOSTS", None),
        "610": ("CURRENT", "DEBTORS"),
        "630": ("CURRENT", None),
        "800": ("CURRLIAB", "CREDITORS"),
        "860": ("CURRLIAB", "ROUNDING"),
    }


def test_books_that_are_something_else_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a database, " * 50)
    with pytest.raises(DataProblem) as raised:
        open_books(other)
    assert str(raised.value) == (
        "The books of the local Xero server cannot be used.\n"
        f"{other}: file is not a database\n"
        "    Name another file with --books, or delete this one to start with the demo company."
    )
    assert other.read_text().startswith("not a database")


def test_books_of_a_newer_release_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    with closing(open_books(path)) as books:
        books.execute("PRAGMA user_version = 99")
    with pytest.raises(DataProblem, match="version 99 of the tables, and this release reads 2"):
        open_books(path)
