"""Receipts at the rate of their day, bills at the rate that Xero divides by."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.documents import BillLines, CurrencyRates, ReceiptLines
from tests.transforms.builders import Row, pick, table
from transforms.currencies import cost_bills, cost_receipts

RATES = table(
    CurrencyRates,
    {"currency_code": "USD", "rate_date": "09-01", "currency_rate": "1.60"},
    {"currency_code": "USD", "rate_date": "09-10", "currency_rate": "1.70"},
    {"currency_code": "EUR", "rate_date": "09-01", "currency_rate": "1.90"},
).lazy()


def cost(row: Row) -> tuple[object, ...]:
    line = {"receipt_line_id": "1", "quantity": 3, "unit_price": "10", "received_date": "09-12", **row}
    costed = cost_receipts(table(ReceiptLines, line).lazy(), RATES, "NZD")
    return pick(costed, "applied_rate", "base_cost_amount")[0]


def bill(row: Row) -> object:
    line = {"bill_line_id": "1", "bill_date": "09-12", "line_amount": "100", **row}
    return pick(cost_bills(table(BillLines, line).lazy(), RATES, "NZD"), "billed_amount")[0][0]


def test_base_currency_needs_no_rate_named_or_not() -> None:
    assert cost({}) == ("1.00000000", "30.000000")
    assert cost({"currency_code": "NZD"}) == ("1.00000000", "30.000000")


def test_the_latest_rate_on_or_before_the_day_of_receipt_serves() -> None:
    assert cost({"currency_code": "USD", "received_date": "09-12"}) == ("1.70000000", "51.000000")
    assert cost({"currency_code": "USD", "received_date": "09-10"}) == ("1.70000000", "51.000000")
    assert cost({"currency_code": "USD", "received_date": "09-09"}) == ("1.60000000", "48.000000")


def test_a_rate_on_the_document_wins() -> None:
    assert cost({"currency_code": "USD", "currency_rate": "1.5"}) == ("1.50000000", "45.000000")


def test_without_a_rate_there_is_no_cost() -> None:
    assert cost({"currency_code": "USD", "received_date": "08-31"}) == (None, None)
    assert cost({"currency_code": "GBP"}) == (None, None)


def test_without_a_price_there_is_no_cost() -> None:
    assert cost({"unit_price": None}) == ("1.00000000", None)


def test_a_bill_in_base_currency_is_what_it_says() -> None:
    assert bill({}) == "100.00"
    assert bill({"currency_code": "NZD"}) == "100.00"


def test_a_bill_is_divided_by_the_six_places_that_xero_keeps_of_its_rate() -> None:
    # 1 / 1.70 = 0.588235294..., kept as 0.588235; 100 / 0.588235 = 170.00008..., so 170.00
    assert bill({"currency_code": "USD"}) == "170.00"
    # 1 / 1.68152009 = 0.594700 (0.59469999...); 99999.99 / 0.5947 = 168151.992..., straight: 168151.9922
    assert bill({"currency_code": "USD", "currency_rate": "1.68152009", "line_amount": "99999.99"}) == "168151.99"
    # a weak currency: 1 / 0.0113 = 88.495575; 1000000 / 88.495575 = 11300.00003
    assert bill({"currency_code": "JPY", "currency_rate": "0.0113", "line_amount": "1000000"}) == "11300.00"


def test_a_suppliers_credit_stays_negative() -> None:
    assert bill({"line_amount": "-0.05", "currency_code": "USD", "currency_rate": "0.5"}) == "-0.03"


def test_a_bill_without_a_rate_has_no_amount() -> None:
    assert bill({"currency_code": "GBP"}) is None


@given(st.permutations(range(6)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    rows = [
        {
            "receipt_line_id": str(at),
            "quantity": 1,
            "unit_price": "10",
            "currency_code": code,
            "received_date": received,
        }
        for at, (code, received) in enumerate(
            [("USD", "09-12"), (None, "09-01"), ("EUR", None), ("USD", "09-02"), ("EUR", "09-30"), ("GBP", "09-01")]
        )
    ]
    costed = cost_receipts(table(ReceiptLines, *[rows[at] for at in order]).lazy(), RATES, "NZD").sort(
        "receipt_line_id"
    )
    found = [amount for (amount,) in pick(costed, "base_cost_amount")]
    assert found == ["17.000000", "10.000000", None, "16.000000", "19.000000", None]


def test_no_rows_give_no_rows() -> None:
    assert cost_receipts(table(ReceiptLines).lazy(), RATES, "NZD").collect().is_empty()
    assert cost_bills(table(BillLines).lazy(), pl.LazyFrame(schema=RATES.collect_schema()), "NZD").collect().is_empty()


def test_the_total_of_a_line_counts_before_its_price() -> None:
    assert cost({"quantity": 4_000_000, "unit_price": "0.123457", "cost_amount": "493827.12"})[1] == "493827.120000"
    assert cost({"unit_price": None, "cost_amount": "10"})[1] == "10.000000"


def test_a_foreign_total_is_converted_and_rounded_once() -> None:
    # 1.01 x 0.49999999 = 0.5049999899 is 0.50, yet 0.505000 with 6 places and 0.51 after that
    assert cost({"cost_amount": "30.01", "currency_code": "USD", "currency_rate": "1.65000001"})[1] == "49.520000"
    line = {"quantity": 1, "unit_price": "1.01", "cost_amount": "1.01", "currency_code": "USD"}
    assert cost(line | {"currency_rate": "0.49999999"})[1] == "0.500000"
    assert cost(line | {"currency_rate": "0.5"})[1] == "0.510000"
    assert cost(line | {"currency_code": "GBP"})[1] is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**12), st.integers(1, 10**10))
def test_a_foreign_total_is_exact_to_the_cent(total: int, rate: int) -> None:
    line: Row = {"unit_price": None, "currency_code": "USD"}
    line |= {"cost_amount": Decimal(total).scaleb(-2), "currency_rate": Decimal(rate).scaleb(-8)}
    exact = Fraction(total, 100) * Fraction(rate, 10**8)
    assert Fraction(str(cost(line)[1])) == Fraction(int(exact * 100 + Fraction(1, 2)), 100)
