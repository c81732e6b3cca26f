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


def test_a_charge_is_spread_by_the_lines_own_totals() -> None:
    # 4.00 and 8.00 are a third and two thirds of 12.00, whatever their prices say
    lines: list[Row] = [
        RECEIPTS[0] | {"unit_price": "0.399999", "cost_amount": "4.00"},
        RECEIPTS[0] | {"receipt_line_id": "2", "unit_price": None, "cost_amount": "8.00"},
    ]
    found = allocate_known_charges(
        core(receipt_lines=lines, charges=[FREIGHT]), mappings().charge_types, "NZD", date(2026, 9, 30)
    )
    assert sorted(pick(found, "receipt_line_id", "allocated_amount")) == [("1", "14.000000"), ("2", "28.000000")]


def test_a_charge_of_tomorrow_or_of_an_unknown_kind_is_not_spread() -> None:
    assert shares(date(2026, 9, 6)) == []
    assert shares(date(2026, 9, 30), charge_type="demurrage") == []


SENT: Row = {"transfer_line_id": "7", "transfer_id": "3", "quantity": 4, "dispatched_date": "09-05", "unit_cost": "10"}


def spread(day: date, charge: Row, **documents: list[Row]) -> list[tuple[object, ...]]:
    """Shares of a charge on something else than a purchase order."""
    found = core(charges=[{"charge_id": "F1", "charge_date": "09-07"} | charge], **documents)
    shared = allocate_known_charges(found, mappings().charge_types, "NZD", day)
    return sorted(pick(shared, "receipt_line_id", "allocated_amount"))


def test_freight_on_a_transfer_goes_to_what_it_brought_once_it_is_there() -> None:
    # 4 x 10.00 and 1 x 20.00 were moved: 40.00 and 20.00 of the 60.00
    other = SENT | {"transfer_line_id": "8", "quantity": 1, "unit_cost": "20", "received_date": "09-09"}
    lines = [SENT | {"received_date": "09-09"}, other, other | {"transfer_line_id": "9", "transfer_id": "4"}]
    freight: Row = {"purchase_id": "transfer:3", "charge_amount": "60"}
    assert spread(date(2026, 9, 8), freight, transfer_lines=lines) == []
    assert spread(date(2026, 9, 9), freight, transfer_lines=lines) == [
        ("transfer:7", "40.000000"),
        ("transfer:8", "20.000000"),
    ]


def test_labour_on_a_job_goes_to_what_it_made() -> None:
    made: Row = {"production_line_id": "P1", "quantity": 5, "produced_date": "09-08"}
    used = made | {"production_line_id": "C1", "kind": "component", "sku": "PEG"}
    labour: Row = {"purchase_id": "production:1", "charge_amount": "12.50"}
    assert spread(date(2026, 9, 30), labour, production_lines=[made, used]) == [("production:P1", "12.500000")]


def test_documents_that_share_an_id_do_not_share_their_charges() -> None:
    # Omni numbers purchase orders and transfers each by itself: both have an id 3
    bought = {"receipt_line_id": "1", "purchase_id": "3", "quantity": 1, "unit_price": "5", "received_date": "09-02"}
    found = spread(
        date(2026, 9, 30), {"purchase_id": "3", "charge_amount": "8"},
        receipt_lines=[bought], transfer_lines=[SENT | {"received_date": "09-05"}],
    )  # fmt: skip
    assert found == [("1", "8.000000")]
