"""Inputs of an API: rows land as received, what is not granted is optional, and refused rows are named."""

from decimal import Decimal
from typing import NoReturn

import pytest

from pipelines.errors import Incomplete, NotGranted, UsageProblem
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.fake_api import FakeApi
from tests.pipelines.extract.shops import Extract

API = """
inputs:
  products: {omni: Products}
tables:
  products: |
    select row ->> '$.code' as sku, row ->> '$.cost' as weight, true as is_stocked from products
"""


def test_rows_of_an_api_land_as_received_and_their_order_does_not_matter(
    extract: Extract, warehouse: Warehouse
) -> None:
    def rows(**codes: str) -> FakeApi:
        return FakeApi(
            {"Products": [{"id": key, "code": code, "cost": 1.10, "name": "Ä"} for key, code in codes.items()]}
        )

    assert extract(API, omni=rows(a="A", b="B")).table("core.products").row_count == 2
    assert warehouse.read("core.products")["weight"].to_list() == [Decimal("1.1000")] * 2
    landed = warehouse.query("select row::varchar as row, typeof(row) as kind from raw.shop_products")
    assert landed["row"][0] == '{"id": "a", "code": "A", "cost": 1.1, "name": "Ä"}'
    assert landed["kind"][0] == "JSON"
    assert extract(API, omni=rows(b="B", a="A")).is_unchanged
    assert extract(API, omni=rows(a="A", b="C")).inputs[0].is_landed


def test_an_api_without_a_connection_is_a_matter_of_settings(extract: Extract) -> None:
    with pytest.raises(UsageProblem, match=r"shop\.yaml:2:13: the input products reads omni: Products"):
        extract(API)


def test_an_api_that_breaks_off_changes_nothing(extract: Extract, warehouse: Warehouse) -> None:
    def break_off(resource: str) -> NoReturn:
        raise Incomplete(f"{resource}: no answer")

    with pytest.raises(Incomplete):
        extract(API, omni=FakeApi(break_off))
    assert warehouse.read("control.loads").is_empty()


OPTIONAL = API.replace("tables:", "  serials: {omni: SerialNumbers, optional: true}\ntables:")


def test_without_permission_for_an_optional_input_the_extract_goes_on_and_says_so_cin7_1_1(
    extract: Extract, warehouse: Warehouse
) -> None:
    """cin7.md section 1.1: each connection is granted modules; a missing one gives 403."""
    granted = ["SerialNumbers"]

    def rows(resource: str) -> list[dict[str, object]]:
        if resource == "SerialNumbers" and resource not in granted:
            raise NotGranted("the API connection may not read SerialNumbers (403).\n    Give it access.")
        return [{"id": 1, "code": "A", "serialnumber": "S-1", "productOptionId": 1, "branchId": 1}]

    assert [one.row_count for one in extract(OPTIONAL, omni=FakeApi(rows)).inputs] == [1, 1]
    granted.clear()
    refused = extract(OPTIONAL, omni=FakeApi(rows))
    said = "input serials is not read: the API connection may not read SerialNumbers (403)."
    assert refused.assumptions == (said,)
    assert refused.is_unchanged  # what was read before stays
    assert warehouse.query("select count(*) from raw.shop_serials").item() == 1
    with pytest.raises(UsageProblem, match="may not read SerialNumbers"):
        extract(OPTIONAL.replace(", optional: true", ""), omni=FakeApi(rows))


def test_an_optional_input_that_was_never_granted_is_empty(extract: Extract) -> None:
    def rows(resource: str) -> list[dict[str, object]]:
        if resource == "SerialNumbers":
            raise NotGranted("no")
        return [{"id": 1, "code": "A"}]

    assert [one.row_count for one in extract(OPTIONAL, omni=FakeApi(rows)).inputs] == [1, 0]


def test_refused_rows_are_told_by_rule_with_their_first_keys(extract: Extract) -> None:
    rows = [{"id": code, "code": code, "cost": cost} for code, cost in (("A", 1), ("B", -1), ("C", -2))]
    report = extract(API, omni=FakeApi({"Products": rows}))
    said = "core.products.weight must be 0 or more: 2 rows, such as B, C (sent: '-1'); see raw.rejected_rows"
    assert report.refusals == (said,)
    assert said in report.lines()


ORDERS = (
    API[: API.index("tables:")]
    + """tables:
  sale_lines: |
    select row ->> 'id' as sale_line_id, 's1' as sale_id, row ->> 'code' as sale_number, 'sale' as kind, 'A' as sku,
      1 as ordered_quantity, row ->> 'cost' as moved_quantity, 'approved' as status, 'Auckland' as location
    from products
"""
)


def test_a_refused_row_is_told_with_the_number_of_its_document(extract: Extract, warehouse: Warehouse) -> None:
    rows = [{"id": key, "code": number, "cost": -1} for key, number in ((88, "SO-1042"), (89, "SO-1042"), (90, None))]
    report = extract(ORDERS, omni=FakeApi({"Products": rows}))
    found = "such as order SO-1042, line 88; order SO-1042, line 89; 90 (sent: '-1'); see raw.rejected_rows"
    assert f"core.sale_lines.moved_quantity must be 0 or more: 3 rows, {found}" in report.refusals
    numbers = warehouse.query("select distinct source_key, document_number from raw.rejected_rows order by 1").rows()
    assert numbers == [("88", "SO-1042"), ("89", "SO-1042"), ("90", None)]


@pytest.mark.parametrize(
    ("written", "told"),
    [("TaxCalculation Inclusive, Tax null, TaxRule VAT 99", ", and the tax that is in the price is not known"),
     ("taxStatus Net, taxRate 15", ", and the tax that is in the price is not known"), ("three", "")],
)  # fmt: skip
def test_a_row_whose_tax_nobody_knows_is_told_as_such(extract: Extract, written: str, told: str) -> None:
    report = extract(ORDERS, omni=FakeApi({"Products": [{"id": 88, "code": "SO-1042", "cost": written}]}))
    (said,) = report.refusals
    assert said == (
        f"core.sale_lines.moved_quantity must be a number below 10^14{told}: 1 row, such as order SO-1042, line 88"
        f" (sent: '{written}'); see raw.rejected_rows"
    )
