"""The selects of mappings/sources/core.yaml for stock and production, and their traps (cin7.md sections 2.2, 3B, 5)."""

from decimal import Decimal

import pytest

from pipelines.extract.source_shapes import ApiInput
from tests.data.core_selects import SOURCE, Row, adjustment, select, transfer


def test_an_adjustment_gives_new_quantities_and_not_changes_section_2_2() -> None:
    counted, new = select("adjustment_lines", adjustments=[adjustment()])
    assert (counted["sku"], counted["quantity"], counted["unit_cost"]) == ("TENT", "-3.0000", None)
    assert (counted["adjustment_date"], counted["reason"], counted["lot"]) == ("2026-09-30", "Damaged", "B1")
    assert (new["sku"], new["quantity"], new["unit_cost"]) == ("PEG", "5.0000", "1.25")
    assert counted["order_account"] == "429"
    (taken, _) = select("adjustment_lines", {"adjustment_quantity": "change"}, adjustments=[adjustment()])
    assert taken["quantity"] == "9.0000"


def test_without_a_reference_the_account_is_the_reason() -> None:
    (row, _) = select("adjustment_lines", adjustments=[adjustment(Reference=None)])
    assert row["reason"] == "account 429"


def test_an_adjustment_that_is_not_completed_has_not_happened() -> None:
    given = [adjustment(Status="DRAFT"), adjustment(Status="VOIDED")]
    assert select("adjustment_lines", adjustments=given) == []


def test_a_stocktake_counts_and_a_write_off_takes_away() -> None:
    line = {"SKU": "TENT", "Location": "Auckland", "QuantityOnHand": 3, "Adjustment": 5}
    take = adjustment(ExistingStockLines=None, NewStockLines=None, NonZeroStockOnHandProducts=[line], TaskID="t1")
    off = {"TaskID": "w1", "Status": "COMPLETED", "EffectiveDate": "2026-10-01T00:00:00", "Account": "429",
           "Location": "Auckland", "Lines": [{"ProductCode": "TENT", "Quantity": 2}]}  # fmt: skip
    rows = select("adjustment_lines", stocktakes=[take], write_offs=[off])
    assert [(row["adjustment_id"], row["quantity"], row["location"]) for row in rows] == [
        ("t1", "2.0000", "Auckland"),
        ("w1", "-2.0000", "Auckland"),
    ]


def test_a_transfer_is_in_transit_between_departure_and_completion_section_2_2() -> None:
    (there,) = select("transfer_lines", transfers=[transfer()])
    assert (there["dispatched_date"], there["received_date"]) == ("2026-09-29", "2026-10-02")
    (away,) = select("transfer_lines", transfers=[transfer(Status="IN TRANSIT", CompletionDate=None)])
    assert (away["dispatched_date"], away["received_date"]) == ("2026-09-29", None)
    (at_once,) = select("transfer_lines", transfers=[transfer(DepartureDate=None)])
    assert (at_once["dispatched_date"], at_once["received_date"]) == ("2026-10-02", "2026-10-02")
    assert select("transfer_lines", transfers=[transfer(Status="VOIDED"), transfer(Status="DRAFT")]) == []


def test_an_assembly_and_a_production_run_make_their_output_of_components_section_2_2() -> None:
    built = {"TaskID": "m1", "AssemblyNumber": "FG-1", "Status": "COMPLETED", "ProductCode": "KIT", "Quantity": 3,
             "Location": "Auckland", "WIPDate": "2026-09-28T00:00:00", "CompletionDate": "2026-10-01T00:00:00",
             "PickLines": [{"ProductCode": "POT", "Quantity": 3}, {"ProductCode": "POT", "Quantity": 1}]}  # fmt: skip
    runs = {"ProductionOrderID": "o1", "Runs": [{
        "RunID": "u1", "Number": 2, "Status": "COMPLETED", "EndDate": "2026-10-04T00:00:00",
        "Output": [{"ProductCode": "SOUP", "Quantity": 8, "LocationName": "Auckland"}],
        "Operations": [{"Components": [{"ProductCode": "PEA", "Quantity": 16, "LocationName": "Auckland"}]}],
    }]}  # fmt: skip
    orders = [{"ProductionOrderID": "o1", "OrderNumber": "MO-1"}]
    rows = select("production_lines", assemblies=[built], production_runs=[runs], production_list=orders)
    shown = ("production_number", "kind", "sku", "quantity", "produced_date")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("FG-1", "component", "POT", 4, "2026-10-01"),
        ("FG-1", "output", "KIT", 3, "2026-10-01"),
        ("MO-1/2", "component", "PEA", 16, "2026-10-04"),
        ("MO-1/2", "output", "SOUP", 8, "2026-10-04"),
    ]  # fmt: skip
    by_wip = select("production_lines", {"production_date": "wip"}, assemblies=[built])
    assert [row["produced_date"] for row in by_wip] == ["2026-09-28", "2026-10-01"]


def test_stock_on_hand_of_availability_is_money_and_on_hand_is_units_section_2_2() -> None:
    given = [{"SKU": "TENT", "Location": "Auckland", "Bin": each, "OnHand": 7, "StockOnHand": 151.29} for each in "AB"]
    (row,) = select("stock_on_hand", availability=given)
    assert (row["sku"], row["location"], row["quantity"], row["value"]) == ("TENT", "Auckland", 14, Decimal("302.58"))


def test_a_service_is_no_stock() -> None:
    given: list[Row] = [
        {"SKU": "FIX", "Type": "Service"},
        {"SKU": "TENT", "Type": "Stock"},
        {"SKU": "VAGUE", "Type": None},
    ]
    assert [(row["sku"], row["is_stocked"]) for row in select("products", products=given)] == [
        ("FIX", False),
        ("TENT", True),
        ("VAGUE", True),
    ]


def test_equal_entries_of_core_are_two_and_an_undone_one_is_negative_section_5() -> None:
    entry = {"TaskID": "s1", "Type": "Sale", "Reference": "SO-1", "Transaction": "Cost of goods sold", "Amount": 12.5,
             "EffectiveDate": "2026-09-30T00:00:00", "DebitAccountCode": "310", "CreditAccountCode": "630"}  # fmt: skip
    rows = select("source_postings", transactions=[entry, entry, entry | {"Amount": -12.5}])
    assert len({row["posting_id"] for row in rows}) == 3
    assert sorted(row["posted_amount"] for row in rows) == ["-12.5", "12.5", "12.5"]
    assert {(row["kind"], row["posted_date"]) for row in rows} == {("sale", "2026-09-30")}


FREIGHT: Row = {"Reference": "B69", "Amount": 60.0, "Date": "2026-10-03T00:00:00", "Debit": "630: Stock on hand",
                "Credit": "425: Freight"}  # fmt: skip


@pytest.mark.parametrize(
    "journals",
    [[FREIGHT], {"Status": "AUTHORISED", "Lines": [FREIGHT]}, [{"Status": "AUTHORISED", "Lines": [FREIGHT]}]],
)
@pytest.mark.parametrize(
    ("said", "basis"), [("Cost", "value"), ("Quantity", "quantity"), ("Weight", "weight"), ("Volume", "volume")]
)
def test_freight_on_a_transfer_is_a_charge_on_what_it_moves_section_2_2(
    journals: object, said: str, basis: str
) -> None:
    """cin7.md sections 2.2 and 3B: CostDistributionType Cost, Quantity, Weight or Volume."""
    moved = transfer(ManualJournals=journals, CostDistributionType=said, InTransitAccount="1150")
    (row,) = select("charges", transfers=[moved])
    assert (row["purchase_id"], row["purchase_number"]) == ("transfer:x1", "TR-1")
    assert (row["charge_type"], Decimal(row["charge_amount"]), row["charge_date"]) == (
        "freight",
        Decimal(60),
        "2026-10-03",
    )
    assert row["spread_by"] == basis


def test_entries_of_goods_in_transit_are_no_charge_and_an_unknown_account_is_told_by_name_section_2_2() -> None:
    on_the_way = FREIGHT | {"Debit": "1150: In transit", "Credit": "630"}
    moved = transfer(ManualJournals=[on_the_way, FREIGHT | {"Credit": "136"}], InTransitAccount="1150: In transit")
    (row,) = select("charges", transfers=[moved])
    assert (row["charge_type"], Decimal(row["charge_amount"])) == ("account 136", Decimal(60))
    assert select("charges", transfers=[transfer(Status="VOIDED", ManualJournals=[FREIGHT])]) == []


def test_a_transfers_lines_take_the_displayed_average_to_spread_charges_by_cost_and_keep_their_batch() -> None:
    products = [{"SKU": "TENT", "AverageCost": 12.5}]
    moved = transfer(Lines=[{"SKU": "TENT", "TransferQuantity": 4, "BatchSN": "B1"}])
    (row,) = select("transfer_lines", transfers=[moved], products=products)
    assert (row["unit_cost"], row["lot"], row["quantity"]) == (Decimal("12.5"), "B1", 4)


def test_what_is_taken_apart_goes_into_its_parts_by_their_share_of_the_cost_section_2_2() -> None:
    """cin7.md section 2.2: disassembly with per-component Cost and CostPercentage."""
    apart = {
        "TaskID": "z1", "DisassemblyNumber": "DA-1", "Status": "COMPLETED", "ProductCode": "KIT", "Quantity": 2,
        "Location": "Auckland", "CompletionDate": "2026-10-01T00:00:00",
        "OrderLines": [{"ProductCode": "POT", "Quantity": 2, "Cost": 30.0}, {"ProductCode": "MUG", "Quantity": 4,
                        "Cost": 10.0}],
        "OrderServiceLines": [{"Name": "Workbench", "Account": "477: Wages", "Amount": 8.0}],
        "PickLines": [{"Quantity": 2, "BatchSN": "B7"}],
    }  # fmt: skip
    rows = select("production_lines", disassemblies=[apart])
    shown = ("production_number", "kind", "sku", "quantity", "cost_share", "lot", "produced_date")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("DA-1", "component", "KIT", 2, None, "B7", "2026-10-01"),
        ("DA-1", "output", "MUG", 4, Decimal(10), None, "2026-10-01"),
        ("DA-1", "output", "POT", 2, Decimal(30), None, "2026-10-01"),
    ]
    per_unit = select("production_lines", {"disassembly_cost": "unit"}, disassemblies=[apart])
    assert [row["cost_share"] for row in per_unit] == [None, Decimal(40), Decimal(60)]
    (service,) = select("charges", disassemblies=[apart])
    assert (service["purchase_id"], service["charge_type"], Decimal(service["charge_amount"])) == (
        "production:z1", "account 477", Decimal(8),
    )  # fmt: skip


def test_labour_of_an_assembly_and_resources_of_a_run_are_charges_on_what_they_make_section_2_2() -> None:
    built = {
        "TaskID": "m1", "AssemblyNumber": "FG-1", "Status": "COMPLETED", "CompletionDate": "2026-10-01T00:00:00",
        "OrderLines": [{"Name": "Pot", "TotalCost": 40.0, "ExpenseAccount": None},
                       {"Name": "Assembly hour", "TotalCost": 25.0, "ExpenseAccount": "426"}],
    }  # fmt: skip
    runs = {"ProductionOrderID": "o1", "Runs": [{
        "RunID": "u1", "Number": 2, "Status": "COMPLETED", "EndDate": "2026-10-04T00:00:00", "WIPAccount": "640",
        "Operations": [{"Resources": [{"Name": "Oven", "Cost": 12.0, "ExpenseAccount": "425"}]}, {"Resources": None}],
        "ManualJournals": [FREIGHT | {"Debit": "640", "Credit": "477"}, FREIGHT | {"Credit": "477"}],
    }]}  # fmt: skip
    orders = [{"ProductionOrderID": "o1", "OrderNumber": "MO-1"}]
    rows = select("charges", assemblies=[built], production_runs=[runs], production_list=orders)
    shown = ("purchase_id", "purchase_number", "charge_type")
    assert sorted((*(row[name] for name in shown), Decimal(row["charge_amount"])) for row in rows) == [
        ("production:m1", "FG-1", "customs", 25),
        ("production:u1", "MO-1/2", "account 477", 60),
        ("production:u1", "MO-1/2", "freight", 12),
    ]
    assert select("charges", assemblies=[built | {"Status": "IN PROGRESS"}]) == []


@pytest.mark.parametrize(
    "table", [str(name) for name in SOURCE.tables if str(name) not in ("opening_stock", "currency_rates")]
)
def test_documents_of_nulls_break_no_select_section_2_2(table: str) -> None:
    empty: Row = dict.fromkeys(
        ("Status", "Order", "Fulfilments", "Invoices", "CreditNotes", "StockReceived", "Invoice", "CreditNote",
         "ManualJournals", "Lines", "PickLines", "ExistingStockLines", "NewStockLines", "Runs", "EffectiveDate",
         "Amount")
    )  # fmt: skip
    everywhere: dict[str, list[Row]] = {
        str(name): [empty | {"ID": "1", "TaskID": "1", "ProductionOrderID": "1"}]
        for name, definition in SOURCE.inputs.items()
        if isinstance(definition, ApiInput)
    }
    assert len(select(table, None, **everywhere)) <= 1


def test_a_new_quantity_without_the_old_one_is_refused_section_2_2() -> None:
    """cin7.md section 2.2: quantities are new ones on hand. 5 where nobody says from what is not +5."""
    unknown = {"SKU": "TENT", "Location": "Auckland", "QuantityOnHand": None, "Adjustment": 5}
    given = [adjustment(ExistingStockLines=[unknown], NewStockLines=[])]
    (row,) = select("adjustment_lines", adjustments=given)
    assert row["quantity"] == "QuantityOnHand null, Adjustment 5"
    (row,) = select("adjustment_lines", {"adjustment_quantity": "change"}, adjustments=given)
    assert row["quantity"] == "5.0000"


def test_new_units_of_one_sku_at_two_costs_are_two_lines_section_2_2() -> None:
    new = [{"SKU": "PEG", "Location": "Auckland", "Quantity": quantity, "UnitCost": cost}
           for quantity, cost in ((5, 1.25), (2, 1.5))]  # fmt: skip
    counted = adjustment(ExistingStockLines=[], NewStockLines=new)
    # a task that is a stocktake, too, counts once
    rows = select("adjustment_lines", adjustments=[counted], stocktakes=[counted])
    shown = ("adjustment_line_id", "quantity", "unit_cost")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("a1/new/PEG/Auckland/", "5.0000", "1.25"),
        ("a1/new/PEG/Auckland//2", "2.0000", "1.5"),
    ]


def test_nothing_on_hand_is_no_units_and_not_a_row_to_refuse_section_2_2() -> None:
    given = [
        {"SKU": sku, "Location": "Auckland", "OnHand": units} for sku, units in (("A", None), ("B", "x"), ("C", 3))
    ]
    rows = select("stock_on_hand", availability=given)
    assert {row["sku"]: row["quantity"] for row in rows} == {"A": 0, "B": None, "C": 3}
