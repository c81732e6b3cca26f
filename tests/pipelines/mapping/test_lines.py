"""No journal line reaches a plan whose codes the mapping tables or Xero do not know."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from mappings.reader import read_mappings
from pipelines.mapping.lines import find_unmapped_lines
from schemas.journals import JournalLines
from schemas.problems import Problem
from tests.pipelines.init.charts import accounts, tax_rates, tracking
from tests.transforms.builders import table

XERO = {
    "xero.accounts": accounts(
        "310 DIRECTCOSTS Cost of goods sold\n200 REVENUE     Sales\n630 CURRENT     Stock on hand\n"
        "640 CURRENT     Other stock\n"
    ),
    "xero.tax_rates": tax_rates(("NONE", "No GST", "0")),
    "xero.tracking_options": tracking({"Region": ["North", "South"]}),
}
FILES = {
    "accounts": 'accounts: {stock_on_hand: "630", cogs: "310"}\n',
    "taxes": "tax_types: {default: NONE}\n",
    "tracking": "tracked_roles: [cogs]\ncategories: [{name: Region, by: location, options: {Leeds: North}}]\n",
    "landed_costs": "charges: {}\n",
    "adjustments": "reasons: {}\n",
    "corrections": "corrections: []\n",
    "close": "close: {source: omni, first_period: 2026-09}\n",
}
GOOD = {
    "period": "2026-09-01", "journal_key": "COGS-2026-09", "role": "cogs", "account_code": "310", "tax_type": "NONE",
    "tracking_category_1": "Region", "tracking_option_1": "North", "description": "Cost of goods sold",
    "source_count": 1,
}  # fmt: skip
STOCK = {"role": "stock_on_hand", "account_code": "630", "tracking_category_1": None, "tracking_option_1": None}


def found(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: object) -> list[Problem]:
    """Problems of a COGS line with a change, and the line on stock that balances it."""
    monkeypatch.chdir(folder)
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    mappings = read_mappings(folder)
    first = {**GOOD, "line_number": 1, "line_amount": "12.50", **changes}
    lines = table(JournalLines, first, {**GOOD, **STOCK, "line_number": 2, "line_amount": "-12.50"})
    return find_unmapped_lines(lines, mappings, mappings.tables(), XERO)


def test_lines_that_mappings_and_xero_know_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(tmp_path, monkeypatch) == []


def test_late_cost_takes_the_account_of_cogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"role": "late_cost", "tracking_category_1": None, "tracking_option_1": None}
    assert found(tmp_path, monkeypatch, **plain) == []


CASES: dict[str, tuple[dict[str, object], str]] = {
    "an account that no rule gives": (
        {"account_code": "200"},
        "accounts.yaml: the account of a line must be in the account map for its role: no rule gives account "
        '"200" to cogs (1 row, 12.50)\n'
        '    Close the month again, or add under rules:  - {role: cogs, ..., account: "200"}\n'
        "    First: COGS-2026-09\n"
        "accounts.yaml: the account of a line must be active in Xero and of a type that fits its role: "
        '"200" does not serve cogs (1 row, 12.50)\n'
        '    Write another account of type DIRECTCOSTS or EXPENSE or OVERHEADS:  cogs: "..."\n'
        "    First: COGS-2026-09",
    ),
    "a tax type that no rule gives": (
        {"tax_type": "INPUT2"},
        "taxes.yaml: the tax type of a line must be in the tax map for its role: no rule gives INPUT2 to cogs "
        "(1 row, 12.50)\n"
        "    Close the month again, or add under tax_types:  cogs: INPUT2\n"
        "    First: COGS-2026-09\n"
        "taxes.yaml: the tax type of a line must be active in Xero and apply to its account's class: INPUT2 cannot "
        'stand on account "310" (1 row, 12.50)\n'
        "    Write another one under tax_types:  cogs: NONE\n"
        "    First: COGS-2026-09",
    ),
    "a tracked line without its option": (
        {"tracking_option_1": None, "tracking_category_1": None},
        "tracking.yaml: a line of a tracked role must carry an option of the tracking map, any other line none: "
        "cogs carries nothing (1 row, 12.50)\n"
        "    Close the month again, or add the option under options or rules of its category\n"
        "    First: COGS-2026-09",
    ),
    "an option that the map does not give": (
        {"tracking_option_1": "South"},
        "tracking.yaml: a line of a tracked role must carry an option of the tracking map, any other line none: "
        "cogs carries Region: South (1 row, 12.50)\n"
        "    Close the month again, or add the option under options or rules of its category\n"
        "    First: COGS-2026-09",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_line_that_is_not_mapped_names_the_yaml(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, expected = CASES[name]
    problems = found(tmp_path, monkeypatch, **changes)
    assert "\n".join(map(str, problems)) == expected
    assert {problem.amount for problem in problems} == {Decimal("12.50")}


def test_an_option_that_xero_archived_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archived = XERO["xero.tracking_options"].with_columns(pl.lit("ARCHIVED").alias("option_status"))
    monkeypatch.setitem(XERO, "xero.tracking_options", archived)
    (problem,) = found(tmp_path, monkeypatch)
    assert problem.found == "tracking category and option of a line must be active in Xero: cogs carries Region: North"
