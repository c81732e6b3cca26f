"""Files with the names that columns had before are read, by a stranger's source and by those that come along."""

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.extract import read_source
from pipelines.extract.side_files import HEADERS
from pipelines.extract.source_shapes import FileInput
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.shops import Extract

RATES = """
inputs:
  rates: {file: rates.csv, renamed: {nzd_for_one: base_for_one}}
tables:
  currency_rates: |
    select currency as currency_code, date as rate_date, base_for_one as currency_rate from rates
"""


@pytest.mark.parametrize(
    ("header", "landed"),
    [
        ("currency,date,base_for_one", "base_for_one"),
        ("currency,date,nzd_for_one", "nzd_for_one"),
        ("currency,date,NZD_For_One", "NZD_For_One"),
    ],
)
def test_a_file_with_the_name_that_a_column_had_before_is_read_and_raw_keeps_it(
    data: Path, extract: Extract, warehouse: Warehouse, header: str, landed: str
) -> None:
    (data / "rates.csv").write_text(f"{header}\nUSD,2026-09-01,1.7\n", encoding="utf-8")
    extract(RATES)
    assert warehouse.read("core.currency_rates")["currency_rate"].to_list() == [Decimal("1.70000000")]
    assert landed in warehouse.read("raw.shop_rates").columns


@pytest.mark.parametrize("name", ["omni", "core"])
def test_the_sources_that_come_with_tieout_read_files_with_the_names_of_before(name: str) -> None:
    source = read_source(Path(__file__).parents[3] / "mappings" / "sources" / f"{name}.yaml")
    for one in source.inputs.values():
        if not isinstance(one, FileInput):
            continue
        header = HEADERS.get(Path(one.file).name, "").split(",") + [str(column) for column in one.if_absent]
        asked = {column for column in header if column.startswith("base_")}
        assert {str(old): str(new) for old, new in (one.renamed or {}).items()} == {
            column.replace("base_", "nzd_"): column for column in asked
        }
