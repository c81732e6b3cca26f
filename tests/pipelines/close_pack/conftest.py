"""One pack of the sample company's October for all tests, with a flux that asks for comments."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.close_pack.pack import read_pack
from pipelines.close_pack.writing import write_pack
from pipelines.demo import demo_settings
from pipelines.flux_comments import record_comment
from pipelines.steps.context import open_close, read_month
from pipelines.warehouse import Warehouse, open_published, open_warehouse
from tests.made_once import MakeOnce
from tests.pipelines.close_pack.made_pack import NOWHERE, MadePack

SIGNED = """
    insert into post.sign_offs by name select 1 as sign_off, date '2026-09-01' as period, date '2026-09-30' as cut_off,
      'Grace' as signed_by, 'grace' as login, 'desk' as host, now() as signed_at, 'p' as plan_hash, 1 as row_count,
      'i' as inputs_hash, 'm' as mappings_hash, 'c' as code_hash, 0 as cogs_amount, ? as stock_amount
"""


def stock_of(warehouse: Warehouse, month: str) -> Decimal:
    """Closing stock of a month."""
    total = warehouse.query(f"select sum(closing_value) from close.roll_forward where period = '{month}-01'").item()
    return Decimal(total)


@pytest.fixture(scope="session")
def packed_home(made_once: MakeOnce, closed_home: Path) -> Path:
    """The company after two months, a comment on its flux, and the pack of the second."""

    def make(home: Path) -> None:
        shutil.copytree(closed_home, home, dirs_exist_ok=True)
        settings = demo_settings(home, NOWHERE, NOWHERE)
        with open_warehouse(settings) as warehouse:
            month = read_month("2026-10")
            record_comment(warehouse, month, "last_month", ("Tents", None, None), "New <tent> & spring sale", "Ada")
            warehouse.execute(SIGNED, [stock_of(warehouse, "2026-09")])
            write_pack(open_close(settings, month), warehouse, home / "pack")

    return made_once("packed-company", make)


@pytest.fixture(scope="module")
def made(packed_home: Path) -> Iterator[MadePack]:
    settings = demo_settings(packed_home, NOWHERE, NOWHERE)
    with open_published(settings) as warehouse:
        pack = read_pack(open_close(settings, read_month("2026-10")), warehouse, datetime.now(UTC))
        yield MadePack(packed_home / "pack", settings, pack, warehouse)
