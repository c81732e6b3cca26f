"""What the mappings name and Xero does not have, or has as something else."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from mappings.reader import read_mappings
from mappings.xero_accounts import ACCOUNT_TYPES
from mappings.xero_checks import check_against_xero, check_currencies, find_tracked_goods
from schemas.checking import check
from schemas.journals import ROLES
from schemas.xero import XeroAccounts, XeroTaxRates, XeroTrackingOptions

Company = Callable[..., Path]

CHART = """\
code  type         class      status    system   name
091   BANK         ASSET      ACTIVE    -        Cheque account
310   DIRECTCOSTS  EXPENSE    ACTIVE    -        Cost of goods sold
312   DIRECTCOSTS  EXPENSE    ARCHIVED  -        Cost of goods sold - old
425   EXPENSE      EXPENSE    ACTIVE    -        Freight inward clearing
429   EXPENSE      EXPENSE    ACTIVE    -        Stock written off
610   CURRENT      ASSET      ACTIVE    DEBTORS  Accounts receivable
630   CURRENT      ASSET      ACTIVE    -        Stock on hand
631   INVENTORY    ASSET      ACTIVE    -        Tracked inventory
635   CURRENT      ASSET      ACTIVE    -        Production clearing
820   CURRLIAB     LIABILITY  ACTIVE    GST      GST
860   CURRLIAB     LIABILITY  ACTIVE    ROUNDING Rounding
"""

TAX_RATES = """\
type     status    A E X L R  name
NONE     ACTIVE    y y y y y  No GST
INPUT2   ACTIVE    y y y y n  15% GST on Expenses
OUTPUT2  ACTIVE    n n n n y  15% GST on Income
OLDTAX   DELETED   y y y y y  12.5% GST
"""

TRACKING = """\
category  status    option     option_status
Region    ACTIVE    North      ACTIVE
Region    ACTIVE    South      ARCHIVED
Channel   ACTIVE    Web        ACTIVE
Empty     ACTIVE    -          -
Season    ARCHIVED  Summer     ACTIVE
"""


def _rows(table: str, columns: int) -> list[list[str | None]]:
    """The lines of a table; the last column may hold blanks."""
    return [
        [None if cell == "-" else cell for cell in line.split(maxsplit=columns - 1)] for line in table.splitlines()[1:]
    ]


def _accounts() -> pl.DataFrame:
    rows = [
        {
            "account_id": f"id-{code}",
            "account_code": code,
            "account_name": name,
            "account_type": kind,
            "account_class": account_class,
            "tax_type": "NONE",
            "account_status": status,
            "system_account": system,
        }
        for code, kind, account_class, status, system, name in _rows(CHART, 6)
    ]
    without_code = rows[0] | {"account_id": "id-bank", "account_code": None, "account_name": "Savings"}
    return check(XeroAccounts, pl.DataFrame([*rows, without_code]))


def _tax_rates() -> pl.DataFrame:
    flags = ["assets", "equity", "expenses", "liabilities", "revenue"]
    rows = [
        {"tax_type": kind, "tax_name": name, "tax_status": status, "effective_rate": None}
        | {f"can_apply_to_{flag}": applies == "y" for flag, applies in zip(flags, applications, strict=True)}
        for kind, status, *applications, name in _rows(TAX_RATES, 8)
    ]
    return check(XeroTaxRates, pl.DataFrame(rows, schema_overrides={"effective_rate": pl.Decimal(18, 8)}))


def _tracking() -> pl.DataFrame:
    rows = [
        {
            "tracking_category_id": f"id-{category}",
            "tracking_category": category,
            "category_status": status,
            "tracking_option_id": None if option is None else f"id-{option}",
            "tracking_option": option,
            "option_status": option_status,
        }
        for category, status, option, option_status in _rows(TRACKING, 4)
    ]
    return check(XeroTrackingOptions, pl.DataFrame(rows))


def _problems(folder: Path) -> list[str]:
    found = check_against_xero(read_mappings(folder), _accounts(), _tax_rates(), _tracking())
    return [line for problem in found for line in str(problem).splitlines()]


def test_mappings_that_xero_agrees_with_have_no_problem(company: Company) -> None:
    folder = company(
        taxes="tax_types: {default: NONE, cogs: INPUT2}\n",
        tracking=(
            "tracked_roles: [cogs]\ncategories:\n"
            "  - {name: Region, by: location, options: {Auckland: North}, otherwise: North}\n"
            "  - {name: Channel, by: channel, options: {Web: Web}}\n"
        ),
        landed_costs='charges: {freight: {account: "425"}}\n',
        adjustments='reasons: {Damaged: {account: "429"}}\n',
    )

    assert _problems(folder) == []


ACCOUNT_CASES = {
    "missing": (
        'stock_on_hand: "630", cogs: "301"',
        [
            'mappings/accounts.yaml:1:40: account "301" (cogs) does not exist in Xero',
            '    Nearest that fits: "310" Cost of goods sold (DIRECTCOSTS)',
        ],
    ),
    "archived": (
        'stock_on_hand: "630", cogs: "312"',
        [
            'mappings/accounts.yaml:1:40: account "312" (cogs) is "Cost of goods sold - old" in Xero, '
            "which is ARCHIVED",
            '    Nearest that fits: "310" Cost of goods sold (DIRECTCOSTS). Or restore "312" in Xero',
        ],
    ),
    "of the wrong type": (
        'stock_on_hand: "425", cogs: "630"',
        [
            'mappings/accounts.yaml:1:27: account "425" (stock_on_hand) is "Freight inward clearing" in Xero, '
            "of type EXPENSE; stock_on_hand needs CURRENT",
            '    Nearest that fits: "630" Stock on hand (CURRENT)',
            'mappings/accounts.yaml:1:40: account "630" (cogs) is "Stock on hand" in Xero, '
            "of type CURRENT; cogs needs DIRECTCOSTS or EXPENSE or OVERHEADS",
            '    Nearest that fits: "310" Cost of goods sold (DIRECTCOSTS)',
        ],
    ),
    "tracked inventory": (
        'stock_on_hand: "631", cogs: "310"',
        [
            'mappings/accounts.yaml:1:27: account "631" (stock_on_hand) is "Tracked inventory" in Xero, '
            "Xero's own tracked inventory: it refuses manual journals to it",
            '    Nearest that fits: "630" Stock on hand (CURRENT)',
        ],
    ),
    "a bank": (
        'stock_on_hand: "630", cogs: "310", production_clearing: "091"',
        [
            'mappings/accounts.yaml:1:68: account "091" (production_clearing) is "Cheque account" in Xero, '
            "a bank account: Xero refuses manual journals to it",
            '    Nearest that fits: "635" Production clearing (CURRENT)',
        ],
    ),
    "a system account": (
        'stock_on_hand: "610", cogs: "310", rounding: "820"',
        [
            'mappings/accounts.yaml:1:27: account "610" (stock_on_hand) is "Accounts receivable" in Xero, '
            "its system account DEBTORS: Xero books on it by itself",
            '    Nearest that fits: "630" Stock on hand (CURRENT)',
            'mappings/accounts.yaml:1:57: account "820" (rounding) is "GST" in Xero, '
            "its system account GST: Xero books on it by itself",
            '    Nearest that fits: "860" Rounding (CURRLIAB)',
        ],
    ),
}


@pytest.mark.parametrize("case", ACCOUNT_CASES)
def test_an_account_that_cannot_serve_is_explained(case: str, company: Company) -> None:
    accounts, messages = ACCOUNT_CASES[case]

    assert _problems(company(accounts=f"accounts: {{{accounts}}}\n")) == messages


def test_the_rounding_account_of_xero_may_take_rounding_and_nothing_else(company: Company) -> None:
    rounding = company(accounts='accounts: {stock_on_hand: "630", cogs: "310", rounding: "860"}\n')
    assert _problems(rounding) == []

    cogs = company(accounts='accounts: {stock_on_hand: "630", cogs: "860"}\n')
    assert "its system account ROUNDING" in _problems(cogs)[0]


def test_rules_reasons_and_charges_are_checked_too(company: Company) -> None:
    folder = company(
        accounts='accounts: {stock_on_hand: "630", cogs: "310"}\nrules: [{role: cogs, sku: A, account: "091"}]\n',
        landed_costs='charges: {freight: {account: "631"}}\n',
        adjustments='reasons: {Damaged: {account: "999"}}\n',
    )

    problems = check_against_xero(read_mappings(folder), _accounts(), _tax_rates(), _tracking())

    assert [problem.where for problem in problems] == [
        "mappings/accounts.yaml:2:39",
        "mappings/landed_costs.yaml:1:30",
        "mappings/adjustments.yaml:1:30",
    ]


def test_every_role_knows_its_types_of_account() -> None:
    assert set(ACCOUNT_TYPES) == set(ROLES)


TAX_CASES = {
    "unknown": (
        "{cogs: NONES}",
        [
            'mappings/taxes.yaml:1:19: tax type "NONES" (cogs) does not exist in Xero',
            "    Nearest that is active: NONE (No GST)",
        ],
    ),
    "not active": (
        "{cogs: OLDTAX}",
        [
            'mappings/taxes.yaml:1:19: tax type "OLDTAX" (cogs) is "12.5% GST" in Xero, which is DELETED',
            "    Write one that is active: NONE, INPUT2, OUTPUT2",
        ],
    ),
    "of the wrong direction": (
        "{cogs: OUTPUT2}",
        [
            'mappings/taxes.yaml:1:19: tax type "OUTPUT2" is "15% GST on Income" in Xero, '
            "which cannot apply to accounts of class EXPENSE",
            "    Write one that can: NONE, INPUT2",
            "    First: 310 Cost of goods sold",
        ],
    ),
    "of the wrong direction by default": (
        "{cogs: NONE, default: OUTPUT2}",
        [
            'mappings/taxes.yaml:1:34: tax type "OUTPUT2" is "15% GST on Income" in Xero, '
            "which cannot apply to accounts of class ASSET",
            "    Write one that can: NONE, INPUT2",
            "    First: 630 Stock on hand",
        ],
    ),
}


@pytest.mark.parametrize("case", TAX_CASES)
def test_a_tax_type_that_cannot_serve_is_explained(case: str, company: Company) -> None:
    tax_types, messages = TAX_CASES[case]

    assert _problems(company(taxes=f"tax_types: {tax_types}\n")) == messages


TRACKING_CASES = {
    "unknown category": (
        "{name: Regions, by: location, options: {Auckland: North}}",
        [
            'mappings/tracking.yaml:3:12: tracking category "Regions" does not exist in Xero',
            '    Nearest that is active: "Region"',
        ],
    ),
    "archived category": (
        "{name: Season, by: category, options: {Tents: Summer}}",
        [
            'mappings/tracking.yaml:3:12: tracking category "Season" is ARCHIVED in Xero',
            '    Nearest that is active: "Region". Or restore it in Xero',
        ],
    ),
    "unknown and archived option": (
        "{name: Region, by: location, options: {Auckland: Nort}, otherwise: South}",
        [
            'mappings/tracking.yaml:3:54: option of "Region" "Nort" does not exist in Xero',
            '    Nearest that is active: "North"',
            'mappings/tracking.yaml:3:72: option of "Region" "South" is ARCHIVED in Xero',
            '    Nearest that is active: "North". Or restore it in Xero',
        ],
    ),
    "category without options": (
        "{name: Empty, by: location, options: {Auckland: North}}",
        [
            'mappings/tracking.yaml:3:53: option of "Empty" "North" does not exist in Xero',
            "    Add it in Xero",
        ],
    ),
}


@pytest.mark.parametrize("case", TRACKING_CASES)
def test_tracking_that_cannot_serve_is_explained(case: str, company: Company) -> None:
    category, messages = TRACKING_CASES[case]

    assert _problems(company(tracking=f"tracked_roles: [cogs]\ncategories:\n  - {category}\n")) == messages


def test_an_empty_chart_still_gives_advice(company: Company) -> None:
    folder = company(taxes="tax_types: {default: NONE}\n")

    problems = check_against_xero(read_mappings(folder), _accounts().clear(), _tax_rates().clear(), _tracking().clear())

    assert [problem.fix for problem in problems] == [
        "Add an active account of type CURRENT in Xero and write its code",
        "Add an active account of type DIRECTCOSTS or EXPENSE or OVERHEADS in Xero and write its code",
        "Add it in Xero",
    ]


def test_currencies_have_to_be_switched_on_in_xero(company: Company) -> None:
    folder = company(
        accounts=(
            'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n'
            '  - {role: cogs, currency: AUD, account: "310"}\n'
            '  - {role: cogs, currency: [USD, NZB], account: "310"}\n'
        ),
        close="close:\n  source: omni\n  first_period: 2026-09\n  base_currency: AUD\n",
    )

    found = check_currencies(read_mappings(folder), "Demo Company", "NZD", ["NZD", "USD"])

    assert [str(problem) for problem in found] == [
        'mappings/close.yaml:4:18: currency "AUD" (close.base_currency) is not that of Demo Company in Xero, whose '
        "books are in NZD\n    Write base_currency: NZD",
        'mappings/accounts.yaml:5:28: currency "AUD" is not switched on in Xero, so no document can be in it\n'
        '    Nearest that is switched on: "USD". Or add AUD in Xero',
        'mappings/accounts.yaml:6:34: currency "NZB" is not switched on in Xero, so no document can be in it\n'
        '    Nearest that is switched on: "NZD". Or add NZB in Xero',
    ]


def test_a_base_currency_that_is_left_out_has_to_be_said(company: Company) -> None:
    (problem,) = check_currencies(read_mappings(company()), "Demo Company", "NZD", ["NZD"])

    assert str(problem) == (
        "mappings/close.yaml:2:3: close.base_currency is left out and is not that of Demo Company in Xero, whose books "
        "are in NZD\n    Write base_currency: NZD"
    )


def test_items_that_xero_tracks_are_warned_of_at_the_account_of_cogs(company: Company) -> None:
    found = find_tracked_goods(read_mappings(company()), {"BOOT": "310", "ROPE": "310", "TENT": "399"}, _accounts())

    assert [str(problem) for problem in found] == [
        'mappings/accounts.yaml:3:9: Xero tracks 2 items itself and books their COGS on "310" Cost of goods sold '
        "(DIRECTCOSTS): COGS would be counted twice\n"
        "    Untrack them in Xero, or leave their codes off invoices and bills\n    First: BOOT, ROPE",
        'mappings/accounts.yaml:3:9: Xero tracks 1 item itself and books their COGS on "399": COGS would be counted '
        "twice\n    Untrack them in Xero, or leave their codes off invoices and bills\n    First: TENT",
    ]
