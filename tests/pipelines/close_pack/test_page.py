"""The page: it needs no network, every figure is DuckDB's, and it draws on a laptop, on a telephone and in the dark."""

import re
import shutil
import subprocess
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from pipelines.close_pack.charts import UP, _bars, draw
from pipelines.reports.month import money
from tests.pipelines.close_pack.made_pack import MadePack

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage")
DARK = "--blink-settings=preferredColorScheme=0"


class Reader(HTMLParser):
    """Tables by their headings, tiles, and everything that would be fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.words: list[str] = []
        self.fetched: list[str] = []
        self._heading, self._tag = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        named = dict(attrs)
        self.fetched += [str(named[name]) for name in ("src", "srcset") if name in named]
        if tag in {"link", "script", "iframe", "object", "embed"}:
            self.fetched.append(tag)
        if tag == "h2":
            self._heading = ""
        if tag == "tr":
            self.tables.setdefault(self._heading, []).append([])
        if tag == "td":
            self.tables[self._heading][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "h2":
            self._heading += data
        elif self._tag == "td":
            self.tables[self._heading][-1][-1] += data
        if data.strip():
            self.words.append(data.strip())


@pytest.fixture(scope="module")
def text(made: MadePack) -> str:
    return made.page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Reader:
    return Reader(text)


def test_nothing_is_fetched_from_anywhere(text: str, page: Reader) -> None:
    assert page.fetched == []
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/)", text)


def test_the_four_charts_are_drawn_in_the_colours_of_the_page(text: str) -> None:
    captions = re.findall(r"<figcaption>(.*?)</figcaption><svg role=\"img\" aria-label=\"(.*?)\"", text)
    assert [caption for caption, _ in captions] == [
        "Roll-forward of stock value", "COGS and margin by month (per cent: before late cost)",
        "From the stock ledger to Xero, by cause", "Stock by age in days",
    ]  # fmt: skip
    drawn = set(re.findall(r"(?:fill|stroke)=\"([^\"]+)\"", text[text.index("<svg") : text.rindex("</svg>")]))
    assert drawn - {"none", "transparent"} <= {value for value in drawn if value.startswith("var(--")} | {"#ddd"}
    colours = set(re.findall(r"var\((--[a-z0-9-]+)\)", text))
    defined = set(re.findall(r"(--[a-z0-9-]+):", text))
    assert colours <= defined


def test_an_axis_of_zeros_has_no_thousandths() -> None:
    nothing = [{"step": "Unexplained", "from": Decimal(0), "to": Decimal(0), "label": "0.00", "colour": UP}]
    assert not re.search(r">\d+m</text>", draw(_bars(nothing, height=40), "Zero"))


def test_words_of_people_are_text_and_no_markup(text: str) -> None:
    assert "New &lt;tent&gt; &amp; spring sale (Ada)" in text
    assert "<tent>" not in text


def test_no_figure_differs_from_the_warehouse(page: Reader, made: MadePack) -> None:
    october = "period = date '2026-10-01'"
    movements = made.warehouse.query(
        f"""select movement, sum(value_amount) as value, sum(quantity) as units from close.roll_forward_lines
        where {october} group by movement, step order by step"""
    ).to_dicts()
    shown = page.tables["Roll-forward, October 2026"][1:]
    assert [row[-2] for row in shown] == [money(row["value"]) for row in movements]
    steps = made.warehouse.query(
        f"""select amount from close.tie_outs where {october} and (amount <> 0 or cause in
        ('stock_ledger', 'expected_in_xero', 'xero_balance', 'unexplained'))
        qualify bool_or(amount <> 0) over (partition by account_code) order by account_code, step"""
    )
    assert [row[-1] for row in page.tables["Tie-out to Xero, October 2026"][1:]] == [
        money(one) for one in steps["amount"]
    ]
    figures = made.warehouse.query(
        f"""select sum(revenue_amount), sum(cogs_amount), sum(revenue_amount - cogs_amount),
        sum(late_cost_amount), sum(cogs_amount + late_cost_amount),
        sum(revenue_amount - cogs_amount - late_cost_amount) from close.margins where {october}"""
    ).row(0)
    assert page.tables["Cost of goods sold, October 2026"][-1][-6:] == [money(one) for one in figures]
    flux = made.warehouse.query(f"select * from close.flux_lines where {october} and comparison = 'last_month'")
    names = ("base_cogs_amount", "cogs_volume_amount", "cogs_mix_amount", "cogs_cost_amount", "cogs_amount")
    total = page.tables["COGS against last month"][-1]
    assert total[1:-1] == [money(sum(flux[name].to_list(), Decimal(0))) for name in names]
    assert {row[-1] for row in page.tables["Checks"][1:]} == {"OK"}


def test_figures_of_the_charts_are_those_of_the_tables(text: str, made: MadePack) -> None:
    charts = text[text.index("<svg") : text.rindex("</svg>")]
    roll = made.pack.tables["roll_forward"]
    for movement in ("opening", "received_billed", "cogs", "late_cost", "closing"):
        assert f">{money(roll.total(movement))}</text>" in charts
    ages = made.pack.tables["stock_ages"].frame.group_by("age_band").agg(value=pl.col("value_amount").sum())
    assert all(f">{money(value)}</text>" in charts for value in ages["value"])


@pytest.mark.parametrize(("name", "size", "flags"), [("laptop", (1366, 900), ()), ("telephone", (480, 900), (DARK,))])
def test_it_draws_at_two_sizes_light_and_dark(
    made: MadePack, tmp_path: Path, name: str, size: tuple[int, int], flags: tuple[str, ...]
) -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    picture = tmp_path / f"{name}.png"
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    window = f"--window-size={size[0]},{size[1]}"
    command = [CHROMIUM, *FLAGS, *flags, profile, window, f"--screenshot={picture}", made.page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert tuple(int.from_bytes(content[at : at + 4], "big") for at in (16, 20)) == size
    assert len(content) > 20_000  # an empty page is a few kilobytes
