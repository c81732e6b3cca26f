"""A SKU, branch, category or stock account is another one: what closed months booked is carried over."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from schemas.policies import ClosePolicy, CostingPolicy, Pool
from tests.transforms.builders import Row, core, mappings, pick
from tests.transforms.small_company import Company, Month
from transforms.core_tables import CoreTables
from transforms.roll_forward_lines import RENAMED, list_roll_forward

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
MADE = mappings({"role": "stock_on_hand", "category": "Made", "account_code": "631"})
AMOUNTS = ["moved_quantity", "cost_amount", "recognised_amount"]


def documents(sku: str = "TENT", category: str = "Camping", place: str = "Auckland") -> CoreTables:
    """14 bought at 10.00 and 12.00, the second bill comes in October; freight of 10.00; 4 sold, 1 sent and not invoiced
    before October, 1 lost; in October 2 are sold. All are lines that keep their ids, whatever the goods are called."""
    goods: Row = {"sku": sku, "location": place}
    return core(
        products=[{"sku": sku, "category": category}],
        receipt_lines=[
            goods | {"receipt_line_id": "1", "quantity": 10, "unit_price": "10", "received_date": "09-02"},
            goods | {"receipt_line_id": "2", "quantity": 4, "unit_price": "12", "received_date": "09-03"}
            | {"purchase_id": "2"},
        ],
        bill_lines=[
            {"bill_line_id": "1", "receipt_line_id": "1", "bill_date": "09-05", "line_amount": "100"},
            {"bill_line_id": "2", "receipt_line_id": "2", "bill_date": "10-05", "line_amount": "48"},
        ],
        charges=[{"charge_id": "F1", "charge_amount": "10", "charge_date": "09-07"}],
        sale_lines=[
            goods | {"sale_line_id": "1", "moved_quantity": 4, "moved_date": "09-10"},
            goods | {"sale_line_id": "2", "moved_quantity": 1, "moved_date": "09-20", "invoice_date": "10-02"},
            goods | {"sale_line_id": "3", "moved_quantity": 2, "moved_date": "10-10"},
        ],
        adjustment_lines=[
            goods | {"adjustment_line_id": "1", "quantity": -1, "adjustment_date": "09-12", "reason": "Damaged"}
        ],
    )  # fmt: skip


def close_months(*, pool: Pool = "sku", **names: str) -> tuple[Company, list[Month]]:
    policy = ClosePolicy(SEPTEMBER, "NZD", costing=CostingPolicy(pool=pool))
    company = Company(policy, MADE)
    first = company.close(documents(), SEPTEMBER)
    return company, [first, *(company.close(documents(**names), month) for month in (OCTOBER, NOVEMBER))]


def test_a_renamed_sku_takes_its_stock_along() -> None:
    # 14 for 158.00; 6 of September at 11.00 leave 8 for 92.00, of which 2 go in October for 22.00
    _, (september, october, november) = close_months(sku="TENT-2")
    columns = ["sku", "opening_quantity", "opening_value", "transfers_quantity", "transfers_value"]
    columns += ["sales_value", "closing_quantity", "closing_value"]
    assert pick(september.rolled, "sku", "closing_quantity", "closing_value") == [("TENT", "8.0000", "92.00")]
    assert pick(october.rolled, *columns) == [
        ("TENT", "8.0000", "92.00", "-8.0000", "-92.00", "0.00", "0.0000", "0.00"),
        ("TENT-2", "0.0000", "0.00", "8.0000", "92.00", "-22.00", "6.0000", "70.00"),
    ]
    assert pick(november.rolled, "sku", "opening_value", "closing_value") == [("TENT-2", "70.00", "70.00")]
    assert november.bookings.is_empty()


def test_a_renamed_branch_takes_its_stock_along() -> None:
    _, (_, october, november) = close_months(pool="sku_location", place="North")
    assert pick(october.rolled, "location", "transfers_value", "closing_value") == [
        ("Auckland", "-92.00", "0.00"),
        ("North", "92.00", "70.00"),
    ]
    assert november.bookings.is_empty()


MOVED = {
    "renamed into another category": {"sku": "TENT-2", "category": "Made"},
    "another category": {"category": "Made"},
    "another rule": {},
}


@pytest.mark.parametrize("names", MOVED.values(), ids=MOVED)
def test_the_journals_move_between_stock_accounts_what_the_old_account_has(names: dict[str, str]) -> None:
    # billed 100.00, freight 10.00, less COGS 44.00 and the loss 11.00. The receipt of 48.00 is billed in October, and
    # the sale that was not invoiced reaches COGS in October: both on the new account
    company = Company(ClosePolicy(SEPTEMBER, "NZD"), MADE)
    september = company.close(documents(), SEPTEMBER)
    if not names:
        company.maps = mappings({"role": "stock_on_hand", "category": "Camping", "account_code": "631"})
        company.stock_accounts = {"Camping": "631"}
    october, november = (company.close(documents(**names), month) for month in (OCTOBER, NOVEMBER))
    moved = october.lines.filter(pl.col("journal_key").str.starts_with("VALUATION"))
    assert pick(moved, "description", "account_code", "line_amount") == [
        ("Moved between stock accounts", "631", "55.00"),
        ("Moved between stock accounts", "630", "-55.00"),
    ]
    cogs = october.lines.filter(pl.col("journal_key").str.starts_with("COGS"))
    assert pick(cogs, "account_code", "line_amount") == [("310", "33.00"), ("631", "-33.00")]
    assert (str(october.cause("stock_ledger")), str(october.cause("stock_ledger", "631"))) == ("0.00", "70.00")
    for month in (september, october, november):
        assert set(month.unexplained().values()) == {Decimal("0.00")}
    assert november.lines.is_empty()


def test_goods_sent_before_they_change_accounts_and_invoiced_later_are_open_on_the_new_account() -> None:
    def sent(category: str) -> CoreTables:
        return core(
            products=[{"sku": "TENT", "category": category}],
            receipt_lines=[{"receipt_line_id": "1", "quantity": 1, "unit_price": "10", "received_date": "09-02"}],
            bill_lines=[{"bill_line_id": "1", "receipt_line_id": "1", "bill_date": "09-05", "line_amount": "10"}],
            sale_lines=[
                {"sale_line_id": "1", "moved_quantity": 1, "moved_date": "09-20", "invoice_date": "11-02"}
            ],
        )  # fmt: skip

    company = Company(ClosePolicy(SEPTEMBER, "NZD"), MADE)
    company.close(sent("Camping"), SEPTEMBER)
    october, november = company.close(sent("Made"), OCTOBER), company.close(sent("Made"), NOVEMBER)
    assert pick(october.lines, "account_code", "line_amount") == [("631", "10.00"), ("630", "-10.00")]
    assert pick(november.lines, "account_code", "line_amount") == [("310", "10.00"), ("631", "-10.00")]
    for month in (october, november):
        assert set(month.unexplained().values()) == {Decimal("0.00")}


def test_a_category_on_the_same_account_takes_its_stock_along_without_a_journal() -> None:
    company, (_, october, november) = close_months(category="Walking")
    assert not october.lines["description"].str.contains("Moved between").any()
    assert pick(october.rolled, "sku", "transfers_value", "closing_value") == [("TENT", "0.00", "70.00")]
    left = pl.concat(company.bookings).group_by("category").agg(pl.col("cost_amount").sum()).sort("category")
    assert pick(left, "category", "cost_amount") == [("Camping", "0.00"), ("Walking", "70.00")]
    assert november.bookings.is_empty()


def test_cogs_of_closed_months_stays_where_it_was() -> None:
    _, (_, october, _) = close_months(sku="TENT-2")
    assert pick(october.lines.filter(account_code="310"), "description", "line_amount") == [
        ("Cost of goods sold", "33.00")
    ]


@pytest.mark.parametrize(
    "names",
    [
        {"sku": "TENT-2"},
        pytest.param({"place": "North"}, marks=pytest.mark.thorough),
        pytest.param({"sku": "TENT-2", "category": "Made"}, marks=pytest.mark.thorough),
        pytest.param({"category": "Made"}, marks=pytest.mark.thorough),
    ],
)
def test_bookings_of_a_move_sum_to_what_they_were_and_stand_under_its_name_of_now(names: dict[str, str]) -> None:
    renamed, same = close_months(pool="sku", **names)[0], close_months()[0]
    sums = [pl.concat(company.bookings).group_by("move_id").agg(pl.col(AMOUNTS).sum()) for company in (renamed, same)]
    assert sums[0].sort("move_id").equals(sums[1].sort("move_id"))
    left = pl.concat(renamed.bookings).group_by("sku", "location", "stock_account_code").agg(pl.col(AMOUNTS).sum())
    left = left.filter(pl.any_horizontal(pl.col(AMOUNTS) != 0))
    assert left.rows()[0][:2] == (names.get("sku", "TENT"), names.get("place", "Auckland"))
    assert left.height == 1


def test_a_document_that_vanishes_after_it_was_renamed_is_booked_back_under_its_last_name() -> None:
    company, _ = close_months(sku="TENT-2")
    gone = documents("TENT-2")
    december = company.close(
        CoreTables(**{**vars(gone), "sale_lines": gone.sale_lines.filter(pl.col("sale_line_id") != "1")}),
        date(2026, 12, 1),
    )
    back = december.bookings.filter(move_id="sale:1")
    assert pick(back, "kind", "sku", "moved_quantity", "recognised_amount") == [("sale", "TENT-2", "4.0000", "-44.00")]


def test_a_rename_is_a_transfer_with_words_of_its_own() -> None:
    company, _ = close_months(sku="TENT-2", category="Made")
    none = pl.LazyFrame(schema={"receipt_line_id": pl.String}), pl.LazyFrame(schema={"charge_id": pl.String})
    lines = list_roll_forward(
        company.bookings[2].lazy(), pl.concat(company.bookings[:2]).lazy(), *none, OCTOBER, "DEMO"
    ).collect()
    assert pick(lines.filter(movement="transfers"), "category", "detail", "quantity", "value_amount") == [
        ("Camping", RENAMED, "-8.0000", "-92.00"),
        ("Made", RENAMED, "8.0000", "92.00"),
    ]
