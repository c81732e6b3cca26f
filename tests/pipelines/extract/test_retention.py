"""Raw keeps earlier versions for as many months as the settings say, and what is current for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.errors import UsageProblem
from pipelines.extract import Source, extract_source
from pipelines.extract.retention import forget_old_rows
from pipelines.extract.wish import ExtractWish
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.fake_api import FakeApi
from tests.pipelines.extract.shops import WriteSource

SHOP = """
inputs:
  branches: {omni: Branches}
  items: {file: items.csv}
tables:
  products: |
    select item as sku, true as is_stocked from items union all select row ->> 'company', true from branches
"""


def versions(warehouse: Warehouse) -> tuple[int, int]:
    tables = ("raw.shop_branches", "raw.shop_items")
    api, file = (int(warehouse.query(f"select count(*) from {table}").item()) for table in tables)
    return api, file


@pytest.fixture
def shop(write_source: WriteSource, settings: Settings, warehouse: Warehouse, data: Path) -> Source:
    """Three extracts: two branches, one renamed, the other deleted; a file that changed once."""
    source = write_source(SHOP)
    states = [[{"id": 1, "company": "A"}, {"id": 2, "company": "B"}], [{"id": 1, "company": "A2"}]]
    for number, rows in enumerate(states):
        (data / "items.csv").write_text(f"item\nBell {number}\n", encoding="utf-8")
        extract_source(source, settings, warehouse, {"omni": FakeApi({"Branches": rows})})
    return source


def test_only_what_is_old_and_not_current_is_forgotten(shop: Source, warehouse: Warehouse) -> None:
    assert versions(warehouse) == (4, 2)  # A, B, A2 and B's deletion
    now = datetime.now(UTC)
    forget_old_rows(shop, warehouse, None, now)
    forget_old_rows(shop, warehouse, 1, now)
    assert versions(warehouse) == (4, 2)
    forget_old_rows(shop, warehouse, 1, now.replace(year=now.year + 1, day=1))
    assert versions(warehouse) == (2, 1)  # the last version is a deletion, which stays until another row follows
    assert warehouse.query("select row ->> 'company' from raw.shop_branches_current").item() == "A2"


def test_core_is_made_anew_from_raw_without_a_call(shop: Source, settings: Settings, warehouse: Warehouse) -> None:
    before = warehouse.read("core.products").sort("sku").rows()
    fixed = replace(shop, text=shop.text + "# a fix of the parsing\n")
    report = extract_source(fixed, settings, warehouse, {}, wish=ExtractWish(is_offline=True))
    assert not report.is_unchanged
    assert warehouse.read("core.products").sort("sku").rows() == before
    assert [row[0] for row in before] == ["A2", "Bell 1"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"last_day": date(2026, 1, 31)}, "--to needs --from"),
        ({"first_day": date(2026, 2, 1), "last_day": date(2026, 1, 31)}, "is before --from"),
        ({"is_offline": True, "is_full": True}, "--offline makes no call"),
        ({"is_full": True, "first_day": date(2026, 2, 1)}, "--full reads everything"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(wish: dict[str, date | bool], words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        ExtractWish(**wish)  # type: ignore[arg-type]
