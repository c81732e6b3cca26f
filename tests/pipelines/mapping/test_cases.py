"""The tests in mappings/tests: those of the sample company pass, and one that fails says what decided."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mappings.case_shapes import CaseLine
from mappings.cases import read_cases
from mappings.containers import keys_of
from mappings.reader import read_mappings
from pipelines.mapping.cases import run_cases
from schemas.maps import RULE_ATTRIBUTES
from tests.sample_company import ROOT, Company

CASES, PROBLEMS = read_cases(ROOT / "mappings")

Run = Callable[..., list[str]]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_sample_company_passes(case: object) -> None:
    mappings = read_mappings(ROOT / "mappings")

    assert PROBLEMS == []
    assert run_cases([one for one in CASES if one is case], mappings, "DEMO") == []


def test_a_line_may_have_every_attribute_that_rules_ask_for() -> None:
    assert set(keys_of(CaseLine)) == {"role", *RULE_ATTRIBUTES}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Read and run cases against the committed mappings with more rules in accounts.yaml."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")

    def run_text(text: str, *rules: str) -> list[str]:
        Path("mappings/tests/sample.yaml").write_text(text, encoding="utf-8")
        accounts = Path("mappings/accounts.yaml")
        accounts.write_text(
            accounts.read_text(encoding="utf-8") + "".join(f"  - {rule}\n" for rule in rules), encoding="utf-8"
        )
        cases, problems = read_cases(Path("mappings"))
        return [str(one) for one in problems or run_cases(cases, read_mappings(Path("mappings")), None)]

    return run_text


def case(line: str, expect: str, more: str = "") -> str:
    return f"cases:\n  - {{name: one, {more}line: {{{line}}}, expect: {{{expect}}}}}\n"


AT = "mappings/tests/sample.yaml:2:"
FIX = ". Change the rule, or what the case expects"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            case("role: cogs, channel: Wholesale", 'account: "310"'),
            [
                f'{AT}75: case "one" expects account "310" and in 2026-09 gets "311", '
                f"by mappings/accounts.yaml:33:5 (role cogs, channel Wholesale){FIX}"
            ],
        ),
        (
            case("role: cogs, location: Hamilton", "tax_type: INPUT2, tracking: {Region: North}", "period: 2026-10, "),
            [
                f'{AT}93: case "one" expects tax type "INPUT2" and gets "NONE", by mappings/taxes.yaml:8:12 (anything)'
                + FIX,
                f'{AT}120: case "one" expects Region "North" and gets none: no rule matches{FIX}',
            ],
        ),
        (
            case("role: rounding", "tracking: {Region: North}"),
            [
                f'{AT}69: case "one" expects Region "North" and in 2026-09 gets none: entries of role rounding carry '
                f"no tracking (tracked_roles){FIX}"
            ],
        ),
        (
            case("role: cogs", "tracking: {Reigon: North}"),
            [
                f'{AT}65: case "one" expects an option of "Reigon", which is no category of tracking.yaml. '
                'Did you mean "Region"?'
            ],
        ),
        (
            case("role: cogs", ""),
            [f'{AT}45: case "one" expects nothing. Write one of: account, tax_type, tracking'],
        ),
        (
            case("role: cog", "account: 310"),
            [
                f'{AT}30: cases[].line.role is "cog". Did you mean "cogs"?',
                f'{AT}54: cases[].expect.account is the number 310. Quote it: "310"',
            ],
        ),
        (
            'cases:\n- {name: one, line: {role: cogs}, expect: {account: "310"}}\n'
            '- {name: one, line: {role: cogs}, expect: {account: "310"}}\n',
            ['mappings/tests/sample.yaml:3:10: case "one" stands on line 2 already. Rename one of them'],
        ),
        ("", ["mappings/tests/sample.yaml:1:1: the file is empty. Begin with the key cases: one entry a case"]),
    ],
    ids=["account", "tax and tracking", "untracked", "category", "nothing", "words", "twice", "empty"],
)
def test_a_case_that_fails_says_where_what_and_which_rule(run: Run, text: str, messages: list[str]) -> None:
    assert run(text) == messages


def test_a_case_without_a_period_must_hold_from_every_change_of_rules_on(run: Run) -> None:
    text = case("role: cogs, channel: Web", 'account: "310"')
    rule = '{ role: cogs, channel: Web, from: 2027-01, to: 2027-03, account: "311" }'

    (message,) = run(text, rule)

    assert 'expects account "310" and in 2027-01 gets "311"' in message
    assert run(text.replace("name: one", "name: one, period: 2027-04")) == []


def test_a_case_of_another_organisation_is_decided_by_its_rules(run: Run) -> None:
    rule = '{ role: cogs, channel: Web, entity: AU, account: "311" }'

    assert run(case("role: cogs, channel: Web", 'account: "311"', "entity: AU, "), rule) == []
    assert run(case("role: cogs, channel: Web", 'account: "310"', "entity: NZ, ")) == []


def test_a_supplier_is_the_party_of_a_case_too(run: Run) -> None:
    rule = '{ role: rounding, supplier: Ace, party: Ace, account: "430" }'

    assert run(case("role: rounding, supplier: Ace", 'account: "430"'), rule) == []
    assert run(case("role: rounding, party: Ace, journal_kind: valuation", 'account: "430"')) == []


def test_a_file_of_another_ending_is_told_and_no_folder_is_no_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_cases(Path("mappings")) == ([], [])
    Path("mappings/tests").mkdir(parents=True)
    Path("mappings/tests/more.yml").write_text("cases: []\n", encoding="utf-8")

    (problem,) = read_cases(Path("mappings"))[1]

    assert str(problem) == "mappings/tests/more.yml: nothing reads this file. Rename it to more.yaml"


def test_check_runs_the_cases(untouched: Company) -> None:
    untouched.edit_text("mappings/tests/sample.yaml", "Region: South", "Region: North")
    stopped = untouched.tieout("check")

    assert stopped.exit_code == 3
    assert stopped.message == (
        "The mappings in HOME/mappings do not do what they have to. Nothing was changed.\n"
        'HOME/mappings/tests/sample.yaml:13:51: case "Wholesale has its own COGS account" expects Region "North" and '
        'in 2026-09 gets "South", by HOME/mappings/tracking.yaml:16:21 (location Christchurch). '
        "Change the rule, or what the case expects"
    )
    untouched.rewrite("mappings/taxes.yaml", "tax_types: 1\n")
    untouched.rewrite("mappings/tests/sample.yaml", "cases: 1\n")
    both = untouched.tieout("check")
    assert [line.split(":")[0] for line in both.message.splitlines()[1:]] == [
        "HOME/mappings/taxes.yaml",
        "HOME/mappings/tests/sample.yaml",
    ]
