"""Which rule decides, where it stands, and which rules it keeps out."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from mappings.reader import read_mappings
from pipelines.errors import UsageProblem
from pipelines.mapping.explain import Decision, explain_combination, explain_line
from pipelines.mapping.tables import decision_facts, decision_tables
from pipelines.settings import Settings
from pipelines.warehouse import open_published
from schemas.maps import MappingTables
from tests.sample_company import ROOT, run_here


@pytest.fixture(scope="module")
def maps() -> MappingTables:
    return read_mappings(ROOT / "mappings").tables()


def by_name(decisions: list[Decision]) -> dict[str, Decision]:
    return {one.list_name: one for one in decisions}


def at_line(decision: Decision) -> list[str]:
    """Line and column of every rule that matches."""
    return [rule.defined_at.split("/")[-1] for rule in decision.rules]


def test_the_nearer_rule_decides_and_the_account_of_the_role_is_shadowed(maps: MappingTables) -> None:
    found = by_name(explain_combination(maps, {"role": "cogs", "channel": "Wholesale", "location": "Auckland"}))

    account = found["account"]
    assert [(rule.asks, rule.gives, rule.level) for rule in account.rules] == [
        ("role cogs, channel Wholesale", "311", "branch"),
        ("role cogs", "310", "default"),
    ]
    assert all(place.startswith("accounts.yaml:") for place in at_line(account))
    assert [found[name].outcome for name in ("tax_type", "tracking_1", "tracking_2")] == ["NONE", "North", "Wholesale"]


def test_late_cost_says_whose_account_it_takes(maps: MappingTables) -> None:
    account = by_name(explain_combination(maps, {"role": "late_cost"}))["account"]

    assert [(rule.asks, rule.gives) for rule in account.rules] == [
        ("role cogs, as late_cost has none that matches", "310")
    ]


def test_what_no_rule_covers_and_what_is_not_asked_are_told_apart(maps: MappingTables) -> None:
    lost = by_name(explain_combination(maps, {"role": "cogs", "location": "Hamilton"}))["tracking_1"]
    untracked = by_name(explain_combination(maps, {"role": "rounding"}))["tracking_1"]

    assert (lost.is_asked, lost.outcome) == (True, None)
    assert (untracked.is_asked, untracked.outcome) == (False, None)
    lost_table, untracked_table = decision_tables([lost])[0], decision_tables([untracked])[0]
    assert lost_table.title == "Tracking Region: no rule gives an option: such an entry stops the close"
    assert untracked_table.note == "Entries of this role carry no tracking (tracked_roles)."


def test_a_customer_is_the_party_too(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    text = (folder / "accounts.yaml").read_text(encoding="utf-8")
    rule = '  - { role: cogs, party: "Ace*", account: "311" }\n'
    (folder / "accounts.yaml").write_text(text.rstrip("\n") + "\n" + rule, encoding="utf-8")

    found = explain_combination(read_mappings(folder).tables(), {"role": "cogs", "customer": "Ace Sports"})

    assert found[0].rules[0].asks == "role cogs, party Ace*"


def test_every_line_is_decided_as_it_was_posted(closed_settings: Settings, maps: MappingTables) -> None:
    with open_published(closed_settings) as warehouse:
        lines = warehouse.read("close.journal_lines").to_dicts()
        for line in lines[::5]:
            _, decisions = explain_line(warehouse, maps, f"{line['journal_key']}:{line['line_number']}")
            for name, column in (
                ("account", "account_code"),
                ("tax_type", "tax_type"),
                ("tracking_1", "tracking_option_1"),
            ):
                of_list = [one for one in decisions if one.list_name == name]
                assert {one.outcome for one in of_list} == {line[column]}
            amounts = [one.amount for one in decisions if one.list_name == "account"]
            assert sum((amount or Decimal(0) for amount in amounts), Decimal(0)) == line["line_amount"]


def test_a_line_that_is_not_there_is_told(closed_settings: Settings, maps: MappingTables) -> None:
    with open_published(closed_settings) as warehouse:
        with pytest.raises(UsageProblem, match=r"COGS-2026-10 has no line 77. It has the lines 1 to 12."):
            explain_line(warehouse, maps, "COGS-2026-10:77")
        with pytest.raises(UsageProblem, match=r"COGS-2026-10 names no line. Write TAG:LINE, such as COGS-2026-10:1"):
            explain_line(warehouse, maps, "COGS-2026-10")


def test_programs_get_the_same(maps: MappingTables) -> None:
    facts = decision_facts(explain_combination(maps, {"role": "cogs"}))[0]

    assert (facts["list"], facts["outcome"], facts["shadowed"], facts["amount"]) == ("account", "310", [], None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--role", "cog"], 'There is no role "cog". Did you mean "cogs"?'),
        (["COGS-2026-10:1", "--role", "cogs"], "Name a line (TAG:LINE), or a combination that begins with --role"),
        (["--sku", "A"], "Name a line (TAG:LINE), or a combination that begins with --role"),
        (["--role", "cogs", "--period", "2026-13"], "'2026-13' is not a month"),
    ],
)
def test_what_cannot_be_explained_says_why(tmp_path: Path, arguments: list[str], message: str) -> None:
    stopped = run_here(tmp_path, "mapping", "explain", *arguments, "--home", tmp_path, "--mappings", ROOT / "mappings")

    assert stopped.exit_code == 2
    assert stopped.message.startswith(message)


def test_the_command_shows_one_table_for_each_list(tmp_path: Path) -> None:
    arguments = ["--role", "cogs", "--channel", "Web", "--period", "2026-10"]
    shown = run_here(tmp_path, "mapping", "explain", *arguments, "--home", tmp_path, "--mappings", ROOT / "mappings")

    assert (shown.exit_code, shown.message) == (0, "")
    assert shown.out.startswith("role cogs, channel Web · by the rules of 2026-10\n")
    assert [line for line in shown.out.splitlines() if line.startswith(("Account", "Tax", "Tracking"))] == [
        "Account: 310",
        "Tax type: NONE",
        "Tracking Region: no rule gives an option: such an entry stops the close",
        "Tracking Channel: Web",
    ]
