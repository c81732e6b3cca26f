"""The trade selects of mappings/sources/omni.yaml: contacts, documents, lines, payments (cin7.md section 1)."""

from decimal import Decimal

import pytest

from tests.data.trade_selects import AUCKLAND, Row, read, select

OMNI = read("omni")
BRANCHES = [{"id": 1, "company": "Auckland"}]
RATES = [{"currency": "AUD", "date": "2026-09-28", "base_for_one": "1.09"}]


def order(**changes: object) -> Row:
    line = {"id": 11, "sort": 1, "code": "TENT", "name": "Duo tent", "qty": 2, "unitPrice": 115.0, "discount": 0}
    return {
        "id": 1, "reference": "SO-1", "memberId": 301, "company": "Fiordland Guides Ltd", "branchId": 1,
        "source": "Web", "status": "APPROVED", "isVoid": False, "currencyCode": "NZD", "currencyRate": 1,
        "taxStatus": "Incl", "taxRate": 15, "invoiceDate": "2026-09-30T11:00:00Z", "invoiceNumber": 7001,
        "paymentTerms": "30 days", "dispatchedDate": "2026-09-29T11:00:00Z", "total": 230.0, "productTotal": 230.0,
        "accountingAttributes": {"accountingImportStatus": "NotImported"}, "lineItems": [line], **changes,
    }  # fmt: skip


def line(**changes: object) -> Row:
    first: Row = order()["lineItems"][0]
    return first | changes


def purchase(**changes: object) -> Row:
    return order(
        id=7, reference="PO-7", memberId=201, company="Maker", supplierInvoiceReference="INV-88", invoiceNumber=None,
        createdDate="2026-09-01T21:00:00Z", fullyReceivedDate="2026-09-07T12:00:00Z", **changes,
    )  # fmt: skip


def documents(**inputs: list[Row]) -> dict[str, Row]:
    rows = select(OMNI, "trade_documents", branches=BRANCHES, rates=RATES, **inputs)
    return {row["document_id"]: row for row in rows}


def amounts(**inputs: list[Row]) -> list[tuple[str, str, Decimal]]:
    rows = select(OMNI, "trade_lines", **inputs)
    return sorted((row["kind"], row["description"], Decimal(row["line_amount"])) for row in rows)


def test_an_order_is_an_invoice_of_its_invoice_date_in_the_accounts_time_zone() -> None:
    (row,) = documents(sales=[order()]).values()
    assert row == {
        "document_id": "SO1", "kind": "sales_invoice", "document_number": "7001", "order_number": "SO-1",
        "supplier_reference": None, "contact_id": "301", "contact_name": "Fiordland Guides Ltd",
        "document_date": "2026-10-01", "due_date": None, "payment_terms": "30 days", "currency_code": "NZD",
        "currency_rate": None, "tax_mode": "inclusive", "status": "approved", "accounting_status": "not_imported",
        "location": "Auckland", "channel": "Web", "original_document_id": None, "total_amount": "230.00",
        "moved_date": "2026-09-30",
    }  # fmt: skip


def test_an_order_without_an_invoice_date_is_there_without_number_and_date() -> None:
    row = documents(sales=[order(invoiceDate=None, invoiceNumber=None, status="DRAFT")])["SO1"]
    assert (row["document_number"], row["document_date"], row["status"]) == (None, None, "draft")


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (
            "Pacific/Auckland",
            {"2026-09-30T11:00:00Z": "2026-10-01", "2026-09-30T10:59:59Z": "2026-09-30", "soon": "soon"},
        ),
        ("Australia/Sydney", {"2026-10-31T13:00:00Z": "2026-11-01"}),
        ("America/Los_Angeles", {"2026-11-01T07:00:00": "2026-11-01"}),
    ],
)
def test_an_instant_at_a_months_end_becomes_a_day_once_section_1_3(zone: str, days: dict[str, str]) -> None:
    sales = [order(id=number, invoiceDate=instant) for number, instant in enumerate(days, 1)]
    paid = [{"id": number, "paymentDate": instant, "amount": 5} for number, instant in enumerate(days, 1)]
    dated = select(OMNI, "trade_documents", zone, sales=sales, branches=BRANCHES)
    assert [row["document_date"] for row in dated] == list(days.values())
    assert [row["paid_on"] for row in select(OMNI, "payments", zone, payments=paid)] == list(days.values())


TAX_MODES: tuple[tuple[object, float, float | None, str | None], ...] = (
    ("Incl", 15, 230, "inclusive"),
    ("EXCL", 0.15, 264.5, "exclusive"),
    ("exempt", 0, 230, "exempt"),
    (2, 15, 264.5, "exclusive"),
    ("Undefined", 0, 230, "exempt"),
    ("Undefined", 15, 230, "inclusive"),  # the total is what the lines say: tax is in them
    (None, 15, 264.5, "exclusive"),
    ("Sometimes", 15, 230, "Sometimes"),  # refused with what was sent
    (None, 15, None, None),
)


def test_tax_mode_is_read_in_any_case_and_from_the_total_where_it_is_undefined() -> None:
    sales = [
        order(id=number, taxStatus=status, taxRate=rate, total=total)
        for number, (status, rate, total, _) in enumerate(TAX_MODES, 1)
    ]
    assert [row["tax_mode"] for row in documents(sales=sales).values()] == [mode for *_, mode in TAX_MODES]


def test_a_tax_rate_of_15_and_of_0_15_is_15_percent() -> None:
    rates = {15: "0.15", 0.15: "0.15", 12.5: "0.125", 0: "0", None: None}
    sales = [order(id=number, taxRate=rate, lineItems=[line(id=number)]) for number, rate in enumerate(rates, 1)]
    rows = select(OMNI, "trade_lines", sales=sales)
    assert [row["tax_rate"] for row in rows] == [rate and Decimal(rate) for rate in rates.values()]


@pytest.mark.parametrize(
    ("assumed", "rates"),
    [
        ("nearer", {1.0911: "1.0911", 0.9165: "1.09110747", 0: None}),  # 1 / 0.9165
        ("base", {0.9165: "0.9165"}),
        ("foreign", {1.25: "0.8"}),
        ("none", {1.0911: None}),
    ],
)
def test_the_documents_rate_is_taken_the_way_round_that_the_assumption_says(
    assumed: str, rates: dict[float, str | None]
) -> None:
    sales = [order(id=number, currencyCode="aud", currencyRate=written) for number, written in enumerate(rates, 1)]
    rows = select(OMNI, "trade_documents", AUCKLAND, {"document_rate": assumed}, rates=RATES, sales=sales)
    found = [row["currency_rate"] and Decimal(row["currency_rate"]) for row in rows]
    assert found == [rate and Decimal(rate) for rate in rates.values()]
    assert {row["currency_code"] for row in rows} == {"AUD"}


def test_freight_surcharge_and_discount_of_the_order_are_lines_of_their_own() -> None:
    extras = {"freightTotal": 9.9, "freightDescription": "Courier", "surcharge": 2.5, "discountTotal": 20}
    assert amounts(sales=[order(**extras)]) == [
        ("discount", "Discount", Decimal("-20.00")),
        ("freight", "Courier", Decimal("9.90")),
        ("goods", "Duo tent", Decimal("230.00")),
        ("surcharge", "Surcharge", Decimal("2.50")),
    ]
    positions = {row["kind"]: row["position"] for row in select(OMNI, "trade_lines", sales=[order(**extras)])}
    assert positions == {"goods": 1, "freight": 2, "surcharge": 3, "discount": 4}


def test_the_discount_of_a_line_is_that_of_the_whole_line() -> None:
    # 3 at 33.335 less 10.00: 100.005 - 10 = 90.005, half away from zero 90.01
    (row,) = select(OMNI, "trade_lines", sales=[order(lineItems=[line(qty=3, unitPrice=33.335, discount=10)])])
    assert (row["quantity"], row["unit_price"], row["discount_amount"]) == ("3.0000", "33.335000", "10.00")
    assert Decimal(row["line_amount"]) == Decimal("90.01")
    assert (row["tax_amount"], row["tax_name"]) == (None, None)


KIT = [line(id=21, code="KIT", unitPrice=100, qty=1), line(id=22, code="A", parentId=21, unitPrice=60, qty=1),
       line(id=23, code="B", parentId=21, unitPrice=40, qty=1)]  # fmt: skip


KITS: tuple[tuple[float, float | None, list[str]], ...] = (
    (100, 100, ["KIT"]),
    (100, None, ["KIT"]),
    (0, 100, ["KIT", "A", "B"]),  # the kit itself is free: its parts bill
    (100, 200, ["KIT", "A", "B"]),  # only all together are the order's product total
)


def test_a_kit_and_its_parts_never_bill_twice() -> None:
    sales = [
        order(id=number, lineItems=[KIT[0] | {"unitPrice": kit_price}, *KIT[1:]], productTotal=product_total)
        for number, (kit_price, product_total, _) in enumerate(KITS, 1)
    ]
    rows = select(OMNI, "trade_lines", sales=sales)
    billed = [[row["sku"] for row in rows if row["document_id"] == f"SO{number}"] for number in range(1, 5)]
    assert billed == [expected for *_, expected in KITS]


def test_a_comment_is_no_line_and_a_charge_without_a_code_is_one() -> None:
    comment = line(id=31, code=None, name="Leave at the door", qty=None, unitPrice=None)
    fee = line(id=32, code="", name="Gift wrap", qty=1, unitPrice=5)
    free = line(id=33, code="STICKER", name=None, qty=1, unitPrice=0)
    rows = select(OMNI, "trade_lines", sales=[order(lineItems=[comment, fee, free])])
    assert [(row["kind"], row["sku"], row["description"]) for row in rows] == [
        ("other", None, "Gift wrap"),
        ("goods", "STICKER", "STICKER"),
    ]


def test_a_credit_note_is_positive_and_names_the_invoice_that_it_credits() -> None:
    back = line(id=91, qty=-1, unitPrice=115, discount=5)
    note = order(id=9, reference="CRN-9", salesReference="SO-1", creditNoteNumber="CN9", invoiceDate=None, total=-110,
                 creditNoteDate="2026-10-04T11:00:00Z", completedDate=None, lineItems=[back])  # fmt: skip
    found = documents(
        sales=[order(isVoid=True, id=2), order()], credits=[note, note | {"id": 10, "salesReference": "?"}]
    )
    names = ("kind", "document_number", "document_date", "total_amount", "moved_date")
    assert [found["CN9"][name] for name in names] == ["sales_credit", "CN9", "2026-10-05", "110.00", None]
    assert found["CN9"]["original_document_id"] == "SO1"
    assert found["CN10"]["original_document_id"] is None
    (row,) = select(OMNI, "trade_lines", credits=[note])
    assert (row["quantity"], Decimal(row["line_amount"])) == ("1.0000", Decimal("110.00"))


def test_a_purchase_order_is_a_bill_and_an_order() -> None:
    found = documents(purchases=[purchase()])
    assert {key: (row["kind"], row["document_number"], row["document_date"]) for key, row in found.items()} == {
        "PB7": ("bill", "INV-88", "2026-10-01"),
        "PO7": ("purchase_order", "PO-7", "2026-09-02"),
    }
    assert (found["PB7"]["supplier_reference"], found["PB7"]["contact_id"]) == ("INV-88", "201")


def test_a_voided_document_stays_as_void() -> None:
    found = documents(sales=[order(isVoid=True)], purchases=[purchase(status="VOID")])
    assert {row["status"] for row in found.values()} == {"void"}
    assert len(found) == 3


def test_supplier_credits_and_deposits_come_from_files_and_belong_to_their_orders() -> None:
    """cin7.md section 1.4: no supplier credits and no deposits: files bring them."""
    credit = {"credit_id": "2", "credit_number": "SCN-2", "supplier": "Maker", "purchase_order": "PO-7",
              "date": "2026-10-21", "currency": "NZD", "tax_status": "Excl", "tax_rate": "15", "quantity": "2",
              "unit_price": "30", "tax_amount": "9.00", "account": "425", "total": "69.00"}  # fmt: skip
    deposit = {"deposit_id": "1", "kind": "sales", "number": "DEP-1", "order_reference": "SO-1", "date": "2026-09-20",
               "amount": "115.00", "tax_amount": "15.00", "tax_rate": "15", "payment_id": "5"}  # fmt: skip
    inputs: dict[str, list[Row]] = {"sales": [order()], "purchases": [purchase()], "supplier_credits": [credit],
                                    "deposits": [deposit]}  # fmt: skip
    found = documents(**inputs)
    names = ("kind", "original_document_id", "contact_id", "tax_mode", "total_amount", "status")
    assert [found["SC2"][name] for name in names] == [
        "supplier_credit", "PB7", "201", "exclusive", "69.00", "approved",
    ]  # fmt: skip
    assert [found["SD1"][name] for name in names] == ["sales_deposit", "SO1", "301", "inclusive", "115.00", "approved"]
    lines = {row["document_id"]: row for row in select(OMNI, "trade_lines", **inputs)}
    assert (Decimal(lines["SC2"]["line_amount"]), lines["SC2"]["order_account"]) == (Decimal("60.00"), "425")
    assert (lines["SD1"]["kind"], lines["SD1"]["line_amount"], lines["SD1"]["tax_amount"]) == (
        "deposit",
        "115.00",
        "15.00",
    )
    (paid,) = select(OMNI, "payments", payments=[{"id": 5, "orderId": 1, "orderType": "SalesOrder", "amount": 115,
                     "paymentDate": "2026-09-19T12:00:00Z"}], **inputs)  # fmt: skip
    assert (paid["document_id"], paid["kind"], paid["amount"]) == ("SD1", "payment", "115.00")


PAYMENT = {"id": 5, "orderId": 1, "orderRef": "SO-1", "orderType": "SalesOrder", "amount": 50.0, "method": "Card",
           "paymentDate": "2026-10-01T11:00:00Z", "transactionRef": "ch_1"}  # fmt: skip


PAID: tuple[tuple[Row, tuple[object, ...]], ...] = (
    ({}, ("SO1", "payment", "50.00", False)),
    ({"amount": -50}, ("SO1", "refund", "50.00", False)),
    ({"orderType": "creditNote", "orderId": 9}, ("CN9", "refund", "50.00", False)),
    ({"orderType": "PurchaseOrder", "orderId": 7}, ("PB7", "payment", "50.00", False)),
    ({"orderType": "Undefined", "orderId": 0}, ("SO1", "payment", "50.00", False)),  # by its reference
    ({"orderType": None, "orderId": None, "orderRef": "CRN-9"}, ("CN9", "refund", "50.00", False)),
    ({"orderId": 77, "orderRef": "SO-77"}, (None, "payment", "50.00", False)),
    ({"paymentImportedRef": "X-1"}, ("SO1", "payment", "50.00", True)),
    ({"amount": "fifty"}, ("SO1", "payment", "fifty", False)),
)


def test_a_payment_finds_its_document_and_says_where_it_came_from() -> None:
    """cin7.md section 1.8: payments of any orderType."""
    note = order(id=9, reference="CRN-9")
    given = [PAYMENT | changes | {"id": number} for number, (changes, _) in enumerate(PAID, 1)]
    rows = select(OMNI, "payments", payments=given, sales=[order()], credits=[note], purchases=[purchase()])
    found = [tuple(row[name] for name in ("document_id", "kind", "amount", "is_from_accounting")) for row in rows]
    assert found == [expected for _, expected in PAID]
    assert {(row["method"], row["paid_on"]) for row in rows} == {("Card", "2026-10-02")}


@pytest.mark.parametrize(("assumed", "count"), [("left_out", 1), ("counted", 2)])
def test_a_payment_that_was_not_authorised_counts_only_where_that_is_assumed(assumed: str, count: int) -> None:
    given = [PAYMENT, PAYMENT | {"id": 6, "isAuthorized": False}, PAYMENT | {"id": 7, "amount": 0}]
    assert len(select(OMNI, "payments", AUCKLAND, {"unauthorized_payments": assumed}, payments=given)) == count


def test_a_contact_has_its_accounts_email_first_and_the_id_that_cin7_stores() -> None:
    """cin7.md section 1.8: a contact's accountingIntegrationId."""
    known = {"id": 301, "type": "customer", "company": " Fiordland Guides Ltd ", "accountNumber": "C-301",
             "taxNumber": "49-1", "billingEmail": "Accounts@Fiordland.example", "email": "base@fiordland.example",
             "mobile": "021", "currencyCode": "nzd", "paymentTerms": "30 days", "isActive": False,
             "accountingIntegrationId": {"xero": "x-301"}}  # fmt: skip
    person = {"id": 302, "type": "Internal", "firstName": "Aroha", "lastName": "Moana", "accountingIntegrationId": None}
    first, second, third = select(OMNI, "contacts", contacts=[known, known, person, {"id": 303}])
    assert first == {
        "contact_id": "301", "kind": "customer", "contact_name": "Fiordland Guides Ltd", "contact_number": "C-301",
        "tax_number": "49-1", "accounts_email": "Accounts@Fiordland.example", "email": "base@fiordland.example",
        "first_name": None, "last_name": None, "phone": "021", "currency_code": "NZD", "payment_terms": "30 days",
        "xero_contact_id": "x-301", "is_active": False,
    }  # fmt: skip
    assert (second["contact_name"], second["kind"], second["is_active"]) == ("Aroha Moana", "both", True)
    assert third["contact_name"] == "contact 303"


@pytest.mark.parametrize("table", ["contacts", "trade_documents", "trade_lines", "payments"])
def test_nulls_everywhere_break_no_select(table: str) -> None:
    nothing: Row = dict.fromkeys([*order(), *purchase(), *PAYMENT, "accountingIntegrationId", "creditNoteDate"])
    emptied = nothing | {"id": 1, "lineItems": [dict.fromkeys(line())]}
    given: dict[str, list[Row]] = {
        name: [nothing | {"id": 1}, emptied | {"id": 2}]
        for name in ("branches", "contacts", "sales", "credits", "purchases", "payments")
    }
    blank: dict[str, list[Row]] = {
        name: [{"deposit_id": "1", "credit_id": "1"}] for name in ("deposits", "supplier_credits")
    }
    assert isinstance(select(OMNI, table, rates=RATES, **given, **blank), list)


@pytest.mark.parametrize(
    ("written", "quoted", "rate"),
    [
        (92, "0.01087", "0.01086957"),  # 1 / 92
        (15_000, "0.0000667", "0.00006667"),  # rupiah for a dollar
        (92, "92.5", "92.00000000"),
        (9_999_999_999, "9999999999", "9999999999.00000000"),
        (-1.09, "1.09", "-1.09"),  # no rate: refused as it was written, not left to the table
        ("1,09", "1.09", "1,09"),
        (10_000_000_000, "1.09", "10000000000"),
    ],
)
def test_a_rate_of_any_size_is_read_and_what_is_no_rate_is_refused_section_1_5(
    written: object, quoted: str, rate: str
) -> None:
    """cin7.md section 1.5: currencyRate; yen and rupiah are far from 1."""
    table = [{"currency": "IDR", "date": "2026-09-28", "base_for_one": quoted}]
    sold = order(currencyCode="IDR", currencyRate=written)
    (row,) = select(OMNI, "trade_documents", rates=table, sales=[sold])
    assert row["currency_rate"] == rate


def test_a_line_of_a_hundred_million_and_more_is_a_line_section_1_5() -> None:
    """cin7.md section 1.5: 20,000 at 150,000.00 rupiah are 3,000,000,000.00."""
    sold = order(currencyCode="IDR", lineItems=[line(qty=20_000, unitPrice="150000.00")])
    assert amounts(sales=[sold]) == [("goods", "Duo tent", Decimal("3000000000.00"))]
