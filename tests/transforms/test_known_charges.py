"""A charge is spread over what has come in by a day, and only if it is known on that day."""

from datetime import date

from tests.transforms.builders import Row, core, mappings, pick
from transforms.known_charges import allocate_known_charges

RECEIPTS: list[Row] = [
    {"receipt_line_id": "1", "quantity": 10, "unit_price": "10", "received_date": "09-02"},
    {"receipt_line_id": "2", "quantity": 10, "unit_price": "20", "received_date": "10-02", "currency_code": "USD"},
]
FREIGHT: Row = {"charge_id": "F1", "charge_amount": "42", "charge_date": "09-07"}
RATES: list[Row] = [{"currency_code": "USD", "rate_date": "09-01", "currency_rate": "1.6"}]


def shares(day: date, **changes: object) -> list[tuple[object, ...]]:
    documents = core(receipt_lines=RECEIPTS, charges=[FREIGHT | changes], currency_rates=RATES)
    found = allocate_known_charges(documents, mappings().charge_types, "NZD", day)
    return sorted(pick(found, "receipt_line_id", "allocated_amount"))


def test_what_has_come_in_by_the_day_carries_the_charge() -> None:
    assert shares(date(2026, 9, 30)) == [("1", "42.000000")]


def test_later_the_same_charge_is_spread_over_all_of_it_by_value_in_base_currency() -> None:
    # 10 x 10.00 = 100.00 and 10 x USD 20.00 x 1.6 = 320.00: 10.00 and 32.00 of 42.00
    assert shares(date(2026, 10, 31)) == [("1", "10.000000"), ("2", "32.000000")]


def test_a_charge_of_tomorrow_or_of_an_unknown_kind_is_not_spread() -> None:
    assert shares(date(2026, 9, 6)) == []
    assert shares(date(2026, 9, 30), charge_type="demurrage") == []
