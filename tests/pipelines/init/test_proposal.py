"""What the wizard makes of other companies' charts: codes and names that are not the demo's, several, or none."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mappings.reader import read_mappings
from mappings.xero_checks import check_against_xero
from pipelines.errors import DataProblem, UsageProblem
from pipelines.init.decisions import Decisions
from pipelines.init.facts import Cin7Facts, XeroFacts
from pipelines.init.files import render, render_source
from pipelines.init.proposal import Proposal, propose
from pipelines.init.questions import Questions
from tests.pipelines.init.charts import AMERICAN, BRITISH, cin7, xero

TODAY = date(2026, 11, 22)


def proposed(organisation: XeroFacts, source: Cin7Facts | None = None, **answers: str) -> Proposal:
    """What is proposed where nobody is asked; answers by key, with __ for the dot."""
    named = {key.replace("__", "."): value for key, value in answers.items()}
    return propose(organisation, source or cin7(), Decisions(Questions(named, None, print)), TODAY)


def accounts_of(proposal: Proposal) -> dict[str, str]:
    return {role: option.value for role, option in proposal.accounts.items() if option is not None}


def read_back(folder: Path, proposal: Proposal) -> Mapping[str, object]:
    """The rendered files hold, in themselves and against the organisation."""
    folder.mkdir(exist_ok=True)
    for name, text in render(proposal).items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    mappings = read_mappings(folder)
    tables = proposal.xero
    assert check_against_xero(mappings, tables.accounts, tables.tax_rates, tables.tracking_options) == []
    return vars(mappings)


def test_a_british_chart_is_read_by_its_names(tmp_path: Path) -> None:
    proposal = proposed(xero())
    assert accounts_of(proposal) == {
        "stock_on_hand": "1001", "cogs": "5000", "exchange_difference": "7400", "purchase_price_variance": "5000",
        "purchase_return_variance": "5000", "rounding": "5000", "opening_difference": "5201",
    }  # fmt: skip
    assert {name: option.value for name, option in proposal.reasons.items()} == {
        "Damaged": "5200", "Stock take": "5201", "Photo samples": "6201",
    }  # fmt: skip
    assert {name: option.value for name, option in proposal.charges.items()} == {"freight": "5100", "customs": "5101"}
    read_back(tmp_path / "mappings", proposal)


def test_an_american_chart_is_read_by_its_names(tmp_path: Path) -> None:
    organisation = xero(AMERICAN, base_currency="USD")
    proposal = proposed(organisation, cin7(has_production=True))
    assert accounts_of(proposal) == {
        "stock_on_hand": "12000", "cogs": "50000", "exchange_difference": "50000", "purchase_price_variance": "52000",
        "purchase_return_variance": "52000", "rounding": "50000", "production_clearing": "12500",
        "opening_difference": "51000",
    }  # fmt: skip
    read_back(tmp_path / "mappings", proposal)


def test_of_several_stock_accounts_the_one_that_items_are_bought_on_is_taken() -> None:
    chart = BRITISH + "1002 CURRENT     Stock of boots\n1003 CURRENT     Stock of ropes\n"
    taken = proposed(xero(chart, purchase_accounts={"1003": 12}))
    assert accounts_of(taken)["stock_on_hand"] == "1003"
    (decision,) = [one for one in taken.decisions if one.key == "accounts.stock_on_hand"]
    assert decision.reason == 'its name says "stock", 12 items of Xero are bought on it, type CURRENT'


def test_accounts_that_cin7_core_books_on_win_over_names() -> None:
    chart = BRITISH + "1009 CURRENT     Goods room\n5900 EXPENSE     Cost of goods sold, old\n"
    uses = {"stock_on_hand": {"1009": 3}, "cogs": {"5000": 40}}
    assert accounts_of(proposed(xero(chart), cin7(account_uses=uses)))["stock_on_hand"] == "1009"


def test_a_charge_that_core_calls_after_its_account_goes_to_that_account() -> None:
    proposal = proposed(xero(BRITISH), cin7(charge_types=("account 5100", "account 9999")))
    assert {name: option.value for name, option in proposal.charges.items()} == {"account 5100": "5100"}
    assert proposal.missing_charges == ("account 9999",)


def test_the_source_of_core_knows_the_accounts_of_charges_that_are_proposed() -> None:
    proposal = proposed(xero(BRITISH), cin7(charge_types=("freight", "customs", "account 5200")))
    text = render_source("core", None, proposal.charges)
    assert text is not None
    assert "values ('5100', 'freight'), ('5101', 'customs')\n" in text
    assert "'425'" not in text


def test_documents_take_the_revenue_account_that_products_of_core_are_on() -> None:
    chart = BRITISH + "4100 REVENUE     Outdoor goods\n"
    assert 'revenue: "4000"' in render(proposed(xero(chart)))["documents"]
    on_products = cin7(account_uses={"revenue": {"4100": 40, "4000": 2}})
    assert (
        'revenue: "4100" # 4100 Outdoor goods (REVENUE): 40 products'
        in render(proposed(xero(chart), on_products))["documents"]
    )


def test_the_only_current_account_is_stock_whatever_its_name() -> None:
    chart = "1400 CURRENT     Varelager\n4300 DIRECTCOSTS Vareforbruk\n"
    proposal = proposed(xero(chart))
    assert (accounts_of(proposal)["stock_on_hand"], accounts_of(proposal)["cogs"]) == ("1400", "4300")


def test_accounts_that_nothing_speaks_for_have_to_be_named() -> None:
    chart = "1400 CURRENT     Varelager\n1500 CURRENT     Diverse\n4300 DIRECTCOSTS Vareforbruk\n"
    with pytest.raises(DataProblem) as caught:
        proposed(xero(chart))
    assert str(caught.value) == (
        "Moor & Fell Ltd has no account that tieout may take. Nothing was written.\n"
        "accounts.stock_on_hand: no account of Moor & Fell Ltd is named like stock on hand (type CURRENT)\n"
        "    Name one of them: tieout init --answer accounts.stock_on_hand=CODE. There are: "
        "1400 Varelager (CURRENT); 1500 Diverse (CURRENT)"
    )
    assert accounts_of(proposed(xero(chart), accounts__stock_on_hand="1400"))["stock_on_hand"] == "1400"


def test_a_chart_without_a_stock_account_says_what_to_add() -> None:
    chart = "1001 INVENTORY   Inventory\n5000 DIRECTCOSTS Cost of Sales\n"
    with pytest.raises(DataProblem) as caught:
        proposed(xero(chart))
    assert str(caught.value) == (
        "Moor & Fell Ltd has no account that tieout may take. Nothing was written.\n"
        "accounts.stock_on_hand: Moor & Fell Ltd has no active account for stock on hand (type CURRENT) "
        "(1001 Inventory (INVENTORY) is Xero's own tracked inventory, which takes no journals)\n"
        "    Add an account for stock on hand (type CURRENT) in Xero, then run the same command again"
    )


def test_an_answer_that_fits_nothing_is_refused() -> None:
    with pytest.raises(UsageProblem, match=r'accounts\.cogs: "1001" is none of the options: 5000'):
        proposed(xero(), accounts__cogs="1001")


def test_base_currencies_must_match() -> None:
    source = cin7(base_currency="NZD", base_currency_reason="41 of its recent sales are in it, at the rate 1")
    with pytest.raises(DataProblem) as caught:
        proposed(xero(), source)
    assert str(caught.value) == (
        "The base currencies of Cin7 and Xero must match. Nothing was written.\n"
        "base currency: Moor & Fell Ltd keeps its books in GBP, Cin7 in NZD "
        "(41 of its recent sales are in it, at the rate 1)\n"
        "    Connect the Xero organisation whose books are in that currency, or the Cin7 account that belongs to it"
    )


def test_tracked_items_and_currencies_that_are_off_are_warned_of() -> None:
    proposal = proposed(xero(tracked_items={"BOOT-7": "5000", "BOOT-8": "5000"}), cin7(currencies=("GBP", "USD")))
    assert proposal.warnings == [
        '2 items of Xero are tracked ("BOOT-7", "BOOT-8"): Xero books their COGS when they are invoiced, and tieout '
        "would book it again. Untrack them in Xero, or leave their codes off invoices.",
        "Cin7 has documents in USD, which Xero has not switched on: their bills cannot be entered there.",
    ]


@pytest.mark.parametrize(
    ("organisation", "source", "month", "reason"),
    [
        (xero(lock_date=date(2026, 8, 31)), cin7(), "2026-09", "Xero is locked up to 2026-08-31"),
        (xero(lock_date=date(2026, 12, 30)), cin7(), "2027-01", "Xero is locked up to 2026-12-30"),
        (xero(), cin7(opening_date=date(2026, 6, 30)), "2026-07", "the opening stock is of 2026-06-30"),
        (xero(), cin7(), "2026-11", "the present month: neither a lock date nor opening stock names another"),
    ],
)
def test_the_first_month_follows_the_opening_stock_or_the_lock(
    organisation: XeroFacts, source: Cin7Facts, month: str, reason: str
) -> None:
    first = proposed(organisation, source).first_period
    assert (first.value, first.reason) == (month, reason)


def test_options_of_tracking_categories_are_found_by_name(tmp_path: Path) -> None:
    categories = {"Branch": ["LEEDS", "York ", "Hull"], "Sales channel": ["Web shop", "Trade", "Other"]}
    proposal = proposed(xero(categories=categories))
    assert [(one.category.name, one.by, dict(one.options), one.otherwise) for one in proposal.tracking] == [
        ("Branch", "location", {"Leeds": "LEEDS", "York": "York "}, None),
        ("Sales channel", "channel", {"Trade": "Trade"}, "Other"),
    ]
    read_back(tmp_path / "mappings", proposal)


def test_a_category_without_options_for_all_values_is_left_out() -> None:
    proposal = proposed(xero(categories={"Region": ["North", "South"], "Season": ["Summer", "Winter"]}))
    assert (proposal.tracking, proposal.warnings) == (
        [],
        [
            'Tracking category "Region" is not used: no option is named like Leeds, York.',
            'Tracking category "Season" is not used: its options are not named like anything in Cin7.',
        ],
    )
    answered = propose(
        xero(categories={"Region": ["North", "South"]}),
        cin7(),
        Decisions(Questions({"tracking.Region.Leeds": "North", "tracking.Region.York": "North"}, None, print)),
        TODAY,
    )
    assert dict(answered.tracking[0].options) == {"Leeds": "North", "York": "North"}


def test_an_organisation_without_an_untaxed_type_leaves_lines_to_notax(tmp_path: Path) -> None:
    proposal = proposed(xero(rates=[("INPUT2", "20% VAT", "20")]))
    assert proposal.tax_type is None
    read_back(tmp_path / "mappings", proposal)


def test_a_person_is_asked_only_what_cannot_be_inferred() -> None:
    chart = BRITISH + "1002 CURRENT     Stock at sea\n"
    asked: list[str] = []
    replies = iter(["2", "9", "2026-13", "2026-10", ""])

    def ask(words: str, default: str) -> str:
        asked.append(words)
        return next(replies) or default

    said: list[str] = []
    proposal = propose(xero(chart), cin7(), Decisions(Questions({}, ask, said.append)), TODAY)
    # the month comes first: "2" and "9" are no options of it, and 2026-13 is no month
    assert (proposal.first_period.value, len(asked)) == ("2026-10", 5)
    assert said[1].startswith("Which month is the first one that tieout closes (YYYY-MM)?")
    assert accounts_of(proposal)["stock_on_hand"] == "1001"


names = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() != "")


@settings(max_examples=5, deadline=None)
@given(reasons=st.lists(names, max_size=3, unique=True), option=names, channel=names)
@example(reasons=['"', "# ", "no", "\x1b"], option="{a: b}", channel="- ' \u2028")
def test_whatever_the_names_are_the_files_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, reasons: list[str], option: str, channel: str
) -> None:
    values = {"channel": (channel,), "location": ("Leeds",)}
    proposal = proposed(xero(categories={"Channel": [option, "Other"]}), cin7(reasons=tuple(reasons), values=values))
    read_back(tmp_path_factory.mktemp("mappings"), proposal)
