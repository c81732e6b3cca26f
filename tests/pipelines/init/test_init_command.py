"""`tieout init` on the local servers: from an empty folder to mappings that `tieout check` accepts."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from mappings.reader import read_mappings
from pipelines.sandbox.cin7 import running_sandbox as running_cin7
from pipelines.sandbox.xero import running_sandbox as running_xero
from tests.sample_company import ROOT, Outcome, run_here

FILES = ["accounts", "adjustments", "close", "corrections", "documents", "landed_costs", "taxes", "tracking"]
ORGANISATION = {
    "date": "2026-08-31",
    "organisation": {
        "name": "Kererū Outdoors", "base_currency": "NZD", "country_code": "NZ", "time_zone": "Pacific/Auckland",
    },
    "accounts": [
        {"code": "0715", "name": "Trading stock", "type": "CURRENT", "tax_type": "NONE"},
        {"code": "429A", "name": "Stock written off", "type": "EXPENSE", "tax_type": "NONE"},
    ],
    "tracking": [{"name": "Channel", "options": ["Web", "Store", "Wholesale"]}],
    "balances": [],
    "bills": [],
}  # fmt: skip

Tieout = Callable[..., Outcome]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Xero with a chart of its own, and a Cin7 with the sample company, as settings."""
    folder = tmp_path_factory.mktemp("servers")
    opening = folder / "opening.json"
    opening.write_text(json.dumps(ORGANISATION), encoding="utf-8")
    with running_xero(folder / "books.sqlite", opening) as xero, running_cin7(ROOT / "data/sample") as cin7:
        yield {
            "TIEOUT_XERO_URL": xero, "TIEOUT_XERO_TOKEN_URL": f"{xero}/connect/token",
            "TIEOUT_XERO_CLIENT_ID": "sandbox", "TIEOUT_XERO_CLIENT_SECRET": "sandbox", "TIEOUT_OMNI_URL": cin7,
            "TIEOUT_OMNI_USERNAME": "sandbox", "TIEOUT_OMNI_KEY": "sandbox", "TIEOUT_CORE_URL": cin7,
        }  # fmt: skip


@pytest.fixture
def tieout(tmp_path: Path, servers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Tieout:
    """The command line in an empty home; `typed` is what a person types."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, typed: str = "", **environment: str) -> Outcome:
        given = {**servers, "TIEOUT_HOME": str(tmp_path), **environment}
        with patch.dict(os.environ, given), patch.object(sys, "stdin", io.StringIO(typed)):
            return run_here(tmp_path, *arguments)

    return run


def test_files_beside_the_api_are_written_empty_and_named_when_they_are_missing(tmp_path: Path, tieout: Tieout) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    kept = "currency,date,base_for_one\nUSD,2026-09-01,1.7\n"
    (folder / "currency_rates.csv").write_text(kept, encoding="utf-8")
    done = tieout("init", "--yes")
    assert (done.exit_code, done.message) == (0, "")
    header = (folder / "opening_stock.csv").read_text(encoding="utf-8")
    assert header == "opening_id,sku,branch,date,quantity,unit_cost\n"
    assert (folder / "currency_rates.csv").read_text(encoding="utf-8") == kept
    assert "opening_stock.csv: written with its header line only" in done.out
    assert "currency_rates.csv" not in done.out
    assert "is missing" not in tieout("check").out
    extracted = tieout("extract")
    assert (extracted.exit_code, extracted.message) == (0, "")

    (folder / "opening_stock.csv").unlink()
    checked = tieout("check")
    assert "opening_stock.csv is missing" in checked.out
    assert "with the columns opening_id, sku, branch, date, quantity, unit_cost" in checked.out


def test_an_empty_folder_gets_mappings_that_check_accepts(tmp_path: Path, tieout: Tieout) -> None:
    done = tieout("init", "--yes")
    assert (done.exit_code, done.message) == (0, "")
    checked = tieout("check")
    assert (checked.exit_code, checked.message) == (0, "")
    folder = tmp_path / "mappings"
    assert sorted(path.stem for path in folder.glob("*.yaml")) == FILES
    assert (folder / "accounts.schema.json").exists(), "editors complete keys by the first line of each file"
    mappings = read_mappings(folder)
    assert mappings.accounts.accounts.cogs == "310"
    assert {str(name): str(one.account) for name, one in mappings.adjustments.reasons.items()} == {
        "Damaged in transit": "429A", "Stock count": "429A", "Found in count": "429A", "Marketing sample": "400",
    }  # fmt: skip
    (channel,) = mappings.tracking.categories
    assert (channel.name, channel.by, len(channel.options or {})) == ("Channel", "channel", 3)
    text = (folder / "accounts.yaml").read_text(encoding="utf-8")
    assert (
        'cogs: "310" # 310 Cost of Goods Sold (DIRECTCOSTS): its name says "cost of goods sold", type DIRECTCOSTS'
        in text
    )


def test_a_second_run_changes_nothing_and_an_edited_file_stays(tmp_path: Path, tieout: Tieout) -> None:
    tieout("init", "--yes")
    again = tieout("init", "--yes", "--json").json
    assert {one["action"] for one in again["files"]} == {"unchanged", "kept"}
    edited = tmp_path / "mappings/taxes.yaml"
    edited.write_text("tax_types: {}\n", encoding="utf-8")
    done = tieout("init", "--yes")
    assert edited.read_text(encoding="utf-8") == "tax_types: {}\n"
    beside = edited.with_name("taxes.yaml.proposed")
    assert "default: NONE" in beside.read_text(encoding="utf-8")
    assert "-tax_types: {}" in done.out
    assert "mappings/taxes.yaml.proposed: written; the file beside it stays as it is" in done.out


def test_a_person_sees_the_difference_and_decides(tmp_path: Path, tieout: Tieout) -> None:
    tieout("init", "--yes")
    edited = tmp_path / "mappings/taxes.yaml"
    edited.write_text("tax_types: {}\n", encoding="utf-8")
    kept = tieout("init", typed="\n" * 30)  # Enter takes what is proposed, and replaces nothing
    assert (kept.exit_code, edited.read_text(encoding="utf-8")) == (0, "tax_types: {}\n")
    assert "+  default: NONE # No GST: stock and COGS carry no tax" in kept.out

    unsure = [one for one in tieout("init", "--json").json["decisions"] if not one["is_certain"] and one["value"]]
    answers = [part for one in unsure for part in ("--answer", f"{one['key']}={one['value']}")]
    replaced = tieout("init", *answers, typed="y\ny\n")
    assert "mappings/taxes.yaml: replaced" in replaced.out
    assert "default: NONE" in edited.read_text(encoding="utf-8")

    refused = tieout("init", *answers, "--answer", "taxes.default=none", typed="n\n")
    assert (refused.exit_code, refused.out.splitlines()[-1]) == (0, "Write these files? [Y/n]: Nothing was written.")


def test_json_without_yes_shows_and_writes_nothing(tmp_path: Path, tieout: Tieout) -> None:
    shown = tieout("init", "--json")
    assert (shown.exit_code, shown.message) == (0, "")
    facts = shown.json
    assert (facts["written"], facts["organisation"], facts["base_currency"]) == (False, "Kererū Outdoors", "NZD")
    assert facts["found"]["location"] == ["Auckland", "Wellington", "Christchurch"]
    assert {one["key"]: one["value"] for one in facts["decisions"]}["accounts.cogs"] == "310"
    assert not (tmp_path / "mappings").exists()


def test_a_closed_terminal_is_told_how_to_answer(tmp_path: Path, tieout: Tieout) -> None:
    done = tieout("init", typed="")
    assert done.exit_code == 2
    assert done.message.endswith(
        "The question was not answered, so nothing was written.\n"
        "    Answer it, give it beforehand (--answer KEY=VALUE), or take what is proposed: tieout init --yes"
    )
    assert not (tmp_path / "mappings").exists()


def test_answers_are_for_choices_that_there_are(tieout: Tieout) -> None:
    wrong = tieout("init", "--yes", "--answer", "accounts.cog=310")
    assert wrong.exit_code == 2
    assert wrong.message.startswith(
        "--answer accounts.cog=...: there is no such choice. There are: close.first_period, "
    )


def test_without_a_source_nothing_can_be_proposed(tieout: Tieout) -> None:
    done = tieout("init", "--yes", TIEOUT_OMNI_USERNAME="", TIEOUT_OMNI_KEY="")
    assert (done.exit_code, done.message.splitlines()[0]) == (2, "There is no source to look at.")


def test_core_names_its_accounts_itself(tieout: Tieout) -> None:
    core = {"TIEOUT_CORE_ACCOUNT_ID": "sandbox", "TIEOUT_CORE_KEY": "sandbox"}
    facts = tieout("init", "--json", "--source", "core", **core).json
    stock = next(one for one in facts["decisions"] if one["key"] == "accounts.stock_on_hand")
    assert stock["value"] == "630"
    assert "products are on it in Cin7" in stock["reason"]
