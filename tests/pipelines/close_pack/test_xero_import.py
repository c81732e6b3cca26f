"""Xero's import file: its headings, its 300 lines, journals that balance in every file, nothing that Xero holds."""

import csv
import io
import shutil
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.close_pack.xero_import import HEADINGS, ImportLine, import_files, split_journal
from pipelines.demo import demo_settings
from pipelines.warehouse import open_warehouse
from tests.pipelines.close_pack.made_pack import NOWHERE, MadePack
from tests.sample_company import environment_of, run_here

OCTOBER = date(2026, 10, 1)


def line(account: str, amount: str) -> ImportLine:
    return ImportLine("N", OCTOBER, "d", account, "No GST", Decimal(amount), ("", "", "", ""))


def test_what_xero_holds_is_not_offered_again(made: MadePack) -> None:
    assert import_files(made.warehouse, OCTOBER, "DEMO") == []
    assert list(made.folder.glob("*.csv")) == []


def test_journals_that_xero_does_not_hold_can_be_imported_by_hand(
    packed_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(packed_home, home)
    company = demo_settings(home, NOWHERE, NOWHERE)
    with open_warehouse(company) as warehouse:
        warehouse.execute("delete from post.documents where period = date '2026-10-01'")
        expected = warehouse.query(
            "select account_code, sum(line_amount) as amount from close.journal_lines where period = ? group by 1",
            [OCTOBER],
        )
    for name, value in environment_of(company).items():
        monkeypatch.setenv(name, value)
    told = run_here(home, "pack", "2026-10", "--out", home / "files", "--json").json
    (file,) = [Path(one) for one in told["files"] if one.endswith(".csv")]
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))
    assert tuple(rows[0]) == HEADINGS
    by_account: dict[str, Decimal] = defaultdict(Decimal)
    by_journal: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        by_account[row["*AccountCode"]] += Decimal(row["*Amount"])
        by_journal[row["*Narration"], row["*Date"]] += Decimal(row["*Amount"])
    assert by_account == dict(expected.rows())
    assert set(by_journal.values()) == {Decimal("0.00")}
    assert min(by_journal)[0].startswith("DEMO-ADJUSTMENT-2026-10-ADJ-")
    assert {row["*TaxRate"] for row in rows} == {"No GST"}
    assert {row["*Date"][2:] for row in rows} == {"/10/2026"}


def test_a_journal_of_five_lines_in_files_of_four() -> None:
    journal = [
        line("310", "10.00"),
        line("311", "20.00"),
        line("312", "5.00"),
        line("313", "-1.00"),
        line("630", "-34.00"),
    ]
    first, second, third = split_journal(journal, 4)
    # two lines a part leave room for what is taken over and carried on, on the account of the largest credit
    assert [(one.account_code, str(one.amount)) for one in first] == [
        ("310", "10.00"),
        ("311", "20.00"),
        ("630", "-30.00"),
    ]
    assert [(one.account_code, str(one.amount)) for one in second] == [
        ("312", "5.00"), ("313", "-1.00"), ("630", "30.00"), ("630", "-34.00"),
    ]  # fmt: skip
    assert [(one.account_code, str(one.amount)) for one in third] == [("630", "-34.00"), ("630", "34.00")]
    assert [part[0].narration for part in (first, second, third)] == [f"N (part {n} of 3)" for n in (1, 2, 3)]


@given(st.lists(st.integers(-10_000, 10_000).filter(bool), min_size=2, max_size=60), st.integers(3, 20))
@settings(max_examples=30)
def test_parts_balance_fit_and_give_every_account_the_same(cents: list[int], most: int) -> None:
    lines = [line(str(200 + at % 7), f"{Decimal(one) / 100:.2f}") for at, one in enumerate(cents)]
    rest = -sum((one.amount for one in lines), Decimal("0.00"))
    journal = [*lines, *([line("630", f"{rest:.2f}")] if rest else [])]
    parts = split_journal(journal, most)
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in journal:
        wanted[one.account_code] += one.amount
    for part in parts:
        assert len(part) <= most
        assert sum(one.amount for one in part) == 0
        for one in part:
            found[one.account_code] += one.amount
    assert found == wanted


def test_cells_are_written_as_xero_reads_them() -> None:
    text = io.StringIO()
    csv.writer(text).writerow(line("0630", "-1234.50").cells())
    assert text.getvalue() == "N,01/10/2026,d,0630,No GST,-1234.50,,,,\r\n"
