"""What the transforms get: rules in the order in which they are tried, and one hash for what the files say."""

import pickle
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.containers import keys_of
from mappings.mapping_set import Mappings
from mappings.reader import read_mappings
from mappings.shapes import AccountRule, RoleAccounts
from schemas.checking import check
from schemas.journals import ROLES
from schemas.maps import RULE_ATTRIBUTES, AccountRules, ChargeTypes, TaxRules, TrackingRules
from schemas.policies import ClosePolicy

Company = Callable[..., Path]

ACCOUNTS = """\
accounts: {rounding: "499", stock_on_hand: "630", cogs: "310"}
rules:
  - {role: cogs, sku: A, channel: Web, account: "312"}
  - {role: adjustment, reason: Damaged, location: Auckland, account: "428"}
  - {role: cogs, channel: Web, account: "311"}
"""
REASONS = 'reasons:\n  Damaged: {account: "429"}\n  Counted: {account: "430"}\n'
CHARGES = 'charges: {freight: {account: "425"}, customs: {account: "426", basis: weight, places: 4, remainder: last}}\n'


def test_rules_come_first_then_reasons_and_charges_then_the_roles(company: Company) -> None:
    mappings = read_mappings(company(accounts=ACCOUNTS, adjustments=REASONS, landed_costs=CHARGES))

    accounts = mappings.tables().accounts

    shown = accounts.select("role", "sku", "channel", "location", "reason", "charge_type", "account_code")
    tried = [
        tuple(value[0] if isinstance(value, list) else value for value in row if value is not None)
        for row in shown.rows()
    ]
    assert tried == [
        ("adjustment", "Auckland", "Damaged", "428"),
        ("cogs", "A", "Web", "312"),
        ("cogs", "Web", "311"),
        ("adjustment", "Damaged", "429"),
        ("adjustment", "Counted", "430"),
        ("landed_cost_clearing", "freight", "425"),
        ("landed_cost_clearing", "customs", "426"),
        ("stock_on_hand", "630"),
        ("cogs", "310"),
        ("rounding", "499"),
    ]
    assert accounts["rule_order"].to_list() == list(range(1, 11))
    assert accounts["defined_at"][1] == "mappings/accounts.yaml:3:5"


def test_every_table_obeys_its_model(company: Company) -> None:
    tables = read_mappings(company()).tables()

    check(AccountRules, tables.accounts)
    check(TaxRules, tables.taxes)
    check(TrackingRules, tables.tracking)
    check(ChargeTypes, tables.charge_types)
    assert (tables.taxes.height, tables.tracking.height, tables.charge_types.height) == (0, 0, 0)


def test_the_default_tax_type_serves_roles_without_one_of_their_own(company: Company) -> None:
    taxes = read_mappings(company(taxes="tax_types: {cogs: INPUT2, default: NONE}\n")).tables().taxes

    assert taxes.select("role", "tax_type").rows() == [("cogs", "INPUT2"), (None, "NONE")]


def test_without_default_only_the_named_roles_have_a_tax_type(company: Company) -> None:
    taxes = read_mappings(company(taxes="tax_types: {cogs: INPUT2}\n")).tables().taxes

    assert taxes.select("role", "tax_type").rows() == [("cogs", "INPUT2")]


def test_other_values_get_the_option_that_says_otherwise(company: Company) -> None:
    tracking = (
        "tracked_roles: [cogs]\ncategories:\n"
        "  - {name: Region, by: location, options: {Auckland: North}, otherwise: Head office}\n"
        "  - {name: Channel, by: channel, options: {Web: Online}}\n"
    )

    tables = read_mappings(company(tracking=tracking)).tables()

    assert tables.tracked_roles == ("cogs",)
    shown = ("slot", "rule_order", "tracking_category", "location", "channel", "tracking_option")
    assert tables.tracking.select(shown).rows() == [
        (1, 1, "Region", ["Auckland"], None, "North"),
        (1, 2, "Region", None, None, "Head office"),
        (2, 1, "Channel", None, ["Web"], "Online"),
    ]


def test_charges_are_spread_by_value_to_the_cent_unless_they_say_otherwise(company: Company) -> None:
    charges = read_mappings(company(landed_costs=CHARGES)).tables().charge_types

    assert charges.drop("defined_at").rows() == [("freight", "value", 2, "largest"), ("customs", "weight", 4, "last")]


CODES = st.from_regex("[1-9][0-9]{2}", fullmatch=True)
RULES = st.lists(st.tuples(CODES, st.sampled_from("ABCDEFGH")), unique_by=lambda rule: rule[1], max_size=8)


@given(rules=RULES)
def test_rule_order_is_the_order_in_the_file(
    rules: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = "".join(f'  - {{role: cogs, sku: {sku}, account: "{code}"}}\n' for code, sku in rules)
    folder = tmp_path_factory.mktemp("company")
    for name, text in GOOD.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "accounts.yaml").write_text(GOOD["accounts"] + ("rules:\n" + written if rules else ""))

    accounts = read_mappings(folder).tables().accounts

    assert accounts["rule_order"].to_list() == list(range(1, len(rules) + 3))
    asked = [(code, [sku]) for code, sku in rules]
    assert accounts.select("account_code", "sku").rows() == [*asked, ("0999", None), ("0998", None)]


GOOD = {
    "accounts": 'accounts: {stock_on_hand: "0999", cogs: "0998"}\n',
    "taxes": "tax_types: {}\n",
    "tracking": "categories: []\n",
    "landed_costs": "charges: {}\n",
    "adjustments": "reasons: {}\n",
    "corrections": "corrections: []\n",
    "close": "close: {source: omni, first_period: 2026-09}\n",
}


def _hash(company: Company, **changed: str) -> str:
    return read_mappings(company(**changed)).content_hash()


@pytest.mark.parametrize(
    "same",
    [
        {"accounts": '# a comment\naccounts:\n    cogs: "310" # moved up\n    stock_on_hand: "630"\nrules: []\n'},
        {"accounts": "accounts: {stock_on_hand: '630', cogs: '310'}\r\n"},
        {"close": "close: {first_period: 2026-09, source: omni, costing: {method: fifo}}\n"},
        {"landed_costs": "charges:\n    {}\n"},
    ],
    ids=["comments and order of keys", "quotes and line ends", "defaults written out", "layout"],
)
def test_layout_does_not_change_the_hash(same: dict[str, str], company: Company) -> None:
    assert _hash(company, **same) == _hash(company)


@pytest.mark.parametrize(
    "other",
    [
        {"accounts": 'accounts: {stock_on_hand: "630", cogs: "311"}\n'},
        {"taxes": "tax_types: {default: NONE}\n"},
        {"tracking": "tracked_roles: [cogs]\ncategories: []\n"},
        {"landed_costs": CHARGES},
        {"adjustments": REASONS},
        {"close": "close: {source: omni, first_period: 2026-10}\n"},
        {"close": "close: {source: omni, first_period: 2026-09, costing: {method: moving_average}}\n"},
        {"close": "close: {source: omni, first_period: 2026-09, recognition: {accounting_statuses: []}}\n"},
    ],
)
def test_every_change_of_content_changes_the_hash(other: dict[str, str], company: Company) -> None:
    assert _hash(company, **other) != _hash(company)


def test_the_order_of_rules_changes_the_hash(company: Company) -> None:
    head, first, second, third = ACCOUNTS.split("  - ")

    assert _hash(company, accounts=ACCOUNTS) != _hash(company, accounts="  - ".join([head, second, first, third]))


def test_the_policies_of_an_empty_close_are_their_own_defaults(company: Company) -> None:
    mappings = read_mappings(company())

    assert mappings.close.policy == ClosePolicy(first_period=mappings.close.close.first_period)
    assert mappings.close.source == "omni"
    assert (mappings.close.journal_status, mappings.close.show_on_cash_basis) == ("POSTED", False)
    assert (mappings.close.approval_required, mappings.close.stale_after_days) == (False, 10)


def test_the_roles_in_the_yaml_are_the_roles_of_the_journals() -> None:
    """landed_costs.yaml and adjustments.yaml name the accounts of the two others, so that nothing new slips through."""
    assert set(keys_of(RoleAccounts)) == set(ROLES) - {"landed_cost_clearing", "adjustment"}


def test_a_rule_may_ask_for_every_attribute_that_the_transforms_know() -> None:
    assert set(keys_of(AccountRule)) == {"role", "account", "entity", "from", "to", *RULE_ATTRIBUTES}
    assert set(RULE_ATTRIBUTES) < set(AccountRules.to_schema().columns)


def test_a_correction_serves_its_months(company: Company) -> None:
    rest = "accepts: missing_cost, subjects: [x], reason: r, owner: o"
    bounds = "status: open, from: 2026-10, to: 2026-11"
    text = f"corrections:\n  - {{id: A, {rest}, {bounds}}}\n  - {{id: B, {rest}, status: accepted}}\n"
    mappings: Mappings = read_mappings(company(corrections=text))
    bounded, endless = mappings.corrections.entries
    months = [mappings.close.policy.first_period.replace(month=month) for month in (9, 10, 11, 12)]

    assert [bounded.holds_in(month) for month in months] == [False, True, True, False]
    assert all(endless.holds_in(month) for month in months)
    assert bounded.defined_at == "mappings/corrections.yaml:2:5"


def test_what_was_read_survives_pickling_and_frames(company: Company) -> None:
    """Prefect pickles what passes between tasks, and Polars takes the texts as they are."""
    mappings = read_mappings(company(adjustments=REASONS))

    copy: Mappings = pickle.loads(pickle.dumps(mappings))  # noqa: S301 - our own bytes

    assert copy == mappings
    assert copy.accounts.accounts.cogs.defined_at == "mappings/accounts.yaml:3:9"
    assert pl.Series(list(mappings.adjustments.reasons)).to_list() == ["Damaged", "Counted"]


@pytest.mark.thorough
def test_two_thousand_rules_are_read_and_compared(company: Company) -> None:
    """Comparing every rule with every earlier one would take minutes for ten thousand."""
    rules = "".join(f'- {{role: cogs, sku: S{number}, channel: W, account: "310"}}\n' for number in range(2000))

    mappings = read_mappings(company(accounts=f'accounts: {{stock_on_hand: "630", cogs: "310"}}\nrules:\n{rules}'))

    assert mappings.tables().accounts.height == 2002


def test_a_rule_about_nothing_but_the_kind_of_journal_serves_what_no_reason_names(company: Company) -> None:
    folder = company(
        accounts=(
            'accounts: {stock_on_hand: "630", cogs: "310"}\nrules:\n'
            '  - {role: adjustment, journal_kind: adjustment, account: "430"}\n'
            '  - {role: adjustment, location: Leeds, account: "431"}\n'
        ),
        adjustments='reasons: {Damaged: {account: "429"}}\n',
    )

    rules = read_mappings(folder).tables().accounts.filter(role="adjustment").sort("rule_order")

    assert rules["account_code"].to_list() == ["431", "429", "430"]
