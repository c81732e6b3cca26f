"""What other mappings would have moved in closed months, against a folder or a git revision; nothing is written."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mappings.reader import read_mappings
from pipelines.errors import DataProblem, UsageProblem
from pipelines.mapping.diff import MappingDiff, compare_months, diff_tables
from pipelines.mapping.revisions import OtherMappings, read_other
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published
from tests.sample_company import OCTOBER, ROOT, SEPTEMBER, Outcome, environment_of, run_here
from transforms.periods import parse_period

RULE = ("accounts.yaml", 'cogs, channel: Wholesale, account: "311"', 'cogs, channel: Web, account: "312"')
OPTION = ("tracking.yaml", "Wellington: Central", "Wellington: South")


def write_mappings(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The committed mappings with some texts replaced."""
    shutil.copytree(ROOT / "mappings", folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def warehouse(closed_settings: Settings) -> Iterator[Warehouse]:
    with open_published(closed_settings) as published:
        yield published


@pytest.fixture
def compared(warehouse: Warehouse, tmp_path: Path) -> MappingDiff:
    """Both months by the committed mappings and by changed ones."""
    committed = OtherMappings("main", read_mappings(ROOT / "mappings"))
    changed = read_mappings(write_mappings(tmp_path / "mappings", RULE, OPTION))
    return compare_months(warehouse, changed, committed, parse_period(SEPTEMBER), parse_period(OCTOBER), "DEMO")


def test_what_moves_is_what_stood_on_the_lines(compared: MappingDiff, warehouse: Warehouse) -> None:
    lines = warehouse.read("close.journal_lines").filter(pl.col("role").is_in(["cogs", "late_cost"]))
    wholesale = lines.filter(account_code="311").group_by("period", "role").agg(pl.col("line_amount").sum())
    moved = compared.moves.filter(target="account", before="311", after="310")

    assert sorted(moved.select("period", "role", "amount").rows()) == sorted(wholesale.rows())
    central = lines.filter(tracking_option_1="Central").group_by("period", "role").agg(pl.col("line_amount").sum())
    tracked = compared.moves.filter(target="tracking_1", before="Region: Central", after="Region: South")
    assert sorted(tracked.select("period", "role", "amount").rows()) == sorted(central.rows())
    assert set(compared.moves["target"]) == {"account", "tracking_1"}


def test_a_mapping_moves_money_and_makes_none(compared: MappingDiff) -> None:
    assert compared.accounts["account_code"].to_list() == ["310", "311", "312"]
    assert compared.accounts["change_amount"].sum() == 0
    net: dict[str, Decimal] = {}
    for before, after, amount in (
        compared.moves.filter(target="account").select("before", "after", "amount").iter_rows()
    ):
        net[before] = net.get(before, Decimal(0)) - amount
        net[after] = net.get(after, Decimal(0)) + amount
    assert net == dict(compared.accounts.select("account_code", "change_amount").rows())


def test_the_tables_name_the_accounts_and_end_with_a_total(compared: MappingDiff) -> None:
    moves, tracking, accounts = diff_tables(compared)

    assert [one.title for one in (moves, tracking, accounts)] == [
        "Accounts: what moves",
        "Tracking: what moves",
        "Accounts: net effect",
    ]
    assert moves.rows[0][:4] == ("2026-09", "cogs", "311 Cost of goods sold - wholesale", "310 Cost of Goods Sold")
    assert moves.note.startswith("2026-09, 2026-10: ")
    assert accounts.rows[-1][0] == "Total"
    assert accounts.rows[-1][-1] == "0.00"


def test_what_is_not_mapped_any_more_is_shown_and_what_is_not_simulated_is_said(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    changed = write_mappings(
        tmp_path / "mappings",
        ("tracking.yaml", "      Wellington: Central\n", ""),
        ("accounts.yaml", '  exchange_difference: "315"', '  late_cost: "315"'),
        ("taxes.yaml", "default: NONE", "cogs: INPUT2"),
        ("landed_costs.yaml", 'freight: { account: "425", basis: value', 'freight: { account: "425", basis: weight'),
        ("close.yaml", "method: fifo #", "method: moving_average #"),
    )
    committed = OtherMappings("main", read_mappings(ROOT / "mappings"))
    month = parse_period(OCTOBER)

    found = compare_months(warehouse, read_mappings(changed), committed, parse_period("2026-08"), month, "DEMO")

    moves = set(found.moves.select("target", "before", "after").rows())
    assert ("account", "315", "(none)") in moves
    assert ("tracking_1", "Region: Central", "Region: (none)") in moves
    assert {("tax_type", "NONE", "INPUT2"), ("tax_type", "NONE", None)} <= moves
    assert found.notes == (
        "No entries are kept of 2026-08: tieout plan PERIOD keeps them.",
        "Costing, recognition and the shares of charges are as the months were closed: the change of close.yaml and "
        "how landed_costs.yaml spreads charges is not simulated.",
    )
    assert any("no tax type" in row for row in diff_tables(found)[1].rows)


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Kiri", "-c", "user.email=kiri@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A company's repository: version one of its mappings is tagged, and the folder holds another one."""
    company = tmp_path / "company"
    folder = write_mappings(company / "books" / "mappings")
    git(tmp_path, "init", "-q", str(company))
    git(company, "add", ".")
    git(company, "commit", "-q", "-m", "one")
    git(company, "tag", "one")
    shutil.rmtree(folder)
    write_mappings(folder, RULE)
    return folder


def test_a_revision_is_read_from_git(repository: Path) -> None:
    other = read_other(repository, "one")

    assert other.name == "one"
    assert other.mappings.content_hash() == read_mappings(ROOT / "mappings").content_hash()
    assert read_mappings(repository).content_hash() != other.mappings.content_hash()


def test_problems_of_a_revision_name_it(repository: Path) -> None:
    (repository / "taxes.yaml").write_text("tax_types: 1\n", encoding="utf-8")
    git(repository, "commit", "-q", "-a", "-m", "broken")

    with pytest.raises(DataProblem) as caught:
        read_other(repository, "HEAD")

    assert str(caught.value) == (
        "The mappings of HEAD:books/mappings do not hold, so nothing can be compared.\n"
        "HEAD:books/mappings/taxes.yaml:1:12: tax_types is the number 1. "
        "Write keys with values under it, or {} for none"
    )


@pytest.mark.parametrize("against", ["nowhere", "--all", "HEAD~7", ""])
def test_what_is_neither_folder_nor_revision_is_told(repository: Path, against: str) -> None:
    with pytest.raises(UsageProblem, match=r"is no folder, and no revision of the git repository"):
        read_other(repository, against)


def run_diff(settings: Settings, *arguments: object, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    return run_here(settings.home, "mapping", "diff", *arguments)


def test_the_command_prints_tables_json_and_markdown_and_writes_nothing(
    closed_settings: Settings, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = closed_settings.warehouse.read_bytes()
    asked = ["2026-09..2026-10", "--against", "one", "--mappings", repository]

    shown = run_diff(closed_settings, *asked, monkeypatch=monkeypatch)
    facts = json.loads(run_here(closed_settings.home, "mapping", "diff", *asked, "--json").out)
    markdown = run_here(closed_settings.home, "mapping", "diff", *asked, "--markdown").out
    same = run_here(closed_settings.home, "mapping", "diff", "2026-10", "--against", repository, *asked[3:])

    assert (shown.exit_code, shown.message) == (0, "")
    assert "Accounts: net effect" in shown.out
    assert (facts["against"], facts["periods"]) == ("one", ["2026-09", "2026-10"])
    assert sum(Decimal(row["change_amount"]) for row in facts["accounts"]) == 0
    assert markdown.startswith("### Accounts: what moves\n\n| Month | Role | From | To | Entries | Amount |\n| --- |")
    assert same.out.startswith("Nothing moves\n2026-10: ")
    assert closed_settings.warehouse.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2026-10..2026-09", "--against", "one"], "2026-10..2026-09 ends before it begins. Write the earlier month"),
        (["2026-10", "--against", "one", "--json", "--markdown"], "Print JSON or Markdown, not both."),
        (["2027-01", "--against", "one"], "The warehouse holds no journal entries of 2027-01. There are those of"),
    ],
)
def test_what_cannot_be_compared_says_why(
    closed_settings: Settings, repository: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = run_diff(closed_settings, *arguments, "--mappings", repository, monkeypatch=monkeypatch)

    assert stopped.exit_code == 2
    assert stopped.message.startswith(message)
