"""The selects of mappings/sources/core.yaml for purchases and charges, and their traps (cin7.md sections 2.2, 3B)."""

from decimal import Decimal

import pytest

from tests.data.core_selects import Row, journal, purchase, purchase_line, received_line, refused, select


def test_a_receipt_enters_at_the_price_and_the_rate_of_its_document() -> None:
    (row,) = select("receipt_lines", purchases=[purchase()])
    assert (row["receipt_line_id"], row["received_date"], row["quantity"]) == ("card", "2026-09-30", 10)
    assert (row["unit_price"], row["currency_code"]) == ("12.345700", "USD")
    assert row["currency_rate"] == Decimal("1.68")
    (by_day,) = select("receipt_lines", {"receipt_rate": "day"}, purchases=[purchase()])
    assert by_day["currency_rate"] is None


def test_a_purchase_is_received_in_parts_and_the_rest_is_still_open_section_2_2() -> None:
    parts = [
        {"TaskID": "r1", "Status": "AUTHORISED", "Lines": [received_line(Quantity=4, CardID="a")]},
        {"TaskID": "r2", "Status": "AUTHORISED",
         "Lines": [received_line(Quantity=5, CardID="b", Date="2026-10-03T00:00:00", BatchSN="LOT-7")]},
    ]  # fmt: skip
    rows = select("receipt_lines", purchases=[purchase(StockReceived=parts)])
    assert [(row["receipt_line_id"], row["received_date"], row["quantity"], row["lot"]) for row in rows] == [
        ("a", "2026-09-30", 4, None),
        ("b", "2026-10-03", 5, "LOT-7"),
        ("p1/open/TENT", None, 1, None),
    ]
    shares = {row["receipt_line_id"]: row["line_amount"] for row in select(
        "bill_lines", purchases=[purchase(StockReceived=parts)])}  # fmt: skip
    assert shares == {"a": "54.87", "b": "68.59"}


def test_a_receipt_that_is_not_authorised_has_not_happened() -> None:
    draft = [{"TaskID": "r1", "Status": "DRAFT", "Lines": [received_line()]}]
    (row,) = select("receipt_lines", purchases=[purchase(StockReceived=draft)])
    assert row["received_date"] is None


@pytest.mark.parametrize(
    ("calculation", "tax", "kept", "price"),
    [
        ("Inclusive", 16.10, "none", "10.7357"),
        ("Inclusive", 16.10, "gst", "12.3457"),
        ("Exclusive", 18.52, "none", "12.3457"),
        ("Exclusive", 18.52, "gst", "14.1977"),
    ],
)
def test_recoverable_tax_is_no_cost_and_other_tax_is(calculation: str, tax: float, kept: str, price: str) -> None:
    taxed = purchase(TaxCalculation=calculation, Order={"Lines": [purchase_line(Tax=tax)]})
    (row,) = select("receipt_lines", {"non_recoverable_taxes": kept}, purchases=[taxed])
    assert Decimal(row["unit_price"]) == Decimal(price)


def test_a_discount_and_charges_coded_to_stock_are_in_the_price_by_value_section_3b() -> None:
    lines = [
        purchase_line(Quantity=10, Price=12, Discount=50, Total=60.0),
        purchase_line(SKU="PEG", Quantity=40, Price=1, Total=40.0),
    ]
    charges = [{"Description": "Packing", "Total": 10.0, "Tax": 0, "Account": "630: Stock on hand"}]
    billed = purchase()["Invoice"][0] | {"Lines": lines, "AdditionalCharges": charges}
    whole = purchase(Order={"Lines": lines}, Invoice=[billed], StockReceived=[])
    prices = {row["sku"]: row["unit_price"] for row in select("receipt_lines", purchases=[whole])}
    assert prices == {"TENT": "6.600000", "PEG": "1.100000"}
    amounts = {row["receipt_line_id"]: row["line_amount"] for row in select("bill_lines", purchases=[whole])}
    assert amounts == {"p1/open/TENT": "66.00", "p1/open/PEG": "44.00"}


def test_goods_sent_back_name_the_card_they_came_with_section_2_2() -> None:
    note = {"TaskID": "n1", "CreditNoteNumber": "SC-1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-08T00:00:00",
            "Unstock": [{"CardID": "card", "Quantity": 3}],
            "Lines": [purchase_line(Quantity=3, Total=37.04)], "AdditionalCharges": []}  # fmt: skip
    rows = select("receipt_lines", purchases=[purchase(CreditNote=[note])])
    (back,) = [row for row in rows if row["kind"] == "purchase_return"]
    assert (back["sku"], back["quantity"], back["received_date"]) == ("TENT", 3, "2026-10-08")
    assert back["returned_receipt_line_id"] == "card"
    amounts = [row["line_amount"] for row in select("bill_lines", purchases=[purchase(CreditNote=[note])])]
    assert amounts == ["123.46", "-37.04"]


def test_a_supplier_credit_belongs_to_the_goods_that_went_back_with_it() -> None:
    credit: Row = {
        "TaskID": "c1", "CreditNoteNumber": "SC-1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-05T00:00:00",
        "Lines": [{"SKU": "TENT", "Total": 27.0}],
    }  # fmt: skip
    back = {"Unstock": [{"CardID": "card", "Quantity": 2}]}

    def credited(**more: object) -> list[tuple[object, ...]]:
        bought = [purchase(CreditNote=[credit | more])]
        lines = [row for row in select("bill_lines", purchases=bought) if row["bill_number"] == "SC-1"]
        assert {row["receipt_line_id"] for row in lines} <= {
            row["receipt_line_id"] for row in select("receipt_lines", purchases=bought)
        }
        return [(row["receipt_line_id"], row["line_amount"]) for row in lines]

    assert credited(**back) == [("c1/card", "-27.00")]
    assert credited() == [("card", "-27.00")]  # money alone is a price that was lower


def test_a_bill_has_its_own_date_and_rate() -> None:
    (row,) = select("bill_lines", purchases=[purchase()])
    assert (row["bill_number"], row["bill_date"], row["receipt_line_id"]) == ("INV-9", "2026-10-02", "card")
    assert (row["line_amount"], row["currency_rate"]) == ("123.46", Decimal("1.7"))


@pytest.mark.parametrize("changes", [{"Status": "VOIDED"}, {"RelatedDropShipSaleTask": "s1"}])
def test_voided_and_drop_shipped_purchases_never_touch_stock(changes: Row) -> None:
    given = [purchase(**changes)]
    assert select("receipt_lines", purchases=given) + select("bill_lines", purchases=given) == []


def test_allocated_freight_shows_up_in_the_manual_journals_of_the_goods_section_3b() -> None:
    (row,) = select("charges", purchases=[purchase(ManualJournals=[journal()])])
    assert (row["purchase_id"], row["charge_type"], Decimal(row["charge_amount"])) == ("p1", "freight", Decimal(50))
    assert row["charge_date"] == "2026-10-12"
    (undone,) = select("charges", purchases=[purchase(ManualJournals=[journal(Debit="425", Credit="630")])])
    assert Decimal(undone["charge_amount"]) == -50


def test_an_account_that_is_no_known_charge_stops_the_close_by_name() -> None:
    (row,) = select("charges", purchases=[purchase(ManualJournals=[journal(Credit="801: Accrual")])])
    assert row["charge_type"] == "account 801"


def test_additional_charges_of_a_bill_are_charges_at_its_rate() -> None:
    charges = [{"Description": "Sea freight", "Reference": "", "Total": 100.0, "Tax": 0, "Account": "425"}]
    billed = purchase()["Invoice"][0] | {"AdditionalCharges": charges}
    (row,) = select("charges", purchases=[purchase(Invoice=[billed])])
    assert (row["charge_type"], Decimal(row["charge_amount"])) == ("freight", Decimal(170))


def test_a_service_purchase_has_no_goods_to_charge() -> None:
    assert select("charges", purchases=[purchase(Type="Service Purchase", ManualJournals=[journal()])]) == []


@pytest.mark.parametrize(
    ("changes", "rule", "price"),
    [
        ({"Tax": None, "TaxRule": "VAT 20"}, None, "10.000000"),  # 12.00 with 20 % inside
        ({"Tax": "", "TaxRule": None}, "vat 20", "10.000000"),  # the rule of the purchase
        ({"Tax": None, "TaxRule": "VAT 99"}, None, "TaxCalculation Inclusive, Tax null, TaxRule VAT 99"),
        ({"Tax": "two"}, "VAT 20", "TaxCalculation Inclusive, Tax two, TaxRule GST"),
        ({"Tax": 20, "TaxRule": "VAT 99"}, None, "10.000000"),
        ({"Tax": 0, "TaxRule": "VAT 20"}, None, "12.000000"),  # stated: there is none in it
    ],
)
def test_the_tax_of_a_price_with_tax_is_stated_or_that_of_its_rule_section_2_2(
    changes: Row, rule: str | None, price: str
) -> None:
    """cin7.md section 2.2: lines with Tax and TaxRule, /ref/tax with TaxPercent."""
    bought = purchase(
        TaxCalculation="Inclusive", TaxRule=rule, Order={"Lines": [purchase_line(Price=12, Total=120) | changes]}
    )
    (row,) = select("receipt_lines", purchases=[bought], taxes=[{"Name": "VAT 20", "TaxPercent": 20}])
    assert row["unit_price"] == price


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ({"Price": "1,000.00"}, "Price 1,000.00"),
        ({"Discount": "ten"}, "Discount ten"),
        ({"Quantity": "a few"}, "Quantity a few"),
        ({"Price": None}, None),  # the ladder of missing cost
        ({"Price": " ", "Discount": None}, None),
        ({"Price": 10, "Discount": ""}, "10.000000"),
    ],
)
def test_goods_whose_price_is_no_number_are_refused_as_written_section_2_2(line: Row, price: str | None) -> None:
    """cin7.md section 2.2: lines with Quantity, Price and Discount in per cent."""
    (row,) = select("receipt_lines", purchases=[purchase(Order={"Lines": [purchase_line() | line]})])
    assert row["unit_price"] == price


def test_refused_goods_are_told_with_their_document_the_rule_and_the_value_section_2_2() -> None:
    bought = [purchase(Order={"Lines": [purchase_line(Discount="10 %")]}), purchase(ID="p2", StockReceived=[])]
    assert refused("receipt_lines", purchases=bought) == [
        {"source_key": "card", "rule": "must be a number below 10^12", "column_name": "unit_price",
         "value": "Discount 10 %", "document_number": "PO-1"}
    ]  # fmt: skip


def test_a_price_that_is_no_number_leaves_other_goods_alone_but_where_they_share_a_charge_section_2_2() -> None:
    lines = [purchase_line(Price="twelve"), purchase_line(SKU="PEG", Quantity=10, Price=2, Total=20.0)]
    charge = {"Total": 10.0, "Tax": 0, "Account": "630"}

    def prices(*charges: Row) -> dict[str, str]:
        billed = purchase()["Invoice"][0] | {"AdditionalCharges": list(charges)}
        document = purchase(Order={"Lines": lines}, Invoice=[billed], StockReceived=[])
        return {row["sku"]: row["unit_price"] for row in select("receipt_lines", purchases=[document])}

    assert prices() == {"TENT": "Price twelve", "PEG": "2.000000"}
    assert prices(charge) == {"TENT": "Price twelve", "PEG": "Price twelve"}


def test_units_of_one_card_are_counted_all_or_refused_section_2_2() -> None:
    came = [received_line(Quantity=4), received_line(Quantity="six")]
    note = {"TaskID": "n1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-08T00:00:00",
            "Unstock": [{"CardID": "card", "Quantity": "one"}]}  # fmt: skip
    document = purchase(StockReceived=[{"TaskID": "r1", "Status": "AUTHORISED", "Lines": came}], CreditNote=[note])
    prices = {row["receipt_line_id"]: row["unit_price"] for row in select("receipt_lines", purchases=[document])}
    assert (prices["card"], prices["n1/card"]) == ("Quantity six", "Quantity one")


@pytest.mark.parametrize(
    "written", [{"Price": "5,000.00", "Quantity": 2}, {"Price": 5, "Quantity": "two"}, {"Price": 5, "Quantity": None}]
)
def test_a_charge_without_total_whose_price_is_no_number_is_refused_section_2_2(written: Row) -> None:
    given = {"Description": "Packing", "Reference": "", "Total": None, "Tax": 0} | written
    told = f"Total {written['Quantity']} x {written['Price']}" if written["Quantity"] else None

    def charged(account: str) -> Row:
        return purchase(Invoice=[purchase()["Invoice"][0] | {"AdditionalCharges": [given | {"Account": account}]}])

    amounts = [row["line_amount"] for row in select("bill_lines", purchases=[charged("630")])]
    freight = [row["charge_amount"] for row in select("charges", purchases=[charged("425")])]
    assert (amounts, freight) == (([told], [told]) if told else (["123.46"], []))


def test_a_journal_onto_stock_whose_amount_is_no_number_is_refused_section_2_2() -> None:
    (row,) = select("charges", purchases=[purchase(ManualJournals=[journal(Amount="1,250.00")])])
    assert (row["charge_type"], row["charge_amount"]) == ("freight", "Amount 1,250.00")


def test_purchases_in_currencies_with_many_zeros_are_read_to_the_end_section_2_2() -> None:
    """cin7.md section 2.2: prices in the supplier's currency: 20,000 at 1,500,000.00 rupiah, and charges."""
    line = purchase_line(Quantity=20_000, Price=1_500_000, Total=30_000_000_000)
    extra = {"Price": 30_000_000, "Quantity": 1, "Total": 30_000_000, "Tax": 0, "Account": "630"}
    bill = {"TaskID": "i1", "InvoiceNumber": "INV-9", "Status": "AUTHORISED", "InvoiceDate": "2026-10-02T00:00:00",
            "CurrencyConversionRate": 0.0001, "Lines": [line], "AdditionalCharges": [extra]}  # fmt: skip
    bought = purchase(
        SupplierCurrency="IDR", CurrencyRate=0.0001, Order={"Lines": [line]}, Invoice=[bill],
        StockReceived=[{"TaskID": "r1", "Status": "AUTHORISED", "Lines": [received_line(Quantity=20_000)]}],
    )  # fmt: skip
    (row,) = select("receipt_lines", purchases=[bought])
    assert (row["unit_price"], row["quantity"]) == ("1501500.000000", 20_000)
    (billed,) = select("bill_lines", purchases=[bought])
    assert billed["line_amount"] == "30030000000.00"
    (freight,) = select("charges", purchases=[bought | {"Invoice": [bill | {"AdditionalCharges": [extra | {
        "Account": "425", "Total": 50_000_000_000}]}]}])  # fmt: skip
    assert Decimal(freight["charge_amount"]) == 5_000_000
