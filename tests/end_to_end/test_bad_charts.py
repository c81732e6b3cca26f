"""Mappings that Xero does not take: told with their place, before anything is posted."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipelines.extract.source_yaml import read_source
from tests.sample_company import SEPTEMBER, Company
from tests.some_thorough import some_thorough

JOURNALS_OF_SEPTEMBER = 12
STOPPED = "2026-09 cannot close yet. Nothing was posted."

Change = Callable[[Company], None]


@dataclass(frozen=True)
class Case:
    """What differs between mappings and Xero, what is said about it, and what a person does then."""

    breaks: Change
    message: str
    repairs: Change


def text(file: str, old: str, new: str) -> Change:
    return lambda company: company.edit_text(f"mappings/{file}", old, new)


def in_xero(code: str, **values: str) -> Change:
    """Change an account on Xero's own pages."""
    return lambda company: company.books.change("accounts", code=code, **values)


CASES = {
    "account that is missing": Case(
        text("accounts.yaml", 'cogs: "310"', 'cogs: "3100"'),
        'HOME/mappings/accounts.yaml:13:9: account "3100" (cogs) does not exist in Xero\n'
        '    Nearest that fits: "310" Cost of Goods Sold (DIRECTCOSTS)',
        text("accounts.yaml", 'cogs: "3100"', 'cogs: "310"'),
    ),
    "account that is archived": Case(
        in_xero("311", status="ARCHIVED"),
        'HOME/mappings/accounts.yaml:33:48: account "311" (cogs) is "Cost of goods sold - wholesale" in Xero, '
        "which is ARCHIVED\n"
        '    Nearest that fits: "310" Cost of Goods Sold (DIRECTCOSTS). Or restore "311" in Xero',
        in_xero("311", status="ACTIVE"),
    ),
    "account of the wrong type": Case(
        text("accounts.yaml", 'cogs: "310"', 'cogs: "200"'),
        'HOME/mappings/accounts.yaml:13:9: account "200" (cogs) is "Sales" in Xero, of type REVENUE; '
        "cogs needs DIRECTCOSTS or EXPENSE or OVERHEADS\n"
        '    Nearest that fits: "310" Cost of Goods Sold (DIRECTCOSTS)',
        text("accounts.yaml", 'cogs: "200"', 'cogs: "310"'),
    ),
    "Xero's own tracked inventory": Case(
        text("accounts.yaml", 'stock_on_hand: "630"', 'stock_on_hand: "640"'),
        'HOME/mappings/accounts.yaml:12:18: account "640" (stock_on_hand) is "Tracked Inventory" in Xero, '
        "Xero's own tracked inventory: it refuses manual journals to it\n"
        '    Nearest that fits: "630" Stock on Hand (CURRENT)',
        text("accounts.yaml", 'stock_on_hand: "640"', 'stock_on_hand: "630"'),
    ),
    "tax type of the wrong direction": Case(
        text("taxes.yaml", "default: NONE", "default: NONE\n  cogs: OUTPUT2"),
        'HOME/mappings/taxes.yaml:9:9: tax type "OUTPUT2" is "15% GST on Income" in Xero, which cannot apply to '
        "accounts of class EXPENSE\n"
        "    Write one that can: GSTONIMPORTS, INPUT2, NONE\n"
        "    First: 310 Cost of Goods Sold, 311 Cost of goods sold - wholesale",
        text("taxes.yaml", "\n  cogs: OUTPUT2", ""),
    ),
    "tracking option that is missing": Case(
        text("tracking.yaml", "Wellington: Central", "Wellington: Centre"),
        'HOME/mappings/tracking.yaml:15:19: option of "Region" "Centre" does not exist in Xero\n'
        '    Nearest that is active: "Central"',
        text("tracking.yaml", "Wellington: Centre", "Wellington: Central"),
    ),
}


@pytest.mark.parametrize("case", some_thorough(CASES, "account that is missing"))
def test_the_close_says_where_and_what_and_goes_on_when_it_fits(opened: Company, case: Case) -> None:
    case.breaks(opened)
    stopped = opened.tieout("close", SEPTEMBER)
    assert stopped.message == f"{STOPPED}\n{case.message}"
    assert (stopped.exit_code, stopped.out, opened.books.journals()) == (3, "", [])

    case.repairs(opened)
    repaired = opened.tieout("close", SEPTEMBER)
    assert repaired.exit_code == 0, repaired.message
    assert len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER


def test_check_says_the_same_before_any_close(opened: Company) -> None:
    case = CASES["tax type of the wrong direction"]
    opened.rewrite("mappings/tests/sample.yaml", None)  # its own tests would find the wrong tax type too
    case.breaks(opened)
    stopped = opened.tieout("check")
    assert (stopped.exit_code, stopped.message) == (
        3,
        f"Sample Company in Xero does not take these mappings.\n{case.message}",
    )
    case.repairs(opened)
    opened.restore("mappings/tests/sample.yaml")
    source = read_source(opened.home / "mappings/sources/omni.yaml")
    checked = opened.tieout("check", "--json").json
    (currency,) = checked.pop("warnings")
    assert currency["found"] == "documents are in AUD, which Xero has not switched on"
    assert checked == {
        "checked": [
            f"Mappings in {opened.home}/mappings hold.",
            f"Source omni: {len(source.inputs)} inputs, {len(source.tables)} core tables.",
            "Documents from 2026-09-01 on: contacts, sales invoices, sales credits, bills, supplier credits, "
            "sales deposits, purchase deposits, payments, allocations.",
            f"Tests in {opened.home}/mappings/tests pass: 6 cases.",
            "Xero: Sample Company, NZD; every account, tax type and option fits.",
        ],
        "idle_rules": [],
    }


OTHER_BOOKS = (
    'HOME/mappings/close.yaml:8:18: currency "AUD" (close.base_currency) is not that of Sample Company in Xero, '
    "whose books are in NZD\n"
    "    Write base_currency: NZD"
)


def test_check_and_close_find_books_in_another_currency(opened: Company) -> None:
    opened.edit_text("mappings/close.yaml", "base_currency: NZD", "base_currency: AUD")
    stopped = opened.tieout("check")
    assert stopped.exit_code == 3
    assert stopped.message == f"Sample Company in Xero does not take these mappings.\n{OTHER_BOOKS}"

    closed = opened.tieout("close", SEPTEMBER)  # where its documents had rates of their own nothing else would stop it
    assert closed.message.startswith(STOPPED)
    assert OTHER_BOOKS in closed.message
    assert (closed.exit_code, opened.books.journals()) == (3, [])
