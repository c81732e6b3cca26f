"""Tax of what is bought in Core: the line states it, else its tax rule does, else the row is refused (section 2.2)."""

from decimal import Decimal

import pytest

from pipelines.extract.refusals import explain_value
from tests.data.core_selects import Row, purchase, purchase_line, received_line, select

RULES = [{"Name": "VAT 20", "TaxPercent": 20}, {"Name": "GST", "TaxPercent": 15}, {"Name": "None", "TaxPercent": 0}]
STOCK, FREIGHT = "630: Stock on hand", "425: Freight"


def bought(line: Row, charges: list[Row] | None = None, **changes: object) -> Row:
    """A purchase of 2 tents for 230.00 in all, ordered, received and billed; its prices have the tax in them."""
    whole = purchase_line(Quantity=2, Price=115, Total=230.0, Tax=None, TaxRule=None) | line
    bill = purchase()["Invoice"][0] | {
        "Lines": [whole],
        "AdditionalCharges": charges or [],
        "CurrencyConversionRate": 1,
    }
    received = {"TaskID": "r1", "Status": "AUTHORISED", "Lines": [received_line(Quantity=2)]}
    return purchase(TaxCalculation="Inclusive", Order={"Lines": [whole]}, Invoice=[bill], StockReceived=[received],
                    CurrencyRate=1) | changes  # fmt: skip


def price_and_bill(document: Row, kept: str = "none") -> tuple[str, str]:
    """Unit price of the receipt and amount of the bill's line."""
    assumed = {"non_recoverable_taxes": kept}
    (received,) = select("receipt_lines", assumed, purchases=[document], taxes=RULES)
    (billed,) = select("bill_lines", assumed, purchases=[document], taxes=RULES)
    return received["unit_price"], billed["line_amount"]


@pytest.mark.parametrize(
    ("line", "document", "price", "amount"),
    [
        ({"Tax": 30.0}, {}, "100.000000", "200.00"),
        ({"TaxRule": "GST"}, {}, "100.000000", "200.00"),
        ({"TaxRule": " vat 20 ", "Tax": ""}, {}, "95.835000", "191.67"),  # 38.33 of 230.00, to the cent as the bill
        ({}, {"TaxRule": "VAT 20"}, "95.835000", "191.67"),  # the rule of the purchase
        ({"TaxRule": "GST"}, {"TaxRule": "VAT 20"}, "100.000000", "200.00"),
        ({"TaxRule": "None"}, {}, "115.000000", "230.00"),
        ({"TaxRule": "GST", "Tax": 0}, {}, "115.000000", "230.00"),  # stated: there is none in it
        ({"TaxRule": "GST", "Quantity": -2, "Total": -230.0}, {}, "100.000000", "-200.00"),
        ({"Price": 0, "Total": 0}, {}, "0.000000", "0.00"),
        ({}, {"TaxCalculation": "Exclusive"}, "115.000000", "230.00"),
        ({"Tax": 0}, {"TaxCalculation": None}, "115.000000", "230.00"),
    ],
)
def test_no_tax_that_comes_back_is_in_what_goods_cost_section_2_2(
    line: Row, document: Row, price: str, amount: str
) -> None:
    """cin7.md section 2.2: TaxCalculation Inclusive, lines with Total, Tax and TaxRule, /ref/tax with TaxPercent."""
    assert price_and_bill(bought(line, **document)) == (price, amount)


@pytest.mark.parametrize(
    ("line", "document", "told"),
    [
        ({}, {}, "TaxCalculation Inclusive, Tax null, TaxRule null"),
        ({"TaxRule": "VAT 99"}, {}, "TaxCalculation Inclusive, Tax null, TaxRule VAT 99"),
        ({"Tax": "thirty", "TaxRule": "GST"}, {}, "TaxCalculation Inclusive, Tax thirty, TaxRule GST"),
        ({"Tax": 30.0}, {"TaxCalculation": None}, "TaxCalculation null, Tax 30.0, TaxRule null"),
        ({"Tax": 30.0}, {"TaxCalculation": "Both"}, "TaxCalculation Both, Tax 30.0, TaxRule null"),
    ],
)
def test_goods_whose_tax_nobody_knows_are_refused_as_written_section_2_2(line: Row, document: Row, told: str) -> None:
    assert price_and_bill(bought(line, **document)) == (told, told)
    assert explain_value(told) == explain_value("TaxCalculation Inclusive")  # the gate knows it by its beginning
    charged = [{"Total": 23.0, "Tax": 3.0, "Account": STOCK}]
    if not document:  # what is not known of a line is not known of its share of a charge either
        assert price_and_bill(bought(line, charged)) == (told, told)


@pytest.mark.parametrize(
    ("line", "document", "price", "amount"),
    [
        ({"TaxRule": "GST"}, {}, "115.000000", "230.00"),
        ({"TaxRule": "gst "}, {"TaxCalculation": "Exclusive"}, "132.250000", "264.50"),
        ({}, {"TaxCalculation": "Exclusive", "TaxRule": "GST"}, "132.250000", "264.50"),  # the rule of the purchase
        ({"Tax": 30.0}, {"TaxRule": "GST"}, "115.000000", "230.00"),
        ({"TaxRule": "VAT 20"}, {}, "95.835000", "191.67"),
    ],
)
def test_tax_that_does_not_come_back_is_cost_whether_stated_or_not_section_2_2(
    line: Row, document: Row, price: str, amount: str
) -> None:
    assert price_and_bill(bought(line, **document), kept="gst") == (price, amount)


@pytest.mark.parametrize(
    ("charge", "kept", "added"),
    [
        ({"Tax": 3.0}, "none", "20.00"),
        ({"TaxRule": "GST"}, "none", "20.00"),
        ({"TaxRule": "GST", "Total": None, "Price": 11.5, "Quantity": 2}, "none", "20.00"),
        ({}, "none", "19.17"),  # the rule of the purchase: 3.83 of 23.00
        ({"TaxRule": "None"}, "none", "23.00"),
        ({"TaxRule": "GST"}, "gst", "23.00"),
        ({"TaxRule": "GST", "Total": -23.0}, "none", "-20.00"),
        ({"TaxRule": "VAT 99"}, "none", "TaxCalculation Inclusive, Tax null, TaxRule VAT 99"),
        ({"Total": "1,000.00", "Price": 5, "Quantity": 1}, "none", "Total 1,000.00"),
    ],
)
def test_charges_lose_the_tax_of_their_rule_wherever_they_are_coded_section_2_2(
    charge: Row, kept: str, added: str
) -> None:
    """cin7.md section 2.2: AdditionalCharges with TaxRule, Price and Quantity; 3B: in the price, or freight."""
    assumed = {"non_recoverable_taxes": kept}
    line = {"Tax": 0, "TaxRule": "None"}
    given = {"Description": "Packing", "Reference": "", "Total": 23.0} | charge
    to_stock = bought(line, [given | {"Account": STOCK}], TaxRule="VAT 20")
    price, amount = price_and_bill(to_stock, kept)
    freight = bought(line, [given | {"Account": FREIGHT}], TaxRule="VAT 20")
    (row,) = select("charges", assumed, purchases=[freight], taxes=RULES)
    if added.startswith("T"):
        assert (price, amount, row["charge_amount"]) == (added, added, added)
        return
    assert Decimal(row["charge_amount"]) == Decimal(added)
    assert (Decimal(price) * 2, Decimal(amount)) == (230 + Decimal(added), 230 + Decimal(added))


def test_what_one_line_does_not_say_leaves_the_others_alone_section_2_2() -> None:
    lines = [purchase_line(Quantity=2, Price=115, Total=230.0, Tax=None, TaxRule=None),
             purchase_line(SKU="PEG", Quantity=1, Price=23, Total=23.0, Tax=3.0)]  # fmt: skip
    bill = purchase()["Invoice"][0] | {"Lines": lines}
    document = purchase(TaxCalculation="Inclusive", Order={"Lines": lines}, Invoice=[bill], StockReceived=[])
    prices = {row["sku"]: row["unit_price"] for row in select("receipt_lines", purchases=[document])}
    told = "TaxCalculation Inclusive, Tax null, TaxRule null"
    assert prices == {"TENT": told, "PEG": "20.000000"}
    amounts = {row["receipt_line_id"]: row["line_amount"] for row in select("bill_lines", purchases=[document])}
    assert amounts == {"p1/open/TENT": told, "p1/open/PEG": "20.00"}
