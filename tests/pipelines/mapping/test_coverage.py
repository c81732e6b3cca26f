"""A closed month, mapped by the rules as they are now: gaps with the YAML to add, and rules that decide nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from mappings.reader import read_mappings
from pipelines.kept_months import latest_month, read_entries
from pipelines.mapping.coverage import Coverage, measure_coverage
from pipelines.mapping.tables import idle_rules_table
from pipelines.settings import Settings
from pipelines.warehouse import open_published
from tests.sample_company import OCTOBER, ROOT, Company
from transforms.periods import parse_period

Change = tuple[str, str, str]
Measure = Callable[..., Coverage]

WHOLE = "Coverage of 2026-10: every one of"


@pytest.fixture(scope="module")
def entries(closed_settings: Settings) -> pl.DataFrame:
    month = parse_period(OCTOBER)
    assert latest_month(closed_settings) == month
    with open_published(closed_settings) as warehouse:
        return read_entries(warehouse, month, month)


@pytest.fixture
def measure(entries: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Measure:
    """Map October by the committed mappings with some texts replaced."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)

    def change(*changes: Change, entries: pl.DataFrame = entries) -> Coverage:
        for file, old, new in changes:
            text = (folder / file).read_text(encoding="utf-8")
            assert text.count(old) == 1
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return measure_coverage(entries, read_mappings(folder), Path("mappings"), "DEMO")

    return change


def test_the_committed_mappings_cover_the_month(measure: Measure) -> None:
    covered = measure()

    assert (covered.gaps, covered.mapped_count) == ((), covered.entry_count)
    assert covered.sentence.startswith(WHOLE)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            ("tracking.yaml", "      Wellington: Central\n", ""),
            [
                'mappings/tracking.yaml: location "Wellington" has no option of category "Region"',
                '    Add to category "Region" under options:  "Wellington": "..."',
                "    First: October 2026",
            ],
        ),
        (
            ("adjustments.yaml", "Damaged in transit", "Broken"),
            [
                'mappings/adjustments.yaml: reason "Damaged in transit" has no account',
                '    Add under reasons:  "Damaged in transit": {account: "..."}',
                "    First: ADJ-",
            ],
        ),
        (
            ("accounts.yaml", '  exchange_difference: "315"', '  late_cost: "315"'),
            [
                "mappings/accounts.yaml: role exchange_difference has no account",
                '    Add under accounts:  exchange_difference: "..."',
                "    First: October 2026",
            ],
        ),
        (
            ("landed_costs.yaml", "  customs:", "  duty:"),
            [
                'mappings/landed_costs.yaml: charge "customs" has no account',
                '    Add under charges:  "customs": {account: "...", basis: value}',
                "    First: PO-301",
            ],
        ),
    ],
    ids=["tracking", "reason", "role", "charge"],
)
def test_a_gap_names_the_value_the_money_and_what_to_write(measure: Measure, change: Change, lines: list[str]) -> None:
    covered = measure(change)

    (gap,) = covered.gaps
    shown = str(gap).splitlines()
    assert [text.startswith(line) for text, line in zip(shown, lines, strict=True)] == [True] * len(lines), shown
    assert gap.row_count == covered.entry_count - covered.mapped_count
    assert gap.amount is not None
    assert gap.amount > 0


def test_entries_without_a_value_get_a_rule_or_an_otherwise(measure: Measure, entries: pl.DataFrame) -> None:
    def without(name: str, role: str) -> pl.DataFrame:
        return entries.with_columns(pl.when(pl.col("role") != role).then(name).alias(name))

    (reason,) = measure(entries=without("reason", "adjustment")).gaps
    (location,) = measure(entries=without("location", "cogs")).gaps

    assert reason.found == "adjustment entries without reason have no account"
    assert reason.fix.startswith(
        "Add under rules:  - {role: adjustment, journal_kind: [adjustment, valuation], account:"
    )
    assert location.found == 'tracked entries without location have no option of category "Region"'
    assert location.fix == 'Add to category "Region":  otherwise: "..."'


def test_a_category_with_rules_only_gets_another_rule(measure: Measure) -> None:
    (gap,) = measure(
        ("tracking.yaml", "    by: channel\n    options:\n", "    rules:\n"),
        ("tracking.yaml", "      Web: Web\n", "      - {channel: Web, option: Web}\n"),
        ("tracking.yaml", "      Store: Store\n", "      - {channel: Store, option: Store}\n"),
        ("tracking.yaml", "      Wholesale: Wholesale\n", ""),
    ).gaps

    assert gap.fix == 'Add to category "Channel" under rules:  - {channel: "Wholesale", option: "..."}'


def test_rules_that_decide_nothing_are_dead_or_shadowed(measure: Measure) -> None:
    rule = '  - { role: cogs, channel: Wholesale, account: "311" }'
    more = [
        '  - { role: cogs, channel: "W*", sku: "*", account: "310" }',
        '  - { role: cogs, location: Nowhere, account: "310" }',
        '  - { role: cogs, brand: Ours, account: "310" }',
        '  - { role: cogs, order_account: "4100", account: "310" }',
        '  - { role: cogs, channel: Web, to: 2026-09, account: "310" }',
    ]

    covered = measure(("accounts.yaml", rule, "\n".join([rule, *more])))

    idle = [one for one in covered.idle_rules if "accounts.yaml" in one.defined_at]
    assert [(one.asks, one.state, one.why) for one in idle] == [
        ("role cogs, order_account 4100", "dead", "no entry of the month has order_account"),
        ("role cogs, channel Wholesale", "shadowed", ""),
        ("role cogs, location Nowhere", "dead", ""),
        ("role cogs, brand Ours", "dead", ""),
    ]
    table = idle_rules_table(covered.idle_rules, covered.period, most=2)
    assert len(table.rows) == 2
    assert "1 shadowed: rules tried before decide." in table.note
    assert table.note.endswith("more are listed by --json.")


def test_check_maps_the_latest_month_and_tells_every_gap_at_once(closed: Company) -> None:
    held = closed.tieout("check")
    assert (held.exit_code, held.message) == (0, "")
    assert WHOLE in held.out
    assert "Coverage of 2026-09" in closed.tieout("check", "--period", "2026-09").out
    never = closed.tieout("check", "--period", "2026-08")
    assert (never.exit_code, never.message) == (
        2,
        "The warehouse holds no journal entries of 2026-08. There are those of 2026-09, 2026-10.\n"
        "    They are kept when a month is planned or closed: tieout plan 2026-08",
    )

    closed.edit_text("mappings/tracking.yaml", "      Wellington: Central\n", "")
    closed.edit_text("mappings/accounts.yaml", 'cogs: "310"', 'cogs: "3100"')
    stopped = closed.tieout("check")

    assert stopped.exit_code == 3
    assert stopped.message.startswith("The mappings in HOME/mappings do not do what they have to. Nothing was changed.")
    assert 'location "Wellington" has no option of category "Region"' in stopped.message
    assert 'account "3100" (cogs) does not exist in Xero' in stopped.message
    offline = closed.tieout("check", TIEOUT_XERO_URL="http://127.0.0.1:9")
    assert offline.exit_code == 3
    assert 'location "Wellington"' in offline.message
    assert "Xero: was not asked: " in offline.message
