"""`tieout compare`: methods side by side, and Cin7's own figures from the files that people export."""

from decimal import Decimal
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from pipelines.settings import Settings
from tests.sample_company import Outcome, environment_of, run_here


@pytest.fixture
def compare(closed_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> "Compare":
    for name, value in environment_of(closed_settings).items():
        monkeypatch.setenv(name, value)
    return Compare(closed_settings.home)


class Compare:
    """The command on the closed sample company."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __call__(self, *arguments: object) -> Outcome:
        return run_here(self._home, "compare", "2026-10", *arguments)


def test_methods_are_totalled_and_listed_by_sku(compare: Compare, tmp_path: Path) -> None:
    found = compare("--out", tmp_path / "methods.xlsx", "--json").json
    totals = {row["method"]: row for row in found["totals"]}
    assert list(totals) == ["fifo", "moving_average", "periodic_average", "standard"]
    assert (totals["fifo"]["profit_effect"], totals["fifo"]["sku_count"]) == ("0.00", 0)
    for method, row in totals.items():
        own = [one for one in found["by_sku"] if one["method"] == method]
        for name in ("cogs_amount", "profit_effect", "closing_value", "stock_effect"):
            assert sum(Decimal(one[name]) for one in own) == Decimal(row[name]), (method, name)
    # every method has taken in the same goods: its stock is what its expense has left of them
    for row in totals.values():
        assert Decimal(row["profit_effect"]) == Decimal(totals["fifo"]["cogs_amount"]) + Decimal(
            totals["fifo"]["other_amount"]
        ) - Decimal(row["cogs_amount"]) - Decimal(row["other_amount"])
    assert any("standard" in note.lower() for note in found["notes"])
    sheet = openpyxl.load_workbook(tmp_path / "methods.xlsx", data_only=True)
    assert sheet.sheetnames == ["Methods", "SKUs"]
    assert sheet["SKUs"].max_row >= 5 + len(found["by_sku"])


def test_a_cogs_breakdown_stands_beside_our_documents(compare: Compare, tmp_path: Path) -> None:
    """cin7.md section 1.4: no COGS from the API: Cin7's report stands beside ours."""
    mine = compare(
        "--methods", "fifo", "--cin7", breakdown(tmp_path, [("SO-NONE", "$1,000.00", "05/10/2026")]), "--json"
    ).json
    ours = {row["document_number"]: Decimal(row["cogs_amount"]) for row in mine["cin7_by_document"]}
    first = next(number for number, amount in ours.items() if amount > 0)
    rows = [
        (first, f"{ours[first] + 2:,.2f}", "31/10/2026"),
        ("SO-NONE", "(12.00)", "01/10/2026"),
        ("SO-OTHER", "77", "30/09/2026"),
    ]
    found = compare("--methods", "fifo", "--cin7", breakdown(tmp_path, rows), "--json").json
    by_document = {row["document_number"]: row for row in found["cin7_by_document"]}
    assert (by_document[first]["difference"], by_document[first]["is_in"]) == ("-2.00", "both")
    assert (by_document["SO-NONE"]["difference"], by_document["SO-NONE"]["is_in"]) == ("12.00", "cin7")
    assert "SO-OTHER" not in by_document
    assert "1 rows of breakdown.csv are of other months." in found["notes"]
    shown = compare("--methods", "fifo", "--cin7", breakdown(tmp_path, rows)).out
    assert "COGS beside breakdown.csv, by document" in shown


def breakdown(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    file = folder / "breakdown.csv"
    lines = [f'{number},"{cogs}",{day},Imported' for number, cogs, day in rows]
    file.write_text("\n".join(["Order Ref,COGS,Invoice Date,Accounting Invoice Status", *lines]), encoding="utf-8")
    return file


def test_cores_transactions_are_netted_on_the_cogs_accounts(compare: Compare, tmp_path: Path) -> None:
    file = tmp_path / "transactions.csv"
    file.write_text(
        "EffectiveDate,Type,Reference,DebitAccountCode,CreditAccountCode,Amount\n"
        "2026-10-02T00:00:00,Sale,SO-1,310: Cost of goods sold,630: Stock,50.10\n"
        "2026-10-09,Sale,SO-1,311,630,9.90\n"
        "2026-10-20,Sale,SO-1,630,310,10\n"
        "2026-10-20,Purchase,PO-1,630,800,999\n",
        encoding="utf-8",
    )
    found = compare("--methods", "fifo", "--cin7", file, "--json").json
    (row,) = [one for one in found["cin7_by_document"] if one["is_in"] == "cin7"]
    assert (row["document_number"], row["cin7_amount"]) == ("SO-1", "50.00")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--methods", "fifo,lifo"), 2, "--methods: there is no method lifo. Write some of fifo,moving_average"),
        (("--cin7", "nowhere.csv"), 2, "There is no file nowhere.csv."),
        (("--out", "methods.ods"), 2, "methods.ods is no .xlsx: name the workbook like comparison.xlsx."),
    ],
)
def test_what_is_wrong_is_told(compare: Compare, arguments: tuple[str, ...], code: int, message: str) -> None:
    stopped = compare(*arguments)
    assert stopped.exit_code == code
    assert stopped.message.startswith(message)


def test_a_report_that_cannot_be_read_names_its_column_and_cells(compare: Compare, tmp_path: Path) -> None:
    bad = compare("--cin7", breakdown(tmp_path, [("SO-1", "12,x", "31/10/2026"), ("SO-2", "5", "soon")]))
    assert bad.exit_code == 3
    assert "breakdown.csv, cogs amount: '12,x' is no amount (1 row)" in bad.message
    assert "breakdown.csv, happened on: 'soon' is no date (1 row)" in bad.message
    (tmp_path / "other.csv").write_text("A,B\n1,2\n", encoding="utf-8")
    other = compare("--cin7", tmp_path / "other.csv")
    assert "no column for the document number" in other.message
